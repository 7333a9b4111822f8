/* Items that wait for a time of the wall clock, which may jump. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/queue.h"
#include "engine/starts.h"

struct world {
    struct queue queue;
    struct starts starts;
    int64_t now;
};

static struct lane *holder(void *ctx, struct item *item)
{
    struct world *world = ctx;

    return starts_wait(&world->starts, item->options->start_at, world->now);
}

static void world_init(struct world *world)
{
    *world = (struct world){.now = 1000};
    queue_init(&world->queue);
    starts_init(&world->starts, &world->queue.lanes);
}

static void world_fini(struct world *world)
{
    starts_fini(&world->starts);
    queue_fini(&world->queue);
}

/* Items with the options of one add. */
static void add(struct world *world, int64_t start_at, unsigned count)
{
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://example.org/x", .options = options};

    options->start_at = start_at;
    while (count-- > 0)
        queue_append(&world->queue, item_new(world->queue.next_id++, &request), 0);
    haul_options_unref(options);
}

static uint64_t next(struct world *world)
{
    struct item *item;
    bool more;

    do {
        item = queue_next(&world->queue, holder, world, &more);
    } while (more);
    return item ? item->id : 0;
}

static void at(struct world *world, int64_t now)
{
    world->now = now;
    starts_tick(&world->starts, now);
}

static void each_starts_when_its_time_has_come(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    add(&world, 3000, 2);
    add(&world, 2000, 1);
    add(&world, 0, 1);
    add(&world, 500, 1); /* long over */
    add(&world, 4000, 1);
    assert_int_equal(next(&world), 4);
    assert_int_equal(next(&world), 5);
    assert_int_equal(next(&world), 0);
    assert_int_equal(world.starts.next, 2000);
    at(&world, 1999);
    assert_int_equal(next(&world), 0);
    at(&world, 2000);
    assert_int_equal(next(&world), 3);
    assert_int_equal(next(&world), 0);
    assert_int_equal(world.starts.next, 3000);
    at(&world, 1000000); /* the machine slept */
    assert_int_equal(next(&world), 1);
    assert_int_equal(next(&world), 2);
    assert_int_equal(next(&world), 6);
    at(&world, 1000000);
    assert_int_equal(world.starts.next, INT64_MAX);
    assert_int_equal(HASH_COUNT(world.starts.times), 0);
    world_fini(&world);
}

static void a_clock_that_is_set_back_lets_them_wait_again(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    add(&world, 3000, 2);
    assert_int_equal(next(&world), 0);
    at(&world, 3000);
    assert_int_equal(next(&world), 1);
    world.now = 1000;
    assert_int_equal(next(&world), 0);
    assert_int_equal(world.starts.next, 3000);
    at(&world, 1000);
    assert_int_equal(next(&world), 0);
    at(&world, 3000);
    assert_int_equal(next(&world), 2);
    world_fini(&world);
}

static void a_hundred_thousand_that_wait_for_one_time_are_one_lane(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    add(&world, 5000, 100000);
    add(&world, 0, 1);
    assert_int_equal(next(&world), 100001);
    assert_int_equal(HASH_COUNT(world.starts.times), 1);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(next(&world), 0);
    at(&world, 5000);
    for (uint64_t id = 1; id <= 100000; id++)
        assert_int_equal(next(&world), id);
    world_fini(&world);
}

static void another_time_is_followed_at_once(void **state)
{
    struct world world;
    struct item *item;
    struct haul_options *options;

    (void)state;
    world_init(&world);
    add(&world, 5000, 2);
    assert_int_equal(next(&world), 0);
    item = queue_find(&world.queue, 2);
    options = haul_options_copy(item->options);
    options->start_at = 0;
    queue_set_options(&world.queue, item, options);
    assert_int_equal(next(&world), 2);
    queue_set_state(&world.queue, item, HAUL_ACTIVE);
    item = queue_find(&world.queue, 1);
    options = haul_options_copy(item->options);
    options->start_at = 9000;
    queue_set_options(&world.queue, item, options);
    assert_int_equal(next(&world), 0);
    at(&world, 5000);
    assert_int_equal(next(&world), 0);
    assert_int_equal(world.starts.next, 9000);
    at(&world, 9000);
    assert_int_equal(next(&world), 1);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_starts_when_its_time_has_come),
        cmocka_unit_test(a_clock_that_is_set_back_lets_them_wait_again),
        cmocka_unit_test(a_hundred_thousand_that_wait_for_one_time_are_one_lane),
        cmocka_unit_test(another_time_is_followed_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
