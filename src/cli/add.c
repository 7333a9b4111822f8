/* `haul add`: hands links to the session's daemon, starting it if need be. Prints each new item's
 * number once the daemon has it safe. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/same_link.h"
#include "cli/call.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"

#define HAD_TOLD      20
#define NOTHING_ADDED "{\"ids\":[],\"had\":[]}" /* as the daemon would say it */

static void send_settings(struct call *call, struct haul_client *client)
{
    if (haul_given_any(&call->args->settings.given))
        haul_client_set(client, &call->args->settings, NULL, NULL);
}

static void on_set(void *ctx, const struct haul_reply *reply)
{
    call_reply(ctx, reply->err ? reply : &(struct haul_reply){.json = NOTHING_ADDED});
}

/* A list without links may have come with settings. */
static void send_add(struct call *call, struct haul_client *client)
{
    const struct requests *requests = call->ctx;

    if (requests->count == 0) {
        haul_client_set(client, &call->args->settings, on_set, call);
        return;
    }
    send_settings(call, client);
    haul_client_add_new(client, requests->items, requests->count, call_reply, call);
}

/* Tells of some of what is here already, and how many more that are. */
static void tell_had(const struct requests *requests, const struct haul_had_link *had, size_t count)
{
    for (size_t i = 0; i < MIN(count, (size_t)HAD_TOLD); i++) {
        char *url = had[i].index < requests->count
                        ? same_link_told(requests->items[had[i].index].url)
                        : NULL;

        report_note("already here%s: %s is %s", had[i].by_digest ? " (the same digest)" : "",
                    url ? url : "", had[i].path);
        free(url);
    }
    if (count > HAD_TOLD)
        report_note("… and %zu more are already here", count - HAD_TOLD);
    if (count > 0)
        report_note("--again fetches what is here once more");
}

static int show_added(struct call *call, const struct haul_reply *reply)
{
    const struct requests *requests = call->ctx;

    if (!call->args->run.json)
        tell_had(requests, reply->had, reply->had_count);
    for (size_t i = 0; i < MIN(reply->id_count, requests->count) && !call->args->run.json; i++) {
        char *url;

        if (reply->ids[i] == 0)
            continue;
        url = same_link_told(requests->items[i].url);
        printf("%" PRIu64 "  %s\n", reply->ids[i], url);
        free(url);
    }
    return 0;
}

static int add_nothing(const struct args *args)
{
    if (args->run.json)
        printf(NOTHING_ADDED "\n");
    return report_written(0);
}

int add_run(const struct args *args)
{
    struct requests requests = {0};
    struct call call = {.args = args,
                        .start = true,
                        .send = send_add,
                        .send_again = send_settings,
                        .show = show_added,
                        .ctx = &requests};
    struct haul_error err;
    int status;

    if (args->operand_count == 0 && args->run.input_files.count == 0) {
        (void)haul_fail(&err, HAUL_E_USAGE, "no URL to add; name one, or a list with -i FILE");
        return report_usage("add", &err);
    }
    if (collect_requests(args, &requests, &err) != HAUL_OK)
        return report_usage("add", &err);
    if (requests.count == 0 && !haul_given_any(&args->settings.given))
        status = add_nothing(args);
    else
        status = call_run(&call);
    requests_fini(&requests);
    return status;
}
