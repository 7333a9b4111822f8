/* What a transfer, its sources and its hosts learn from a connection that ended, and which ranges a
 * connection may go on with. */

#include "transfer_bench.h"

#include "disk/file_inside.h"

#define SIZE 300000

/* A file of three parts, nothing of which is here. */
static struct disk_file file;

static struct disk_range *part(size_t index)
{
    return &file.state.ranges[index];
}

static int set_up_file(void **state)
{
    struct transfer *transfer;

    (void)set_up(state);
    transfer = &((struct transfer_bench *)*state)->transfer;
    file = (struct disk_file){.state = {.size = SIZE, .range_count = 3}};
    file.state.ranges = xcalloc(3, sizeof *file.state.ranges);
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t start = i * SIZE / 3;

        *part(i) = (struct disk_range){start, start + SIZE / 3, start, start};
    }
    transfer->file = &file;
    transfer->total = SIZE;
    transfer->planned = true;
    return 0;
}

static int tear_down_file(void **state)
{
    struct transfer *transfer = &((struct transfer_bench *)*state)->transfer;

    fault_fini(&transfer->last_err);
    transfer->source_count = 2; /* some tests make do with one */
    free(file.state.ranges);
    return tear_down(state);
}

static struct segment *ask_for(struct transfer_bench *bench, size_t range, uint64_t to)
{
    return bench_ask(bench, 0, range, part(range)->start, to);
}

/* One of two connections, or the only one, which has brought CAME bytes. */
static struct segment *one_of_two(struct transfer_bench *bench, uint64_t came)
{
    struct segment *segment;

    if (bench->transfer.segment_count == 0)
        (void)ask_for(bench, 1, part(1)->end);
    segment = ask_for(bench, 0, part(0)->end);
    segment->came = came;
    return segment;
}

static struct segment *the_only_one(struct transfer_bench *bench, uint64_t came)
{
    struct segment *segment = ask_for(bench, 0, part(0)->end);

    segment->came = came;
    return segment;
}

static void ends(struct transfer_bench *bench, struct segment *segment)
{
    segment_hang_up(segment);
    transfer_tend(&bench->transfer);
}

static void fails(struct transfer_bench *bench, struct segment *segment, enum haul_err code,
                  int status, bool retryable)
{
    struct haul_error err;

    haul_fail(&err, code, "it failed");
    err.http_status = status;
    err.retryable = retryable;
    segment_hang_up(segment);
    fault_put(&segment->err, &err);
    transfer_tend(&bench->transfer);
}

/* Beside others. */

static void a_refusal_beside_others_tells_how_many_are_allowed(void **state)
{
    static const struct {
        enum haul_err code;
        int status;
        bool tells;
    } cases[] = {{HAUL_E_HTTP, 403, true},   {HAUL_E_HTTP, 429, true}, {HAUL_E_HTTP, 503, true},
                 {HAUL_E_CONNECT, 0, false}, {HAUL_E_RESET, 0, false}, {HAUL_E_HTTP, 500, false},
                 {HAUL_E_STALLED, 0, false}};
    struct transfer_bench *bench = *state;
    struct host *host = bench->transfer.host;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct segment *segment = one_of_two(bench, 0);

        host->allowed = 0;
        fails(bench, segment, cases[i].code, cases[i].status, true);
        assert_int_equal(host->allowed, cases[i].tells ? 1 : 0);
        segment = one_of_two(bench, 1); /* none, where it brought bytes */
        host->allowed = 0;
        fails(bench, segment, cases[i].code, cases[i].status, true);
        assert_int_equal(host->allowed, 0);
        bench->transfer.sources[0].strikes = 0;
    }
    assert_int_equal(bench->transfer.goal, GOAL_RECEIVE);
}

