#ifndef UI_HISTORY_H
#define UI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

/* Lines that were typed, the newest last, also over the life of one screen: in a file that several
 * screens may add to. */

#define HISTORY_LINES 200 /* that are remembered */

struct history {
    char *path; /* NULL: nothing is kept */
    char *lines[HISTORY_LINES];
    size_t count;
    size_t at;     /* where one who goes back is; ->count: at the line that is being typed */
    char *drafted; /* that line, while one has gone back */
};

/* PATH is copied; what is there is read now. */
void history_init(struct history *history, const char *path);
void history_fini(struct history *history);

/* KEEP: also in the file. A line like the newest one is not remembered again. */
void history_add(struct history *history, const char *line, bool keep);

/* What to show instead of TYPED: the line before (STEP -1) or after (+1), or NULL when there is
 * none. Valid until the next call. */
const char *history_go(struct history *history, const char *typed, int step);
/* The next line begins at the end again. */
void history_rewind(struct history *history);

#endif
