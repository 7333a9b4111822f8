/* `haul hosts`: the hosts that the queue's items are of. */
#include <stdio.h>

#include "cli/call.h"
#include "cli/command.h"
#include "cli/hosts_line.h"
#include "cli/report.h"
#include "config/args.h"

#define LINE_CAP 65536

static void send_hosts(struct call *call, struct haul_client *client)
{
    struct haul_hosts_view all = {.sort = HAUL_HOST_SORT_STATE};

    haul_client_hosts(client, &all, call_reply, call);
}

static void print_and_clear(struct strbuf *line)
{
    fwrite(line->data, 1, line->len, stdout);
    strbuf_clear(line);
}

static int show_hosts(struct call *call, const struct haul_reply *reply)
{
    const struct haul_hosts *hosts = reply->hosts;
    size_t columns = hosts_line_columns(hosts->rows, hosts->row_count);
    struct strbuf line;

    if (call->args->run.json)
        return 0;
    strbuf_init(&line, LINE_CAP);
    if (hosts->row_count > 0) {
        hosts_line_head(&line, columns);
        print_and_clear(&line);
    }
    for (size_t i = 0; i < hosts->row_count; i++) {
        hosts_line(&line, &hosts->rows[i], columns);
        print_and_clear(&line);
    }
    hosts_line_foot(&line, hosts->matching, hosts->row_count, hosts->per_host);
    print_and_clear(&line);
    strbuf_fini(&line);
    return 0;
}

int hosts_run(const struct args *args)
{
    return call_run(&(struct call){
        .args = args, .send = send_hosts, .start = true, .question = true, .show = show_hosts});
}
