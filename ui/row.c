/* The list's columns and their words.
 *
 * Name, bar and numbers stand beside each other: they are what is looked at all day. What is looked
 * up now and then (host, folder, times) stands to the right of them, and is there where there is
 * room. Numbers are right-aligned in columns of fixed width; name and bar share what is left, up to
 * what a name needs: eyes that go from a name to its numbers should not have to travel. A narrower
 * screen drops columns, the least telling first. What the list is sorted by is there as long as
 * there is any room for it. What an item that is not running has to say takes the place of numbers
 * it does not have. */

#include "ui/row.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "base/when.h"

#define MARK_WIDTH        1
#define PERCENT_WIDTH     4
#define AMOUNT_WIDTH      13 /* "1000/1000 MiB" */
#define RATE_WIDTH        9  /* "12.4 MB/s" */
#define ETA_WIDTH         7  /* "1:02:03" */
#define CONNECTIONS_WIDTH 4  /* "×64" */
#define WHEN_WIDTH        8  /* "12:04:11" */
#define PRIORITY_WIDTH    4  /* "high" */
#define TRIES_WIDTH       5
#define GAP               2
#define DAY_MS            INT64_C(86400000)
#define QUARTER_MS        INT64_C(900000)
#define BRIEF_WHEN        9 /* bytes, of "Mon 22:00": there is room for more words */
#define ENDS_MOST         (INT64_C(10) * 365 * 86400) /* seconds; beyond it nobody plans */
#define BAR_MAX           40
#define NAME_MOST         72 /* what is over goes to host and folder, while they have a use for it */
#define HOST_LEAST        12
#define HOST_WIDTH        20
#define HOST_MOST         36
#define FOLDER_WIDTH      20
#define FOLDER_MOST       60

/* From which width on a column is there that narrower lists leave out. */
#define FROM_HOST     140
#define FROM_ADDED    170
#define FROM_ENDS     184
#define FROM_FOLDER   200
#define FROM_FINISHED 230
#define FROM_PRIORITY 240
#define FROM_TRIES    250

/* What may still start has a mark of its own when it is not as important as others. */
static bool shows_priority(const struct haul_item *item)
{
    return item->priority != HAUL_PRIORITY_NORMAL &&
           (item->state == HAUL_QUEUED || item->state == HAUL_PAUSED);
}

static const char *mark_of(const struct haul_item *item, bool ascii)
{
    if (item->state != HAUL_QUEUED || !shows_priority(item))
        return row_mark(item->state, ascii);
    if (item->priority == HAUL_PRIORITY_HIGH)
        return ascii ? "^" : "↑";
    return ascii ? "v" : "↓";
}

/* True when the column of SORT is there only because the list is sorted by it: then the bar makes
 * room. */
static bool is_guest(int width, enum haul_sort sort)
{
    static const int from[HAUL_SORT_COUNT] = {
        [HAUL_SORT_SIZE] = 64,          [HAUL_SORT_ETA] = 72,
        [HAUL_SORT_HOST] = FROM_HOST,   [HAUL_SORT_CONNECTIONS] = 100,
        [HAUL_SORT_ADDED] = FROM_ADDED, [HAUL_SORT_FINISHED] = FROM_FINISHED,
    };
    return width >= 50 && width < MIN(from[sort], 110);
}

/* WIDTH for a column when SHOWN, else 0. */
static struct row_column column_if(bool shown, int width)
{
    return (struct row_column){.width = shown ? width : 0};
}

static void choose_numbers(struct row_layout *layout, int width, enum haul_sort sort)
{
    bool room = width >= 50;
    layout->percent = column_if(width >= 20, PERCENT_WIDTH);
    layout->size = column_if(width >= 64 || (sort == HAUL_SORT_SIZE && room), AMOUNT_WIDTH);
    layout->rate = column_if(width >= 36, RATE_WIDTH);
    layout->eta = column_if(width >= 72 || (sort == HAUL_SORT_ETA && room), ETA_WIDTH);
    layout->ends = column_if(width >= FROM_ENDS, WHEN_WIDTH);
    layout->connections =
        column_if(width >= 100 || (sort == HAUL_SORT_CONNECTIONS && room), CONNECTIONS_WIDTH);
}

