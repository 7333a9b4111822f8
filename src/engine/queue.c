/* The queue's order and counts.
 *
 * Invariants: order[item->place] == item; counts[] agree with the items' states; every waiting item
 * is in ->waiting and no other; ->left and ->unsized are the sums over queued and waiting items,
 * whose sizes do not change while they are that. */

#include "engine/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "haul/log.h"

/* How many items that can't run now are looked behind: one dead host or folder must not hold up the
 * others, and a queue full of them must not cost a pass each time. */
#define LOOK_AHEAD 256u

void queue_init(struct queue *queue)
{
    *queue = (struct queue){.next_id = 1, .version = 1, .order_version = 1};
    TAILQ_INIT(&queue->waiting);
}

void queue_fini(struct queue *queue)
{
    HASH_CLEAR(hh, queue->by_id);
    for (size_t i = 0; i < queue->count; i++)
        item_free(queue->order[i]);
    free(queue->order);
    *queue = (struct queue){0};
}

static void order_changed(struct queue *queue)
{
    queue->version++;
    queue->order_version++;
}

/* Adds ITEM's bytes to go to the sums, or takes them out again. */
static void account(struct queue *queue, const struct item *item, bool add)
{
    uint64_t left;

    if (item->state != HAUL_QUEUED && item->state != HAUL_WAITING)
        return;
    if (item->total < 0) {
        queue->unsized += add ? 1 : UINT64_MAX;
        return;
    }
    left = (uint64_t)item->total - MIN((uint64_t)item->total, item->done);
    queue->left += add ? left : 0 - left;
}

void queue_append(struct queue *queue, struct item *item)
{
    queue->order = array_reserve(queue->order, queue->count, &queue->size, sizeof *queue->order);
    item->place = queue->count;
    if (item->key == 0.0)
        item->key = queue->count > 0 ? queue->order[queue->count - 1]->key + 1.0 : 1.0;
    queue->order[queue->count++] = item;
    HASH_ADD(hh, queue->by_id, id, sizeof item->id, item);
    queue->counts[item->state]++;
    account(queue, item, true);
    order_changed(queue);
}

struct item *queue_find(const struct queue *queue, uint64_t id)
{
    struct item *item;

    HASH_FIND(hh, queue->by_id, &id, sizeof id, item);
    return item;
}

struct item *queue_next(struct queue *queue, bool (*ready)(void *ctx, const struct item *item),
                        void *ctx)
{
    bool blocked = false; /* a queued item that can't start yet: the hint must stay before it */
    unsigned refused = 0;

    for (size_t i = queue->first_queued; i < queue->count && refused < LOOK_AHEAD; i++) {
        struct item *item = queue->order[i];

        if (item->state == HAUL_QUEUED && !item->transfer) {
            if (ready(ctx, item))
                return item;
            refused++;
        }
        blocked |= item->state == HAUL_QUEUED;
        if (!blocked)
            queue->first_queued = i + 1;
    }
    return NULL;
}

void queue_set_done(struct queue *queue, struct item *item, uint64_t done)
{
    account(queue, item, false);
    item->done = done;
    account(queue, item, true);
    queue_touch(queue, item);
}

void queue_set_state(struct queue *queue, struct item *item, enum haul_state state)
{
    if (!item_may_become(item, state)) {
        LOG_ERROR(engine, "item %llu: %s can't become %s", (unsigned long long)item->id,
                  haul_state_name(item->state), haul_state_name(state));
        return;
    }
    LOG_DEBUG(engine, "item %llu: %s -> %s", (unsigned long long)item->id,
              haul_state_name(item->state), haul_state_name(state));
    if (item->state == HAUL_WAITING)
        TAILQ_REMOVE(&queue->waiting, item, waiting);
    account(queue, item, false);
    queue->counts[item->state]--;
    queue->counts[state]++;
    item->state = state;
    account(queue, item, true);
    if (state == HAUL_WAITING)
        TAILQ_INSERT_TAIL(&queue->waiting, item, waiting);
    if (state == HAUL_QUEUED)
        queue->first_queued = MIN(queue->first_queued, item->place);
    if (state != HAUL_ACTIVE)
        item->phase = HAUL_PHASE_NONE;
    item->version++;
    order_changed(queue);
}

