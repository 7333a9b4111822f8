/* When an item is tried again, and how Retry-After and HTTP dates are read. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/http_date.h"
#include "engine/retry.h"
#include "net/neterr.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
#define EXAMPLE_MS INT64_C(784111777000)

static struct haul_error error_of(enum haul_err code, int status)
{
    struct haul_error err = {0};

    if (status >= 400)
        (void)neterr_from_status(status, "example.org", &err);
    else
        (void)haul_fail(&err, code, "it failed");
    err.code = code;
    err.http_status = status;
    return err;
}

static struct retry_decision decide(enum haul_err code, int status, uint32_t tries,
                                    int64_t retry_after, uint64_t chance)
{
    struct haul_error err = error_of(code, status);
    struct retry_case failed = {.err = &err,
                                .tries = tries,
                                .retries = 5,
                                .retry_wait = 2,
                                .retry_after = retry_after,
                                .chance = chance};

    return retry_decide(&failed);
}

static void statuses_that_say_later_are_retried(void **state)
{
    static const int again[] = {408, 425, 429, 500, 502, 503, 504, 520, 524, 529};
    static const int never[] = {400, 401, 403, 404, 405, 407, 410, 416, 451, 501, 505, 519, 530};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(again); i++)
        assert_true(decide(HAUL_E_HTTP, again[i], 1, -1, 0).again);
    for (size_t i = 0; i < COUNT_OF(never); i++)
        assert_false(decide(HAUL_E_HTTP, never[i], 1, -1, 0).again);
}

static void other_errors_follow_the_table(void **state)
{
    static const enum haul_err again[] = {HAUL_E_RESOLVE, HAUL_E_CONNECT, HAUL_E_TIMEOUT,
                                          HAUL_E_STALLED, HAUL_E_RESET,   HAUL_E_TRUNCATED};
    static const enum haul_err never[] = {HAUL_E_TLS,       HAUL_E_LOGIN,   HAUL_E_REDIRECT,
                                          HAUL_E_DISK_FULL, HAUL_E_CHANGED, HAUL_E_CHECKSUM,
                                          HAUL_E_CANCELLED, HAUL_E_BAD_URL};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(again); i++)
        assert_true(decide(again[i], 0, 1, -1, 0).again);
    for (size_t i = 0; i < COUNT_OF(never); i++)
        assert_false(decide(never[i], 0, 1, -1, 0).again);
    assert_true(decide(HAUL_E_TRUNCATED, 200, 1, -1, 0).again);
    assert_false(decide(HAUL_E_PROXY, 407, 1, -1, 0).again);
    assert_true(decide(HAUL_E_PROXY, 503, 1, -1, 0).again);
}

/* The decision for a request that was sent and must not be sent twice. */
static struct retry_decision decide_spent(enum haul_err code, int status, const char *rule)
{
    struct haul_error err = error_of(code, status);
    char *rules[] = {(char *)(uintptr_t)rule};
    struct haul_strings retry_on = {rules, rule != NULL};
    struct retry_case failed = {.err = &err,
                                .tries = 1,
                                .retries = 5,
                                .retry_on = &retry_on,
                                .retry_after = -1,
                                .spent = true};

    return retry_decide(&failed);
}

static void what_was_sent_is_sent_again_only_when_nothing_was_done(void **state)
{
    static const int again[] = {408, 425, 429, 503};
    static const int never[] = {500, 502, 504, 520};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(again); i++)
        assert_true(decide_spent(HAUL_E_HTTP, again[i], NULL).again);
    for (size_t i = 0; i < COUNT_OF(never); i++) {
        assert_false(decide_spent(HAUL_E_HTTP, never[i], NULL).again);
        assert_non_null(
            strstr(decide_spent(HAUL_E_HTTP, never[i], NULL).note, "not send it again"));
    }
    assert_false(decide_spent(HAUL_E_RESET, 0, NULL).again);
    assert_false(decide_spent(HAUL_E_TRUNCATED, 200, NULL).again);
    assert_true(decide_spent(HAUL_E_HTTP, 500, "500:2").again);
}

/* The decision under one rule; "" for none. */
static struct retry_decision decide_by(const char *rule, int status, uint32_t tries)
{
    struct haul_error err = error_of(status ? HAUL_E_HTTP : HAUL_E_RESET, status);
    char text[64];
    char *items[] = {text};
    struct haul_strings rules = {items, 1};
    struct retry_case failed = {.err = &err,
                                .tries = tries,
                                .retries = 5,
                                .retry_wait = 2,
                                .retry_on = &rules,
                                .retry_after = -1};

