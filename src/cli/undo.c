/* `haul undo`. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/call.h"
#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"

static void send_undo(struct call *call, struct haul_client *client)
{
    haul_client_undo(client, call_reply, call);
}

static int show_undo(struct call *call, const struct haul_reply *reply)
{
    if (!call->args->run.json)
        printf("%" PRIu64 " %s\n", reply->count,
               reply->action == HAUL_REMOVE ? "back in the list" : "not cancelled any more");
    return 0;
}

/* What can be undone lives as long as the daemon that did it. */
static int no_daemon(struct call *call, const struct haul_error *err)
{
    struct haul_error why = *err;

    if (err->code == HAUL_E_NO_DAEMON)
        (void)haul_fail(&why, err->code, "nothing to undo: no daemon is running in session '%s'",
                        call->args->run.session);
    return report_error(&why);
}

int undo_run(const struct args *args)
{
    return call_run(
        &(struct call){.args = args, .send = send_undo, .show = show_undo, .no_answer = no_daemon});
}
