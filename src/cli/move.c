/* `haul move`: where to, then which items. They keep their order among themselves. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/targets.h"
#include "config/args.h"

struct destination {
    enum haul_move how;
    uint64_t position;
};

static enum haul_err parse_destination(const char *word, struct destination *ret_destination,
                                       struct haul_error *err)
{
    int how = haul_move_from_name(word);

    if (how >= 0 && how != HAUL_MOVE_TO) {
        ret_destination->how = (enum haul_move)how;
        return HAUL_OK;
    }
    if (!str_to_u64(word, &ret_destination->position, NULL) || ret_destination->position == 0)
        return haul_fail(err, HAUL_E_USAGE,
                         "\"%s\" is neither up, down, top or bottom nor a position from 1 on",
                         word);
    ret_destination->how = HAUL_MOVE_TO;
    return HAUL_OK;
}

static void send_move(struct call *call, struct haul_client *client, const uint64_t *numbers,
                      size_t count)
{
    const struct targets *targets = call->ctx;
    const struct destination *destination = targets->ctx;
    struct haul_error err;

    if (count == 0) {
        (void)haul_fail(&err, HAUL_E_USAGE, "moving all items changes nothing; name some of them");
        call_give_up(call, &err);
        return;
    }
    haul_client_move(client, destination->how, destination->position, numbers, count, call_reply,
                     call);
}

static int show_move(struct call *call, const struct haul_reply *reply)
{
    if (!call->args->run.json)
        printf("%" PRIu64 " moved\n", reply->count);
    return 0;
}

int move_run(const struct args *args)
{
    struct destination destination = {0};
    struct targets targets = {.send = send_move, .ctx = &destination};
    struct call call = {.args = args, .start = true, .show = show_move, .ctx = &targets};
    struct haul_error err;

    if (parse_destination(args->operands[0], &destination, &err) != HAUL_OK)
        return report_usage("move", &err);
    return targets_run(&call, args->operands + 1, args->operand_count - 1);
}