/* A server that ends resets them one after the other, and is none that allows less. */
static void a_reset_beside_others_tells_so_when_they_go_on(void **state)
{
    static const enum haul_err codes[] = {HAUL_E_CONNECT, HAUL_E_RESET};
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;

    transfer->single = true; /* none begins meanwhile */
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct segment *refused = one_of_two(bench, 0), *other;

        transfer->host->allowed = 0;
        fails(bench, refused, codes[i], 0, true);
        other = LIST_FIRST(&transfer->segments);
        other->asked_at = bench->now - 1;
        other->last_byte = bench->now + 99; /* may have been on its way */
        transfer_spread(transfer);
        assert_int_equal(transfer->host->allowed, 0);
        other->last_byte = bench->now + 100;
        transfer_spread(transfer);
        assert_int_equal(transfer->host->allowed, 1);
        transfer->host->allowed = 0; /* told once */
        transfer_spread(transfer);
        assert_int_equal(transfer->host->allowed, 0);
        transfer->sources[0].strikes = 0;
    }
}

/* A server that allows three of sixteen refuses thirteen. */
static void those_that_were_asked_together_are_refused_once(void **state)
{
    struct transfer_bench *bench = *state;

    bench->transfer.source_count = 1;
    for (unsigned i = 0; i < 13; i++) {
        fails(bench, one_of_two(bench, 0), HAUL_E_HTTP, 503, true);
        assert_int_equal(bench->transfer.spread_after - bench->now, 1000);
    }
}

static void another_one_waits_twice_as_long_each_time(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;

    transfer->source_count = 1;
    for (unsigned i = 0; i < 9; i++) {
        fails(bench, one_of_two(bench, 0), HAUL_E_HTTP, 500, true);
        assert_int_equal(transfer->spread_after - bench->now, 1000 << MIN(i, 6u));
        transfer->refused_at--; /* the next one is asked a moment later */
    }
    fails(bench, one_of_two(bench, 1), HAUL_E_HTTP, 500, true); /* it worked for a while */
    fails(bench, one_of_two(bench, 0), HAUL_E_HTTP, 500, true);
    assert_int_equal(transfer->spread_after - bench->now, 1000);
    ends(bench, one_of_two(bench, 0));
    assert_int_equal(transfer->refusals, 0);
    assert_int_equal(transfer->goal, GOAL_RECEIVE);
}

static void its_host_rests_if_it_asked_for_that(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = one_of_two(bench, 0);

    fails(bench, segment, HAUL_E_HTTP, 500, true);
    assert_int_equal(bench->transfer.host->until, 0);
    segment = one_of_two(bench, 0);
    segment->retry_after = 7;
    fails(bench, segment, HAUL_E_HTTP, 500, true);
    assert_int_equal(bench->transfer.host->until - bench->now, 7000);
}

static void what_will_not_work_later_is_not_tried_again(void **state)
{
    struct transfer_bench *bench = *state;

    fails(bench, one_of_two(bench, 0), HAUL_E_HTTP, 500, false);
    assert_false(bench->transfer.single); /* there is another source */
    assert_int_equal(bench->transfer.sources[0].state, SOURCE_DROPPED);
    bench->transfer.source_count = 1;
    fails(bench, one_of_two(bench, 0), HAUL_E_HTTP, 500, true);
    assert_false(bench->transfer.single);
    fails(bench, one_of_two(bench, 0), HAUL_E_HTTP, 500, false);
    assert_true(bench->transfer.single);
}

/* The only one. */

static void the_last_failure_is_that_of_the_item(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;
    struct segment *segment;

    transfer->source_count = 1;
    segment = the_only_one(bench, 0);
    segment->retry_after = 7;
    segment->crowded = true;
    fails(bench, segment, HAUL_E_RESET, 0, true);
    assert_int_equal(transfer->goal, GOAL_KEEP);
    assert_int_equal(fault_get(&transfer->fail)->code, HAUL_E_RESET);
    assert_ptr_equal(transfer->blamed, transfer->host);
    assert_int_equal(transfer->retry_after, 7);
    assert_true(transfer->unheard && transfer->crowded);
}

static void one_that_brought_bytes_was_heard(void **state)
{
    struct transfer_bench *bench = *state;

    bench->transfer.source_count = 1;
    fails(bench, the_only_one(bench, 1), HAUL_E_RESET, 0, true);
    assert_false(bench->transfer.unheard);
}

