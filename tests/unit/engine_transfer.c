/* What a transfer does next when nobody works for it: it is complete, or goes on. */

#include "transfer_bench.h"

#include "disk/file_inside.h"

#define SIZE 200000

static void an_answer_that_did_not_end_is_not_the_file(void **state)
{
    struct transfer *transfer = &((struct transfer_bench *)*state)->transfer;

    transfer->is_small = true;
    transfer_attend(transfer);
    assert_int_equal(transfer->goal, GOAL_RECEIVE);
    assert_true(transfer->start_over);
}

/* A server that got a POST may have done what it asks for. */
static void a_request_that_may_not_be_repeated_is_not(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;

    bench_set(bench, "data", "x=1");
    transfer->asked = true;
    transfer->start_over = true;
    transfer_attend(transfer);
    assert_int_equal(transfer->goal, GOAL_KEEP);
    assert_int_equal(fault_get(&transfer->fail)->code, HAUL_E_TRUNCATED);
    assert_int_equal(transfer->segment_count, 0);
}

/* However well the last answer ended. */
static void a_file_with_a_gap_is_not_complete(void **state)
{
    struct transfer *transfer = &((struct transfer_bench *)*state)->transfer;
    struct disk_range range = {.end = SIZE, .written = SIZE - 1};
    struct disk_file file = {.state = {.size = SIZE, .ranges = &range, .range_count = 1}};

    transfer->file = &file;
    transfer->total = SIZE;
    transfer->ended = true;
    source_learn(&transfer->sources[0], "\"x\"", NULL);
    transfer_attend(transfer);
    assert_int_equal(transfer->goal, GOAL_RECEIVE);
    assert_int_equal(transfer->segment_count, 1);
    assert_int_equal(LIST_FIRST(&transfer->segments)->from, SIZE - 1);
    assert_true(LIST_FIRST(&transfer->segments)->has_if);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_that_did_not_end_is_not_the_file),
        TEST(a_request_that_may_not_be_repeated_is_not),
        TEST(a_file_with_a_gap_is_not_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
