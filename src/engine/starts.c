/* Times at which items start.
 *
 * Invariants: ->next is not after the first time to come at which an item waits. A lane that was
 * opened may be asked for again when somebody sets the clock back. */

#include "engine/starts.h"

#include <stdlib.h>

#include "base/mem.h"

void starts_init(struct starts *starts, struct lanes *lanes)
{
    *starts = (struct starts){.lanes = lanes, .next = INT64_MAX};
}

static void drop(struct starts *starts, struct start *start)
{
    HASH_DEL(starts->times, start);
    lane_fini(&start->lane);
    free(start);
}

void starts_fini(struct starts *starts)
{
    struct start *start, *next;

    HASH_ITER(hh, starts->times, start, next)
    drop(starts, start);
}

struct lane *starts_wait(struct starts *starts, int64_t at, int64_t now)
{
    struct start *start;

    if (at <= now)
        return NULL;
    HASH_FIND(hh, starts->times, &at, sizeof at, start);
    if (!start) {
        start = xcalloc(1, sizeof *start);
        start->at = at;
        lane_init(&start->lane, starts->lanes);
        HASH_ADD(hh, starts->times, at, sizeof start->at, start);
    }
    starts->next = MIN(starts->next, at);
    return &start->lane;
}

void starts_tick(struct starts *starts, int64_t now)
{
    struct start *start, *next;

    starts->next = INT64_MAX;
    HASH_ITER(hh, starts->times, start, next)
    {
        if (start->lane.count == 0)
            drop(starts, start);
        else if (start->at <= now)
            lane_open(&start->lane);
        else
            starts->next = MIN(starts->next, start->at);
    }
}
