/* Undo.
 *
 * A step is one call of a user, however many items it was about. Steps of removals are dropped by
 * age, the oldest in front; what an item left on the disk is deleted then, unless another item of
 * the queue uses the same partial by now. */

#include "engine/undo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/keep.h"
#include "engine/transfer_inside.h"
#include "haul/log.h"

struct step {
    TAILQ_ENTRY(step) link;
    enum haul_action action; /* HAUL_REMOVE or HAUL_CANCEL */
    uint64_t due;            /* ticks at which a removal is final */
    size_t count;
    struct item **items;     /* of a removal: owned */
    struct queue_kept *kept; /* of each of those */
    uint64_t *ids;           /* of a cancellation */
    bool *paused;            /* and whether each was paused before */
};

struct undo {
    TAILQ_HEAD(steps, step) steps; /* the oldest first */
    size_t count;
};

static struct step *step_new(struct haul_engine *engine, enum haul_action action, size_t count)
{
    struct step *step = xcalloc(1, sizeof *step);

    if (!engine->undo) {
        engine->undo = xcalloc(1, sizeof *engine->undo);
        TAILQ_INIT(&engine->undo->steps);
    }
    step->action = action;
    step->count = count;
    TAILQ_INSERT_TAIL(&engine->undo->steps, step, link);
    engine->undo->count++;
    return step;
}

static void step_free(struct step *step)
{
    free(step->items);
    free(step->kept);
    free(step->ids);
    free(step->paused);
    free(step);
}

/* Another item of the queue goes on with the partial that ITEM left. */
static bool is_used(const struct haul_engine *engine, const struct item *item)
{
    const char *base = item_work(item)->base;

    for (size_t i = 0; base && i < engine->queue.count; i++) {
        const struct item *other = engine->queue.order[i];
        const struct item_work *work = item_work(other);
        const char *name = work->base ? work->base : (work->transfer ? work->transfer->name : NULL);

        if (name && strcmp(name, base) == 0 && strcmp(item_dir(other), item_dir(item)) == 0)
            return true;
    }
    return false;
}

static void forget_item(struct haul_engine *engine, struct item *item)
{
    if (item_work(item)->transfer) {
        item->removed = true;
        transfer_stop(item_work(item)->transfer, true);
        return;
    }
    if (!is_used(engine, item))
        engine_drop_partial(engine, item);
    item_free(item);
}

/* The step can't be undone any more. */
static void drop(struct haul_engine *engine, struct step *step)
{
    TAILQ_REMOVE(&engine->undo->steps, step, link);
    engine->undo->count--;
    for (size_t i = 0; step->items && i < step->count; i++)
        forget_item(engine, step->items[i]);
    step_free(step);
}

static void make_room(struct haul_engine *engine)
{
    while (engine->undo->count > UNDO_STEPS_MAX)
        drop(engine, TAILQ_FIRST(&engine->undo->steps));
}

void undo_hold_removed(struct haul_engine *engine, struct item *const *items,
                       const struct queue_kept *kept, size_t count)
{
    struct step *step = step_new(engine, HAUL_REMOVE, count);

    step->due = engine_now(engine) + UNDO_KEEP_MS;
    step->items = xreallocarray(NULL, count, sizeof *step->items);
    step->kept = xreallocarray(NULL, count, sizeof *step->kept);
    memcpy(step->items, items, count * sizeof *step->items);
    memcpy(step->kept, kept, count * sizeof *step->kept);
    make_room(engine);
}

void undo_note_cancel(struct haul_engine *engine, struct item *const *items, size_t count)
{
    struct step *step = step_new(engine, HAUL_CANCEL, count);

    step->ids = xreallocarray(NULL, count, sizeof *step->ids);
    step->paused = xreallocarray(NULL, count, sizeof *step->paused);
    for (size_t i = 0; i < count; i++) {
        step->ids[i] = items[i]->id;
        step->paused[i] = items[i]->state == HAUL_PAUSED;
    }
    make_room(engine);
}

