/* `haul add`: hands links to the session's daemon, starting it if need be. Prints each new item's
 * number once the daemon has it safe. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/url.h"
#include "cli/call.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"

static void send_settings(struct call *call, struct haul_client *client)
{
    if (haul_given_any(&call->args->settings.given))
        haul_client_set(client, &call->args->settings, NULL, NULL);
}

static void send_add(struct call *call, struct haul_client *client)
{
    const struct requests *requests = call->ctx;

    send_settings(call, client);
    haul_client_add(client, requests->items, requests->count, call_reply, call);
}

static int show_added(struct call *call, const struct haul_reply *reply)
{
    const struct requests *requests = call->ctx;

    for (size_t i = 0; i < MIN(reply->id_count, requests->count) && !call->args->run.json; i++) {
        char *url = url_shown(requests->items[i].url);
        printf("%" PRIu64 "  %s\n", reply->ids[i], url);
        free(url);
    }
    return 0;
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
    status = requests.count == 0 ? 0 : call_run(&call);
    requests_fini(&requests);
    return status;
}
