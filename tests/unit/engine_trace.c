/* A transfer's last minutes: rates second by second, and what held it up. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/trace.h"

static void rates_stand_in_their_order(void **state)
{
    uint64_t rates[TRACE_SECONDS];
    struct trace trace;

    (void)state;
    trace_start(&trace, 5000);
    assert_int_equal(trace_rates(&trace, rates), 0);
    for (uint64_t i = 1; i <= TRACE_SECONDS + 30; i++) {
        trace_count(&trace, i * 100);
        assert_int_equal(trace_tick(&trace, 5000 + i * 1000, 1), 1000);
    }
    assert_int_equal(trace_rates(&trace, rates), TRACE_SECONDS);
    for (uint64_t i = 0; i < TRACE_SECONDS; i++)
        assert_int_equal(rates[i], (i + 31) * 100);
    trace_fini(&trace);
}

static void a_late_look_is_still_per_second(void **state)
{
    uint64_t rates[TRACE_SECONDS];
    struct trace trace;

    (void)state;
    trace_start(&trace, 0);
    trace_count(&trace, 3000);
    assert_int_equal(trace_tick(&trace, 100, 1), 0); /* too early: goes into the same second */
    assert_int_equal(trace_tick(&trace, 1500, 1), 1500);
    assert_int_equal(trace_rates(&trace, rates), 1);
    assert_int_equal(rates[0], 2000);
    trace_fini(&trace);
}

static void enormous_rates_do_not_wrap(void **state)
{
    uint64_t rates[TRACE_SECONDS];
    struct trace trace;

    (void)state;
    trace_start(&trace, 0);
    trace_count(&trace, UINT64_MAX / 2);
    trace_tick(&trace, 1000, 1);
    assert_int_equal(trace_rates(&trace, rates), 1);
    assert_int_equal(rates[0], UINT32_MAX);
    trace_fini(&trace);
}

static void the_share_of_holds_is_over_all_connections(void **state)
{
    struct trace trace;

    (void)state;
    trace_start(&trace, 0);
    for (uint64_t second = 1; second <= 10; second++) {
        trace_hold(&trace, TRACE_LIMIT, 900);
        trace_hold(&trace, TRACE_LIMIT, 700);
        trace_hold(&trace, TRACE_DISK, 5000); /* more than there is: counts as all of it */
        trace_tick(&trace, second * 1000, 2);
    }
    assert_in_range(trace.held[TRACE_LIMIT], 75, 80);
    assert_in_range(trace.held[TRACE_DISK], 95, 100);
    assert_int_equal(trace.held[TRACE_ITEM_LIMIT], 0);
    for (uint64_t second = 11; second <= 20; second++)
        trace_tick(&trace, second * 1000, 2);
    assert_in_range(trace.held[TRACE_LIMIT], 0, 1);
    trace_fini(&trace);
}

static void a_connections_first_second_does_not_count(void **state)
{
    struct recent recent = {0};

    (void)state;
    recent_tick(&recent, 0, 1000);
    assert_int_equal(recent.count, 0);
    recent_tick(&recent, 10, 1000); /* began somewhere in it */
    assert_int_equal(recent.count, 0);
    for (uint64_t i = 1; i <= RECENT_SECONDS + 2; i++)
        recent_tick(&recent, 10 + i * 500, 500);
    assert_int_equal(recent.count, RECENT_SECONDS);
    assert_int_equal(recent.rates[0], 1000);
    assert_int_equal(recent.rates[RECENT_SECONDS - 1], 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_stand_in_their_order),
        cmocka_unit_test(a_late_look_is_still_per_second),
        cmocka_unit_test(enormous_rates_do_not_wrap),
        cmocka_unit_test(the_share_of_holds_is_over_all_connections),
        cmocka_unit_test(a_connections_first_second_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
