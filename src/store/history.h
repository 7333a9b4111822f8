#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <sqlite3.h>

#include "store/changes.h"
#include "store/store.h"

/* The history's rows, through statements that are prepared once. Any one thread at a time.
 * Functions that return int return SQLite's result code. */

struct history;
struct scrub;

/* DB, with the newest tables, and SCRUB must live longer. */
HAUL_CHECKED int history_new(sqlite3 *db, struct scrub *scrub, struct history **ret_history);
void history_free(struct history *history); /* NULL is fine */

/* Within a transaction of the caller's. */
HAUL_CHECKED int history_write(struct history *history, const struct changes *changes);

/* Whether there is any entry. */
HAUL_CHECKED int history_any(struct history *history, bool *ret_any);

/* Appends the matches of one question to the growing array; the caller's, also on failure. */
struct history_matches {
    struct store_match *items;
    size_t count, size;
};
HAUL_CHECKED int history_find(struct history *history, const struct store_question *question,
                              size_t index, struct history_matches *matches);
void history_matches_fini(struct history_matches *matches);

/* A part of a walk through all entries, from *from on, the newest first. Takes up at most ->most of
 * those that fit, and looks at so many only that it does not take long; ->from is then where to go
 * on, and ->over tells that there are no more. */
struct history_walk {
    struct store_mark from;
    const struct filter *filter; /* NULL: all fit */
    size_t most;
    bool over;
    struct haul_past *entries; /* newly allocated; not set by history_forget() */
    size_t count;
};
HAUL_CHECKED int history_page(struct history *history, struct history_walk *walk);
void history_walk_fini(struct history_walk *walk);
/* The same, and those that fit are deleted, in one transaction. ->count tells how many. */
HAUL_CHECKED int history_forget(struct history *history, struct history_walk *walk);

/* Where the entries begin that are not among the newest KEPT ones or ended before SINCE. */
HAUL_CHECKED int history_end_of_kept(struct history *history, uint64_t kept, int64_t since,
                                     struct store_mark *ret_mark);

/* Of COUNT entries that were deleted nothing is left in the log either (see scrub_commit()). */
HAUL_CHECKED int history_scrub(struct history *history, uint64_t count);

#endif
