/* The lines of progress, to the letter. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/progress_line.h"

static struct strbuf line;

static int begin(void **state)
{
    (void)state;
    strbuf_init(&line, 65536);
    return 0;
}

static int end(void **state)
{
    (void)state;
    strbuf_fini(&line);
    return 0;
}

static struct haul_item item_named(char *name)
{
    static char url[] = "http://a.org/x", dir[] = "/d", note[] = "the server refused (404)";

    return (struct haul_item){
        .id = 1,
        .state = HAUL_ACTIVE,
        .total = 8 << 20,
        .done = 4 << 20,
        .rate = 500 * 1024,
        .eta = 2,
        .started_at = 10000,
        .name = name,
        .url = url,
        .dir = dir,
        .note = note,
    };
}

static void assert_plain(enum haul_happening what, const struct haul_item *item,
                         const char *expected)
{
    strbuf_clear(&line);
    progress_line_plain(&line, what, item, 20000);
    assert_string_equal(line.len > 0 ? line.data : "", expected);
}

static void plain_lines_tell_what_happened(void **state)
{
    char name[] = "file.iso", none[] = "", there[] = "was already there";
    struct haul_item item = item_named(name);
    char *refused = item.note;

    (void)state;
    item.finished_at = 14000;
    item.retry_at = 32500;
    item.note = none;
    assert_plain(HAUL_ITEM_DONE, &item, "done    file.iso  4.0 MiB in 00:04, 1.0 MB/s\n");
    item.note = there;
    assert_plain(HAUL_ITEM_DONE, &item, "done    file.iso: was already there\n");
    assert_plain(HAUL_ITEM_NOTED, &item, "note    file.iso: was already there\n");
    item.note = refused;
    assert_plain(HAUL_ITEM_FAILED, &item, "failed  file.iso: the server refused (404)\n");
    assert_plain(HAUL_ITEM_RETRY, &item,
                 "retry   file.iso: the server refused (404); next try in 00:13\n");
    assert_plain(HAUL_ITEM_STARTED, &item, "start   http://a.org/x\n");
    assert_plain(HAUL_ITEM_NAMED, &item, "saving  /d/file.iso  8.0 MiB\n");
    assert_plain(HAUL_ITEM_ADDED, &item, "");
    item.total = -1;
    assert_plain(HAUL_ITEM_NAMED, &item, "saving  /d/file.iso  size not known\n");
    item.finished_at = item.started_at;
    item.note = none;
    assert_plain(HAUL_ITEM_DONE, &item, "done    file.iso  4.0 MiB\n");
}

static void live_lines_fit_every_width(void **state)
{
    char name[] = "a-rather-long-name-\xe4\xb8\xad\xe6\x96\x87-of-a-file-that-does-not-fit.tar.zst";
    struct haul_item item = item_named(name);

    (void)state;
    for (size_t columns = 20; columns <= 200; columns++) {
        for (int utf8 = 0; utf8 < 2; utf8++) {
            struct progress_style style = {.columns = columns, .utf8 = utf8 != 0};

            strbuf_clear(&line);
            progress_line_bar(&line, &item, &style);
            assert_true(text_width(line.data) <= (columns < 21 ? 20 : columns - 1));
            assert_null(strchr(line.data, '\n'));
        }
    }
}

static void a_live_line_has_its_columns(void **state)
{
    char name[] = "file.iso";
    struct haul_item item = item_named(name);
    struct progress_style style = {.columns = 80, .utf8 = false};

    (void)state;
    progress_line_bar(&line, &item, &style);
    assert_string_equal(
        line.data,
        "file.iso                 ######------  50%      4.0/8.0 MiB   500 KB/s    00:02");
    strbuf_clear(&line);
    style.columns = 50;
    progress_line_bar(&line, &item, &style);
    assert_string_equal(line.data, "file.iso                           50%   500 KB/s");
}

static void an_unknown_size_has_no_per_cent(void **state)
{
    char name[] = "file.iso";
    struct haul_item item = item_named(name);
    struct progress_style style = {.columns = 80, .utf8 = true};

    (void)state;
    item.total = -1;
    item.eta = -1;
    progress_line_bar(&line, &item, &style);
    assert_null(strchr(line.data, '%'));
    assert_null(strstr(line.data, "█"));
}

static void bars_are_drawn_in_eighths(void **state)
{
    char name[] = "f";
    struct haul_item item = item_named(name);
    struct progress_style style = {.columns = 80, .utf8 = true};

    (void)state;
    item.total = 1000;
    item.done = 1000;
    progress_line_bar(&line, &item, &style);
    assert_null(strstr(line.data, "─"));
    strbuf_clear(&line);
    item.done = 12; /* of 12 cells about an eighth of one */
    progress_line_bar(&line, &item, &style);
    assert_non_null(strstr(line.data, "▏─"));
    strbuf_clear(&line);
    item.done = 5000; /* more than announced */
    progress_line_bar(&line, &item, &style);
    assert_null(strstr(line.data, "─"));
}

