/* Columns of the hosts. Numbers stand behind the name, each as wide as its largest value, and what
 * is special of a host, which is a sentence, at the end. A count of nothing is left out: what there
 * is to see is what is there. */

#include "ui/host_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define MARK_WIDTH 1
#define NAME_MOST  60

/* From which width of the screen on a column is there, and how wide it is. */
static const struct {
    int from;
    int width;
} columns[HOST_COLUMN_COUNT] = {
    [HOST_USE] = {20, 7},    [HOST_RATE] = {32, 9},    [HOST_ITEMS] = {100, 7},
    [HOST_ACTIVE] = {64, 6}, [HOST_WAITING] = {52, 7}, [HOST_DONE] = {130, 7},
    [HOST_FAILED] = {60, 6}, [HOST_NOTE] = {78, 14},
};

/* The columns between the name and the note, with the gaps in front of them. */
static int numbers_width(int width)
{
    int sum = 0;
    for (unsigned column = HOST_USE; column < HOST_NOTE; column++)
        sum += width >= columns[column].from ? columns[column].width + 1 : 0;
    return sum;
}

void host_layout(int width, struct host_layout *ret_layout)
{
    struct host_layout layout = {.mark = {1, MARK_WIDTH}};
    int right = width - 1; /* one column of air */
    int x = layout.mark.x + MARK_WIDTH + 1;
    int note = width >= columns[HOST_NOTE].from ? MAX(columns[HOST_NOTE].width, width / 5) + 2 : 0;
    int name = MIN(MAX(right - x - numbers_width(width) - note, 3), NAME_MOST);
    layout.columns[HOST_NAME] = (struct row_column){x, name};
    x += name;
    for (unsigned column = HOST_USE; column < HOST_NOTE; column++) {
        if (width < columns[column].from)
            continue;
        layout.columns[column] = (struct row_column){x + 1, columns[column].width};
        x += 1 + columns[column].width;
    }
    if (note > 0)
        layout.columns[HOST_NOTE] = (struct row_column){x + 2, right - x - 2};
    *ret_layout = layout;
}

struct host_heading host_heading(enum host_column column)
{
    static const struct host_heading headings[HOST_COLUMN_COUNT] = {
        [HOST_NAME] = {"host", HAUL_HOST_SORT_NAME, false},
        [HOST_USE] = {"conn", HAUL_HOST_SORT_CONNECTIONS, true},
        [HOST_RATE] = {"rate", HAUL_HOST_SORT_RATE, true},
        [HOST_ITEMS] = {"items", HAUL_HOST_SORT_ITEMS, true},
        [HOST_ACTIVE] = {"active", HAUL_HOST_SORT_ACTIVE, true},
        [HOST_WAITING] = {"waiting", HAUL_HOST_SORT_WAITING, true},
        [HOST_DONE] = {"done", HAUL_HOST_SORT_DONE, true},
        [HOST_FAILED] = {"failed", HAUL_HOST_SORT_FAILED, true},
        [HOST_NOTE] = {"back-off", HAUL_HOST_SORT_REST, false},
    };
    return headings[column];
}

static uint64_t count_all(const struct haul_host *host)
{
    uint64_t count = 0;
    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        count += host->counts[state];
    return count;
}

static uint64_t count_waiting(const struct haul_host *host)
{
    return host->counts[HAUL_QUEUED] + host->counts[HAUL_WAITING];
}

/* What the host is at, as one of its items would say it. */
static enum haul_state state_of(const struct haul_host *host)
{
    if (host->rest_until > 0)
        return HAUL_WAITING;
    if (host->connections > 0 || host->counts[HAUL_ACTIVE] > 0)
        return HAUL_ACTIVE;
    if (count_waiting(host) > 0)
        return HAUL_QUEUED;
    if (host->counts[HAUL_PAUSED] > 0)
        return HAUL_PAUSED;
    return host->counts[HAUL_FAILED] > 0 ? HAUL_FAILED : HAUL_DONE;
}