    snprintf(text, sizeof text, "%s", rule);
    assert_null(retry_rule_check(text));
    return retry_decide(&failed);
}

static void a_rule_overrides_the_class_both_ways(void **state)
{
    (void)state;
    assert_true(decide_by("403", 403, 1).again);
    assert_int_equal(decide_by("403", 403, 1).delay_ms, 1000);
    assert_false(decide_by("403", 403, 6).again);
    assert_false(decide_by("503:never", 503, 1).again);
    assert_false(decide_by("503:0", 503, 1).again);
    assert_true(decide_by("503:never", 500, 1).again);
    assert_true(decide_by("5xx:never", 0, 1).again);
    assert_false(decide_by("403", 404, 1).again);
}

static void a_rule_says_how_often_and_how_far_apart(void **state)
{
    (void)state;
    for (uint32_t tries = 1; tries <= 3; tries++)
        assert_int_equal(decide_by("403:3x10m", 403, tries).delay_ms, 600000);
    assert_false(decide_by("403:3x10m", 403, 4).again);
    assert_true(decide_by("4xx:-1x1s", 403, 4000000).again);
    assert_int_equal(decide_by("500:x7", 500, 5).delay_ms, 7000);
    assert_false(decide_by("500:x7", 500, 6).again);
    assert_true(decide_by("500:8x0", 500, 8).delay_ms >= 100);
}

static void waits_double_up_to_a_minute_with_jitter(void **state)
{
    static const uint64_t full[] = {2000, 4000, 8000, 16000, 32000};

    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(full); i++) {
        assert_int_equal(decide(HAUL_E_RESET, 0, i + 1, -1, 0).delay_ms, full[i] / 2);
        assert_int_equal(decide(HAUL_E_RESET, 0, i + 1, -1, full[i] / 2).delay_ms, full[i]);
        for (uint64_t chance = 0; chance < 100; chance++)
            assert_in_range(
                decide(HAUL_E_RESET, 0, i + 1, -1, chance * UINT64_C(0x9E3779B97F4A7C15)).delay_ms,
                full[i] / 2, full[i]);
    }
}

static void no_count_of_tries_overflows(void **state)
{
    struct haul_error err = error_of(HAUL_E_RESET, 0);
    struct retry_case failed = {.err = &err, .retries = -1, .retry_wait = 2, .retry_after = -1};

    (void)state;
    for (uint32_t shift = 0; shift < 32; shift++) {
        struct retry_decision decision;

        failed.tries = UINT32_C(1) << shift;
        failed.chance = UINT64_MAX;
        decision = retry_decide(&failed);
        assert_true(decision.again);
        assert_in_range(decision.delay_ms, 1000, 60000);
    }
    failed.retry_wait = UINT64_MAX;
    assert_true(retry_decide(&failed).again);
}

static void the_users_wait_may_be_longer_than_a_minute(void **state)
{
    struct haul_error err = error_of(HAUL_E_RESET, 0);
    struct retry_case failed = {
        .err = &err, .tries = 3, .retries = 5, .retry_wait = 120, .retry_after = -1};

    (void)state;
    assert_int_equal(retry_decide(&failed).delay_ms, 60000);
    failed.retry_wait = 0;
    failed.tries = 1;
    assert_int_equal(retry_decide(&failed).delay_ms, 50);
}

static void retries_end(void **state)
{
    (void)state;
    assert_true(decide(HAUL_E_RESET, 0, 5, -1, 0).again);
    assert_false(decide(HAUL_E_RESET, 0, 6, -1, 0).again);
    assert_int_equal(decide(HAUL_E_RESET, 0, 6, -1, 0).delay_ms, 0);
    assert_string_equal(decide(HAUL_E_RESET, 0, 6, -1, 0).note, "");
}

static void retry_after_is_never_shortened(void **state)
{
    (void)state;
    assert_int_equal(decide(HAUL_E_HTTP, 503, 1, 300, 0).delay_ms, 300000);
    assert_int_equal(decide(HAUL_E_HTTP, 429, 1, 7, UINT64_MAX).delay_ms, 7000);
    assert_in_range(decide(HAUL_E_HTTP, 429, 5, 1, 0).delay_ms, 16000, 32000);
    assert_in_range(decide(HAUL_E_HTTP, 429, 1, 0, 0).delay_ms, 1000, 2000);
}

