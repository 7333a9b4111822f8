/* Rules of --retry-on: what they say, and what is no rule. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/retry_rule.h"

static void what_is_no_rule_is_refused_with_a_sentence(void **state)
{
    static const char *const wrong[] = {
        "",
        ":",
        "40",
        "4033",
        "399",
        "600",
        "3xx",
        "403,",
        ",403",
        "403,:1",
        "4x3",
        "xxx",
        "403 ",
        " 403",
        "403:",
        "403:often",
        "403:x",
        "403:5x",
        "403:5x5w",
        "403:5y5",
        "403:-2",
        "403:+1",
        "403:1000001",
        "403:1x9999999h",
        "403:5xx",
        "403:never1",
        "403:1:2",
        "403:99999999999999999999999999999999999999",
        "403:1x99999999999999999999999999",
        "403\n",
        "403:1\n",
        "\x80\x81\x82",
        "403:5x10m,404",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (!retry_rule_check(wrong[i]))
            fail_msg("\"%s\" is taken", wrong[i]);
    }
}

static void every_form_is_understood(void **state)
{
    static const char *const right[] = {"400",         "599",         "4xx",       "403,404,5xx",
                                        "403:0",       "403:5",       "403:-1",    "403:never",
                                        "403:x10",     "403:5x10m",   "403:-1x1h", "403:5x90s",
                                        "403:1000000", "403:1x8784h", "4xx,5xx:x0"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(right); i++) {
        if (retry_rule_check(right[i]))
            fail_msg("\"%s\" %s", right[i], retry_rule_check(right[i]));
    }
}

static void the_last_rule_that_names_the_status_holds(void **state)
{
    char all[] = "5xx:9", few[] = "503,404:2x1m", never[] = "500:never", bare[] = "403";
    char *items[] = {all, few, never, bare};
    struct haul_strings rules = {items, COUNT_OF(items)};
    struct retry_rule rule;

    (void)state;
    assert_true(retry_rule_find(&rules, 502, &rule));
    assert_true(rule.has_retries && !rule.has_wait);
    assert_int_equal(rule.retries, 9);
    assert_true(retry_rule_find(&rules, 404, &rule));
    assert_true(rule.has_retries && rule.has_wait);
    assert_int_equal(rule.retries, 2);
    assert_int_equal(rule.wait, 60);
    assert_true(retry_rule_find(&rules, 500, &rule));
    assert_int_equal(rule.retries, 0);
    assert_true(retry_rule_find(&rules, 403, &rule));
    assert_false(rule.has_retries || rule.has_wait);
    assert_false(retry_rule_find(&rules, 401, &rule));
    assert_false(retry_rule_find(&rules, 0, &rule));
    assert_false(retry_rule_find(&(struct haul_strings){0}, 500, &rule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_rule_is_refused_with_a_sentence),
        cmocka_unit_test(every_form_is_understood),
        cmocka_unit_test(the_last_rule_that_names_the_status_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
