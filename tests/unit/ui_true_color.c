/* Colours that curses does not know, put into what it writes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/color.h"
#include "ui/true_color.h"

#define OUT_MAX 4096

/* What comes out when BYTES go in, STEP at a time. */
static char *passed(struct true_color *colors, const char *bytes, size_t step)
{
    struct strbuf out;
    size_t len = strlen(bytes);

    strbuf_init(&out, OUT_MAX);
    for (size_t at = 0; at < len; at += step)
        assert_true(true_color_pass(colors, bytes + at, MIN(step, len - at), &out));
    return strbuf_take(&out);
}

static void assert_passes(struct true_color *colors, const char *bytes, const char *expected)
{
    for (size_t step = 1; step <= strlen(bytes); step++) {
        char *out = passed(colors, bytes, step);

        assert_string_equal(out, expected);
        free(out);
    }
}

/* 74 stands for #5fb3dc, 238 for #3a3f45. */
static struct true_color two_colors(void)
{
    struct true_color colors;

    true_color_init(&colors);
    assert_int_equal(true_color_index(&colors, 0x5fb3dc), 74);
    assert_int_equal(true_color_index(&colors, 0x3a3f45), 238);
    return colors;
}

static void what_stands_for_a_colour_becomes_it(void **state)
{
    struct true_color colors = two_colors();

    (void)state;
    assert_passes(&colors, "a\033[38;5;74mb\033[48;5;238mc",
                  "a\033[38;2;95;179;220mb"
                  "\033[48;2;58;63;69mc");
    assert_passes(&colors, "\033[0;1;38;5;74;48;5;238;4m",
                  "\033[0;1;38;2;95;179;220;48;2;58;63;69;4m");
}

static void everything_else_is_left_alone(void **state)
{
    static const char *const rows[] = {"\033[38;5;75m",
                                       "\033[38;5;7m",
                                       "\033[38;5;740m",
                                       "\033[38;5m",
                                       "\033[38;5;m",
                                       "\033[38;2;74;1;1m",
                                       "\033[5;74m",
                                       "\033[74m",
                                       "\033[38;5;74H",
                                       "38;5;74m",
                                       "\033[m",
                                       "\033[39;49m",
                                       "\033(B",
                                       "\033)0\0168",
                                       "\033=\033>",
                                       "\033[?25l",
                                       "\033[2;74H",
                                       "\033[1mé資\033[0m",
                                       "\033[48;5;38;5;74m"};
    struct true_color colors = two_colors();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_passes(&colors, rows[i], rows[i]);
}

/* One that is longer than there is room for is no choice of colours, and is not kept back. */
static void a_sequence_without_end_passes(void **state)
{
    struct true_color colors = two_colors();
    char bytes[3 * TRUE_COLOR_SEQUENCE] = "\033[";

    (void)state;
    memset(bytes + 2, '1', sizeof(bytes) - 3);
    char *out = passed(&colors, bytes, 7);
    assert_true(strlen(out) >= 2 * TRUE_COLOR_SEQUENCE);
    assert_int_equal(strncmp(out, bytes, strlen(out)), 0);
    free(out);
    assert_passes(&colors, "m\033[38;5;74m", "m\033[38;2;95;179;220m");
}

static void each_colour_has_an_index_of_its_own(void **state)
{
    struct true_color colors;
    unsigned index;

    (void)state;
    true_color_init(&colors);
    true_color_reserve(&colors, 74);
    assert_false(colors.any);
    index = true_color_index(&colors, 0x5fafd7); /* 74 itself, which means another thing */
    assert_int_not_equal(index, 74);
    assert_true(index >= 16);
    assert_int_equal(true_color_index(&colors, 0x5fafd7), index);
    assert_int_not_equal(true_color_index(&colors, 0x5fafd8), index);
    assert_true(colors.any);
    assert_passes(&colors, "\033[38;5;74m", "\033[38;5;74m");
}

/* Black is a colour too: no value of three channels may count as "none". */
static void black_is_a_colour(void **state)
{
    struct true_color colors;

    (void)state;
    true_color_init(&colors);
    assert_int_equal(true_color_index(&colors, 0x000000), 16);
    assert_passes(&colors, "\033[48;5;16m", "\033[48;2;0;0;0m");
}

static void no_room_is_told(void **state)
{
    struct true_color colors = two_colors();
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 16);
    assert_false(true_color_pass(&colors, "\033[38;5;74m", 10, &out));
    strbuf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_for_a_colour_becomes_it),
        cmocka_unit_test(everything_else_is_left_alone),
        cmocka_unit_test(a_sequence_without_end_passes),
        cmocka_unit_test(each_colour_has_an_index_of_its_own),
        cmocka_unit_test(black_is_a_colour),
        cmocka_unit_test(no_room_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
