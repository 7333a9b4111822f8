/* Bars, sparklines and maps as text. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "haul/snapshot.h"
#include "ui/gauge.h"

static struct gauge gauge;
static char line[GAUGE_SIZE];

static void a_bar_grows_in_eighths(void **state)
{
    (void)state;
    gauge_bar(0, 80, 10, false, &gauge);
    assert_string_equal(gauge.full, "");
    assert_string_equal(gauge.rest, "──────────");
    gauge_bar(1, 80, 10, false, &gauge);
    assert_string_equal(gauge.full, "▏");
    assert_string_equal(gauge.rest, "─────────");
    gauge_bar(44, 80, 10, false, &gauge);
    assert_string_equal(gauge.full, "█████▌");
    gauge_bar(80, 80, 10, false, &gauge);
    assert_string_equal(gauge.full, "██████████");
    assert_string_equal(gauge.rest, "");
}

static void only_the_whole_is_full_and_anything_shows(void **state)
{
    (void)state;
    gauge_bar(1, UINT64_MAX, 10, false, &gauge);
    assert_string_equal(gauge.full, "▏");
    gauge_bar(UINT64_MAX - 1, UINT64_MAX, 10, false, &gauge);
    assert_string_not_equal(gauge.full, "");
    gauge_bar(999999, 1000000, 10, false, &gauge);
    assert_string_equal(gauge.full, "█████████▉");
    gauge_bar(999999, 1000000, 10, true, &gauge);
    assert_string_equal(gauge.full, "#########");
    assert_string_equal(gauge.rest, "-");
}

static void full_and_rest_fill_the_columns(void **state)
{
    (void)state;
    for (size_t columns = 0; columns <= 60; columns++) {
        for (uint64_t done = 0; done <= 100; done += 3) {
            gauge_bar(done, 100, columns, done % 2, &gauge);
            assert_int_equal(text_width(gauge.full), gauge.full_columns);
            assert_int_equal(text_width(gauge.full) + text_width(gauge.rest), columns);
        }
    }
}

static void a_bar_without_length_is_empty(void **state)
{
    (void)state;
    gauge_bar(500, 0, 4, false, &gauge);
    assert_string_equal(gauge.full, "");
    assert_string_equal(gauge.rest, "────");
}

static void a_sparkline_scales_to_its_largest(void **state)
{
    const uint64_t rates[] = {1000, 0, 1, 2, 4, 8};
    (void)state;
    gauge_spark(rates, 6, 5, false, line);
    assert_string_equal(line, "▁▁▂▄█");
    gauge_spark(rates, 6, 5, true, line);
    assert_string_equal(line, "__.-#");
    gauge_spark(rates, 0, 5, false, line);
    assert_string_equal(line, "");
}

static struct haul_span spans[] = {{0, 500, 500, 0, false}, {500, 600, 1000, 10, true}};
static struct haul_connection fetching = {.pos = 600, .end = 800};
static struct gauge_map map;

static const char *map_text(size_t cells, bool ascii)
{
    size_t at = 0;
    for (size_t i = 0; i < cells; i++)
        at += (size_t)snprintf(line + at, sizeof(line) - at, "%s", gauge_map_cell(&map, i, ascii));
    return line;
}

static void a_map_shows_what_is_where(void **state)
{
    const struct haul_detail detail = {.item = {.total = 1000},
                                       .spans = spans,
                                       .span_count = 2,
                                       .connections = &fetching,
                                       .connection_count = 1};
    (void)state;
    gauge_map(&detail, 10, &map);
    assert_string_equal(map_text(10, false), "██████1─··");
    assert_string_equal(map_text(10, true), "######1-..");
    gauge_map(&detail, 8, &map); /* a cell that is only partly here */
    assert_string_equal(map_text(8, false), "████1──·");
    spans[1].pos = 570;
    gauge_map(&detail, 4, &map);
    assert_string_equal(map_text(4, true), "##1-");
    spans[1].pos = 600;
}

