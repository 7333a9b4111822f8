#ifndef UI_GAUGE_H
#define UI_GAUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bars and sparklines as text: pure. */

#define GAUGE_MAX  200                 /* columns */
#define GAUGE_SIZE (GAUGE_MAX * 3 + 1) /* bytes: a block element takes three */

/* The full part and the empty rest of a bar, which together fill the columns. */
struct gauge {
    char full[GAUGE_SIZE];
    char rest[GAUGE_SIZE];
    size_t full_columns;
};

/* A bar in eighths of a column (in whole columns with ASCII). Any progress at all shows, and only
 * what is whole is full. */
void gauge_bar(uint64_t done, uint64_t total, size_t columns, bool ascii, struct gauge *ret_gauge);

/* The last COLUMNS of COUNT values, oldest first, scaled to the largest of those shown. */
void gauge_spark(const uint64_t *values, size_t count, size_t columns, bool ascii,
                 char buf[GAUGE_SIZE]);

/* A file as a line of cells: how much of each part is here, and where a connection works. */
struct gauge_map {
    unsigned char level[GAUGE_MAX]; /* 0…GAUGE_LEVELS */
    bool active[GAUGE_MAX];
};
#define GAUGE_LEVELS 4

struct haul_span;

void gauge_map(const struct haul_span *spans, size_t count, uint64_t total, size_t columns,
               struct gauge_map *ret_map);
const char *gauge_map_cell(unsigned level, bool ascii);

#endif
