#ifndef CLI_HOOKS_H
#define CLI_HOOKS_H

#include "config/run_options.h"
#include "haul/engine.h"
#include "haul/error.h"
#include "haul/loop.h"

/* Commands of the user that run when items end. They get the item's facts in the environment
 * (HAUL_EVENT, HAUL_ID, HAUL_NAME, HAUL_PATH, HAUL_URL, HAUL_SIZE, HAUL_ERROR, HAUL_NOTE) and as
 * JSON on standard input; what they write goes to the log. On the engine's loop and thread. */
struct hooks;

/* SESSION, which may be NULL, is told to the commands. On failure the sentence tells which command
 * can't be run. */
HAUL_CHECKED enum haul_err hooks_new(struct haul_loop *loop, const char *session,
                                     const struct run_options *run, struct hooks **ret_hooks,
                                     struct haul_error *err);
/* Other commands from now on; after a failure the old ones stay. */
HAUL_CHECKED enum haul_err hooks_configure(struct hooks *hooks, const struct run_options *run,
                                           struct haul_error *err);

/* An item has ended, or something else happened to one. While the engine works: only recorded. */
void hooks_item(struct hooks *hooks, const struct haul_engine *engine, uint64_t id,
                enum haul_happening what);
/* Nothing runs or waits any more: the batch is done, if anything has ended since the last one. */
void hooks_rest(struct hooks *hooks);

/* Starts what was recorded. */
void hooks_run(struct hooks *hooks);
/* Calls IDLE, perhaps at once, when no command runs or is to run. */
void hooks_when_idle(struct hooks *hooks, void (*idle)(void *ctx), void *ctx);

/* Commands that run go on by themselves, others are dropped; where any runs, the memory goes once
 * the loop has turned. NULL is fine. */
void hooks_free(struct hooks *hooks);

#endif
