/* What the screen may cost a second, whatever moves on it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/pace.h"

/* Bytes in a minute in which every frame that may be painted is, each of COST. */
static uint64_t minute(uint64_t rate, uint64_t cost)
{
    struct pace pace;
    uint64_t bytes = 0;
    pace_init(&pace, rate, 5000);
    for (uint64_t now = 5000; now < 65000; now += 100) {
        if (pace_wait(&pace, now) > 0)
            continue;
        bytes += cost;
        pace_spend(&pace, now, cost);
    }
    return bytes;
}

static void frames_cost_no_more_than_the_rate(void **state)
{
    (void)state;
    for (uint64_t cost = 10; cost < 9000; cost += 97) {
        assert_in_range(minute(2400, cost), 1, 60 * 2400 + cost);
        assert_in_range(minute(480, cost), 1, 60 * 480 + cost);
    }
    assert_in_range(minute(2400, 3500), 40 * 2400, 60 * 2400 + 3500);
}

static void cheap_frames_are_not_held_up(void **state)
{
    (void)state;
    assert_int_equal(minute(2400, 100), 600 * 100);
    assert_int_equal(minute(0, 9000), 600 * 9000);
}

static void the_wait_is_what_the_frame_cost(void **state)
{
    struct pace pace;
    (void)state;
    pace_init(&pace, 1000, 0);
    assert_int_equal(pace_wait(&pace, 100000), 0); /* nothing is saved up */
    pace_spend(&pace, 100000, 1500);
    assert_int_equal(pace_wait(&pace, 100000), 1500);
    assert_int_equal(pace_wait(&pace, 101000), 500);
    assert_int_equal(pace_wait(&pace, 101500), 0);
    pace_spend(&pace, 101500, UINT32_MAX);
    assert_int_equal(pace_wait(&pace, 101500), 20000);
}

static void a_line_that_was_full_is_spared_for_a_while(void **state)
{
    struct pace pace;
    (void)state;
    pace_init(&pace, 2400, 0);
    assert_false(pace_sparing(&pace, 0));
    pace_refused(&pace, 0);
    assert_true(pace_sparing(&pace, 9000));
    assert_false(pace_sparing(&pace, 11000));
    pace_init(&pace, 480, 0);
    assert_true(pace_sparing(&pace, 0));
    pace_init(&pace, 0, 0);
    assert_false(pace_sparing(&pace, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_cost_no_more_than_the_rate),
        cmocka_unit_test(cheap_frames_are_not_held_up),
        cmocka_unit_test(the_wait_is_what_the_frame_cost),
        cmocka_unit_test(a_line_that_was_full_is_spared_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
