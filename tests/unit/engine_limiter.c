#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/limiter.h"

#define CHUNK 16384u

/* Takes chunks whenever there are tokens, looking every STEP ms; returns the bytes of SECONDS. */
static uint64_t run(uint64_t rate, size_t chunk, unsigned step, unsigned seconds)
{
    struct limiter limiter;
    uint64_t bytes = 0;

    limiter_set(&limiter, rate, 1000);
    for (uint64_t now = 1000; now <= 1000 + seconds * 1000u; now += step) {
        while (limiter_ready(&limiter, chunk, now)) {
            limiter_spend(&limiter, chunk);
            bytes += chunk;
        }
    }
    return bytes;
}

static void never_more_comes_than_time_has_brought(void **state)
{
    const uint64_t rates[] = {50000, 1000000, 20000000, 100000000, 400000000};
    const size_t chunks[] = {1000, 4096, CHUNK};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        for (size_t j = 0; j < sizeof chunks / sizeof chunks[0]; j++) {
            uint64_t ideal = rates[i] * 10;

            /* All but the chunk that is being paid for and the last look's share. */
            assert_in_range(run(rates[i], chunks[j], 10, 10), ideal - chunks[j] - rates[i] / 100,
                            ideal);
        }
    }
}

static void a_tiny_rate_still_moves(void **state)
{
    (void)state;
    assert_in_range(run(500, CHUNK, 100, 100), 500 * 100 - CHUNK, 500 * 100);
}

static void a_chunk_larger_than_a_burst_is_paid_afterwards(void **state)
{
    (void)state;
    assert_in_range(run(100000, 100000, 10, 100), 100000 * 97, 100000 * 103);
}

static void no_limit_never_waits(void **state)
{
    struct limiter limiter;

    (void)state;
    limiter_set(&limiter, 0, 5);
    limiter_spend(&limiter, 1u << 30);
    assert_true(limiter_ready(&limiter, CHUNK, 5));
    assert_int_equal(limiter_wait_ms(&limiter, CHUNK, 5), 0);
}

static void the_wait_it_names_is_just_long_enough(void **state)
{
    struct limiter limiter;
    uint64_t wait;

    (void)state;
    limiter_set(&limiter, 99999, 0);
    assert_true(limiter_ready(&limiter, 4000, 50));
    limiter_spend(&limiter, 4000);
    assert_false(limiter_ready(&limiter, CHUNK, 60));
    wait = limiter_wait_ms(&limiter, CHUNK, 60);
    assert_false(limiter_ready(&limiter, CHUNK, 60 + wait - 1));
    assert_true(limiter_ready(&limiter, CHUNK, 60 + wait));
}

static void the_wait_is_told_from_any_time_on(void **state)
{
    struct limiter limiter;
    uint64_t wait;

    (void)state;
    limiter_set(&limiter, 99999, 0);
    limiter_spend(&limiter, 4000);
    wait = limiter_wait_ms(&limiter, CHUNK, 0);
    assert_true(wait > 100);
    assert_int_equal(limiter_wait_ms(&limiter, CHUNK, 20), wait - 20);
    assert_int_equal(limiter_wait_ms(&limiter, CHUNK, wait + 20), 0);
    limiter_set(&limiter, 999, 0);
    assert_false(limiter_ready(&limiter, 1, 1)); /* all but a thousandth of a byte is there */
    assert_int_equal(limiter_wait_ms(&limiter, 1, 1), 1);
}

static void no_time_brings_something_twice(void **state)
{
    struct limiter limiter;

    (void)state;
    limiter_set(&limiter, 1000, 0);
    assert_true(limiter_ready(&limiter, 1000, 1000));
    limiter_spend(&limiter, 1000);
    assert_false(limiter_ready(&limiter, 1, 500));
    assert_false(limiter_ready(&limiter, 1, 1000));
}

static void idle_time_is_not_saved_up(void **state)
{
    const uint64_t rates[] = {50000, 1000000};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint64_t burst = rates[i] / 5 > CHUNK ? rates[i] / 5 : CHUNK, bytes = 0;
        struct limiter limiter;

        limiter_set(&limiter, rates[i], 0);
        while (limiter_ready(&limiter, 1000, 60000)) {
            limiter_spend(&limiter, 1000);
            bytes += 1000;
        }
        assert_in_range(bytes, burst - 1000, burst);
    }
}

/* Looked at every millisecond, a rate below 1000 brings less than a byte each time. */
static void fractions_of_a_byte_add_up(void **state)
{
    (void)state;
    assert_in_range(run(500, 100, 1, 100), 500 * 100 - 100, 500 * 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_more_comes_than_time_has_brought),
        cmocka_unit_test(a_tiny_rate_still_moves),
        cmocka_unit_test(a_chunk_larger_than_a_burst_is_paid_afterwards),
        cmocka_unit_test(no_limit_never_waits),
        cmocka_unit_test(the_wait_it_names_is_just_long_enough),
        cmocka_unit_test(the_wait_is_told_from_any_time_on),
        cmocka_unit_test(no_time_brings_something_twice),
        cmocka_unit_test(idle_time_is_not_saved_up),
        cmocka_unit_test(fractions_of_a_byte_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
