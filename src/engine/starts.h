#ifndef ENGINE_STARTS_H
#define ENGINE_STARTS_H

#include <stdint.h>
#include <uthash.h>

#include "engine/lane.h"

/* Queued items that wait for a time of the wall clock (--start-at): a lane for each such time, so
 * that a hundred thousand that wait for ten o'clock cost what one does. Points of time are ms since
 * 1970. */

struct start {
    UT_hash_handle hh;
    int64_t at;
    struct lane lane; /* of the items that start then */
};

struct starts {
    struct lanes *lanes;
    struct start *times; /* uthash, by ->at */
    int64_t next;        /* the first one that is still to come, INT64_MAX: none */
};

void starts_init(struct starts *starts, struct lanes *lanes);
void starts_fini(struct starts *starts);

/* Where an item that starts at AT waits; NULL: that is over. */
struct lane *starts_wait(struct starts *starts, int64_t at, int64_t now);

/* Opens the lanes whose time has come. */
void starts_tick(struct starts *starts, int64_t now);

#endif