void queue_touch(struct queue *queue, struct item *item)
{
    item->version++;
    queue->version++;
}

/* Gives the items their places anew after the order was changed from place FIRST on. */
static void renumber(struct queue *queue, size_t first)
{
    for (size_t i = first; i < queue->count; i++) {
        if (queue->order[i]->place == i)
            continue;
        queue->order[i]->place = i;
        queue->order[i]->version++; /* its position is shown */
    }
    queue->first_queued = MIN(queue->first_queued, first);
    order_changed(queue);
}

/* Takes the marked items out of the order and packs the rest; *ret_first is where it changed. */
static void unlink_marked(struct queue *queue, const bool *marked, size_t *ret_first)
{
    size_t kept = 0;

    *ret_first = queue->count;
    for (size_t i = 0; i < queue->count; i++) {
        if (marked[i]) {
            *ret_first = MIN(*ret_first, i);
            continue;
        }
        queue->order[kept++] = queue->order[i];
    }
    queue->count = kept;
}

static bool *mark(const struct queue *queue, struct item *const *items, size_t count)
{
    bool *marked = xcalloc(queue->count, sizeof *marked);

    for (size_t i = 0; i < count; i++)
        marked[items[i]->place] = true;
    return marked;
}

void queue_take(struct queue *queue, struct item *const *items, size_t count)
{
    bool *marked = mark(queue, items, count);
    size_t first;

    unlink_marked(queue, marked, &first);
    free(marked);
    for (size_t i = 0; i < count; i++) {
        if (items[i]->state == HAUL_WAITING)
            TAILQ_REMOVE(&queue->waiting, items[i], waiting);
        queue->counts[items[i]->state]--;
        account(queue, items[i], false);
        HASH_DELETE(hh, queue->by_id, items[i]);
    }
    renumber(queue, first);
}

/* The place among the unmarked items before which the block goes. */
static size_t target_place(const struct queue *queue, const bool *marked, enum haul_move how,
                           uint64_t position)
{
    size_t first = 0, last = queue->count, before = 0, within = 0;

    while (!marked[first])
        first++;
    while (!marked[last - 1])
        last--;
    for (size_t i = 0; i < first; i++)
        before += !marked[i];
    for (size_t i = first; i < last; i++)
        within += !marked[i];
    switch (how) {
    case HAUL_MOVE_UP:
        return before > 0 ? before - 1 : 0;
    case HAUL_MOVE_DOWN:
        return before + within + 1;
    case HAUL_MOVE_TOP:
        return 0;
    case HAUL_MOVE_TO:
        return position > 0 ? (size_t)MIN(position - 1, (uint64_t)queue->count) : 0;
    case HAUL_MOVE_BOTTOM:
    case HAUL_MOVE_COUNT:
        break;
    }
    return queue->count;
}

void queue_move(struct queue *queue, enum haul_move how, uint64_t position,
                struct item *const *items, size_t count)
{
    bool *marked;
    struct item **block;
    size_t total = queue->count, taken = 0, target, first;

    if (count == 0)
        return;
    marked = mark(queue, items, count);
    block = xcalloc(total, sizeof *block);
    target = target_place(queue, marked, how, position);
    for (size_t i = 0; i < total; i++) {
        if (marked[i])
            block[taken++] = queue->order[i];
    }
    unlink_marked(queue, marked, &first);
    target = MIN(target, queue->count);
    memmove(queue->order + target + taken, queue->order + target,
            (queue->count - target) * sizeof *queue->order);
    memcpy(queue->order + target, block, taken * sizeof *block);
    queue->count = total;
    free(marked);
    free(block);
    renumber(queue, MIN(first, target));
}
