/* The waiting items as a heap.
 *
 * Invariants: items[item->more->work->due_at] == item; no item is due before the one at half its
 * index (counted from one). Whoever changes when an item is due takes it out and adds it again. */

#include "engine/due.h"

#include <stdlib.h>

#include "base/array.h"

void due_fini(struct due *due)
{
    free(due->items);
    *due = (struct due){0};
}

static uint64_t when(const struct due *due, size_t at)
{
    return due->items[at]->more->work->due;
}

static void put(struct due *due, size_t at, struct item *item)
{
    due->items[at] = item;
    item->more->work->due_at = at;
}

static void swap(struct due *due, size_t a, size_t b)
{
    struct item *item = due->items[a];

    put(due, a, due->items[b]);
    put(due, b, item);
}

static void rise(struct due *due, size_t at)
{
    for (size_t above; at > 0 && when(due, at) < when(due, above = (at - 1) / 2); at = above)
        swap(due, at, above);
}

static void sink(struct due *due, size_t at)
{
    for (size_t below; (below = 2 * at + 1) < due->count; at = below) {
        if (below + 1 < due->count && when(due, below + 1) < when(due, below))
            below++;
        if (when(due, at) <= when(due, below))
            return;
        swap(due, at, below);
    }
}

void due_add(struct due *due, struct item *item)
{
    due->items = array_reserve(due->items, due->count, &due->size, sizeof(struct item *));
    item_need_work(item);
    put(due, due->count++, item);
    rise(due, due->count - 1);
}

void due_remove(struct due *due, struct item *item)
{
    size_t at = item->more->work->due_at;
    struct item *last = due->items[--due->count];

    if (last == item)
        return;
    put(due, at, last);
    rise(due, at);
    sink(due, last->more->work->due_at);
}

struct item *due_first(const struct due *due)
{
    return due->count > 0 ? due->items[0] : NULL;
}
