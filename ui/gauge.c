/* Bars and sparklines of block elements (Unicode 15, U+2580 ff.). Integer arithmetic: the same
 * numbers always give the same picture. */

#include "ui/gauge.h"

#include <string.h>

#include "base/mem.h"
#include "haul/snapshot.h"

static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const ascii_heights[] = {"_", ".", ".", "-", "-", "=", "=", "#"};

/* Appends TEXT, COUNT times, at *AT of BUF. */
static void repeat(char *buf, size_t *at, const char *text, size_t count)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(buf + *at, text, len);
        *at += len;
    }
    buf[*at] = '\0';
}

/* How many of STEPS are done: never all before the end, never none after the beginning. */
static size_t steps_done(uint64_t done, uint64_t total, size_t steps)
{
    if (done == 0 || total == 0 || steps == 0)
        return 0;
    if (done >= total)
        return steps;
    /* Scaled down, so that the product fits: a bar has far fewer steps than 2^16. */
    while (total >> 48) {
        total >>= 1;
        done >>= 1;
    }
    size_t reached = (size_t)(done * steps / total);
    return MAX(reached, (size_t)1);
}

void gauge_bar(uint64_t done, uint64_t total, size_t columns, bool ascii, struct gauge *ret_gauge)
{
    columns = MIN(columns, (size_t)GAUGE_MAX);
    size_t per_column = ascii ? 1 : COUNT_OF(eighths);
    size_t steps = steps_done(done, total, columns * per_column);
    size_t whole = steps / per_column;
    size_t part = steps % per_column;
    size_t full = 0;
    size_t rest = 0;
    repeat(ret_gauge->full, &full, ascii ? "#" : "█", whole);
    if (part > 0)
        repeat(ret_gauge->full, &full, eighths[part], 1);
    ret_gauge->full_columns = whole + (part > 0 ? 1 : 0);
    repeat(ret_gauge->rest, &rest, ascii ? "-" : "─", columns - ret_gauge->full_columns);
}

void gauge_spark(const uint64_t *values, size_t count, size_t columns, bool ascii,
                 char buf[GAUGE_SIZE])
{
    size_t shown = MIN(MIN(count, columns), (size_t)GAUGE_MAX);
    size_t levels = COUNT_OF(heights);
    uint64_t largest = 0;
    size_t at = 0;
    buf[0] = '\0';
    for (size_t i = count - shown; i < count; i++)
        largest = MAX(largest, values[i]);
    for (size_t i = count - shown; i < count; i++) {
        size_t level = steps_done(values[i], largest, levels);
        level = level > 0 ? level - 1 : 0;
        repeat(buf, &at, ascii ? ascii_heights[level] : heights[level], 1);
    }
}

/* The column that holds byte AT of TOTAL. */
static size_t column_of(uint64_t at, uint64_t total, size_t columns)
{
    while (total >> 48) {
        total >>= 1;
        at >>= 1;
    }
    return MIN((size_t)(at * columns / MAX(total, (uint64_t)1)), columns - 1);
}

/* The first byte of a column. */
static uint64_t column_start(size_t column, uint64_t total, size_t columns)
{
    return total / columns * column + total % columns * column / columns;
}

static uint64_t overlap(uint64_t from, uint64_t to, uint64_t other_from, uint64_t other_to)
{
    uint64_t start = MAX(from, other_from);
    uint64_t end = MIN(to, other_to);
    return end > start ? end - start : 0;
}

/* Adds to the cells that SPAN covers what of them is here. Only those are looked at: a file of
 * thousands of spans costs no more than its cells. */
static void cover(const struct haul_span *span, uint64_t total, size_t cells, uint64_t *here)
{
    uint64_t end = MIN(span->pos, total);
    if (span->start >= end)
        return;
    size_t last = column_of(end - 1, total, cells);
    /* column_of() and column_start() round: one more at each side is looked at, too. */
    size_t first = column_of(span->start, total, cells);
    first -= first > 0;
    last = MIN(last + 1, cells - 1);
    for (size_t i = first; i <= last; i++)
        here[i] += overlap(column_start(i, total, cells), column_start(i + 1, total, cells),
                           span->start, end);
}

