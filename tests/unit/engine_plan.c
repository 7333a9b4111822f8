#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/plan.h"

#define MIB ((uint64_t)1024 * 1024)

/* One more connection, measured at PACE. */
static bool next_of(const struct plan_range *ranges, size_t count, uint64_t pace,
                    uint64_t min_split, struct plan_next *ret_next)
{
    const struct plan_case now = {
        .ranges = ranges, .count = count, .pace = pace, .min_split = min_split, .room = 1};

    return plan_next(&now, ret_next);
}

static void a_range_that_nobody_works_on_comes_first(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 90 * MIB, .end = 100 * MIB},
        {.pos = 0, .end = 50 * MIB, .active = true},
        {.pos = 60 * MIB, .end = 80 * MIB},
        {.pos = 80 * MIB, .end = 80 * MIB},
    };
    struct plan_next next;

    (void)state;
    assert_true(next_of(ranges, 4, 0, MIB, &next));
    assert_int_equal(next.move, PLAN_TAKE);
    assert_int_equal(next.range, 2);
}

static void equal_paces_are_cut_in_half(void **state)
{
    const struct plan_range ranges[] = {{.pos = 0, .end = 64 * MIB, .active = true}};
    struct plan_next next;

    (void)state;
    assert_true(next_of(ranges, 1, 0, 8 * MIB, &next));
    assert_int_equal(next.move, PLAN_CUT);
    assert_int_equal(next.at, 32 * MIB);
}

/* Whatever their number, connections that begin together get even parts. */
static void connections_that_begin_together_share_evenly(void **state)
{
    (void)state;
    for (unsigned connections = 2; connections <= 64; connections++) {
        struct plan_range ranges[64] = {
            {.pos = 0, .end = 64 * MIB, .rate = 3 * MIB, .active = true}};
        struct plan_case now = {.ranges = ranges, .count = 1, .min_split = 512 * 1024};
        struct plan_next next;

        for (now.room = connections - 1; now.room > 0; now.room--) {
            assert_true(plan_next(&now, &next));
            assert_int_equal(next.move, PLAN_CUT);
            ranges[now.count] =
                (struct plan_range){.pos = next.at, .end = ranges[next.range].end, .active = true};
            ranges[next.range].end = next.at;
            now.count++;
        }
        for (size_t i = 0; i < now.count; i++)
            assert_in_range(ranges[i].end - ranges[i].pos, 64 * MIB / connections - 64 * 1024,
                            64 * MIB / connections + 64 * 1024);
    }
}

/* Servers hand out the first second's quota at once: who had it has had a part of its share. */
static void what_came_at_once_counts_as_a_part_of_the_share(void **state)
{
    const struct plan_range ranges[] = {{.pos = MIB, .end = 64 * MIB, .had = MIB, .active = true}};
    struct plan_case now = {.ranges = ranges, .count = 1, .min_split = MIB, .room = 15};
    struct plan_next next;

    (void)state;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.at, 60 * MIB);
}

static void no_piece_is_smaller_than_asked_for(void **state)
{
    struct plan_range ranges[16] = {{.pos = 0, .end = 20 * MIB, .active = true}};
    struct plan_case now = {.ranges = ranges, .count = 1, .min_split = 8 * MIB, .room = 15};
    struct plan_next next;

    (void)state;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.at, 10 * MIB);
    ranges[1] = (struct plan_range){.pos = next.at, .end = 20 * MIB, .active = true};
    ranges[0].end = next.at;
    now.count = 2;
    now.room = 14;
    assert_false(plan_next(&now, &next));
}

static void the_one_that_would_end_last_gives(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 0, .end = 40 * MIB, .rate = 10 * MIB, .active = true},
        {.pos = 50 * MIB, .end = 60 * MIB, .rate = MIB, .active = true},
    };
    struct plan_next next;

    (void)state;
    assert_true(next_of(ranges, 2, 10 * MIB, MIB, &next));
    assert_int_equal(next.range, 1);
    /* 10 MiB at 1 and 10 MiB/s: the slow one keeps a tenth or so, and both end together. */
    assert_in_range(next.at, 50 * MIB + 800 * 1024, 51 * MIB);
}

static void small_rests_are_left_alone(void **state)
{
    const struct plan_range first[] = {{.pos = 0, .end = 15 * MIB, .rate = MIB, .active = true}};
    const struct plan_range short_rest[] = {
        {.pos = 0, .end = MIB / 4, .rate = MIB, .active = true}};
    struct plan_next next;

    (void)state;
    assert_false(next_of(first, 1, 0, 8 * MIB, &next)); /* nobody has ended yet */
    assert_false(next_of(short_rest, 1, MIB, 8 * MIB, &next));
}

