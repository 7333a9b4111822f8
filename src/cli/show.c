/* `haul show`: everything about one item. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/call.h"
#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"
#include "input/ids.h"

#define LABEL_COLUMNS 14

static void send_show(struct call *call, struct haul_client *client)
{
    const uint64_t *id = call->ctx;
    haul_client_show(client, *id, call->args->run.secrets, call_reply, call);
}

static void print_fact(const char *label, const char *value)
{
    size_t width = text_width(label);
    printf("%s%*s %s\n", label, (int)(LABEL_COLUMNS - MIN(width, LABEL_COLUMNS)), "", value);
}

static void print_item(const struct haul_item *item)
{
    char amount[FMT_SIZE], rate[FMT_SIZE], eta[FMT_SIZE], time[FMT_SIZE];
    char text[128];

    snprintf(text, sizeof(text), "%" PRIu64 ", position %" PRIu64, item->id, item->position);
    print_fact("item", text);
    print_fact("name", item->name);
    print_fact("url", item->url);
    print_fact("folder", item->dir);
    print_fact("state", haul_state_name(item->state));
    if (item->note[0] != '\0')
        print_fact("note", item->note);
    snprintf(text, sizeof(text), "%s%s", fmt_progress(item->done, item->total, amount),
             item->total < 0 ? ", size not known" : "");
    print_fact("progress", text);
    if (item->state == HAUL_ACTIVE) {
        snprintf(text, sizeof(text), "%s, eta %s", fmt_rate(item->rate, rate),
                 fmt_seconds(item->eta, eta));
        print_fact("rate", text);
    }
    print_fact("added", fmt_time(item->added_at, time));
    if (item->started_at > 0)
        print_fact("started", fmt_time(item->started_at, time));
    if (item->finished_at > 0)
        print_fact("finished", fmt_time(item->finished_at, time));
}

static void print_connection(const struct haul_connection *connection)
{
    char came[FMT_SIZE], rate[FMT_SIZE];
    char *text = xasprintf("%s, %s, %s here, %s", connection->source, connection->doing,
                           fmt_bytes(connection->came, came), fmt_rate(connection->rate, rate));

    print_fact("connection", text);
    free(text);
}

static int show_detail(struct call *call, const struct haul_reply *reply)
{
    const struct haul_detail *detail = reply->detail;
    char time[FMT_SIZE];

    if (call->args->run.json)
        return 0;
    print_item(&detail->item);
    if (detail->diagnosis && detail->diagnosis[0] != '\0')
        print_fact("diagnosis", detail->diagnosis);
    for (size_t i = 0; i < detail->fact_count; i++)
        print_fact(detail->facts[i].name, detail->facts[i].value);
    for (size_t i = 0; i < detail->option_count; i++)
        print_fact(detail->options[i].name, detail->options[i].value);
    for (size_t i = 0; i < detail->connection_count; i++)
        print_connection(&detail->connections[i]);
    if (detail->event_count > 0)
        printf("\n");
    for (size_t i = 0; i < detail->event_count; i++)
        printf("%s  %s\n", fmt_time(detail->events[i].at, time), detail->events[i].text);
    return 0;
}

int show_run(const struct args *args)
{
    struct haul_error err;
    uint64_t id;

    if (ids_parse_one(args->operands[0], &id, &err) != HAUL_OK)
        return report_usage("show", &err);
    return call_run(&(struct call){.args = args,
                                   .start = true,
                                   .question = true,
                                   .send = send_show,
                                   .show = show_detail,
                                   .ctx = &id});
}
