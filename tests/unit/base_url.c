/* Splitting URLs: what is taken, what is refused, and that no credentials get out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/url.h"

static void assert_part(struct url_part part, const char *expected)
{
    if (!expected) {
        assert_null(part.at);
        return;
    }
    assert_non_null(part.at);
    assert_int_equal(part.len, strlen(expected));
    assert_memory_equal(part.at, expected, part.len);
}

static void splits_into_parts(void **state)
{
    struct url url;

    (void)state;
    assert_int_equal(url_split("HTTPS://me:pw@Example.org:8443/a/b%20c?x=1/2?3#frag?", &url, NULL),
                     HAUL_OK);
    assert_part(url.scheme, "HTTPS");
    assert_part(url.userinfo, "me:pw");
    assert_part(url.host, "Example.org");
    assert_part(url.port, "8443");
    assert_part(url.path, "/a/b%20c");
    assert_part(url.query, "x=1/2?3");
}

static void absent_parts_are_told_from_empty_ones(void **state)
{
    struct url url;

    (void)state;
    assert_int_equal(url_split("http://h", &url, NULL), HAUL_OK);
    assert_part(url.userinfo, NULL);
    assert_part(url.port, "");
    assert_part(url.path, "");
    assert_part(url.query, NULL);
    assert_int_equal(url_split("http://@h:?", &url, NULL), HAUL_OK);
    assert_part(url.userinfo, "");
    assert_part(url.port, "");
    assert_part(url.query, "");
    assert_int_equal(url_split("http://h?q@x/y", &url, NULL), HAUL_OK);
    assert_part(url.host, "h");
    assert_part(url.path, "");
    assert_part(url.query, "q@x/y");
}

static void ipv6_hosts_keep_their_brackets(void **state)
{
    struct url url;

    (void)state;
    assert_int_equal(url_split("http://[::1]:80/x", &url, NULL), HAUL_OK);
    assert_part(url.host, "[::1]");
    assert_part(url.port, "80");
    assert_int_equal(url_split("http://u@[fe80::1%25eth0]/", &url, NULL), HAUL_OK);
    assert_part(url.host, "[fe80::1%25eth0]");
    assert_int_equal(url_split("http://müller.example/ä", &url, NULL), HAUL_OK);
}

static void unusable_links_are_refused_with_a_sentence(void **state)
{
    static const char *const cases[] = {
        "",
        "example.org/x",
        "//example.org/x",
        "http:/example.org",
        "http:example.org",
        "://x",
        "1http://x",
        "file:///etc/passwd",
        "FILE://host/etc/passwd",
        "javascript://x/%0aalert(1)",
        "gopher://x/",
        "mailto:a@b",
        "http://",
        "http:///path",
        "http://:80/",
        "http://user@/",
        "http://?q",
        "http://h:x/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:99999999999999999999/",
        "http://h:80:80/",
        "http://h:-1/",
        "http://a b/",
        "http://h/a b",
        "http://h/a\tb",
        "http://h/\x1b[31m",
        "http://h/\x7f",
        "http://h/\n",
        "http://h\\@evil.example/",
        "http://a@b@c/",
        "http://h%2fx/",
        "http://h;x/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[]/",
        "http://[::g]/",
        "http://[1.2.3.4]/",
        "http://[::1%25e/x]/",
        "http://[::1111111111111111111111111111111111111111111111111111111]/",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct haul_error err = {0};
        struct url url = {.path = {.at = "untouched", .len = 1}};

        assert_int_equal(url_split(cases[i], &url, &err), HAUL_E_BAD_URL);
        assert_int_equal(err.code, HAUL_E_BAD_URL);
        assert_true(strlen(err.text) > 5);
        assert_string_equal(url.path.at, "untouched");
    }
}

static void length_is_limited(void **state)
{
    char *text = xmalloc(URL_MAX + 2);
    struct url url;

    (void)state;
    memset(text, 'a', URL_MAX + 1);
    memcpy(text, "http://h/", 9);
    text[URL_MAX] = '\0';
    assert_int_equal(url_split(text, &url, NULL), HAUL_OK);
    text[URL_MAX] = 'a';
    text[URL_MAX + 1] = '\0';
    assert_int_equal(url_split(text, &url, NULL), HAUL_E_BAD_URL);
    free(text);
}

static void sentences_never_hold_user_info(void **state)
{
    static const char *const cases[] = {
        "secret:secret@host/x",    "http://secret:secret@host:99999/",
        "http://secret@secret@h/", "http://secret:sec ret@host/x",
        "http://u:secret@[::/",    "http://secret@/",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct haul_error err = {0};
        struct url url;

        assert_int_equal(url_split(cases[i], &url, &err), HAUL_E_BAD_URL);
        assert_null(strstr(err.text, "sec"));
    }
}

static void assert_shown(const char *text, const char *expected)
{
    char *shown = url_shown(text);

    assert_string_equal(shown, expected);
    free(shown);
}

static void shown_form_has_no_user_info_and_no_fragment(void **state)
{
    (void)state;
    assert_shown("https://me:pw@example.org:8443/a?b=c#d", "https://example.org:8443/a?b=c");
    assert_shown("https://example.org", "https://example.org");
    assert_shown("https://example.org/a@b?c@d", "https://example.org/a@b?c@d");
}

static void shown_form_of_bad_links_is_clean_and_careful(void **state)
{
    (void)state;
    assert_shown("http://me:p@ss@host/x", "http://host/x");
    assert_shown("http://me:p/ss@host/x", "http://host/x");
    assert_shown("http://me:p#ss@host/x", "http://host/x");
    assert_shown("me:pw@host/x", "host/x");
    assert_shown("http://h/\x1b]0;x\x07\u202E", "http://h/^[]0;x^G\uFFFD");
    assert_shown("", "");
}

static void assert_origin(const char *text, const char *expected)
{
    char *origin = url_origin(text);

    if (expected)
        assert_string_equal(origin, expected);
    else
        assert_null(origin);
    free(origin);
}

static void origins_are_normalised(void **state)
{
    (void)state;
    assert_origin("HTTPS://u:p@Example.ORG:443/x", "https://example.org");
    assert_origin("https://example.org:08443", "https://example.org:8443");
    assert_origin("http://example.org:443/", "http://example.org:443");
    assert_origin("http://h:/", "http://h");
    assert_origin("ftp://h:21/", "ftp://h");
    assert_origin("ftps://h:990/", "ftps://h");
    assert_origin("sftp://h:22/", "sftp://h");
    assert_origin("http://[FE80::A]:80/", "http://[fe80::a]");
    assert_origin("nonsense", NULL);
}

static void assert_segment(const char *text, const char *expected, size_t expected_len)
{
    size_t len = 99;
    char *segment = url_last_segment(text, &len);

    assert_int_equal(len, expected_len);
    assert_memory_equal(segment, expected, expected_len + 1);
    free(segment);
}

static void last_segment_is_decoded_once(void **state)
{
    (void)state;
    assert_segment("http://h/a/b.iso?x#y", "b.iso", 5);
    assert_segment("http://h/a/", "", 0);
    assert_segment("http://h", "", 0);
    assert_segment("http://h/a%20b", "a b", 3);
    assert_segment("http://h/a%2520b", "a%20b", 5);
    assert_segment("http://h/..%2F..%2fetc", "../../etc", 9);
    assert_segment("http://h/a%00b", "a\0b", 3);
    assert_segment("http://h/%", "%", 1);
    assert_segment("http://h/%4", "%4", 2);
    assert_segment("http://h/%4g%zz%", "%4g%zz%", 7);
    assert_segment("http://h/%C3%A4", "ä", 2);
    assert_segment("not a link/x", "", 0);
}

static void ftp_type_is_no_part_of_the_name(void **state)
{
    (void)state;
    assert_segment("ftp://h/a.iso;type=i", "a.iso", 5);
    assert_segment("ftp://h/;type=i", "", 0);
    assert_segment("ftp://h/;type=", ";type=", 6);
    assert_segment("http://h/a.iso;type=i", "a.iso;type=i", 12);
}

/* The quick check says what the whole one says, whatever came before. */
static void a_link_that_begins_like_the_one_before_is_checked_as_well(void **state)
{
    static const char *const links[] = {
        "http://a.org/1",
        "http://a.org/2?x#y",
        "http://a.org/3 4",
        "http://a.org/\x7f",
        "http://a.org.evil",
        "http://a.org\\@evil/",
        "http://a.org/\t",
        "http://a.org/\xc3\xa4",
        "http://a.org",
        "http://u:p@a.org/1",
        "http://u:p@b@c/2",
        "http://a.org:80/",
        "http://a.org:0/",
        "https://a.org/1",
        "a.org/1",
        "",
        "http://a.org/",
        "http://me@a.org/@@@\\b",
        "http://",
        "file://a.org/1",
        "http://a.org/0123456789abcdef~!",
        "http://a.org/0123456 89abcdef",
        "http://a.org/01\x7fghijklmnopqr",
        "http://a.org/0123456789abc\x1fghi",
        "http://a.org/0123\xc3\xa4ghijkl nopq",
    };
    const size_t count = sizeof(links) / sizeof(links[0]);

    (void)state;
    for (size_t before = 0; before < count; before++) {
        for (size_t i = 0; i < count; i++) {
            struct url_known known = {0};
            struct url parts;

            (void)!url_check(links[before], &known, NULL);
            assert_int_equal(url_check(links[i], &known, NULL), url_split(links[i], &parts, NULL));
        }
    }
}

