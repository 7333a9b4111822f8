#ifndef UI_ROW_H
#define UI_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fmt.h"
#include "haul/snapshot.h"

/* One row of the list: which columns a width has room for, and what an item says in them. Pure. */

struct row_column {
    int x;
    int width; /* 0: no room for it */
};

/* Depends on the width alone, so nothing jumps when items change. */
struct row_layout {
    struct row_column mark;
    struct row_column name;
    struct row_column bar;
    struct row_column percent;
    struct row_column size;
    struct row_column rate;
    struct row_column eta;
    struct row_column connections;
    struct row_column words;    /* from the first number on, to the end */
    struct row_column sentence; /* from the bar on, to the end; without either the mark must do */
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
    char connections[16];
    char words[64];     /* instead of the numbers after the bar */
    char sentence[512]; /* instead of bar and numbers */
};

void row_layout(int width, struct row_layout *ret_layout);

/* NOW is ms since 1970; SHORT_WORDS for narrow layouts. */
void row_text(const struct haul_item *item, int64_t now, bool ascii, bool short_words,
              struct row_text *ret_text);

const char *row_mark(enum haul_state state, bool ascii);
enum row_tone row_state_tone(enum haul_state state);

/* True when what the row says changes by itself as time goes by. */
bool row_ticks(const struct haul_item *item);

#endif
