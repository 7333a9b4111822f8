#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "engine/queue.h"

static void append(struct queue *queue)
{
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://example.org/x", .options = options};

    queue_append(queue, item_new(queue->next_id, &request), 10 * (int64_t)queue->next_id);
    queue->next_id++;
    haul_options_unref(options);
}

/* A queue of COUNT items with the ids 1, 2, … */
static void fill(struct queue *queue, unsigned count)
{
    queue_init(queue);
    while (count-- > 0)
        append(queue);
}

static void assert_order(const struct queue *queue, const uint64_t *ids, size_t count)
{
    assert_int_equal(queue->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(queue->order[i]->id, ids[i]);
        assert_int_equal(queue->order[i]->place, i);
    }
}
#define ASSERT_ORDER(queue, ...)                                                                   \
    assert_order(queue, (const uint64_t[]){__VA_ARGS__},                                           \
                 sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static void move(struct queue *queue, enum haul_move how, uint64_t position, uint64_t a, uint64_t b)
{
    struct item *items[2] = {queue_find(queue, a), b ? queue_find(queue, b) : NULL};

    queue_move(queue, how, position, items, b ? 2 : 1);
}

/* Items that one lane holds up: those with an id below ->below. */
struct held {
    struct lane lane;
    uint64_t below;
    unsigned asked;
};

static struct lane *holder(void *ctx, struct item *item)
{
    struct held *held = ctx;

    if (!held)
        return NULL;
    held->asked++;
    return item->id < held->below ? &held->lane : NULL;
}

/* The id of the next item to run, 0: none. */
static uint64_t next(struct queue *queue, struct held *held)
{
    struct item *item;
    bool more;

    do {
        item = queue_next(queue, holder, held, &more);
    } while (more);
    return item ? item->id : 0;
}

static void moving_keeps_the_block_in_its_order(void **state)
{
    struct queue queue;

    (void)state;
    fill(&queue, 5);
    move(&queue, HAUL_MOVE_TOP, 0, 4, 2);
    ASSERT_ORDER(&queue, 2, 4, 1, 3, 5);
    move(&queue, HAUL_MOVE_BOTTOM, 0, 2, 1);
    ASSERT_ORDER(&queue, 4, 3, 5, 2, 1);
    move(&queue, HAUL_MOVE_UP, 0, 5, 0);
    ASSERT_ORDER(&queue, 4, 5, 3, 2, 1);
    move(&queue, HAUL_MOVE_DOWN, 0, 4, 0);
    ASSERT_ORDER(&queue, 5, 4, 3, 2, 1);
    move(&queue, HAUL_MOVE_TO, 2, 1, 0);
    ASSERT_ORDER(&queue, 5, 1, 4, 3, 2);
    move(&queue, HAUL_MOVE_UP, 0, 5, 0);
    ASSERT_ORDER(&queue, 5, 1, 4, 3, 2);
    move(&queue, HAUL_MOVE_DOWN, 0, 2, 0);
    ASSERT_ORDER(&queue, 5, 1, 4, 3, 2);
    move(&queue, HAUL_MOVE_TO, 99, 5, 0);
    ASSERT_ORDER(&queue, 1, 4, 3, 2, 5);
    queue_fini(&queue);
}

static void start(struct queue *queue, uint64_t id)
{
    assert_int_equal(next(queue, NULL), id);
    queue_set_state(queue, queue_find(queue, id), HAUL_ACTIVE);
}

static void the_first_queued_item_runs_next(void **state)
{
    struct queue queue;

    (void)state;
    fill(&queue, 5);
    start(&queue, 1);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_PAUSED);
    start(&queue, 3);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_QUEUED);
    start(&queue, 2);
    move(&queue, HAUL_MOVE_TOP, 0, 5, 0);
    start(&queue, 5);
    start(&queue, 4);
    assert_int_equal(next(&queue, NULL), 0);
    queue_fini(&queue);
}

static void an_item_that_is_being_put_away_waits_without_hiding(void **state)
{
    struct queue queue;
    struct item *first;

    (void)state;
    fill(&queue, 2);
    first = queue_find(&queue, 1);
    item_need_work(first)->transfer =
        (struct transfer *)&queue; /* only looked at, never followed */
    start(&queue, 2);
    assert_int_equal(next(&queue, NULL), 0);
    item_need_work(first)->transfer = NULL;
    queue_put_away(&queue, first);
    start(&queue, 1);
    queue_fini(&queue);
}

