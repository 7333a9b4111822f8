/* Connections that bring nothing, or too little, for too long: which ones end, and which do not.
 * Time is given. */

#include "transfer_bench.h"

#define SECOND UINT64_C(1000)
#define KIB    UINT64_C(1024)

/* A connection that is there and waits for its first byte. */
static struct segment *connected(struct transfer_bench *bench)
{
    struct segment *segment = bench_ask(bench, 0, 0, 0, UINT64_MAX);

    segment->connected = true;
    return segment;
}

/* Looks SECONDS after the beginning: did SEGMENT end, for want of bytes? */
static bool ends_after(struct transfer_bench *bench, const struct segment *segment,
                       uint64_t seconds)
{
    transfer_watch_time(&bench->transfer, bench->now + seconds * SECOND);
    assert_int_equal(segment->net == NULL, fault_get(&segment->err)->code == HAUL_E_STALLED);
    return segment->net == NULL;
}

static void one_that_brings_nothing_ends_when_its_time_is_over(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    bench_set(bench, "stall-timeout", "5");
    segment = connected(bench);
    assert_false(ends_after(bench, segment, 4));
    assert_false(bench->transfer.needs_attention);
    assert_true(ends_after(bench, segment, 5));
    assert_true(bench->transfer.needs_attention);
    assert_true(ends_after(bench, segment, 6)); /* once */
}

static void what_ended_it_before_is_not_forgotten(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = connected(bench);

    segment_hang_up(segment);
    haul_fail(fault_need(&segment->err), HAUL_E_RESET, "by the server");
    transfer_watch_time(&bench->transfer, bench->now + 1000000 * SECOND);
    assert_int_equal(fault_get(&segment->err)->code, HAUL_E_RESET);
}

static void without_a_time_it_may_be_silent_for_ever(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    bench_set(bench, "stall-timeout", "0");
    segment = connected(bench);
    assert_false(ends_after(bench, segment, 1000000));
}

static void one_that_we_hold_is_not_silent(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    bench_set(bench, "stall-timeout", "5");
    segment = connected(bench);
    segment->waits = true;
    assert_false(ends_after(bench, segment, 60));
}

static void connecting_has_a_time_of_its_own(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    bench_set(bench, "stall-timeout", "5");
    bench_set(bench, "connect-timeout", "60");
    segment = bench_ask(bench, 0, 0, 0, UINT64_MAX);
    assert_false(ends_after(bench, segment, 30));
    bench_set(bench, "connect-timeout", "0"); /* none: then it is a silence as any other */
    assert_true(ends_after(bench, segment, 30));
}

/* --min-speed of 10 KiB/s; a look each second, before which so many KiB came. Tells when SEGMENT
 * ended, 0: it did not. */
static uint64_t ends_with(struct transfer_bench *bench, struct segment *segment, uint64_t seconds,
                          uint64_t kib)
{
    for (uint64_t second = 1; second <= seconds; second++) {
        segment->came += kib * KIB;
        segment->last_byte = bench->now + second * SECOND;
        if (ends_after(bench, segment, second))
            return second;
    }
    return 0;
}

static struct segment *connect_with_min_speed(struct transfer_bench *bench, const char *stall)
{
    bench_set(bench, "min-speed", "10K");
    bench_set(bench, "stall-timeout", stall);
    return connected(bench);
}

static void a_slow_one_ends_when_the_time_for_stalls_is_over(void **state)
{
    struct transfer_bench *bench = *state;

    assert_int_equal(ends_with(bench, connect_with_min_speed(bench, "5"), 20, 9), 5);
}

static void without_such_a_time_it_has_half_a_minute(void **state)
{
    struct transfer_bench *bench = *state;

    assert_int_equal(ends_with(bench, connect_with_min_speed(bench, "0"), 100, 9), 30);
}

static void one_that_is_quick_enough_goes_on(void **state)
{
    struct transfer_bench *bench = *state;

    assert_int_equal(ends_with(bench, connect_with_min_speed(bench, "5"), 20, 10), 0);
}

static void what_it_brought_in_quick_times_does_not_count_in_slow_ones(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = connect_with_min_speed(bench, "5");

    assert_int_equal(ends_with(bench, segment, 1, 10000), 0);
    bench->now += SECOND;
    assert_int_equal(ends_with(bench, segment, 20, 9), 5);
}

static void slowness_of_our_own_does_not_count(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = connect_with_min_speed(bench, "5");

    segment->waits = true;
    assert_int_equal(ends_with(bench, segment, 20, 1), 0);
    segment->waits = false;
    segment->was_held = true; /* between two looks */
    bench->now += 20 * SECOND;
    assert_int_equal(ends_with(bench, segment, 5, 1), 0);
    bench->now += SECOND; /* from the look on that saw it held */
    assert_int_equal(ends_with(bench, segment, 20, 1), 5);
}

static void nor_does_the_time_before_there_is_a_connection(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = connect_with_min_speed(bench, "5");

    segment->connected = false;
    assert_int_equal(ends_with(bench, segment, 20, 0), 0);
}

static void an_item_ends_when_its_time_is_over(void **state)
{
    struct transfer_bench *bench = *state;

    bench->item->more->work->deadline = bench->now + 5 * SECOND;
    transfer_watch_time(&bench->transfer, bench->now + 4 * SECOND);
    assert_int_equal(bench->transfer.goal, GOAL_RECEIVE);
    transfer_watch_time(&bench->transfer, bench->now + 5 * SECOND);
    assert_int_equal(bench->transfer.goal, GOAL_KEEP);
    assert_int_equal(fault_get(&bench->transfer.fail)->code, HAUL_E_TIMEOUT);
    assert_false(fault_get(&bench->transfer.fail)->retryable);
}

