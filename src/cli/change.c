/* `haul change`: gives one item another link to the same file, or items other options. */

#include <inttypes.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/targets.h"
#include "config/args.h"

/* ---- another link, for one item ---- */

static void send_link(struct call *call, struct haul_client *client)
{
    const uint64_t *id = call->ctx;

    haul_client_change(client, *id, call->args->run.url, call->args->item, call_reply, call);
}

static int show_link(struct call *call, const struct haul_reply *reply)
{
    (void)reply;
    if (!call->args->run.json)
        printf("changed\n");
    return 0;
}

static int change_link(const struct args *args)
{
    struct haul_error err;
    uint64_t id;

    if (args->operand_count > 1) {
        (void)haul_fail(&err, HAUL_E_USAGE, "--url is for one item");
        return report_usage("change", &err);
    }
    if (ids_parse_one(args->operands[0], &id, &err) != HAUL_OK)
        return report_usage("change", &err);
    return call_run(&(struct call){
        .args = args, .start = true, .send = send_link, .show = show_link, .ctx = &id});
}

/* ---- other options, for any number ---- */

static void send_options(struct call *call, struct haul_client *client, const uint64_t *numbers,
                         size_t count)
{
    haul_client_change_all(client, call->args->item, numbers, count, call_reply, call);
}

static void send_options_named(struct call *call, struct haul_client *client,
                               const struct haul_named *named, haul_reply_cb *reply)
{
    haul_client_change_named(client, call->args->item, named, reply, call);
}

static int show_options(struct call *call, const struct haul_reply *reply)
{
    if (call->args->run.json)
        return 0;
    if (reply->count == 0)
        printf("nothing to change: what is complete stays as it is\n");
    else
        printf("%" PRIu64 " changed\n", reply->count);
    return 0;
}

static bool gives_live_option(const struct args *args)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (table[i].live && haul_option_given(&table[i], args->item))
            return true;
    }
    return false;
}

int change_run(const struct args *args)
{
    struct targets targets = {.send = send_options, .send_named = send_options_named};
    struct call call = {.args = args, .start = true, .show = show_options, .ctx = &targets};
    struct haul_error err;

    if (args->run.host == NULL)
        haul_options_settle_files(args->item);
    if (args->run.url != NULL)
        return change_link(args);
    if (!gives_live_option(args)) {
        (void)haul_fail(&err, HAUL_E_USAGE,
                        "nothing to change; write: haul change %s --url URL, --priority LEVEL, "
                        "--start-at TIME or --item-limit RATE",
                        args->operands[0]);
        return report_usage("change", &err);
    }
    return targets_run(&call, args->operands, args->operand_count);
}
