/* The key table: no key means two things in one place, and what is shown is what works. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/input.h"
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

static void keys_hold_only_in_their_place(void **state)
{
    (void)state;
    assert_int_equal(keymap_find('d', PLACE_LIST), ACT_REMOVE);
    assert_int_equal(keymap_find('d', PLACE_SHEET), ACT_FOLDER);
    assert_int_equal(keymap_find('d', PLACE_HELP), ACT_NONE);
    assert_int_equal(keymap_find('q', PLACE_LIST), ACT_QUIT);
    assert_int_equal(keymap_find('q', PLACE_SHEET), ACT_BACK);
    assert_int_equal(keymap_find(INPUT_CTRL('c'), PLACE_SHEET), ACT_QUIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_means_two_things_in_one_place),
        cmocka_unit_test(every_action_has_a_key),
        cmocka_unit_test(what_is_shown_has_a_name),
        cmocka_unit_test(keys_hold_only_in_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