/* It breaks off what it worked for when the last one was asked. */
static void a_server_that_ends_refuses_nobody_because_of_others(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;
    struct segment *late;

    transfer->source_count = 1;
    transfer->single = true; /* none begins meanwhile */
    for (unsigned after = 0; after < 2; after++) {
        struct segment *first = the_only_one(bench, 1);

        late = ask_for(bench, 1, part(1)->end);
        late->crowded = true;
        late->asked_at = bench->now + after;
        fails(bench, first, HAUL_E_RESET, 0, true);
        fails(bench, late, HAUL_E_CONNECT, 0, true);
        assert_true(transfer->unheard);
        assert_int_equal(transfer->crowded, after);
        transfer->goal = GOAL_RECEIVE;
    }
}

/* It lets it in, and says that others are why. */
static void one_that_answers_has_not_ended(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *first = the_only_one(bench, 1), *late;

    bench->transfer.source_count = 1;
    bench->transfer.single = true;
    late = ask_for(bench, 1, part(1)->end);
    late->crowded = true;
    late->status = 503;
    fails(bench, first, HAUL_E_RESET, 0, true);
    fails(bench, late, HAUL_E_HTTP, 503, true);
    assert_true(bench->transfer.crowded);
}

static void a_source_that_brought_bytes_has_no_strike(void **state)
{
    struct transfer_bench *bench = *state;
    struct source *source = &bench->transfer.sources[0];

    fails(bench, the_only_one(bench, 1), HAUL_E_RESET, 0, true);
    assert_int_equal(source->strikes, 0);
    fails(bench, the_only_one(bench, 0), HAUL_E_RESET, 0, true);
    assert_int_equal(source->strikes, 1);
    fails(bench, the_only_one(bench, 1), HAUL_E_HTTP, 404, false);
    assert_int_equal(source->state, SOURCE_DROPPED);
}

static void one_that_refuses_the_rest_is_asked_for_all(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;

    transfer->source_count = 1;
    transfer->planned = false; /* the rest of what an earlier run left */
    fails(bench, the_only_one(bench, 0), HAUL_E_HTTP, 416, false);
    assert_true(transfer->start_over && transfer->needs_attention);
    assert_false(transfer->single);
    assert_int_equal(transfer->goal, GOAL_RECEIVE);
    transfer->planned = true; /* a part of what it has just sent */
    fails(bench, the_only_one(bench, 0), HAUL_E_HTTP, 416, false);
    assert_true(transfer->single);
}

static void one_that_refuses_all_of_it_has_failed(void **state)
{
    struct transfer_bench *bench = *state;

    bench->transfer.source_count = 1;
    fails(bench, bench_ask(bench, 0, 0, 0, UINT64_MAX), HAUL_E_HTTP, 416, false);
    assert_false(bench->transfer.start_over);
    assert_int_equal(bench->transfer.goal, GOAL_KEEP);
}

static void another_source_goes_on_where_one_refuses_the_rest(void **state)
{
    struct transfer_bench *bench = *state;

    part(0)->written = 1; /* of which it may have a range */
    fails(bench, the_only_one(bench, 0), HAUL_E_HTTP, 416, false);
    assert_int_equal(bench->transfer.sources[0].state, SOURCE_DROPPED);
    assert_int_equal(bench->transfer.goal, GOAL_RECEIVE);
}

static void its_host_rests_while_other_sources_go_on(void **state)
{
    struct transfer_bench *bench = *state;
    struct host *host = bench->transfer.host;
    struct segment *segment = the_only_one(bench, 0);

    segment->retry_after = 7;
    host->probe = &bench->transfer;
    fails(bench, segment, HAUL_E_HTTP, 503, true);
    assert_int_equal(host->until - bench->now, 7000);
    assert_null(host->probe); /* whoever is next finds out whether it is well */
}

/* Those that did what they were asked for. */

static void an_answer_that_was_of_no_use_ends_nothing(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = one_of_two(bench, 0);

    segment->unwanted = true;
    ends(bench, segment);
    assert_false(bench->transfer.ended);
    ends(bench, one_of_two(bench, 0));
    assert_true(bench->transfer.ended);
}

