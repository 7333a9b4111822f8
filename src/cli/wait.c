/* `haul wait`: returns when items are over, with the exit status of `get`. */
#include "cli/command.h"
#include "cli/targets.h"
#include "config/args.h"

static const char *const everything[] = {"all"};

static void send_wait(struct call *call, struct haul_client *client, const uint64_t *numbers,
                      size_t count)
{
    haul_client_wait(client, numbers, count, call_reply, call);
}

static int show_wait(struct call *call, const struct haul_reply *reply)
{
    (void)call;
    return reply->exit_status;
}

int wait_run(const struct args *args)
{
    bool for_all = args->operand_count == 0;
    struct targets targets = {.send = send_wait};
    /* Items on disk are over only when somebody works on them: without a daemon one is started. */
    struct call call = {.args = args, .start = true, .show = show_wait, .ctx = &targets};

    return targets_run(&call, for_all ? everything : args->operands,
                       for_all ? 1 : args->operand_count);
}
