/* The gate for foreign text: what passes, what is replaced, how it is measured and cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"

#define FFFD "\xEF\xBF\xBD"

/* With the length, so that a literal may hold NUL. */
#define RAW(literal)                                                                               \
    (struct text_raw)                                                                              \
    {                                                                                              \
        .bytes = (literal), .len = sizeof(literal) - 1                                             \
    }

static void assert_cleans_to(struct text_raw raw, const char *expected)
{
    char buf[256];
    char again[256];
    size_t len = text_clean(raw, buf, sizeof(buf));

    assert_string_equal(buf, expected);
    assert_int_equal(len, strlen(expected));
    assert_int_equal(text_clean(text_raw_from(buf), again, sizeof(again)), len);
    assert_string_equal(again, buf);
}

static void plain_text_passes_unchanged(void **state)
{
    (void)state;
    assert_cleans_to(RAW(""), "");
    assert_cleans_to(RAW("debian-12.7.0-amd64.iso ~!@#$%^&*()"),
                     "debian-12.7.0-amd64.iso ~!@#$%^&*()");
    assert_cleans_to(RAW("Größe – 東京 한국어 🎉 é"), "Größe – 東京 한국어 🎉 é");
    assert_cleans_to(text_raw_from(NULL), "");
}

static void control_characters_become_visible(void **state)
{
    (void)state;
    assert_cleans_to(RAW("\x1b[31mred\x1b[0m"), "^[[31mred^[[0m");
    assert_cleans_to(RAW("\x1b]52;c;ZXZpbA==\x07"), "^[]52;c;ZXZpbA==^G");
    assert_cleans_to(RAW("a\0b\x7f\r"), "a^@b^?^M");
    assert_cleans_to(RAW("a\tb\nc\n\n"), "a b c  ");
    assert_cleans_to(RAW("\xc2\x9b"
                         "31m\xc2\x80\xc2\x9f"),
                     FFFD "31m" FFFD FFFD);
}

static void bidi_controls_and_other_formats_are_replaced(void **state)
{
    (void)state;
    assert_cleans_to(RAW("a\u202Egpj.exe"), "a" FFFD "gpj.exe");
    assert_cleans_to(RAW("\u200E\u200F\u061C"), FFFD FFFD FFFD);
    assert_cleans_to(RAW("\u202A\u202B\u202C\u202D\u2066\u2067\u2068\u2069"),
                     FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD);
    assert_cleans_to(RAW("\u2028\u2029\uFEFF"), FFFD FFFD FFFD);
    assert_cleans_to(RAW("\u200B\u2060\u00AD\U000E0041"), FFFD FFFD FFFD FFFD);
}

static void unassigned_and_private_code_points_are_replaced(void **state)
{
    (void)state;
    assert_cleans_to(RAW("\uE000\uF8FF\U0010FFFD"), FFFD FFFD FFFD);
    assert_cleans_to(RAW("\uFFFE\uFFFF\u0378\U000E0080"), FFFD FFFD FFFD FFFD);
}

static void joiners_and_variation_selectors_are_dropped(void **state)
{
    (void)state;
    assert_cleans_to(RAW("👨\u200D👩\u200D👧"), "👨👩👧");
    assert_cleans_to(RAW("✔\uFE0F ✔\uFE0E a\u200Cb \u845B\U000E0100 \u1820\u180B"),
                     "✔ ✔ ab \u845B \u1820");
}

