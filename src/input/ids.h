#ifndef INPUT_IDS_H
#define INPUT_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"
#include "haul/snapshot.h"

/* Items as the command line names them: "7", "3-7", "failed", "all". */
struct ids {
    struct haul_ids_span *spans;
    size_t count;
    uint32_t states; /* bit (1 << haul_state): all that are in one of these */
    bool all;
    bool has_range; /* or states: which numbers it means is known only with the list */
};

/* The number of one item. */
HAUL_CHECKED enum haul_err ids_parse_one(const char *word, uint64_t *ret_id,
                                         struct haul_error *err);

/* Where items are moved to. */
struct ids_place {
    enum haul_move how;
    uint64_t position; /* from 1, of HAUL_MOVE_TO */
};

/* "top", "up", "down", "bottom" or a position. */
HAUL_CHECKED enum haul_err ids_parse_place(const char *word, struct ids_place *ret_place,
                                           struct haul_error *err);

HAUL_CHECKED enum haul_err ids_parse(const char *const *words, size_t count, struct ids *ret_ids,
                                     struct haul_error *err);
void ids_fini(struct ids *ids);

/* The numbers that are meant, sorted, each once; the caller frees *ret_numbers. A single number is
 * taken as it is; of a range, and of states, those that are among the ITEMS. Not for `all`.
 * HAUL_E_NO_ITEM when nothing remains. */
HAUL_CHECKED enum haul_err ids_numbers(const struct ids *ids, const struct haul_item *items,
                                       size_t item_count, uint64_t **ret_numbers, size_t *ret_count,
                                       struct haul_error *err);

#endif
