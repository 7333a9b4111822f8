/* Progress as text.
 *
 * Pure: everything that a line depends on is a parameter, so that each form can be tested to the
 * letter. Strings of a snapshot are clean already; widths are counted in columns, not bytes.
 */
#include "cli/progress_line.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "haul/client.h"

#define NAME_COLUMNS_MAX 48
#define BAR_COLUMNS_MAX  30
#define LINE_MAX_BYTES   4096

/* Appends LINE and a line end, both or nothing. */
static void put_line(struct strbuf *to, const char *line)
{
    if (to->cap - to->len > strlen(line) + 1 && strbuf_puts(to, line))
        (void)!strbuf_puts(to, "\n");
}

static uint64_t average_rate(uint64_t bytes, uint64_t ms)
{
    return ms == 0 ? 0 : (uint64_t)((double)bytes * 1000.0 / (double)ms);
}

/* A note on a complete item says what else there is to know: that the file was there before. */
static void line_done(char *line, size_t size, const struct haul_item *item)
{
    uint64_t ms = item->finished_at > item->started_at && item->started_at > 0
                      ? (uint64_t)(item->finished_at - item->started_at)
                      : 0;
    char bytes[FMT_SIZE], time[FMT_SIZE], rate[FMT_SIZE];
    int used;

    if (item->note[0] != '\0') {
        snprintf(line, size, "done    %s: %s", item->name, item->note);
        return;
    }
    used = snprintf(line, size, "done    %s  %s", item->name, fmt_bytes(item->done, bytes));
    if (ms == 0 || used < 0 || (size_t)used >= size)
        return;
    snprintf(line + used, size - (size_t)used, " in %s, %s",
             fmt_seconds((int64_t)((ms + 500) / 1000), time),
             fmt_rate(average_rate(item->done, ms), rate));
}

static void line_retry(char *line, size_t size, const struct haul_item *item, int64_t now)
{
    int64_t seconds = item->retry_at > now ? (item->retry_at - now + 999) / 1000 : 0;
    char time[FMT_SIZE];

    snprintf(line, size, "retry   %s: %s; next try in %s", item->name, item->note,
             fmt_seconds(seconds, time));
}

void progress_line_plain(struct strbuf *to, enum haul_happening what, const struct haul_item *item,
                         int64_t now)
{
    char line[LINE_MAX_BYTES];
    char bytes[FMT_SIZE];

    switch (what) {
    case HAUL_ITEM_DONE:
        line_done(line, sizeof(line), item);
        break;
    case HAUL_ITEM_FAILED:
        snprintf(line, sizeof(line), "failed  %s: %s", item->name, item->note);
        break;
    case HAUL_ITEM_NOTED:
        snprintf(line, sizeof(line), "note    %s: %s", item->name, item->note);
        break;
    case HAUL_ITEM_RETRY:
        line_retry(line, sizeof(line), item, now);
        break;
    case HAUL_ITEM_STARTED:
        snprintf(line, sizeof(line), "start   %s", item->url);
        break;
    case HAUL_ITEM_NAMED:
        snprintf(line, sizeof(line), "saving  %s/%s  %s", item->dir, item->name,
                 item->total < 0 ? "size not known" : fmt_bytes((uint64_t)item->total, bytes));
        break;
    default:
        return;
    }
    put_line(to, line);
}

const char *progress_line_event(enum haul_happening what)
{
    switch (what) {
    case HAUL_ITEM_ADDED:
        return "added";
    case HAUL_ITEM_STARTED:
        return "started";
    case HAUL_ITEM_RETRY:
        return "retry";
    case HAUL_ITEM_DONE:
        return "done";
    case HAUL_ITEM_FAILED:
        return "failed";
    default:
        return NULL;
    }
}

void progress_line_json(struct strbuf *to, const char *event, const struct haul_item *item)
{
    char *json = haul_item_json(item);
    char *line = xasprintf("{\"event\":\"%s\",\"item\":%s}", event, json);

    put_line(to, line);
    free(line);
    free(json);
}

/* Appends the bar: DONE of TOTAL over COLUMNS cells, to an eighth of a cell in UTF-8. */
static void put_bar(char *to, size_t size, const struct haul_item *item, size_t columns, bool utf8)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double share = item->total > 0 ? (double)item->done / (double)item->total : 0;
    size_t parts = (size_t)(MIN(share, 1.0) * (double)(columns * 8));
    size_t used = 0;

    to[0] = '\0';
    for (size_t i = 0; i < columns; i++) {
        const char *cell = utf8 ? "─" : "-";

        if (i < parts / 8)
            cell = utf8 ? "█" : "#";
        else if (utf8 && i == parts / 8 && parts % 8 > 0)
            cell = eighths[parts % 8];
        used += (size_t)snprintf(to + used, size - used, "%s", cell);
    }
}

