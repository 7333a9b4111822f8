#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

#include <stdbool.h>

struct haul_engine;

/* Starts queued items as long as there are slots; a large number of them over several steps. */
void slots_fill(struct haul_engine *engine);
/* There is one for each queued item: none waits for one that runs to end. */
bool slots_are_plenty(const struct haul_engine *engine);

#endif