static void an_item_that_is_held_up_is_passed_over(void **state)
{
    struct queue queue;
    struct held held = {.below = 2};

    (void)state;
    fill(&queue, 3);
    lane_init(&held.lane, &queue.lanes);
    assert_int_equal(next(&queue, &held), 2);
    assert_int_equal(next(&queue, &held), 3);
    assert_int_equal(next(&queue, &held), 0);
    held.below = 0;
    assert_int_equal(next(&queue, &held), 0);
    lane_open(&held.lane);
    assert_int_equal(next(&queue, &held), 1);
    queue_fini(&queue);
}

static void a_hundred_thousand_that_are_held_up_are_looked_at_once(void **state)
{
    struct queue queue;
    struct held held = {.below = 100001};

    (void)state;
    fill(&queue, 100001);
    lane_init(&held.lane, &queue.lanes);
    assert_int_equal(next(&queue, &held), 100001);
    assert_int_equal(held.asked, 100001);
    for (int i = 0; i < 1000; i++) {
        lane_open(&held.lane);
        assert_int_equal(next(&queue, &held), 0);
    }
    assert_int_equal(held.asked, 101001);
    held.below = 0;
    for (uint64_t id = 1; id <= 100000; id++) {
        lane_open(&held.lane);
        assert_int_equal(next(&queue, &held), id);
    }
    assert_int_equal(next(&queue, &held), 0);
    queue_fini(&queue);
}

static void one_look_is_bounded_and_goes_on_where_it_ended(void **state)
{
    struct queue queue;
    struct held held = {.below = 10001};
    unsigned looks = 0;
    bool more = true;

    (void)state;
    fill(&queue, 10000);
    lane_init(&held.lane, &queue.lanes);
    for (; more; looks++)
        assert_null(queue_next(&queue, holder, &held, &more));
    assert_in_range(looks, 10, 10000);
    assert_int_equal(held.asked, 10000);
    queue_fini(&queue);
}

/* Whatever becomes of items in a lane, each that is queued is found once, in the order of the
 * queue, when it opens. */
static void items_in_a_lane_may_change_in_any_way(void **state)
{
    struct queue queue;
    struct held held = {.below = 100};
    struct item *gone;

    (void)state;
    fill(&queue, 8);
    lane_init(&held.lane, &queue.lanes);
    assert_int_equal(next(&queue, &held), 0);
    queue_set_state(&queue, queue_find(&queue, 1), HAUL_PAUSED);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_PAUSED);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_QUEUED);
    move(&queue, HAUL_MOVE_TOP, 0, 7, 0);
    assert_int_equal(next(&queue, &held), 0);
    gone = queue_find(&queue, 4);
    queue_take(&queue, &gone, 1);
    item_free(gone);
    append(&queue);
    assert_int_equal(next(&queue, &held), 0);
    held.below = 0;
    lane_open(&held.lane);
    for (const uint64_t *id = (const uint64_t[]){7, 2, 3, 5, 6, 8, 9, 0}; *id; id++)
        assert_int_equal(next(&queue, &held), *id);
    assert_int_equal(next(&queue, &held), 0);
    queue_fini(&queue);
}

struct counted {
    uint64_t counts[HAUL_STATE_COUNT];
    unsigned of_links[2]; /* items of the links …/x and …/y */
};

static void on_counted(void *ctx, const struct item *item, bool came)
{
    struct counted *counted = ctx;
    unsigned link = item_url(item)[strlen(item_url(item)) - 1] == 'y';

    counted->counts[item->state] += came ? 1 : UINT64_MAX;
    counted->of_links[link] += came ? 1 : UINT_MAX;
}

/* Who hears of all that comes and goes has the queue's own counts, and those of each link. */
static void every_change_of_a_count_is_told(void **state)
{
    struct queue queue;
    struct counted counted = {0};
    struct item *items[2];
    struct queue_kept kept[2];

    (void)state;
    queue_init(&queue);
    queue_keep(&queue);
    queue.counted = on_counted;
    queue.counted_ctx = &counted;
    for (unsigned i = 0; i < 6; i++)
        append(&queue);
    assert_int_equal(counted.of_links[0], 6);
    queue_set_state(&queue, queue_find(&queue, 1), HAUL_ACTIVE);
    queue_set_state(&queue, queue_find(&queue, 1), HAUL_WAITING);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_PAUSED);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_DONE); /* which is not legal */
    queue_set_url(&queue, queue_find(&queue, 3), "http://example.org/y");
    assert_int_equal(counted.of_links[1], 1);
    items[0] = queue_find(&queue, 1);
    items[1] = queue_find(&queue, 3);
    for (unsigned i = 0; i < 2; i++)
        kept[i] = queue.kept[items[i]->place];
    queue_take(&queue, items, 2);
    assert_int_equal(counted.of_links[0], 4);
    assert_int_equal(counted.of_links[1], 0);
    assert_memory_equal(counted.counts, queue.counts, sizeof counted.counts);
    queue_put_back(&queue, items, kept, 2);
    assert_int_equal(counted.of_links[1], 1);
    assert_memory_equal(counted.counts, queue.counts, sizeof counted.counts);
    assert_int_equal(counted.counts[HAUL_WAITING], 1);
    assert_int_equal(counted.counts[HAUL_QUEUED], 4);
    queue_fini(&queue);
}

