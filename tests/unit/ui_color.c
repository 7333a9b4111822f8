/* Colours as people write them, and what stands for them where there are fewer. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/color.h"

static struct color parsed(const char *word)
{
    struct color color;

    if (!color_parse(word, &color))
        fail_msg("\"%s\" is not taken", word);
    return color;
}

static void assert_index(struct color color, unsigned index)
{
    assert_int_equal(color.kind, COLOR_INDEX);
    assert_int_equal(color.value, index);
}

static void names_numbers_and_hex_are_taken(void **state)
{
    (void)state;
    assert_int_equal(parsed("default").kind, COLOR_OWN);
    assert_index(parsed("black"), 0);
    assert_index(parsed("white"), 7);
    assert_index(parsed("bright-black"), 8);
    assert_index(parsed("bright-white"), 15);
    assert_index(parsed("0"), 0);
    assert_index(parsed("255"), 255);
    assert_int_equal(parsed("#5FafD7").kind, COLOR_RGB);
    assert_int_equal(parsed("#5FafD7").value, 0x5fafd7);
}

static void anything_else_is_not(void **state)
{
    static const char *const words[] = {
        "",        "256",     "-1",      "1.5",    "Red",
        "bright",  "#",       "#fff",    "#5fafd", "#5fafd7a",
        "#5fafdg", "#+5fafd", "# 5fafd", "0x10",   "99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct color color;

        if (color_parse(words[i], &color))
            fail_msg("\"%s\" is taken", words[i]);
    }
}

static void every_word_for_suggestions_is_a_colour(void **state)
{
    struct color color;
    size_t count = 0;

    (void)state;
    for (const char *word; (word = color_word(count)) != NULL; count++)
        assert_true(color_parse(word, &color));
    assert_int_equal(count, 17);
}

/* As xterm has them: 16 + 36r + 6g + b with levels 0, 95, 135, 175, 215, 255; then 8 + 10n. */
static void the_table_of_256_is_xterms(void **state)
{
    (void)state;
    assert_int_equal(color_rgb((struct color){COLOR_INDEX, 16}), 0x000000);
    assert_int_equal(color_rgb((struct color){COLOR_INDEX, 74}), 0x5fafd7);
    assert_int_equal(color_rgb((struct color){COLOR_INDEX, 208}), 0xff8700);
    assert_int_equal(color_rgb((struct color){COLOR_INDEX, 231}), 0xffffff);
    assert_int_equal(color_rgb((struct color){COLOR_INDEX, 232}), 0x080808);
    assert_int_equal(color_rgb((struct color){COLOR_INDEX, 255}), 0xeeeeee);
}

static void of_256_the_nearest_is_taken_and_never_one_that_users_choose(void **state)
{
    (void)state;
    assert_index(color_reduce(parsed("#5fafd7"), 256), 74);
    assert_index(color_reduce(parsed("#5eb0d5"), 256), 74);
    assert_index(color_reduce(parsed("#7f7f7f"), 256), 244);
    assert_index(color_reduce(parsed("#cd0000"), 256), 160); /* which is 1 in xterm's own table */
    assert_index(color_reduce(parsed("#000000"), 256), 16);
    assert_index(color_reduce(parsed("red"), 256), 1);
    assert_int_equal(color_reduce(parsed("default"), 256).kind, COLOR_OWN);
}

static void with_16_and_8_a_muted_colour_keeps_its_hue(void **state)
{
    static const struct {
        const char *word;
        unsigned of_16, of_8;
    } rows[] = {{"#5faf5f", 2, 2}, {"#d75f5f", 9, 1}, {"#5fafd7", 14, 6},  {"#d7af5f", 11, 3},
                {"#00005f", 4, 4}, {"#202020", 0, 0}, {"#eeeeee", 7, 7},   {"#ffffff", 15, 7},
                {"74", 14, 6},     {"magenta", 5, 5}, {"bright-red", 9, 1}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_index(color_reduce(parsed(rows[i].word), 16), rows[i].of_16);
        assert_index(color_reduce(parsed(rows[i].word), 8), rows[i].of_8);
    }
}

/* Which black and white are not: one of them may be the background. */
static void of_8_no_gray_is_taken(void **state)
{
    static const char *const grays[] = {"#808080", "244", "bright-black"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(grays); i++) {
        assert_index(color_reduce(parsed(grays[i]), 16), 8);
        assert_int_equal(color_reduce(parsed(grays[i]), 8).kind, COLOR_OWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_numbers_and_hex_are_taken),
        cmocka_unit_test(anything_else_is_not),
        cmocka_unit_test(every_word_for_suggestions_is_a_colour),
        cmocka_unit_test(the_table_of_256_is_xterms),
        cmocka_unit_test(of_256_the_nearest_is_taken_and_never_one_that_users_choose),
        cmocka_unit_test(with_16_and_8_a_muted_colour_keeps_its_hue),
        cmocka_unit_test(of_8_no_gray_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
