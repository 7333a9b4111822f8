/* The lines of `haul hosts`. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "cli/hosts_line.h"

static struct haul_host host_of(const char *name)
{
    return (struct haul_host){.name = (char *)(uintptr_t)name,
                              .connections = 4,
                              .cap = 16,
                              .rate = 500 * 1024,
                              .counts = {[HAUL_ACTIVE] = 4,
                                         [HAUL_QUEUED] = 30,
                                         [HAUL_WAITING] = 1,
                                         [HAUL_FAILED] = 2,
                                         [HAUL_DONE] = 100}};
}

static void assert_line(const struct haul_host *host, const char *expected)
{
    struct strbuf line;

    strbuf_init(&line, 4096);
    hosts_line(&line, host, 16);
    assert_string_equal(line.data, expected);
    strbuf_fini(&line);
}

static void columns_stand_under_their_heads(void **state)
{
    struct haul_host host = host_of("example.org");
    struct strbuf line;

    (void)state;
    strbuf_init(&line, 4096);
    hosts_line_head(&line, 16);
    assert_string_equal(
        line.data, "HOST                   CONN       RATE    ITEMS   ACTIVE  WAITING   FAILED\n");
    strbuf_fini(&line);
    assert_line(&host,
                "example.org            4/16   500 KB/s      137        4       31        2\n");
}

static void what_is_special_is_said_behind_it(void **state)
{
    struct haul_host host = {.name = (char *)(uintptr_t) "quiet.example"};

    (void)state;
    setenv("TZ", "UTC", 1);
    assert_line(&host,
                "quiet.example             0                   0        0        0        0\n");
    host.cap = 2;
    host.learned = true;
    host.no_ranges = true;
    assert_line(&host, "quiet.example           0/2                   0        0        0        0"
                       "  allows 2, no ranges\n");
    host.rest_until = INT64_C(1732190651000);
    assert_line(&host, "quiet.example           0/2                   0        0        0        0"
                       "  back-off until 12:04:11, allows 2, no ranges\n");
}

static void the_first_column_has_room_for_names_but_not_for_all(void **state)
{
    struct haul_host hosts[] = {host_of("short"), host_of("資料資料資料資料資料.example")};
    char lengthy[300];

    (void)state;
    assert_int_equal(hosts_line_columns(hosts, 1), 16);
    assert_int_equal(hosts_line_columns(hosts, 2), 28);
    for (size_t i = 0; i < sizeof lengthy - 1; i++)
        lengthy[i] = 'a';
    lengthy[sizeof lengthy - 1] = '\0';
    hosts[0].name = lengthy;
    assert_int_equal(hosts_line_columns(hosts, 2), 60);
}

static void assert_foot(uint64_t matching, size_t shown, uint64_t per_host, const char *expected)
{
    struct strbuf line;

    strbuf_init(&line, 4096);
    hosts_line_foot(&line, matching, shown, per_host);
    assert_string_equal(line.data, expected);
    strbuf_fini(&line);
}

static void the_foot_tells_the_limit_and_what_is_left_out(void **state)
{
    (void)state;
    assert_foot(0, 0, 16, "no hosts; up to 16 connections to each\n");
    assert_foot(1, 1, 1, "1 host; up to 1 connection to each\n");
    assert_foot(3, 2, 0,
                "3 hosts, of which the first 2 are shown; no limit of connections to each\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_stand_under_their_heads),
        cmocka_unit_test(what_is_special_is_said_behind_it),
        cmocka_unit_test(the_first_column_has_room_for_names_but_not_for_all),
        cmocka_unit_test(the_foot_tells_the_limit_and_what_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
