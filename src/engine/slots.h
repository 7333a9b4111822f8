#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

struct haul_engine;

/* Starts queued items as long as there are slots; a large number of them over several steps. */
void slots_fill(struct haul_engine *engine);

#endif
