/* `haul list`: the queue in its order. */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/command.h"
#include "cli/list_line.h"
#include "cli/report.h"
#include "config/args.h"

#define LINE_CAP 65536

static void send_list(struct call *call, struct haul_client *client)
{
    struct haul_view everything = {.interval_ms = 1000};
    haul_client_list(client, &everything, call_reply, call);
}

/* Width of the terminal that the list goes to; 0 when it goes elsewhere. */
static size_t output_columns(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

static void print_and_clear(struct strbuf *line)
{
    fwrite(line->data, 1, line->len, stdout);
    strbuf_clear(line);
}

static int show_list(struct call *call, const struct haul_reply *reply)
{
    size_t columns = output_columns();
    size_t id_columns = list_id_columns(reply->items, reply->item_count);
    struct strbuf line;

    if (reply->totals->trouble[0])
        report_note("%s", reply->totals->trouble);
    if (call->args->run.json)
        return 0;
    strbuf_init(&line, LINE_CAP);
    if (reply->item_count > 0) {
        list_line_head(&line, id_columns);
        print_and_clear(&line);
    }
    for (size_t i = 0; i < reply->item_count; i++) {
        list_line_item(&line, &reply->items[i], id_columns, columns);
        print_and_clear(&line);
    }
    list_line_totals(&line, reply->totals);
    print_and_clear(&line);
    strbuf_fini(&line);
    return 0;
}

int list_run(const struct args *args)
{
    return call_run(&(struct call){
        .args = args, .send = send_list, .start = true, .question = true, .show = show_list});
}
