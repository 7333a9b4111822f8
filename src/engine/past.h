#ifndef ENGINE_PAST_H
#define ENGINE_PAST_H

#include "engine/engine_inside.h"

struct store_entry;

/* The history: what became of items, kept when they are long removed. Only in a session. */

/* What is known of an end besides the item itself. All zero: nothing. */
struct past_end {
    bool skipped;          /* without a transfer */
    const char *final_url; /* NULL: not known */
    const char *etag;      /* a strong one, or NULL */
};

/* The entry for an item that is done or failed, newly allocated within; false when none is to be
 * kept. END may be NULL. */
HAUL_CHECKED bool past_entry(const struct haul_engine *engine, const struct item *item,
                             const struct past_end *end, struct store_entry *ret_entry);

/* Another entry was written. */
void past_written(struct haul_engine *engine);
/* Lets go of the entries that are too many or too old by now; a worker does it, a part at a time.
 */
void past_cut(struct haul_engine *engine);

#endif
