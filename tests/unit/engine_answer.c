/* What becomes of a part's answer: whether it is taken, and what its source, its host and the other
 * connections learn from it. */

#include "transfer_bench.h"

#include "disk/file_inside.h"

#define SIZE 200000
#define CUT  100000 /* the second range begins */
#define CAME 50000  /* of the first one */
#define ETAG "\"x\""

/* The file: half of its first range is here, and nothing of the second one. */
static struct disk_file file;
static struct disk_range ranges[2];

static int set_up_file(void **state)
{
    struct transfer *transfer;

    (void)set_up(state);
    transfer = &((struct transfer_bench *)*state)->transfer;
    ranges[0] = (struct disk_range){.end = CUT, .written = CAME};
    ranges[1] = (struct disk_range){CUT, SIZE, CUT, CUT};
    file = (struct disk_file){.state = {.size = SIZE, .ranges = ranges, .range_count = 2}};
    transfer->file = &file;
    transfer->total = SIZE;
    transfer->etag = xstrdup(ETAG);
    transfer->planned = true;
    source_learn(&transfer->sources[0], ETAG, NULL);
    source_learn(&transfer->sources[1], ETAG, NULL);
    return 0;
}

static int tear_down_file(void **state)
{
    struct transfer *transfer = &((struct transfer_bench *)*state)->transfer;
    struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    assert_true(segment_quiesce(segment, false));
    xstrset(&transfer->etag, NULL);
    xstrset(&transfer->final_url, NULL);
    return tear_down(state);
}

static struct segment *ask_for(struct transfer_bench *bench, size_t range)
{
    const struct disk_range *wanted = &ranges[range];
    struct segment *segment = bench_ask(bench, 0, range, wanted->written, wanted->end);

    segment->has_if = true;
    return segment;
}

/* Answers with a part, or all of the file, under an ETAG; is the body wanted? */
static bool answers(struct transfer_bench *bench, struct segment *segment, int status,
                    const char *etag)
{
    char *content_range = xasprintf("bytes %llu-%llu/%d", (unsigned long long)segment->from,
                                    (unsigned long long)segment->to - 1, SIZE);
    struct net_response response = {.status = status,
                                    .content_length = SIZE,
                                    .chunked_length = -1,
                                    .etag = (char *)(uintptr_t)etag};
    bool wanted;

    if (status == 206) {
        response.content_range = content_range;
        response.content_length = (int64_t)(segment->to - segment->from);
    }
    wanted = transfer_take_answer(&bench->transfer, segment, &response, segment->source->url);
    free(content_range);
    return wanted;
}

static void a_part_is_written_once_the_file_is_ready(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *early = ask_for(bench, 0), *late = ask_for(bench, 1);

    assert_true(answers(bench, early, 206, ETAG));
    assert_true(early->accepted);
    assert_false(early->writing);
    assert_int_equal(bench->item->phase, HAUL_PHASE_RECEIVING);
    bench->transfer.ready = true;
    assert_true(answers(bench, late, 206, ETAG));
    assert_true(late->accepted && late->writing);
    assert_false(bench->transfer.sources[0].no_if_works); /* nobody tried */
}

static void one_that_was_asked_for_without_if_range_tells_that_this_works(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0);

    segment->has_if = false;
    assert_true(answers(bench, segment, 206, ETAG));
    assert_true(bench->transfer.sources[0].no_if_works);
}

static void all_of_the_file_is_a_reason_to_ask_without_if_range(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0);

    assert_false(answers(bench, segment, 200, ETAG));
    assert_true(bench->transfer.sources[0].no_if);
    assert_true(segment->unwanted);
    assert_false(bench->transfer.single); /* that is not known yet */
}

static void an_item_that_ends_hears_nothing(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0);

    bench->transfer.goal = GOAL_KEEP;
    assert_false(answers(bench, segment, 200, "\"other\""));
    assert_false(segment->unwanted || bench->transfer.start_over || bench->transfer.single);
    assert_int_equal(bench->transfer.sources[0].state, SOURCE_PROVEN);
}

static void a_source_of_another_file_is_dropped_for_good(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0);

    assert_false(answers(bench, segment, 206, "\"other\""));
    assert_int_equal(bench->transfer.sources[0].state, SOURCE_DROPPED);
    assert_true(bench->transfer.sources[0].differs);
    assert_true(segment->unwanted);
    assert_false(bench->transfer.single || bench->transfer.start_over);
}

/* The server sends no parts, whatever is asked. */
static struct segment *sent_all(struct transfer_bench *bench, size_t range)
{
    struct segment *segment = ask_for(bench, range);

    segment->has_if = false;
    return segment;
}

static void a_source_without_parts_is_dropped_beside_another(void **state)
{
    struct transfer_bench *bench = *state;

    assert_false(answers(bench, sent_all(bench, 0), 200, ETAG));
    assert_int_equal(bench->transfer.sources[0].state, SOURCE_DROPPED);
    assert_false(bench->transfer.sources[0].differs);
    assert_false(bench->transfer.single);
}

static void and_kept_as_the_only_one(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    source_drop(&bench->transfer, &bench->transfer.sources[1], "it is dead");
    segment = sent_all(bench, 0);
    assert_true(answers(bench, segment, 200, ETAG));
    assert_int_equal(bench->transfer.sources[0].state, SOURCE_PROVEN);
    assert_true(bench->transfer.single && bench->transfer.host->no_ranges);
    assert_int_equal(segment->skip, CAME);
    assert_true(segment->to == UINT64_MAX);
}

static void all_of_the_file_is_taken_for_its_first_gap_only(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    source_drop(&bench->transfer, &bench->transfer.sources[1], "it is dead");
    segment = sent_all(bench, 1);
    assert_false(answers(bench, segment, 200, ETAG));
    assert_true(segment->unwanted);
    assert_false(fault_is(&segment->err));
}

static void nor_is_it_taken_while_others_work(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    source_drop(&bench->transfer, &bench->transfer.sources[1], "it is dead");
    (void)ask_for(bench, 1);
    segment = sent_all(bench, 0);
    assert_false(answers(bench, segment, 200, ETAG));
    assert_true(segment->unwanted);
    assert_true(bench->transfer.single);
}

static void a_part_that_nobody_asked_for_is_refused(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = bench_ask(bench, 0, 0, 0, UINT64_MAX);

    bench->transfer.planned = false;
    bench->transfer.file = NULL;
    assert_false(answers(bench, segment, 206, ETAG));
    assert_false(segment->accepted);
    assert_int_equal(fault_get(&segment->err)->code, HAUL_E_BAD_RESPONSE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_file, tear_down_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_part_is_written_once_the_file_is_ready),
        TEST(one_that_was_asked_for_without_if_range_tells_that_this_works),
        TEST(all_of_the_file_is_a_reason_to_ask_without_if_range),
        TEST(an_item_that_ends_hears_nothing),
        TEST(a_source_of_another_file_is_dropped_for_good),
        TEST(a_source_without_parts_is_dropped_beside_another),
        TEST(and_kept_as_the_only_one),
        TEST(all_of_the_file_is_taken_for_its_first_gap_only),
        TEST(nor_is_it_taken_while_others_work),
        TEST(a_part_that_nobody_asked_for_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
