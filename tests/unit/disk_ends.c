/* Ends that are under way, as they are noted and read again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/ends.h"

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    char dir[32];
    char *path;
    int fds[4]; /* of the files that ended: their numbers are theirs as long */
    size_t fd_count;
    struct stat st; /* of the last one */
    char read[256]; /* which items were told, and whether with the last file: "7+ 8- " */
};

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    str_copy(world->dir, sizeof world->dir, "/tmp/haul-ends.XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    world->path = xasprintf("%s/ends", world->dir);
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    while (world->fd_count > 0)
        close(world->fds[--world->fd_count]);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    disk_ends_forget(world->path);
    assert_int_equal(rmdir(world->dir), 0);
    free(world->path);
    free(world);
    return 0;
}

static void put(const struct world *world, const char *text)
{
    int fd = open(world->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void note(struct world *world, uint64_t item)
{
    char path[] = "/tmp/haul-ended.XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(fstat(fd, &world->st), 0);
    disk_ends_note(world->disk, item, fd);
    world->fds[world->fd_count++] = fd;
}

static void on_end(void *ctx, uint64_t item, dev_t dev, ino_t ino)
{
    struct world *world = ctx;
    size_t len = strlen(world->read);
    bool same = dev == world->st.st_dev && ino == world->st.st_ino;

    snprintf(world->read + len, sizeof world->read - len, "%" PRIu64 "%c ", item, same ? '+' : '-');
}

static const char *read_back(struct world *world)
{
    world->read[0] = '\0';
    disk_ends_read(world->path, on_end, world);
    return world->read;
}

static void what_was_noted_is_read(void **state)
{
    struct world *world = *state;

    disk_ends_begin(world->disk, world->path);
    note(world, 6);
    note(world, 7);
    assert_string_equal(read_back(world), "6- 7+ ");
}

static void what_nobody_asked_for_is_not_noted(void **state)
{
    struct world *world = *state;

    disk_ends_begin(world->disk, world->path);
    note(world, 0);
    assert_string_equal(read_back(world), "");
}

/* "7" and "8 …" must not be read as 78, which is somebody else's. */
static void a_line_that_was_torn_off_spoils_no_other(void **state)
{
    struct world *world = *state;

    put(world, "\n5 1 2\n7");
    disk_ends_begin(world->disk, world->path);
    note(world, 8);
    assert_string_equal(read_back(world), "5- 8+ ");
}

static void what_was_put_aside_is_read_first(void **state)
{
    struct world *world = *state;

    disk_ends_begin(world->disk, world->path);
    note(world, 1);
    disk_ends_put_aside(world->disk);
    note(world, 2);
    assert_string_equal(read_back(world), "1- 2+ ");
    disk_ends_put_aside(world->disk);
    note(world, 3);
    assert_string_equal(read_back(world), "2- 3+ ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_noted_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_asked_for_is_not_noted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_was_torn_off_spoils_no_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_put_aside_is_read_first, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
