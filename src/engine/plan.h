#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/attr.h"

/* Which bytes the next connection of an item fetches. Pure: a picture of the ranges goes in, one
 * decision comes out. The ranges tile the file but stand in any order. */

struct plan_range {
    uint64_t pos;  /* next byte that is missing */
    uint64_t end;  /* exclusive; UINT64_MAX: the file's length is not known */
    uint64_t rate; /* bytes per second of its connection, 0: not known yet */
    bool active;   /* a connection works on it */
};

struct plan_cut {
    size_t range; /* the one to take, or to take from */
    bool whole;   /* take it as it is; else a new range begins at AT and ends where this one did */
    uint64_t at;
};

/* Nothing smaller is cut off a range at the end of a file: a request costs a round trip. */
#define PLAN_TAIL_MIN ((uint64_t)64 * 1024)

/* The next piece for a connection that is expected to bring RATE bytes per second (0: as much as
 * the others):
 *   1. a range that nobody works on, the first of the file;
 *   2. else a part of the active range that would be finished last, cut so that both parts end at
 * the same time: half of it when the rates are alike, most of it when its connection is slow. Both
 *      parts must hold MIN_SPLIT bytes, or PLAN_TAIL_MIN when the range is slower than RATE.
 * False: nothing is worth a connection. */
HAUL_CHECKED bool plan_next(const struct plan_range *ranges, size_t count, uint64_t rate,
                            uint64_t min_split, struct plan_cut *ret_cut);

#endif
