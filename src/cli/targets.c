/* From the words on the command line to the items that a command is for.
 *
 * Must never send an empty set of items: in the protocol that means all of them.
 */
#include "cli/targets.h"

#include <stdlib.h>

#include "cli/command.h"
#include "cli/report.h"

/* Sends the request for what the ids mean among the ITEMS. */
static void send_numbers(struct call *call, const struct haul_item *items, size_t item_count)
{
    const struct targets *targets = call->ctx;
    struct haul_error err;
    uint64_t *numbers;
    size_t count;

    if (ids_numbers(&targets->ids, items, item_count, &numbers, &count, &err) != HAUL_OK) {
        if (targets->none_is_fine) {
            call_reply(call, &(struct haul_reply){.json = "{\"count\":0}"});
            return;
        }
        call_give_up(call, &err);
        return;
    }
    targets->send(call, call->client, numbers, count);
    free(numbers);
}

static void on_list(void *ctx, const struct haul_reply *reply)
{
    struct call *call = ctx;

    if (reply->err != NULL)
        call_reply(call, reply);
    else
        send_numbers(call, reply->items, reply->item_count);
}

/* Nothing is meant: the daemon says so as an error. */
static void on_named(void *ctx, const struct haul_reply *reply)
{
    struct call *call = ctx;
    const struct targets *targets = call->ctx;

    if (reply->err != NULL && reply->err->code == HAUL_E_NO_ITEM && targets->none_is_fine)
        call_reply(call, &(struct haul_reply){.json = "{\"count\":0}"});
    else
        call_reply(call, reply);
}

static void send_targets(struct call *call, struct haul_client *client)
{
    const struct targets *targets = call->ctx;
    struct haul_view everything = {.interval_ms = 1000};
    struct haul_named named = {targets->ids.spans, targets->ids.count, targets->ids.states};

    if (targets->ids.all)
        targets->send(call, client, NULL, 0);
    else if (targets->ids.has_range && targets->send_named != NULL)
        targets->send_named(call, client, &named, on_named);
    else if (targets->ids.has_range)
        haul_client_list(client, &everything, on_list, call);
    else
        send_numbers(call, NULL, 0);
}

int targets_run(struct call *call, const char *const *words, size_t count)
{
    struct targets *targets = call->ctx;
    struct haul_error err;
    int status;

    if (ids_parse(words, count, &targets->ids, &err) != HAUL_OK)
        return report_usage(call->args->command->name, &err);
    call->send = send_targets;
    status = call_run(call);
    ids_fini(&targets->ids);
    return status;
}