static void illegal_moves_of_state_change_nothing(void **state)
{
    struct queue queue;
    struct item *item;
    uint64_t version;

    (void)state;
    fill(&queue, 1);
    item = queue_find(&queue, 1);
    version = queue.version;
    queue_set_state(&queue, item, HAUL_WAITING);
    assert_int_equal(item->state, HAUL_QUEUED);
    assert_int_equal(queue.version, version);
    assert_int_equal(queue.counts[HAUL_QUEUED], 1);
    queue_fini(&queue);
}

static void bytes_to_go_follow_states_and_sizes(void **state)
{
    struct queue queue;
    struct item *item;

    (void)state;
    fill(&queue, 2);
    assert_int_equal(queue.unsized, 2);
    item = queue_find(&queue, 1);
    queue_set_state(&queue, item, HAUL_ACTIVE);
    assert_int_equal(queue.unsized, 1);
    item_need_more(item)->total = 100;
    item->more->done = 30;
    queue_set_state(&queue, item, HAUL_WAITING);
    assert_int_equal(queue.left, 70);
    assert_ptr_equal(due_first(&queue.waiting), item);
    queue_set_done(&queue, item, 10);
    assert_int_equal(queue.left, 90);
    queue_set_state(&queue, item, HAUL_PAUSED);
    assert_int_equal(queue.left, 0);
    assert_null(due_first(&queue.waiting));
    queue_fini(&queue);
}

static void taking_out_packs_the_rest_and_forgets_the_ids(void **state)
{
    struct queue queue;
    struct item *gone[2];

    (void)state;
    fill(&queue, 4);
    gone[0] = queue_find(&queue, 3);
    gone[1] = queue_find(&queue, 1);
    queue_take(&queue, gone, 2);
    ASSERT_ORDER(&queue, 2, 4);
    assert_null(queue_find(&queue, 1));
    assert_int_equal(queue.counts[HAUL_QUEUED], 2);
    assert_int_equal(queue.unsized, 2);
    item_free(gone[0]);
    item_free(gone[1]);
    queue_fini(&queue);
}

static void ids_are_found_in_any_order_and_with_gaps(void **state)
{
    struct queue queue;
    struct item *gone[3];

    (void)state;
    fill(&queue, 9);
    move(&queue, HAUL_MOVE_TOP, 0, 7, 8);
    gone[0] = queue_find(&queue, 1);
    gone[1] = queue_find(&queue, 5);
    gone[2] = queue_find(&queue, 8);
    queue_take(&queue, gone, 3);
    append(&queue);
    move(&queue, HAUL_MOVE_BOTTOM, 0, 2, 0);
    ASSERT_ORDER(&queue, 7, 3, 4, 6, 9, 10, 2);
    for (uint64_t id = 0; id < 12; id++) {
        const struct item *item = queue_find(&queue, id);

        if (id == 0 || id == 1 || id == 5 || id == 8 || id == 11)
            assert_null(item);
        else
            assert_int_equal(item->id, id);
    }
    for (size_t i = 0; i < 3; i++)
        item_free(gone[i]);
    queue_fini(&queue);
}

/* A store brings them by place: the ids come in any order, the states are any. */
static void what_a_store_brings_is_found_by_id(void **state)
{
    static const uint64_t ids[] = {8, 2, 30, 5};
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://example.org/x", .options = options};
    static const struct queue_kept kept[] = {{1.0, 80}, {1.5, 20}, {7.0, 300}, {8.0, 50}};
    struct item *items[4];
    struct queue queue;

    (void)state;
    queue_init(&queue);
    for (size_t i = 0; i < 4; i++)
        items[i] = item_new(ids[i], &request);
    items[1]->state = HAUL_DONE;
    queue_keep(&queue);
    queue_load(&queue, items, kept, 4);
    ASSERT_ORDER(&queue, 8, 2, 30, 5);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(queue_find(&queue, ids[i]), items[i]);
    assert_null(queue_find(&queue, 6));
    assert_int_equal(queue.counts[HAUL_DONE], 1);
    assert_int_equal(queue.counts[HAUL_QUEUED], 3);
    queue.next_id = 31;
    append(&queue);
    assert_int_equal(queue_find(&queue, 31)->place, 4);
    assert_true(queue.kept[4].key == 9.0);
    move(&queue, HAUL_MOVE_TOP, 0, 30, 0);
    queue_take(&queue, &items[1], 1);
    ASSERT_ORDER(&queue, 30, 8, 5, 31);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(queue_added_at(&queue, queue.order[i]), 10 * (int64_t)queue.order[i]->id);
    assert_true(queue.kept[0].key == 7.0 && queue.kept[2].key == 8.0);
    item_free(items[1]);
    queue_fini(&queue);
    haul_options_unref(options);
}

