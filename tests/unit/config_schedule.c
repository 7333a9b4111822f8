/* Hours of the day: what a line may say, which line counts, and when that changes, also on the days
 * on which clocks are set. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/when.h"
#include "config/schedule.h"

#define MIB ((uint64_t)1 << 20)

static void use_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

/* In the zone that is used, or with an offset of its own. */
static int64_t at(const char *text)
{
    int64_t when;

    assert_true(when_parse(text, 0, &when, NULL));
    return when;
}

/* From pairs of when and then, up to a NULL; lines are numbered from 1. */
static struct schedule *make(const char *const *pairs)
{
    struct schedule *schedule = schedule_new();
    struct haul_error err;

    for (size_t i = 0; pairs[i]; i += 2) {
        if (schedule_add(schedule, pairs[i], pairs[i + 1], i / 2 + 1, &err) != HAUL_OK)
            fail_msg("%s = %s: %s", pairs[i], pairs[i + 1], err.text);
    }
    return schedule;
}

#define MAKE(...) make((const char *const[]){__VA_ARGS__, NULL})

/* At WHEN line LINE counts (0: none), up to UNTIL (NULL: for ever). */
static void check_line(const struct schedule *schedule, const char *when, size_t line,
                       const char *until)
{
    struct schedule_now now;

    schedule_look(schedule, at(when), &now);
    if (now.line != line)
        fail_msg("%s: line %zu counts, not %zu", when, now.line, line);
    if (now.until != (until ? at(until) : INT64_MAX))
        fail_msg("%s: until %lld, which is %lld s too late", when, (long long)now.until / 1000,
                 until ? (long long)(now.until - at(until)) / 1000 : 0);
}

static void check_effect(const char *then, bool off, uint64_t limit, uint64_t jobs)
{
    struct schedule *schedule = MAKE("else", then);
    struct schedule_now now;

    schedule_look(schedule, at("2026-06-01 12:00"), &now);
    assert_int_equal(now.effect.off, off);
    assert_int_equal(now.effect.limit, limit);
    assert_int_equal(now.effect.jobs, jobs);
    schedule_free(schedule);
}

static void hours_are_full_off_or_have_limits(void **state)
{
    (void)state;
    use_zone("UTC");
    check_effect("full", false, 0, 0);
    check_effect("FULL", false, 0, 0);
    check_effect("off", true, 0, 0);
    check_effect("2M", false, 2 * MIB, 0);
    check_effect("500K, 2 jobs", false, 500 * 1024, 2);
    check_effect("1 job 1.5M", false, MIB + MIB / 2, 1);
    check_effect("10jobs", false, 0, 10);
    check_effect("full, 3 jobs", false, 0, 3);
    check_effect("4096", false, 4096, 0);
}

static void check_refused(const char *when, const char *then, const char *part)
{
    struct schedule *schedule = schedule_new();
    struct haul_error err;

    assert_int_equal(schedule_add(schedule, when, then, 1, &err), HAUL_E_BAD_OPTION);
    if (!strstr(err.text, part))
        fail_msg("\"%s = %s\" is refused with: %s", when, then, err.text);
    schedule_free(schedule);
}

