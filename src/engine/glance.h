#ifndef ENGINE_GLANCE_H
#define ENGINE_GLANCE_H

#include "engine/engine_inside.h"

/* Looks, on a worker, at the partials of queued items, and tells how much of them is here: what ran
 * when the last daemon was killed is not known in any other way before it runs again. Once, when
 * the queue is loaded. An item that something happens to meanwhile is left alone. */
void glance_begin(struct haul_engine *engine);

#endif
