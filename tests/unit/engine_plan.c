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

/* The first answer may run on through what is between; the last one to begin takes all of that. */
static void parts_of_which_nothing_is_here_begin_from_the_end(void **state)
{
    struct plan_range ranges[] = {{.pos = 0, .end = 10, .active = true},
                                  {.pos = 20, .end = 30},
                                  {.pos = 30, .end = 40},
                                  {.pos = 10, .end = 20}};
    struct plan_case now = {.ranges = ranges, .count = 4, .min_split = MIB, .room = 2};
    struct plan_next next;

    (void)state;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.move, PLAN_TAKE);
    assert_int_equal(next.range, 2);
    now.room = 1;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.range, 3);
    now.room = 2;
    ranges[1].begun = true; /* and was left */
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.range, 1);
    ranges[3].begun = true;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.range, 3);
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
    now.room = 2; /* one is enough for a small piece */
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.at, 2 * MIB);
    now.room = 1;
    now.wait_ms = 800;
    assert_true(plan_next(&now, &next));
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
        const struct plan_range both[] = {
            {.pos = 64 * MIB, .end = 64 * MIB + 1, .rate = MIB, .active = true}, rests[i]};

        assert_true(next_of(&rests[i], 1, MIB, 8 * MIB, &next));
        assert_int_equal(next.move, PLAN_REPLACE);
        assert_true(next_of(both, 2, MIB, 8 * MIB, &next));
        assert_int_equal(next.move, PLAN_REPLACE);
        assert_int_equal(next.range, 1);
    }
}

/* The answer goes on behind the range's end, so its server sees no reason to send the last bytes.
 */
static void last_bytes_that_are_held_back_are_asked_for(void **state)
{
    struct plan_range range = {
        .pos = 0, .end = 1378, .rate = MIB, .active = true, .runs_on = true, .silent_ms = 5};
    struct plan_case now = {.count = 1, .pace = MIB, .min_split = MIB, .wait_ms = 50, .room = 1};
    struct plan_next next;

    (void)state;
    assert_false(next_of(&range, 1, MIB, MIB, &next)); /* they may be on their way */
    range.silent_ms = 20;
    assert_true(next_of(&range, 1, MIB, MIB, &next));
    assert_int_equal(next.move, PLAN_REPLACE);
    now.ranges = &range;
    assert_false(plan_next(&now, &next)); /* the way takes longer */
    range.silent_ms = 70;
    assert_true(plan_next(&now, &next));
    range.end = 64 * 1024; /* 62 ms, and the way */
    assert_false(plan_next(&now, &next));
    range.silent_ms = 124;
    assert_true(plan_next(&now, &next));
    range.silent_ms = 60; /* and this long between quotas it is silent: the next one comes first */
    range.gap_ms = 119;
    assert_false(plan_next(&now, &next));
    range.gap_ms = 120;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.move, PLAN_REPLACE);
    range.silent_ms = 59; /* this quota may not be over */
    assert_false(plan_next(&now, &next));
    range.silent_ms = 124;
    range.end++; /* more than a server keeps back */
    assert_false(plan_next(&now, &next));
    range.end = 1378;
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

/* A burst counts as no more than a part of what is left for each: most of a file that came at once
 * says nothing of the rest. */
static void a_burst_is_no_more_than_a_share(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 40 * MIB, .end = 64 * MIB, .had = 40 * MIB, .active = true}};
    struct plan_case now = {.ranges = ranges, .count = 1, .min_split = MIB, .room = 1};
    struct plan_next next;

    (void)state;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.at, 49 * MIB); /* 24 MiB and a quarter of them, in two */
}

/* Nobody has ended yet: a new one is taken to bring what the others do on average. */
static void an_unknown_pace_is_the_mean_of_the_others(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 0, .end = MIB, .rate = 3 * MIB, .active = true},
        {.pos = MIB, .end = 65 * MIB, .rate = MIB, .active = true},
        {.pos = 65 * MIB, .end = 66 * MIB, .active = true}, /* it is too young to tell */
    };
    struct plan_next next;

    (void)state;
    assert_true(next_of(ranges, 3, 0, MIB, &next));
    assert_int_equal(next.range, 1);
    assert_in_range(next.at, 22 * MIB, 22 * MIB + 512 * 1024); /* a third stays */
}

