#ifndef ENGINE_EXPLAIN_H
#define ENGINE_EXPLAIN_H

#include "engine/engine_inside.h"

/* Gathers what the engine knows of what holds ITEM up, and puts it into a sentence (diagnose.h);
 * newly allocated, "" when there is nothing to say. */
char *explain_item(const struct haul_engine *engine, const struct item *item);

#endif
