/* Doubts about what others than the lead brought: whose bytes are in doubt, and how long it is
 * waited for the one who can tell. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "disk/file_inside.h"
#include "engine/doubt.h"
#include "engine/transfer_inside.h"

#define SIZE UINT64_C(1000000)

/* A file of two sources, the first of which may not be asked at the moment. */
struct world {
    struct haul_loop *loop;
    struct haul_engine engine;
    struct clock clock;
    struct transfer transfer;
    struct source sources[2];
    struct disk_range range;
    struct disk_file file;
    struct segment segment; /* of the second one */
};

static int64_t wall(void *ctx)
{
    (void)ctx;
    return 1000000;
}

static char shown[] = "http://m/a";

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct transfer *transfer = &world->transfer;
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://h/a", .options = options};
    struct haul_error err;

    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->clock.wall = wall;
    world->engine.clock = &world->clock;
    world->engine.loop = loop_uv(world->loop);
    queue_init(&world->engine.queue);
    transfer->engine = &world->engine;
    transfer->item = item_new(1, &request);
    haul_options_unref(options);
    queue_append(&world->engine.queue, transfer->item, 0);
    world->range = (struct disk_range){.end = SIZE, .written = SIZE};
    world->file.state =
        (struct disk_state){.size = (int64_t)SIZE, .ranges = &world->range, .range_count = 1};
    transfer->total = (int64_t)SIZE;
    transfer->file = &world->file;
    transfer->sources = world->sources;
    transfer->source_count = 2;
    transfer->lead = &world->sources[0];
    world->sources[0].state = world->sources[1].state = SOURCE_PROVEN;
    world->sources[0].not_before = UINT64_MAX;
    world->sources[0].shown = world->sources[1].shown = shown;
    world->segment =
        (struct segment){.transfer = transfer, .source = &world->sources[1], .came = 5000};
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    doubts_clear(&world->transfer);
    free(world->sources[1].why);
    queue_fini(&world->engine.queue);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

static void it_is_waited_ten_seconds_for_the_lead(void **state)
{
    struct world *world = *state;

    assert_false(doubts_remain(&world->transfer));
    doubts_add(&world->transfer, &world->segment);
    assert_true(doubts_remain(&world->transfer));
    world->engine.loop->time += 9999;
    assert_true(doubts_remain(&world->transfer));
    world->engine.loop->time += 1;
    assert_false(doubts_remain(&world->transfer));
}

static void what_the_lead_brought_is_the_file(void **state)
{
    struct world *world = *state;

    world->segment.source = &world->sources[0];
    doubts_add(&world->transfer, &world->segment);
    assert_false(doubts_remain(&world->transfer));
    world->segment.source = &world->sources[1];
    world->segment.came = 0;
    doubts_add(&world->transfer, &world->segment);
    assert_false(doubts_remain(&world->transfer));
}

static void where_a_digest_decides_nobody_is_asked(void **state)
{
    struct world *world = *state;

    xstrset(&world->transfer.item->options->checksum, "md5:00");
    doubts_add(&world->transfer, &world->segment);
    assert_false(doubts_remain(&world->transfer));
}

static void a_lead_that_sends_something_else_by_now_is_not_asked(void **state)
{
    struct world *world = *state;

    doubts_add(&world->transfer, &world->segment);
    world->sources[0].state = SOURCE_DROPPED;
    assert_false(doubts_remain(&world->transfer));
}

static void two_answers_that_tell_nothing_are_enough(void **state)
{
    struct world *world = *state;

    doubts_add(&world->transfer, &world->segment);
    doubts_answered(&world->transfer, PROOF_UNKNOWN);
    assert_true(doubts_remain(&world->transfer));
    doubts_answered(&world->transfer, PROOF_UNKNOWN);
    assert_false(doubts_remain(&world->transfer));
}

static void each_that_is_answered_leaves_the_others(void **state)
{
    struct world *world = *state;
    struct source third = {.state = SOURCE_PROVEN};

    doubts_add(&world->transfer, &world->segment);
    world->segment.source = &third;
    doubts_add(&world->transfer, &world->segment);
    doubts_answered(&world->transfer, PROOF_SAME);
    assert_true(doubts_remain(&world->transfer));
    doubts_answered(&world->transfer, PROOF_SAME);
    assert_false(doubts_remain(&world->transfer));
}

/* The same source may send one part of this version and the next of that one. */
static void each_answer_is_in_doubt_by_itself(void **state)
{
    struct world *world = *state;

    doubts_add(&world->transfer, &world->segment);
    world->range.written = SIZE / 2;
    doubts_add(&world->transfer, &world->segment);
    world->range.written = SIZE / 4;
    doubts_add(&world->transfer, &world->segment);
    for (int i = 0; i < 3; i++) {
        assert_true(doubts_remain(&world->transfer));
        doubts_answered(&world->transfer, PROOF_SAME);
    }
    assert_false(doubts_remain(&world->transfer));
}

static void of_more_than_sixteen_the_highest_stay(void **state)
{
    struct world *world = *state;
    unsigned asked = 0;

    for (uint64_t i = 1; i <= 40; i++) {
        world->range.written = i * 10000;
        doubts_add(&world->transfer, &world->segment);
    }
    for (; doubts_remain(&world->transfer); asked++)
        doubts_answered(&world->transfer, PROOF_SAME);
    assert_int_equal(asked, 16);
}

static void one_that_was_put_back_is_no_answer(void **state)
{
    struct world *world = *state;

    doubts_add(&world->transfer, &world->segment);
    for (int i = 0; i < 3; i++)
        doubts_put_back(&world->transfer);
    assert_true(doubts_remain(&world->transfer));
}

static void other_bytes_than_the_leads_begin_the_file_anew(void **state)
{
    struct world *world = *state;

    doubts_add(&world->transfer, &world->segment);
    doubts_answered(&world->transfer, PROOF_OTHER);
    assert_true(world->transfer.start_over);
    assert_int_equal(world->sources[0].state, SOURCE_PROVEN);
    assert_int_equal(world->sources[1].state, SOURCE_DROPPED);
    assert_true(doubts_remain(&world->transfer)); /* it is not over yet */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_waited_ten_seconds_for_the_lead),
        TEST(what_the_lead_brought_is_the_file),
        TEST(where_a_digest_decides_nobody_is_asked),
        TEST(a_lead_that_sends_something_else_by_now_is_not_asked),
        TEST(two_answers_that_tell_nothing_are_enough),
        TEST(each_that_is_answered_leaves_the_others),
        TEST(each_answer_is_in_doubt_by_itself),
        TEST(of_more_than_sixteen_the_highest_stay),
        TEST(one_that_was_put_back_is_no_answer),
        TEST(other_bytes_than_the_leads_begin_the_file_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
