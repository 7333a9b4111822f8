/* The lines of `haul list`. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/list_line.h"

#define NOW     INT64_C(1732190651000) /* 2024-11-21T12:04:11Z */
#define TONIGHT INT64_C(1732226400000) /* 22:00 */

static struct haul_item item_of(enum haul_state state, char *name, char *note)
{
    return (struct haul_item){
        .id = 7,
        .state = state,
        .total = 8 << 20,
        .done = 4 << 20,
        .rate = 500 * 1024,
        .eta = 2,
        .name = name,
        .note = note,
    };
}

static void assert_line(const struct haul_item *item, size_t columns, const char *expected)
{
    struct strbuf line;

    strbuf_init(&line, 4096);
    list_line_item(&line, item, NOW, 3, columns);
    assert_string_equal(line.data, expected);
    strbuf_fini(&line);
}

static void what_may_start_tells_its_priority_and_why_it_waits(void **state)
{
    char name[] = "file.iso", none[] = "", note[] = "starts at 22:00";
    struct haul_item item = item_of(HAUL_QUEUED, name, none);

    (void)state;
    item.priority = HAUL_PRIORITY_HIGH;
    assert_line(&item, 0,
                "  7  queued      50%   8.0 MiB                      file.iso: high priority\n");
    item.note = note;
    assert_line(&item, 0,
                "  7  queued      50%   8.0 MiB                      file.iso: high priority, "
                "starts at 22:00\n");
    item.priority = HAUL_PRIORITY_NORMAL;
    assert_line(&item, 0,
                "  7  queued      50%   8.0 MiB                      file.iso: starts at 22:00\n");
    item.note = none;
    item.start_at = INT64_C(4099766400000);
    assert_line(&item, 0,
                "  7  queued      50%   8.0 MiB                      file.iso: starts on "
                "2099-12-01 00:00\n");
    item.start_at = NOW;
    assert_line(&item, 0, "  7  queued      50%   8.0 MiB                      file.iso\n");
    item.state = HAUL_DONE;
    item.priority = HAUL_PRIORITY_HIGH;
    assert_line(&item, 0, "  7  done        50%   8.0 MiB                      file.iso\n");
}

static void what_waits_tells_when_it_tries_again(void **state)
{
    char name[] = "file.iso", note[] = "503 from h: not available for now";
    struct haul_item item = item_of(HAUL_WAITING, name, note);

    (void)state;
    item.retry_at = NOW + 11001;
    assert_line(&item, 0,
                "  7  waiting     50%   8.0 MiB                      file.iso: next try in 00:12, "
                "503 from h: not available for now\n");
    assert_line(&item, 90,
                "  7  waiting     50%   8.0 MiB                      file.iso: next try in 00:12, "
                "503 from\n");
    item.retry_at = NOW;
    assert_line(&item, 0,
                "  7  waiting     50%   8.0 MiB                      file.iso: 503 from h: not "
                "available for now\n");
}

static void what_runs_tells_that_it_starts_over(void **state)
{
    char name[] = "file.iso", note[] = "starting over: its ETag is another one";
    struct haul_item item = item_of(HAUL_ACTIVE, name, note);

    (void)state;
    assert_line(&item, 0,
                "  7  active      50%   8.0 MiB   500 KB/s    00:02  file.iso: starting over: its "
                "ETag is another one\n");
}

static void columns_stand_under_their_heads(void **state)
{
    char name[] = "file.iso", none[] = "", note[] = "the server refused (404)";
    struct haul_item item = item_of(HAUL_ACTIVE, name, none);
    struct strbuf line;

    (void)state;
    strbuf_init(&line, 4096);
    list_line_head(&line, 3);
    assert_string_equal(line.data, " ID  STATE      DONE      SIZE       RATE      ETA  NAME\n");
    strbuf_fini(&line);
    assert_line(&item, 80, "  7  active      50%   8.0 MiB   500 KB/s    00:02  file.iso\n");
    item.state = HAUL_PAUSED;
    assert_line(&item, 80, "  7  paused      50%   8.0 MiB                      file.iso\n");
    item.total = -1;
    assert_line(&item, 80, "  7  paused            4.0 MiB                      file.iso\n");
    item = item_of(HAUL_FAILED, name, note);
    assert_line(
        &item, 80,
        "  7  failed      50%   8.0 MiB                      file.iso: the server refuse\n");
    assert_line(&item, 0,
                "  7  failed      50%   8.0 MiB                      file.iso: the server refused "
                "(404)\n");
}

