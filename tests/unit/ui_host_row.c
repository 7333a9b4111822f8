/* The columns of the hosts, and what a host says in them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/host_row.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define NOON          INT64_C(1732190651000) /* 12:04:11 UTC */

static struct haul_host busy(void)
{
    return (struct haul_host){
        .name = TEXT("example.org"),
        .connections = 4,
        .cap = 16,
        .rate = 500 * 1024,
        .counts = {[HAUL_ACTIVE] = 4, [HAUL_QUEUED] = 30, [HAUL_WAITING] = 1}};
}

/* The columns stand side by side within the width, whatever it is. */
static void columns_fit_every_width(void **state)
{
    (void)state;
    for (int width = 20; width <= 400; width++) {
        struct host_layout layout;
        host_layout(width, &layout);
        int end = layout.mark.x + layout.mark.width;
        for (unsigned column = 0; column < HOST_COLUMN_COUNT; column++) {
            if (layout.columns[column].width == 0)
                continue;
            assert_in_range(layout.columns[column].x, end + 1, width);
            end = layout.columns[column].x + layout.columns[column].width;
        }
        assert_in_range(end, 0, width - 1);
        assert_in_range(layout.columns[HOST_NAME].width, 3, 60);
        if (width >= 40)
            assert_in_range(layout.columns[HOST_NAME].width, 14, 60);
    }
}

static void wider_screens_tell_no_less(void **state)
{
    unsigned before = 0;
    (void)state;
    for (int width = 20; width <= 400; width++) {
        struct host_layout layout;
        unsigned shown = 0;
        host_layout(width, &layout);
        for (unsigned column = 0; column < HOST_COLUMN_COUNT; column++)
            shown |= (layout.columns[column].width > 0 ? 1u : 0u) << column;
        assert_int_equal(before & ~shown, 0);
        before = shown;
    }
    assert_int_equal(before, (1u << HOST_COLUMN_COUNT) - 1);
}

static struct host_text text_at(const struct haul_host *host, int width)
{
    struct host_layout layout;
    struct host_text text;
    setenv("TZ", "UTC", 1);
    host_layout(width, &layout);
    host_text(host, &layout, true, &text);
    return text;
}

static void a_busy_host_tells_its_numbers(void **state)
{
    struct haul_host host = busy();
    struct host_text text = text_at(&host, 200);
    (void)state;
    assert_string_equal(text.mark, ">");
    assert_string_equal(text.columns[HOST_USE], "4/16");
    assert_string_equal(text.columns[HOST_RATE], "500 KB/s");
    assert_string_equal(text.columns[HOST_ITEMS], "35");
    assert_string_equal(text.columns[HOST_ACTIVE], "4");
    assert_string_equal(text.columns[HOST_WAITING], "31");
    assert_string_equal(text.columns[HOST_FAILED], "");
    assert_string_equal(text.columns[HOST_NOTE], "");
    host.cap = 0;
    text = text_at(&host, 200);
    assert_string_equal(text.columns[HOST_USE], "4");
}

static void what_is_special_is_said_as_far_as_there_is_room(void **state)
{
    struct haul_host host = busy();
    (void)state;
    host.rest_until = NOON;
    host.cap = 4;
    host.learned = true;
    host.no_ranges = true;
    struct host_text text = text_at(&host, 200);
    assert_string_equal(text.columns[HOST_NOTE], "until 12:04:11, allows 4, no ranges");
    assert_int_equal(text.tones[HOST_NOTE], ROW_WAIT);
    assert_int_equal(text.tones[HOST_USE], ROW_WAIT);
    text = text_at(&host, 80);
    assert_string_equal(text.columns[HOST_NOTE], "until 12:04:11");
    host.rest_until = 0;
    text = text_at(&host, 80);
    assert_string_equal(text.columns[HOST_NOTE], "allows 4");
}

static void without_their_columns_rest_and_waiting_take_the_rate_s(void **state)
{
    struct haul_host host = busy();
    (void)state;
    host.connections = 0;
    assert_string_equal(text_at(&host, 40).columns[HOST_RATE], "31 wait");
    assert_string_equal(text_at(&host, 80).columns[HOST_RATE], "");
    host.counts[HAUL_QUEUED] = 123456;
    assert_string_equal(text_at(&host, 40).columns[HOST_RATE], "123457");
    host.rest_until = NOON;
    assert_string_equal(text_at(&host, 40).columns[HOST_RATE], "12:04:11");
    assert_string_equal(text_at(&host, 80).columns[HOST_RATE], "");
}

static void the_mark_tells_what_the_host_is_at(void **state)
{
    struct haul_host host = {.name = TEXT("a")};
    (void)state;
    host.counts[HAUL_DONE] = 1;
    assert_string_equal(text_at(&host, 80).mark, "*");
    host.counts[HAUL_FAILED] = 1;
    assert_string_equal(text_at(&host, 80).mark, "!");
    host.counts[HAUL_PAUSED] = 1;
    assert_string_equal(text_at(&host, 80).mark, "=");
    host.counts[HAUL_WAITING] = 1;
    assert_string_equal(text_at(&host, 80).mark, ".");
    host.connections = 1;
    assert_string_equal(text_at(&host, 80).mark, ">");
    host.rest_until = NOON;
    assert_string_equal(text_at(&host, 80).mark, "~");
}

static void headings_fit_their_columns(void **state)
{
    struct host_layout layout;
    (void)state;
    host_layout(200, &layout);
    for (unsigned column = 0; column < HOST_COLUMN_COUNT; column++) {
        struct host_heading heading = host_heading(column);
        assert_in_range(text_width(heading.text), 1, layout.columns[column].width);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_fit_every_width),
        cmocka_unit_test(wider_screens_tell_no_less),
        cmocka_unit_test(a_busy_host_tells_its_numbers),
        cmocka_unit_test(what_is_special_is_said_as_far_as_there_is_room),
        cmocka_unit_test(without_their_columns_rest_and_waiting_take_the_rate_s),
        cmocka_unit_test(the_mark_tells_what_the_host_is_at),
        cmocka_unit_test(headings_fit_their_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