static void did_all(struct transfer_bench *bench, uint64_t ms, uint64_t came)
{
    struct segment *segment = one_of_two(bench, came);

    segment->asked_at = bench->now - ms;
    segment->full = true;
    ends(bench, segment);
}

static void what_one_brought_is_what_the_next_will_bring(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;

    did_all(bench, 500, 0); /* all of it had come before */
    assert_int_equal(transfer->pace, 0);
    transfer->drops = 3;
    ends(bench, one_of_two(bench, 1000)); /* dropped before it was full */
    assert_int_equal(transfer->pace, 0);
    assert_int_equal(transfer->drops, 3);
    did_all(bench, 500, 1000);
    assert_int_equal(transfer->pace, 2000);
    assert_int_equal(transfer->drops, 0);
    did_all(bench, 500, 9000); /* too short to tell more than that */
    assert_int_equal(transfer->pace, 2000);
    did_all(bench, 1000, 1); /* its rate is that of the last seconds: nothing */
    assert_int_equal(transfer->pace, 1000);
}

static void one_that_lasted_a_moment_only_is_not_overrated(void **state)
{
    struct transfer_bench *bench = *state;

    did_all(bench, 1, 1000);
    assert_int_equal(bench->transfer.pace, 4000);
}

/* Going on behind the own range. */

static void a_range_that_nobody_asked_for_is_taken_over(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, UINT64_MAX);

    assert_true(transfer_join_next(&bench->transfer, segment));
    assert_int_equal(part(0)->end, 2 * SIZE / 3);
    assert_true(transfer_join_next(&bench->transfer, segment));
    assert_int_equal(part(0)->end, SIZE);
    assert_false(transfer_join_next(&bench->transfer, segment)); /* there is none */
}

static void one_of_somebody_else_is_not(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, UINT64_MAX);

    (void)ask_for(bench, 1, part(1)->end);
    assert_false(transfer_join_next(&bench->transfer, segment));
}

static void nor_is_one_of_which_something_is_here(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, UINT64_MAX);

    part(1)->written++;
    assert_false(transfer_join_next(&bench->transfer, segment));
}

static void nor_one_that_its_answer_does_not_reach(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, part(1)->end);

    assert_true(transfer_join_next(&bench->transfer, segment));
    assert_false(transfer_join_next(&bench->transfer, segment));
    segment->to = SIZE - 1; /* the range ends a byte later */
    assert_false(transfer_join_next(&bench->transfer, segment));
}

static void one_that_is_full_goes_on_if_it_dropped_nothing(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, UINT64_MAX);

    segment->full = true;
    transfer_tend(&bench->transfer);
    assert_non_null(segment->net);
    assert_false(segment->full);
    segment->full = segment->overrun = true;
    transfer_tend(&bench->transfer);
    assert_int_equal(bench->transfer.segment_count, 0);
}

static void a_small_file_waits_for_its_end(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, part(0)->end);

    segment->full = true;
    bench->transfer.is_small = true;
    transfer_tend(&bench->transfer);
    assert_non_null(segment->net);
    bench->transfer.is_small = false;
    transfer_tend(&bench->transfer);
    assert_int_equal(bench->transfer.segment_count, 0);
}

/* Further connections. */

static void be_spread(struct transfer_bench *bench)
{
    source_learn(&bench->transfer.sources[0], "\"x\"", NULL);
    source_drop(&bench->transfer, &bench->transfer.sources[1], "it is dead");
    (void)ask_for(bench, 0, part(0)->end);
    bench->item->phase = HAUL_PHASE_RECEIVING;
}

static unsigned spread(struct transfer_bench *bench)
{
    transfer_spread(&bench->transfer);
    return bench->transfer.segment_count;
}

/* A moment passes. */
static unsigned spread_later(struct transfer_bench *bench)
{
    assert_true(uv_is_active((uv_handle_t *)&bench->engine.nudge));
    assert_true(bench->transfer.put_off);
    bench->transfer.began_at--;
    return spread(bench);
}

