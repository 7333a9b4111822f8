/* Files of somebody else that lie, or come to lie, where a download has its partial and record:
 * none of them is changed, and none gets the download's name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file.h"
#include "disk/writer.h"

#define SIZE    200000
#define NOTES   "not haul's"
#define STORY   "http://h/a"
#define NO_TIME (-1)

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    char dir[32];
    struct disk_file *file;
    struct disk_writer writer;
    struct haul_error err; /* of the last thing that was asked for */
    char name[64];         /* that the file got, "" none */
};

/* The folder of a haul that lets its lock go when somebody has opened the partial and would lock
 * it, which is when the file has got its name. */
static const char *_Atomic finished_in;

int flock(int fd, int operation)
{
    const char *dir = atomic_exchange(&finished_in, NULL);
    int dirfd = dir ? open(dir, O_RDONLY | O_DIRECTORY) : -1;

    if (dirfd >= 0) {
        (void)renameat(dirfd, "a.part", dirfd, "a");
        close(dirfd);
    }
    return (int)syscall(SYS_flock, fd, operation);
}

static char *numbered(const char *name, unsigned n)
{
    return xasprintf("%s (%u)", name, n);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    str_copy(world->dir, sizeof world->dir, "/tmp/haul-strange.XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    *state = world;
    return 0;
}

static void settle(struct world *world)
{
    while (disk_busy(world->disk))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    DIR *dir = opendir(world->dir);
    struct dirent *entry;

    settle(world);
    while ((entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    assert_int_equal(rmdir(world->dir), 0);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

/* The download. */

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

static void on_finished(void *ctx, const char *name, const struct haul_error *err)
{
    struct world *world = ctx;

    world->err = *err;
    str_copy(world->name, sizeof world->name, name ? name : "");
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

static void open_it(struct world *world)
{
    struct disk_place place = {world->dir, "a", HAUL_EXISTS_RENAME, numbered, 0};
    struct disk_claim claim = {.url = STORY};

    disk_file_open(world->disk, &place, &claim, false, on_opened, world);
    settle(world);
    assert_non_null(world->file);
}

static void plan_it(struct world *world)
{
    struct disk_range all = {.end = SIZE};
    struct disk_state state = {
        .url = (char *)(uintptr_t)STORY, .size = SIZE, .ranges = &all, .range_count = 1};

    disk_file_plan(world->file, &state, true, on_done, world);
    settle(world);
}

static void write_half(struct world *world)
{
    char *data = xcalloc(1, SIZE / 2);

    assert_int_equal(disk_writer_add(&world->writer, data, SIZE / 2), DISK_TAKEN);
    assert_true(disk_writer_flush(&world->writer));
    settle(world);
    free(data);
}

/* A download of which half is here. */
static void begin(struct world *world)
{
    open_it(world);
    plan_it(world);
    assert_int_equal(world->err.code, HAUL_OK);
    disk_writer_init(&world->writer, world->file, 0, on_ready, NULL);
    write_half(world);
}

static void keep(struct world *world)
{
    disk_writer_fini(&world->writer);
    disk_file_keep(world->file, on_done, world);
    settle(world);
}

static void finish(struct world *world)
{
    disk_writer_fini(&world->writer);
    disk_file_finish(world->file, SIZE, NO_TIME, on_finished, world);
    settle(world);
}

/* The files of others. */

static char *path_of(const struct world *world, const char *name)
{
    return xasprintf("%s/%s", world->dir, name);
}

static void put_notes(const struct world *world, const char *name)
{
    char *path = path_of(world, name);
    FILE *file;

    unlink(path);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(NOTES, file) >= 0);
    fclose(file);
    free(path);
}

static void expect_notes(const struct world *world, const char *name)
{
    char *path = path_of(world, name);
    char text[256];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, NOTES);
    fclose(file);
    free(path);
}

static bool is_there(const struct world *world, const char *name)
{
    char *path = path_of(world, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static void a_file_called_like_the_record_costs_only_the_partials_name(void **state)
{
    static const char *const names[] = {"a.haul", "a.haul.new"};
    struct world *world = *state;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        put_notes(world, names[i]);
        begin(world);
        write_half(world);
        finish(world);
        assert_string_equal(world->name, i == 0 ? "a" : "a (1)");
        expect_notes(world, names[i]);
    }
}

static void what_a_power_cut_left_of_a_draft_is_replaced(void **state)
{
    struct world *world = *state;
    char *draft = path_of(world, "a.haul.new");

    FILE *file;

    begin(world);
    keep(world);
    file = fopen(draft, "w");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), 300), 0);
    fclose(file);
    begin(world);
    write_half(world);
    finish(world);
    assert_string_equal(world->name, "a");
    assert_false(is_there(world, "a.haul.new"));
    free(draft);
}

static void a_record_without_its_partial_is_taken(void **state)
{
    struct world *world = *state;
    char *part = path_of(world, "a.part");

    begin(world);
    keep(world);
    assert_true(is_there(world, "a.haul"));
    unlink(part);
    begin(world);
    write_half(world);
    finish(world);
    assert_string_equal(world->name, "a");
    assert_false(is_there(world, "a.haul"));
    free(part);
}

static void a_record_that_is_another_file_is_not_written_to(void **state)
{
    struct world *world = *state;

    begin(world);
    put_notes(world, "a.haul");
    assert_true(disk_file_record(world->file));
    settle(world);
    expect_notes(world, "a.haul");
    keep(world);
    expect_notes(world, "a.haul");
}

static void nor_replaced_where_ranges_were_cut(void **state)
{
    struct world *world = *state;

    begin(world);
    put_notes(world, "a.haul");
    disk_file_split(world->file, 0, SIZE / 4 * 3);
    assert_true(disk_file_record(world->file));
    settle(world);
    expect_notes(world, "a.haul");
    disk_writer_fini(&world->writer);
    disk_file_discard(world->file, on_done, world);
    settle(world);
    expect_notes(world, "a.haul");
    assert_false(is_there(world, "a.part"));
}

static void a_fifo_at_the_record_holds_nobody_up(void **state)
{
    struct world *world = *state;
    char *path = path_of(world, "a.haul");

    begin(world);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(disk_file_record(world->file));
    keep(world);
    free(path);
}

static void no_record_is_made_beside_somebody_elses_partial(void **state)
{
    struct world *world = *state;
    char *record = path_of(world, "a.haul");

    begin(world);
    put_notes(world, "a.part");
    unlink(record);
    disk_file_split(world->file, 0, SIZE / 4 * 3);
    assert_true(disk_file_record(world->file));
    keep(world);
    assert_false(is_there(world, "a.haul"));
    expect_notes(world, "a.part");
    free(record);
}

static void somebody_elses_partial_gets_no_name(void **state)
{
    struct world *world = *state;

    begin(world);
    write_half(world);
    put_notes(world, "a.part");
    finish(world);
    assert_int_equal(world->err.code, HAUL_E_DISK);
    assert_string_equal(world->name, "");
    assert_false(is_there(world, "a"));
    expect_notes(world, "a.part");
}

static void a_partial_that_was_cut_short_gets_no_name(void **state)
{
    struct world *world = *state;
    char *part = path_of(world, "a.part");

    begin(world);
    write_half(world);
    assert_int_equal(truncate(part, SIZE / 2), 0);
    finish(world);
    assert_int_equal(world->err.code, HAUL_E_DISK);
    assert_false(is_there(world, "a"));
    open_it(world);
    assert_int_equal(disk_state_bytes(disk_file_found(world->file)), SIZE / 2);
    keep(world);
    free(part);
}

static void a_file_that_gets_its_name_while_it_is_opened_is_left_alone(void **state)
{
    struct world *world = *state;
    char *path = path_of(world, "a");
    struct stat st;

    begin(world);
    keep(world);
    finished_in = world->dir; /* and is killed before it has removed the record */
    open_it(world);
    assert_null(disk_file_found(world->file));
    plan_it(world);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, SIZE / 2);
    disk_file_discard(world->file, on_done, world);
    settle(world);
    assert_int_equal(stat(path, &st), 0);
    free(path);
}

