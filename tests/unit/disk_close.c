/* The ends of a partial file when something is wrong: what is left is what can be believed, with a
 * record that says so, and nothing gets its name that may not be on the disk. */

#include "disk_bench.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "disk/file_inside.h"

#define SYNCED 30000

/* How the system's next calls end; these stand in for libc's. */
static int sync_error;
static int rename_error;
static unsigned renames_fail;

int fsync(int fd)
{
    errno = sync_error;
    return sync_error ? -1 : (int)syscall(SYS_fsync, fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (renames_fail > 0) {
        renames_fail--;
        errno = rename_error;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

static char *path_of(const struct disk_bench *bench, const char *name)
{
    return xasprintf("%s/%s", bench->dir, name);
}

static bool is_there(const struct disk_bench *bench, const char *name)
{
    char *path = path_of(bench, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static off_t size_of(const struct disk_bench *bench, const char *name)
{
    char *path = path_of(bench, name);
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    free(path);
    return st.st_size;
}

/* The only row of the record that was left. */
static struct disk_range left(const struct disk_bench *bench)
{
    char *path = path_of(bench, "a.haul");
    char text[1024];
    FILE *record = fopen(path, "r");
    struct disk_state state;
    struct disk_range row;

    assert_non_null(record);
    assert_true(state_read(text, fread(text, 1, sizeof text, record), &state));
    row = state.ranges[0];
    state_fini(&state);
    fclose(record);
    free(path);
    return row;
}

static void whole(struct disk_bench *bench)
{
    begin(bench, STORY);
    write_half(bench);
    bench->file->state.ranges[0].synced = SYNCED;
}

static void expect_only_what_was_synced(const struct disk_bench *bench)
{
    assert_int_equal(bench->err.code, HAUL_E_DISK);
    assert_string_equal(bench->name, "");
    assert_false(is_there(bench, "a"));
    assert_int_equal(left(bench).written, SYNCED);
}

static void a_sync_that_failed_is_not_made_up_for_at_the_end(void **state)
{
    struct disk_bench *bench = *state;

    whole(bench);
    bench->file->sync_errno = EIO;
    finish(bench);
    expect_only_what_was_synced(bench);
}

static void one_that_fails_at_the_end_gives_no_name(void **state)
{
    struct disk_bench *bench = *state;

    whole(bench);
    sync_error = EIO;
    finish(bench);
    sync_error = 0;
    expect_only_what_was_synced(bench);
}

static void nor_when_it_is_put_away(void **state)
{
    struct disk_bench *bench = *state;

    whole(bench);
    bench->file->sync_errno = EIO;
    keep(bench);
    expect_only_what_was_synced(bench);
}

static void what_is_put_away_is_synced(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    keep(bench);
    assert_int_equal(left(bench).written, SIZE / 2);
    assert_int_equal(left(bench).synced, SIZE / 2);
}

static void nothing_is_believed_behind_where_it_was_cut(void **state)
{
    struct disk_bench *bench = *state;

    whole(bench);
    bench->file->cut_at = SYNCED / 2;
    keep(bench);
    assert_int_equal(left(bench).written, SYNCED / 2);
    assert_int_equal(left(bench).synced, SYNCED / 2);
}

static void a_file_that_was_cut_says_so(void **state)
{
    struct disk_bench *bench = *state;
    char *part = path_of(bench, "a.part");

    whole(bench);
    assert_int_equal(truncate(part, SYNCED / 2), 0);
    finish(bench);
    assert_int_equal(bench->err.code, HAUL_E_DISK);
    assert_int_equal(left(bench).written, SYNCED / 2);
    free(part);
}

static void a_full_disk_gets_bytes_back_for_the_record(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    disk_file_split(bench->file, 0, SIZE / 4 * 3); /* so that it is written anew */
    rename_error = ENOSPC;
    renames_fail = 1;
    keep(bench);
    assert_int_equal(size_of(bench, "a.part"), SIZE / 2 - 64 * 1024);
    assert_int_equal(left(bench).written, SIZE / 2 - 64 * 1024);
}

static void an_older_record_is_better_than_none(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    rename_error = EIO;
    renames_fail = 1000;
    keep(bench);
    renames_fail = 0;
    assert_int_equal(size_of(bench, "a.part"), SIZE / 2);
    assert_true(is_there(bench, "a.haul"));
}

static void but_not_one_that_tells_of_bytes_which_may_be_lost(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    assert_true(disk_file_record(bench->file));
    settle(bench);
    bench->file->state.ranges[0].synced = SYNCED;
    bench->file->sync_errno = EIO;
    rename_error = EIO;
    renames_fail = 1000;
    keep(bench);
    renames_fail = 0;
    assert_false(is_there(bench, "a.haul") || is_there(bench, "a.part"));
}

static void what_took_the_partials_name_is_not_discarded(void **state)
{
    struct disk_bench *bench = *state;
    char *part = path_of(bench, "a.part"), *other = path_of(bench, "other");

    begin(bench, STORY);
    disk_writer_fini(&bench->writer);
    assert_int_equal(rename(part, other), 0);
    assert_int_equal(symlink("other", part), 0);
    disk_file_discard(bench->file, on_end, bench);
    settle(bench);
    assert_int_equal(size_of(bench, "a.part"), SIZE / 2);
    free(part);
    free(other);
}

/* The file is whole when another one, an empty one, has its name. */
static void finish_beside_another(struct disk_bench *bench, enum haul_if_exists policy)
{
    char *path = path_of(bench, "a");
    int fd;

    whole(bench);
    bench->file->policy = policy;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    free(path);
    finish(bench);
    assert_int_equal(bench->err.code, HAUL_E_EXISTS);
}

static void a_name_that_is_taken_leaves_the_file(void **state)
{
    struct disk_bench *bench = *state;

    finish_beside_another(bench, HAUL_EXISTS_FAIL);
    assert_int_equal(left(bench).synced, SIZE);
    assert_int_equal(size_of(bench, "a.part"), SIZE);
    assert_int_equal(size_of(bench, "a"), 0);
}

static void but_for_one_that_is_skipped_then(void **state)
{
    struct disk_bench *bench = *state;

    finish_beside_another(bench, HAUL_EXISTS_SKIP);
    assert_false(is_there(bench, "a.part") || is_there(bench, "a.haul"));
    assert_int_equal(size_of(bench, "a"), 0);
}

static void what_is_foreign_stays_as_it_is(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    disk_writer_fini(&bench->writer);
    bench->file->foreign = true;
    bench->file->state.ranges[0].written = 0; /* else an end would remove it */
    disk_file_keep(bench->file, on_end, bench);
    settle(bench);
    assert_true(is_there(bench, "a.part") && is_there(bench, "a.haul"));
    open_it(bench, STORY);
    bench->file->foreign = true;
    disk_file_discard(bench->file, on_end, bench);
    settle(bench);
    assert_true(is_there(bench, "a.part") && is_there(bench, "a.haul"));
}

static void a_file_gets_its_date_even_the_first_one(void **state)
{
    struct disk_bench *bench = *state;
    char *path = path_of(bench, "a");
    struct stat st;

    whole(bench);
    disk_writer_fini(&bench->writer);
    disk_file_finish(bench->file, SIZE, 0, bench_on_finished, bench);
    settle(bench);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, 0);
    free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sync_that_failed_is_not_made_up_for_at_the_end),
        TEST(one_that_fails_at_the_end_gives_no_name),
        TEST(nor_when_it_is_put_away),
        TEST(what_is_put_away_is_synced),
        TEST(nothing_is_believed_behind_where_it_was_cut),
        TEST(a_file_that_was_cut_says_so),
        TEST(a_full_disk_gets_bytes_back_for_the_record),
        TEST(an_older_record_is_better_than_none),
        TEST(but_not_one_that_tells_of_bytes_which_may_be_lost),
        TEST(what_took_the_partials_name_is_not_discarded),
        TEST(a_name_that_is_taken_leaves_the_file),
        TEST(but_for_one_that_is_skipped_then),
        TEST(what_is_foreign_stays_as_it_is),
        TEST(a_file_gets_its_date_even_the_first_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
