/* The list's columns at every width, and what an item says in them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/row.h"

#define NOW INT64_C(1000000000)
#define MIB INT64_C(1048576)

static struct haul_item item_of(enum haul_state state)
{
    return (struct haul_item){.id = 1,
                              .state = state,
                              .total = -1,
                              .eta = -1,
                              .name = (char *)"a.iso",
                              .dir = (char *)"/",
                              .url = (char *)"https://example.org/a.iso",
                              .note = (char *)""};
}

static void columns_never_overlap_or_leave_the_width(void **state)
{
    (void)state;
    for (int at = 0; at < 400 * HAUL_SORT_COUNT; at++) {
        int width = at / HAUL_SORT_COUNT + 1;
        struct row_layout layout;
        row_layout(width, (enum haul_sort)(at % HAUL_SORT_COUNT), &layout);
        const struct row_column columns[] = {
            layout.mark,  layout.name,  layout.bar,      layout.percent,     layout.size,
            layout.rate,  layout.eta,   layout.ends,     layout.connections, layout.priority,
            layout.tries, layout.added, layout.finished, layout.host,        layout.folder};
        int end = 0;
        for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
            if (columns[i].width == 0)
                continue;
            assert_true(columns[i].x >= end);
            end = columns[i].x + columns[i].width;
        }
        if (width >= 20)
            assert_true(end <= width);
        assert_true(layout.name.width >= (width >= 30 ? 8 : 0));
    }
}

static void what_the_list_is_sorted_by_is_shown(void **state)
{
    struct row_layout layout;
    (void)state;
    for (int width = 64; width <= 400; width++) {
        for (int sort = 0; sort < HAUL_SORT_COUNT; sort++) {
            bool shown = sort == HAUL_SORT_QUEUE || sort == HAUL_SORT_STATE;
            row_layout(width, (enum haul_sort)sort, &layout);
            for (enum row_head head = 0; head < ROW_HEAD_COUNT; head++) {
                struct row_heading heading = row_heading(&layout, head);
                shown = shown || ((int)heading.sort == sort && heading.column->width > 0);
            }
            assert_true(shown);
        }
    }
}

static void what_may_start_tells_its_priority(void **state)
{
    struct row_text text;
    struct haul_item item = item_of(HAUL_QUEUED);
    (void)state;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "queued");
    assert_string_equal(text.mark, ".");
    item.priority = HAUL_PRIORITY_HIGH;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "queued, high");
    assert_string_equal(text.mark, "^");
    item.priority = HAUL_PRIORITY_LOW;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "queued, low");
    assert_string_equal(text.mark, "v");
    item.state = HAUL_PAUSED;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "paused, low");
    assert_string_equal(text.mark, "=");
    item.state = HAUL_CANCELLED;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "cancelled");
}

static void what_waits_for_its_time_tells_it(void **state)
{
    struct row_text text;
    struct haul_item item = item_of(HAUL_QUEUED);
    (void)state;
    item.start_at = NOW + 3600 * 1000;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "starts at 14:46:40");
    assert_int_equal(row_changes_in(&item, NOW), 800 * 1000); /* at 14:00 */
    assert_int_equal(row_changes_in(&item, item.start_at - 5000), 5000);
    assert_true(row_changes_in(&item, item.start_at) == ROW_NEVER);
    row_text(&item, NOW, true, true, &text);
    assert_string_equal(text.words, "at 14:46:40");
    item.start_at = NOW + 24 * 3600 * 1000;
    item.priority = HAUL_PRIORITY_LOW;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "starts tomorrow 13:46:40, low");
    row_text(&item, item.start_at, true, false, &text);
    assert_string_equal(text.words, "queued, low");
    item.state = HAUL_PAUSED;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "paused, low");
}

static void what_waits_for_the_hours_tells_it(void **state)
{
    struct row_text text;
    struct haul_item item = item_of(HAUL_QUEUED);
    char note[] = "host is backing off until 14:02:11";
    (void)state;
    item.off_hours = true;
    item.note = note;
    item.start_at = NOW + 3200 * 1000; /* 14:40 */
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "no downloads before 14:40");
    assert_string_equal(text.sentence, "");
    assert_int_equal(row_changes_in(&item, item.start_at - 5000), 5000);
    row_text(&item, NOW, true, true, &text);
    assert_string_equal(text.words, "off until 14:40");
    item.start_at += 24 * 3600 * 1000;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "off until tomorrow 14:40");
    assert_int_equal(row_changes_in(&item, NOW), 800 * 1000); /* at 14:00, which may be midnight */
    item.start_at += 24 * 3600 * 1000;
    row_text(&item, NOW, true, false, &text);
    assert_non_null(strstr(text.words, "no downloads before "));
    item.start_at = 0;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "no downloads by the schedule");
    assert_true(row_changes_in(&item, NOW) == ROW_NEVER);
    row_text(&item, NOW, true, true, &text);
    assert_string_equal(text.words, "off by schedule");
}

