/* Descriptors run short while a partial is looked for: that is told. It is never taken for "there
 * is none", which would begin another one beside it and leave what is here to nobody. */

#include "disk_bench.h"

#include <errno.h>
#include <sys/resource.h>

#define MOST     8 /* descriptors that opening a partial may take, and more */
#define PARTIALS 2 /* "a" and "a (1)": the second one is ours */

static int leave_two(void **state)
{
    (void)set_up(state);
    begin(*state, "http://h/other");
    keep(*state);
    begin(*state, STORY);
    keep(*state);
    return 0;
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

static void look_with_few(struct disk_bench *bench, bool only_partial)
{
    const struct disk_claim claim = {.url = STORY};
    bool told = false;

    for (rlim_t more = 0; more <= MOST; more++) {
        struct rlimit before = leave_descriptors(more);

        open_as(bench, &claim, only_partial);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(files_in(bench, ".part"), PARTIALS);
        if (!bench->file) {
            assert_int_equal(bench->err.code, HAUL_E_DISK);
            assert_int_equal(bench->err.sys_errno, EMFILE); /* so it is tried again soon */
            told = true;
            continue;
        }
        assert_non_null(disk_file_found(bench->file));
        assert_string_equal(disk_file_found(bench->file)->url, STORY);
        disk_file_keep(bench->file, on_end, bench);
        settle(bench);
    }
    assert_true(told);
    assert_int_equal(bench->err.code, HAUL_OK); /* with enough of them it was found */
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
                                        leave_two, tear_down),
        cmocka_unit_test_setup_teardown(none_is_begun_beside_one_that_cannot_be_looked_at,
                                        leave_two, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
