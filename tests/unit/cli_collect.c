/* Lists that are files: read once to be checked, and again when their items are needed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/collect.h"
#include "config/commands.h"
#include "input/list_text.h"

#define ITEMS 4000u /* several blocks */

/* Of the next reads; it stands in for libc's. */
static int read_error;

ssize_t pread(int fd, void *to, size_t len, off_t offset)
{
    errno = read_error;
    return read_error ? -1 : syscall(SYS_pread64, fd, to, len, offset);
}

struct world {
    char path[32];
    struct args args;
    struct collected collected;
    struct requests requests;
    struct haul_error err;
    size_t descriptors; /* before */
};

static size_t count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    const char *words[] = {"-d", "/there", "-i", world->path};
    FILE *list;

    snprintf(world->path, sizeof world->path, "/tmp/haul-collect-XXXXXX");
    list = fdopen(mkstemp(world->path), "w");
    assert_non_null(list);
    for (unsigned i = 0; i < ITEMS; i++)
        fprintf(list, "http://host/%06u\n%s", i, i % 1000 == 7 ? "  out=named\n" : "");
    fclose(list);
    assert_int_equal(args_parse(command_find("get"), words, 4, &world->args, &world->err), HAUL_OK);
    world->descriptors = count_descriptors();
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    collected_fini(&world->collected);
    assert_int_equal(count_descriptors(), world->descriptors);
    requests_fini(&world->requests);
    args_fini(&world->args);
    unlink(world->path);
    free(world);
    return 0;
}

static void check(struct world *world)
{
    assert_int_equal(collect(&world->args, &world->collected, &world->err), HAUL_OK);
    assert_int_equal(world->collected.count, ITEMS);
}

static enum haul_err take_all(struct world *world)
{
    enum haul_err code = HAUL_OK;

    while (code == HAUL_OK && !collected_empty(&world->collected))
        code = collected_next(&world->collected, &world->requests, &world->err);
    return code;
}

static void expect_all(struct world *world)
{
    assert_int_equal(take_all(world), HAUL_OK);
    assert_int_equal(world->requests.count, ITEMS);
    for (unsigned i = 0; i < ITEMS; i++) {
        char url[32];

        snprintf(url, sizeof url, "http://host/%06u", i);
        assert_string_equal(world->requests.items[i].url, url);
        if (i % 1000 == 7)
            assert_string_equal(world->requests.items[i].options->out, "named");
        else
            assert_null(world->requests.items[i].options->out);
    }
}

static void expect_refusal(struct world *world)
{
    assert_int_equal(take_all(world), HAUL_E_USAGE);
    assert_non_null(strstr(world->err.text, world->path));
    assert_non_null(strstr(world->err.text, "was changed while it was read"));
}

/* Writes TEXT over the list's bytes at OFFSET. */
static void overwrite(struct world *world, long offset, const char *text)
{
    FILE *list = fopen(world->path, "r+");

    assert_non_null(list);
    fseek(list, offset, SEEK_SET);
    fputs(text, list);
    fclose(list);
}

static void a_list_is_what_it_was_when_it_was_checked(void **state)
{
    check(*state);
    expect_all(*state);
}

static void lines_behind_its_end_are_not_its(void **state)
{
    struct world *world = *state;
    FILE *list;

    check(world);
    list = fopen(world->path, "a");
    fputs("http://host/late\n", list);
    fclose(list);
    expect_all(world);
}

static void a_list_that_is_replaced_is_still_read(void **state)
{
    struct world *world = *state;

    check(world);
    unlink(world->path);
    expect_all(world);
}

static void a_list_that_was_cut_is_refused(void **state)
{
    struct world *world = *state;

    check(world);
    assert_int_equal(truncate(world->path, 40000), 0);
    expect_refusal(world);
    assert_true(world->requests.count > 0 && world->requests.count < 40000 / 19);
}

static void one_that_can_not_be_read_any_more_was_not_changed(void **state)
{
    struct world *world = *state;

    check(world);
    read_error = EIO;
    assert_int_equal(take_all(world), HAUL_E_USAGE);
    read_error = 0;
    assert_int_equal(world->err.sys_errno, EIO);
    assert_non_null(strstr(world->err.text, "can't read /tmp/haul-collect-"));
    assert_int_equal(world->requests.count, 0);
}

static void a_list_with_a_wrong_line_now_is_refused(void **state)
{
    struct world *world = *state;

    check(world);
    overwrite(world, 40000, "\nno link\n");
    expect_refusal(world);
}

static void a_list_with_one_item_less_now_is_refused(void **state)
{
    struct world *world = *state;

    check(world);
    overwrite(world, 0, "#");
    expect_refusal(world);
    assert_int_equal(world->requests.count, 0);
}

static void an_item_may_be_larger_than_a_block(void **state)
{
    struct world *world = *state;
    size_t len = 3 * LIST_BLOCK;
    char *comment = xmalloc(len + 1);

    memset(comment, 'x', len);
    comment[0] = '\n';
    comment[1] = '#';
    comment[len - 1] = '\n';
    comment[len] = '\0';
    overwrite(world, 19 * 5, comment);
    assert_int_equal(truncate(world->path, 19 * 5 + (long)len), 0);
    overwrite(world, 19 * 5 + (long)len, "http://host/last\n");
    free(comment);
    assert_int_equal(collect(&world->args, &world->collected, &world->err), HAUL_OK);
    assert_int_equal(take_all(world), HAUL_OK);
    assert_string_equal(world->requests.items[world->requests.count - 1].url, "http://host/last");
}

/* So is the buffer for the blocks behind it. */
static void also_than_the_first_block(void **state)
{
    struct world *world = *state;
    size_t items = 220, len = items * 19 + strlen("  out=named\n");
    char *comment = xmalloc(len + 1);

    assert_true(len > LIST_BLOCK_FIRST);
    memset(comment, '#', len);
    comment[len - 1] = '\n';
    comment[len] = '\0';
    overwrite(world, 0, comment);
    free(comment);
    assert_int_equal(collect(&world->args, &world->collected, &world->err), HAUL_OK);
    assert_int_equal(take_all(world), HAUL_OK);
    assert_int_equal(world->requests.count, ITEMS - items);
}

static void what_is_of_one_file_is_not_for_two(void **state)
{
    static const char *const words[] = {"--checksum", "md5:d41d8cd98f00b204e9800998ecf8427e",
                                        "http://host/a", "http://host/b"};
    struct world *world = *state;

    for (size_t count = 3; count <= 4; count++) {
        args_fini(&world->args);
        assert_int_equal(args_parse(command_find("get"), words, count, &world->args, &world->err),
                         HAUL_OK);
        assert_int_equal(collect(&world->args, &world->collected, &world->err),
                         count == 3 ? HAUL_OK : HAUL_E_USAGE);
        if (count == 3)
            collected_fini(&world->collected);
    }
    assert_non_null(strstr(world->err.text, "--checksum is of one file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_is_what_it_was_when_it_was_checked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lines_behind_its_end_are_not_its, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_is_replaced_is_still_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_was_cut_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_can_not_be_read_any_more_was_not_changed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_list_with_a_wrong_line_now_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_with_one_item_less_now_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_item_may_be_larger_than_a_block, set_up, tear_down),
        cmocka_unit_test_setup_teardown(also_than_the_first_block, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_of_one_file_is_not_for_two, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