static void what_is_held_up_tells_why(void **state)
{
    struct row_text text;
    struct haul_item item = item_of(HAUL_QUEUED);
    char note[] = "host is backing off until 14:02:11";
    (void)state;
    item.note = note;
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.sentence, "host is backing off until 14:02:11");
    assert_string_equal(text.words, "");
    item.start_at = NOW + 3600 * 1000; /* comes first */
    row_text(&item, NOW, true, false, &text);
    assert_string_equal(text.words, "starts at 14:46:40");
    assert_string_equal(text.sentence, "");
}

static void times_are_of_the_clock_within_a_day(void **state)
{
    char buf[ROW_EXTRA_SIZE];
    struct haul_item item = item_of(HAUL_QUEUED);
    (void)state;
    assert_int_equal(strlen(row_when(NOW - 1000, NOW, buf)), 8);
    assert_non_null(strchr(buf, ':'));
    assert_string_equal(row_when(INT64_C(1700000000000), NOW, buf), "23-11-14");
    assert_string_equal(row_when(0, NOW, buf), "");
    assert_string_equal(row_host(&item, buf), "example.org");
}

static void a_wider_screen_shows_no_less(void **state)
{
    struct row_layout before;
    struct row_layout layout;
    (void)state;
    row_layout(20, HAUL_SORT_QUEUE, &before);
    for (int width = 21; width <= 400; width++) {
        row_layout(width, HAUL_SORT_QUEUE, &layout);
        assert_true(layout.percent.width >= before.percent.width);
        assert_true(layout.rate.width >= before.rate.width);
        assert_true(layout.bar.width >= before.bar.width || layout.size.width > before.size.width ||
                    layout.eta.width > before.eta.width || layout.ends.width > before.ends.width ||
                    layout.connections.width > before.connections.width);
        before = layout;
    }
}

/* Eyes that go from a name to its bar do not travel, and the whole width is used all the same. */
static void a_wide_list_keeps_numbers_by_the_name(void **state)
{
    struct row_layout layout;
    (void)state;
    for (int width = 140; width <= 300; width++) {
        row_layout(width, HAUL_SORT_QUEUE, &layout);
        assert_in_range(layout.name.width, 24, 72);
        assert_int_equal(layout.bar.x, layout.name.x + layout.name.width + 2);
        assert_true(layout.host.x > layout.connections.x);
        const struct row_column *last = layout.folder.width > 0 ? &layout.folder : &layout.host;
        assert_int_equal(last->x + last->width, width - 1);
        assert_int_equal(layout.sentence.x + layout.sentence.width,
                         layout.connections.x + layout.connections.width);
    }
    for (enum row_head head = 0; head < ROW_HEAD_COUNT; head++)
        assert_true(row_heading(&layout, head).column->width > 0);
}

static void an_end_is_told_by_the_clock(void **state)
{
    struct haul_item item = item_of(HAUL_ACTIVE);
    struct row_text text;
    (void)state;
    item.phase = HAUL_PHASE_RECEIVING;
    item.eta = 3600;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.ends, "14:46");
    item.eta = 3 * 86400;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.ends, "70-01-15");
    item.eta = -1;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.ends, "");
    item.eta = INT64_MAX; /* as a trickle of a huge file has it */
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.ends, "");
}

static void only_what_is_unusual_is_told_of_tries_and_priority(void **state)
{
    struct haul_item item = item_of(HAUL_WAITING);
    char buf[ROW_EXTRA_SIZE];
    (void)state;
    item.tries = 1;
    assert_string_equal(row_tries(&item, buf), "");
    item.tries = 3;
    assert_string_equal(row_tries(&item, buf), "3");
    assert_string_equal(row_priority(&item, buf), "");
    item.priority = HAUL_PRIORITY_HIGH;
    assert_string_equal(row_priority(&item, buf), "high");
    item.state = HAUL_DONE;
    assert_string_equal(row_priority(&item, buf), "");
}

static void an_active_item_shows_numbers(void **state)
{
    struct haul_item item = item_of(HAUL_ACTIVE);
    struct row_text text;
    (void)state;
    item.phase = HAUL_PHASE_RECEIVING;
    item.total = 100 * MIB;
    item.done = (uint64_t)(57 * MIB);
    item.rate = (uint64_t)(2 * MIB);
    item.eta = 21;
    item.connections = 4;
    row_text(&item, NOW, false, false, &text);
    assert_true(text.bar);
    assert_string_equal(text.percent, "57%");
    assert_string_equal(text.size, "57.0/100 MiB");
    assert_string_equal(text.rate, "2.0 MB/s");
    assert_string_equal(text.eta, "00:21");
    assert_string_equal(text.connections, "×4");
    assert_string_equal(text.words, "");
}

