/* An end of a file waits for what is under way there, whatever that is, and comes once. */

#include "disk_bench.h"

#include <sys/syscall.h>

/* As long as others have something to do, and a bit longer; it stands in for libc's. */
static bool reading_takes_long;

ssize_t pread(int fd, void *to, size_t len, off_t offset)
{
    if (reading_takes_long)
        usleep(100000);
    return syscall(SYS_pread64, fd, to, len, offset);
}

/* Nothing is left of what was discarded. */
static int expect_the_end(void **state)
{
    struct disk_bench *bench = *state;

    settle(bench);
    assert_int_equal(bench->ends, 1);
    assert_int_equal(bench->err.code, HAUL_OK);
    assert_int_equal(files_in(bench, ""), 0);
    return tear_down(state);
}

static void discard(struct disk_bench *bench)
{
    disk_file_discard(bench->file, on_end, bench);
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

static void an_end_waits_for_a_plan(void **state)
{
    struct disk_bench *bench = *state;

    open_it(bench, STORY);
    plan_it(bench, STORY, NULL);
    discard(bench);
    assert_int_equal(bench->ends, 0);
}

static void an_end_that_a_plan_brings_comes_once(void **state)
{
    struct disk_bench *bench = *state;

    open_it(bench, STORY);
    plan_it(bench, STORY, discard_when_planned);
}

static void an_end_that_a_reader_brings_comes_once(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    disk_writer_fini(&bench->writer);
    disk_file_read(bench->file, 0, SIZE / 2, discard_when_read, bench);
}

static void read_it(void *ctx, char *data, size_t len)
{
    const struct disk_bench *bench = ctx;

    assert_int_equal(bench->ends, 0);
    assert_int_equal(len, SIZE / 2);
    free(data);
}

static void an_end_waits_for_a_reader(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    disk_writer_fini(&bench->writer);
    reading_takes_long = true;
    disk_file_read(bench->file, 0, SIZE / 2, read_it, bench);
    discard(bench);
    settle(bench);
    reading_takes_long = false;
}

static void an_end_waits_for_a_sync_and_a_record(void **state)
{
    struct disk_bench *bench = *state;

    begin(bench, STORY);
    disk_writer_fini(&bench->writer);
    disk_file_sync(bench->file);
    (void)disk_file_record(bench->file);
    discard(bench);
    assert_int_equal(bench->ends, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_end_waits_for_a_plan, set_up, expect_the_end),
        cmocka_unit_test_setup_teardown(an_end_that_a_plan_brings_comes_once, set_up,
                                        expect_the_end),
        cmocka_unit_test_setup_teardown(an_end_that_a_reader_brings_comes_once, set_up,
                                        expect_the_end),
        cmocka_unit_test_setup_teardown(an_end_waits_for_a_reader, set_up, expect_the_end),
        cmocka_unit_test_setup_teardown(an_end_waits_for_a_sync_and_a_record, set_up,
                                        expect_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
