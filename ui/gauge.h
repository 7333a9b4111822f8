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

/* One row of a graph of those values, ROWS high, of which all are full at TOP; row 0 is the upper
 * one. A value that is not there is blank, so the newest stands at the right edge. */
void gauge_graph(const uint64_t *values, size_t count, size_t columns, uint64_t top, size_t rows,
                 size_t row, bool ascii, char buf[GAUGE_SIZE]);
/* The largest of the values that such a graph shows. */
uint64_t gauge_peak(const uint64_t *values, size_t count, size_t columns);
/* The next round number of bytes: 1, 2, 5, 10, 20 … of a unit. A scale of those seldom changes. */
uint64_t gauge_round(uint64_t bytes);

/* A file as cells: how much of each part is here, and which connection fetches it. */
#define GAUGE_MAP_MAX 800
#define GAUGE_LEVELS  4
struct gauge_map {
    unsigned char level[GAUGE_MAP_MAX]; /* 0…GAUGE_LEVELS */
    unsigned char owner[GAUGE_MAP_MAX]; /* 1 + the connection that will get there, 0: none */
    unsigned char here[GAUGE_MAP_MAX];  /* 1 + the connection that is there now, 0: none */
};

struct haul_detail;

/* CELLS at the most of GAUGE_MAP_MAX. Of DETAIL: spans, connections, the item's total. */
void gauge_map(const struct haul_detail *detail, size_t cells, struct gauge_map *ret_map);
const char *gauge_map_cell(const struct gauge_map *map, size_t cell, bool ascii);
/* How connection number INDEX is called in maps and lists: 1 to 9, a to z, A to Z, then "+". */
const char *gauge_connection_mark(size_t index);

#endif
