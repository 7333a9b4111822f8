/* `haul list` as text. Pure; the strings of snapshots are clean, and widths are columns. */
#include "cli/list_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/hours_line.h"

#define FIXED_COLUMNS 49 /* all but the number and the name, with the gaps */
#define NAME_MIN      8

size_t list_id_columns(const struct haul_item *items, size_t count)
{
    uint64_t largest = 99;
    size_t columns = 0;

    for (size_t i = 0; i < count; i++)
        largest = MAX(largest, items[i].id);
    for (; largest > 0; largest /= 10)
        columns++;
    return columns;
}

void list_line_head(struct strbuf *to, size_t id_columns)
{
    (void)!strbuf_printf(to, "%*s  %-9s  %4s  %8s  %9s  %7s  %s\n", (int)id_columns, "ID", "STATE",
                         "DONE", "SIZE", "RATE", "ETA", "NAME");
}

/* One more thing to say, behind a comma when it is not the first. */
static void say(char *buf, size_t size, const char *before, const char *text)
{
    size_t len = strlen(buf);

    if (text[0] != '\0')
        snprintf(buf + len, size - len, "%s%s%s", len > 0 ? ", " : "", before, text);
}

/* When the next try comes: a time that counts down, as it is short and near. */
static void say_next_try(char *buf, size_t size, const struct haul_item *item, int64_t now)
{
    char left[FMT_SIZE];

    if (item->retry_at > now)
        say(buf, size, "next try in ", fmt_seconds((item->retry_at - now + 999) / 1000, left));
}

/* What there is to say of an item that has not come to a good end: of one that may still start its
 * priority and when it does, of one that waits when it tries again, and its note. */
static const char *remark(const struct haul_item *item, int64_t now, char *buf, size_t size)
{
    bool idle = item->state == HAUL_QUEUED || item->state == HAUL_PAUSED;
    char when[WHEN_SIZE], hours[HOURS_LINE_SIZE];

    buf[0] = '\0';
    if (idle && item->priority != HAUL_PRIORITY_NORMAL)
        say(buf, size, item->priority == HAUL_PRIORITY_HIGH ? "high" : "low", " priority");
    say(buf, size, "", hours_line_item(item, now, hours));
    if (idle && item->start_at > now && !item->off_hours)
        say(buf, size, "starts ", when_phrase(item->start_at, now, when));
    if (item->state == HAUL_WAITING)
        say_next_try(buf, size, item, now);
    if (item->state != HAUL_DONE && item->state != HAUL_CANCELLED)
        say(buf, size, "", item->note);
    return buf;
}

/* Appends NAME and, where the item has something to say, ": NOTE", cut to COLUMNS. */
static void put_name(struct strbuf *to, const struct haul_item *item, int64_t now, size_t columns)
{
    char note[1024];
    bool has_note = remark(item, now, note, sizeof note)[0] != '\0';
    char name[1024];
    size_t used, len;

    if (columns == 0) {
        (void)!strbuf_printf(to, "%s%s%s\n", item->name, has_note ? ": " : "", note);
        return;
    }
    columns = MIN(columns, sizeof(name) / 4 - 1);
    text_elide(item->name, has_note ? MAX(columns / 2, NAME_MIN) : columns, false, name,
               sizeof(name));
    used = text_width(name);
    (void)!strbuf_puts(to, name);
    if (has_note && used + 2 < columns) {
        len = text_fit(note, columns - used - 2, &used);
        (void)!strbuf_printf(to, ": %.*s", (int)len, note);
    }
    (void)!strbuf_puts(to, "\n");
}

void list_line_item(struct strbuf *to, const struct haul_item *item, int64_t now, size_t id_columns,
                    size_t columns)
{
    bool active = item->state == HAUL_ACTIVE;
    char percent[8] = "", size[FMT_SIZE] = "", rate[FMT_SIZE] = "", eta[FMT_SIZE] = "";

    if (item->total >= 0) {
        snprintf(percent, sizeof(percent), "%u%%", fmt_percent(item->done, item->total));
        fmt_bytes((uint64_t)item->total, size);
    } else if (item->done > 0) {
        fmt_bytes(item->done, size);
    }
    if (active)
        fmt_rate(item->rate, rate);
    if (active && item->eta >= 0)
        fmt_seconds(item->eta, eta);
    (void)!strbuf_printf(to, "%*" PRIu64 "  %-9s  %4s  %8s  %9s  %7s  ", (int)id_columns, item->id,
                         haul_state_name(item->state), percent, size, rate, eta);
    put_name(to, item, now,
             columns == 0 ? 0
                          : MAX(columns, FIXED_COLUMNS + id_columns + NAME_MIN) - FIXED_COLUMNS -
                                id_columns - 1);
}

void list_line_totals(struct strbuf *to, const struct haul_totals *totals, int64_t now)
{
    static const enum haul_state order[] = {HAUL_ACTIVE, HAUL_WAITING, HAUL_QUEUED,   HAUL_PAUSED,
                                            HAUL_DONE,   HAUL_FAILED,  HAUL_CANCELLED};
    char rate[FMT_SIZE], eta[FMT_SIZE], hours[HOURS_LINE_SIZE];
    bool first = true;

    for (size_t i = 0; i < COUNT_OF(order); i++) {
        uint64_t count = totals->counts[order[i]];

        if (count == 0)
            continue;
        (void)!strbuf_printf(to, "%s%" PRIu64 " %s", first ? "" : ", ", count,
                             haul_state_name(order[i]));
        first = false;
    }
    if (first)
        (void)!strbuf_puts(to, "the queue is empty");
    if (totals->counts[HAUL_ACTIVE] > 0)
        (void)!strbuf_printf(to, "; %s, eta %s", fmt_rate(totals->rate, rate),
                             fmt_seconds(totals->eta, eta));
    if (hours_line(totals, now, hours)[0])
        (void)!strbuf_printf(to, "; %s", hours);
    (void)!strbuf_puts(to, "\n");
}
