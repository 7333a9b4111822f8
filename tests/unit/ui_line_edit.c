/* The line that is being typed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/line_edit.h"

static struct line_edit edit;

static int begin(void **state)
{
    (void)state;
    line_edit_init(&edit, 64);
    return 0;
}

static int end(void **state)
{
    (void)state;
    line_edit_fini(&edit);
    return 0;
}

static void press(uint32_t code)
{
    struct input_key key = {.code = code};
    assert_true(line_edit_key(&edit, &key));
}

static void type(const char *text)
{
    struct input_key key = {.code = 'x'};
    memcpy(key.text, text, strlen(text) + 1);
    assert_true(line_edit_key(&edit, &key));
}

static void typed_text_stands_where_the_cursor_is(void **state)
{
    (void)state;
    type("a");
    type("c");
    press(INPUT_LEFT);
    type("b");
    assert_string_equal(line_edit_text(&edit), "abc");
    press(INPUT_CTRL('e'));
    type("d");
    press(INPUT_CTRL('a'));
    type("_");
    assert_string_equal(line_edit_text(&edit), "_abcd");
}

static void characters_are_taken_whole(void **state)
{
    (void)state;
    line_edit_set(&edit, "a\xe8\xb3\x87\xc3\xa9");
    press(INPUT_BACKSPACE);
    assert_string_equal(line_edit_text(&edit), "a\xe8\xb3\x87");
    press(INPUT_LEFT);
    press(INPUT_DELETE);
    assert_string_equal(line_edit_text(&edit), "a");
    line_edit_set(&edit, "xe\xcc\x81");
    press(INPUT_BACKSPACE);
    assert_string_equal(line_edit_text(&edit), "x");
}

static void words_and_ends_are_cut(void **state)
{
    (void)state;
    line_edit_set(&edit, "one two  three");
    press(INPUT_CTRL('w'));
    assert_string_equal(line_edit_text(&edit), "one two  ");
    press(INPUT_CTRL('w'));
    assert_string_equal(line_edit_text(&edit), "one ");
    line_edit_set(&edit, "one two");
    press(INPUT_HOME);
    press(INPUT_RIGHT);
    press(INPUT_CTRL('k'));
    assert_string_equal(line_edit_text(&edit), "o");
    press(INPUT_CTRL('u'));
    assert_string_equal(line_edit_text(&edit), "");
}

static void nothing_happens_at_the_ends(void **state)
{
    (void)state;
    press(INPUT_BACKSPACE);
    press(INPUT_DELETE);
    press(INPUT_LEFT);
    press(INPUT_RIGHT);
    press(INPUT_CTRL('w'));
    press(INPUT_CTRL('k'));
    assert_string_equal(line_edit_text(&edit), "");
}

static void pasted_text_is_made_clean(void **state)
{
    (void)state;
    line_edit_insert(&edit, "a\033[31m\xff");
    assert_string_equal(line_edit_text(&edit), "a^[[31m\xef\xbf\xbd");
}

static void text_over_the_cap_is_left_out(void **state)
{
    char lengthy[80];
    (void)state;
    memset(lengthy, 'x', sizeof(lengthy) - 1);
    lengthy[sizeof(lengthy) - 1] = '\0';
    line_edit_set(&edit, "short");
    line_edit_insert(&edit, lengthy);
    assert_string_equal(line_edit_text(&edit), "short");
}

static void the_window_keeps_the_cursor_in_sight(void **state)
{
    size_t start;
    size_t column;
    (void)state;
    line_edit_set(&edit, "0123456789");
    line_edit_window(&edit, 20, &start, &column);
    assert_int_equal(start, 0);
    assert_int_equal(column, 10);
    line_edit_window(&edit, 5, &start, &column);
    assert_int_equal(start, 6);
    assert_int_equal(column, 4);
    line_edit_set(&edit, "\xe8\xb3\x87\xe6\x96\x99\xe8\xb3\x87");
    line_edit_window(&edit, 4, &start, &column);
    assert_int_equal(start, 6);
    assert_int_equal(column, 2);
}

static void other_keys_are_not_taken(void **state)
{
    struct input_key key = {.code = INPUT_PAGE_UP};
    (void)state;
    assert_false(line_edit_key(&edit, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(typed_text_stands_where_the_cursor_is, begin, end),
        cmocka_unit_test_setup_teardown(characters_are_taken_whole, begin, end),
        cmocka_unit_test_setup_teardown(words_and_ends_are_cut, begin, end),
        cmocka_unit_test_setup_teardown(nothing_happens_at_the_ends, begin, end),
        cmocka_unit_test_setup_teardown(pasted_text_is_made_clean, begin, end),
        cmocka_unit_test_setup_teardown(text_over_the_cap_is_left_out, begin, end),
        cmocka_unit_test_setup_teardown(the_window_keeps_the_cursor_in_sight, begin, end),
        cmocka_unit_test_setup_teardown(other_keys_are_not_taken, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
