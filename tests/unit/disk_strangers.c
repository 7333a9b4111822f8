/* Files of somebody else that lie, or come to lie, where a download has its partial and record:
 * none of them is changed, and none gets the download's name. */

#include "disk_bench.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NOTES "not haul's"

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

/* The files of others. */

static char *path_of(const struct disk_bench *bench, const char *name)
{
    return xasprintf("%s/%s", bench->dir, name);
}

static void put_notes(const struct disk_bench *bench, const char *name)
{
    char *path = path_of(bench, name);
    FILE *file;

    unlink(path);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(NOTES, file) >= 0);
    fclose(file);
    free(path);
}

static void expect_notes(const struct disk_bench *bench, const char *name)
{
    char *path = path_of(bench, name);
    char text[256];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, NOTES);
    fclose(file);
    free(path);
}

static bool is_there(const struct disk_bench *bench, const char *name)
{
    char *path = path_of(bench, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static void a_file_called_like_the_record_costs_only_the_partials_name(void **state)
{
    static const char *const names[] = {"a.haul", "a.haul.new"};
    struct disk_bench *bench = *state;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        put_notes(bench, names[i]);
        begin(bench, STORY);
        write_half(bench);
        finish(bench);
        assert_string_equal(bench->name, i == 0 ? "a" : "a (1)");
        expect_notes(bench, names[i]);
    }
}

static void what_a_power_cut_left_of_a_draft_is_replaced(void **state)
{
    struct disk_bench *bench = *state;
    char *draft = path_of(bench, "a.haul.new");
    FILE *file;

    begin(bench, STORY);
    keep(bench);
    file = fopen(draft, "w");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), 300), 0);
    fclose(file);
    begin(bench, STORY);
    write_half(bench);
    finish(bench);
    assert_string_equal(bench->name, "a");
    assert_false(is_there(bench, "a.haul.new"));
    free(draft);
}

static void a_record_without_its_partial_is_taken(void **state)
{
    struct disk_bench *bench = *state;
    char *part = path_of(bench, "a.part");

    begin(bench, STORY);
    keep(bench);
    assert_true(is_there(bench, "a.haul"));
    unlink(part);
    begin(bench, STORY);
    write_half(bench);
    finish(bench);
    assert_string_equal(bench->name, "a");
    assert_false(is_there(bench, "a.haul"));
    free(part);
}

static void a_record_that_is_another_file_is_not_written_to(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    put_notes(bench, "a.haul");
    assert_true(disk_file_record(bench->file));
    settle(bench);
    expect_notes(bench, "a.haul");
    keep(bench);
    expect_notes(bench, "a.haul");
}

static void nor_replaced_where_ranges_were_cut(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    put_notes(bench, "a.haul");
    disk_file_split(bench->file, 0, SIZE / 4 * 3);
    assert_true(disk_file_record(bench->file));
    settle(bench);
    expect_notes(bench, "a.haul");
    disk_writer_fini(&bench->writer);
    disk_file_discard(bench->file, on_end, bench);
    settle(bench);
    expect_notes(bench, "a.haul");
    assert_false(is_there(bench, "a.part"));
}

static void a_fifo_at_the_record_holds_nobody_up(void **state)
{
    struct disk_bench *bench = *state;
    char *path = path_of(bench, "a.haul");

    begin(bench, STORY);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(disk_file_record(bench->file));
    keep(bench);
    free(path);
}

static void no_record_is_made_beside_somebody_elses_partial(void **state)
{
    struct disk_bench *bench = *state;
    char *record = path_of(bench, "a.haul");

    begin(bench, STORY);
    put_notes(bench, "a.part");
    unlink(record);
    disk_file_split(bench->file, 0, SIZE / 4 * 3);
    assert_true(disk_file_record(bench->file));
    keep(bench);
    assert_false(is_there(bench, "a.haul"));
    expect_notes(bench, "a.part");
    free(record);
}

static void somebody_elses_partial_gets_no_name(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    write_half(bench);
    put_notes(bench, "a.part");
    finish(bench);
    assert_int_equal(bench->err.code, HAUL_E_DISK);
    assert_string_equal(bench->name, "");
    assert_false(is_there(bench, "a"));
    expect_notes(bench, "a.part");
}

static void a_partial_that_was_cut_short_gets_no_name(void **state)
{
    struct disk_bench *bench = *state;
    char *part = path_of(bench, "a.part");

    begin(bench, STORY);
    write_half(bench);
    assert_int_equal(truncate(part, SIZE / 2), 0);
    finish(bench);
    assert_int_equal(bench->err.code, HAUL_E_DISK);
    assert_false(is_there(bench, "a"));
    open_it(bench, STORY);
    assert_int_equal(disk_state_bytes(disk_file_found(bench->file)), SIZE / 2);
    keep(bench);
    free(part);
}

static void a_file_that_gets_its_name_while_it_is_opened_is_left_alone(void **state)
{
    struct disk_bench *bench = *state;
    char *path = path_of(bench, "a");
    struct stat st;

    begin(bench, STORY);
    keep(bench);
    finished_in = bench->dir; /* and is killed before it has removed the record */
    open_it(bench, STORY);
    assert_null(disk_file_found(bench->file));
    plan_it(bench, STORY, bench_on_planned);
    settle(bench);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, SIZE / 2);
    disk_file_discard(bench->file, on_end, bench);
    settle(bench);
    assert_int_equal(stat(path, &st), 0);
    free(path);
}

static void the_partial_of_another_link_is_left_alone(void **state)
{
    struct disk_bench *bench = *state;
    struct disk_claim claim = {.url = "http://h/other"};

    begin(bench, STORY);
    keep(bench);
    open_as(bench, &claim, false);
    assert_non_null(bench->file);
    assert_null(disk_file_found(bench->file));
    disk_file_discard(bench->file, on_end, bench);
    settle(bench);
    assert_true(is_there(bench, "a.part") && is_there(bench, "a.haul"));
    claim.was = STORY; /* unless that was its own before */
    open_as(bench, &claim, false);
    assert_non_null(disk_file_found(bench->file));
    disk_file_discard(bench->file, on_end, bench);
    settle(bench);
    assert_false(is_there(bench, "a.part") || is_there(bench, "a.haul"));
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
