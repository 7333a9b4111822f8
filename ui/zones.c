/* What on the screen can be clicked on. */

#include "ui/zones.h"

void zones_clear(struct zones *zones)
{
    zones->count = 0;
}

void zones_add(struct zones *zones, int y, int x, int width, enum zone_kind kind, unsigned value)
{
    if (zones && zones->count < ZONES_MAX)
        zones->list[zones->count++] = (struct zone){y, x, width, kind, value};
}

const struct zone *zones_at(const struct zones *zones, int y, int x)
{
    for (size_t i = zones->count; i > 0; i--) {
        const struct zone *zone = &zones->list[i - 1];
        if (zone->y == y && x >= zone->x && x < zone->x + zone->width)
            return zone;
    }
    return NULL;
}
