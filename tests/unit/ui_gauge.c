/* Bars, sparklines and maps as text. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void a_map_shows_what_is_where(void **state)
{
    const struct haul_span spans[] = {{0, 500, 500, 0, false}, {500, 600, 1000, 10, true}};
    struct gauge_map map;
    (void)state;
    gauge_map(spans, 2, 1000, 10, &map);
    for (int i = 0; i < 6; i++)
        assert_int_equal(map.level[i], GAUGE_LEVELS);
    for (int i = 6; i < 10; i++)
        assert_int_equal(map.level[i], 0);
    assert_true(map.active[6]);
    assert_false(map.active[5]);
}

static void a_map_of_any_size_stays_within_its_columns(void **state)
{
    const struct haul_span spans[] = {{0, UINT64_MAX, UINT64_MAX, 0, true}};
    struct gauge_map map;
    (void)state;
    gauge_map(spans, 1, UINT64_MAX - 1, GAUGE_MAX, &map);
    assert_int_equal(map.level[GAUGE_MAX - 1], GAUGE_LEVELS);
    gauge_map(spans, 1, 1, 10, &map);
    gauge_map(spans, 1, 10, 0, &map);
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
        cmocka_unit_test(a_map_of_any_size_stays_within_its_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
