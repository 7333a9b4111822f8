/* When a dropped line is tried again and when a silent one is dead, on a clock that stands still.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/reconnect.h"

struct fake {
    uint64_t now;
    uint64_t chance;
};

static uint64_t fake_ticks(void *ctx)
{
    return ((struct fake *)ctx)->now;
}

static uint64_t fake_chance(void *ctx)
{
    return ((struct fake *)ctx)->chance;
}

static void waits_double_up_to_a_bound(void **state)
{
    static const uint64_t most[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
    struct fake fake = {.now = 7};
    struct clock clock = {.ticks = fake_ticks, .chance = fake_chance, .ctx = &fake};
    struct reconnect reconnect;

    (void)state;
    for (unsigned low = 0; low < 2; low++) {
        reconnect_init(&reconnect, &clock);
        for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
            fake.chance = low ? 0 : most[i] / 2;
            assert_int_equal(reconnect_failed(&reconnect), low ? most[i] / 2 : most[i]);
            assert_int_equal(reconnect.tries, i + 1);
        }
    }
}

static void chance_spreads_a_wait_over_its_upper_half(void **state)
{
    struct fake fake = {0};
    struct clock clock = {.ticks = fake_ticks, .chance = fake_chance, .ctx = &fake};
    uint64_t least = UINT64_MAX, most = 0;

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        struct reconnect reconnect;
        uint64_t wait;

        reconnect_init(&reconnect, &clock);
        fake.chance = i * UINT64_C(0x9e3779b97f4a7c15);
        wait = reconnect_failed(&reconnect);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    assert_in_range(least, 500, 520);
    assert_in_range(most, 980, 1000);
}

static void only_a_line_that_lasted_begins_anew(void **state)
{
    struct fake fake = {.now = 100};
    struct clock clock = {.ticks = fake_ticks, .chance = fake_chance, .ctx = &fake};
    struct reconnect reconnect;

    (void)state;
    reconnect_init(&reconnect, &clock);
    for (int i = 0; i < 4; i++)
        (void)reconnect_failed(&reconnect);
    reconnect_made(&reconnect);
    fake.now += RECONNECT_GOOD_MS - 1;
    assert_int_equal(reconnect_failed(&reconnect), 8000);
    reconnect_made(&reconnect);
    fake.now += RECONNECT_GOOD_MS;
    assert_int_equal(reconnect_failed(&reconnect), 500);
    fake.now += RECONNECT_GOOD_MS; /* without a line: that is not lasting */
    assert_int_equal(reconnect_failed(&reconnect), 1000);
}

static void silence_is_asked_about_and_then_death(void **state)
{
    struct pulse pulse = {0};

    (void)state;
    assert_int_equal(pulse_look(&pulse, 10), PULSE_ALIVE);
    assert_int_equal(pulse_look(&pulse, 10), PULSE_ASK);
    pulse_asked(&pulse, 40);
    assert_int_equal(pulse_look(&pulse, 40), PULSE_DEAD);
}

static void any_byte_is_a_sign_of_life(void **state)
{
    struct pulse pulse = {0};

    (void)state;
    assert_int_equal(pulse_look(&pulse, 0), PULSE_ASK);
    pulse_asked(&pulse, 30);
    assert_int_equal(pulse_look(&pulse, 31), PULSE_ALIVE);
    assert_int_equal(pulse_look(&pulse, 31), PULSE_ASK);
    pulse_asked(&pulse, 61);
    assert_int_equal(pulse_look(&pulse, 90), PULSE_ALIVE);
}

static void users_say_how_often(void **state)
{
    unsigned usual = pulse_seconds(NULL);

    (void)state;
    assert_in_range(usual, 5, 60);
    assert_int_equal(pulse_seconds("0"), 0);
    assert_int_equal(pulse_seconds("3600"), 3600);
    assert_int_equal(pulse_seconds("3601"), usual);
    assert_int_equal(pulse_seconds(""), usual);
    assert_int_equal(pulse_seconds("-1"), usual);
    assert_int_equal(pulse_seconds("5s"), usual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_double_up_to_a_bound),
        cmocka_unit_test(chance_spreads_a_wait_over_its_upper_half),
        cmocka_unit_test(only_a_line_that_lasted_begins_anew),
        cmocka_unit_test(silence_is_asked_about_and_then_death),
        cmocka_unit_test(any_byte_is_a_sign_of_life),
        cmocka_unit_test(users_say_how_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
