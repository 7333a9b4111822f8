/* The queue's order and counts.
 *
 * Invariants: order[item->place] == item; counts[] agree with the items' states; every waiting item
 * is in ->waiting and no other; ->left and ->unsized are the sums over queued and waiting items,
 * whose sizes do not change while they are that; a queued item before its priority's ->unseen is in
 * exactly one lane, or being put away. ->by_id, where there is one, holds the same items as
 * ->order.
 *
 * A rank is a place behind the level of its priority: what has the lowest one starts first. */

#include "engine/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "haul/log.h"

/* How many items are looked at in one go: a long queue must not hold up the loop. */
#define LOOK_AHEAD 256u

void queue_init(struct queue *queue)
{
    *queue = (struct queue){.next_id = 1, .version = 1, .order_version = 1};
    lanes_init(&queue->lanes);
    lane_init(&queue->back, &queue->lanes);
}

void queue_fini(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        item_free(queue->order[i]);
    free(queue->order);
    free(queue->by_id);
    free(queue->kept);
    free(queue->changes);
    due_fini(&queue->waiting);
    lanes_clear(&queue->lanes);
    *queue = (struct queue){0};
}

/* One version more, which is about item ID. */
static void remember(struct queue *queue, uint64_t id)
{
    queue->version++;
    if (queue->changes)
        queue->changes[queue->version % QUEUE_CHANGES] = id;
}

static void item_changed(struct queue *queue, struct item *item)
{
    remember(queue, item->id);
    item->version = (uint32_t)queue->version;
}

/* All of them may have: nobody wants to hear of each. */
static void all_changed(struct queue *queue)
{
    queue->version++;
    queue->order_version++;
    queue->changes_from = queue->version;
}

uint64_t queue_item_version(const struct queue *queue, const struct item *item)
{
    return queue->version - (uint32_t)((uint32_t)queue->version - item->version);
}

bool queue_changes(struct queue *queue, uint64_t since, void (*changed)(void *ctx, uint64_t id),
                   void *ctx)
{
    if (!queue->changes) {
        queue->changes = xcalloc(QUEUE_CHANGES, sizeof *queue->changes);
        queue->changes_from = queue->version;
    }
    if (since < queue->changes_from || queue->version - since > QUEUE_CHANGES)
        return false;
    for (uint64_t version = since + 1; changed && version <= queue->version; version++)
        changed(ctx, queue->changes[version % QUEUE_CHANGES]);
    return true;
}

/* Adds ITEM and its bytes to go to the sums, or takes them out again. */
static void account(struct queue *queue, const struct item *item, bool add)
{
    const struct item_more *more = item_more(item);
    uint64_t left;

    if (item->state != HAUL_QUEUED && item->state != HAUL_WAITING)
        return;
    queue->levels[item->options->priority] += add ? 1 : UINT64_MAX;
    if (more->total < 0) {
        queue->unsized += add ? 1 : UINT64_MAX;
        return;
    }
    left = (uint64_t)more->total - MIN((uint64_t)more->total, more->done);
    queue->left += add ? left : 0 - left;
}

/* ITEM is in its state now, or not any more. */
static void count_item(struct queue *queue, const struct item *item, bool came)
{
    queue->counts[item->state] += came ? 1 : UINT64_MAX;
    if (queue->counted)
        queue->counted(queue->counted_ctx, item, came);
    account(queue, item, came);
}

/* Ids. */

static int compare_ids(const void *a, const void *b)
{
    const struct item *const *left = a, *const *right = b;

    return ((*left)->id > (*right)->id) - ((*left)->id < (*right)->id);
}

/* Keeps the order of the ids apart from now on, because ->order will not be that any more. */
static void index_ids(struct queue *queue)
{
    if (queue->by_id)
        return;
    queue->by_id = xreallocarray(NULL, queue->size, sizeof(struct item *));
    if (queue->count > 0)
        memcpy(queue->by_id, queue->order, queue->count * sizeof(struct item *));
}

