/* `haul move`: where to, then which items. They keep their order among themselves. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/targets.h"
#include "config/args.h"

static void send_move(struct call *call, struct haul_client *client, const uint64_t *numbers,
                      size_t count)
{
    const struct targets *targets = call->ctx;
    const struct ids_place *place = targets->ctx;
    struct haul_error err;

    if (count == 0) {
        (void)haul_fail(&err, HAUL_E_USAGE, "moving all items changes nothing; name some of them");
        call_give_up(call, &err);
        return;
    }
    haul_client_move(client, place->how, place->position, numbers, count, call_reply, call);
}

static void send_move_named(struct call *call, struct haul_client *client,
                            const struct haul_named *named, haul_reply_cb *reply)
{
    const struct targets *targets = call->ctx;
    const struct ids_place *place = targets->ctx;

    haul_client_move_named(client, place->how, place->position, named, reply, call);
}

static int show_move(struct call *call, const struct haul_reply *reply)
{
    if (!call->args->run.json)
        printf("%" PRIu64 " moved\n", reply->count);
    return 0;
}

int move_run(const struct args *args)
{
    struct ids_place place;
    struct targets targets = {.send = send_move, .send_named = send_move_named, .ctx = &place};
    struct call call = {.args = args, .start = true, .show = show_move, .ctx = &targets};
    struct haul_error err;

    if (ids_parse_place(args->operands[0], &place, &err) != HAUL_OK)
        return report_usage("move", &err);
    return targets_run(&call, args->operands + 1, args->operand_count - 1);
}