static void the_partial_of_another_link_is_left_alone(void **state)
{
    struct world *world = *state;
    struct disk_place place = {world->dir, "a", HAUL_EXISTS_RENAME, numbered, 0};
    struct disk_claim claim = {.url = "http://h/other"};

    begin(world);
    keep(world);
    disk_file_open(world->disk, &place, &claim, false, on_opened, world);
    settle(world);
    assert_non_null(world->file);
    assert_null(disk_file_found(world->file));
    disk_file_discard(world->file, on_done, world);
    settle(world);
    assert_true(is_there(world, "a.part") && is_there(world, "a.haul"));
    claim.was = STORY; /* unless that was its own before */
    disk_file_open(world->disk, &place, &claim, false, on_opened, world);
    settle(world);
    assert_non_null(disk_file_found(world->file));
    disk_file_discard(world->file, on_done, world);
    settle(world);
    assert_false(is_there(world, "a.part") || is_there(world, "a.haul"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_called_like_the_record_costs_only_the_partials_name,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_power_cut_left_of_a_draft_is_replaced, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_without_its_partial_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_is_another_file_is_not_written_to, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nor_replaced_where_ranges_were_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fifo_at_the_record_holds_nobody_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_record_is_made_beside_somebody_elses_partial, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(somebody_elses_partial_gets_no_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_gets_its_name_while_it_is_opened_is_left_alone,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_partial_of_another_link_is_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_partial_that_was_cut_short_gets_no_name, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