struct item *queue_find(const struct queue *queue, uint64_t id)
{
    struct item *const *items = queue->by_id ? queue->by_id : queue->order;
    size_t low = 0, high = queue->count;

    /* Ids are given out one after the other: while none is missing two looks find any, and else the
     * number of missing ones bounds what is left to search. */
    if (high == 0 || id < items[0]->id || id > items[high - 1]->id)
        return NULL;
    if (items[high - 1]->id - id < high)
        low = high - 1 - (size_t)(items[high - 1]->id - id);
    if (id - items[0]->id < high)
        high = (size_t)(id - items[0]->id) + 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (items[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < queue->count && items[low]->id == id ? items[low] : NULL;
}

/* Adding. */

void queue_keep(struct queue *queue)
{
    queue->is_kept = true;
}

int64_t queue_added_at(const struct queue *queue, const struct item *item)
{
    return queue->kept ? queue->kept[item->place].added_at : 0;
}

/* Room for one more in everything that has an entry an item. */
static void reserve(struct queue *queue)
{
    size_t size = queue->size;

    queue->order = array_reserve(queue->order, queue->count, &queue->size, sizeof(struct item *));
    if (size == queue->size)
        return;
    if (queue->by_id)
        queue->by_id = xreallocarray(queue->by_id, queue->size, sizeof(struct item *));
    if (queue->is_kept)
        queue->kept = xreallocarray(queue->kept, queue->size, sizeof *queue->kept);
}

static void append(struct queue *queue, struct item *item, const struct queue_kept *kept)
{
    reserve(queue);
    item->place = (uint32_t)queue->count & ITEMS_MAX;
    if (queue->kept)
        queue->kept[queue->count] = *kept;
    if (queue->by_id)
        queue->by_id[queue->count] = item;
    queue->order[queue->count++] = item;
    count_item(queue, item, true);
}

void queue_append(struct queue *queue, struct item *item, int64_t added_at)
{
    double last = queue->kept && queue->count > 0 ? queue->kept[queue->count - 1].key : 0.0;

    append(queue, item, &(struct queue_kept){.key = last + 1.0, .added_at = added_at});
    item_changed(queue, item);
    queue->order_version++;
}

void queue_load(struct queue *queue, struct item *const *items, const struct queue_kept *kept,
                size_t count)
{
    if (count == 0)
        return;
    index_ids(queue);
    for (size_t i = 0; i < count; i++)
        append(queue, items[i], &kept[i]);
    qsort(queue->by_id, queue->count, sizeof(struct item *), compare_ids);
    all_changed(queue);
    for (size_t i = 0; i < count; i++)
        items[i]->version = (uint32_t)queue->version;
}

/* The next item to run. */

static bool may_be_looked_at(const struct item *item)
{
    return item->state == HAUL_QUEUED && !item_work(item)->transfer;
}

#define PLACE_BITS 28

static_assert(ITEMS_MAX == (1u << PLACE_BITS) - 1, "a place fits into a rank");

/* The priorities in the order in which they start. */
static const enum haul_priority by_level[HAUL_PRIORITY_COUNT] = {
    HAUL_PRIORITY_HIGH, HAUL_PRIORITY_NORMAL, HAUL_PRIORITY_LOW};

static uint32_t rank_of(const struct item *item)
{
    uint32_t level = 0;

    while (by_level[level] != item->options->priority)
        level++;
    return level << PLACE_BITS | item->place;
}

size_t queue_place(uint32_t rank)
{
    return rank & ITEMS_MAX;
}

/* All items are looked at again. */
static void look_again(struct queue *queue)
{
    lanes_clear(&queue->lanes);
    memset(queue->unseen, 0, sizeof queue->unseen);
    queue->stale = false;
    for (size_t i = 0; i < queue->count; i++)
        queue->order[i]->in_lane = false;
}

/* The open lane whose first item comes first, without the items that are not queued any more. */
static struct lane *first_lane(struct queue *queue)
{
    struct lane *lane;

    while ((lane = lanes_first(&queue->lanes))) {
        struct item *item = queue->order[queue_place(lane_first(lane))];

        if (may_be_looked_at(item))
            break;
        item->in_lane = false;
        lane_drop_first(lane);
    }
    return lane;
}

/* The first queued item that was never looked at, of the highest priority that has one; NULL: none.
 * A level without queued items is not searched. */
static struct item *first_unseen(struct queue *queue)
{
    for (size_t level = 0; level < COUNT_OF(by_level); level++) {
        enum haul_priority priority = by_level[level];
        size_t *unseen = &queue->unseen[priority];

        for (; queue->levels[priority] > 0 && *unseen < queue->count; (*unseen)++) {
            struct item *item = queue->order[*unseen];

            if (may_be_looked_at(item) && item->options->priority == priority)
                return item;
        }
    }
    return NULL;
}

static void put_in_lane(struct item *item, struct lane *lane)
{
    item->in_lane = true;
    lane_add(lane, rank_of(item));
}

struct item *queue_next(struct queue *queue, queue_holder_fn *holder, void *ctx, bool *ret_more)
{
    *ret_more = false;
    if (queue->stale)
        look_again(queue);
    for (unsigned looked = 0; looked < LOOK_AHEAD; looked++) {
        struct lane *from = first_lane(queue), *to;
        struct item *item = first_unseen(queue);

        if (from && (!item || lane_first(from) < rank_of(item)))
            item = queue->order[queue_place(lane_first(from))];
        else
            from = NULL;
        if (!item)
            return NULL;
        to = holder(ctx, item);
        if (from && from == to) {
            lane_close(from);
            continue;
        }
        if (from)
            lane_drop_first(from);
        else
            queue->unseen[item->options->priority]++;
        item->in_lane = false;
        if (!to)
            return item;
        put_in_lane(item, to);
    }
    *ret_more = true;
    return NULL;
}

void queue_put_away(struct queue *queue, struct item *item)
{
    if (!may_be_looked_at(item) || item->in_lane ||
        item->place >= queue->unseen[item->options->priority])
        return;
    put_in_lane(item, &queue->back);
    lane_open(&queue->back);
}

void queue_set_options(struct queue *queue, struct item *item, struct haul_options *options)
{
    account(queue, item, false);
    queue->stale |= options->priority != item->options->priority ||
                    options->start_at != item->options->start_at ||
                    options->any_time != item->options->any_time;
    haul_options_unref(item->options);
    item->options = options;
    account(queue, item, true);
    queue_touch(queue, item);
}

void queue_set_done(struct queue *queue, struct item *item, uint64_t done)
{
    account(queue, item, false);
    item_need_more(item)->done = done;
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
        due_remove(&queue->waiting, item);
    count_item(queue, item, false);
    item->state = state;
    count_item(queue, item, true);
    if (state == HAUL_WAITING)
        due_add(&queue->waiting, item);
    queue_put_away(queue, item);
    if (state != HAUL_ACTIVE)
        item->phase = HAUL_PHASE_NONE;
    item_changed(queue, item);
}

void queue_set_url(struct queue *queue, struct item *item, const char *url)
{
    count_item(queue, item, false);
    item_set_url(item, url);
    count_item(queue, item, true);
}

void queue_touch(struct queue *queue, struct item *item)
{
    item_changed(queue, item);
}

/* Lets what is kept follow the items to their new places, from FIRST on. */
static void bring_kept(struct queue *queue, size_t first)
{
    struct queue_kept *old;

    if (!queue->kept)
        return;
    old = xreallocarray(NULL, queue->size, sizeof *old);
    memcpy(old, queue->kept, queue->size * sizeof *old);
    for (size_t i = first; i < queue->count; i++)
        queue->kept[i] = old[queue->order[i]->place];
    free(old);
}

/* Gives the items their places anew after the order was changed from place FIRST on. Lanes hold
 * places, so all items are looked at again. */
static void renumber(struct queue *queue, size_t first)
{
    look_again(queue);
    bring_kept(queue, first);
    for (size_t i = first; i < queue->count; i++) {
        if (queue->order[i]->place == i)
            continue;
        queue->order[i]->place = (uint32_t)i & ITEMS_MAX;
    }
}

/* Items went or were moved. That others have another place now is not a change of theirs. */
static void some_changed(struct queue *queue, struct item *const *items, size_t count)
{
    if (count > QUEUE_CHANGES) {
        all_changed(queue);
        return;
    }
    for (size_t i = 0; i < count; i++)
        item_changed(queue, items[i]);
    queue->order_version++;
}

/* Takes the marked items out of ITEMS, the order or the ids, and packs the rest; *ret_first is
 * where it changed. */
static void pack(const struct queue *queue, struct item **items, const bool *marked,
                 size_t *ret_first)
{
    size_t kept = 0;

    *ret_first = queue->count;
    for (size_t i = 0; i < queue->count; i++) {
        if (marked[items[i]->place]) {
            *ret_first = MIN(*ret_first, i);
            continue;
        }
        items[kept++] = items[i];
    }
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
    size_t first, unused;

    pack(queue, queue->order, marked, &first);
    if (queue->by_id)
        pack(queue, queue->by_id, marked, &unused);
    free(marked);
    queue->count -= count;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->state == HAUL_WAITING)
            due_remove(&queue->waiting, items[i]);
        count_item(queue, items[i], false);
    }
    renumber(queue, first);
    some_changed(queue, items, count);
}

