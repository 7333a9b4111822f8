/* Descriptors run short while a partial is looked for: that is told. It is never taken for "there
 * is none", which would begin another one beside it and leave what is here to nobody. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file.h"
#include "disk/writer.h"

#define SIZE     200000
#define STORY    "http://h/a"
#define MOST     8 /* descriptors that opening a partial may take, and more */
#define PARTIALS 2 /* "a" and "a (1)": the second one is ours */

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    char dir[32];
    struct disk_file *file;
    struct haul_error err; /* of the last thing that was asked for */
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

static void on_done(void *ctx, const struct haul_error *err)
{
    struct world *world = ctx;

    world->err = *err;
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

static void open_it(struct world *world, const char *url, bool only_partial)
{
    struct disk_place place = {world->dir, "a", HAUL_EXISTS_RENAME, numbered, 0};
    struct disk_claim claim = {.url = url};

    disk_file_open(world->disk, &place, &claim, only_partial, on_opened, world);
    settle(world);
}

/* Leaves a partial of URL, half of which is here. */
static void leave_one(struct world *world, const char *url)
{
    char *data = xcalloc(1, SIZE / 2);
    struct disk_range all = {.end = SIZE};
    struct disk_state state = {
        .url = (char *)(uintptr_t)url, .size = SIZE, .ranges = &all, .range_count = 1};
    struct disk_writer writer;

    open_it(world, url, false);
    assert_non_null(world->file);
    disk_file_plan(world->file, &state, true, on_done, world);
    settle(world);
    assert_int_equal(world->err.code, HAUL_OK);
    disk_writer_init(&writer, world->file, 0, on_ready, NULL);
    assert_int_equal(disk_writer_add(&writer, data, SIZE / 2), DISK_TAKEN);
    assert_true(disk_writer_flush(&writer));
    settle(world);
    disk_writer_fini(&writer);
    disk_file_keep(world->file, on_done, world);
    settle(world);
    assert_int_equal(world->err.code, HAUL_OK);
    free(data);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    str_copy(world->dir, sizeof world->dir, "/tmp/haul-short.XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    leave_one(world, "http://h/other");
    leave_one(world, STORY);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    DIR *dir = opendir(world->dir);
    struct dirent *entry;

    while ((entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    assert_int_equal(rmdir(world->dir), 0);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

static size_t partials_in(const struct world *world)
{
    DIR *dir = opendir(world->dir);
    struct dirent *entry;
    size_t count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        count += str_ends(entry->d_name, ".part");
    closedir(dir);
    return count;
}

/* So many more than are open now may be opened. */
static struct rlimit leave_descriptors(rlim_t more)
{
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct rlimit before, now;

    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    now = before;
    now.rlim_cur = (rlim_t)next + more;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
    return before;
}

static void look_with_few(struct world *world, bool only_partial)
{
    bool told = false;

    for (rlim_t more = 0; more <= MOST; more++) {
        struct rlimit before = leave_descriptors(more);

        open_it(world, STORY, only_partial);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(partials_in(world), PARTIALS);
        if (!world->file) {
            assert_int_equal(world->err.code, HAUL_E_DISK);
            assert_int_equal(world->err.sys_errno, EMFILE); /* so it is tried again soon */
            told = true;
            continue;
        }
        assert_non_null(disk_file_found(world->file));
        assert_string_equal(disk_file_found(world->file)->url, STORY);
        disk_file_keep(world->file, on_done, world);
        settle(world);
    }
    assert_true(told);
    assert_int_equal(world->err.code, HAUL_OK); /* with enough of them it was found */
}

static void a_partial_that_cannot_be_looked_at_is_not_taken_for_none(void **state)
{
    look_with_few(*state, true);
}

static void none_is_begun_beside_one_that_cannot_be_looked_at(void **state)
{
    look_with_few(*state, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_partial_that_cannot_be_looked_at_is_not_taken_for_none,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_is_begun_beside_one_that_cannot_be_looked_at, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
