/* Batches of small files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/small.h"

#define SLOW_NS 1000000

struct world {
    struct clock clock;
    uint64_t nanos;
    uint64_t nanos_a_look; /* how far the clock goes each time that it is looked at */
    struct haul_loop *loop;
    struct disk *disk;
    struct disk_small *small;
    char dir[32];
    unsigned made; /* names so far */
    unsigned finished, failed;
};

static uint64_t ticks(void *ctx)
{
    (void)ctx;
    return 0;
}

static uint64_t nanos(void *ctx)
{
    struct world *world = ctx;

    return world->nanos += world->nanos_a_look;
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    world->clock = (struct clock){.ticks = ticks, .nanos = nanos, .ctx = world};
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &world->clock);
    world->small = disk_small_new(world->disk);
    str_copy(world->dir, sizeof world->dir, "/tmp/haul-small.XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    *state = world;
    return 0;
}

static void path_of(const struct world *world, unsigned n, char *buf, size_t size)
{
    snprintf(buf, size, "%s/f%u", world->dir, n);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    char path[64];

    assert_false(disk_busy(world->disk));
    disk_small_free(world->small);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    for (unsigned n = 0; n < world->made; n++) {
        path_of(world, n, path, sizeof path);
        unlink(path);
    }
    assert_int_equal(rmdir(world->dir), 0); /* nothing else was left there */
    free(world);
    return 0;
}

static void on_finished(void *ctx, const char *name, const struct haul_error *err)
{
    struct world *world = ctx;

    world->finished += name != NULL;
    world->failed += err->code != HAUL_OK;
}

static void put_in(struct world *world, const char *dir, const char *name)
{
    struct disk_place place = {.dir = dir, .name = name, .policy = HAUL_EXISTS_FAIL};
    struct disk_small_file file = {.data = xstrdup("hello"), .len = 5, .mtime = -1};

    disk_small_put(world->small, &place, &file, on_finished, world);
}

static void put(struct world *world, unsigned count)
{
    char name[16];

    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "f%u", world->made++);
        put_in(world, world->dir, name);
    }
}

static bool is_there(const struct world *world, unsigned n)
{
    char path[64];

    path_of(world, n, path, sizeof path);
    return access(path, F_OK) == 0;
}

/* Until no worker is at it. */
static void settle(struct world *world)
{
    while (disk_busy(world->disk))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static void nothing_is_written_before_the_batch_begins(void **state)
{
    struct world *world = *state;

    put(world, 3);
    assert_true(disk_small_waits(world->small));
    settle(world);
    assert_false(is_there(world, 0));
    disk_small_begin(world->small);
    settle(world);
    assert_int_equal(world->finished, 3);
    assert_true(is_there(world, 0) && is_there(world, 1) && is_there(world, 2));
    assert_false(disk_small_waits(world->small));
}

static void what_comes_while_a_batch_is_written_is_the_next_one(void **state)
{
    struct world *world = *state;

    put(world, 1);
    disk_small_begin(world->small);
    put(world, 2);
    assert_false(disk_small_waits(world->small)); /* not now */
    disk_small_begin(world->small);
    assert_int_equal(world->finished, 0);
    settle(world);
    assert_int_equal(world->finished, 3);
}

static void more_than_a_batch_takes_several(void **state)
{
    struct world *world = *state;

    put(world, 200);
    disk_small_begin(world->small);
    settle(world);
    while (disk_small_waits(world->small))
        disk_small_begin(world->small);
    assert_int_equal(world->finished, 200);
    assert_int_equal(world->failed, 0);
}

static void a_folder_that_nothing_is_known_of_is_left_to_a_worker(void **state)
{
    struct world *world = *state;

    put(world, 1);
    disk_small_begin(world->small);
    assert_int_equal(world->finished, 0);
    settle(world);
    assert_int_equal(world->finished, 1);
}

static void where_syncs_take_no_time_a_batch_is_written_at_once(void **state)
{
    struct world *world = *state;

    put(world, 1);
    disk_small_begin(world->small);
    settle(world);
    put(world, 2);
    disk_small_begin(world->small);
    assert_int_equal(world->finished, 3);
}

static void where_they_take_time_it_never_is(void **state)
{
    struct world *world = *state;

    world->nanos_a_look = SLOW_NS;
    put(world, 1);
    disk_small_begin(world->small);
    settle(world);
    put(world, 1);
    disk_small_begin(world->small);
    assert_int_equal(world->finished, 1);
    settle(world);
    assert_int_equal(world->finished, 2);
}

static void a_folder_that_becomes_slow_goes_back_to_a_worker(void **state)
{
    struct world *world = *state;

    put(world, 1);
    disk_small_begin(world->small);
    settle(world);
    world->nanos_a_look = SLOW_NS;
    put(world, 1);
    disk_small_begin(world->small); /* nobody could know yet */
    assert_int_equal(world->finished, 2);
    put(world, 1);
    disk_small_begin(world->small);
    assert_int_equal(world->finished, 2);
    settle(world);
    assert_int_equal(world->finished, 3);
}

static void another_folder_is_measured_by_itself(void **state)
{
    struct world *world = *state;

    put(world, 1);
    disk_small_begin(world->small);
    settle(world);
    put(world, 1);
    put_in(world, "/dev/null", "f");
    disk_small_begin(world->small);
    assert_int_equal(world->finished, 1);
    settle(world);
    assert_int_equal(world->finished, 2);
    assert_int_equal(world->failed, 1); /* that one is no folder */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_written_before_the_batch_begins, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_comes_while_a_batch_is_written_is_the_next_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(more_than_a_batch_takes_several, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_nothing_is_known_of_is_left_to_a_worker,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(where_syncs_take_no_time_a_batch_is_written_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(where_they_take_time_it_never_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_becomes_slow_goes_back_to_a_worker, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_folder_is_measured_by_itself, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