static void put_count(struct host_text *text, enum host_column column, uint64_t count,
                      enum row_tone tone)
{
    if (count > 0)
        snprintf(text->columns[column], HOST_TEXT_SIZE, "%" PRIu64, count);
    text->tones[column] = tone;
}

static void put_use(struct host_text *text, const struct haul_host *host)
{
    char *to = text->columns[HOST_USE];
    if (host->cap > 0)
        snprintf(to, HOST_TEXT_SIZE, "%" PRIu32 "/%" PRIu32, host->connections, host->cap);
    else
        snprintf(to, HOST_TEXT_SIZE, "%" PRIu32, host->connections);
    text->tones[HOST_USE] = host->learned            ? ROW_WAIT
                            : host->connections == 0 ? ROW_QUIET
                                                     : ROW_PLAIN;
}

/* Appends PART where there is room for all of it; the first one always. */
static void note_add(char *note, int width, const char *part)
{
    size_t len = strlen(note);
    if (len > 0 && text_width(note) + 2 + text_width(part) > (size_t)MAX(width, 0))
        return;
    snprintf(note + len, HOST_TEXT_SIZE - len, "%s%s", len > 0 ? ", " : "", part);
}

static void put_note(struct host_text *text, const struct haul_host *host, int width)
{
    char *note = text->columns[HOST_NOTE];
    char clock[FMT_SIZE], part[2 * FMT_SIZE];
    if (host->rest_until > 0) {
        snprintf(part, sizeof(part), "until %s", fmt_clock(host->rest_until, clock));
        note_add(note, width, part);
    }
    if (host->learned) {
        snprintf(part, sizeof(part), "allows %" PRIu32, host->cap);
        note_add(note, width, part);
    }
    if (host->no_ranges)
        note_add(note, width, "no ranges");
    text->tones[HOST_NOTE] = host->rest_until > 0 ? ROW_WAIT : ROW_QUIET;
}

/* The rate; where there is no column for them, until when it rests, or what waits for it. */
static void put_rate(struct host_text *text, const struct haul_host *host,
                     const struct host_layout *layout)
{
    char *to = text->columns[HOST_RATE];
    char buf[FMT_SIZE];
    text->tones[HOST_RATE] = ROW_PLAIN;
    if (host->connections > 0) {
        str_copy(to, HOST_TEXT_SIZE, fmt_rate(host->rate, buf));
    } else if (host->rest_until > 0 && layout->columns[HOST_NOTE].width == 0) {
        str_copy(to, HOST_TEXT_SIZE, fmt_clock(host->rest_until, buf));
        text->tones[HOST_RATE] = ROW_WAIT;
    } else if (count_waiting(host) > 0 && layout->columns[HOST_WAITING].width == 0) {
        snprintf(to, HOST_TEXT_SIZE, "%" PRIu64 " wait", count_waiting(host));
        if (text_width(to) > (size_t)layout->columns[HOST_RATE].width)
            snprintf(to, HOST_TEXT_SIZE, "%" PRIu64, count_waiting(host));
        text->tones[HOST_RATE] = ROW_QUIET;
    }
}

void host_text(const struct haul_host *host, const struct host_layout *layout, bool ascii,
               struct host_text *ret_text)
{
    struct host_text text = {.mark = row_mark(state_of(host), ascii),
                             .tone = row_state_tone(state_of(host))};
    put_use(&text, host);
    put_rate(&text, host, layout);
    put_count(&text, HOST_ITEMS, count_all(host), ROW_PLAIN);
    put_count(&text, HOST_ACTIVE, host->counts[HAUL_ACTIVE], ROW_PLAIN);
    put_count(&text, HOST_WAITING, count_waiting(host), ROW_PLAIN);
    put_count(&text, HOST_DONE, host->counts[HAUL_DONE], ROW_GOOD);
    put_count(&text, HOST_FAILED, host->counts[HAUL_FAILED], ROW_BAD);
    put_note(&text, host, layout->columns[HOST_NOTE].width);
    *ret_text = text;
}
