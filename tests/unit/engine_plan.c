#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/plan.h"

#define MIB ((uint64_t)1024 * 1024)

static void a_range_that_nobody_works_on_comes_first(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 90 * MIB, .end = 100 * MIB},
        {.pos = 0, .end = 50 * MIB, .active = true},
        {.pos = 60 * MIB, .end = 80 * MIB},
        {.pos = 80 * MIB, .end = 80 * MIB},
    };
    struct plan_cut cut;

    (void)state;
    assert_true(plan_next(ranges, 4, 0, MIB, &cut));
    assert_true(cut.whole);
    assert_int_equal(cut.range, 2);
}

static void equal_paces_are_cut_in_half(void **state)
{
    const struct plan_range ranges[] = {{.pos = 0, .end = 64 * MIB, .active = true}};
    struct plan_cut cut;

    (void)state;
    assert_true(plan_next(ranges, 1, 0, 8 * MIB, &cut));
    assert_false(cut.whole);
    assert_int_equal(cut.at, 32 * MIB);
}

/* Cutting again and again gives even parts, whatever their order in the table. */
static void repeated_cuts_share_a_file_evenly(void **state)
{
    struct plan_range ranges[16] = {{.pos = 0, .end = 64 * MIB, .active = true}};
    size_t count = 1;
    struct plan_cut cut;

    (void)state;
    while (count < 16) {
        assert_true(plan_next(ranges, count, 0, MIB, &cut));
        ranges[count] =
            (struct plan_range){.pos = cut.at, .end = ranges[cut.range].end, .active = true};
        ranges[cut.range].end = cut.at;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ranges[i].end - ranges[i].pos, 4 * MIB);
}

static void the_one_that_would_end_last_gives(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 0, .end = 40 * MIB, .rate = 10 * MIB, .active = true},
        {.pos = 50 * MIB, .end = 60 * MIB, .rate = MIB, .active = true},
    };
    struct plan_cut cut;

    (void)state;
    assert_true(plan_next(ranges, 2, 10 * MIB, MIB, &cut));
    assert_int_equal(cut.range, 1);
    /* 10 MiB at 1 and 10 MiB/s: the slow one keeps a tenth or so, and both end together. */
    assert_in_range(cut.at, 50 * MIB + 800 * 1024, 51 * MIB);
}

static void small_rests_are_left_alone(void **state)
{
    const struct plan_range ranges[] = {{.pos = 0, .end = 15 * MIB, .rate = MIB, .active = true}};
    const struct plan_range crawling[] = {
        {.pos = 0, .end = 300 * 1024, .rate = 1024, .active = true}};
    struct plan_cut cut;

    (void)state;
    assert_false(plan_next(ranges, 1, MIB, 8 * MIB, &cut));
    assert_true(plan_next(crawling, 1, MIB, 8 * MIB, &cut)); /* no slow tail */
    assert_in_range(cut.at, 1, 128 * 1024);
}

static void a_file_without_a_length_is_not_cut(void **state)
{
    const struct plan_range ranges[] = {{.pos = 5, .end = UINT64_MAX, .active = true}};
    struct plan_cut cut;

    (void)state;
    assert_false(plan_next(ranges, 1, 0, MIB, &cut));
}

/* Whatever the numbers, a cut lies within its range. */
static void cuts_lie_within(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        struct plan_range range = {.active = true};
        struct plan_cut cut;
        uint64_t rate;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        range.pos = seed % (UINT64_C(1) << (seed % 60));
        range.end = range.pos + (seed >> 3) % (UINT64_C(1) << (seed % 50));
        range.rate = (seed >> 5) % (UINT64_C(1) << (seed % 33));
        rate = (seed >> 7) % (UINT64_C(1) << (seed % 31));
        if (plan_next(&range, 1, rate, 65536, &cut))
            assert_true(cut.at > range.pos && cut.at < range.end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_that_nobody_works_on_comes_first),
        cmocka_unit_test(equal_paces_are_cut_in_half),
        cmocka_unit_test(repeated_cuts_share_a_file_evenly),
        cmocka_unit_test(the_one_that_would_end_last_gives),
        cmocka_unit_test(small_rests_are_left_alone),
        cmocka_unit_test(a_file_without_a_length_is_not_cut),
        cmocka_unit_test(cuts_lie_within),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