static void too_long_a_retry_after_ends_it_with_a_sentence(void **state)
{
    struct retry_decision decision = decide(HAUL_E_HTTP, 503, 1, 3723, 0);

    (void)state;
    assert_false(decision.again);
    assert_non_null(strstr(decision.note, "1:02:03"));
    assert_false(decide(HAUL_E_HTTP, 503, 1, 301, 0).again);
    assert_string_equal(decide(HAUL_E_HTTP, 404, 1, 3723, 0).note, "");
}

static int64_t after(const char *header, int64_t now)
{
    return retry_after_parse(text_raw_from(header), now);
}

static void retry_after_is_read_in_both_forms(void **state)
{
    (void)state;
    assert_int_equal(after("120", 0), 120);
    assert_int_equal(after(" 0 ", 0), 0);
    assert_int_equal(after("99999999999999999999999", 0), INT32_MAX);
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS - 60000), 60);
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS - 59001), 60);
    assert_int_equal(after("Sunday, 06-Nov-94 08:49:37 GMT", EXAMPLE_MS - 1000), 1);
    assert_int_equal(after("Sun Nov  6 08:49:37 1994", EXAMPLE_MS - 1), 1);
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS), 0);
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS + 5), 0);
    assert_int_equal(after("Fri, 31 Dec 9999 23:59:59 GMT", EXAMPLE_MS), INT32_MAX);
}

static void unreadable_retry_after_is_none(void **state)
{
    static const char *const cases[] = {
        "", " ", "-1", "+5", "1.5", "5s", "1 2", "soon", "0x10", "Sun", "120,60", "\xFF",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(after(cases[i], EXAMPLE_MS), -1);
    assert_int_equal(retry_after_parse((struct text_raw){"1\0002", 3}, 0), -1);
}

static void dates_are_read_in_all_three_forms(void **state)
{
    static const char *const same[] = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "\tSun, 06 Nov 1994 08:49:37 GMT ",
    };
    int64_t at = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        assert_true(http_date_parse(text_raw_from(same[i]), INT64_C(1795255451000), &at));
        assert_int_equal(at, EXAMPLE_MS);
    }
    assert_true(
        http_date_parse(text_raw_from("Wed Feb 29 23:59:60 2012"), INT64_C(1795255451000), &at));
    assert_int_equal(at, INT64_C(1330560000000));
}

static void two_digit_years_find_their_century(void **state)
{
    int64_t at = 0;

    (void)state;
    /* Seen from 2026: 76 is fifty years ahead and so stays, 77 is in the past. */
    assert_true(http_date_parse(text_raw_from("Thursday, 01-Jan-76 00:00:00 GMT"),
                                INT64_C(1795255451000), &at));
    assert_int_equal(at, INT64_C(3345062400000));
    assert_true(http_date_parse(text_raw_from("Saturday, 01-Jan-77 00:00:00 GMT"),
                                INT64_C(1795255451000), &at));
    assert_int_equal(at, INT64_C(220924800000));
}

static void what_is_no_date_is_refused(void **state)
{
    static const char *const cases[] = {
        "Sun, 06 Nov 1994 08:49:37",      "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 6 Nov 1994 08:49:37 GMT",   "Sun, 30 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",  "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",  "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 NoV 1994 08:49:37 GMT",  "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMTx", "06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT",  "Sun Nov 6 08:49:37 1994",
        ", 06 Nov 1994 08:49:37 GMT",     "0",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t at = 7;

        assert_false(http_date_parse(text_raw_from(cases[i]), EXAMPLE_MS, &at));
        assert_int_equal(at, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_that_say_later_are_retried),
        cmocka_unit_test(other_errors_follow_the_table),
        cmocka_unit_test(what_was_sent_is_sent_again_only_when_nothing_was_done),
        cmocka_unit_test(a_rule_overrides_the_class_both_ways),
        cmocka_unit_test(a_rule_says_how_often_and_how_far_apart),
        cmocka_unit_test(waits_double_up_to_a_minute_with_jitter),
        cmocka_unit_test(no_count_of_tries_overflows),
        cmocka_unit_test(the_users_wait_may_be_longer_than_a_minute),
        cmocka_unit_test(retries_end),
        cmocka_unit_test(retry_after_is_never_shortened),
        cmocka_unit_test(too_long_a_retry_after_ends_it_with_a_sentence),
        cmocka_unit_test(retry_after_is_read_in_both_forms),
        cmocka_unit_test(unreadable_retry_after_is_none),
        cmocka_unit_test(dates_are_read_in_all_three_forms),
        cmocka_unit_test(two_digit_years_find_their_century),
        cmocka_unit_test(what_is_no_date_is_refused),
    };

    return cmocka_run_group_tests_name("engine/retry", tests, NULL, NULL);
}
