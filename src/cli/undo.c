/* `haul undo`. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/call.h"
#include "cli/command.h"
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

int undo_run(const struct args *args)
{
    return call_run(&(struct call){.args = args, .send = send_undo, .show = show_undo});
}
