#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

#include "cli/outcome.h"
#include "config/run_options.h"
#include "haul/engine.h"

/* What `get` tells while it works, on standard error: live lines, plain lines, JSON or nothing. It
 * never makes the loop wait for the reader. */
struct progress;

struct progress *progress_new(const struct run_options *run);

/* How often progress_tick() wants to be called. */
#define PROGRESS_TICK_MS 200

/* Tells that something happened to an item; ENGINE is only looked at. */
void progress_event(struct progress *progress, const struct haul_engine *engine, uint64_t id,
                    enum haul_happening what);

/* Draws what is live, and writes what could not be written before. */
void progress_tick(struct progress *progress, const struct haul_engine *engine,
                   const struct outcome *outcome);

/* Something failed that is no item's. */
void progress_trouble(struct progress *progress, const struct haul_error *err);

/* A sentence for people; not told in JSON. */
void progress_say(struct progress *progress, const char *sentence);

/* Takes the live lines away, writes everything and frees. To be called when the loop is over, for
 * it waits for the reader. */
void progress_free(struct progress *progress);

/* The same, and tells the sum. */
void progress_finish(struct progress *progress, const struct outcome *outcome);

#endif