static void choose_extra(struct row_layout *layout, int width, enum haul_sort sort)
{
    bool room = width >= 64;
    layout->priority = column_if(width >= FROM_PRIORITY, PRIORITY_WIDTH);
    layout->tries = column_if(width >= FROM_TRIES, TRIES_WIDTH);
    layout->added = column_if(width >= FROM_ADDED || (sort == HAUL_SORT_ADDED && room), WHEN_WIDTH);
    layout->finished =
        column_if(width >= FROM_FINISHED || (sort == HAUL_SORT_FINISHED && room), WHEN_WIDTH);
    layout->host = column_if(width >= FROM_HOST || (sort == HAUL_SORT_HOST && room),
                             width >= 100 ? HOST_WIDTH : HOST_LEAST);
    layout->folder = column_if(width >= FROM_FOLDER, FOLDER_WIDTH);
}

#define COLUMNS 14

/* From left to right; the first NUMBERS of them are what a row of any width is about. */
#define NUMBERS 8
static void list_columns(struct row_layout *layout, struct row_column *columns[COLUMNS])
{
    struct row_column *const all[COLUMNS] = {
        &layout->name,  &layout->bar,      &layout->percent,     &layout->size,     &layout->rate,
        &layout->eta,   &layout->ends,     &layout->connections, &layout->priority, &layout->tries,
        &layout->added, &layout->finished, &layout->host,        &layout->folder,
    };
    memcpy(columns, all, sizeof(all));
}

/* The columns from FROM up to END with the gaps in front of them. */
static int columns_width(struct row_column *const columns[COLUMNS], int from, int end)
{
    int sum = 0;
    for (int i = from; i < end; i++)
        sum += columns[i]->width > 0 ? columns[i]->width + GAP : 0;
    return sum;
}

/* Moves from *ROOM to COLUMN, if that is there, what it has a use for. */
static void widen(struct row_column *column, int most, int *room)
{
    int more = column->width > 0 ? MIN(*room, most - column->width) : 0;
    column->width += MAX(more, 0);
    *room -= MAX(more, 0);
}

/* Name and bar share ROOM, of which EXTRA is taken by the columns behind the numbers. */
static void share(struct row_layout *layout, int room, int extra, bool with_bar)
{
    int bar = with_bar ? MIN((room - GAP) / 3, BAR_MAX) : 0;
    layout->bar = column_if(bar > 0, bar);
    layout->name.width = MAX(room - extra - (bar > 0 ? bar + GAP : 0), 0);
    int over = MAX(layout->name.width - NAME_MOST, 0);
    int left = over;
    widen(&layout->folder, FOLDER_MOST, &left);
    widen(&layout->host, HOST_MOST, &left);
    layout->name.width -= over - left;
}

/* Of width 0 without the column that it begins with. */
static struct row_column from_column(const struct row_column *first, int end)
{
    return (struct row_column){first->x, end - first->x};
}

void row_layout(int width, enum haul_sort sort, struct row_layout *ret_layout)
{
    struct row_layout layout = {.mark = {1, MARK_WIDTH}};
    struct row_column *columns[COLUMNS];
    int x = layout.mark.x + MARK_WIDTH + 1;
    list_columns(&layout, columns);
    choose_numbers(&layout, width, sort);
    choose_extra(&layout, width, sort);
    int numbers = columns_width(columns, 2, NUMBERS);
    int room = MAX(width - 1 - x - numbers, 0); /* one column of air at the right */
    share(&layout, room, columns_width(columns, NUMBERS, COLUMNS),
          width >= 50 && !is_guest(width, sort));

    int end = x;
    for (int i = 0; i < COLUMNS; i++) {
        columns[i]->x = x;
        if (i < NUMBERS && columns[i]->width > 0)
            end = x + columns[i]->width;
        if (i == 0 || columns[i]->width > 0)
            x += columns[i]->width + GAP;
    }
    if (layout.rate.width > 0) {
        layout.words = from_column(layout.size.width > 0 ? &layout.size : &layout.percent, end);
        layout.sentence = from_column(layout.bar.width > 0 ? &layout.bar : &layout.percent, end);
    }
    *ret_layout = layout;
}

