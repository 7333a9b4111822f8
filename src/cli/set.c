/* `haul set`: changes the session's options at once, starting its daemon if need be; without any
 * it shows them. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/args.h"
#include "cli/call.h"
#include "cli/command.h"

static void send_set(struct call *call, struct haul_client *client)
{
    if (haul_given_any(&call->args->settings.given))
        haul_client_set(client, &call->args->settings, call_reply, call);
    else
        haul_client_settings(client, call_reply, call);
}

static int show_settings(struct call *call, const struct haul_reply *reply)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count && !call->args->run.json; i++) {
        char *value;

        if (table[i].scope != HAUL_SCOPE_SESSION)
            continue;
        value = haul_option_get(&table[i], reply->settings, 0);
        printf("%-12s %s\n", table[i].name, value);
        free(value);
    }
    return 0;
}

int set_run(const struct args *args)
{
    bool asks = !haul_given_any(&args->settings.given);
    struct call call = {
        .args = args, .start = true, .question = asks, .send = send_set, .show = show_settings};

    return call_run(&call);
}
