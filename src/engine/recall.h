#ifndef ENGINE_RECALL_H
#define ENGINE_RECALL_H

#include "engine/engine_inside.h"

/* What was known of the transfers that ended last, for whoever looks at their items: facts, ranges
 * and rates. Only in a session, and only of the last RECALL_MOST ones: a hundred thousand items
 * that are done have nothing of the kind. */

#define RECALL_MOST 64u

struct transfer;

/* TRANSFER is about to be put away. */
void recall_keep(const struct transfer *transfer);
/* Adds what is known of item ID to DETAIL, which holds its item and facts of its own. */
void recall_facts(const struct haul_engine *engine, uint64_t id, struct haul_detail *detail);
void recall_free(struct haul_engine *engine);

#endif
