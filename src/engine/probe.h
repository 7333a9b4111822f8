#ifndef ENGINE_PROBE_H
#define ENGINE_PROBE_H

#include "engine/engine_inside.h"

/* Probes of an engine (haul/engine.h). */
struct probes;

void probes_free(struct probes *probes); /* cancels what is left; NULL is fine */

/* An item whose link has expired and whose file has this name, or SIZE bytes (-1: any other); 0
 * when there is none. The name counts more. */
uint64_t known_heals(const struct haul_engine *engine, const char *name, int64_t size);

#endif
