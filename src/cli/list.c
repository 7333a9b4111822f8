/* `haul list`: the queue in its order, or what of it fits an expression. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/call.h"
#include "cli/command.h"
#include "cli/expression.h"
#include "cli/list_line.h"
#include "cli/report.h"
#include "config/args.h"

#define LINE_CAP  65536
#define PAGE_ROWS 1000

static void print_and_clear(struct strbuf *line)
{
    fwrite(line->data, 1, line->len, stdout);
    strbuf_clear(line);
}

/* A list that is asked for page by page and printed as it comes: 100,000 items take no more memory
 * than the first few thousand. */
struct list {
    struct call call;
    struct haul_client *client;
    struct haul_view view;
    char filter[FILTER_SIZE];
    struct strbuf line;
    uint64_t shown;
    size_t id_columns;
};

/* The numbers of one page tell the width of its column, and how many there are bounds the others'
 * from below: ids only grow. */
static size_t id_columns(const struct list *list, const struct haul_reply *reply)
{
    struct haul_item last = {.id = reply->matching};
    size_t own = list_id_columns(reply->items, reply->item_count);

    return MAX(list->id_columns, MAX(own, list_id_columns(&last, 1)));
}

static void print_rows(struct list *list, const struct haul_reply *reply)
{
    size_t columns = report_columns();
    int64_t now = clock_wall(&clock_system);

    list->id_columns = id_columns(list, reply);
    if (list->shown == 0 && reply->item_count > 0) {
        list_line_head(&list->line, list->id_columns);
        print_and_clear(&list->line);
    }
    for (size_t i = 0; i < reply->item_count; i++) {
        list_line_item(&list->line, &reply->items[i], now, list->id_columns, columns);
        print_and_clear(&list->line);
    }
}

/* One object over all pages: the first one's, with the items of all. They come last in a page, and
 * its text is that of the client, so that it need not be taken apart: that is what most of the time
 * would go to. */
static bool print_json(const struct list *list, const char *page)
{
    static const char before[] = "\"items\":[";
    static const char after[] = "]}";
    const char *items = strstr(page, before);
    size_t len = strlen(page);

    if (!items || !str_ends(page, after))
        return false;
    items += strlen(before);
    if (list->shown == 0)
        printf("%.*s", (int)(items - page), page);
    else if (*items != ']')
        printf(",");
    fwrite(items, 1, len - strlen(after) - (size_t)(items - page), stdout);
    return true;
}

static void on_page(void *ctx, const struct haul_reply *reply);

static void ask(struct list *list)
{
    list->view.offset = list->shown;
    haul_client_list(list->client, &list->view, on_page, list);
}

static void on_page(void *ctx, const struct haul_reply *reply)
{
    static const struct haul_error not_understood = {
        .code = HAUL_E_RPC, .text = "the daemon's list has a form that is not known"};
    struct list *list = ctx;

    if (reply->err) {
        call_reply(&list->call, reply);
        return;
    }
    if (list->call.args->run.json && !print_json(list, reply->json)) {
        call_give_up(&list->call, &not_understood);
        return;
    }
    if (!list->call.args->run.json)
        print_rows(list, reply);
    list->shown += reply->item_count;
    if (reply->item_count > 0 && list->shown < reply->matching && !ferror(stdout))
        ask(list);
    else
        call_reply(&list->call, reply);
}

static void send_list(struct call *call, struct haul_client *client)
{
    struct list *list = OWNER_OF(call, struct list, call);

    list->client = client;
    ask(list);
}

static int show_end(struct call *call, const struct haul_reply *reply)
{
    struct list *list = OWNER_OF(call, struct list, call);

    if (reply->totals->trouble[0])
        report_note("%s", reply->totals->trouble);
    if (call->args->run.json) {
        printf("]}\n");
        return 0;
    }
    list_line_totals(&list->line, reply->totals, clock_wall(&clock_system));
    print_and_clear(&list->line);
    return 0;
}

int list_run(const struct args *args)
{
    struct list list = {
        .call = {.args = args,
                 .send = send_list,
                 .start = true,
                 .question = true,
                 .own_json = true,
                 .show = show_end},
        .view = {.interval_ms = 1000, .rows = PAGE_ROWS},
    };
    struct haul_error err;
    int status;

    if (expression_of(args, list.filter, &err) != HAUL_OK)
        return report_usage("list", &err);
    list.view.filter = list.filter;
    list.view.secrets = args->run.secrets;
    strbuf_init(&list.line, LINE_CAP);
    status = call_run(&list.call);
    strbuf_fini(&list.line);
    return status;
}