void undo_transfer_over(struct haul_engine *engine, struct item *item, const struct haul_error *err)
{
    (void)engine;
    if (!err || err->code != HAUL_OK)
        return;
    item->state = HAUL_DONE; /* it was getting its name when it was removed */
    item->phase = HAUL_PHASE_NONE;
    item->more->total = (int64_t)item->more->done;
    item->more->finished_at = clock_wall(engine->clock);
}

void undo_tick(struct haul_engine *engine)
{
    struct step *step, *next;

    if (!engine->undo)
        return;
    for (step = TAILQ_FIRST(&engine->undo->steps); step; step = next) {
        next = TAILQ_NEXT(step, link);
        if (step->action == HAUL_REMOVE && step->due <= engine_now(engine))
            drop(engine, step);
    }
}

uint64_t undo_due(const struct haul_engine *engine)
{
    const struct step *step;

    if (!engine->undo)
        return UINT64_MAX;
    TAILQ_FOREACH(step, &engine->undo->steps, link)
    {
        if (step->action == HAUL_REMOVE)
            return step->due;
    }
    return UINT64_MAX;
}

void undo_forget_all(struct haul_engine *engine)
{
    while (engine->undo && !TAILQ_EMPTY(&engine->undo->steps))
        drop(engine, TAILQ_FIRST(&engine->undo->steps));
}

void undo_free(struct haul_engine *engine)
{
    struct step *step;

    while (engine->undo && (step = TAILQ_FIRST(&engine->undo->steps))) {
        TAILQ_REMOVE(&engine->undo->steps, step, link);
        for (size_t i = 0; step->items && i < step->count; i++)
            item_free(step->items[i]);
        step_free(step);
    }
    free(engine->undo);
    engine->undo = NULL;
}

/* What runs will run again; what is getting its name right now goes on with that. */
static void wake_item(struct item *item)
{
    const struct transfer *transfer = item_work(item)->transfer;

    item->removing = false;
    if (item->state != HAUL_ACTIVE && item->state != HAUL_WAITING)
        return;
    if (item->state == HAUL_ACTIVE && transfer && !transfer->stopped)
        return;
    engine_clear_error(item);
    item->state = HAUL_QUEUED;
    item->phase = HAUL_PHASE_NONE;
}

static size_t put_back(struct haul_engine *engine, struct step *step)
{
    for (size_t i = 0; i < step->count; i++)
        wake_item(step->items[i]);
    queue_put_back(&engine->queue, step->items, step->kept, step->count);
    keep_add(engine, step->items, step->count, NULL, NULL);
    for (size_t i = 0; i < step->count; i++) {
        struct item *item = step->items[i];

        item_log(item, clock_wall(engine->clock), "removed, and brought back");
        engine_tell(engine, item, HAUL_ITEM_ADDED);
    }
    return step->count;
}

static size_t take_up(struct haul_engine *engine, const struct step *step)
{
    size_t changed = 0;

    for (size_t i = 0; i < step->count; i++) {
        struct item *item = queue_find(&engine->queue, step->ids[i]);

        if (!item || item->state != HAUL_CANCELLED)
            continue;
        item_need_more(item)->finished_at = 0;
        engine_set_state(engine, item, HAUL_QUEUED);
        if (step->paused[i])
            engine_set_state(engine, item, HAUL_PAUSED);
        changed++;
    }
    return changed;
}

enum haul_err haul_engine_undo(struct haul_engine *engine, enum haul_action *ret_action,
                               size_t *ret_count, struct haul_error *err)
{
    struct step *step = NULL;
    size_t count = 0;

    /* What was done to the items since may leave nothing to undo of a step: then the one before. */
    while (count == 0) {
        if (!engine->undo || TAILQ_EMPTY(&engine->undo->steps))
            return haul_fail(err, HAUL_E_BAD_STATE,
                             "there is nothing to undo: only 'cancel' and, for a minute, 'remove'");
        step = TAILQ_LAST(&engine->undo->steps, steps);
        TAILQ_REMOVE(&engine->undo->steps, step, link);
        engine->undo->count--;
        *ret_action = step->action;
        count = step->action == HAUL_REMOVE ? put_back(engine, step) : take_up(engine, step);
        step_free(step);
    }
    *ret_count = count;
    lanes_open(&engine->queue.lanes);
    haul_engine_hold(engine, false);
    return HAUL_OK;
}
