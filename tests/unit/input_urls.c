/* Finding links in what people paste. */

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
#include "input/urls.h"

/* The links of a whole text, as a paste has them. */
static void find(struct urls *urls, const char *text, size_t len)
{
    *urls = (struct urls){0};
    urls_find(urls, text, len);
    if (urls->count == 0 && urls->refused_total == 0)
        urls_find_word(urls, text, len);
}

/* Asserts that TEXT holds exactly the links of the NULL-terminated list, and refuses none. */
static void assert_finds(const char *text, const char *const *expected)
{
    struct urls urls;
    size_t count = 0;

    find(&urls, text, strlen(text));
    for (; expected[count] != NULL; count++) {
        assert_true(count < urls.count);
        assert_string_equal(urls.items[count], expected[count]);
    }
    assert_int_equal(urls.count, count);
    assert_int_equal(urls.refused_total, 0);
    urls_fini(&urls);
}

#define FINDS(text, ...) assert_finds(text, (const char *const[]){__VA_ARGS__, NULL})

static void plain_lists(void **state)
{
    (void)state;
    FINDS("http://a.org/1", "http://a.org/1");
    FINDS("http://a.org/1\nhttps://b.org/2\r\n\tftp://c.org/3 sftp://d.org/4\n", "http://a.org/1",
          "https://b.org/2", "ftp://c.org/3", "sftp://d.org/4");
    FINDS(
        "1. http://a.org/1\n2.http://a.org/2\n- http://a.org/3\n-http://a.org/4\n* http://a.org/5",
        "http://a.org/1", "http://a.org/2", "http://a.org/3", "http://a.org/4", "http://a.org/5");
    FINDS("http://a.org/1,http://a.org/2;http://a.org/3|http://a.org/4", "http://a.org/1",
          "http://a.org/2", "http://a.org/3", "http://a.org/4");
    FINDS("HTTP://A.org/X", "HTTP://A.org/X");
    FINDS("seehttps://a.org/x sftp://a.org/y", "https://a.org/x", "sftp://a.org/y");
}

static void prose(void **state)
{
    (void)state;
    FINDS("See http://a.org/x. Then (http://a.org/y), or http://a.org/z!", "http://a.org/x",
          "http://a.org/y", "http://a.org/z");
    FINDS("Is it http://a.org/x? \"http://a.org/y\" and 'http://a.org/z'...", "http://a.org/x",
          "http://a.org/y", "http://a.org/z");
    FINDS("(see http://en.org/wiki/C_(language))", "http://en.org/wiki/C_(language)");
    FINDS("http://en.org/wiki/C_(language).", "http://en.org/wiki/C_(language)");
    FINDS("URL:http://a.org/x;", "http://a.org/x");
    FINDS("<http://a.org/x> <URL:http://a.org/y>", "http://a.org/x", "http://a.org/y");
    FINDS("it's http://a.org/it's-here", "http://a.org/it's-here");
}

static void markdown(void **state)
{
    (void)state;
    FINDS("[the file](http://a.org/x) and ![image](http://a.org/y \"title\")", "http://a.org/x",
          "http://a.org/y");
    FINDS("[http://a.org/x](http://a.org/x_(1))", "http://a.org/x", "http://a.org/x_(1)");
    FINDS("*http://a.org/x* _http://a.org/y_ `http://a.org/z` ~http://a.org/w~", "http://a.org/x",
          "http://a.org/y", "http://a.org/z", "http://a.org/w");
    FINDS("| http://a.org/x | http://a.org/y |", "http://a.org/x", "http://a.org/y");
    FINDS("[1]: http://a.org/x", "http://a.org/x");
}

static void html_and_json(void **state)
{
    (void)state;
    FINDS("<a href=\"http://a.org/x?a=1&amp;b=2\">http://a.org/y</a>", "http://a.org/x?a=1&b=2",
          "http://a.org/y");
    FINDS("<a href='http://a.org/x'>text</a> <img src=http://a.org/y>", "http://a.org/x",
          "http://a.org/y");
    FINDS("&lt;a href=&quot;http://a.org/x&quot;&gt;", "http://a.org/x");
    FINDS("{\"url\":\"http://a.org/x\",\"list\":[\"http://a.org/y\"]}", "http://a.org/x",
          "http://a.org/y");
    FINDS("url(http://a.org/x) [http://a.org/y] {http://a.org/z}", "http://a.org/x",
          "http://a.org/y", "http://a.org/z");
}

static void json_with_escaped_slashes(void **state)
{
    (void)state;
    FINDS("{\"url\":\"https:\\/\\/a.org\\/x?a=1\\u0026b=2\",\"n\":1}", "https://a.org/x?a=1&b=2");
    FINDS("[\"http:\\/\\/a.org\\/x\",\"http:\\/\\/a.org\\/y\"]", "http://a.org/x",
          "http://a.org/y");
    FINDS("http://a.org/x\\/y", "http://a.org/x");
}

