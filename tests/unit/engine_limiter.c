#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/limiter.h"

#define CHUNK 16384u

/* Takes chunks whenever there are tokens, looking every STEP ms; returns the bytes of SECONDS. */
static uint64_t run(uint64_t rate, unsigned step, unsigned seconds)
{
    struct limiter limiter;
    uint64_t bytes = 0;

    limiter_set(&limiter, rate, 1000);
    for (uint64_t now = 1000; now < 1000 + seconds * 1000u; now += step) {
        while (limiter_ready(&limiter, now)) {
            limiter_spend(&limiter, CHUNK);
            bytes += CHUNK;
        }
    }
    return bytes;
}

static void the_average_holds_within_three_per_cent(void **state)
{
    const uint64_t rates[] = {50000, 1000000, 20000000, 400000000};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint64_t ideal = rates[i] * 10;
        uint64_t bytes = run(rates[i], 10, 10);

        assert_in_range(bytes, ideal - ideal * 3 / 100, ideal + ideal * 3 / 100 + CHUNK);
    }
}

static void a_tiny_rate_still_moves(void **state)
{
    (void)state;
    assert_in_range(run(500, 100, 100), 500 * 97, 500 * 103 + CHUNK);
}

static void no_limit_never_waits(void **state)
{
    struct limiter limiter;

    (void)state;
    limiter_set(&limiter, 0, 5);
    limiter_spend(&limiter, 1u << 30);
    assert_true(limiter_ready(&limiter, 5));
    assert_int_equal(limiter_wait_ms(&limiter, 5), 0);
}

static void the_wait_it_names_is_long_enough(void **state)
{
    struct limiter limiter;
    uint64_t wait;

    (void)state;
    limiter_set(&limiter, 100000, 0);
    assert_true(limiter_ready(&limiter, 50));
    limiter_spend(&limiter, 100000);
    assert_false(limiter_ready(&limiter, 60));
    wait = limiter_wait_ms(&limiter, 60);
    assert_false(limiter_ready(&limiter, 60 + wait - 1));
    assert_true(limiter_ready(&limiter, 60 + wait));
}

static void idle_time_is_not_saved_up(void **state)
{
    struct limiter limiter;
    uint64_t bytes = 0;

    (void)state;
    limiter_set(&limiter, 1000000, 0);
    while (limiter_ready(&limiter, 60000)) {
        limiter_spend(&limiter, 1000);
        bytes += 1000;
    }
    assert_in_range(bytes, 99000, 101000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_average_holds_within_three_per_cent),
        cmocka_unit_test(a_tiny_rate_still_moves),
        cmocka_unit_test(no_limit_never_waits),
        cmocka_unit_test(the_wait_it_names_is_long_enough),
        cmocka_unit_test(idle_time_is_not_saved_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