static void the_total_is_one_line(void **state)
{
    struct haul_totals totals = {.rate = 1024 * 1024, .eta = 252};
    struct outcome outcome = {.added = 20, .done = 3};
    struct progress_style style = {.columns = 80, .utf8 = false};

    (void)state;
    totals.counts[HAUL_ACTIVE] = 8;
    progress_line_total(&line, &totals, &outcome, &style);
    assert_string_equal(line.data, "3 of 20 done  8 running  1.0 MB/s  eta 04:12");
    strbuf_clear(&line);
    totals.counts[HAUL_WAITING] = 1;
    outcome.failed = 2;
    style.columns = 48;
    progress_line_total(&line, &totals, &outcome, &style);
    assert_string_equal(line.data, "3 of 20 done  8 running  1 to retry  2 failed  ");
}

static void the_summary_adds_up(void **state)
{
    struct outcome outcome = {.added = 20, .done = 19, .received = 3 * 1024 * 1024, .ms = 1500};

    (void)state;
    progress_line_summary(&line, &outcome);
    assert_string_equal(line.data, "19 of 20 complete; 3.0 MiB in 00:02, 2.0 MB/s\n");
    strbuf_clear(&line);
    outcome_failed(&outcome, HAUL_E_HTTP);
    progress_line_summary(&line, &outcome);
    assert_string_equal(line.data, "19 of 20 complete, 1 failed; 3.0 MiB in 00:02, 2.0 MB/s\n");
    strbuf_clear(&line);
    progress_line_summary_json(&line, &outcome);
    assert_string_equal(line.data, "{\"event\":\"summary\",\"items\":20,\"done\":19,\"failed\":1,"
                                   "\"received\":3145728,\"ms\":1500,\"interrupted\":false,"
                                   "\"exit_status\":4}\n");
}

static void trouble_is_told_with_its_kind(void **state)
{
    struct haul_error err;

    (void)state;
    (void)haul_fail(&err, HAUL_E_DISK, "\"jar\" can't be written");
    progress_line_trouble_json(&line, &err);
    assert_string_equal(line.data, "{\"event\":\"trouble\",\"error\":\"disk\","
                                   "\"note\":\"\\\"jar\\\" can't be written\"}\n");
}

static void json_lines_carry_the_item(void **state)
{
    char name[] = "a\"b";
    struct haul_item item = item_named(name);

    (void)state;
    progress_line_json(&line, "done", &item);
    assert_memory_equal(line.data, "{\"event\":\"done\",\"item\":{", 24);
    assert_non_null(strstr(line.data, "\"a\\\"b\""));
    assert_string_equal(line.data + line.len - 3, "}}\n");
    assert_string_equal(progress_line_event(HAUL_ITEM_ADDED), "added");
    assert_string_equal(progress_line_event(HAUL_ITEM_STARTED), "started");
    assert_string_equal(progress_line_event(HAUL_ITEM_RETRY), "retry");
    assert_string_equal(progress_line_event(HAUL_ITEM_DONE), "done");
    assert_string_equal(progress_line_event(HAUL_ITEM_FAILED), "failed");
    assert_null(progress_line_event(HAUL_ITEM_NAMED));
}

static void a_line_that_does_not_fit_is_left_out_whole(void **state)
{
    char name[] = "file.iso";
    struct haul_item item = item_named(name);
    struct strbuf small;

    (void)state;
    strbuf_init(&small, 16);
    progress_line_plain(&small, HAUL_ITEM_FAILED, &item, 0);
    assert_int_equal(small.len, 0);
    strbuf_fini(&small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_lines_tell_what_happened),
        TEST(live_lines_fit_every_width),
        TEST(a_live_line_has_its_columns),
        TEST(an_unknown_size_has_no_per_cent),
        TEST(bars_are_drawn_in_eighths),
        TEST(the_total_is_one_line),
        TEST(the_summary_adds_up),
        TEST(trouble_is_told_with_its_kind),
        TEST(json_lines_carry_the_item),
        TEST(a_line_that_does_not_fit_is_left_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
