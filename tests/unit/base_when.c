/* Points of time as people write them, in a zone with summer time. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/when.h"

#define HOUR INT64_C(3600000)

/* Thursday 2026-11-26, 15:30:20 and a half, an hour ahead of UTC. */
#define NOW INT64_C(1795703420500)

static int set_zone(void **state)
{
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    return 0;
}

/* TEXT as an ISO text in UTC. */
static void assert_when(const char *text, int64_t now, const char *expected)
{
    const char *wrong = "";
    char utc[FMT_SIZE];
    int64_t when;

    if (!when_parse(text, now, &when, &wrong))
        fail_msg("%s: %s", text, wrong);
    if (strcmp(fmt_time(when, utc), expected) != 0)
        fail_msg("%s is %s and should be %s", text, utc, expected);
}

static void times_of_day_are_the_next_such_ones(void **state)
{
    (void)state;
    assert_when("22:00", NOW, "2026-11-26T21:00:00Z");
    assert_when("15:31", NOW, "2026-11-26T14:31:00Z");
    assert_when("15:30:20", NOW, "2026-11-26T14:30:20Z"); /* this very second */
    assert_when("15:30:19", NOW, "2026-11-27T14:30:19Z");
    assert_when("15:30", NOW, "2026-11-27T14:30:00Z");
    assert_when("6:30", NOW, "2026-11-27T05:30:00Z");
    assert_when(" 00:00", NOW, "2026-11-26T23:00:00Z");
}

static void days_have_names(void **state)
{
    (void)state;
    assert_when("today 22:00", NOW, "2026-11-26T21:00:00Z");
    assert_when("today 08:00", NOW, "2026-11-26T07:00:00Z"); /* over: at once */
    assert_when("tomorrow 06:30", NOW, "2026-11-27T05:30:00Z");
    assert_when("Tomorrow  6:30:05", NOW, "2026-11-27T05:30:05Z");
    assert_when("fri 18:00", NOW, "2026-11-27T17:00:00Z");
    assert_when("Wednesday 18:00", NOW, "2026-12-02T17:00:00Z");
    assert_when("thu 18:00", NOW, "2026-11-26T17:00:00Z");
    assert_when("thu 12:00", NOW, "2026-12-03T11:00:00Z");
}

static void dates_are_local_unless_they_say_otherwise(void **state)
{
    (void)state;
    assert_when("2026-12-01 02:00", NOW, "2026-12-01T01:00:00Z");
    assert_when("2026-12-01T02:00:30", NOW, "2026-12-01T01:00:30Z");
    assert_when("2026-12-01", NOW, "2026-11-30T23:00:00Z");
    assert_when("2027-07-01 12:00", NOW, "2027-07-01T10:00:00Z");
    assert_when("2026-12-01T02:00:00Z", NOW, "2026-12-01T02:00:00Z");
    assert_when("2026-12-01T02:00:00.25Z", NOW, "2026-12-01T02:00:00Z");
    assert_when("2026-12-01T02:00+05:30", NOW, "2026-11-30T20:30:00Z");
    assert_when("2026-12-01T02:00-0800", NOW, "2026-12-01T10:00:00Z");
    assert_when("2026-12-01 02:00+01", NOW, "2026-12-01T01:00:00Z");
    assert_when("2028-02-29 12:00", NOW, "2028-02-29T11:00:00Z");
    assert_when("2001-01-01 00:00", NOW, "2000-12-31T23:00:00Z"); /* over */
}

static void distances_count_from_now(void **state)
{
    int64_t when;

    (void)state;
    assert_true(when_parse("+90", NOW, &when, NULL) && when == NOW + 90000);
    assert_true(when_parse("+90s", NOW, &when, NULL) && when == NOW + 90000);
    assert_true(when_parse("+2h", NOW, &when, NULL) && when == NOW + 2 * HOUR);
    assert_true(when_parse("+1h30m", NOW, &when, NULL) && when == NOW + 3 * HOUR / 2);
    assert_true(when_parse("+3d", NOW, &when, NULL) && when == NOW + 72 * HOUR);
    assert_true(when_parse("now", NOW, &when, NULL) && when == 0);
}