static void an_active_item_without_numbers_tells_what_it_does(void **state)
{
    static const enum haul_phase phases[] = {HAUL_PHASE_CONNECTING, HAUL_PHASE_CHECKING,
                                             HAUL_PHASE_FINISHING};
    struct haul_item item = item_of(HAUL_ACTIVE);
    struct row_text text;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(phases); i++) {
        item.phase = phases[i];
        row_text(&item, NOW, false, false, &text);
        assert_string_equal(text.words, haul_phase_name(phases[i]));
    }
}

static void an_unknown_length_has_no_percent(void **state)
{
    struct haul_item item = item_of(HAUL_ACTIVE);
    struct row_text text;
    (void)state;
    item.phase = HAUL_PHASE_RECEIVING;
    item.done = (uint64_t)MIB;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.percent, "");
    assert_string_equal(text.size, "1.0 MiB");
    assert_string_equal(text.eta, "--:--");
}

static void a_waiting_item_tells_when_it_tries_again(void **state)
{
    struct haul_item item = item_of(HAUL_WAITING);
    struct row_text text;
    (void)state;
    item.http_status = 503;
    item.retry_at = NOW + 11001;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.words, "503, next try in 0:12");
    row_text(&item, NOW, false, true, &text);
    assert_string_equal(text.words, "again in 0:12");
    item.retry_at = NOW - 5000;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.words, "503, next try in 0:00");
    assert_int_equal(row_changes_in(&item, NOW), ROW_SECOND_MS);
}

static void a_waiting_item_without_a_status_tells_why(void **state)
{
    struct haul_item item = item_of(HAUL_WAITING);
    struct row_text text;
    (void)state;
    item.retry_at = NOW + 11001;
    item.err = HAUL_E_CONNECT;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.words, "no connection, next try in 0:12");
    item.err = HAUL_E_DISK_FULL;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.words, "disk full, next try in 0:12");
    for (int err = 1; err < HAUL_E_COUNT; err++) { /* none says nothing, none is too long */
        item.err = (enum haul_err)err;
        row_text(&item, NOW, false, false, &text);
        assert_true(strlen(text.words) > strlen("next try in 0:12"));
        assert_true(strlen(text.words) <= 33);
    }
}

static void a_failed_item_tells_why(void **state)
{
    struct haul_item item = item_of(HAUL_FAILED);
    struct row_text text;
    (void)state;
    item.err = HAUL_E_DISK_FULL;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.sentence, "the disk is full");
    item.note = (char *)"no room for 3 GiB";
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.sentence, "no room for 3 GiB");
    row_text(&item, NOW, false, true, &text);
    assert_string_equal(text.sentence, "failed");
}

static void a_done_item_tells_how_long_it_took(void **state)
{
    struct haul_item item = item_of(HAUL_DONE);
    struct row_text text;
    (void)state;
    item.done = (uint64_t)(3 * MIB);
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.sentence, "done");
    item.started_at = NOW - 134000;
    item.finished_at = NOW;
    row_text(&item, NOW, false, false, &text);
    assert_string_equal(text.sentence, "done in 02:14");
    assert_string_equal(text.size, "3.0 MiB");
}

static void ascii_marks_are_ascii_and_differ(void **state)
{
    (void)state;
    for (int one = 0; one < HAUL_STATE_COUNT; one++) {
        const char *mark = row_mark((enum haul_state)one, true);
        assert_int_equal(strlen(mark), 1);
        for (int other = one + 1; other < HAUL_STATE_COUNT; other++)
            assert_string_not_equal(mark, row_mark((enum haul_state)other, true));
    }
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_never_overlap_or_leave_the_width),
        cmocka_unit_test(what_the_list_is_sorted_by_is_shown),
        cmocka_unit_test(what_may_start_tells_its_priority),
        cmocka_unit_test(what_waits_for_its_time_tells_it),
        cmocka_unit_test(what_waits_for_the_hours_tells_it),
        cmocka_unit_test(what_is_held_up_tells_why),
        cmocka_unit_test(times_are_of_the_clock_within_a_day),
        cmocka_unit_test(a_wider_screen_shows_no_less),
        cmocka_unit_test(a_wide_list_keeps_numbers_by_the_name),
        cmocka_unit_test(an_end_is_told_by_the_clock),
        cmocka_unit_test(only_what_is_unusual_is_told_of_tries_and_priority),
        cmocka_unit_test(an_active_item_shows_numbers),
        cmocka_unit_test(an_active_item_without_numbers_tells_what_it_does),
        cmocka_unit_test(an_unknown_length_has_no_percent),
        cmocka_unit_test(a_waiting_item_tells_when_it_tries_again),
        cmocka_unit_test(a_waiting_item_without_a_status_tells_why),
        cmocka_unit_test(a_failed_item_tells_why),
        cmocka_unit_test(a_done_item_tells_how_long_it_took),
        cmocka_unit_test(ascii_marks_are_ascii_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