static void lines_fit_the_terminal(void **state)
{
    char name[] = "a-rather-long-name-\xe4\xb8\xad\xe6\x96\x87-of-a-file-that-does-not-fit.tar.zst";
    char note[] = "something with \xe4\xb8\xad\xe6\x96\x87 wide characters and many words in it";
    struct haul_item item = item_of(HAUL_FAILED, name, note);

    (void)state;
    for (size_t columns = 65; columns < 200; columns++) {
        struct strbuf line;

        strbuf_init(&line, 65536);
        list_line_item(&line, &item, NOW, 3, columns);
        line.data[line.len - 1] = '\0';
        assert_true(text_width(line.data) < columns);
        strbuf_fini(&line);
    }
}

static void the_first_column_is_as_wide_as_the_largest_number(void **state)
{
    struct haul_item items[2] = {{.id = 5}, {.id = 12345}};

    (void)state;
    assert_int_equal(list_id_columns(NULL, 0), 2);
    assert_int_equal(list_id_columns(items, 1), 2);
    assert_int_equal(list_id_columns(items, 2), 5);
}

static void totals_name_the_states_that_occur(void **state)
{
    struct haul_totals totals = {.rate = 1024 * 1024, .eta = 65};
    struct strbuf line;

    (void)state;
    strbuf_init(&line, 4096);
    list_line_totals(&line, &totals, NOW);
    assert_string_equal(line.data, "the queue is empty\n");
    strbuf_clear(&line);
    totals.counts[HAUL_ACTIVE] = 2;
    totals.counts[HAUL_FAILED] = 1;
    list_line_totals(&line, &totals, NOW);
    assert_string_equal(line.data, "2 active, 1 failed; 1.0 MB/s, eta 01:05\n");
    strbuf_fini(&line);
}

static void assert_totals(const struct haul_totals *totals, const char *wanted)
{
    struct strbuf line;

    strbuf_init(&line, 4096);
    list_line_totals(&line, totals, NOW);
    assert_string_equal(line.data, wanted);
    strbuf_fini(&line);
}

static void totals_tell_what_the_schedule_does(void **state)
{
    struct haul_totals totals = {.limit = 2 << 20, .jobs = 2, .hours_until = TONIGHT};

    (void)state;
    totals.counts[HAUL_QUEUED] = 1;
    assert_totals(&totals, "1 queued\n");
    totals.limit_scheduled = true;
    assert_totals(&totals, "1 queued; 2.0 MB/s until 22:00\n");
    totals.jobs_scheduled = true;
    assert_totals(&totals, "1 queued; 2.0 MB/s, 2 jobs until 22:00\n");
    totals.limit_scheduled = false;
    totals.jobs = 1;
    totals.hours_until = 0;
    assert_totals(&totals, "1 queued; 1 job\n");
    totals.off_hours = true;
    assert_totals(&totals, "1 queued; no downloads by the schedule\n");
    totals.hours_until = TONIGHT;
    assert_totals(&totals, "1 queued; no downloads before 22:00\n");
}

static void what_waits_for_the_hours_says_so(void **state)
{
    char name[] = "file.iso", none[] = "";
    struct haul_item item = {.id = 7,
                             .state = HAUL_QUEUED,
                             .total = -1,
                             .name = name,
                             .note = none,
                             .off_hours = true,
                             .start_at = TONIGHT};

    (void)state;
    assert_line(&item, 0,
                "  7  queued                                         "
                "file.iso: no downloads before 22:00\n");
    item.start_at = 0;
    assert_line(&item, 0,
                "  7  queued                                         "
                "file.iso: no downloads by the schedule\n");
    item.start_at = NOW; /* that is over, though the daemon has not said so yet */
    assert_line(&item, 0, "  7  queued                                         file.iso\n");
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_start_tells_its_priority_and_why_it_waits),
        cmocka_unit_test(what_waits_tells_when_it_tries_again),
        cmocka_unit_test(what_runs_tells_that_it_starts_over),
        cmocka_unit_test(columns_stand_under_their_heads),
        cmocka_unit_test(lines_fit_the_terminal),
        cmocka_unit_test(the_first_column_is_as_wide_as_the_largest_number),
        cmocka_unit_test(totals_name_the_states_that_occur),
        cmocka_unit_test(totals_tell_what_the_schedule_does),
        cmocka_unit_test(what_waits_for_the_hours_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
