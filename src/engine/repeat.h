#ifndef ENGINE_REPEAT_H
#define ENGINE_REPEAT_H

#include "engine/engine_inside.h"

/* Adds that are asked for again because their answer was lost: the newest of those that came with a
 * token, and which ids they got. */

/* An add of COUNT items from id FIRST on is about to be kept, and its token with it. */
void repeat_note(struct haul_engine *engine, const char *token, uint64_t first, uint64_t count);
/* Takes up those that the store remembers; blocks, a part of keep_open(). */
HAUL_CHECKED enum haul_err repeat_load(struct haul_engine *engine, struct haul_error *err);
void repeat_free(struct haul_engine *engine);

#endif
