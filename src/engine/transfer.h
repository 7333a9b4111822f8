#ifndef ENGINE_TRANSFER_H
#define ENGINE_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine_inside.h"

/* One run of one item: from the slot to the file, or to the partial that is kept. */

/* Begins; the item is active and has no transfer. It ends with engine_transfer_over(). */
void transfer_start(struct haul_engine *engine, struct item *item);

/* Ends it before its time. The partial is kept, or removed with DISCARD. The item's state is the
 * caller's to set; engine_transfer_over() comes with err NULL when all is put away. */
void transfer_stop(struct transfer *transfer, bool discard);

/* What came counts FACTOR as much in the rates that are told. */
void transfer_scale_rates(struct transfer *transfer, double factor);
/* The item's limit is another one. */
void transfer_limit(struct transfer *transfer);

/* Does what could not be done inside libcurl. From the engine's step. */
void transfer_attend(struct transfer *transfer);

/* Once a second: stalls, deadlines, records. */
void transfer_tick(struct transfer *transfer);

uint64_t transfer_rate(const struct transfer *transfer);
int64_t transfer_eta(const struct transfer *transfer);
unsigned transfer_connections(const struct transfer *transfer);

/* Over all running ones: open connections; bytes to go added to *ret_left (false: one is not known,
 * and the sum is unusable). */
uint32_t transfers_connections(const struct haul_engine *engine);
HAUL_CHECKED bool transfers_left(const struct haul_engine *engine, uint64_t *ret_left);

/* Where queued items are held up because a host has no room, those that have several connections
 * there give one back. */
void transfers_make_room(struct haul_engine *engine);

/* Facts and ranges for a detail snapshot; arrays and texts are the caller's. */
void transfer_facts(const struct transfer *transfer, struct haul_detail *detail);
/* The same of an item, whether it runs or not. */
void item_facts(const struct item *item, struct haul_detail *detail);

#endif
