/* `haul change`: gives one item another link to the same file, or another limit. */

#include <stdio.h>

#include "base/str.h"
#include "cli/args.h"
#include "cli/call.h"
#include "cli/command.h"
#include "cli/report.h"

static void send_change(struct call *call, struct haul_client *client)
{
    const uint64_t *id = call->ctx;

    haul_client_change(client, *id, call->args->run.url, call->args->item, call_reply, call);
}

static int show_change(struct call *call, const struct haul_reply *reply)
{
    (void)reply;
    if (!call->args->run.json)
        printf("changed\n");
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
    struct haul_error err;
    uint64_t id;

    if (!str_to_u64(args->operands[0], &id, NULL) || id == 0) {
        (void)haul_fail(&err, HAUL_E_USAGE, "\"%s\" is not an item's number", args->operands[0]);
        return report_usage("change", &err);
    }
    if (args->run.url == NULL && !gives_live_option(args)) {
        (void)haul_fail(&err, HAUL_E_USAGE,
                        "nothing to change; write: haul change %s --url URL, or --item-limit RATE",
                        args->operands[0]);
        return report_usage("change", &err);
    }
    return call_run(&(struct call){
        .args = args, .start = true, .send = send_change, .show = show_change, .ctx = &id});
}
