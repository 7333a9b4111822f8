/* `haul history` as text. Pure but for the user's time zone; texts are clean, widths are columns.
 */
#include "cli/history_line.h"

#include <stdio.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

#define FIXED_COLUMNS 37 /* all but name and link, with the gaps */
#define NAME_LEAST    8
#define NAME_MOST     40
#define LINK_LEAST    16
#define TEXT_CAP      1024

size_t history_name_columns(const struct haul_past *entries, size_t count, size_t columns)
{
    size_t room = columns > FIXED_COLUMNS ? columns - FIXED_COLUMNS : 0;
    size_t most =
        columns == 0 ? NAME_MOST : MIN((size_t)NAME_MOST, MAX(room / 2, (size_t)NAME_LEAST));
    size_t widest = NAME_LEAST;

    for (size_t i = 0; i < count && widest < most; i++)
        widest = MAX(widest, text_width(entries[i].name));
    return MIN(widest, most);
}

void history_line_head(struct strbuf *to, size_t name_columns)
{
    (void)!strbuf_printf(to, "%-16s  %-7s  %8s  %-*s  %s\n", "FINISHED", "STATE", "SIZE",
                         (int)name_columns, "NAME", "LINK");
}

/* The user's date and time, to the minute. */
static const char *when(int64_t wall_ms, char buf[FMT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;

    if (wall_ms <= 0 || !localtime_r(&seconds, &parts) ||
        strftime(buf, FMT_SIZE, "%Y-%m-%d %H:%M", &parts) == 0)
        snprintf(buf, FMT_SIZE, "-");
    return buf;
}

/* Appends TEXT, cut in its middle and filled up to COLUMNS. */
static void put_column(struct strbuf *to, const char *text, size_t columns)
{
    char cut[4 * NAME_MOST + 4];

    text_elide(text, columns, false, cut, sizeof cut);
    (void)!strbuf_printf(to, "%s%*s", cut, (int)(columns - text_width(cut)), "");
}

static void put_link(struct strbuf *to, const char *link, size_t columns)
{
    char cut[4 * TEXT_CAP + 4];

    if (columns == 0) {
        (void)!strbuf_puts(to, link);
        return;
    }
    text_elide(link, MIN(columns, (size_t)TEXT_CAP), false, cut, sizeof cut);
    (void)!strbuf_puts(to, cut);
}

/* Why it failed, in a word: "404", "dns". */
static void put_reason(const struct haul_past *past, char *buf, size_t size)
{
    buf[0] = '\0';
    if (past->state != HAUL_FAILED)
        return;
    if (past->http_status > 0)
        snprintf(buf, size, "%d: ", past->http_status);
    else
        snprintf(buf, size, "%s: ", haul_err_name(past->err));
}

void history_line_entry(struct strbuf *to, const struct haul_past *past, size_t name_columns,
                        size_t columns)
{
    char at[FMT_SIZE], size[FMT_SIZE] = "", reason[64];
    size_t used = FIXED_COLUMNS + name_columns + 2;

    if (past->size >= 0)
        fmt_bytes((uint64_t)past->size, size);
    put_reason(past, reason, sizeof reason);
    used += text_width(reason);
    (void)!strbuf_printf(to, "%-16s  %-7s  %8s  ", when(past->finished_at, at),
                         past->skipped ? "skipped" : haul_state_name(past->state), size);
    put_column(to, past->name, name_columns);
    (void)!strbuf_printf(to, "  %s", reason);
    put_link(to, past->url,
             columns == 0 ? 0 : (columns > used + LINK_LEAST ? columns - used - 1 : LINK_LEAST));
    (void)!strbuf_puts(to, "\n");
}
