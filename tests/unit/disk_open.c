/* Which partial is taken up, which name a download gets beside others, and what is told of that. */

#include "disk_bench.h"

static char *path_of(const struct disk_bench *bench, const char *name)
{
    return xasprintf("%s/%s", bench->dir, name);
}

/* A file of LEN zeros that haul did not make. */
static void put_file(const struct disk_bench *bench, const char *name, off_t len)
{
    char *path = path_of(bench, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char zeros[4096] = {0};

    assert_true(fd >= 0);
    for (off_t at = 0; at < len; at += (off_t)sizeof zeros)
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, at), sizeof zeros);
    close(fd);
    free(path);
}

static void discard(struct disk_bench *bench, struct disk_file *file)
{
    disk_file_discard(file, on_end, bench);
    settle(bench);
}

/* Opens one more; it is not planned. */
static struct disk_file *open_more(struct disk_bench *bench)
{
    open_it(bench, STORY);
    return bench->file;
}

static void those_under_way_are_passed(void **state)
{
    struct disk_bench *bench = *state;
    struct disk_file *files[8]; /* so many that no folder tells them in order by chance */
    struct disk_file *last;

    for (size_t i = 0; i < COUNT_OF(files); i++)
        files[i] = open_more(bench);
    assert_string_equal(disk_file_name(files[0]), "a");
    assert_int_equal(disk_file_beside(files[0]), DISK_BESIDE_NOTHING);
    assert_string_equal(disk_file_name(files[1]), "a (1)");
    assert_int_equal(disk_file_beside(files[1]), DISK_BESIDE_BUSY);
    assert_string_equal(disk_file_name(files[2]), "a (2)");
    discard(bench, files[1]);
    files[1] = open_more(bench); /* the first free one, not that behind the last */
    assert_string_equal(disk_file_name(files[1]), "a (1)");
    last = open_more(bench); /* whatever the order in which they were made */
    assert_string_equal(disk_file_name(last), "a (8)");
    discard(bench, last);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        discard(bench, files[i]);
}

static void a_name_that_somebody_fetches_to_is_as_good_as_there(void **state)
{
    struct disk_bench *bench = *state;
    const struct disk_claim claim = {.url = STORY};
    struct disk_file *first = open_more(bench);

    bench->policy = HAUL_EXISTS_SKIP;
    open_as(bench, &claim, false);
    assert_null(bench->file);
    assert_int_equal(bench->err.code, HAUL_E_EXISTS);
    bench->policy = HAUL_EXISTS_FAIL;
    open_as(bench, &claim, false);
    assert_null(bench->file);
    assert_int_equal(bench->err.code, HAUL_E_BUSY);
    discard(bench, first);
}

static void a_partial_is_found_beside_what_has_its_name(void **state)
{
    struct disk_bench *bench = *state;

    put_file(bench, "a", 0);
    begin(bench, STORY);
    assert_string_equal(disk_file_name(bench->file), "a (1)");
    keep(bench);
    open_it(bench, STORY);
    assert_non_null(disk_file_found(bench->file));
    assert_string_equal(disk_file_name(bench->file), "a (1)");
    discard(bench, bench->file);
}

static void one_that_is_ours_stands_beside_nothing(void **state)
{
    struct disk_bench *bench = *state;

    put_file(bench, "a.part", 1);
    begin(bench, STORY);
    assert_int_equal(disk_file_beside(bench->file), DISK_BESIDE_STRANGER);
    keep(bench);
    open_it(bench, STORY);
    assert_non_null(disk_file_found(bench->file));
    assert_int_equal(disk_file_beside(bench->file), DISK_BESIDE_NOTHING);
    discard(bench, bench->file);
}

static void what_the_record_tells_and_the_file_does_not_have_is_doubted(void **state)
{
    struct disk_bench *bench = *state;
    char *part = path_of(bench, "a.part");

    begin(bench, STORY);
    keep(bench);
    open_it(bench, STORY);
    assert_int_equal(disk_file_doubted(bench->file), 0);
    disk_file_keep(bench->file, on_end, bench);
    settle(bench);
    assert_int_equal(truncate(part, SIZE / 8), 0);
    open_it(bench, STORY);
    assert_int_equal(disk_file_doubted(bench->file), SIZE / 2 - SIZE / 8);
    discard(bench, bench->file);
    free(part);
}

static void a_record_without_a_place_costs_no_second_partial(void **state)
{
    struct disk_bench *bench = *state;

    put_file(bench, "a.haul", 1);
    open_it(bench, STORY);
    assert_int_equal(files_in(bench, ".part"), 1);
    discard(bench, bench->file);
}

/* Adopting. */

static void only_one_of_the_very_name_that_holds_bytes_is_adopted(void **state)
{
    const struct disk_claim claim = {.url = STORY, .adopt = true};
    struct disk_bench *bench = *state;

    put_file(bench, "a.part", 0);
    open_as(bench, &claim, true);
    assert_null(bench->file);
    put_file(bench, "a (1).part", 8192);
    open_as(bench, &claim, true);
    assert_null(bench->file);
    assert_int_equal(bench->err.code, HAUL_OK);
}

static void what_is_adopted_ends_at_its_first_hole(void **state)
{
    const struct disk_claim claim = {.url = STORY, .adopt = true};
    struct disk_bench *bench = *state;
    char *part = path_of(bench, "a.part");
    uint64_t written;
    off_t hole;
    int fd;

    put_file(bench, "a.part", 8192);
    assert_int_equal(truncate(part, 1 << 20), 0);
    fd = open(part, O_RDONLY | O_CLOEXEC);
    hole = lseek(fd, 0, SEEK_HOLE); /* where the file system has them at all */
    close(fd);
    open_as(bench, &claim, true);
    assert_non_null(bench->file);
    assert_true(disk_file_is_foreign(bench->file));
    written = disk_file_found(bench->file)->ranges[0].written;
    assert_int_equal(written, hole);
    disk_file_keep(bench->file, on_end, bench);
    free(part);
}

/* Records in a folder. */

static void on_partials(void *ctx, char *const *names, size_t count, const struct haul_error *err)
{
    struct disk_bench *bench = ctx;

    bench->err = *err;
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "b");
}

static void a_record_of_no_name_is_none(void **state)
{
    struct disk_bench *bench = *state;

    put_file(bench, ".haul", 0);
    put_file(bench, "b.haul", 0);
    put_file(bench, "b.part", 0);
    disk_partials(bench->disk, bench->dir, on_partials, bench);
    settle(bench);
    assert_int_equal(bench->err.code, HAUL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(those_under_way_are_passed),
        TEST(a_name_that_somebody_fetches_to_is_as_good_as_there),
        TEST(a_partial_is_found_beside_what_has_its_name),
        TEST(one_that_is_ours_stands_beside_nothing),
        TEST(what_the_record_tells_and_the_file_does_not_have_is_doubted),
        TEST(a_record_without_a_place_costs_no_second_partial),
        TEST(only_one_of_the_very_name_that_holds_bytes_is_adopted),
        TEST(what_is_adopted_ends_at_its_first_hole),
        TEST(a_record_of_no_name_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
