#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/* Room for one more in a plain growing array: returns the array, perhaps moved, with *size updated.
 * COUNT is how many are used. */
void *array_reserve(void *items, size_t count, size_t *size, size_t item_size);

#endif