/* Takes out the items A and B, and puts them back. */
static void what_was_taken_out_goes_back_to_its_place(void **state)
{
    struct queue queue;
    struct queue_kept kept[2];
    struct item *items[2];

    (void)state;
    queue_init(&queue);
    queue_keep(&queue);
    for (int i = 0; i < 6; i++)
        append(&queue);
    for (unsigned a = 1; a <= 6; a++) {
        for (unsigned b = 1; b <= 6; b++) {
            if (a == b)
                continue;
            items[0] = queue_find(&queue, a);
            items[1] = queue_find(&queue, b);
            kept[0] = queue.kept[items[0]->place];
            kept[1] = queue.kept[items[1]->place];
            queue_take(&queue, items, 2);
            assert_int_equal(queue.counts[HAUL_QUEUED], 4);
            assert_null(queue_find(&queue, a));
            queue_put_back(&queue, items, kept, 2);
            ASSERT_ORDER(&queue, 1, 2, 3, 4, 5, 6);
            assert_int_equal(queue.counts[HAUL_QUEUED], 6);
            assert_ptr_equal(queue_find(&queue, a), items[0]);
            assert_int_equal(queue_added_at(&queue, items[0]), 10 * a);
            assert_int_equal(queue_added_at(&queue, items[1]), 10 * b);
        }
    }
    items[0] = queue_find(&queue, 6);
    kept[0] = queue.kept[5];
    queue_take(&queue, items, 1);
    append(&queue); /* 7 */
    queue_put_back(&queue, items, kept, 1);
    assert_int_equal(queue.order[5]->id + queue.order[6]->id, 13);
    for (uint64_t id = 1; id <= 7; id++)
        assert_int_equal(queue_find(&queue, id)->id, id);
    assert_int_equal(next(&queue, NULL), 1);
    queue_fini(&queue);
}

static void prioritize(struct queue *queue, uint64_t id, enum haul_priority priority)
{
    struct item *item = queue_find(queue, id);
    struct haul_options *options = haul_options_copy(item->options);

    options->priority = priority;
    queue_set_options(queue, item, options);
}

static void the_highest_priority_starts_first_and_within_it_the_order_holds(void **state)
{
    struct queue queue;

    (void)state;
    fill(&queue, 7);
    prioritize(&queue, 1, HAUL_PRIORITY_LOW);
    prioritize(&queue, 4, HAUL_PRIORITY_HIGH);
    prioritize(&queue, 6, HAUL_PRIORITY_HIGH);
    start(&queue, 4);
    start(&queue, 6);
    start(&queue, 2);
    move(&queue, HAUL_MOVE_TOP, 0, 7, 0); /* before the low one, as any of its own level */
    start(&queue, 7);
    move(&queue, HAUL_MOVE_TOP, 0, 1, 0); /* to the very top, and it stays a low one */
    start(&queue, 3);
    start(&queue, 5);
    start(&queue, 1);
    ASSERT_ORDER(&queue, 1, 7, 2, 3, 4, 5, 6);
    queue_fini(&queue);
}

static void a_priority_may_change_wherever_the_item_waits(void **state)
{
    struct queue queue;
    struct held held = {.below = 100};

    (void)state;
    fill(&queue, 6);
    lane_init(&held.lane, &queue.lanes);
    assert_int_equal(next(&queue, &held), 0); /* all of them in the lane */
    prioritize(&queue, 5, HAUL_PRIORITY_HIGH);
    prioritize(&queue, 2, HAUL_PRIORITY_LOW);
    assert_int_equal(next(&queue, &held), 0);
    prioritize(&queue, 2, HAUL_PRIORITY_HIGH);
    prioritize(&queue, 1, HAUL_PRIORITY_LOW);
    queue_set_state(&queue, queue_find(&queue, 3), HAUL_PAUSED);
    queue_set_state(&queue, queue_find(&queue, 3), HAUL_QUEUED);
    held.below = 0;
    lane_open(&held.lane);
    for (const uint64_t *id = (const uint64_t[]){2, 5, 3, 4, 6, 1, 0}; *id; id++)
        start(&queue, *id);
    assert_int_equal(next(&queue, &held), 0);
    prioritize(&queue, 4, HAUL_PRIORITY_HIGH); /* runs, and is not found again */
    assert_int_equal(next(&queue, &held), 0);
    queue_fini(&queue);
}