static int compare_keys(const void *a, const void *b)
{
    const struct queue_kept *left = *(const struct queue_kept *const *)a;
    const struct queue_kept *right = *(const struct queue_kept *const *)b;

    return (left->key > right->key) - (left->key < right->key);
}

/* The items that were appended from place OLD on, in the order of their keys; newly allocated. */
static struct item **by_key(const struct queue *queue, size_t old)
{
    size_t count = queue->count - old;
    const struct queue_kept **kept = xreallocarray(NULL, count, sizeof *kept);
    struct item **items = xreallocarray(NULL, count, sizeof *items);

    for (size_t i = 0; i < count; i++)
        kept[i] = &queue->kept[old + i];
    qsort(kept, count, sizeof *kept, compare_keys);
    for (size_t i = 0; i < count; i++)
        items[i] = queue->order[kept[i] - queue->kept];
    free(kept);
    return items;
}

void queue_put_back(struct queue *queue, struct item *const *items, const struct queue_kept *kept,
                    size_t count)
{
    size_t old = queue->count, left = old, place, from = count;
    struct item **back;

    if (count == 0)
        return;
    queue_load(queue, items, kept, count);
    back = by_key(queue, old);
    /* From behind, so that the order is merged in place. */
    for (place = queue->count; from > 0; place--) {
        const struct item *last = left > 0 ? queue->order[left - 1] : NULL;

        if (last && queue->kept[last->place].key > queue->kept[back[from - 1]->place].key)
            queue->order[place - 1] = queue->order[--left];
        else
            queue->order[place - 1] = back[--from];
    }
    free(back);
    renumber(queue, place);
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
    index_ids(queue);
    marked = mark(queue, items, count);
    block = xcalloc(total, sizeof *block);
    target = target_place(queue, marked, how, position);
    for (size_t i = 0; i < total; i++) {
        if (marked[i])
            block[taken++] = queue->order[i];
    }
    pack(queue, queue->order, marked, &first);
    queue->count -= taken;
    target = MIN(target, queue->count);
    memmove(queue->order + target + taken, queue->order + target,
            (queue->count - target) * sizeof *queue->order);
    memcpy(queue->order + target, block, taken * sizeof *block);
    queue->count = total;
    free(marked);
    free(block);
    renumber(queue, MIN(first, target));
    some_changed(queue, items, count);
}
