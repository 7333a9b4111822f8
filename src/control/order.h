#ifndef CONTROL_ORDER_H
#define CONTROL_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/snapshot.h"

/* Items in the order of a list. Finding one by its place or its place by the item, adding one and
 * taking one out cost the same with a hundred thousand as with a hundred; sorting them all at first
 * costs about as much as looking at each of them. */
struct order;

/* Looks at an item that is in the queue; see view_source. */
typedef bool order_look_fn(void *ctx, uint64_t id, struct haul_brief *ret_brief,
                           size_t *ret_position);

struct order *order_new(enum haul_sort sort, bool descending, order_look_fn *look, void *ctx);
void order_free(struct order *order); /* NULL is fine */

/* Makes it anew: order_offer() each item in queue order, then order_settle(). Texts of the briefs
 * must stay until then. */
void order_offer(struct order *order, const struct haul_brief *brief, size_t position);
void order_settle(struct order *order);

/* Puts an item in, which is not there. All others must be as they were when they were put in: who
 * changed is dropped first. */
void order_put(struct order *order, const struct haul_brief *brief, size_t position);
void order_drop(struct order *order, uint64_t id);

size_t order_count(const struct order *order);
uint64_t order_at(const struct order *order, size_t index); /* the id */
size_t order_index(const struct order *order, uint64_t id); /* SIZE_MAX: not there */
/* Where an item belongs, or is. */
size_t order_rank(const struct order *order, const struct haul_brief *brief, size_t position);

/* What was known of item ID when it was put in; false: it is not there. */
bool order_has(const struct order *order, uint64_t id, enum haul_state *ret_state);
/* True when BRIEF, the same item as it is now, belongs elsewhere by what the list is sorted by. */
bool order_differs(const struct order *order, const struct haul_brief *brief);

/* True for what moves while an item runs: rate, share, time to go, connections. */
bool order_moves(enum haul_sort sort);

#endif
