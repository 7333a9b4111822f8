/* A file that is replaced as a whole: what else lies in its folder stays as it is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/replace.h"

#define NOTES "not haul's"
#define TEXT  "a cookie"

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    char dir[32];
    char *path;   /* that is replaced */
    char *hidden; /* where its new text is written first */
    char *notes;  /* a file of somebody else's */
    bool failed;
};

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void expect(const char *path, const char *text)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    char seen[64] = "";

    assert_true(fd >= 0);
    assert_true(read(fd, seen, sizeof seen - 1) >= 0);
    close(fd);
    assert_string_equal(seen, text);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    str_copy(world->dir, sizeof world->dir, "/tmp/haul-replace.XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    world->path = xasprintf("%s/jar", world->dir);
    world->hidden = xasprintf("%s/.jar.haul-%ld", world->dir, (long)getpid());
    world->notes = xasprintf("%s/notes", world->dir);
    put(world->notes, NOTES);
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    expect(world->notes, NOTES);
    unlink(world->notes);
    unlink(world->path);
    assert_int_equal(rmdir(world->dir), 0); /* the hidden name is gone */
    disk_free(world->disk);
    haul_loop_free(world->loop);
    free(world->path);
    free(world->hidden);
    free(world->notes);
    free(world);
    return 0;
}

static void on_done(void *ctx, const char *path, const struct haul_error *err)
{
    struct world *world = ctx;

    assert_string_equal(path, world->path);
    world->failed = err != NULL;
}

static void replace(struct world *world)
{
    struct stat st;

    disk_replace(world->disk, world->path, xstrdup(TEXT), on_done, world);
    while (disk_busy(world->disk))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
    assert_false(world->failed);
    expect(world->path, TEXT);
    assert_int_equal(lstat(world->path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_nlink, 1);
}

static void it_is_made(void **state)
{
    replace(*state);
}

static void it_takes_the_place_of_the_old_one(void **state)
{
    struct world *world = *state;

    put(world->path, "of last week");
    replace(world);
}

static void what_a_killed_one_left_is_no_obstacle(void **state)
{
    struct world *world = *state;

    put(world->hidden, "half of a coo");
    replace(world);
}

static void another_name_of_a_file_there_is_not_written_through(void **state)
{
    struct world *world = *state;

    assert_int_equal(link(world->notes, world->hidden), 0);
    replace(world);
}

static void a_link_there_is_not_followed(void **state)
{
    struct world *world = *state;

    assert_int_equal(symlink(world->notes, world->hidden), 0);
    replace(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_takes_the_place_of_the_old_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_one_left_is_no_obstacle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_name_of_a_file_there_is_not_written_through, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_link_there_is_not_followed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
