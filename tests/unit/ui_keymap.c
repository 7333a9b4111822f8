/* The key table: no key means two things in one place, and what is shown is what works. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/key_name.h"
#include "ui/keymap.h"

static void no_key_means_two_things_in_one_place(void **state)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            if (rows[i].key == rows[j].key && (rows[i].places & rows[j].places))
                assert_int_equal(rows[i].action, rows[j].action);
        }
    }
}

static void every_action_has_a_key(void **state)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    (void)state;
    for (int action = ACT_NONE + 1; action < ACT_COUNT; action++) {
        size_t keys = 0;
        for (size_t i = 0; i < count; i++)
            keys += rows[i].action == (enum keymap_action)action;
        if (keys == 0)
            fail_msg("action %d has no key", action);
    }
}

static void what_is_shown_has_a_name(void **state)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].brief || rows[i].help)
            assert_non_null(rows[i].name);
    }
}

static void every_action_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int action = ACT_NONE; action < ACT_COUNT; action++) {
        const char *name = keymap_name((enum keymap_action)action);
        if (!name)
            fail_msg("action %d has no name", action);
        for (int other = ACT_NONE; other < action; other++)
            assert_string_not_equal(name, keymap_name((enum keymap_action)other));
    }
}

/* What stands in the table is what the name that is shown says. */
static void names_of_single_keys_are_theirs(void **state)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    char buf[KEY_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].name && !strpbrk(rows[i].name, " ") && strcmp(rows[i].name, "1-6") != 0 &&
            strcmp(rows[i].name, "+/-") != 0)
            assert_string_equal(rows[i].name, key_name(rows[i].key, buf));
    }
}

static void movements_lead_from_line_to_line(void **state)
{
    static const struct {
        enum keymap_action action;
        uint64_t at, to;
    } steps[] = {
        {ACT_UP, 7, 6},      {ACT_UP, 0, 0},         {ACT_DOWN, 7, 8}, {ACT_PAGE_UP, 17, 7},
        {ACT_PAGE_UP, 9, 0}, {ACT_PAGE_DOWN, 7, 17}, {ACT_TOP, 7, 0},  {ACT_BOTTOM, 7, UINT64_MAX},
    };
    uint64_t to = 99;

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_true(keymap_step(steps[i].action, steps[i].at, 10, &to));
        assert_true(to == steps[i].to);
    }
    to = 99;
    assert_false(keymap_step(ACT_MARK, 7, 10, &to));
    assert_true(to == 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movements_lead_from_line_to_line),
        cmocka_unit_test(no_key_means_two_things_in_one_place),
        cmocka_unit_test(every_action_has_a_key),
        cmocka_unit_test(what_is_shown_has_a_name),
        cmocka_unit_test(every_action_has_a_name_of_its_own),
        cmocka_unit_test(names_of_single_keys_are_theirs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