struct row_heading row_heading(const struct row_layout *layout, enum row_head head)
{
    const struct row_heading headings[ROW_HEAD_COUNT] = {
        [ROW_HEAD_NAME] = {"name", &layout->name, HAUL_SORT_NAME, false},
        [ROW_HEAD_PERCENT] = {"done", &layout->percent, HAUL_SORT_DONE, true},
        [ROW_HEAD_SIZE] = {"size", &layout->size, HAUL_SORT_SIZE, true},
        [ROW_HEAD_RATE] = {"rate", &layout->rate, HAUL_SORT_RATE, true},
        [ROW_HEAD_ETA] = {"eta", &layout->eta, HAUL_SORT_ETA, true},
        [ROW_HEAD_ENDS] = {"ends", &layout->ends, HAUL_SORT_COUNT, true},
        [ROW_HEAD_CONNECTIONS] = {"conn", &layout->connections, HAUL_SORT_CONNECTIONS, true},
        [ROW_HEAD_PRIORITY] = {"prio", &layout->priority, HAUL_SORT_COUNT, false},
        [ROW_HEAD_TRIES] = {"tries", &layout->tries, HAUL_SORT_COUNT, true},
        [ROW_HEAD_ADDED] = {"added", &layout->added, HAUL_SORT_ADDED, true},
        [ROW_HEAD_FINISHED] = {"finished", &layout->finished, HAUL_SORT_FINISHED, true},
        [ROW_HEAD_HOST] = {"host", &layout->host, HAUL_SORT_HOST, false},
        [ROW_HEAD_FOLDER] = {"folder", &layout->folder, HAUL_SORT_COUNT, false},
    };
    return headings[head];
}

const char *row_host(const struct haul_item *item, char buf[ROW_EXTRA_SIZE])
{
    size_t len;
    const char *host = url_host_within(item->url, &len);
    snprintf(buf, ROW_EXTRA_SIZE, "%.*s", (int)MIN(len, (size_t)ROW_EXTRA_SIZE - 1), host);
    return buf;
}

const char *row_when(int64_t when, int64_t now, char buf[ROW_EXTRA_SIZE])
{
    char text[FMT_SIZE];
    buf[0] = '\0';
    if (when <= 0)
        return buf;
    if (when <= now && now - when < DAY_MS)
        str_copy(buf, ROW_EXTRA_SIZE, fmt_clock(when, text));
    else
        snprintf(buf, ROW_EXTRA_SIZE, "%.8s", fmt_time(when, text) + 2); /* "24-11-21" */
    return buf;
}

const char *row_priority(const struct haul_item *item, char buf[ROW_EXTRA_SIZE])
{
    bool special = item->priority != HAUL_PRIORITY_NORMAL && !haul_state_is_final(item->state);
    str_copy(buf, ROW_EXTRA_SIZE, special ? haul_priority_name(item->priority) : "");
    return buf;
}

const char *row_tries(const struct haul_item *item, char buf[ROW_EXTRA_SIZE])
{
    buf[0] = '\0';
    if (item->tries > 1)
        snprintf(buf, ROW_EXTRA_SIZE, "%u", item->tries);
    return buf;
}

const char *row_mark(enum haul_state state, bool ascii)
{
    static const char *const marks[HAUL_STATE_COUNT][2] = {
        [HAUL_QUEUED] = {"·", "."},    [HAUL_ACTIVE] = {"▶", ">"}, [HAUL_WAITING] = {"↻", "~"},
        [HAUL_PAUSED] = {"‖", "="},    [HAUL_DONE] = {"✓", "*"},   [HAUL_FAILED] = {"✗", "!"},
        [HAUL_CANCELLED] = {"−", "x"},
    };
    return marks[state][ascii ? 1 : 0];
}

enum row_tone row_state_tone(enum haul_state state)
{
    static const enum row_tone tones[HAUL_STATE_COUNT] = {
        [HAUL_QUEUED] = ROW_QUIET,    [HAUL_ACTIVE] = ROW_BUSY, [HAUL_WAITING] = ROW_WAIT,
        [HAUL_PAUSED] = ROW_QUIET,    [HAUL_DONE] = ROW_GOOD,   [HAUL_FAILED] = ROW_BAD,
        [HAUL_CANCELLED] = ROW_QUIET,
    };
    return tones[state];
}

