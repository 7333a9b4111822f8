#ifndef ENGINE_DUE_H
#define ENGINE_DUE_H

#include <stddef.h>

#include "engine/item.h"

/* The items that wait for their next try, the one whose time comes first in front: a binary heap,
 * so that thousands that wait cost a step no more than one does. */
struct due {
    struct item **items;
    size_t count, size;
};

void due_fini(struct due *due); /* the items are not its own */
/* ITEM's work->due says when. */
void due_add(struct due *due, struct item *item);
void due_remove(struct due *due, struct item *item);
struct item *due_first(const struct due *due); /* NULL: none waits */

#endif
