/* `haul history`: what became of items, asked for in parts so that a long history is nowhere held
 * as a whole, here neither. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/call.h"
#include "cli/command.h"
#include "cli/expression.h"
#include "cli/history_line.h"
#include "cli/report.h"
#include "config/args.h"

#define PAGE_ROWS 1000
#define LINE_CAP  (1u << 20)

struct asking {
    char filter[FILTER_SIZE];
    uint64_t shown;
    bool begun; /* of JSON */
    bool all;   /* no bound on how many */
    uint64_t most;
    size_t columns; /* of the terminal, 0: none */
    size_t name_columns;
};

static void print_lines(struct asking *asking, const struct haul_past *entries, size_t count)
{
    struct strbuf line;

    strbuf_init(&line, LINE_CAP);
    if (asking->shown == 0 && count > 0) {
        asking->name_columns = history_name_columns(entries, count, asking->columns);
        history_line_head(&line, asking->name_columns);
    }
    for (size_t i = 0; i < count; i++) {
        history_line_entry(&line, &entries[i], asking->name_columns, asking->columns);
        fwrite(line.data, 1, line.len, stdout);
        strbuf_clear(&line);
    }
    strbuf_fini(&line);
}

/* One object over all parts: {"entries":[…]}, an entry a line. */
static void print_json(struct asking *asking, const char *json)
{
    json_t *result = json_loads(json, 0, NULL);
    const json_t *entries = json_object_get(result, "entries");

    if (!asking->begun)
        printf("{\"entries\":[");
    asking->begun = true;
    for (size_t i = 0; i < json_array_size(entries); i++) {
        printf("%s", asking->shown + i > 0 ? ",\n" : "");
        json_dumpf(json_array_get(entries, i), stdout, JSON_COMPACT);
    }
    json_decref(result);
}

static void on_part(void *ctx, const struct haul_reply *reply);

static void ask_for_more(struct call *call, struct haul_client *client, const char *from)
{
    const struct asking *asking = call->ctx;
    uint64_t left = asking->all ? PAGE_ROWS : asking->most - asking->shown;

    haul_client_history(client, asking->filter, from, (uint32_t)MIN(left, (uint64_t)PAGE_ROWS),
                        on_part, call);
}

/* Prints a part. The answer to the call is the last one. */
static void on_part(void *ctx, const struct haul_reply *reply)
{
    struct call *call = ctx;
    struct asking *asking = call->ctx;

    if (reply->err) {
        call_reply(call, reply);
        return;
    }
    if (call->args->run.json)
        print_json(asking, reply->json);
    else
        print_lines(asking, reply->past, reply->past_count);
    asking->shown += reply->past_count;
    if (reply->next && (asking->all || asking->shown < asking->most) && !ferror(stdout))
        ask_for_more(call, call->client, reply->next);
    else
        call_reply(call, reply);
}

static void send_history(struct call *call, struct haul_client *client)
{
    ask_for_more(call, client, NULL);
}

static int show_end(struct call *call, const struct haul_reply *reply)
{
    const struct asking *asking = call->ctx;

    if (call->args->run.json) {
        printf("]}\n");
        return 0;
    }
    if (reply->next)
        report_note("these are the newest %" PRIu64 ", there may be older ones: -n 0 shows all",
                    asking->shown);
    else if (asking->shown == 0)
        report_note("%s",
                    asking->filter[0] ? "nothing in the history fits" : "the history is empty");
    return 0;
}

static void send_forget(struct call *call, struct haul_client *client)
{
    const struct asking *asking = call->ctx;

    haul_client_forget(client, asking->filter, call_reply, call);
}

static int show_forgotten(struct call *call, const struct haul_reply *reply)
{
    if (!call->args->run.json)
        printf("%" PRIu64 " forgotten\n", reply->count);
    return 0;
}

int history_run(const struct args *args)
{
    struct asking asking = {
        .all = args->run.last == 0, .most = args->run.last, .columns = report_columns()};
    struct call call = {.args = args,
                        .start = true,
                        .question = true,
                        .own_json = !args->run.clear,
                        .send = args->run.clear ? send_forget : send_history,
                        .show = args->run.clear ? show_forgotten : show_end,
                        .ctx = &asking};
    struct haul_error err;

    if (expression_of(args, asking.filter, &err) != HAUL_OK)
        return report_usage("history", &err);
    return call_run(&call);
}