/* A piece of just the size that was asked for is one. */
static void a_piece_may_be_as_small_as_asked_for(void **state)
{
    struct plan_range range = {.pos = 0, .end = 16 * MIB, .active = true};
    struct plan_next next;

    (void)state;
    assert_true(next_of(&range, 1, 0, 8 * MIB, &next));
    assert_int_equal(next.at, 8 * MIB);
    range.end--;
    assert_false(next_of(&range, 1, 0, 8 * MIB, &next));
}

/* Where the pace of new ones is a guess, a slow one keeps as much as any other. */
static void a_slow_one_is_robbed_of_most_only_when_that_was_measured(void **state)
{
    const struct plan_range ranges[] = {
        {.pos = 0, .end = 64 * 1024, .rate = 9 * MIB, .active = true},
        {.pos = MIB, .end = 11 * MIB, .rate = MIB, .active = true},
    };
    struct plan_next next;

    (void)state;
    assert_false(next_of(ranges, 2, 0, 2 * MIB, &next)); /* of 10 MiB it would keep 1.7 */
    assert_true(next_of(ranges, 2, 5 * MIB, 2 * MIB, &next));
    assert_int_equal(next.move, PLAN_CUT);
    assert_int_equal(next.range, 1);
    assert_in_range(next.at, 2 * MIB, 3 * MIB);
}

/* Half the pace is not slow, an eighth is not crawling. */
static void who_is_slow_or_crawls_is_below_a_share_of_the_pace(void **state)
{
    struct plan_range range = {.pos = 0, .end = 12 * MIB, .rate = 4 * MIB, .active = true};
    struct plan_case now = {.ranges = &range,
                            .count = 1,
                            .pace = 8 * MIB,
                            .min_split = 5 * MIB,
                            .wait_ms = 1000, /* so no time is saved */
                            .room = 1};
    struct plan_next next;

    (void)state;
    assert_false(plan_next(&now, &next)); /* it would keep 4 MiB */
    range.rate = 4 * MIB - 1;
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.move, PLAN_CUT);
    /* 64 KiB: nothing that a cut could bring, and a quarter of a second or more to wait. */
    range = (struct plan_range){.pos = 0, .end = 64 * 1024, .rate = 16 * 1024, .active = true};
    assert_false(next_of(&range, 1, 128 * 1024, MIB, &next));
    range.rate = 16 * 1024 - 1;
    assert_true(next_of(&range, 1, 128 * 1024, MIB, &next));
    assert_int_equal(next.move, PLAN_REPLACE);
}

/* A connection that crawls is dropped only when another one would be done with its rest a good
 * while earlier, the way there and back counted. */
static void one_that_crawls_goes_on_where_a_new_one_would_be_no_sooner(void **state)
{
    const struct plan_range range = {.pos = 0, .end = 10 * 1024, .rate = 10 * 1024, .active = true};
    struct plan_case now = {
        .ranges = &range, .count = 1, .pace = MIB, .min_split = 8 * MIB, .room = 1};
    struct plan_next next;

    (void)state;
    now.wait_ms = 365; /* 0.01 s, 0.73 s for the way, and the gain that it must bring */
    assert_true(plan_next(&now, &next));
    assert_int_equal(next.move, PLAN_REPLACE);
    now.wait_ms = 375;
    assert_false(plan_next(&now, &next));
}

/* Whatever the numbers, a cut lies within its range, and on the bound of a block. */
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
        if (!plan_next(&now, &next) || next.move != PLAN_CUT)
            continue;
        assert_true(next.at > range.pos && next.at < range.end);
        assert_int_equal(next.at % (range.end - next.at > 5 * MIB ? 65536 : 4096), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_that_nobody_works_on_comes_first),
        cmocka_unit_test(parts_of_which_nothing_is_here_begin_from_the_end),
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
        cmocka_unit_test(a_burst_is_no_more_than_a_share),
        cmocka_unit_test(an_unknown_pace_is_the_mean_of_the_others),
        cmocka_unit_test(a_piece_may_be_as_small_as_asked_for),
        cmocka_unit_test(a_slow_one_is_robbed_of_most_only_when_that_was_measured),
        cmocka_unit_test(who_is_slow_or_crawls_is_below_a_share_of_the_pace),
        cmocka_unit_test(one_that_crawls_goes_on_where_a_new_one_would_be_no_sooner),
        cmocka_unit_test(cuts_lie_within),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
