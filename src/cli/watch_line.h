#ifndef CLI_WATCH_LINE_H
#define CLI_WATCH_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/snapshot.h"

/* What `haul watch --plain` tells of an item, and when, pure. */

/* What was told of an item last. */
struct watch_told {
    bool any;
    enum haul_state state;
    enum haul_err err;
    unsigned tenths;
    int64_t at; /* wall time */
};

#define WATCH_PACE_MS 10000 /* between two lines of an item that only came further */
#define WATCH_SLOW_MS 60000 /* the same, when its size is not known */

/* The words for ITEM as it is at NOW, newly allocated and clean; NULL: there is nothing new. TOLD
 * is brought up to date. */
char *watch_line(struct watch_told *told, const struct haul_item *item, int64_t now);

#endif
