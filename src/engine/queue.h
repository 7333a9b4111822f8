#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/due.h"
#include "engine/item.h"
#include "engine/lane.h"
#include "haul/error.h"

#define QUEUE_CHANGES 16384u /* that many versions are remembered, a power of two */

/* What a queue that outlives the process knows of each item besides. */
struct queue_kept {
    double key; /* the store's way of keeping the order: grows with the place */
    int64_t added_at;
};

/* All items, in the user's order, found by id or by place. The order is one; priorities only say
 * which of the queued ones are started first. Knows states and counts, nothing of
 * transfers. Finding an item, its neighbour, and the next one to run costs the same with ten items
 * as with a hundred thousand, whatever most of them wait for; moving and removing cost one pass. */
struct queue {
    struct item **order;
    size_t count, size;
    bool is_kept;
    struct queue_kept *kept; /* by place; NULL unless it is */
    struct item **by_id;     /* by ascending id; NULL while ->order is that too */
    struct due waiting;      /* items that wait for their next try */
    uint64_t counts[HAUL_STATE_COUNT];
    /* Told of each item that comes into its state, and that leaves it; NULL: nobody is. */
    void (*counted)(void *ctx, const struct item *item, bool came);
    void *counted_ctx;
    /* Queued items of a priority before its place here are in a lane, or being put away. */
    size_t unseen[HAUL_PRIORITY_COUNT];
    uint64_t levels[HAUL_PRIORITY_COUNT]; /* how many queued or waiting items each has */
    struct lanes lanes;                   /* queued items that were looked at and can't run now */
    struct lane back; /* items that are queued again, and stand before ->unseen */
    bool stale; /* priorities or start times changed: what is in the lanes is looked at again */
    uint64_t next_id;
    uint64_t left;          /* known bytes to go of queued and waiting items */
    uint64_t unsized;       /* how many of those have no known size */
    uint64_t version;       /* grows with any change */
    uint64_t *changes;      /* the ids that the last QUEUE_CHANGES versions were about; NULL until
                               somebody asks */
    uint64_t changes_from;  /* no older version is in ->changes */
    uint64_t order_version; /* grows when items come, go or move */
};

void queue_init(struct queue *queue);
void queue_fini(struct queue *queue); /* frees the items */

/* Makes an empty queue one that outlives the process. */
void queue_keep(struct queue *queue);

/* Appends; takes the item, whose state is queued or paused. */
void queue_append(struct queue *queue, struct item *item, int64_t added_at);
/* The same, for a queue that is kept, of items whose ids and states are any. */
void queue_load(struct queue *queue, struct item *const *items, const struct queue_kept *kept,
                size_t count);
struct item *queue_find(const struct queue *queue, uint64_t id); /* NULL: none */

/* 0 in a queue that is not kept: nobody asks there. */
int64_t queue_added_at(const struct queue *queue, const struct item *item);

/* What holds ITEM up: the lane where it waits for that, NULL: nothing. */
typedef struct lane *queue_holder_fn(void *ctx, struct item *item);

/* The first queued item, of the highest priority that any has, that nothing holds up and that is
 * not still being put away. It is the caller's to start: it is not found again before it was queued
 * again. NULL: there is none (what lets one run opens its lane), or, with *ret_more, none was found
 * among the first few that were never looked at, and it is worth going on. */
struct item *queue_next(struct queue *queue, queue_holder_fn *holder, void *ctx, bool *ret_more);
/* ITEM was put away: if it is queued again, it may be found from now on. */
void queue_put_away(struct queue *queue, struct item *item);

/* The one way of changing an item's state: checks the table of legal moves, counts and logs. */
void queue_set_state(struct queue *queue, struct item *item, enum haul_state state);
/* Gives ITEM other options, and with them perhaps another priority; takes them. */
void queue_set_options(struct queue *queue, struct item *item, struct haul_options *options);
/* Changes how much of ITEM is here, whatever its state. (A running one's may be changed directly.)
 */
void queue_set_done(struct queue *queue, struct item *item, uint64_t done);
/* Gives ITEM another link. */
void queue_set_url(struct queue *queue, struct item *item, const char *url);
/* Something else that a snapshot shows has changed. */
void queue_touch(struct queue *queue, struct item *item);

/* The place of the item that RANK in a lane is of. */
size_t queue_place(uint32_t rank);

/* The version at which ITEM changed last, which only grows. (The item keeps the lower half of it.)
 */
uint64_t queue_item_version(const struct queue *queue, const struct item *item);

/* Tells the ids of the items that came, went, moved or changed after version SINCE, each at least
 * once. False, and nothing is told: not all of them are remembered. From the first call on they
 * are; CHANGED may be NULL. */
HAUL_CHECKED bool queue_changes(struct queue *queue, uint64_t since,
                                void (*changed)(void *ctx, uint64_t id), void *ctx);

/* Takes COUNT items of this queue out; they are the caller's. */
void queue_take(struct queue *queue, struct item *const *items, size_t count);

/* The other way round, for a queue that is kept: puts COUNT items back to where their KEPT->key
 * says. */
void queue_put_back(struct queue *queue, struct item *const *items, const struct queue_kept *kept,
                    size_t count);

/* Moves the items as a block, in their present order. POSITION is 1-based, for HAUL_MOVE_TO. */
void queue_move(struct queue *queue, enum haul_move how, uint64_t position,
                struct item *const *items, size_t count);

#endif