static void quoted_mail(void **state)
{
    (void)state;
    FINDS("On Monday somebody wrote:\n> > see https://a.org/x.\n> "
          "and\n>https://a.org/y\n|ftp://a.org/z\n"
          "-- \nhttps://a.org/me",
          "https://a.org/x", "https://a.org/y", "ftp://a.org/z", "https://a.org/me");
    FINDS("Link<https://a.org/x> [1]\n\n[1]\thttps://a.org/y", "https://a.org/x",
          "https://a.org/y");
}

static void html_attributes_of_all_kinds(void **state)
{
    (void)state;
    FINDS("<A HREF = \"https://a.org/x\"><source srcset=\"https://a.org/1.png 1x, "
          "https://a.org/2.png 2x\"><meta content=\"0;url=https://a.org/y\">",
          "https://a.org/x", "https://a.org/1.png", "https://a.org/2.png", "https://a.org/y");
    FINDS("<a href=https://a.org/x?a=1&#38;b=2&amp;c>t</a>&nbsp;<b>https://a.org/z</b>",
          "https://a.org/x?a=1&b=2&c", "https://a.org/z");
}

static void parts_of_a_text_are_one(void **state)
{
    struct urls urls = {0};

    (void)state;
    urls_find(&urls, "http://a.org/x ", 15);
    urls_find(&urls, "http://a.org/y http://a.org/x\n", 30);
    assert_int_equal(urls.count, 2);
    assert_int_equal(urls.repeated, 1);
    urls_fini(&urls);
}

static void a_removed_link_may_come_again(void **state)
{
    struct urls urls = {0};
    size_t other;

    (void)state;
    urls_find(&urls, "http://a.org/x http://a.org/y http://a.org/z", 44);
    urls_remove(&urls, 1);
    assert_int_equal(urls.count, 2);
    assert_string_equal(urls.items[1], "http://a.org/z");
    assert_false(urls_append(&urls, xstrdup("http://a.org/z#top"), &other));
    assert_int_equal(other, 1);
    assert_true(urls_append(&urls, xstrdup("http://a.org/y"), &other));
    assert_string_equal(urls.items[2], "http://a.org/y");
    urls_fini(&urls);
}

static void links_keep_what_is_theirs(void **state)
{
    (void)state;
    FINDS("http://a.org/x?u=http://b.org/y", "http://a.org/x?u=http://b.org/y");
    FINDS("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x");
    FINDS("http://me:pw@a.org/x", "http://me:pw@a.org/x");
    FINDS("http://a.org/x~y_z*(1)!$&'+,;=:@%20", "http://a.org/x~y_z*(1)!$&'+,;=:@%20");
    FINDS("http://a.org/\xc3\xa9t\xc3\xa9.pdf", "http://a.org/\xc3\xa9t\xc3\xa9.pdf");
    FINDS("http://a.org/x/", "http://a.org/x/");
}

static void typography_and_other_scripts(void **state)
{
    (void)state;
    FINDS("\xe2\x80\x9chttp://a.org/x\xe2\x80\x9d \xc2\xabhttp://a.org/y\xc2\xbb", "http://a.org/x",
          "http://a.org/y");
    FINDS("\xe4\xb8\x8b\xe8\xbd\xbdhttp://a.org/x\xe3\x80\x82\xe7\x84\xb6\xe5\x90\x8e",
          "http://a.org/x");
    FINDS("\xef\xbc\x88http://a.org/x\xef\xbc\x89", "http://a.org/x");
    FINDS("http://a.org/x\xc2\xa0http://a.org/y", "http://a.org/x", "http://a.org/y");
}

static void controls_end_a_link(void **state)
{
    static const char with_nul[] = "http://a.org/x\0http://a.org/y";
    struct urls urls;

    (void)state;
    FINDS("\033[1mhttp://a.org/x\033[0m", "http://a.org/x");
    FINDS("http://a.org/x\xe2\x80\xaegpj.exe", "http://a.org/x");
    find(&urls, with_nul, sizeof(with_nul) - 1);
    assert_int_equal(urls.count, 2);
    urls_fini(&urls);
}

static void a_repeated_link_is_taken_once(void **state)
{
    struct urls urls;
    static const char text[] = "http://a.org/x http://a.org/y http://a.org/x http://a.org/x#part";

    (void)state;
    find(&urls, text, strlen(text));
    assert_int_equal(urls.count, 2);
    assert_int_equal(urls.repeated, 2);
    urls_fini(&urls);
}

/* Asserts that TEXT holds no link but refuses SHOWN because of something with WHY in it. */
static void assert_refuses(const char *text, const char *shown, const char *why)
{
    struct urls urls;

    find(&urls, text, strlen(text));
    assert_int_equal(urls.count, 0);
    assert_int_equal(urls.refused_total, 1);
    assert_string_equal(urls.refused[0].text, shown);
    assert_non_null(strstr(urls.refused[0].why, why));
    urls_fini(&urls);
}

