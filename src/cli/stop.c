/* `haul stop`: ends the session's daemon and returns when it has put everything away. */
#include <stdio.h>

#include "cli/call.h"
#include "cli/command.h"
#include "config/args.h"

static void send_stop(struct call *call, struct haul_client *client)
{
    haul_client_stop(client, call_reply, call);
}

static int show_stop(struct call *call, const struct haul_reply *reply)
{
    (void)reply;
    if (!call->args->run.json)
        printf("the daemon of session '%s' has stopped\n", call->args->run.session);
    return 0;
}

int stop_run(const struct args *args)
{
    return call_run(&(struct call){
        .args = args, .send = send_stop, .show = show_stop, .json_without_daemon = "{}"});
}
