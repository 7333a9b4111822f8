/* Numbers in people's form, both ways. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/fmt.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

static char buf[FMT_SIZE];

static void bytes_show_three_figures(void **state)
{
    (void)state;
    assert_string_equal(fmt_bytes(0, buf), "0 B");
    assert_string_equal(fmt_bytes(999, buf), "999 B");
    assert_string_equal(fmt_bytes(1000, buf), "1.0 KiB");
    assert_string_equal(fmt_bytes(1023, buf), "1.0 KiB");
    assert_string_equal(fmt_bytes(KIB, buf), "1.0 KiB");
    assert_string_equal(fmt_bytes(1536, buf), "1.5 KiB");
    assert_string_equal(fmt_bytes(12 * MIB + 400 * KIB, buf), "12.4 MiB");
    assert_string_equal(fmt_bytes(107 * GIB, buf), "107 GiB");
    assert_string_equal(fmt_bytes(UINT64_MAX, buf), "16.0 EiB");
}

static void bytes_never_show_four_figures(void **state)
{
    (void)state;
    assert_string_equal(fmt_bytes(100 * KIB - 1, buf), "100 KiB");
    assert_string_equal(fmt_bytes(100 * KIB - 60, buf), "99.9 KiB");
    assert_string_equal(fmt_bytes(999 * KIB, buf), "999 KiB");
    assert_string_equal(fmt_bytes(MIB - 1, buf), "1.0 MiB");
    assert_string_equal(fmt_bytes(999 * KIB + 512, buf), "1.0 MiB");
    for (uint64_t bytes = 1; bytes < UINT64_MAX / 3; bytes += bytes / 7 + 1)
        assert_true(strlen(fmt_bytes(bytes, buf)) <= 8);
}

static void rates_use_the_short_unit(void **state)
{
    (void)state;
    assert_string_equal(fmt_rate(0, buf), "0 B/s");
    assert_string_equal(fmt_rate(12 * MIB + 400 * KIB, buf), "12.4 MB/s");
    assert_string_equal(fmt_rate(UINT64_MAX, buf), "16.0 EB/s");
}

static void progress_uses_one_unit(void **state)
{
    (void)state;
    assert_string_equal(fmt_progress(21 * GIB / 10, (int64_t)(37 * GIB / 10), buf), "2.1/3.7 GiB");
    assert_string_equal(fmt_progress(0, 512, buf), "0/512 B");
    assert_string_equal(fmt_progress(0, 0, buf), "0/0 B");
    assert_string_equal(fmt_progress(5 * MIB, -1, buf), "5.0 MiB");
    assert_string_equal(fmt_progress(UINT64_MAX, 1, buf), "18446744073709551615/1 B");
    assert_string_equal(fmt_progress(UINT64_MAX, INT64_MAX, buf), "16.0/8.0 EiB");
}

static void seconds_widen_with_their_size(void **state)
{
    (void)state;
    assert_string_equal(fmt_seconds(-1, buf), "--:--");
    assert_string_equal(fmt_seconds(INT64_MIN, buf), "--:--");
    assert_string_equal(fmt_seconds(0, buf), "00:00");
    assert_string_equal(fmt_seconds(4, buf), "00:04");
    assert_string_equal(fmt_seconds(779, buf), "12:59");
    assert_string_equal(fmt_seconds(3723, buf), "1:02:03");
    assert_string_equal(fmt_seconds(86399, buf), "23:59:59");
    assert_string_equal(fmt_seconds(3 * 86400 + 4 * 3600 + 59, buf), "3d 04h");
    assert_string_equal(fmt_seconds(100 * 86400 - 1, buf), "99d 23h");
    assert_string_equal(fmt_seconds(100 * 86400, buf), ">99d");
    assert_string_equal(fmt_seconds(INT64_MAX, buf), ">99d");
}

static void percent_is_100_only_when_all_is_there(void **state)
{
    (void)state;
    assert_int_equal(fmt_percent(0, 0), 0);
    assert_int_equal(fmt_percent(5, 0), 100);
    assert_int_equal(fmt_percent(5, -1), 0);
    assert_int_equal(fmt_percent(0, 100), 0);
    assert_int_equal(fmt_percent(1, 2), 50);
    assert_int_equal(fmt_percent(999, 1000), 99);
    assert_int_equal(fmt_percent(1000, 1000), 100);
    assert_int_equal(fmt_percent(2000, 1000), 100);
    assert_int_equal(fmt_percent(INT64_MAX - 1, INT64_MAX), 99);
    assert_int_equal(fmt_percent(INT64_MAX / 2, INT64_MAX), 50);
}

static void the_time_of_day_is_the_users(void **state)
{
    (void)state;
    setenv("TZ", "XYZ-3", 1); /* three hours ahead */
    tzset();
    assert_string_equal(fmt_clock(0, buf), "03:00:00");
    assert_string_equal(fmt_clock(-1, buf), "02:59:59");
    assert_string_equal(fmt_clock(INT64_C(1795255451999), buf), "13:04:11");
    assert_true(strlen(fmt_clock(INT64_MAX, buf)) < FMT_SIZE);
    unsetenv("TZ");
    tzset();
}

