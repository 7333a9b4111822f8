/* The list's columns and their words.
 *
 * Numbers are right-aligned in columns of fixed width; name and bar share what is left. A narrower
 * screen drops columns from the right, the least telling first: connections, time to go, size, bar,
 * rate. What an item that is not running has to say takes the place of numbers it does not have. */

#include "ui/row.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define MARK_WIDTH        1
#define PERCENT_WIDTH     4
#define AMOUNT_WIDTH      13 /* "1000/1000 MiB" */
#define RATE_WIDTH        9  /* "12.4 MB/s" */
#define ETA_WIDTH         7  /* "1:02:03" */
#define CONNECTIONS_WIDTH 4  /* "×64" */
#define GAP               2
#define BAR_MAX           40

/* Places a column of WIDTH before *END, with a gap after it, and moves *END to its start. */
static void place_before(struct row_column *column, int width, int *end)
{
    column->width = width;
    column->x = *end - width;
    *end = column->x - GAP;
}

/* Name and bar share FROM…END. */
static void share(struct row_layout *layout, int from, int end, bool with_bar)
{
    int room = MAX(end - from, 0);
    int bar = with_bar ? MIN((room - GAP) / 3, BAR_MAX) : 0;
    layout->name = (struct row_column){from, room - (bar > 0 ? bar + GAP : 0)};
    if (bar > 0)
        layout->bar = (struct row_column){end - bar, bar};
}

void row_layout(int width, struct row_layout *ret_layout)
{
    struct row_layout layout = {.mark = {1, MARK_WIDTH}};
    int right = width - 1; /* one column of air */
    int end = right;
    if (width >= 100)
        place_before(&layout.connections, CONNECTIONS_WIDTH, &end);
    if (width >= 72)
        place_before(&layout.eta, ETA_WIDTH, &end);
    if (width >= 36)
        place_before(&layout.rate, RATE_WIDTH, &end);
    if (width >= 64)
        place_before(&layout.size, AMOUNT_WIDTH, &end);
    if (width >= 20)
        place_before(&layout.percent, PERCENT_WIDTH, &end);
    share(&layout, layout.mark.x + MARK_WIDTH + 1, MAX(end, 3), width >= 50);

    int words = layout.size.width > 0 ? layout.size.x : layout.percent.x;
    int sentence = layout.bar.width > 0 ? layout.bar.x : layout.percent.x;
    if (layout.rate.width > 0) {
        layout.words = (struct row_column){words, right - words};
        layout.sentence = (struct row_column){sentence, right - sentence};
    }
    *ret_layout = layout;
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

bool row_ticks(const struct haul_item *item)
{
    return item->state == HAUL_WAITING && item->retry_at > 0;
}

static void fill_active(const struct haul_item *item, bool ascii, struct row_text *text)
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
    char size[FMT_SIZE];
    int64_t ms = item->finished_at - item->started_at;
    fmt_bytes(item->done, size);
    if (short_words || item->started_at <= 0 || ms < 0)
        snprintf(text->sentence, sizeof(text->sentence), "done, %s", size);
    else
        snprintf(text->sentence, sizeof(text->sentence), "done in %s, %s",
                 fmt_seconds(ms / 1000, took), size);
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

void row_text(const struct haul_item *item, int64_t now, bool ascii, bool short_words,
              struct row_text *ret_text)
{
    struct row_text text = {.mark = row_mark(item->state, ascii),
                            .tone = row_state_tone(item->state)};
    bool known = item->total > 0 && item->done > 0;
    text.bar = item->state == HAUL_ACTIVE || known;
    if (text.bar && item->total > 0)
        snprintf(text.percent, sizeof(text.percent), "%u%%", fmt_percent(item->done, item->total));
    switch (item->state) {
    case HAUL_ACTIVE:
        fill_active(item, ascii, &text);
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
        str_copy(text.words, sizeof(text.words), haul_state_name(item->state));
        break;
    }
    *ret_text = text;
}