static void each_part_gets_one(void **state)
{
    struct transfer_bench *bench = *state;

    be_spread(bench);
    assert_int_equal(spread(bench), 2);
    assert_int_equal(spread(bench), 2); /* they begin one after the other */
    assert_int_equal(spread_later(bench), 3);
    assert_false(bench->transfer.put_off);
}

/* Its server may hold back the last bytes of its range. */
static struct segment *before_its_end(struct transfer_bench *bench)
{
    struct segment *segment = LIST_FIRST(&bench->transfer.segments);

    file.state.range_count = 1;
    *part(0) = (struct disk_range){.end = SIZE, .written = SIZE - 1000};
    bench->transfer.pace = 1000000;
    segment->to = SIZE + 1;
    segment->writer.offset = SIZE - 1000;
    segment->came = 1;
    segment->gap_ms = 10000;
    segment->last_byte = bench->now - 1000;
    return segment;
}

static void an_end_that_is_held_back_is_asked_for_anew(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    be_spread(bench);
    segment = before_its_end(bench);
    assert_int_equal(spread(bench), 1);
    assert_null(segment->net);
}

/* What it does not take says nothing of its server. */
static void one_that_we_hold_back_ourselves_is_silent_for_no_time(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    be_spread(bench);
    segment = before_its_end(bench);
    segment->waits = segment->writing = true;
    assert_int_equal(spread(bench), 1);
    segment->writing = false;
    assert_non_null(segment->net);
}

/* However late the last of them begins. */
static void all_parts_are_cut_when_the_first_one_begins(void **state)
{
    static const uint64_t size = 64 << 20;
    struct transfer_bench *bench = *state;

    bench_set(bench, "connections", "16");
    bench_set(bench, "min-split", "1M");
    file.state.size = (int64_t)size;
    file.state.range_count = 1;
    *part(0) = (struct disk_range){.end = size};
    bench->transfer.total = (int64_t)size;
    be_spread(bench);
    assert_int_equal(spread(bench), 2);
    assert_int_equal(file.state.range_count, 16);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(part(i)->end - part(i)->start, size / 16);
    for (unsigned begun = 3; begun <= 16; begun++)
        assert_int_equal(spread_later(bench), begun);
    assert_int_equal(spread(bench), 16);
    assert_int_equal(file.state.range_count, 16);
}

/* What nobody may begin with is no part. */
static void as_many_parts_are_cut_as_may_begin(void **state)
{
    static const uint64_t size = 64 << 20;
    struct transfer_bench *bench = *state;

    file.state.size = (int64_t)size;
    file.state.range_count = 1;
    *part(0) = (struct disk_range){.end = size};
    bench->transfer.total = (int64_t)size;
    be_spread(bench);
    bench->transfer.host->allowed = 3;
    assert_int_equal(spread(bench), 2);
    assert_int_equal(file.state.range_count, 3);
}

static void no_more_than_the_user_said(void **state)
{
    struct transfer_bench *bench = *state;

    be_spread(bench);
    bench_set(bench, "connections", "2");
    assert_int_equal(spread(bench), 2);
    assert_int_equal(part(1)->end, SIZE); /* so the second one takes the rest */
}

static void none_where_something_speaks_against_it(void **state)
{
    struct transfer_bench *bench = *state;
    struct transfer *transfer = &bench->transfer;

    be_spread(bench);
    transfer->single = true;
    assert_int_equal(spread(bench), 1);
    transfer->single = false;
    transfer->no_ranges = true;
    assert_int_equal(spread(bench), 1);
    transfer->no_ranges = false;
    transfer->total = -1;
    assert_int_equal(spread(bench), 1);
    transfer->total = SIZE;
    transfer->planned = false;
    assert_int_equal(spread(bench), 1);
    transfer->planned = true;
    bench->item->phase = HAUL_PHASE_CONNECTING; /* nothing has come so far */
    assert_int_equal(spread(bench), 1);
    bench->item->phase = HAUL_PHASE_RECEIVING;
    transfer->spread_after = bench->now + 1;
    assert_int_equal(spread(bench), 1);
    transfer->spread_after = bench->now;
    file.state.range_count = STATE_RANGES_MAX;
    assert_int_equal(spread(bench), 1);
    file.state.range_count = 3;
    assert_int_equal(spread(bench), 2);
}

