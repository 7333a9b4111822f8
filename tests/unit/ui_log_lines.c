/* The lines of the log that are kept, which of them a page shows, and what they say. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ui/log_lines.h"
#include "ui/wrap.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static struct haul_log_line line_of(uint64_t number, const char *text)
{
    return (struct haul_log_line){.number = number, .room = TEXT("net"), .text = TEXT(text)};
}

static void only_what_is_newer_is_taken(void **state)
{
    struct log_lines log = {0};
    struct haul_log_line lines[] = {line_of(3, "three"), line_of(4, "four"), line_of(9, "nine")};
    (void)state;
    log_lines_take(&log, lines, 2);
    log_lines_take(&log, lines, 3);
    assert_int_equal(log.count, 3);
    assert_string_equal(log.lines[0].text, "three");
    assert_string_equal(log.lines[2].text, "nine");
    log_lines_clear(&log);
    assert_int_equal(log.count, 0);
    log_lines_take(&log, lines, 1);
    assert_int_equal(log.count, 1);
    log_lines_clear(&log);
}

static void the_oldest_go_when_it_is_full(void **state)
{
    struct log_lines log = {0};
    char text[16];
    (void)state;
    for (uint64_t number = 1; number <= HAUL_LOG_TAIL + 7; number++) {
        snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
        struct haul_log_line line = line_of(number, text);
        log_lines_take(&log, &line, 1);
    }
    assert_int_equal(log.count, HAUL_LOG_TAIL);
    assert_string_equal(log.lines[0].text, "8");
    assert_string_equal(log.lines[HAUL_LOG_TAIL - 1].text, "507");
    log_lines_clear(&log);
}

/* Entry I takes 1, 2 or 3 rows. */
static int rows_of(void *ctx, size_t index)
{
    (void)ctx;
    return (int)(index % 3) + 1;
}

static int rows_between(size_t top, size_t bottom)
{
    int rows = 0;
    for (size_t i = top; i <= bottom; i++)
        rows += rows_of(NULL, i);
    return rows;
}

static void every_cursor_is_on_a_page_that_is_full(void **state)
{
    struct log_page page = {.count = 40, .rows = rows_of};
    (void)state;
    for (page.height = 3; page.height < 100; page.height += 4) {
        for (size_t cursor = 0; cursor < page.count; cursor++) {
            size_t bottom = (cursor * 7) % page.count;
            size_t top = log_page_fit(&page, cursor, &bottom);
            assert_in_range(cursor, top, bottom);
            assert_in_range(rows_between(top, bottom), 1, page.height);
            if (top > 0 && bottom + 1 < page.count)
                assert_true(rows_between(top, bottom) + 3 > page.height);
            if (rows_between(0, page.count - 1) <= page.height)
                assert_true(top == 0 && bottom == page.count - 1);
        }
    }
}

static void a_page_moves_no_further_than_the_cursor_asks(void **state)
{
    struct log_page page = {.count = 40, .height = 10, .rows = rows_of};
    size_t bottom = 30;
    size_t top = log_page_fit(&page, 29, &bottom);
    (void)state;
    assert_int_equal(bottom, 30);
    assert_int_equal(log_page_fit(&page, top, &bottom), top);
    assert_int_equal(bottom, 30);
    assert_int_equal(log_page_fit(&page, top - 1, &bottom), top - 1);
    assert_int_equal(log_page_fit(&page, 39, &bottom), 35);
    assert_int_equal(bottom, 39);
}

static void an_entry_taller_than_the_page_is_shown_from_its_top(void **state)
{
    struct log_page page = {.count = 6, .height = 2, .rows = rows_of};
    size_t bottom = 2;
    (void)state;
    assert_int_equal(log_page_fit(&page, 2, &bottom), 2);
    assert_int_equal(bottom, 2);
}

static const char *text_of(const struct haul_log_line *line, size_t columns, size_t *ret_name)
{
    static char buf[LOG_TEXT_SIZE];
    return log_line_text(line, columns, true, buf, ret_name);
}

static void items_are_told_by_name(void **state)
{
    struct haul_log_line line = line_of(1, "item 12: 404 from example.org: not found");
    size_t name;
    (void)state;
    assert_string_equal(text_of(&line, 40, &name), line.text);
    assert_int_equal(name, 0);
    line.item = 12;
    line.name = TEXT("a.iso");
    assert_string_equal(text_of(&line, 40, &name), "a.iso (12): 404 from example.org: not found");
    assert_int_equal(name, 5);
    line.text = TEXT("item 12 was complete already");
    assert_string_equal(text_of(&line, 40, &name), "a.iso (12) was complete already");
    line.text = TEXT("item 12");
    assert_string_equal(text_of(&line, 40, &name), "a.iso (12)");
    line.name = TEXT("a-very-long-name-of-a-file.tar.gz");
    assert_string_equal(text_of(&line, 12, &name), "a-ver..ar.gz (12)");
    assert_int_equal(name, 12);
}

static void what_is_looked_for_may_be_in_text_room_or_name(void **state)
{
    struct haul_log_line line = line_of(1, "item 12: 404 from Example.org");
    (void)state;
    assert_true(log_line_has(&line, "example"));
    assert_true(log_line_has(&line, "NET"));
    assert_false(log_line_has(&line, "iso"));
    line.name = TEXT("A.ISO");
    assert_true(log_line_has(&line, "iso"));
}

/* TEXT broken to WIDTH, with a bar where a line ends. */
static const char *wrapped(const char *text, int width)
{
    static char out[256];
    size_t used = 0;
    for (int line = 0; line < 20; line++) {
        size_t len = wrap_length(text, width);
        used += (size_t)snprintf(out + used, sizeof(out) - used, "%.*s|", (int)len, text);
        text = wrap_next(text, len);
        if (len == 0 || text[0] == '\0')
            break;
    }
    return out;
}

static void lines_break_at_spaces_and_links_fill_them(void **state)
{
    (void)state;
    assert_string_equal(wrapped("", 10), "|");
    assert_string_equal(wrapped("one two three", 20), "one two three|");
    assert_string_equal(wrapped("one two three", 8), "one two|three|");
    assert_string_equal(wrapped("one two three", 7), "one two|three|");
    assert_string_equal(wrapped("see https://example.org/", 12), "see https://|example.org/|");
    assert_string_equal(wrapped("日本語の名", 5), "日本|語の|名|");
    assert_string_equal(wrapped("ab", 0), "|");
}

static void lines_are_counted_as_they_are_broken(void **state)
{
    (void)state;
    assert_int_equal(wrap_lines("", 10, 6), 1);
    assert_int_equal(wrap_lines("one two three", 8, 6), 2);
    assert_int_equal(wrap_lines("日本語の名", 5, 6), 3);
    assert_int_equal(wrap_lines("a a a a a a a a", 1, 6), 6);
    assert_int_equal(wrap_lines("ab", 0, 6), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_newer_is_taken),
        cmocka_unit_test(the_oldest_go_when_it_is_full),
        cmocka_unit_test(every_cursor_is_on_a_page_that_is_full),
        cmocka_unit_test(a_page_moves_no_further_than_the_cursor_asks),
        cmocka_unit_test(an_entry_taller_than_the_page_is_shown_from_its_top),
        cmocka_unit_test(items_are_told_by_name),
        cmocka_unit_test(what_is_looked_for_may_be_in_text_room_or_name),
        cmocka_unit_test(lines_break_at_spaces_and_links_fill_them),
        cmocka_unit_test(lines_are_counted_as_they_are_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