/* In spring the clock goes from 2:00 to 3:00, in autumn from 3:00 back to 2:00. */
static void days_of_23_and_25_hours_keep_the_time_of_the_clock(void **state)
{
    int64_t before_spring, before_autumn, when;

    (void)state;
    assert_true(when_parse("2027-03-27 22:00", NOW, &before_spring, NULL));
    assert_when("08:00", before_spring, "2027-03-28T06:00:00Z");
    assert_when("tomorrow 08:00", before_spring, "2027-03-28T06:00:00Z");
    assert_true(when_parse("08:00", before_spring, &when, NULL) &&
                when == before_spring + 9 * HOUR);
    assert_true(when_parse("2026-10-24 22:00", NOW, &before_autumn, NULL));
    assert_when("08:00", before_autumn, "2026-10-25T07:00:00Z");
    assert_true(when_parse("08:00", before_autumn, &when, NULL) &&
                when == before_autumn + 11 * HOUR);
    /* What the clock skips is the time beside it, what it shows twice one of both. */
    assert_true(when_parse("2027-03-28 02:30", NOW, &when, NULL));
    assert_true(when >= before_spring + 7 * HOUR / 2 && when <= before_spring + 11 * HOUR / 2);
    assert_true(when_parse("2026-10-25 02:30", NOW, &when, NULL));
    assert_true(when == before_autumn + 9 * HOUR / 2 || when == before_autumn + 11 * HOUR / 2);
}

static void anything_else_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"", "is not a time"},
        {"soon", "is not a time"},
        {"25:00", "is not a time"},
        {"24:00", "is not a time"},
        {"12:60", "is not a time"},
        {"12:0", "is not a time"},
        {"12:00:61", "is not a time"},
        {"12:00pm", "is not a time"},
        {"12", "is not a time"},
        {"+", "is not a time"},
        {"+2x", "is not a time"},
        {"+1h30", "is not a time"},
        {"+99999999999d", "is not a time"},
        {"+18446744073709551615", "is not a time"},
        {"-2h", "is not a time"},
        {"now!", "is not a time"},
        {"tomorrow", "needs a time behind the day"},
        {"friday noon", "needs a time behind the day"},
        {"2026-02-29 12:00", "is not a time"},
        {"2026-13-01", "is not a time"},
        {"2026-04-31", "is not a time"},
        {"2026-12-01 25:00", "is not a time"},
        {"2026-12-01T02:00X", "is not a time"},
        {"2026-12-01T02:00+25:00", "is not a time"},
        {"2026-12-1", "is not a time"},
        {"1969-12-31 12:00", "is not a time"},
        {"1970-01-01 00:30", "is before 1970"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *wrong = NULL;
        int64_t when = 7;

        if (when_parse(cases[i].text, NOW, &when, &wrong))
            fail_msg("\"%s\" is taken", cases[i].text);
        if (!wrong || strstr(wrong, cases[i].wrong) != wrong)
            fail_msg("\"%s\": %s", cases[i].text, wrong ? wrong : "nothing is said");
        assert_int_equal(when, 7);
    }
}

static void what_is_near_is_told_by_its_day(void **state)
{
    static const struct {
        const char *when, *text, *phrase;
    } cases[] = {
        {"22:00", "22:00", "at 22:00"},
        {"15:31:05", "15:31:05", "at 15:31:05"},
        {"tomorrow 06:30", "tomorrow 06:30", "tomorrow 06:30"},
        {"00:00", "tomorrow 00:00", "tomorrow 00:00"},
        {"sat 09:00", "Sat 09:00", "Sat 09:00"},
        {"wed 23:59", "Wed 23:59", "Wed 23:59"},
        {"thu 01:00", "2026-12-03 01:00", "on 2026-12-03 01:00"},
        {"2027-11-26 22:00", "2027-11-26 22:00", "on 2027-11-26 22:00"},
        {"2026-11-26 08:00", "2026-11-26 08:00", "on 2026-11-26 08:00"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[WHEN_SIZE];
        int64_t when;

        assert_true(when_parse(cases[i].when, NOW, &when, NULL));
        assert_string_equal(when_text(when, NOW, text), cases[i].text);
        assert_string_equal(when_phrase(when, NOW, text), cases[i].phrase);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_day_are_the_next_such_ones),
        cmocka_unit_test(days_have_names),
        cmocka_unit_test(dates_are_local_unless_they_say_otherwise),
        cmocka_unit_test(distances_count_from_now),
        cmocka_unit_test(days_of_23_and_25_hours_keep_the_time_of_the_clock),
        cmocka_unit_test(anything_else_is_refused_with_a_reason),
        cmocka_unit_test(what_is_near_is_told_by_its_day),
    };

    return cmocka_run_group_tests(tests, set_zone, NULL);
}
