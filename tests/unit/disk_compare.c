/* What is in a partial file compared with bytes in memory: only all of them, at their place, are
 * equal. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/compare.h"
#include "disk/file_inside.h"

#define TEXT "0123456789"

/* Stands in for libc's: errors that come before each read, and how much one brings. */
static int read_error;
static size_t read_most = SIZE_MAX;

ssize_t pread(int fd, void *data, size_t len, off_t offset)
{
    errno = read_error;
    if (read_error) {
        read_error = read_error == EINTR ? 0 : read_error;
        return -1;
    }
    return syscall(SYS_pread64, fd, data, MIN(len, read_most), offset);
}

struct world {
    struct haul_loop *loop;
    struct disk_file file;
    char dir[4], part[8], path[32];
    bool equal, told;
    struct haul_error err;
};

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    str_copy(world->dir, sizeof world->dir, "/d");
    str_copy(world->part, sizeof world->part, "a.part");
    str_copy(world->path, sizeof world->path, "/tmp/haul-compare.XXXXXX");
    world->file = (struct disk_file){.disk = disk_new(world->loop, &clock_system),
                                     .dir = world->dir,
                                     .part = world->part,
                                     .fd = mkstemp(world->path)};
    assert_int_equal(write(world->file.fd, TEXT, 10), 10);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    close(world->file.fd);
    unlink(world->path);
    disk_free(world->file.disk);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

static void on_compared(void *ctx, bool equal, const struct haul_error *err)
{
    struct world *world = ctx;

    world->told = true;
    world->equal = equal;
    world->err = *err;
}

static bool is_equal(struct world *world, uint64_t offset, const char *data, size_t len)
{
    world->told = false;
    disk_file_compare(&world->file, offset, data, len, on_compared, world);
    while (!world->told)
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
    return world->equal;
}

static void only_the_same_bytes_at_their_place_are_equal(void **state)
{
    struct world *world = *state;

    assert_true(is_equal(world, 0, TEXT, 10));
    assert_true(is_equal(world, 3, "345", 3));
    assert_false(is_equal(world, 2, "345", 3));
    assert_false(is_equal(world, 3, "34x", 3));
    assert_false(is_equal(world, 3, "x45", 3));
    assert_int_equal(world->err.code, HAUL_OK);
}

static void fewer_bytes_than_there_should_be_are_not_equal(void **state)
{
    struct world *world = *state;

    assert_false(is_equal(world, 8, "890", 3));
    assert_false(is_equal(world, 10, "0", 1));
    assert_int_equal(world->err.code, HAUL_OK);
}

static void bytes_may_come_in_pieces(void **state)
{
    struct world *world = *state;

    read_most = 3;
    read_error = EINTR;
    assert_true(is_equal(world, 0, TEXT, 10));
    assert_false(is_equal(world, 0, "0120120120", 10));
    read_most = SIZE_MAX;
    assert_int_equal(world->err.code, HAUL_OK);
}

static void what_can_not_be_read_is_told(void **state)
{
    struct world *world = *state;

    read_error = EIO;
    assert_false(is_equal(world, 0, TEXT, 10));
    read_error = 0;
    assert_int_equal(world->err.code, HAUL_E_DISK);
    assert_string_equal(world->err.text, "can't read /d/a.part: Input/output error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_same_bytes_at_their_place_are_equal, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(fewer_bytes_than_there_should_be_are_not_equal, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bytes_may_come_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_can_not_be_read_is_told, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