static void what_can_not_be_fetched_is_refused_with_a_reason(void **state)
{
    (void)state;
    assert_refuses("file:///etc/passwd", "file:///etc/passwd", "does not fetch file://");
    assert_refuses("see gopher://a.org/x.", "gopher://a.org/x", "does not fetch gopher://");
    assert_refuses("git+https://a.org/x", "git+https://a.org/x", "does not fetch git+https://");
    assert_refuses("http:///path", "http:///path", "no host");
    assert_refuses("http://a.org:99999/x", "http://a.org:99999/x", "port");
    assert_refuses("http://me:pw@a.org:99999/x", "http://a.org:99999/x", "port");
    assert_refuses("  example.org/file.iso\n", "example.org/file.iso", "begins with https://");
}

static void text_without_links_is_quiet(void **state)
{
    struct urls urls;
    static const char text[] = "nothing here: a://, 1://, :// and so on";

    (void)state;
    find(&urls, text, strlen(text));
    assert_int_equal(urls.count, 0);
    urls_fini(&urls);
    find(&urls, "", 0);
    assert_int_equal(urls.count + urls.refused_total, 0);
    urls_fini(&urls);
    find(&urls, " \n", 2);
    assert_int_equal(urls.count + urls.refused_total, 0);
    urls_fini(&urls);
}

static void an_overlong_link_is_refused_short(void **state)
{
    size_t len = 200000;
    char *text = xmalloc(len + 1);
    struct urls urls;

    (void)state;
    memset(text, 'x', len);
    memcpy(text, "http://a.org/", 13);
    text[len] = '\0';
    find(&urls, text, len);
    assert_int_equal(urls.count, 0);
    assert_int_equal(urls.refused_total, 1);
    assert_true(strlen(urls.refused[0].text) < 200);
    urls_fini(&urls);
    free(text);
}

static void large_and_nasty_texts_are_done_with(void **state)
{
    static const char *const nasty[] = {"://",       "a://",           "http://",
                                        "http://a(", "http://a.b/)))", ",http://a",
                                        "&amp;",     "http://a.org/'"};
    struct strbuf text;
    struct urls urls;

    (void)state;
    strbuf_init(&text, 64 << 20);
    for (size_t i = 0; i < 50000; i++)
        assert_true(strbuf_printf(&text, "%zu. <a href=\"http://a.org/dir/file-%zu.bin\">x</a>%s\n",
                                  i, i, "                                        "));
    find(&urls, text.data, text.len);
    assert_int_equal(urls.count, 50000);
    urls_fini(&urls);
    for (size_t i = 0; i < COUNT_OF(nasty); i++) {
        strbuf_clear(&text);
        while (text.len < (1 << 20))
            assert_true(strbuf_puts(&text, nasty[i]));
        find(&urls, text.data, text.len);
        assert_true(urls.refused_count <= URLS_REFUSED_MAX);
        urls_fini(&urls);
    }
    strbuf_fini(&text);
}

static void random_bytes_do_no_harm(void **state)
{
    static const char pieces[][10] = {"http://",  "://",  "(",      ")",
                                      "\xe2\x80", "\xff", "a.org/", "&amp",
                                      "&lt;",     "\x1b", "'",      "\xe3\x80\x82"};
    uint32_t seed = 20261121;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct strbuf text;
        struct urls urls;

        strbuf_init(&text, 1 << 16);
        for (int i = 0; i < 40; i++) {
            seed = seed * 1664525 + 1013904223;
            assert_true(strbuf_puts(&text, pieces[(seed >> 16) % COUNT_OF(pieces)]));
        }
        find(&urls, text.data, text.len);
        urls_fini(&urls);
        strbuf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lists),
        cmocka_unit_test(prose),
        cmocka_unit_test(markdown),
        cmocka_unit_test(html_and_json),
        cmocka_unit_test(json_with_escaped_slashes),
        cmocka_unit_test(quoted_mail),
        cmocka_unit_test(html_attributes_of_all_kinds),
        cmocka_unit_test(parts_of_a_text_are_one),
        cmocka_unit_test(a_removed_link_may_come_again),
        cmocka_unit_test(links_keep_what_is_theirs),
        cmocka_unit_test(typography_and_other_scripts),
        cmocka_unit_test(controls_end_a_link),
        cmocka_unit_test(a_repeated_link_is_taken_once),
        cmocka_unit_test(what_can_not_be_fetched_is_refused_with_a_reason),
        cmocka_unit_test(text_without_links_is_quiet),
        cmocka_unit_test(an_overlong_link_is_refused_short),
        cmocka_unit_test(large_and_nasty_texts_are_done_with),
        cmocka_unit_test(random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