static void time_is_utc(void **state)
{
    (void)state;
    assert_string_equal(fmt_time(0, buf), "1970-01-01T00:00:00Z");
    assert_string_equal(fmt_time(-1, buf), "1969-12-31T23:59:59Z");
    assert_string_equal(fmt_time(INT64_C(1795255451999), buf), "2026-11-21T10:04:11Z");
    assert_true(strlen(fmt_time(INT64_MAX, buf)) < FMT_SIZE);
    assert_true(strlen(fmt_time(INT64_MIN, buf)) < FMT_SIZE);
}

static void sizes_are_read_in_every_usual_form(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"0", 0},
        {"512", 512},
        {"512B", 512},
        {"500k", 500 * KIB},
        {"20M", 20 * MIB},
        {"20MB", 20 * MIB},
        {"1MiB", MIB},
        {"1mib", MIB},
        {"1.5G", 3 * GIB / 2},
        {"0.25T", 256 * GIB},
        {"1.00000000000000000001K", KIB},
        {"18446744073709551615", UINT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t bytes = 7;

        assert_true(fmt_parse_size(cases[i].text, &bytes));
        assert_int_equal(bytes, cases[i].bytes);
    }
}

static void odd_sizes_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "M",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1 M",
        "1.5",
        "1.",
        ".5M",
        "1.M",
        "1.5.",
        "1e3",
        "0x1",
        "1X",
        "1MM",
        "1iB",
        "1Mi",
        "1Bytes",
        "1,5M",
        "1.5B",
        "٣",
        "1\xFF",
        "18446744073709551616",
        "16777216T",
        "18014398509481984K",
        "17179869183.9999999T9",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t bytes = 7;

        assert_false(fmt_parse_size(cases[i], &bytes));
        assert_int_equal(bytes, 7);
    }
}

static void seconds_are_read_with_their_unit(void **state)
{
    uint64_t seconds = 0;

    (void)state;
    assert_true(fmt_parse_seconds("90", &seconds));
    assert_int_equal(seconds, 90);
    assert_true(fmt_parse_seconds("90s", &seconds));
    assert_int_equal(seconds, 90);
    assert_true(fmt_parse_seconds("5m", &seconds));
    assert_int_equal(seconds, 300);
    assert_true(fmt_parse_seconds("1h", &seconds));
    assert_int_equal(seconds, 3600);
    assert_true(fmt_parse_seconds("30d", &seconds));
    assert_int_equal(seconds, 30 * 24 * 3600);
}

static void odd_seconds_are_refused(void **state)
{
    static const char *const cases[] = {
        "", "s", "-5", "5 s", "5sm", "5w", "1.5m", "5122222222222222222h", "99999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t seconds = 7;

        assert_false(fmt_parse_seconds(cases[i], &seconds));
        assert_int_equal(seconds, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_show_three_figures),
        cmocka_unit_test(bytes_never_show_four_figures),
        cmocka_unit_test(rates_use_the_short_unit),
        cmocka_unit_test(progress_uses_one_unit),
        cmocka_unit_test(seconds_widen_with_their_size),
        cmocka_unit_test(percent_is_100_only_when_all_is_there),
        cmocka_unit_test(the_time_of_day_is_the_users),
        cmocka_unit_test(time_is_utc),
        cmocka_unit_test(sizes_are_read_in_every_usual_form),
        cmocka_unit_test(odd_sizes_are_refused),
        cmocka_unit_test(seconds_are_read_with_their_unit),
        cmocka_unit_test(odd_seconds_are_refused),
    };

    return cmocka_run_group_tests_name("base/fmt", tests, NULL, NULL);
}