/* Each byte, at each place of a text that is longer than what is looked at in one go. */
static void a_byte_that_no_link_holds_is_seen_wherever_it_stands(void **state)
{
    char text[150];
    struct url parts;

    (void)state;
    for (size_t at = 0; at < sizeof(text); at++) {
        for (int byte = 1; byte < 256; byte++) {
            char link[] = {'h', 't', 't', 'p', ':', '/', '/', 'a', '/', (char)byte, '\0'};
            bool fits = byte == '\n' || url_split(link, &parts, NULL) == HAUL_OK;

            memset(text, 'a', sizeof(text));
            text[at] = (char)byte;
            assert_int_equal(url_lines_only(text, sizeof(text)), fits);
        }
        text[at] = '\0';
        assert_false(url_lines_only(text, sizeof(text)));
    }
}

static void a_line_is_as_long_as_the_link_in_it(void **state)
{
    static const char *const texts[] = {
        "http://a.org/1\nhttp://a.org/2",
        "http://a.org/\n",
        "http://a.org/last",
        "http://a.org\n",
        "http://b.org/1\n",
        "\n",
        "",
        "http://a.org/\n\n",
    };
    struct url_known known = {0};

    (void)state;
    assert_int_equal(url_known_line(&known, texts[0], strlen(texts[0])), 0);
    assert_int_equal(url_check("http://a.org/x", &known, NULL), HAUL_OK);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t len = strlen(texts[i]);

        assert_true(url_lines_only(texts[i], len));
        assert_int_equal(url_known_line(&known, texts[i], len),
                         url_known_length(&known, texts[i], len));
    }
    assert_int_equal(url_known_line(&known, texts[0], strlen(texts[0])), 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_that_begins_like_the_one_before_is_checked_as_well),
        cmocka_unit_test(a_byte_that_no_link_holds_is_seen_wherever_it_stands),
        cmocka_unit_test(a_line_is_as_long_as_the_link_in_it),
        cmocka_unit_test(splits_into_parts),
        cmocka_unit_test(absent_parts_are_told_from_empty_ones),
        cmocka_unit_test(ipv6_hosts_keep_their_brackets),
        cmocka_unit_test(unusable_links_are_refused_with_a_sentence),
        cmocka_unit_test(length_is_limited),
        cmocka_unit_test(sentences_never_hold_user_info),
        cmocka_unit_test(shown_form_has_no_user_info_and_no_fragment),
        cmocka_unit_test(shown_form_of_bad_links_is_clean_and_careful),
        cmocka_unit_test(origins_are_normalised),
        cmocka_unit_test(last_segment_is_decoded_once),
        cmocka_unit_test(ftp_type_is_no_part_of_the_name),
    };

    return cmocka_run_group_tests_name("base/url", tests, NULL, NULL);
}
