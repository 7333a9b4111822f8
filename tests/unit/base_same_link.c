/* Which links are the same one, and that nothing secret of them is remembered. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/same_link.h"

static void assert_masked(const char *link, const char *expected)
{
    char *masked = same_link_masked(link);

    assert_string_equal(masked, expected);
    assert_int_equal(same_link_is_masked(masked), strcmp(link, expected) != 0);
    free(masked);
}

static void what_is_named_like_a_secret_is_masked(void **state)
{
    static const char *const names[] = {"token",
                                        "access_token",
                                        "X-Amz-Signature",
                                        "X-Amz-Security-Token",
                                        "X-Amz-Credential",
                                        "sig",
                                        "PASSWORD",
                                        "client_secret",
                                        "api_key",
                                        "apikey",
                                        "key",
                                        "auth",
                                        "jwt",
                                        "sid",
                                        "PHPSESSION"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *link = xasprintf("https://h/a?b=1&%s=hunter2&c=2", names[i]);
        char *expected = xasprintf("https://h/a?b=1&%s=***&c=2", names[i]);

        assert_masked(link, expected);
        free(link);
        free(expected);
    }
    assert_masked("https://h/a?token=x=y%26z;key=&sig=1", "https://h/a?token=***;key=***&sig=***");
}

static void what_is_not_stays(void **state)
{
    static const char *const links[] = {
        "https://h/a",          "https://h/token=x/a", "https://h/a?",       "https://h/a?token",
        "https://h/a?id=token", "https://h/a?keys=1",  "https://h/a?a&b==&", "https://h/a?monkey=1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(links); i++)
        assert_masked(links[i], links[i]);
}

static void a_link_within_a_link_is_looked_into(void **state)
{
    (void)state;
    assert_masked("https://h/go?to=https%3A%2F%2Fi%2Fb%3Ftoken%3Dhunter2%26n%3D1&x=2",
                  "https://h/go?to=https%3A%2F%2Fi%2Fb%3Ftoken%3D***%26n%3D1&x=2");
    assert_masked("https://h/go?to=https://i/b?sig=hunter2", "https://h/go?to=https://i/b?sig=***");
}

static void assert_same(const char *one, const char *other, bool same)
{
    char *a = same_link_masked(one), *b = same_link_masked(other);

    assert_int_equal(same_link(a, b), same);
    assert_int_equal(same_link_key(a) == same_link_key(b), same);
    free(a);
    free(b);
}

static void links_that_differ_in_anything_else_are_others(void **state)
{
    (void)state;
    assert_same("https://h/a?b=1", "https://h/a?b=1", true);
    assert_same("https://h/a?b=1", "https://h/a?b=2", false);
    assert_same("https://h/a", "https://h/A", false);
    assert_same("https://h/a", "http://h/a", false);
    assert_int_not_equal(same_link_key(""), 0);
}

static void signed_links_are_compared_without_what_a_signature_changes(void **state)
{
    (void)state;
    assert_same("https://h/a?Date=1&Signature=x", "https://h/a?Date=2&Signature=y", true);
    assert_same("https://h/a?Signature=x", "https://h/b?Signature=x", false);
}

static void a_signed_link_is_not_the_one_without(void **state)
{
    char *masked = same_link_masked("https://h/a?sig=1");

    (void)state;
    assert_false(same_link(masked, "https://h/a"));
    free(masked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_named_like_a_secret_is_masked),
        cmocka_unit_test(what_is_not_stays),
        cmocka_unit_test(a_link_within_a_link_is_looked_into),
        cmocka_unit_test(links_that_differ_in_anything_else_are_others),
        cmocka_unit_test(signed_links_are_compared_without_what_a_signature_changes),
        cmocka_unit_test(a_signed_link_is_not_the_one_without),
    };

    return cmocka_run_group_tests_name("base/same_link", tests, NULL, NULL);
}
