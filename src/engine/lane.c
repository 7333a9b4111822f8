/* Lanes: binary heaps of ranks, and the lists of those that hold something and of those that are
 * open.
 *
 * Invariants: no rank comes before the one at half its index (counted from one); a lane is in
 * ->filled while it holds any and only then; an open lane is filled. */

#include "engine/lane.h"

#include <stdlib.h>

#include "base/array.h"

void lanes_init(struct lanes *lanes)
{
    LIST_INIT(&lanes->filled);
    LIST_INIT(&lanes->open);
}

void lanes_open(struct lanes *lanes)
{
    struct lane *lane;

    LIST_FOREACH(lane, &lanes->filled, filled)
    lane_open(lane);
}

void lanes_clear(struct lanes *lanes)
{
    struct lane *lane;

    while ((lane = LIST_FIRST(&lanes->filled)))
        lane_fini(lane);
}

struct lane *lanes_first(const struct lanes *lanes)
{
    struct lane *lane, *first = NULL;

    LIST_FOREACH(lane, &lanes->open, opened)
    {
        if (!first || lane_first(lane) < lane_first(first))
            first = lane;
    }
    return first;
}

void lane_init(struct lane *lane, struct lanes *lanes)
{
    *lane = (struct lane){.lanes = lanes};
}

/* It holds nothing any more. */
static void empty(struct lane *lane)
{
    lane_close(lane);
    LIST_REMOVE(lane, filled);
    free(lane->ranks);
    lane->ranks = NULL;
    lane->count = lane->size = 0;
}

void lane_fini(struct lane *lane)
{
    if (lane->count > 0)
        empty(lane);
}

static void swap(struct lane *lane, size_t a, size_t b)
{
    uint32_t rank = lane->ranks[a];

    lane->ranks[a] = lane->ranks[b];
    lane->ranks[b] = rank;
}

void lane_add(struct lane *lane, uint32_t rank)
{
    size_t at = lane->count;

    lane->ranks = array_reserve(lane->ranks, lane->count, &lane->size, sizeof *lane->ranks);
    lane->ranks[lane->count++] = rank;
    if (lane->count == 1)
        LIST_INSERT_HEAD(&lane->lanes->filled, lane, filled);
    for (; at > 0 && rank < lane->ranks[(at - 1) / 2]; at = (at - 1) / 2)
        swap(lane, at, (at - 1) / 2);
}

uint32_t lane_first(const struct lane *lane)
{
    return lane->ranks[0];
}

void lane_drop_first(struct lane *lane)
{
    size_t at = 0, below;

    lane->ranks[0] = lane->ranks[--lane->count];
    if (lane->count == 0) {
        empty(lane);
        return;
    }
    while ((below = 2 * at + 1) < lane->count) {
        if (below + 1 < lane->count && lane->ranks[below + 1] < lane->ranks[below])
            below++;
        if (lane->ranks[at] <= lane->ranks[below])
            return;
        swap(lane, at, below);
        at = below;
    }
}

void lane_open(struct lane *lane)
{
    if (lane->is_open || lane->count == 0)
        return;
    lane->is_open = true;
    LIST_INSERT_HEAD(&lane->lanes->open, lane, opened);
}

void lane_close(struct lane *lane)
{
    if (!lane->is_open)
        return;
    lane->is_open = false;
    LIST_REMOVE(lane, opened);
}
