#ifndef UI_ROW_H
#define UI_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fmt.h"
#include "haul/snapshot.h"
#include "haul/types.h"
#include "ui/theme.h"

/* One row of the list: which columns a width has room for, and what an item says in them. Pure. */

struct row_column {
    int x;
    int width; /* 0: no room for it */
};

/* Depends on the width and on what the list is sorted by alone, so nothing jumps when items change.
 */
struct row_layout {
    struct row_column mark;
    struct row_column name;
    struct row_column bar;
    struct row_column percent;
    struct row_column size;
    struct row_column rate;
    struct row_column eta;
    struct row_column ends; /* the eta as a time of day */
    struct row_column connections;
    struct row_column priority;
    struct row_column tries;
    struct row_column added;
    struct row_column finished;
    struct row_column host;
    struct row_column folder;
    struct row_column words;    /* from the first number on to the connections */
    struct row_column sentence; /* from the bar on likewise; without either the mark must do */
};

/* The tone of a state, for whoever gives it a colour. */
enum row_tone { ROW_PLAIN, ROW_BUSY, ROW_QUIET, ROW_GOOD, ROW_WAIT, ROW_BAD };

/* What is to be shown. Fields that do not apply are "". */
struct row_text {
    const char *mark;
    enum row_tone tone;
    bool bar; /* show it, from done and total */
    char percent[8];
    char size[FMT_SIZE];
    char rate[FMT_SIZE];
    char eta[FMT_SIZE];
    char ends[16];
    char connections[16];
    char words[64];     /* instead of the numbers after the bar */
    char sentence[512]; /* instead of bar and numbers */
};

void row_layout(int width, enum haul_sort sort, struct row_layout *ret_layout);

/* The columns' headings. */
enum row_head {
    ROW_HEAD_NAME,
    ROW_HEAD_PERCENT,
    ROW_HEAD_SIZE,
    ROW_HEAD_RATE,
    ROW_HEAD_ETA,
    ROW_HEAD_ENDS,
    ROW_HEAD_CONNECTIONS,
    ROW_HEAD_PRIORITY,
    ROW_HEAD_TRIES,
    ROW_HEAD_ADDED,
    ROW_HEAD_FINISHED,
    ROW_HEAD_HOST,
    ROW_HEAD_FOLDER,
    ROW_HEAD_COUNT
};

struct row_heading {
    const char *text;
    const struct row_column *column; /* of LAYOUT; of width 0 where there is no room */
    enum haul_sort sort;             /* what it is the heading of; HAUL_SORT_COUNT: no order is */
    bool right;                      /* it stands at the right of its column */
};

struct row_heading row_heading(const struct row_layout *layout, enum row_head head);

#define ROW_EXTRA_SIZE 256

/* The host of the item's link; a point of time, by the clock within the last day, else by the date;
 * what is special of its priority; how often it was tried, if
 * that was more than once. Each returns BUF, "" when it does not apply. */
const char *row_host(const struct haul_item *item, char buf[ROW_EXTRA_SIZE]);
const char *row_when(int64_t when, int64_t now, char buf[ROW_EXTRA_SIZE]);
const char *row_priority(const struct haul_item *item, char buf[ROW_EXTRA_SIZE]);
const char *row_tries(const struct haul_item *item, char buf[ROW_EXTRA_SIZE]);

/* NOW is ms since 1970; SHORT_WORDS for narrow layouts. */
void row_text(const struct haul_item *item, int64_t now, bool ascii, bool short_words,
              struct row_text *ret_text);

const char *row_mark(enum haul_state state, bool ascii);
enum row_tone row_state_tone(enum haul_state state);
enum theme_style row_style(enum row_tone tone);

/* After how many ms what the row says may be another by time alone. */
#define ROW_SECOND_MS 1000
#define ROW_NEVER     UINT64_MAX
uint64_t row_changes_in(const struct haul_item *item, int64_t now);
/* The same of a point of time that is still to come. */
uint64_t row_time_changes_in(int64_t when, int64_t now);

#endif
