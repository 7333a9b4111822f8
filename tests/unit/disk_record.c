/* The record beside a partial: up to date when its caller goes on, whatever the workers do. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/record.h"
#include "disk/writer.h"

#define SIZE 1000000
#define URL  "http://h/a"

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    struct disk_file file;
    struct disk_writer writer;
    char folder[32];
    char name[8], part[8], record[8];
};

/* As long as others have something to do, and a bit longer. */
static bool renaming_takes_long;

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    for (int i = 0; renaming_takes_long && i < 20; i++)
        usleep(1000);
    return renameat2(from_dir, from, to_dir, to, 0);
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

/* Waits until no job is under way. */
static void settle(struct world *world)
{
    while (disk_busy(world->disk))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static void write_bytes(struct world *world, size_t len)
{
    char *data = xcalloc(1, len);

    assert_int_equal(disk_writer_add(&world->writer, data, len), DISK_TAKEN);
    free(data);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct disk_range *ranges = xcalloc(1, sizeof *ranges);
    struct haul_error err;
    struct stat st;

    ranges[0].end = SIZE;
    str_copy(world->folder, sizeof world->folder, "/tmp/haul-record.XXXXXX");
    str_copy(world->name, sizeof world->name, "a");
    str_copy(world->part, sizeof world->part, "a.part");
    str_copy(world->record, sizeof world->record, "a.haul");
    assert_non_null(mkdtemp(world->folder));
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    world->file = (struct disk_file){
        .disk = world->disk,
        .volume = disk_volume(world->disk, 1),
        .dirfd = open(world->folder, O_RDONLY | O_DIRECTORY),
        .dir = world->folder,
        .name = world->name,
        .part = world->part,
        .record = world->record,
        .state = {.url = xstrdup(URL), .size = SIZE, .ranges = ranges, .range_count = 1}};
    world->file.fd = openat(world->file.dirfd, "a.part", O_RDWR | O_CREAT, 0600);
    assert_true(world->file.fd >= 0 && fstat(world->file.fd, &st) == 0);
    world->file.id = (struct file_id){st.st_dev, st.st_ino};
    disk_writer_init(&world->writer, &world->file, 0, on_ready, NULL);
    assert_true(disk_file_record(&world->file)); /* makes it */
    settle(world);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    settle(world);
    disk_writer_fini(&world->writer);
    unlinkat(world->file.dirfd, "a.part", 0);
    unlinkat(world->file.dirfd, "a.haul", 0);
    rmdir(world->folder);
    close(world->file.fd);
    close(world->file.dirfd);
    state_fini(&world->file.state);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

/* The record as it is on the disk. */
static void read_record(const struct world *world, struct disk_state *ret_found)
{
    char text[1024];
    int fd = openat(world->file.dirfd, "a.haul", O_RDONLY);
    ssize_t len = read(fd, text, sizeof text);

    close(fd);
    assert_true(len > 0 && state_read(text, (size_t)len, ret_found));
}

/* Its only row. */
static struct disk_range on_disk(const struct world *world)
{
    struct disk_state found;
    struct disk_range row;

    read_record(world, &found);
    row = found.ranges[0];
    state_fini(&found);
    return row;
}

static void rows_are_there_at_once_while_the_disk_is_quick(void **state)
{
    struct world *world = *state;

    write_bytes(world, 100000);
    assert_int_equal(disk_file_unrecorded(&world->file), 100000);
    assert_true(disk_file_record(&world->file));
    assert_int_equal(on_disk(world).written, 100000);
    assert_int_equal(disk_file_unrecorded(&world->file), 0);
    assert_false(disk_busy(world->disk));
}

static void a_slow_disk_is_left_to_a_worker(void **state)
{
    struct world *world = *state;

    write_bytes(world, 100000);
    disk_volume_note(world->file.volume, 1, UINT64_MAX);
    assert_true(disk_file_record(&world->file));
    assert_true(disk_busy(world->disk));
    assert_int_equal(disk_file_unrecorded(&world->file), 0);
    settle(world);
    assert_int_equal(on_disk(world).written, 100000);
}

static void bytes_stay_unrecorded_while_a_worker_is_at_the_record(void **state)
{
    struct world *world = *state;

    disk_volume_note(world->file.volume, 1, UINT64_MAX);
    assert_true(disk_file_record(&world->file));
    world->file.state.ranges[0].written = 5000;
    world->file.unrecorded = 5000;
    assert_false(disk_file_record(&world->file));
    assert_int_equal(disk_file_unrecorded(&world->file), 5000);
    settle(world);
    assert_true(disk_file_record(&world->file));
    settle(world);
    assert_int_equal(on_disk(world).written, 5000);
}

static void a_sync_does_not_keep_the_record_back(void **state)
{
    struct world *world = *state;

    write_bytes(world, 100000);
    disk_file_sync(&world->file);
    write_bytes(world, 100000);
    assert_true(disk_file_record(&world->file));
    assert_int_equal(on_disk(world).written, 200000);
    assert_int_equal(on_disk(world).synced, 0); /* before the bytes are, nothing says so */
    settle(world);
    assert_int_equal(on_disk(world).written, 200000);
    assert_int_equal(on_disk(world).synced, 100000);
}

static void a_sync_that_ends_beside_a_record_is_told_by_the_next(void **state)
{
    struct world *world = *state;

    write_bytes(world, 100000);
    disk_volume_note(world->file.volume, 1, UINT64_MAX);
    assert_true(disk_file_record(&world->file));
    disk_file_sync(&world->file);
    settle(world);
    assert_int_equal(on_disk(world).synced, 100000);
}

static void a_rejected_digest_is_told_though_a_worker_was_at_the_record(void **state)
{
    struct world *world = *state;
    struct disk_state found;

    write_bytes(world, SIZE);
    disk_volume_note(world->file.volume, 1, UINT64_MAX);
    assert_true(disk_file_record(&world->file));
    disk_file_reject(&world->file, SIZE, "md5:00000000000000000000000000000000");
    settle(world);
    assert_true(disk_file_record(&world->file));
    settle(world);
    read_record(world, &found);
    assert_non_null(found.rejected);
    state_fini(&found);
}

/* Starting over: one range over a file of which nothing is here. */
static void start_over(struct world *world)
{
    struct disk_range all = {.end = SIZE};
    struct disk_state state = {
        .url = (char *)(uintptr_t)URL, .size = SIZE, .ranges = &all, .range_count = 1};

    disk_file_plan(&world->file, &state, true, NULL, NULL);
}

static void what_was_synced_before_a_new_beginning_says_nothing_of_it(void **state)
{
    struct world *world = *state;

    write_bytes(world, 100000);
    disk_file_split(&world->file, 0, SIZE / 2);
    disk_file_sync(&world->file);
    start_over(world);
    world->file.state.ranges[0].written = 50000;
    settle(world);
    assert_int_equal(world->file.state.ranges[0].synced, 0);
}

static void a_new_beginning_comes_behind_the_record_of_the_old_one(void **state)
{
    struct world *world = *state;

    write_bytes(world, 100000);
    disk_file_split(&world->file, 0, SIZE / 2);
    renaming_takes_long = true;
    assert_true(disk_file_record(&world->file)); /* written anew */
    start_over(world);
    settle(world);
    renaming_takes_long = false;
    assert_int_equal(on_disk(world).end, SIZE);
    assert_int_equal(on_disk(world).written, 0);
    assert_int_equal(faccessat(world->file.dirfd, "a.haul.new", F_OK, 0), -1);
    assert_true(record_remove(&world->file));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_there_at_once_while_the_disk_is_quick, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_slow_disk_is_left_to_a_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_stay_unrecorded_while_a_worker_is_at_the_record,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sync_does_not_keep_the_record_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sync_that_ends_beside_a_record_is_told_by_the_next,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rejected_digest_is_told_though_a_worker_was_at_the_record,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_synced_before_a_new_beginning_says_nothing_of_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_beginning_comes_behind_the_record_of_the_old_one,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