static void a_lane_gives_the_highest_priority_first(void **state)
{
    struct queue queue;
    struct held held = {.below = 100};

    (void)state;
    fill(&queue, 4);
    lane_init(&held.lane, &queue.lanes);
    prioritize(&queue, 3, HAUL_PRIORITY_HIGH);
    assert_int_equal(next(&queue, &held), 0);
    append(&queue);
    prioritize(&queue, 5, HAUL_PRIORITY_HIGH);
    held.below = 5; /* 5 is free and comes behind 3, which is not */
    assert_int_equal(next(&queue, &held), 5);
    held.below = 0;
    lane_open(&held.lane);
    assert_int_equal(next(&queue, &held), 3);
    assert_int_equal(next(&queue, &held), 1);
    queue_fini(&queue);
}

static void levels_count_what_is_queued_or_waiting(void **state)
{
    struct queue queue;
    struct item *item;

    (void)state;
    fill(&queue, 3);
    prioritize(&queue, 2, HAUL_PRIORITY_HIGH);
    assert_int_equal(queue.levels[HAUL_PRIORITY_NORMAL], 2);
    assert_int_equal(queue.levels[HAUL_PRIORITY_HIGH], 1);
    start(&queue, 2);
    assert_int_equal(queue.levels[HAUL_PRIORITY_HIGH], 0);
    prioritize(&queue, 2, HAUL_PRIORITY_LOW);
    assert_int_equal(queue.levels[HAUL_PRIORITY_LOW], 0);
    queue_set_state(&queue, queue_find(&queue, 2), HAUL_WAITING);
    assert_int_equal(queue.levels[HAUL_PRIORITY_LOW], 1);
    item = queue_find(&queue, 2);
    queue_take(&queue, &item, 1);
    assert_int_equal(queue.levels[HAUL_PRIORITY_LOW], 0);
    item_free(item);
    queue_fini(&queue);
}

/* Raised one by one, from behind: what that costs together is one look at each. */
static void a_hundred_thousand_changes_of_priority_are_followed_once(void **state)
{
    struct queue queue;
    struct held held = {.below = 100001};

    (void)state;
    fill(&queue, 100000);
    lane_init(&held.lane, &queue.lanes);
    assert_int_equal(next(&queue, &held), 0);
    for (uint64_t id = 100000; id > 0; id--)
        prioritize(&queue, id, HAUL_PRIORITY_HIGH);
    held.asked = 0;
    assert_int_equal(next(&queue, &held), 0);
    assert_int_equal(held.asked, 100000);
    queue_fini(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_taken_out_goes_back_to_its_place),
        cmocka_unit_test(moving_keeps_the_block_in_its_order),
        cmocka_unit_test(the_first_queued_item_runs_next),
        cmocka_unit_test(an_item_that_is_being_put_away_waits_without_hiding),
        cmocka_unit_test(an_item_that_is_held_up_is_passed_over),
        cmocka_unit_test(a_hundred_thousand_that_are_held_up_are_looked_at_once),
        cmocka_unit_test(one_look_is_bounded_and_goes_on_where_it_ended),
        cmocka_unit_test(items_in_a_lane_may_change_in_any_way),
        cmocka_unit_test(illegal_moves_of_state_change_nothing),
        cmocka_unit_test(bytes_to_go_follow_states_and_sizes),
        cmocka_unit_test(taking_out_packs_the_rest_and_forgets_the_ids),
        cmocka_unit_test(ids_are_found_in_any_order_and_with_gaps),
        cmocka_unit_test(every_change_of_a_count_is_told),
        cmocka_unit_test(what_a_store_brings_is_found_by_id),
        cmocka_unit_test(the_highest_priority_starts_first_and_within_it_the_order_holds),
        cmocka_unit_test(a_priority_may_change_wherever_the_item_waits),
        cmocka_unit_test(a_lane_gives_the_highest_priority_first),
        cmocka_unit_test(levels_count_what_is_queued_or_waiting),
        cmocka_unit_test(a_hundred_thousand_changes_of_priority_are_followed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
