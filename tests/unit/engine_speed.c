/* The smoothed rate, on a clock that the test sets. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/speed.h"

#define MB UINT64_C(1000000)

/* Feeds RATE bytes per second in steps from *now on; *now is the end then. */
static void feed(struct speed *speed, uint64_t *now, uint64_t rate, uint64_t step_ms,
                 uint64_t for_ms)
{
    for (uint64_t end = *now + for_ms; *now < end;) {
        *now += step_ms;
        speed_add(speed, *now, rate * step_ms / 1000);
    }
}

static void nothing_has_no_rate(void **state)
{
    struct speed speed = {0};

    (void)state;
    assert_true(sizeof(speed) <= 48);
    assert_int_equal(speed_rate(&speed, 0), 0);
    assert_int_equal(speed_rate(&speed, 12345), 0);
    assert_int_equal(speed_eta(&speed, 12345, 100), -1);
    assert_int_equal(speed_eta(&speed, 12345, 0), 0);
    speed_start(&speed, 10);
    assert_int_equal(speed_rate(&speed, 5000), 0);
}

static void a_steady_stream_is_right_from_the_first_second(void **state)
{
    static const uint64_t steps[] = {1, 10, 100, 500};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct speed speed = {0};
        uint64_t now = 1000;

        speed_start(&speed, now);
        feed(&speed, &now, 10 * MB, steps[i], 1000);
        assert_in_range(speed_rate(&speed, now), 9 * MB, 11 * MB);
        feed(&speed, &now, 10 * MB, steps[i], 60000);
        assert_in_range(speed_rate(&speed, now), 9 * MB, 11 * MB);
    }
}

static void a_first_burst_is_not_believed(void **state)
{
    struct speed speed = {0};

    (void)state;
    speed_add(&speed, 1000, 16384);
    assert_in_range(speed_rate(&speed, 1000), 16384, 5 * 16384);
}

static void a_change_is_half_seen_after_three_seconds(void **state)
{
    struct speed speed = {0};
    uint64_t now = 0;

    (void)state;
    feed(&speed, &now, 10 * MB, 10, 60000);
    feed(&speed, &now, 2 * MB, 10, 3000);
    assert_in_range(speed_rate(&speed, now), 5700000, 6300000);
}

static void silence_brings_it_to_nothing(void **state)
{
    struct speed speed = {0};
    uint64_t now = 0;
    uint64_t before;

    (void)state;
    feed(&speed, &now, 10 * MB, 10, 20000);
    before = speed_rate(&speed, now);
    for (uint64_t gone = 500; gone < 10000; gone += 500) {
        uint64_t rate = speed_rate(&speed, now + gone);

        assert_true(rate < before);
        before = rate;
    }
    assert_in_range(speed_rate(&speed, now + 3000), 4500000, 5500000);
    assert_int_equal(speed_rate(&speed, now + 10000), 0);
    assert_int_equal(speed_eta(&speed, now + 10000, 5), -1);
}

static void it_starts_anew_after_silence(void **state)
{
    struct speed speed = {0};
    uint64_t now = 0;

    (void)state;
    feed(&speed, &now, 100 * MB, 10, 20000);
    now += 60000;
    feed(&speed, &now, MB, 10, 1000);
    assert_in_range(speed_rate(&speed, now), 900000, 1100000);
}

static void odd_clocks_and_counts_do_no_harm(void **state)
{
    struct speed speed = {0};

    (void)state;
    speed_add(&speed, UINT64_MAX, UINT64_MAX);
    assert_true(speed_rate(&speed, UINT64_MAX) > 0);
    speed_add(&speed, 0, UINT64_MAX);
    assert_true(speed_rate(&speed, 0) > 0);
    assert_int_equal(speed_eta(&speed, 0, 1), 1);
    speed_start(&speed, 0);
    speed_add(&speed, 100, 1);
    speed_add(&speed, 100, 0);
    assert_true(speed_eta(&speed, 100, UINT64_MAX) > 0);
}

static void what_came_can_count_less(void **state)
{
    struct speed speed = {0};
    uint64_t now = 0;

    (void)state;
    feed(&speed, &now, 4 * MB, 100, 20000);
    speed_scale(&speed, 0.25);
    assert_in_range(speed_rate(&speed, now), 900000, 1100000);
    feed(&speed, &now, MB, 100, 3000);
    assert_in_range(speed_rate(&speed, now), 900000, 1100000);
}

static void eta_is_rounded_up(void **state)
{
    struct speed speed = {0};
    uint64_t now = 0;

    (void)state;
    feed(&speed, &now, 1000, 100, 60000);
    assert_in_range(speed_eta(&speed, now, 10000), 9, 12);
    assert_int_equal(speed_eta(&speed, now, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_rate),
        cmocka_unit_test(a_steady_stream_is_right_from_the_first_second),
        cmocka_unit_test(a_first_burst_is_not_believed),
        cmocka_unit_test(a_change_is_half_seen_after_three_seconds),
        cmocka_unit_test(silence_brings_it_to_nothing),
        cmocka_unit_test(it_starts_anew_after_silence),
        cmocka_unit_test(odd_clocks_and_counts_do_no_harm),
        cmocka_unit_test(what_came_can_count_less),
        cmocka_unit_test(eta_is_rounded_up),
    };

    return cmocka_run_group_tests_name("engine/speed", tests, NULL, NULL);
}
