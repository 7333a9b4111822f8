/* Cells that lead somewhere: which marks they get, what becomes of them, and what a link may hold.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/hyperlink.h"

#define A       "\xf3\xa0\x84\x80" /* the marks of links 1 and 2 */
#define B       "\xf3\xa0\x84\x81"
#define OPEN(n) "\033]8;id=" #n ";https://example.org/" #n "\033\\"
#define CLOSE   "\033]8;;\033\\"

static struct hyperlinks links;

static void begin(void)
{
    hyperlinks_fini(&links);
    hyperlinks_frame(&links);
    assert_int_equal(hyperlinks_number(&links, "https://example.org/1"), 1);
    assert_int_equal(hyperlinks_number(&links, "https://example.org/2"), 2);
}

static int teardown(void **state)
{
    (void)state;
    hyperlinks_fini(&links);
    return 0;
}

/* What becomes of BYTES, in pieces of STEP. */
static char *pass(const char *bytes, size_t step)
{
    struct strbuf out;
    size_t len = strlen(bytes);

    strbuf_init(&out, 1 << 20);
    for (size_t at = 0; at < len; at += step)
        assert_true(hyperlinks_pass(&links, bytes + at, MIN(step, len - at), &out));
    assert_true(hyperlinks_end(&links, &out));
    return strbuf_take(&out);
}

static void expect_pass(const char *bytes, const char *wanted)
{
    for (size_t step = 1; step <= 8; step++) {
        char *got = pass(bytes, step);

        assert_string_equal(got, wanted);
        free(got);
    }
}

static void what_has_a_mark_is_within_its_link(void **state)
{
    (void)state;
    begin();
    expect_pass("plain", "plain");
    expect_pass("xa" A "b" A "y", "x" OPEN(1) "ab" CLOSE "y");
    expect_pass("a" A "b" B "c" B, OPEN(1) "a" OPEN(2) "bc" CLOSE);
    expect_pass("资" A "é" A "z", OPEN(1) "资é" CLOSE "z");
}

/* The mark stands in front of what else combines. */
static void combining_characters_stay_with_theirs(void **state)
{
    (void)state;
    begin();
    expect_pass("e" A "\u0301\u0302n" A "\u0303x\u0301",
                OPEN(1) "e\u0301\u0302n\u0303" CLOSE "x\u0301");
}

/* Nothing but characters is ever within a link, so nothing that is erased belongs to one. */
static void a_link_ends_before_anything_else(void **state)
{
    (void)state;
    begin();
    expect_pass("a" A "\033[5;7Hb" A, OPEN(1) "a" CLOSE "\033[5;7H" OPEN(1) "b" CLOSE);
    expect_pass("a" A "\033[K\r\nb", OPEN(1) "a" CLOSE "\033[K\r\nb");
    expect_pass("a" A "\033(Bb" A "\033[0;1mc",
                OPEN(1) "a" CLOSE "\033(B" OPEN(1) "b" CLOSE "\033[0;1mc");
    expect_pass("\033Ma\0337b", "\033Ma\0337b");
}

static void what_is_no_utf_8_passes(void **state)
{
    (void)state;
    begin();
    expect_pass("a" A "\xff\xc3(b", OPEN(1) "a" CLOSE "\xff\xc3(b");
}

static void a_link_has_one_number(void **state)
{
    char url[64];

    (void)state;
    begin();
    assert_int_equal(hyperlinks_number(&links, "https://example.org/1"), 1);
    assert_int_equal(hyperlinks_number(&links, NULL), 0);
    for (unsigned i = 3; i <= HYPERLINKS; i++) {
        snprintf(url, sizeof(url), "https://example.org/%u", i);
        assert_int_equal(hyperlinks_number(&links, url), i);
    }
    assert_int_equal(hyperlinks_number(&links, "https://example.org/over"), 0);
}

/* The terminal shows the frame before until this one is drawn: no mark of that one may lead
 * elsewhere, or curses would leave alone what looks the same. */
static void a_number_is_given_away_only_when_nobody_sees_it(void **state)
{
    char url[64];

    (void)state;
    begin();
    hyperlinks_frame(&links);
    for (unsigned i = 0; i < HYPERLINKS - 2; i++) {
        snprintf(url, sizeof(url), "https://example.org/new/%u", i);
        assert_int_equal(hyperlinks_number(&links, url), i + 3);
    }
    assert_int_equal(hyperlinks_number(&links, "https://example.org/over"), 0);
    hyperlinks_frame(&links);
    assert_int_equal(hyperlinks_number(&links, "https://example.org/over"), 1);
    assert_int_equal(hyperlinks_number(&links, "https://example.org/2"), 2);
    assert_int_equal(hyperlinks_number(&links, "https://example.org/1"), 0);
}

static void expect_link(char *got, const char *wanted)
{
    if (wanted)
        assert_string_equal(got, wanted);
    else
        assert_null(got);
    free(got);
}

static void links_hold_nothing_but_printable_ascii(void **state)
{
    char lengthy[3000] = "https://example.org/";

    (void)state;
    expect_link(hyperlink_of("https://example.org/a%20b?c=d#e"), "https://example.org/a%20b?c=d#e");
    expect_link(hyperlink_of("https://example.org/资"), "https://example.org/%E8%B5%84");
    expect_link(hyperlink_of("https://example.org/\"<a>\\"), "https://example.org/%22%3Ca%3E%5C");
    memset(lengthy + 20, 'a', HYPERLINK_MAX - 20);
    expect_link(hyperlink_of(lengthy), lengthy);
    lengthy[HYPERLINK_MAX] = 'a';
    expect_link(hyperlink_of(lengthy), NULL);
}

static void what_may_not_be_followed_is_no_link(void **state)
{
    static const char *const refused[] = {"",
                                          "file:///etc/passwd",
                                          "javascript:alert(1)",
                                          "https://me:secret@example.org/",
                                          "https://me@example.org/",
                                          "https://example.org/a?token=***",
                                          "https://example.org/\033[2J",
                                          "https://example.org/a b"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        expect_link(hyperlink_of(refused[i]), NULL);
}

static void files_are_named_with_their_machine(void **state)
{
    (void)state;
    expect_link(hyperlink_of_file("box", "/home/me/a b#1?%.iso"),
                "file://box/home/me/a%20b%231%3F%25.iso");
    expect_link(hyperlink_of_file("b\033]/x", "/资;x"), "file://b%1B]%2Fx/%E8%B5%84%3Bx");
    expect_link(hyperlink_of_file("", "/a"), NULL);
    expect_link(hyperlink_of_file("box", "a"), NULL);
    expect_link(hyperlink_of_file("box", ""), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_a_mark_is_within_its_link),
        cmocka_unit_test(combining_characters_stay_with_theirs),
        cmocka_unit_test(a_link_ends_before_anything_else),
        cmocka_unit_test(what_is_no_utf_8_passes),
        cmocka_unit_test(a_link_has_one_number),
        cmocka_unit_test(a_number_is_given_away_only_when_nobody_sees_it),
        cmocka_unit_test(links_hold_nothing_but_printable_ascii),
        cmocka_unit_test(what_may_not_be_followed_is_no_link),
        cmocka_unit_test(files_are_named_with_their_machine),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