static void invalid_utf8_is_replaced_per_maximal_subpart(void **state)
{
    (void)state;
    /* Unicode 15, table 3-8. */
    assert_cleans_to(RAW("a\xF1\x80\x80\xE1\x80\xC2"
                         "b\x80"
                         "c\x80\xBF"
                         "d"),
                     "a" FFFD FFFD FFFD "b" FFFD "c" FFFD FFFD "d");
    assert_cleans_to(RAW("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
                     FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A");
    assert_cleans_to(RAW("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
                     FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A");
    assert_cleans_to(RAW("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
                     FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B");
    assert_cleans_to(RAW("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), FFFD FFFD FFFD FFFD "A");
    assert_cleans_to(RAW("\xF0\x9F\x8E"), FFFD);
    assert_cleans_to(RAW("\xE2"), FFFD);
}

static void utf8_is_told_from_other_bytes(void **state)
{
    (void)state;
    assert_true(text_is_utf8(text_raw_from("")));
    assert_true(text_is_utf8(text_raw_from("a\n\xc3\xbc\xf0\x9f\x98\x80\xef\xbf\xbd")));
    assert_false(text_is_utf8(text_raw_from("a\xff")));
    assert_false(text_is_utf8(text_raw_from("\xc3")));
    assert_false(text_is_utf8(text_raw_from("\xed\xa0\x80"))); /* half of a pair */
}

static void combining_marks_are_limited(void **state)
{
    (void)state;
    assert_cleans_to(RAW("e\u0301\u0302\u0303\u0304x\u0301"), "e\u0301\u0302x\u0301");
    assert_cleans_to(RAW("e\u0301\u0302\u200D\u0303"), "e\u0301\u0302");
    assert_cleans_to(RAW("\u20DD\u20DE"), FFFD "\u20DE");
    assert_cleans_to(RAW("\uFE0F\u0301"), FFFD);
}

static void too_long_text_ends_in_an_ellipsis(void **state)
{
    char buf[16];

    (void)state;
    assert_int_equal(text_clean(RAW("123456789012345"), buf, sizeof(buf)), 15);
    assert_string_equal(buf, "123456789012345");
    assert_int_equal(text_clean(RAW("1234567890123456"), buf, sizeof(buf)), 15);
    assert_string_equal(buf, "123456789012…");
    text_clean(RAW("12345678901\xF0\x9F\x8E\x89 and more"), buf, sizeof(buf));
    assert_string_equal(buf, "12345678901…");
    text_clean(RAW("12345678901\x1b\x1b\x1b"), buf, sizeof(buf));
    assert_string_equal(buf, "12345678901…");
}

static void no_size_overruns_the_buffer(void **state)
{
    static const char hostile[] = "\x1b[2J\xF0\x9F\x8E\x89\xFF\u202E\te\u0301\u0302\u0303\u6771";

    (void)state;
    for (size_t size = 0; size < sizeof(hostile) * 3; size++) {
        char *buf = xmalloc(MAX(size, (size_t)1)); /* ASan watches the end */
        size_t len = text_clean(RAW(hostile), buf, size);
        char again[sizeof(hostile) * 3];

        assert_true(size == 0 || len < size);
        if (size > 0) {
            assert_int_equal(strlen(buf), len);
            text_clean(text_raw_from(buf), again, sizeof(again));
            assert_string_equal(again, buf);
        }
        free(buf);
    }
}

static void every_code_point_cleans_to_itself_or_less(void **state)
{
    (void)state;
    for (uint32_t code = 0x80; code < 0x110000; code++) {
        char text[8] = "x";
        char once[16], twice[16];
        size_t len = 1;

        if (code >= 0x800)
            text[len++] = (char)(code >= 0x10000 ? 0xF0 | (code >> 18) : 0xE0 | (code >> 12));
        if (code >= 0x10000)
            text[len++] = (char)(0x80 | ((code >> 12) & 0x3F));
        text[len++] = (char)(code >= 0x800 ? 0x80 | ((code >> 6) & 0x3F) : 0xC0 | (code >> 6));
        text[len++] = (char)(0x80 | (code & 0x3F));
        text_clean((struct text_raw){text, len}, once, sizeof(once));
        text_clean(text_raw_from(once), twice, sizeof(twice));
        assert_string_equal(once, twice);
        assert_in_range(text_width(once), 1, 4);
    }
}

static void dup_keeps_to_its_bound(void **state)
{
    char *clean;

    (void)state;
    clean = text_clean_dup(RAW("\x1b\xFF"), 100);
    assert_string_equal(clean, "^[" FFFD);
    free(clean);
    clean = text_clean_dup(RAW("0123456789"), 8);
    assert_string_equal(clean, "0123…");
    free(clean);
    clean = text_clean_dup(RAW("0123456789"), 0);
    assert_string_equal(clean, "");
    free(clean);
    clean = text_clean_dup(RAW(""), 100);
    assert_string_equal(clean, "");
    free(clean);
}

static void width_counts_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("東京"), 4);
    assert_int_equal(text_width("e\u0301"), 1);
    assert_int_equal(text_width("\u1112\u1161\u11AB"), 2);
    assert_int_equal(text_width("🎉"), 2);
    assert_int_equal(text_width("█▏─…" FFFD), 5);
    assert_int_equal(text_char_width(0x93E), 1);
    assert_int_equal(text_char_width(0x4DC0), 2);
}

static void next_walks_by_character(void **state)
{
    uint32_t code = 1;

    (void)state;
    assert_int_equal(text_next("", &code), 0);
    assert_int_equal(code, 0);
    assert_int_equal(text_next("é", &code), 2);
    assert_int_equal(code, 0xE9);
    assert_int_equal(text_next("🎉", &code), 4);
    assert_int_equal(code, 0x1F389);
    assert_int_equal(text_next("\xE2", &code), 1);
    assert_int_equal(code, 0xFFFD);
}

static void fit_never_splits_a_cell(void **state)
{
    size_t columns;

    (void)state;
    assert_int_equal(text_fit("abc", 5, &columns), 3);
    assert_int_equal(columns, 3);
    assert_int_equal(text_fit("abc", 2, &columns), 2);
    assert_int_equal(columns, 2);
    assert_int_equal(text_fit("東京", 3, &columns), 3);
    assert_int_equal(columns, 2);
    assert_int_equal(text_fit("東京", 1, &columns), 0);
    assert_int_equal(columns, 0);
    assert_int_equal(text_fit("ae\u0301b", 2, &columns), 4);
    assert_int_equal(columns, 2);
    assert_int_equal(text_fit("abc", 0, &columns), 0);
}

/* Tables give it two columns of its own, terminals none; without a base it is no colour. */
static void a_colour_of_skin_takes_no_column(void **state)
{
    char buf[64];

    (void)state;
    assert_int_equal(text_width("\U0001F44D\U0001F3FD"), 2);
    text_clean(text_raw_from("\U0001F3FD.gif"), buf, sizeof(buf));
    assert_string_equal(buf, "\uFFFD.gif");
}

static void assert_elides_to(const char *text, size_t columns, bool ascii, const char *expected)
{
    size_t size = 4 * columns + 4;
    char *buf = xmalloc(size);

    text_elide(text, columns, ascii, buf, size);
    assert_string_equal(buf, expected);
    assert_true(text_width(buf) <= columns);
    free(buf);
}

static void elide_takes_out_the_middle(void **state)
{
    (void)state;
    assert_elides_to("short.txt", 9, false, "short.txt");
    assert_elides_to("abcdefghij.txt", 9, false, "ab…ij.txt");
    assert_elides_to("dataset-part-0007.tar.zst", 20, false, "dataset-pa…7.tar.zst");
    assert_elides_to("dataset-part-0007.tar.zst", 20, true, "dataset-p..7.tar.zst");
    assert_elides_to("東京東京東京.iso", 10, false, "東…京.iso");
    assert_elides_to("no extension at all here", 11, false, "no ex… here");
}

static void elide_survives_any_width(void **state)
{
    (void)state;
    assert_elides_to("abcdef", 0, false, "");
    assert_elides_to("abcdef", 1, false, "…");
    assert_elides_to("abcdef", 1, true, ".");
    assert_elides_to("abcdef", 2, true, "..");
    assert_elides_to("abcdef", 2, false, "a…");
    assert_elides_to("東京東京", 2, false, "…");
    for (size_t columns = 0; columns < 40; columns++) {
        size_t size = 4 * columns + 4;
        char *buf = xmalloc(size);

        text_elide("e\u0301\u0302🎉𒀀\u0301\u0302東e\u0301\u0302.𒀀\u0301\u0302e\u0301\u0302", columns,
                   columns % 2, buf, size);
        assert_true(strlen(buf) < size);
        assert_true(text_width(buf) <= columns);
        free(buf);
    }
}

static void elide_keeps_marks_out_of_the_gap(void **state)
{
    (void)state;
    assert_elides_to("abcde\u0301fgh", 4, false, "ab…h");
    assert_elides_to("abcdefge\u0301", 4, false, "ab…e\u0301");
    assert_elides_to("abcdefge\u0301h", 4, false, "ab…h");
}

/* Letters of three bytes with two marks of three: Thai is not read without them. */
static void elide_keeps_the_marks_that_there_is_room_for(void **state)
{
    char buf[128];

    (void)state;
    text_elide("ที่นี่-ที่นี่.mp3", 40, false, buf, sizeof(buf));
    assert_string_equal(buf, "ที่นี่-ที่นี่.mp3");
    text_elide("ที่นี่-ที่นี่.mp3", 7, false, buf, sizeof(buf));
    assert_string_equal(buf, "ที่นี่-…mp3");
}

static void elide_never_gives_up_the_end_for_marks(void **state)
{
    (void)state;
    assert_elides_to("e\U00010A0F\U00010A0Ff\u0301\u0302ghij.x", 6, false, "e\U00010A0F…ij.x");
    assert_elides_to("e\u0301\u0302f\u0301\u0302ghij.x", 6, false, "e\u0301\u0302…ij.x");
}

static void put_encodes_characters_and_nothing_else(void **state)
{
    static const struct {
        uint32_t code;
        const char *bytes;
    } rows[] = {{'a', "a"},
                {0xfc, "\xc3\xbc"},
                {0x20ac, "\xe2\x82\xac"},
                {0xd7ff, "\xed\x9f\xbf"},
                {0x10ffff, "\xf4\x8f\xbf\xbf"},
                {0xd800, "\xef\xbf\xbd"},
                {0xdfff, "\xef\xbf\xbd"},
                {0x110000, "\xef\xbf\xbd"},
                {UINT32_MAX, "\xef\xbf\xbd"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[TEXT_CHAR_SIZE];

        assert_int_equal(text_put(rows[i].code, bytes), strlen(rows[i].bytes));
        assert_string_equal(bytes, rows[i].bytes);
    }
}

static void halves_of_utf_16_are_joined(void **state)
{
    (void)state;
    assert_int_equal(text_join_halves(0xd83d, 0xde00), 0x1f600);
    assert_int_equal(text_join_halves(0xd800, 0xdc00), 0x10000);
    assert_int_equal(text_join_halves(0xdbff, 0xdfff), 0x10ffff);
    assert_int_equal(text_join_halves(0xde00, 0xd83d), 0);
    assert_int_equal(text_join_halves(0xd83d, 'a'), 0);
    assert_int_equal(text_join_halves('a', 0xde00), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_passes_unchanged),
        cmocka_unit_test(control_characters_become_visible),
        cmocka_unit_test(bidi_controls_and_other_formats_are_replaced),
        cmocka_unit_test(unassigned_and_private_code_points_are_replaced),
        cmocka_unit_test(joiners_and_variation_selectors_are_dropped),
        cmocka_unit_test(utf8_is_told_from_other_bytes),
        cmocka_unit_test(invalid_utf8_is_replaced_per_maximal_subpart),
        cmocka_unit_test(combining_marks_are_limited),
        cmocka_unit_test(too_long_text_ends_in_an_ellipsis),
        cmocka_unit_test(no_size_overruns_the_buffer),
        cmocka_unit_test(every_code_point_cleans_to_itself_or_less),
        cmocka_unit_test(dup_keeps_to_its_bound),
        cmocka_unit_test(width_counts_columns),
        cmocka_unit_test(next_walks_by_character),
        cmocka_unit_test(put_encodes_characters_and_nothing_else),
        cmocka_unit_test(halves_of_utf_16_are_joined),
        cmocka_unit_test(fit_never_splits_a_cell),
        cmocka_unit_test(a_colour_of_skin_takes_no_column),
        cmocka_unit_test(elide_takes_out_the_middle),
        cmocka_unit_test(elide_survives_any_width),
        cmocka_unit_test(elide_keeps_marks_out_of_the_gap),
        cmocka_unit_test(elide_keeps_the_marks_that_there_is_room_for),
        cmocka_unit_test(elide_never_gives_up_the_end_for_marks),
    };

    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