static void one_that_is_ending_is_left_alone(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    bench_set(bench, "stall-timeout", "5");
    segment = connected(bench);
    bench->transfer.goal = GOAL_FINISH;
    bench->item->more->work->deadline = bench->now + 5 * SECOND;
    assert_false(ends_after(bench, segment, 60));
    assert_int_equal(bench->transfer.goal, GOAL_FINISH);
}

/* Parts of one file: the others that lag are dropped long before they stall. */

static struct segment *part(struct transfer_bench *bench, uint64_t came)
{
    struct segment *segment = bench_ask(bench, 0, 0, 1, 2);

    bench_set(bench, "stall-timeout", "1000");
    bench->transfer.total = 1000;
    segment->connected = true;
    segment->came = came;
    return segment;
}

/* Looks at SEGMENT after so many seconds of silence, beside another part that works. */
static bool is_dropped(struct transfer_bench *bench, const struct segment *segment,
                       struct segment *other, uint64_t seconds)
{
    other->last_byte = bench->now + seconds * SECOND;
    transfer_watch_time(&bench->transfer, bench->now + seconds * SECOND);
    assert_int_equal(fault_get(&segment->err)->code, HAUL_OK); /* it costs no try */
    return segment->net == NULL;
}

static void a_part_that_falls_silent_beside_others_is_dropped(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = part(bench, 1), *other = part(bench, 1);

    assert_false(is_dropped(bench, segment, other, 4));
    assert_true(is_dropped(bench, segment, other, 5));
    assert_int_equal(bench->transfer.drops, 1);
    assert_true(bench->transfer.needs_attention);
}

static void for_its_first_byte_it_has_longer(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = part(bench, 0), *other = part(bench, 1);

    assert_false(is_dropped(bench, segment, other, 14));
    assert_true(is_dropped(bench, segment, other, 15));
}

static void but_half_of_the_time_for_stalls_at_most(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = part(bench, 1), *other = part(bench, 1);

    bench_set(bench, "stall-timeout", "6");
    assert_false(is_dropped(bench, segment, other, 2));
    assert_true(is_dropped(bench, segment, other, 3));
}

static void where_nobody_works_the_network_is_to_blame(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = part(bench, 1), *other = part(bench, 0);

    assert_false(is_dropped(bench, segment, other, 60)); /* the other one has brought nothing */
    other->came = 1;
    transfer_watch_silence(&bench->transfer, other->last_byte + 5 * SECOND); /* nor does it now */
    assert_non_null(segment->net);
}

static void the_last_one_is_compared_with_those_that_are_gone(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = part(bench, 1);

    transfer_watch_silence(&bench->transfer, bench->now + 60 * SECOND);
    assert_non_null(segment->net);
    bench->transfer.pace = 1;
    transfer_watch_silence(&bench->transfer, bench->now + 60 * SECOND);
    assert_null(segment->net);
}

static void what_could_not_be_asked_for_again_is_not_dropped(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;
    struct segment *segment = part(bench, 1), *other = part(bench, 1);

    transfer->single = true;
    assert_false(is_dropped(bench, segment, other, 60));
    transfer->single = false;
    transfer->no_ranges = true;
    assert_false(is_dropped(bench, segment, other, 60));
    transfer->no_ranges = false;
    transfer->total = -1;
    assert_false(is_dropped(bench, segment, other, 60));
    transfer->total = 1000;
    segment->part = false; /* all of the file was asked for */
    assert_false(is_dropped(bench, segment, other, 60));
    segment->part = true;
    segment->connected = false;
    assert_false(is_dropped(bench, segment, other, 60));
    segment->connected = true;
    segment->waits = true; /* for us */
    assert_false(is_dropped(bench, segment, other, 60));
    segment->waits = false;
    transfer->drops = 8; /* in a row: that is how this server is */
    assert_false(is_dropped(bench, segment, other, 60));
    transfer->drops = 7;
    assert_true(is_dropped(bench, segment, other, 60));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_brings_nothing_ends_when_its_time_is_over),
        TEST(what_ended_it_before_is_not_forgotten),
        TEST(without_a_time_it_may_be_silent_for_ever),
        TEST(one_that_we_hold_is_not_silent),
        TEST(connecting_has_a_time_of_its_own),
        TEST(a_slow_one_ends_when_the_time_for_stalls_is_over),
        TEST(without_such_a_time_it_has_half_a_minute),
        TEST(one_that_is_quick_enough_goes_on),
        TEST(what_it_brought_in_quick_times_does_not_count_in_slow_ones),
        TEST(slowness_of_our_own_does_not_count),
        TEST(nor_does_the_time_before_there_is_a_connection),
        TEST(an_item_ends_when_its_time_is_over),
        TEST(one_that_is_ending_is_left_alone),
        TEST(a_part_that_falls_silent_beside_others_is_dropped),
        TEST(for_its_first_byte_it_has_longer),
        TEST(but_half_of_the_time_for_stalls_at_most),
        TEST(where_nobody_works_the_network_is_to_blame),
        TEST(the_last_one_is_compared_with_those_that_are_gone),
        TEST(what_could_not_be_asked_for_again_is_not_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