enum theme_style row_style(enum row_tone tone)
{
    static const enum theme_style styles[] = {
        [ROW_PLAIN] = STYLE_TEXT, [ROW_BUSY] = STYLE_ACCENT, [ROW_QUIET] = STYLE_DIM,
        [ROW_GOOD] = STYLE_GOOD,  [ROW_WAIT] = STYLE_WAIT,   [ROW_BAD] = STYLE_BAD,
    };
    return styles[tone];
}

/* Which day it is on changes at midnight, which is at a quarter of an hour in every time zone. */
uint64_t row_time_changes_in(int64_t when, int64_t now)
{
    return when > now ? (uint64_t)MIN(when - now, QUARTER_MS - now % QUARTER_MS) : ROW_NEVER;
}

/* Seconds are counted down. */
uint64_t row_changes_in(const struct haul_item *item, int64_t now)
{
    if (item->state == HAUL_WAITING && item->retry_at > 0)
        return ROW_SECOND_MS;
    return item->state == HAUL_QUEUED ? row_time_changes_in(item->start_at, now) : ROW_NEVER;
}

/* When all of it will be here: without seconds, which would never stand still. */
static void fill_ends(const struct haul_item *item, int64_t now, struct row_text *text)
{
    char buf[FMT_SIZE];
    int64_t ends = now + MIN(item->eta, ENDS_MOST) * 1000;
    if (item->eta < 0 || item->eta > ENDS_MOST)
        return;
    if (item->eta < DAY_MS / 1000)
        snprintf(text->ends, sizeof(text->ends), "%.5s", fmt_clock(ends, buf));
    else
        snprintf(text->ends, sizeof(text->ends), "%.8s", fmt_time(ends, buf) + 2);
}

static void fill_active(const struct haul_item *item, int64_t now, bool ascii,
                        struct row_text *text)
{
    if (item->phase == HAUL_PHASE_CONNECTING) {
        str_copy(text->words, sizeof(text->words), "connecting");
        return;
    }
    if (item->phase == HAUL_PHASE_CHECKING) {
        str_copy(text->words, sizeof(text->words), "checking");
        return;
    }
    if (item->phase == HAUL_PHASE_FINISHING) {
        str_copy(text->words, sizeof(text->words), "finishing");
        return;
    }
    fmt_progress(item->done, item->total, text->size);
    fmt_rate(item->rate, text->rate);
    fmt_seconds(item->eta, text->eta);
    fill_ends(item, now, text);
    if (item->connections > 0)
        snprintf(text->connections, sizeof(text->connections), "%s%u", ascii ? "x" : "×",
                 item->connections);
}

/* Why it waits, in two words: the status of the answer, or what became of the connection. */
static void why_waiting(const struct haul_item *item, char *buf, size_t size)
{
    static const char *const words[HAUL_E_COUNT] = {
        [HAUL_E_RESOLVE] = "unknown host",  [HAUL_E_CONNECT] = "no connection",
        [HAUL_E_TIMEOUT] = "too slow",      [HAUL_E_STALLED] = "stalled",
        [HAUL_E_RESET] = "broken off",      [HAUL_E_TRUNCATED] = "cut short",
        [HAUL_E_PROXY] = "proxy failed",    [HAUL_E_DISK_FULL] = "disk full",
        [HAUL_E_UNCLEAN_END] = "cut short", [HAUL_E_TLS] = "TLS failed",
    };

    if (item->http_status > 0)
        snprintf(buf, size, "%d, ", item->http_status);
    else if (words[item->err])
        snprintf(buf, size, "%s, ", words[item->err]);
    else if (item->err != HAUL_OK)
        snprintf(buf, size, "%s, ", haul_err_name(item->err));
}