static void a_map_of_any_size_stays_within_its_cells(void **state)
{
    struct haul_span all = {0, UINT64_MAX, UINT64_MAX, 0, true};
    struct haul_connection far = {.pos = UINT64_MAX - 9, .end = UINT64_MAX};
    struct haul_detail detail = {.item = {.total = INT64_MAX},
                                 .spans = &all,
                                 .span_count = 1,
                                 .connections = &far,
                                 .connection_count = 1};
    (void)state;
    gauge_map(&detail, GAUGE_MAP_MAX + 9, &map);
    assert_int_equal(map.level[GAUGE_MAP_MAX - 1], GAUGE_LEVELS);
    far.pos = 0; /* of one that ends nowhere */
    gauge_map(&detail, 10, &map);
    assert_int_equal(map.here[0], 1);
    assert_int_equal(map.owner[9], 1);
    detail.item.total = 1;
    gauge_map(&detail, 10, &map);
    gauge_map(&detail, 0, &map);
    detail.item.total = -1;
    gauge_map(&detail, 10, &map);
    assert_int_equal(map.here[0], 0);
}

/* Every cell's level is that of all spans looked at one by one, however they lie to the cells. */
static void a_map_of_many_spans_misses_none(void **state)
{
    enum { SPANS = 900 };
    static const int64_t totals[] = {7, 997, 100003, 1 << 20, INT64_C(5000000000001)};
    static struct haul_span many[SPANS];
    (void)state;
    for (size_t t = 0; t < sizeof(totals) / sizeof(totals[0]); t++) {
        uint64_t total = (uint64_t)totals[t];
        for (uint64_t i = 0; i < SPANS; i++) {
            uint64_t start = total / SPANS * i;
            uint64_t room = total / SPANS;
            many[i] =
                (struct haul_span){start, start + room * (i * 7 % 11) / 10, start + room, 0, false};
        }
        struct haul_detail detail = {
            .item = {.total = totals[t]}, .spans = many, .span_count = SPANS};
        for (size_t cells = 1; cells < GAUGE_MAP_MAX; cells += 61) {
            gauge_map(&detail, cells, &map);
            for (size_t cell = 0; cell < cells; cell++) {
                uint64_t from = total / cells * cell + total % cells * cell / cells;
                uint64_t to = total / cells * (cell + 1) + total % cells * (cell + 1) / cells;
                uint64_t here = 0;
                for (size_t i = 0; i < SPANS; i++) {
                    uint64_t a = many[i].start > from ? many[i].start : from;
                    uint64_t b = many[i].pos < to ? many[i].pos : to;
                    here += b > a ? b - a : 0;
                }
                uint64_t level = to > from ? here * GAUGE_LEVELS / (to - from) : 0;
                assert_int_equal(map.level[cell], here > 0 && level == 0 ? 1 : level);
            }
        }
    }
}

static void connections_have_a_mark_of_one_column(void **state)
{
    (void)state;
    assert_string_equal(gauge_connection_mark(0), "1");
    assert_string_equal(gauge_connection_mark(9), "a");
    assert_string_equal(gauge_connection_mark(60), "Z");
    assert_string_equal(gauge_connection_mark(61), "+");
    assert_string_equal(gauge_connection_mark(254), "+");
}

static void a_graph_fills_its_rows_from_below(void **state)
{
    const uint64_t rates[] = {99, 0, 4, 8, 16};
    (void)state;
    gauge_graph(rates, 5, 4, 16, 2, 0, false, line);
    assert_string_equal(line, "   █");
    gauge_graph(rates, 5, 4, 16, 2, 1, false, line);
    assert_string_equal(line, " ▄██");
    gauge_graph(rates, 5, 7, 99, 1, 0, true, line);
    assert_string_equal(line, "  # ___"); /* the newest at the right edge */
    assert_true(gauge_peak(rates, 5, 4) == 16);
    assert_true(gauge_peak(rates, 5, 50) == 99);
    assert_true(gauge_peak(rates, 0, 50) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_grows_in_eighths),
        cmocka_unit_test(only_the_whole_is_full_and_anything_shows),
        cmocka_unit_test(full_and_rest_fill_the_columns),
        cmocka_unit_test(a_bar_without_length_is_empty),
        cmocka_unit_test(a_sparkline_scales_to_its_largest),
        cmocka_unit_test(a_map_shows_what_is_where),
        cmocka_unit_test(a_map_of_any_size_stays_within_its_cells),
        cmocka_unit_test(a_map_of_many_spans_misses_none),
        cmocka_unit_test(connections_have_a_mark_of_one_column),
        cmocka_unit_test(a_graph_fills_its_rows_from_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
