#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include "engine/engine_inside.h"

/* What can be undone: removals and cancellations, the newest first.
 *
 * A removed item leaves the queue and the store at once, but stays here with its partial for
 * UNDO_KEEP_MS; then, when the engine stops, or when a disk is full, both go for good. Only in a
 * session: `get` has nobody who would ask. */

#define UNDO_KEEP_MS   UINT64_C(60000)
#define UNDO_STEPS_MAX 32u

/* ITEMS were taken out of the queue, ->removing is set; they are ours from here on. KEPT: what the
 * queue knew of each. A transfer that one still has is being put away. */
void undo_hold_removed(struct haul_engine *engine, struct item *const *items,
                       const struct queue_kept *kept, size_t count);
/* ITEMS are about to be cancelled. */
void undo_note_cancel(struct haul_engine *engine, struct item *const *items, size_t count);

/* A transfer of an item that is held has ended. */
void undo_transfer_over(struct haul_engine *engine, struct item *item,
                        const struct haul_error *err);

/* Time has gone on; ticks at which it should be called next, UINT64_MAX: never. */
void undo_tick(struct haul_engine *engine);
uint64_t undo_due(const struct haul_engine *engine);

/* Nothing that was removed can come back any more: its partials are deleted. */
void undo_forget_all(struct haul_engine *engine);
void undo_free(struct haul_engine *engine);

#endif