/* "503, next try in 0:12". */
static void fill_waiting(const struct haul_item *item, int64_t now, bool short_words,
                         struct row_text *text)
{
    char why[32] = "";
    char left[16];
    int64_t seconds = item->retry_at > now ? (item->retry_at - now + 999) / 1000 : 0;
    if (!short_words)
        why_waiting(item, why, sizeof(why));
    snprintf(left, sizeof(left), "%d:%02d", (int)MIN(seconds / 60, (int64_t)99999),
             (int)(seconds % 60));
    if (item->retry_at == 0)
        snprintf(text->words, sizeof(text->words), "%swaiting", why);
    else
        snprintf(text->words, sizeof(text->words), "%s%s %s", why,
                 short_words ? "again in" : "next try in", left);
}

static void fill_done(const struct haul_item *item, bool short_words, struct row_text *text)
{
    char took[FMT_SIZE];
    int64_t ms = item->finished_at - item->started_at;
    fmt_bytes(item->done, text->size);
    if (short_words || item->started_at <= 0 || ms < 0)
        str_copy(text->sentence, sizeof(text->sentence), "done");
    else
        snprintf(text->sentence, sizeof(text->sentence), "done in %s",
                 fmt_seconds(ms / 1000, took));
}

static void fill_failed(const struct haul_item *item, bool short_words, struct row_text *text)
{
    if (short_words && item->http_status > 0)
        snprintf(text->sentence, sizeof(text->sentence), "failed (%d)", item->http_status);
    else if (short_words)
        str_copy(text->sentence, sizeof(text->sentence), "failed");
    else
        str_copy(text->sentence, sizeof(text->sentence),
                 item->note[0] ? item->note : haul_err_sentence(item->err));
}

/* "no downloads before 22:00", for as long as the schedule says so. */
static void fill_off_hours(const struct haul_item *item, int64_t now, bool short_words,
                           struct row_text *text)
{
    char when[WHEN_SIZE];
    if (item->start_at == 0)
        str_copy(text->words, sizeof(text->words),
                 short_words ? "off by schedule" : "no downloads by the schedule");
    else if (strlen(when_text(item->start_at, now, when)) > BRIEF_WHEN || short_words)
        snprintf(text->words, sizeof(text->words), "off until %s", when);
    else
        snprintf(text->words, sizeof(text->words), "no downloads before %s", when);
}

/* "queued", "queued, high", "starts at 22:00", "host is backing off until 14:02:11". */
static void fill_idle(const struct haul_item *item, int64_t now, bool short_words,
                      struct row_text *text)
{
    const char *level = shows_priority(item) ? haul_priority_name(item->priority) : "";
    const char *comma = level[0] ? ", " : "";
    char when[WHEN_SIZE];
    if (item->off_hours && (item->start_at == 0 || item->start_at > now))
        fill_off_hours(item, now, short_words, text);
    else if (item->state == HAUL_QUEUED && item->note[0] && item->start_at <= now)
        str_copy(text->sentence, sizeof(text->sentence), item->note);
    else if (item->state != HAUL_QUEUED || item->start_at <= now)
        snprintf(text->words, sizeof(text->words), "%s%s%s", haul_state_name(item->state), comma,
                 level);
    else if (short_words)
        when_phrase(item->start_at, now, text->words);
    else
        snprintf(text->words, sizeof(text->words), "starts %s%s%s",
                 when_phrase(item->start_at, now, when), comma, level);
}

void row_text(const struct haul_item *item, int64_t now, bool ascii, bool short_words,
              struct row_text *ret_text)
{
    struct row_text text = {.mark = mark_of(item, ascii), .tone = row_state_tone(item->state)};
    bool known = item->total > 0 && item->done > 0;
    text.bar = item->state == HAUL_ACTIVE || known;
    if (text.bar && item->total > 0)
        snprintf(text.percent, sizeof(text.percent), "%u%%", fmt_percent(item->done, item->total));
    switch (item->state) {
    case HAUL_ACTIVE:
        fill_active(item, now, ascii, &text);
        break;
    case HAUL_WAITING:
        fill_waiting(item, now, short_words, &text);
        break;
    case HAUL_DONE:
        fill_done(item, short_words, &text);
        break;
    case HAUL_FAILED:
        fill_failed(item, short_words, &text);
        break;
    default:
        fill_idle(item, now, short_words, &text);
        break;
    }
    *ret_text = text;
}
