#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* Queued items that all wait for the same thing, a host, a folder or a time, by their ranks in the
 * queue: what they wait for is asked once, not once an item, and a hundred thousand that wait cost
 * the ones that need not wait nothing. Four bytes an item that waits. Which item a rank is of, and
 * what it is made of, is the queue's to know; the lowest comes first.
 *
 * A lane is closed while what it waits for is not there. Whoever sees that it may be there now
 * opens it, and the queue looks at its first item again; opening one too often costs that look. */

struct lanes;

struct lane {
    LIST_ENTRY(lane) filled; /* while it holds any */
    LIST_ENTRY(lane) opened; /* while it is open, which only a filled one is */
    struct lanes *lanes;
    uint32_t *ranks; /* a heap, the first one in front */
    size_t count, size;
    bool is_open;
};

/* All lanes of a queue. */
struct lanes {
    LIST_HEAD(, lane) filled;
    LIST_HEAD(, lane) open;
};

void lanes_init(struct lanes *lanes);
void lanes_open(struct lanes *lanes);  /* every one that holds something */
void lanes_clear(struct lanes *lanes); /* takes everything out of all of them */
/* The open lane whose first rank comes first; NULL: none is open. */
struct lane *lanes_first(const struct lanes *lanes);

void lane_init(struct lane *lane, struct lanes *lanes); /* empty */
void lane_fini(struct lane *lane);
void lane_add(struct lane *lane, uint32_t rank); /* one that it does not hold */
uint32_t lane_first(const struct lane *lane);    /* it holds some */
void lane_drop_first(struct lane *lane);
void lane_open(struct lane *lane);
void lane_close(struct lane *lane);

#endif