/* What stands right of the bar while an item is active; short on narrow terminals. */
static void put_numbers(char *to, size_t size, const struct haul_item *item, bool is_wide)
{
    char amount[FMT_SIZE], rate[FMT_SIZE], eta[FMT_SIZE], percent[8] = "    ";

    if (item->total >= 0)
        snprintf(percent, sizeof(percent), "%3u%%", fmt_percent(item->done, item->total));
    if (is_wide)
        snprintf(to, size, "%s %16s %10s %8s", percent,
                 fmt_progress(item->done, item->total, amount), fmt_rate(item->rate, rate),
                 item->eta < 0 ? "" : fmt_seconds(item->eta, eta));
    else
        snprintf(to, size, "%s %10s", percent, fmt_rate(item->rate, rate));
}

void progress_line_bar(struct strbuf *to, const struct haul_item *item,
                       const struct progress_style *style)
{
    size_t width = MAX(style->columns, 21) - 1;
    bool is_wide = width >= 70;
    char numbers[128], name[8 * NAME_COLUMNS_MAX], bar[4 * BAR_COLUMNS_MAX + 1];
    size_t rest, bar_columns, name_columns;

    put_numbers(numbers, sizeof(numbers), item, is_wide);
    rest = width - MIN(strlen(numbers) + 1, width);
    bar_columns = is_wide ? MIN(rest / 3, BAR_COLUMNS_MAX) : 0;
    name_columns = MIN(rest - bar_columns - (bar_columns > 0), NAME_COLUMNS_MAX);
    text_elide(item->name, name_columns, !style->utf8, name, sizeof(name));
    put_bar(bar, sizeof(bar), item, bar_columns, style->utf8);
    (void)!strbuf_printf(to, "%s%*s%s%s %s", name, (int)(name_columns - text_width(name)), "",
                         bar_columns > 0 ? " " : "", bar, numbers);
}

/* Appends TEXT cut to the terminal's width; TEXT is clean. */
static void put_cut(struct strbuf *to, const char *text, const struct progress_style *style)
{
    size_t columns;
    size_t len = text_fit(text, MAX(style->columns, 2) - 1, &columns);

    (void)!strbuf_add(to, text, len);
}

void progress_line_total(struct strbuf *to, const struct haul_totals *totals,
                         const struct outcome *outcome, const struct progress_style *style)
{
    uint64_t waiting = totals->counts[HAUL_WAITING];
    char line[256], failed[48] = "", retrying[48] = "", rate[FMT_SIZE], eta[FMT_SIZE];

    if (outcome->failed > 0)
        snprintf(failed, sizeof(failed), "  %" PRIu64 " failed", outcome->failed);
    if (waiting > 0)
        snprintf(retrying, sizeof(retrying), "  %" PRIu64 " to retry", waiting);
    snprintf(line, sizeof(line),
             "%" PRIu64 " of %" PRIu64 " done  %" PRIu64 " running%s%s  %s  eta %s", outcome->done,
             outcome->added, totals->counts[HAUL_ACTIVE], retrying, failed,
             fmt_rate(totals->rate, rate), fmt_seconds(totals->eta, eta));
    put_cut(to, line, style);
}

void progress_line_summary(struct strbuf *to, const struct outcome *outcome)
{
    char line[256], failed[48] = "", bytes[FMT_SIZE], time[FMT_SIZE], rate[FMT_SIZE];

    if (outcome->failed > 0)
        snprintf(failed, sizeof(failed), ", %" PRIu64 " failed", outcome->failed);
    snprintf(line, sizeof(line), "%" PRIu64 " of %" PRIu64 " complete%s; %s in %s, %s",
             outcome->done, outcome->added, failed, fmt_bytes(outcome->received, bytes),
             fmt_seconds((int64_t)((outcome->ms + 500) / 1000), time),
             fmt_rate(average_rate(outcome->received, outcome->ms), rate));
    put_line(to, line);
}

void progress_line_trouble_json(struct strbuf *to, const struct haul_error *err)
{
    json_t *object = json_pack("{s:s, s:s, s:s}", "event", "trouble", "error",
                               haul_err_name(err->code), "note", err->text);
    char *line = json_dumps(object, JSON_COMPACT);

    put_line(to, line);
    free(line);
    json_decref(object);
}

void progress_line_summary_json(struct strbuf *to, const struct outcome *outcome)
{
    char line[256];

    snprintf(line, sizeof(line),
             "{\"event\":\"summary\",\"items\":%" PRIu64 ",\"done\":%" PRIu64 ",\"failed\":%" PRIu64
             ",\"received\":%" PRIu64 ",\"ms\":%" PRIu64 ",\"interrupted\":%s,\"exit_status\":%d}",
             outcome->added, outcome->done, outcome->failed, outcome->received, outcome->ms,
             outcome->interrupted ? "true" : "false", outcome_status(outcome));
    put_line(to, line);
}
