/* A rate over many minutes, and the scale that it is drawn on. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/gauge.h"
#include "ui/overview.h"
#include "ui/trend.h"

static void a_value_is_the_average_of_its_seconds(void **state)
{
    struct trend trend = {0};
    (void)state;
    trend_add(&trend, 100, 1);
    assert_int_equal(trend.count, 1);
    assert_true(trend.values[0] == 100);
    trend_add(&trend, 0, 1);
    assert_int_equal(trend.count, 1);
    assert_true(trend.values[0] == 50);
    trend_add(&trend, 50, TREND_SECONDS - 2);
    assert_int_equal(trend.count, 1);
    trend_add(&trend, 7, 1);
    assert_int_equal(trend.count, 2);
    assert_true(trend.values[0] == 50);
    assert_true(trend.values[1] == 7);
}

static void only_the_newest_are_kept(void **state)
{
    struct trend trend = {0};
    (void)state;
    for (unsigned value = 0; value < TREND_MAX + 3; value++)
        trend_add(&trend, value, TREND_SECONDS);
    assert_int_equal(trend.count, TREND_MAX);
    assert_true(trend.values[0] == 3);
    assert_true(trend.values[TREND_MAX - 1] == TREND_MAX + 2);
    trend_add(&trend, 0, UINT64_MAX); /* a screen that slept for a weekend */
    assert_int_equal(trend.count, TREND_MAX);
    assert_true(trend.values[0] == 0);
    assert_true(trend.values[TREND_MAX - 1] == 0);
}

static void a_scale_is_round_and_holds_the_peak(void **state)
{
    (void)state;
    assert_true(gauge_round(0) == 0);
    assert_true(gauge_round(1) == 1);
    assert_true(gauge_round(3) == 5);
    assert_true(gauge_round(501) == 1024);
    assert_true(gauge_round(1025) == 2048);
    assert_true(gauge_round(15073280) == 20 * UINT64_C(1048576));
    assert_true(gauge_round(UINT64_MAX) == UINT64_MAX);
    for (uint64_t rate = 1; rate < UINT64_MAX / 3; rate *= 3)
        assert_true(gauge_round(rate) >= rate);
}

/* The usual sizes keep all their lines for the list; a higher screen never shows less of it. */
static void there_is_an_overview_where_there_is_room(void **state)
{
    (void)state;
    assert_int_equal(overview_height(80, 20), 0);
    assert_int_equal(overview_height(120, 36), 0);
    assert_int_equal(overview_height(80, 96), 0);
    assert_true(overview_height(160, 44) >= 5);
    for (int height = 40; height < 300; height++) {
        int lines = overview_height(200, height);
        assert_in_range(lines, 5, height / 4);
        assert_true(height - lines >= height - 1 - overview_height(200, height - 1) ||
                    height == 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_the_average_of_its_seconds),
        cmocka_unit_test(only_the_newest_are_kept),
        cmocka_unit_test(a_scale_is_round_and_holds_the_peak),
        cmocka_unit_test(there_is_an_overview_where_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
