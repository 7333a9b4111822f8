#ifndef BASE_IDSET_H
#define BASE_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A set of ids, a bit each: ids that lie close together, as those of a queue do, cost next to
 * nothing. Zeroed it is empty. */
struct idset {
    struct idset_word *words; /* uthash */
    size_t count;
};

void idset_clear(struct idset *set);
bool idset_has(const struct idset *set, uint64_t id);
void idset_add(struct idset *set, uint64_t id);
void idset_drop(struct idset *set, uint64_t id);

/* All of them in ascending order, newly allocated, set->count of them. */
uint64_t *idset_list(struct idset *set);

#endif