static void what_hours_can_not_be_is_refused_with_what_they_can(void **state)
{
    static const char *const bad[] = {"",
                                      "fast",
                                      "2X",
                                      "off, 2 jobs",
                                      "full full",
                                      "2M 3M",
                                      "full 2M",
                                      "off full",
                                      "-1",
                                      "2 jobbs",
                                      "jobs",
                                      "jobs 2",
                                      "2M,,x",
                                      "1 job, 2 jobs",
                                      "99999999999 jobs"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_refused("else", bad[i], "write full, off, or a limit and a number of jobs like 2M");
    check_refused("else", "0", "hours without a limit are full");
    check_refused("else", "0 jobs", "jobs are from 1 to 10000");
    check_refused("else", "10001 jobs", "jobs are from 1 to 10000");
}

static void what_are_no_hours_is_refused_with_what_is(void **state)
{
    static const char *const bad[] = {
        "22",           "22:00",         "22-06",       "22:00-",          "22:00-06:00x",
        "25:00-06:00",  "24:00-06:00",   "22:00-24:01", "22:00:30-23:00",  "funday",
        "mon-",         "mon-funday",    "elsewhere",   "mon22:00-06:00",  "-06:00",
        "22:00-06:00-", "mon tue-wed x", "22:60-23:00", "else 22:00-06:00"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_refused(bad[i], "full", "are no hours; write them as 22:00-06:00, mon-fri");
    check_refused("08:00-08:00", "full", "end when they begin; all day is 00:00-24:00");
    check_refused("08:00-09:00 mon", "full", "days stand before the hours");
    check_refused("mon 08:00-09:00 tue 10:00-11:00", "full", "days stand before the hours");
}

static void nothing_stands_behind_else(void **state)
{
    struct schedule *schedule = MAKE("22:00-06:00", "full", "else", "2M");
    struct haul_error err;

    (void)state;
    assert_int_equal(schedule_add(schedule, "mon", "off", 3, &err), HAUL_E_BAD_OPTION);
    assert_non_null(strstr(err.text, "nothing behind else, in line 2, ever counts"));
    assert_int_equal(schedule_add(schedule, "else", "off", 3, &err), HAUL_E_BAD_OPTION);
    use_zone("UTC");
    check_line(schedule, "2026-06-01 12:00", 2, "2026-06-01 22:00");
    schedule_free(schedule);
}

static void there_may_be_many_lines_but_not_any_number(void **state)
{
    struct schedule *schedule = schedule_new();
    struct haul_error err;
    size_t count = 0;

    (void)state;
    while (schedule_add(schedule, "08:00-09:00,10:00-11:00", "off", count + 1, &err) == HAUL_OK)
        count++;
    assert_int_equal(err.code, HAUL_E_TOO_BIG);
    assert_int_equal(count, 128);
    use_zone("UTC");
    check_line(schedule, "2026-06-01 08:30", 1, "2026-06-01 09:00");
    schedule_free(schedule);
}

static void the_first_line_that_fits_counts(void **state)
{
    struct schedule *schedule =
        MAKE("mon-fri 08:00-18:00", "off", "22:00-06:00", "full", "sat,sun", "4M", "else", "2M");

    (void)state;
    use_zone("UTC");
    check_line(schedule, "2026-06-01 07:59:59", 4, "2026-06-01 08:00"); /* a Monday */
    check_line(schedule, "2026-06-01 08:00", 1, "2026-06-01 18:00");
    check_line(schedule, "2026-06-01 17:59:59", 1, "2026-06-01 18:00");
    check_line(schedule, "2026-06-01 18:00", 4, "2026-06-01 22:00");
    check_line(schedule, "2026-06-01 22:00", 2, "2026-06-02 06:00");
    check_line(schedule, "2026-06-02 05:59:59", 2, "2026-06-02 06:00");
    check_line(schedule, "2026-06-06 12:00", 3, "2026-06-06 22:00");
    check_line(schedule, "2026-06-07 23:00", 2, "2026-06-08 06:00");
    schedule_free(schedule);
}

static void hours_over_midnight_belong_to_the_day_that_they_begin_on(void **state)
{
    struct schedule *schedule = MAKE("fri 22:00-06:00", "off");

    (void)state;
    use_zone("UTC");
    check_line(schedule, "2026-06-05 05:00", 0, "2026-06-05 22:00"); /* a Friday */
    check_line(schedule, "2026-06-05 22:00", 1, "2026-06-06 06:00");
    check_line(schedule, "2026-06-06 05:59", 1, "2026-06-06 06:00");
    check_line(schedule, "2026-06-06 06:00", 0, "2026-06-12 22:00");
    check_line(schedule, "2026-06-06 22:30", 0, "2026-06-12 22:00");
    schedule_free(schedule);
}

static void sunday_night_ends_on_monday(void **state)
{
    struct schedule *schedule = MAKE("sun 23:00-01:00", "off");

    (void)state;
    use_zone("UTC");
    check_line(schedule, "2026-06-08 00:30", 1, "2026-06-08 01:00"); /* a Monday */
    check_line(schedule, "2026-06-07 00:30", 0, "2026-06-07 23:00");
    schedule_free(schedule);
}

static void days_wrap_round_the_week(void **state)
{
    struct schedule *schedule = MAKE("fri-mon", "off");

    (void)state;
    use_zone("UTC");
    check_line(schedule, "2026-06-05 00:00", 1, "2026-06-09"); /* Friday to Tuesday */
    check_line(schedule, "2026-06-07 12:00", 1, "2026-06-09");
    check_line(schedule, "2026-06-04 23:59:59", 0, "2026-06-05");
    schedule_free(schedule);
}

static void a_line_may_have_several_hours_and_spaces(void **state)
{
    struct schedule *schedule =
        MAKE("Monday, WED 08:00 - 12:00, 13:00-18:00", "off", "22:00-24:00", "full");

    (void)state;
    use_zone("UTC");
    check_line(schedule, "2026-06-01 09:00", 1, "2026-06-01 12:00");
    check_line(schedule, "2026-06-01 12:30", 0, "2026-06-01 13:00");
    check_line(schedule, "2026-06-03 17:00", 1, "2026-06-03 18:00");
    check_line(schedule, "2026-06-02 09:00", 0, "2026-06-03 08:00");
    schedule_free(schedule);
}

static void what_changes_nothing_is_no_change(void **state)
{
    struct schedule *two = MAKE("08:00-12:00", "off", "12:00-18:00", "off", "mon", "full");
    struct schedule *always = MAKE("mon", "2M", "else", "2M");
    struct schedule *none = schedule_new();

    (void)state;
    use_zone("UTC");
    check_line(two, "2026-06-01 09:00", 1, "2026-06-01 18:00");
    check_line(two, "2026-06-01 19:00", 3, "2026-06-02 08:00");
    check_line(always, "2026-06-01 09:00", 1, NULL);
    check_line(none, "2026-06-01 09:00", 0, NULL);
    schedule_free(two);
    schedule_free(always);
    schedule_free(none);
}

static void a_change_a_week_away_is_found(void **state)
{
    struct schedule *schedule = MAKE("mon 08:00-08:01", "off");

    (void)state;
    use_zone("UTC");
    check_line(schedule, "2026-06-01 08:01", 0, "2026-06-08 08:00");
    schedule_free(schedule);
}

/* In Berlin 02:00 to 03:00 does not exist on 2026-03-29. */
static void hours_that_the_clock_skips_begin_when_it_is_set(void **state)
{
    struct schedule *within = MAKE("02:30-04:00", "off");
    struct schedule *gone = MAKE("02:10-02:50", "off");
    struct schedule *over = MAKE("22:00-06:00", "off");

    (void)state;
    use_zone("Europe/Berlin");
    check_line(within, "2026-03-29T01:59:59+01:00", 0, "2026-03-29T03:00:00+02:00");
    check_line(within, "2026-03-29T03:00:00+02:00", 1, "2026-03-29T04:00:00+02:00");
    check_line(gone, "2026-03-29T00:00:00+01:00", 0, "2026-03-30T02:10:00+02:00");
    check_line(over, "2026-03-28T23:00:00+01:00", 1, "2026-03-29T06:00:00+02:00");
    schedule_free(within);
    schedule_free(gone);
    schedule_free(over);
}

/* In Berlin 02:00 to 03:00 is there twice on 2026-10-25. */
static void hours_that_the_clock_shows_twice_are_meant_twice(void **state)
{
    struct schedule *schedule = MAKE("02:30-04:00", "off");
    struct schedule *over = MAKE("22:00-06:00", "off");
    struct schedule *before = MAKE("01:00-02:15", "off");

    (void)state;
    use_zone("Europe/Berlin");
    check_line(schedule, "2026-10-25T02:00:00+02:00", 0, "2026-10-25T02:30:00+02:00");
    check_line(schedule, "2026-10-25T02:30:00+02:00", 1, "2026-10-25T02:00:00+01:00");
    check_line(schedule, "2026-10-25T02:00:00+01:00", 0, "2026-10-25T02:30:00+01:00");
    check_line(schedule, "2026-10-25T02:30:00+01:00", 1, "2026-10-25T04:00:00+01:00");
    check_line(over, "2026-10-24T23:00:00+02:00", 1, "2026-10-25T06:00:00+01:00");
    check_line(before, "2026-10-25T02:15:00+02:00", 0, "2026-10-25T02:00:00+01:00");
    check_line(before, "2026-10-25T02:00:00+01:00", 1, "2026-10-25T02:15:00+01:00");
    schedule_free(schedule);
    schedule_free(over);
    schedule_free(before);
}

/* A clock that is set by half an hour, an offset of three quarters, and a day that was left out. */
static void odd_time_zones_are_understood(void **state)
{
    struct schedule *schedule = MAKE("22:00-06:00", "off");
    struct schedule *day = MAKE("fri", "off");

    (void)state;
    use_zone("Australia/Lord_Howe");
    check_line(schedule, "2026-04-04T23:00:00+11:00", 1, "2026-04-05T06:00:00+10:30");
    use_zone("Asia/Kathmandu");
    check_line(schedule, "2026-06-01T21:59:00+05:45", 0, "2026-06-01T22:00:00+05:45");
    use_zone("Pacific/Apia"); /* no 2011-12-30, a Friday */
    check_line(day, "2011-12-29T12:00:00-10:00", 0, "2012-01-06T00:00:00+14:00");
    schedule_free(schedule);
    schedule_free(day);
}

/* The same look, minute by minute. */
static void the_next_change_is_where_looking_all_the_time_finds_it(void **state)
{
    struct schedule *schedule = MAKE("sun 01:30-02:30", "1M", "sat-mon 23:15-02:45", "off",
                                     "02:15-03:15,12:00-13:00", "full, 1 job", "tue", "3M");
    int64_t from, to;

    (void)state;
    use_zone("Europe/Berlin");
    from = at("2026-10-23T00:00:00+02:00");
    to = at("2026-10-31T00:00:00+01:00");
    for (int64_t when = from; when < to; when += 60000) {
        struct schedule_now now, next;

        schedule_look(schedule, when, &now);
        schedule_look(schedule, when + 60000, &next);
        if (now.effect.off != next.effect.off || now.effect.limit != next.effect.limit ||
            now.effect.jobs != next.effect.jobs)
            assert_int_equal(now.until, when + 60000);
        else
            assert_int_equal(now.until, next.until);
    }
    schedule_free(schedule);
}

static void a_copy_is_its_own(void **state)
{
    struct schedule *schedule = MAKE("22:00-06:00", "full", "else", "2M");
    struct schedule *copy = schedule_copy(schedule);
    struct haul_error err;

    (void)state;
    schedule_free(schedule);
    use_zone("UTC");
    check_line(copy, "2026-06-01 12:00", 2, "2026-06-01 22:00");
    assert_int_equal(schedule_add(copy, "mon", "off", 3, &err), HAUL_E_BAD_OPTION);
    schedule_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_are_full_off_or_have_limits),
        cmocka_unit_test(what_hours_can_not_be_is_refused_with_what_they_can),
        cmocka_unit_test(what_are_no_hours_is_refused_with_what_is),
        cmocka_unit_test(nothing_stands_behind_else),
        cmocka_unit_test(there_may_be_many_lines_but_not_any_number),
        cmocka_unit_test(the_first_line_that_fits_counts),
        cmocka_unit_test(hours_over_midnight_belong_to_the_day_that_they_begin_on),
        cmocka_unit_test(sunday_night_ends_on_monday),
        cmocka_unit_test(days_wrap_round_the_week),
        cmocka_unit_test(a_line_may_have_several_hours_and_spaces),
        cmocka_unit_test(what_changes_nothing_is_no_change),
        cmocka_unit_test(a_change_a_week_away_is_found),
        cmocka_unit_test(hours_that_the_clock_skips_begin_when_it_is_set),
        cmocka_unit_test(hours_that_the_clock_shows_twice_are_meant_twice),
        cmocka_unit_test(odd_time_zones_are_understood),
        cmocka_unit_test(the_next_change_is_where_looking_all_the_time_finds_it),
        cmocka_unit_test(a_copy_is_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
