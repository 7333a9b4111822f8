/* `haul pause`, `resume`, `cancel`, `retry`, `remove` and `clear`: one request each. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/targets.h"
#include "config/args.h"

static void send_act(struct call *call, struct haul_client *client, const uint64_t *numbers,
                     size_t count)
{
    const struct targets *targets = call->ctx;
    const enum haul_action *action = targets->ctx;

    haul_client_act(client, *action, numbers, count, call_reply, call);
}

static void send_act_named(struct call *call, struct haul_client *client,
                           const struct haul_named *named, haul_reply_cb *reply)
{
    const struct targets *targets = call->ctx;
    const enum haul_action *action = targets->ctx;

    haul_client_act_named(client, *action, named, reply, call);
}

static int show_act(struct call *call, const struct haul_reply *reply)
{
    static const char *const past[HAUL_ACTION_COUNT] = {
        [HAUL_PAUSE] = "paused",     [HAUL_RESUME] = "resumed",
        [HAUL_CANCEL] = "cancelled", [HAUL_RETRY] = "to be tried again",
        [HAUL_REMOVE] = "removed",
    };
    const struct targets *targets = call->ctx;
    const enum haul_action *action = targets->ctx;

    if (call->args->run.json)
        return 0;
    if (reply->count == 0)
        printf("nothing to %s\n", haul_action_name(*action));
    else
        printf("%" PRIu64 " %s\n", reply->count, past[*action]);
    return 0;
}

static int act(const struct args *args, enum haul_action action)
{
    struct targets targets = {.send = send_act, .send_named = send_act_named, .ctx = &action};
    struct call call = {.args = args, .start = true, .show = show_act, .ctx = &targets};

    return targets_run(&call, args->operands, args->operand_count);
}

int clear_run(const struct args *args)
{
    static const char *const done[] = {"done"};
    enum haul_action action = HAUL_REMOVE;
    struct targets targets = {
        .send = send_act, .send_named = send_act_named, .none_is_fine = true, .ctx = &action};
    struct call call = {.args = args, .start = true, .show = show_act, .ctx = &targets};

    return targets_run(&call, done, 1);
}

int pause_run(const struct args *args)
{
    return act(args, HAUL_PAUSE);
}

int resume_run(const struct args *args)
{
    return act(args, HAUL_RESUME);
}

int cancel_run(const struct args *args)
{
    return act(args, HAUL_CANCEL);
}

int retry_run(const struct args *args)
{
    return act(args, HAUL_RETRY);
}

int remove_run(const struct args *args)
{
    return act(args, HAUL_REMOVE);
}
