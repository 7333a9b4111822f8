#ifndef UI_ZONES_H
#define UI_ZONES_H

#include <stddef.h>

/* What on the screen can be clicked on. Who paints something that a key does says so here; the
 * zones are those of the last painting. */

#define ZONES_MAX 96

enum zone_kind {
    ZONE_ACTION, /* VALUE is an enum keymap_action */
    ZONE_KEY,    /* a key, of a question */
    ZONE_SORT    /* an enum haul_sort, of a column's heading */
};

struct zone {
    int y, x, width;
    enum zone_kind kind;
    unsigned value;
};

struct zones {
    struct zone list[ZONES_MAX];
    size_t count;
};

void zones_clear(struct zones *zones);
/* ZONES may be NULL. What is more than ZONES_MAX can't be clicked on. */
void zones_add(struct zones *zones, int y, int x, int width, enum zone_kind kind, unsigned value);
/* The last one added that holds the cell, NULL: none does. */
const struct zone *zones_at(const struct zones *zones, int y, int x);

#endif
