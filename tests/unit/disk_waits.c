/* An end of a file waits for what is under way there, whatever that is, and comes once. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file.h"
#include "disk/writer.h"

#define SIZE  200000
#define STORY "http://h/a"

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    char dir[32];
    struct disk_file *file;
    unsigned ended; /* how often an end came */
    struct haul_error err;
};

static char *numbered(const char *name, unsigned n)
{
    return xasprintf("%s (%u)", name, n);
}

static void settle(struct world *world)
{
    while (disk_busy(world->disk))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static void on_opened(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct world *world = ctx;

    world->file = file;
    world->err = *err;
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

static void on_ended(void *ctx, const struct haul_error *err)
{
    struct world *world = ctx;

    world->ended++;
    world->err = *err;
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct disk_claim claim = {.url = STORY};
    struct disk_place place;
    struct haul_error err;

    str_copy(world->dir, sizeof world->dir, "/tmp/haul-waits.XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    place = (struct disk_place){world->dir, "a", HAUL_EXISTS_RENAME, numbered, 0};
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    disk_file_open(world->disk, &place, &claim, false, on_opened, world);
    settle(world);
    assert_non_null(world->file);
    *state = world;
    return 0;
}

/* Nothing is left of what was discarded. */
static int tear_down(void **state)
{
    struct world *world = *state;

    settle(world);
    assert_int_equal(world->ended, 1);
    assert_int_equal(world->err.code, HAUL_OK);
    assert_int_equal(rmdir(world->dir), 0);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

static void plan_it(struct world *world, disk_done_cb *done)
{
    struct disk_range all = {.end = SIZE};
    struct disk_state state = {
        .url = (char *)(uintptr_t)STORY, .size = SIZE, .ranges = &all, .range_count = 1};

    disk_file_plan(world->file, &state, true, done, world);
}

static void discard(struct world *world)
{
    disk_file_discard(world->file, on_ended, world);
}

static void discard_when_planned(void *ctx, const struct haul_error *err)
{
    assert_int_equal(err->code, HAUL_OK);
    discard(ctx);
}

static void discard_when_read(void *ctx, char *data, size_t len)
{
    assert_int_equal(len, SIZE / 2);
    free(data);
    discard(ctx);
}

static void write_half(struct world *world)
{
    char *data = xcalloc(1, SIZE / 2);
    struct disk_writer writer;

    disk_writer_init(&writer, world->file, 0, on_ready, NULL);
    assert_int_equal(disk_writer_add(&writer, data, SIZE / 2), DISK_TAKEN);
    assert_true(disk_writer_flush(&writer));
    settle(world);
    disk_writer_fini(&writer);
    free(data);
}

static void an_end_waits_for_a_plan(void **state)
{
    struct world *world = *state;

    plan_it(world, NULL);
    discard(world);
    assert_int_equal(world->ended, 0);
}

static void an_end_that_a_plan_brings_comes_once(void **state)
{
    plan_it(*state, discard_when_planned);
}

static void an_end_that_a_reader_brings_comes_once(void **state)
{
    struct world *world = *state;

    plan_it(world, NULL);
    settle(world);
    write_half(world);
    disk_file_read(world->file, 0, SIZE / 2, discard_when_read, world);
}

static void an_end_waits_for_a_sync_and_a_record(void **state)
{
    struct world *world = *state;

    plan_it(world, NULL);
    settle(world);
    write_half(world);
    disk_file_sync(world->file);
    (void)disk_file_record(world->file);
    discard(world);
    assert_int_equal(world->ended, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_end_waits_for_a_plan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_that_a_plan_brings_comes_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_that_a_reader_brings_comes_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_waits_for_a_sync_and_a_record, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
