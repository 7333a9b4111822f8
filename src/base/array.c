/* Growing of plain arrays. */

#include "base/array.h"

#include "base/mem.h"

void *array_reserve(void *items, size_t count, size_t *size, size_t item_size)
{
    if (count < *size)
        return items;
    *size = *size ? *size * 2 : 8;
    return xreallocarray(items, *size, item_size);
}