/* Room for others. */

static void want_room(struct transfer_bench *bench)
{
    struct host *host = bench->transfer.host;

    if (LIST_EMPTY(&bench->engine.transfers))
        LIST_INSERT_HEAD(&bench->engine.transfers, &bench->transfer, link);
    host->spread = true;
    host->is_full = true;
    LIST_INSERT_HEAD(&bench->engine.hosts.full, host, full);
    transfers_make_room(&bench->engine);
    assert_false(host->is_full);
}

static void the_youngest_of_several_goes_where_others_wait(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *first = ask_for(bench, 0, part(0)->end);
    struct segment *second = ask_for(bench, 1, part(1)->end);

    want_room(bench);
    assert_non_null(first->net);
    assert_null(second->net);
    assert_true(bench->transfer.needs_attention);
    assert_true(bench->transfer.host->spread);
}

static void an_item_keeps_its_only_one(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment = ask_for(bench, 0, part(0)->end);

    want_room(bench);
    assert_non_null(segment->net);
    assert_false(bench->transfer.host->spread); /* nobody has several: not to be looked at again */
}

static void one_of_another_host_makes_no_room(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *first = bench_ask(bench, 1, 0, 0, part(0)->end);
    struct segment *second = bench_ask(bench, 1, 1, part(1)->start, part(1)->end);

    want_room(bench);
    assert_non_null(first->net);
    assert_non_null(second->net);
}

static void what_ends_anyway_is_left_alone(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *first = ask_for(bench, 0, part(0)->end);
    struct segment *second = ask_for(bench, 1, part(1)->end);

    bench->transfer.goal = GOAL_KEEP;
    want_room(bench);
    assert_non_null(first->net);
    assert_non_null(second->net);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_file, tear_down_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_refusal_beside_others_tells_how_many_are_allowed),
        TEST(a_reset_beside_others_tells_so_when_they_go_on),
        TEST(those_that_were_asked_together_are_refused_once),
        TEST(another_one_waits_twice_as_long_each_time),
        TEST(its_host_rests_if_it_asked_for_that),
        TEST(what_will_not_work_later_is_not_tried_again),
        TEST(the_last_failure_is_that_of_the_item),
        TEST(one_that_brought_bytes_was_heard),
        TEST(a_server_that_ends_refuses_nobody_because_of_others),
        TEST(one_that_answers_has_not_ended),
        TEST(a_source_that_brought_bytes_has_no_strike),
        TEST(one_that_refuses_the_rest_is_asked_for_all),
        TEST(one_that_refuses_all_of_it_has_failed),
        TEST(another_source_goes_on_where_one_refuses_the_rest),
        TEST(its_host_rests_while_other_sources_go_on),
        TEST(an_answer_that_was_of_no_use_ends_nothing),
        TEST(what_one_brought_is_what_the_next_will_bring),
        TEST(one_that_lasted_a_moment_only_is_not_overrated),
        TEST(a_range_that_nobody_asked_for_is_taken_over),
        TEST(one_of_somebody_else_is_not),
        TEST(nor_is_one_of_which_something_is_here),
        TEST(nor_one_that_its_answer_does_not_reach),
        TEST(one_that_is_full_goes_on_if_it_dropped_nothing),
        TEST(a_small_file_waits_for_its_end),
        TEST(each_part_gets_one),
        TEST(an_end_that_is_held_back_is_asked_for_anew),
        TEST(one_that_we_hold_back_ourselves_is_silent_for_no_time),
        TEST(all_parts_are_cut_when_the_first_one_begins),
        TEST(as_many_parts_are_cut_as_may_begin),
        TEST(no_more_than_the_user_said),
        TEST(none_where_something_speaks_against_it),
        TEST(the_youngest_of_several_goes_where_others_wait),
        TEST(an_item_keeps_its_only_one),
        TEST(one_of_another_host_makes_no_room),
        TEST(what_ends_anyway_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
