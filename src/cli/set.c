/* `haul set`: changes the session's options at once, starting its daemon if need be; without any
 * it shows them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/call.h"
#include "cli/command.h"
#include "cli/hours_line.h"
#include "cli/report.h"
#include "config/args.h"

static void send_set(struct call *call, struct haul_client *client)
{
    const struct haul_settings *change = call->ctx;

    if (haul_settings_any(change))
        haul_client_set(client, change, call_reply, call);
    else
        haul_client_settings(client, call_reply, call);
}

static int show_settings(struct call *call, const struct haul_reply *reply)
{
    char hours[HOURS_LINE_SIZE];
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count && !call->args->run.json; i++) {
        char *value;

        if (table[i].scope != HAUL_SCOPE_SESSION ||
            !haul_option_marked(&table[i], reply->known_rows))
            continue;
        value = haul_option_get(&table[i], reply->settings, 0);
        printf("%-12s %s\n", table[i].name, value);
        free(value);
    }
    if (reply->totals && !call->args->run.json &&
        hours_line(reply->totals, clock_wall(&clock_system), hours)[0])
        printf("%-12s %s (schedule)\n", "now", hours);
    return 0;
}

int set_run(const struct args *args)
{
    struct haul_settings change;
    struct haul_error err;
    struct call call = {
        .args = args, .start = true, .send = send_set, .show = show_settings, .ctx = &change};

    if (args_change(args, &change, &err) != HAUL_OK)
        return report_usage("set", &err);
    call.question = !haul_settings_any(&change);
    return call_run(&call);
}
