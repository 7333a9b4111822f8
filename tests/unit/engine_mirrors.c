#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/mirrors.h"

#define KIB ((uint64_t)1024)

/* A source that has brought RATE bytes per second for ten seconds. */
static struct source working(uint64_t rate, unsigned connections)
{
    struct source source = {.connections = connections};

    speed_start(&source.speed, 0);
    for (uint64_t now = 100; now <= 10000; now += 100) {
        speed_add(&source.speed, now, rate / 10);
        source.came += rate / 10;
    }
    return source;
}

/* How N connections, opened one after the other, fall to two sources that have one each and bring
 * A and B bytes per second over it. */
static unsigned share_of_first(uint64_t a, uint64_t b, unsigned connections)
{
    struct source sources[2] = {working(a, 1), working(b, 1)};
    const bool room[2] = {true, true};

    while (sources[0].connections + sources[1].connections < connections) {
        size_t next = source_pick(sources, room, 2, 10000);
        uint64_t rate = next == 0 ? a : b;

        assert_in_range(next, 0, 1);
        sources[next] =
            working(rate * (sources[next].connections + 1), sources[next].connections + 1);
    }
    return sources[0].connections;
}

static void equal_sources_get_equal_shares(void **state)
{
    (void)state;
    assert_int_equal(share_of_first(500 * KIB, 500 * KIB, 8), 4);
}

static void a_slow_source_gets_few(void **state)
{
    (void)state;
    assert_int_equal(share_of_first(900 * KIB, 300 * KIB, 8), 6);
    assert_int_equal(share_of_first(900 * KIB, 10 * KIB, 16), 15);
}

static void one_without_a_rate_counts_as_the_others(void **state)
{
    struct source sources[3] = {working(900 * KIB, 2), working(450 * KIB, 1), {.connections = 0}};
    const bool room[3] = {true, true, true};

    (void)state;
    assert_int_equal(source_pick(sources, room, 3, 10000), 2);
}

static void only_one_that_has_room_is_picked(void **state)
{
    struct source sources[2] = {working(900 * KIB, 1), working(10 * KIB, 3)};
    bool room[2] = {false, true};

    (void)state;
    assert_int_equal(source_pick(sources, room, 2, 10000), 1);
    room[1] = false;
    assert_int_equal(source_pick(sources, room, 2, 10000), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sources_get_equal_shares),
        cmocka_unit_test(a_slow_source_gets_few),
        cmocka_unit_test(one_without_a_rate_counts_as_the_others),
        cmocka_unit_test(only_one_that_has_room_is_picked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
