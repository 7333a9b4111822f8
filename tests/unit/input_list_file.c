/* List files: what is taken, and how a mistake is told. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "input/list_file.h"

static struct haul_options *options;

static int begin(void **state)
{
    (void)state;
    options = haul_options_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_int_equal(options->refs, 1);
    haul_options_unref(options);
    return 0;
}

/* Parses TEXT, which must be right. */
static struct requests parsed(const char *text)
{
    struct requests requests = {0};
    struct haul_error err = {0};

    struct list_part part = {"list", 1, text, strlen(text)};
    struct list_size size = {0};

    if (list_file_check(&part, options, &size, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    if (list_file_parse(&part, options, NULL, &requests, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(requests.count, size.items);
    return requests;
}

static void one_item_a_line(void **state)
{
    struct requests requests = parsed("http://a.org/1\n\n# comment\n  # another\nhttp://a.org/2");

    (void)state;
    assert_int_equal(requests.count, 2);
    assert_string_equal(requests.items[0].url, "http://a.org/1");
    assert_string_equal(requests.items[1].url, "http://a.org/2");
    assert_ptr_equal(requests.items[0].options, options);
    requests_fini(&requests);
}

static void mirrors_follow_after_tabs(void **state)
{
    struct requests requests = parsed("http://a.org/1\thttp://b.org/1\t\tftp://c.org/1\t\n");

    (void)state;
    assert_int_equal(requests.count, 1);
    assert_int_equal(requests.items[0].mirror_count, 2);
    assert_string_equal(requests.items[0].mirrors[0], "http://b.org/1");
    assert_string_equal(requests.items[0].mirrors[1], "ftp://c.org/1");
    requests_fini(&requests);
}

static void indented_lines_are_options_of_the_item_above(void **state)
{
    struct requests requests = parsed("http://a.org/1\n"
                                      "http://a.org/2\n"
                                      "  out=two.iso\n"
                                      "\theader = Accept: text/plain\n"
                                      "\theader=X-B: a=b\n"
                                      "  insecure\n"
                                      "http://a.org/3\n");

    (void)state;
    assert_int_equal(requests.count, 3);
    assert_null(requests.items[0].options->out);
    assert_string_equal(requests.items[1].options->out, "two.iso");
    assert_int_equal(requests.items[1].options->headers.count, 2);
    assert_string_equal(requests.items[1].options->headers.items[0], "Accept: text/plain");
    assert_string_equal(requests.items[1].options->headers.items[1], "X-B: a=b");
    assert_true(requests.items[1].options->insecure);
    assert_ptr_equal(requests.items[2].options, options);
    requests_fini(&requests);
}

static void windows_files_are_fine(void **state)
{
    struct requests requests =
        parsed("\xef\xbb\xbfhttp://a.org/1\r\n\tout=x\r\n\r\nhttp://a.org/2  \r\n");

    (void)state;
    assert_int_equal(requests.count, 2);
    assert_string_equal(requests.items[0].url, "http://a.org/1");
    assert_string_equal(requests.items[0].options->out, "x");
    assert_string_equal(requests.items[1].url, "http://a.org/2");
    requests_fini(&requests);
}

/* Asserts that LEN bytes of TEXT are refused, with PART in the sentence, and nothing is added. */
static void assert_refused(const char *text, size_t len, const char *part)
{
    struct requests requests = {0};
    struct list_part list = {"list", 1, text, len};
    struct haul_error err, checked;
    struct list_size size = {0};

    requests_add(&requests, "http://before.org/", options);
    assert_true(list_file_check(&list, options, &size, &checked) != HAUL_OK);
    assert_true(list_file_parse(&list, options, NULL, &requests, &err) != HAUL_OK);
    assert_string_equal(checked.text, err.text);
    if (strstr(err.text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, err.text);
    assert_int_equal(requests.count, 1);
    requests_fini(&requests);
}

#define REFUSED(text, part) assert_refused(text, sizeof(text) - 1, part)

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    REFUSED("http://a.org/1\nexample.org/2\n", "list, line 2: a link begins with https://");
    REFUSED("http://a.org/1\tmirror.org/1\n", "list, line 1: a link begins with https://");
    REFUSED("http://a.org/1\n file=x\n", "list, line 2: there is no option \"file\"");
    REFUSED("http://a.org/1\n http://a.org/2\n",
            "list, line 2: a URL begins at the start of its line");
    REFUSED("# c\n out=x\n", "list, line 2: an indented line sets an option of the item above");
    REFUSED("http://a.org/1\n out\n", "list, line 2: \"out\" needs a value: out=NAME");
    REFUSED("http://a.org/1\n out=a/b\n", "list, line 2: out: \"a/b\" must be a name");
    REFUSED("http://a.org/1\n jobs=3\n", "list, line 2: \"jobs\" is not an option of a single");
    REFUSED("http://a.org/1\n input-file=x\n", "is not an option of a single item");
    REFUSED("http://a.org/1\nhttp://a.org/2 3\n", "list, line 2: the link holds a space");
    REFUSED("http://a.org/1\nhttp://a.org/\0x\n", "list, line 2: holds a NUL byte");
}

/* The quick way is taken by links that begin like the one before. */
static void mistakes_are_told_behind_links_that_begin_the_same(void **state)
{
    (void)state;
    REFUSED("http://a.org/1\nhttp://a.org/2\nhttp://a.org/3 4\n", "line 3: the link holds a space");
    REFUSED("http://a.org/1\nhttp://a.org/\x7f\n", "line 2: the link holds a control character");
    REFUSED("http://a.org/1\nhttp://a.org/2\t/3\n", "line 2: a link begins with https://");
    REFUSED("http://a.org/1\nhttp://a.org/2\r\nhttp://a.org:x/3\n", "line 3: the link's port");
    REFUSED("http://a.org/1\nhttp://a.org/2\n out=a/b\n", "line 3: out: \"a/b\"");
}

static void lines_are_counted(void **state)
{
    static const char text[] =
        "http://a.org/1\r\nhttp://a.org/2\nhttp://a.org/3\n # c\n\nhttp://b.org/";
    struct list_part part = {"list", 5, text, sizeof(text) - 1};
    struct list_size size;
    struct haul_error err;

    (void)state;
    assert_int_equal(list_file_check(&part, options, &size, &err), HAUL_OK);
    assert_int_equal(size.items, 4);
    assert_int_equal(size.lines, 6);
}

static void an_empty_list_is_no_mistake(void **state)
{
    struct requests requests = parsed("\n# nothing\n\n");

    (void)state;
    assert_int_equal(requests.count, 0);
    requests_fini(&requests);
}

static void a_hundred_thousand_lines_share_their_options(void **state)
{
    struct requests requests;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 64 << 20);
    for (int i = 0; i < 100000; i++)
        assert_true(strbuf_printf(&text, "http://a.org/%d\n", i));
    requests = parsed(text.data);
    assert_int_equal(requests.count, 100000);
    assert_string_equal(requests.items[99999].url, "http://a.org/99999");
    assert_int_equal(options->refs, 100001);
    requests_fini(&requests);
    strbuf_fini(&text);
}

static void the_same_options_are_one_set_in_all_parts(void **state)
{
    static const char text[] = "http://a.org/1\n out=x\n header=A: b\n"
                               "http://a.org/2\n insecure\n"
                               "http://a.org/3\n out=x\n header=A: b\n";
    struct list_part part = {"list", 1, text, sizeof(text) - 1};
    struct requests requests = {0};
    struct list_set *sets = NULL;
    struct haul_error err;

    (void)state;
    assert_int_equal(list_file_parse(&part, options, &sets, &requests, &err), HAUL_OK);
    assert_int_equal(list_file_parse(&part, options, &sets, &requests, &err), HAUL_OK);
    assert_int_equal(requests.count, 6);
    assert_string_equal(requests.items[5].options->out, "x");
    assert_int_equal(requests.items[5].options->headers.count, 1);
    assert_ptr_equal(requests.items[2].options, requests.items[0].options);
    assert_ptr_equal(requests.items[5].options, requests.items[0].options);
    assert_ptr_equal(requests.items[4].options, requests.items[1].options);
    assert_ptr_not_equal(requests.items[1].options, requests.items[0].options);
    list_sets_free(&sets);
    assert_null(sets);
    requests_fini(&requests);
}

static void a_mistake_behind_a_shared_set_has_its_line(void **state)
{
    static const char text[] = "http://a.org/1\n out=x\n\n"
                               "http://a.org/2\n out=x\n\n"
                               "bad\n";
    struct list_part part = {"list", 11, text, sizeof(text) - 1};
    struct requests requests = {0};
    struct list_set *sets = NULL;
    struct haul_error err;

    (void)state;
    assert_int_not_equal(list_file_parse(&part, options, &sets, &requests, &err), HAUL_OK);
    assert_non_null(strstr(err.text, "list, line 17: "));
    assert_int_equal(requests.count, 0);
    requests_fini(&requests);
    list_sets_free(&sets);
}

static void too_many_mirrors_are_refused(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1 << 20);
    for (int i = 0; i < 102; i++)
        assert_true(strbuf_printf(&text, "http://a.org/%d\t", i));
    assert_refused(text.data, text.len, "line 1: more than 100 further URLs");
    strbuf_fini(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_item_a_line),
        TEST(mirrors_follow_after_tabs),
        TEST(indented_lines_are_options_of_the_item_above),
        TEST(windows_files_are_fine),
        TEST(mistakes_are_told_with_their_line),
        TEST(mistakes_are_told_behind_links_that_begin_the_same),
        TEST(lines_are_counted),
        TEST(an_empty_list_is_no_mistake),
        TEST(a_hundred_thousand_lines_share_their_options),
        TEST(the_same_options_are_one_set_in_all_parts),
        TEST(a_mistake_behind_a_shared_set_has_its_line),
        TEST(too_many_mirrors_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
