#ifndef ENGINE_KEEP_H
#define ENGINE_KEEP_H

#include "engine/engine_inside.h"

struct past_end;

/* What outlives the process: the queue, the session's settings and what is known of hosts, as the
 * store keeps them. An engine without a session (`get`) has no store; then all of this does
 * nothing, and adds are told at once. */

/* Opens the session's database, takes over its settings (those that were not given at this start)
 * and its items: what was running or waiting is queued again. Blocks; before anything runs. */
HAUL_CHECKED enum haul_err keep_open(struct haul_engine *engine, const char *session,
                                     struct haul_error *err);

/* Keeps new items; ADDED comes when they can't be lost any more. When they can't be kept they are
 * taken out again before ADDED brings the error. */
void keep_add(struct haul_engine *engine, struct item *const *items, size_t count,
              haul_added_cb *added, void *ctx);
/* Keeps the other link of an item, and its options. */
void keep_link(struct haul_engine *engine, const struct item *item, haul_changed_cb *changed,
               void *ctx);
/* Keeps other options of COUNT items. */
void keep_options(struct haul_engine *engine, struct item *const *items, size_t count);
void keep_item(struct haul_engine *engine, const struct item *item);
/* The same after a change of its state: with the end of an item its entry in the history is
 * written, of which END (or NULL) knows more. */
void keep_state(struct haul_engine *engine, const struct item *item, const struct past_end *end);
void keep_removal(struct haul_engine *engine, struct item *const *items, size_t count);
/* DONE comes when all of the calls before are written, or can't be. */
void keep_flush(struct haul_engine *engine, haul_changed_cb *done, void *ctx);
/* After queue_move(): gives the moved items keys between those of their neighbours. */
void keep_order(struct haul_engine *engine, struct item *const *items, size_t count);
/* What was learned of HOST. */
void keep_host(struct haul_engine *engine, const struct host *host);
/* Takes up what is kept of hosts; blocks, a part of keep_open(). */
HAUL_CHECKED enum haul_err keep_load_hosts(struct haul_engine *engine, struct haul_error *err);
void keep_settings(struct haul_engine *engine, const struct haul_settings *settings);

/* Makes a paused item of every unfinished download in the folders that the store knows; blocks, a
 * part of keep_open() when the database was lost. */
void keep_find_again(struct haul_engine *engine, void (*each)(void *ctx, struct item *item),
                     void *ctx);

/* Finds out which items were complete before the last daemon could keep that, and notes ends from
 * now on; blocks, once the items are loaded. */
void keep_take_ends(struct haul_engine *engine, const char *session);
/* Now and then, while items end. */
void keep_tend_ends(struct haul_engine *engine);

/* Writes all that waits; CLOSED comes on the loop, at once when there is no store. */
void keep_close(struct haul_engine *engine, void (*closed)(void *ctx), void *ctx);

#endif