/* Marks the cells that connection INDEX is on its way through. */
static void claim(const struct haul_connection *connection, size_t index, uint64_t total,
                  size_t cells, struct gauge_map *map)
{
    uint64_t end = MIN(connection->end, total);
    size_t first = column_of(connection->pos, total, cells), last;

    if (connection->pos >= total)
        return;
    last = end > connection->pos ? column_of(end - 1, total, cells) : first;
    for (size_t i = first; i <= last; i++)
        map->owner[i] = (unsigned char)MIN(index + 1, (size_t)UINT8_MAX);
    map->here[first] = (unsigned char)MIN(index + 1, (size_t)UINT8_MAX);
}

void gauge_map(const struct haul_detail *detail, size_t cells, struct gauge_map *ret_map)
{
    uint64_t total = detail->item.total > 0 ? (uint64_t)detail->item.total : 0;
    uint64_t here[GAUGE_MAP_MAX] = {0};

    *ret_map = (struct gauge_map){0};
    cells = MIN(cells, (size_t)GAUGE_MAP_MAX);
    if (total == 0 || cells == 0)
        return;
    for (size_t i = 0; i < detail->span_count; i++)
        cover(&detail->spans[i], total, cells, here);
    for (size_t i = 0; i < cells; i++)
        ret_map->level[i] = (unsigned char)steps_done(
            here[i], column_start(i + 1, total, cells) - column_start(i, total, cells),
            GAUGE_LEVELS);
    for (size_t i = 0; i < detail->connection_count; i++)
        claim(&detail->connections[i], i, total, cells, ret_map);
}

const char *gauge_connection_mark(size_t index)
{
    static const char *const marks[] = {
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f", "g",
        "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w",
        "x", "y", "z", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M",
        "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z"};

    return index < COUNT_OF(marks) ? marks[index] : "+";
}

const char *gauge_map_cell(const struct gauge_map *map, size_t cell, bool ascii)
{
    static const char *const cells[] = {"·", "░", "▒", "▓", "█"};
    static const char *const ascii_cells[] = {".", ":", "=", "+", "#"};
    unsigned level = map->level[cell];

    if (map->here[cell] > 0)
        return gauge_connection_mark(map->here[cell] - 1u);
    if (map->owner[cell] > 0 && level == 0)
        return ascii ? "-" : "─";
    return ascii ? ascii_cells[level] : cells[level];
}

uint64_t gauge_peak(const uint64_t *values, size_t count, size_t columns)
{
    uint64_t largest = 0;

    for (size_t i = count - MIN(count, columns); i < count; i++)
        largest = MAX(largest, values[i]);
    return largest;
}

/* What of a column of STEPS eighths stands in ROW. */
static const char *graph_cell(size_t steps, size_t rows, size_t row, bool ascii)
{
    size_t below = (rows - 1 - row) * COUNT_OF(heights);
    size_t here = steps > below ? MIN(steps - below, COUNT_OF(heights)) : 0;

    if (here == 0)
        return " ";
    return ascii ? ascii_heights[here - 1] : heights[here - 1];
}

uint64_t gauge_round(uint64_t bytes)
{
    static const uint64_t steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
    for (uint64_t unit = 1; unit <= UINT64_C(1) << 50; unit <<= 10) {
        for (size_t i = 0; i < COUNT_OF(steps); i++) {
            if (bytes <= steps[i] * unit)
                return bytes > 0 ? steps[i] * unit : 0;
        }
    }
    return bytes;
}

void gauge_graph(const uint64_t *values, size_t count, size_t columns, uint64_t top, size_t rows,
                 size_t row, bool ascii, char buf[GAUGE_SIZE])
{
    size_t at = 0, shown;

    columns = MIN(columns, (size_t)GAUGE_MAX);
    shown = MIN(count, columns);
    buf[0] = '\0';
    repeat(buf, &at, " ", columns - shown);
    for (size_t i = count - shown; i < count; i++)
        repeat(buf, &at,
               graph_cell(steps_done(values[i], top, rows * COUNT_OF(heights)), rows, row, ascii),
               1);
}
