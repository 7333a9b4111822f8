/* What typed words go on to. The words come from the tables: a new command or option is completed
 * without a change here. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/args.h"
#include "ui/completion.h"

static void assert_goes_on(const char *text, const char *longer, const char *names)
{
    char *ret_names;
    char *got = completion_go_on(text, &ret_names);

    assert_string_equal(got, longer);
    if (names) {
        assert_non_null(ret_names);
        assert_string_equal(ret_names, names);
    } else {
        assert_null(ret_names);
    }
    free(ret_names);
    free(got);
}

static void commands_go_on_as_far_as_they_agree(void **state)
{
    (void)state;
    assert_goes_on("pa", "pause ", NULL);
    assert_goes_on("re", "re", "resume  retry  remove");
    assert_goes_on("rem", "remove ", NULL);
    assert_goes_on("zz", "zz", NULL);
    assert_goes_on("daem", "daem", NULL); /* only for the shell */
}

static void what_follows_is_of_the_command(void **state)
{
    (void)state;
    assert_goes_on("pause fa", "pause failed ", NULL);
    assert_goes_on("pause 3 a", "pause 3 a", "active  all");
    assert_goes_on("move b", "move bottom ", NULL);
    assert_goes_on("sort con", "sort connections ", NULL);
    assert_goes_on("set --reset j", "set --reset jobs ", NULL);
    assert_goes_on("help so", "help sort ", NULL);
    assert_goes_on("change 4 --item", "change 4 --item-limit ", NULL);
    assert_goes_on("add http://a/ --if-exists ov", "add http://a/ --if-exists overwrite ", NULL);
    assert_goes_on("filter sta", "filter sta", NULL);
    assert_goes_on("pause --js", "pause --js", NULL);
}

static void every_typed_command_is_explained(void **state)
{
    size_t count;
    const struct command *table = command_table_typed(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char *usage = completion_usage(table[i].name);
        bool explained = strstr(usage, table[i].summary) != NULL;

        assert_int_equal(explained, table[i].typed != COMMAND_IN_SHELL);
        assert_null(strstr(usage, "-i FILE"));
        free(usage);
    }
}

/* The shell sees those in front only. */
static void what_is_only_typed_stands_last(void **state)
{
    size_t shell, all;
    const struct command *table = command_table_typed(&all);

    (void)state;
    (void)command_table(&shell);
    for (size_t i = 0; i < all; i++) {
        assert_int_equal(table[i].typed == COMMAND_ON_SCREEN, i >= shell);
        assert_int_equal(table[i].id, i + 1);
    }
    assert_null(command_find("quit"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_go_on_as_far_as_they_agree),
        cmocka_unit_test(what_follows_is_of_the_command),
        cmocka_unit_test(every_typed_command_is_explained),
        cmocka_unit_test(what_is_only_typed_stands_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
