#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/attr.h"

/* Which bytes the next connection of an item fetches. Pure: a picture of the ranges goes in, one
 * move comes out. The ranges tile the file but stand in any order. */

struct plan_range {
    uint64_t pos;       /* next byte that is missing */
    uint64_t end;       /* exclusive; UINT64_MAX: the file's length is not known */
    uint64_t rate;      /* bytes per second of its connection, 0: not known yet */
    uint64_t had;       /* what a connection that has only just begun brought: part of its share */
    bool begun;         /* some of it is here */
    bool active;        /* a connection works on it */
    bool runs_on;       /* whose answer goes on behind END: it must be closed there in any case */
    uint64_t silent_ms; /* since it last brought bytes; 0: it waits for us */
    uint64_t gap_ms;    /* the longest that it was silent between bytes */
};

struct plan_case {
    const struct plan_range *ranges;
    size_t count;
    uint64_t pace;      /* bytes per second that a new connection will bring, 0: as the others do */
    uint64_t min_split; /* smallest piece, but see PLAN_TAIL_MIN */
    uint64_t wait_ms;   /* from asking to the first byte */
    unsigned room;      /* connections that may begin now, this one counted */
};

enum plan_move {
    PLAN_TAKE,    /* the range as it is: nobody works on it */
    PLAN_CUT,     /* a new range begins at ->at and ends where this one did */
    PLAN_REPLACE, /* the range as it is: its connection crawls and is dropped */
};

struct plan_next {
    enum plan_move move;
    size_t range;
    uint64_t at;
};

/* Once one connection has done its part, less than min_split is cut off another one where that
 * saves time; but nothing smaller than this. */
#define PLAN_TAIL_MIN ((uint64_t)64 * 1024)

/* What the next one of ROOM connections does, so that with all of them the file is complete as soon
 * as it can be:
 *   1. a range that nobody works on: of those that were begun the first of the file; else the last
 *      one, for an answer that goes on behind its own range may reach those before it; but the
 *      first where no more may begin, to be asked for with those behind it;
 *   2. else, with the new connections dealt out to the active ranges so that the one that would end
 *      last ends as early as possible, the last piece of a range that gets some: parts of one range
 *      end together, so even ones are cut evenly and a slow one keeps little;
 *   3. before that, all of a range whose connection crawls and that is not worth a cut, or the
 *      last bytes of one whose answer runs on and that the server holds back.
 * False: nothing is worth a connection. */
HAUL_CHECKED bool plan_next(const struct plan_case *now, struct plan_next *ret_next);

#endif