static void at_the_end_time_decides(void **state)
{
    const struct plan_range ranges[] = {{.pos = 0, .end = 4 * MIB, .rate = MIB, .active = true}};
    struct plan_case now = {
        .ranges = ranges, .count = 1, .pace = MIB, .min_split = 8 * MIB, .room = 1};
    struct plan_next next;

    (void)state;
    assert_true(plan_next(&now, &next)); /* two seconds are saved */
    assert_int_equal(next.at, 2 * MIB);
    now.wait_ms = 900;
    assert_false(plan_next(&now, &next)); /* and spent on the way */
}

static void a_slow_one_is_robbed_of_most(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 0, .end = 300 * 1024, .rate = 20 * 1024, .active = true}};
    struct plan_next next;

    (void)state;
    assert_true(next_of(ranges, 1, MIB, 8 * MIB, &next));
    assert_int_equal(next.move, PLAN_CUT);
    assert_in_range(next.at, 1, 12 * 1024);
}

static void one_that_crawls_is_replaced(void **state)
{
    const struct plan_range rests[] = {
        {.pos = 0, .end = 300 * 1024, .rate = 1, .active = true},
        {.pos = 0, .end = 16 * MIB, .rate = 16, .active = true},
        {.pos = 0, .end = 20 * 1024, .rate = 10 * 1024, .active = true},
    };
    struct plan_next next;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(next_of(&rests[i], 1, MIB, 8 * MIB, &next));
        assert_int_equal(next.move, PLAN_REPLACE);
    }
}

/* The answer goes on behind the range's end, so its server sees no reason to send the last bytes.
 */
static void last_bytes_that_are_held_back_are_asked_for(void **state)
{
    struct plan_range range = {
        .pos = 0, .end = 1378, .rate = MIB, .active = true, .runs_on = true, .silent_ms = 5};
    struct plan_next next;

    (void)state;
    assert_false(next_of(&range, 1, MIB, MIB, &next)); /* they may be on their way */
    range.silent_ms = 20;
    assert_true(next_of(&range, 1, MIB, MIB, &next));
    assert_int_equal(next.move, PLAN_REPLACE);
    range.runs_on = false;
    assert_false(next_of(&range, 1, MIB, MIB, &next)); /* the end of the answer brings them */
}

static void a_file_without_a_length_is_not_cut(void **state)
{
    const struct plan_range ranges[] = {{.pos = 5, .end = UINT64_MAX, .rate = 1, .active = true}};
    struct plan_next next;

    (void)state;
    assert_false(next_of(ranges, 1, MIB, MIB, &next));
}

/* Whatever the numbers, a cut lies within its range. */
static void cuts_lie_within(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        struct plan_range range = {.active = true};
        struct plan_case now = {.ranges = &range, .count = 1, .min_split = 65536};
        struct plan_next next;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        range.pos = seed % (UINT64_C(1) << (seed % 60));
        range.end = range.pos + (seed >> 3) % (UINT64_C(1) << (seed % 50));
        range.rate = (seed >> 5) % (UINT64_C(1) << (seed % 33));
        now.pace = (seed >> 7) % (UINT64_C(1) << (seed % 31));
        now.room = 1 + (unsigned)(seed >> 9) % 16;
        now.wait_ms = (seed >> 13) % 4 * 100;
        if (plan_next(&now, &next) && next.move == PLAN_CUT)
            assert_true(next.at > range.pos && next.at < range.end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_that_nobody_works_on_comes_first),
        cmocka_unit_test(equal_paces_are_cut_in_half),
        cmocka_unit_test(connections_that_begin_together_share_evenly),
        cmocka_unit_test(what_came_at_once_counts_as_a_part_of_the_share),
        cmocka_unit_test(no_piece_is_smaller_than_asked_for),
        cmocka_unit_test(the_one_that_would_end_last_gives),
        cmocka_unit_test(small_rests_are_left_alone),
        cmocka_unit_test(at_the_end_time_decides),
        cmocka_unit_test(a_slow_one_is_robbed_of_most),
        cmocka_unit_test(one_that_crawls_is_replaced),
        cmocka_unit_test(last_bytes_that_are_held_back_are_asked_for),
        cmocka_unit_test(a_file_without_a_length_is_not_cut),
        cmocka_unit_test(cuts_lie_within),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
