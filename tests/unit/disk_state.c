#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "disk/state.h"

static struct disk_state sample(void)
{
    struct disk_state state = {.url = xstrdup("http://example.org/a b"),
                               .size = 1000,
                               .etag = xstrdup("\"v1\""),
                               .boot = "boot-1",
                               .range_count = 2};

    state.ranges = xcalloc(2, sizeof *state.ranges);
    state.ranges[0] = (struct disk_range){0, 600, 300, 100};
    state.ranges[1] = (struct disk_range){600, 1000, 1000, 600};
    return state;
}

static void what_is_written_reads_back(void **unused)
{
    struct disk_state state = sample(), back = {0};
    size_t len = 0, rows = 0;
    char *text = state_write(&state, &len, &rows);

    (void)unused;
    assert_non_null(text);
    assert_int_equal(len, rows + 2 * STATE_ROW);
    assert_true(state_read(text, len, &back));
    assert_string_equal(back.url, state.url);
    assert_string_equal(back.etag, state.etag);
    assert_null(back.modified);
    assert_string_equal(back.boot, "boot-1");
    assert_int_equal(back.size, 1000);
    assert_memory_equal(back.ranges, state.ranges, 2 * sizeof *state.ranges);
    state_fini(&back);
    state_fini(&state);
    free(text);
}

/* No byte of the record may be off, and none may be missing. */
static void a_damaged_record_is_not_believed(void **unused)
{
    struct disk_state state = sample(), back = {0};
    size_t len = 0, rows = 0;
    char *text = state_write(&state, &len, &rows);

    (void)unused;
    for (size_t cut = 0; cut < len; cut++)
        assert_false(state_read(text, cut, &back));
    for (size_t i = rows; i < len; i++) {
        char kept = text[i];

        text[i] = 'x';
        assert_false(state_read(text, len, &back));
        text[i] = kept;
    }
    state_fini(&state);
    free(text);
}

/* A power cut in the middle of a row: its first bytes are new, the rest is old. Believing such a
 * row could make 1099 of 0999 and 1000. */
static void a_torn_row_is_not_believed(void **unused)
{
    struct disk_state state = sample(), back = {0};
    size_t len = 0, rows = 0;
    char *text = state_write(&state, &len, &rows);
    char before[STATE_ROW], after[STATE_ROW];

    (void)unused;
    state_write_row(&state.ranges[0], before);
    state.ranges[0].written = state.ranges[0].synced = 599;
    state_write_row(&state.ranges[0], after);
    for (size_t cut = 0; cut <= STATE_ROW; cut++) {
        memcpy(text + rows, after, cut);
        memcpy(text + rows + cut, before + cut, STATE_ROW - cut);
        if (state_read(text, len, &back)) {
            const char *row = back.ranges[0].written == 599 ? after : before;

            assert_memory_equal(text + rows, row, STATE_ROW);
            state_fini(&back);
        }
    }
    state_fini(&state);
    free(text);
}

static void an_empty_file_has_one_range(void **unused)
{
    struct disk_state state = sample(), back = {0};
    size_t len, rows;
    char *text;

    (void)unused;
    state.size = 0;
    memset(state.ranges, 0, 2 * sizeof *state.ranges);
    state_tidy(&state);
    assert_int_equal(state.range_count, 1);
    text = state_write(&state, &len, &rows);
    assert_non_null(text);
    assert_true(state_read(text, len, &back));
    assert_int_equal(back.size, 0);
    assert_int_equal(back.range_count, 1);
    assert_true(state_is_whole(&back));
    state_fini(&back);
    free(text);
    state.range_count = 0; /* no range at all is no record */
    assert_null(state_write(&state, &len, &rows));
    state_fini(&state);
}

static bool reads_with(uint64_t start, uint64_t end, uint64_t written, uint64_t synced)
{
    struct disk_state state = sample(), back = {0};
    size_t len = 0, rows = 0;
    char *text;
    bool good;

    state.ranges[1] = (struct disk_range){start, end, written, synced};
    text = state_write(&state, &len, &rows);
    good = state_read(text, len, &back);
    if (good)
        state_fini(&back);
    state_fini(&state);
    free(text);
    return good;
}

static void ranges_must_tile_the_file(void **unused)
{
    (void)unused;
    assert_true(reads_with(600, 1000, 700, 650));
    assert_false(reads_with(601, 1000, 700, 650));  /* a gap */
    assert_false(reads_with(599, 1000, 700, 650));  /* an overlap */
    assert_false(reads_with(600, 999, 700, 650));   /* short of the size */
    assert_false(reads_with(600, 1001, 700, 650));  /* beyond it */
    assert_false(reads_with(600, 1000, 1001, 650)); /* more than the range */
    assert_false(reads_with(600, 1000, 700, 701));  /* synced but not written */
    assert_false(reads_with(600, 1000, 599, 599));  /* before its start */
}

static void another_boot_believes_only_what_was_synced(void **unused)
{
    struct disk_state state = sample();

    (void)unused;
    state.ranges[0] = (struct disk_range){0, 90000, 80000, 41000};
    state.ranges[1] = (struct disk_range){90000, 200000, 150000, 90000};
    state_believe(&state, "boot-2", 200000);
    assert_int_equal(state.ranges[0].written, 40960);
    assert_int_equal(state.ranges[0].synced, 40960);
    assert_int_equal(state.ranges[1].written, 90000);
    state.ranges[0] = (struct disk_range){0, 90000, 80000, 41000};
    state.boot[0] = '\0'; /* nobody knows which one it was, nor which one it is */
    state_believe(&state, "", 200000);
    assert_int_equal(state.ranges[0].written, 40960);
    state_fini(&state);
}

static void after_another_boot_the_last_block_is_not_believed(void **unused)
{
    struct disk_state state = sample();

    (void)unused;
    state.ranges[0] = (struct disk_range){0, 40960, 40960, 40960};
    state.ranges[1] = (struct disk_range){40960, 200000, 150000, 41000};
    state_believe(&state, "boot-2", 200000);
    assert_int_equal(state.ranges[0].written, 36864); /* a whole one */
    assert_int_equal(state.ranges[1].written, 40960);
    state.ranges[0] = (struct disk_range){0, 40960, 40960, 40960};
    state_believe(&state, "boot-1", 200000);
    assert_int_equal(state.ranges[0].written, 40960);
    state_fini(&state);
}

static void nothing_is_believed_beyond_the_file(void **unused)
{
    struct disk_state state = sample();

    (void)unused;
    state_believe(&state, "boot-1", 700);
    assert_int_equal(state.ranges[0].written, 300);
    assert_int_equal(state.ranges[0].synced, 100); /* finding bytes does not sync them */
    assert_int_equal(state.ranges[1].written, 700);
    state_believe(&state, "boot-1", 200);
    assert_int_equal(state.ranges[0].written, 200);
    assert_int_equal(state.ranges[1].written, 600);
    state_fini(&state);
}

static void a_line_end_in_a_text_makes_no_record(void **unused)
{
    struct disk_state state = sample();
    size_t len, rows;

    (void)unused;
    xstrset(&state.etag, "\"a\"\nranges 0");
    assert_null(state_write(&state, &len, &rows));
    xstrset(&state.etag, NULL);
    xstrset(&state.source, "http://a\nranges 0");
    assert_null(state_write(&state, &len, &rows));
    xstrset(&state.source, NULL);
    xstrset(&state.rejected, "md5:0\r");
    assert_null(state_write(&state, &len, &rows));
    xstrset(&state.rejected, NULL);
    xstrset(&state.modified, "\n");
    assert_null(state_write(&state, &len, &rows));
    xstrset(&state.modified, NULL);
    xstrset(&state.url, "http://a\nsource http://b");
    assert_null(state_write(&state, &len, &rows));
    state_fini(&state);
}

static void every_field_is_written_and_copied(void **unused)
{
    struct disk_state state = sample(), back = {0}, copy = {0};
    size_t len = 0, rows = 0;
    char *text;

    (void)unused;
    xstrset(&state.source, "http://mirror.example/a");
    xstrset(&state.modified, "Tue, 14 Nov 2023 22:13:20 GMT");
    xstrset(&state.rejected, "\"v0\"");
    text = state_write(&state, &len, &rows);
    assert_true(state_read(text, len, &back));
    state_copy(&copy, &back);
    state_fini(&back);
    assert_string_equal(copy.url, state.url);
    assert_string_equal(copy.source, state.source);
    assert_string_equal(copy.etag, state.etag);
    assert_string_equal(copy.modified, state.modified);
    assert_string_equal(copy.rejected, state.rejected);
    assert_memory_equal(copy.ranges, state.ranges, 2 * sizeof *state.ranges);
    state_fini(&copy);
    state_fini(&state);
    free(text);
}

static void a_size_that_is_not_known_ends_the_last_range_later(void **unused)
{
    struct disk_state state = sample(), back = {0};
    size_t len = 0, rows = 0;
    char *text;

    (void)unused;
    state.size = -1;
    state.ranges[1].end = UINT64_MAX;
    text = state_write(&state, &len, &rows);
    assert_non_null(text);
    assert_true(state_read(text, len, &back));
    assert_int_equal(back.size, -1);
    state_close(&back);
    assert_true(back.ranges[1].end == UINT64_MAX); /* still not known */
    back.size = 1000;
    state_close(&back);
    assert_int_equal(back.ranges[0].end, 600);
    assert_int_equal(back.ranges[1].end, 1000);
    state_fini(&back);
    state_fini(&state);
    free(text);
}

static void tidying_sorts_and_drops_what_is_empty(void **unused)
{
    struct disk_state state = sample();

    (void)unused;
    state.ranges = xreallocarray(state.ranges, 3, sizeof *state.ranges);
    state.ranges[0] = (struct disk_range){600, 1000, 1000, 600};
    state.ranges[1] = (struct disk_range){600, 600, 600, 600};
    state.ranges[2] = (struct disk_range){0, 600, 300, 100};
    state.range_count = 3;
    state_tidy(&state);
    assert_int_equal(state.range_count, 2);
    assert_int_equal(state.ranges[0].start, 0);
    assert_int_equal(state.ranges[1].start, 600);
    state_fini(&state);
}

static void what_is_here_is_counted(void **unused)
{
    struct disk_state state = sample();

    (void)unused;
    assert_int_equal(disk_state_bytes(&state), 300 + 400);
    assert_int_equal(disk_state_reach(&state), 1000);
    assert_false(state_is_whole(&state));
    state.ranges[1].written = 600; /* none of it */
    assert_int_equal(disk_state_reach(&state), 300);
    state.ranges[0].written = 600;
    state.ranges[1].written = 1000;
    assert_true(state_is_whole(&state));
    state_fini(&state);
}

/* The record of a state of COUNT ranges, each of one byte, or NULL. */
static char *write_many(size_t count, size_t *ret_len)
{
    struct disk_state state = {.url = xstrdup("http://example.org/"),
                               .size = (int64_t)count,
                               .boot = "boot-1",
                               .range_count = count};
    size_t rows;
    char *text;

    state.ranges = xcalloc(count, sizeof *state.ranges);
    for (size_t i = 0; i < count; i++)
        state.ranges[i] = (struct disk_range){i, i + 1, i, i};
    text = state_write(&state, ret_len, &rows);
    state_fini(&state);
    return text;
}

static void there_are_no_more_ranges_than_a_record_holds(void **unused)
{
    struct disk_state back = {0};
    size_t len = 0;
    char *text = write_many(STATE_RANGES_MAX, &len);

    (void)unused;
    assert_non_null(text);
    assert_true(state_read(text, len, &back));
    assert_int_equal(back.range_count, STATE_RANGES_MAX);
    state_fini(&back);
    free(text);
    assert_null(write_many(STATE_RANGES_MAX + 1, &len));
}

/* A record whose line KEY says VALUE; is it believed? */
static bool reads_with_line(const char *key, const char *value, uint64_t end)
{
    struct disk_state back = {.size = -1};
    struct disk_range range = {.end = end};
    char row[STATE_ROW + 1] = "", *text;
    bool good;

    state_write_row(&range, row);
    text = xasprintf("haul 1\nurl http://example.org/\nsize %s\nboot %s\nranges %s\n%s",
                     strcmp(key, "size") == 0 ? value : "1000",
                     strcmp(key, "boot") == 0 ? value : "boot-1",
                     strcmp(key, "ranges") == 0 ? value : "1", row);
    good = state_read(text, strlen(text), &back);
    assert_true(good || (!back.url && !back.ranges));
    state_fini(&back);
    free(text);
    return good;
}

static void no_line_may_be_missing(void **unused)
{
    static const char *const lines[] = {"haul 1\n", "url http://example.org/\n", "size 1000\n",
                                        "boot b\n", "ranges 1\n"};
    struct disk_range range = {.end = 1000};
    struct disk_state back = {.size = -1};
    char row[STATE_ROW + 1] = "";

    (void)unused;
    state_write_row(&range, row);
    for (size_t left_out = 0; left_out <= COUNT_OF(lines); left_out++) {
        char *text = xasprintf("%s%s%s%s%s%s", left_out == 0 ? "" : lines[0],
                               left_out == 1 ? "" : lines[1], left_out == 2 ? "" : lines[2],
                               left_out == 3 ? "" : lines[3], left_out == 4 ? "" : lines[4], row);

        assert_int_equal(state_read(text, strlen(text), &back), left_out == COUNT_OF(lines));
        free(text);
    }
    state_fini(&back);
}

/* Records outlive the haul that wrote them. */
static void a_row_looks_as_it_always_did(void **unused)
{
    struct disk_range range = {1, 22, 20, 3};
    char row[STATE_ROW + 1] = "";

    (void)unused;
    state_write_row(&range, row);
    assert_string_equal(row, "00000000000000000001 00000000000000000022 00000000000000000020 "
                             "00000000000000000003 fa7f38f7\n");
}

static void a_size_is_a_plain_number_that_a_file_can_have(void **unused)
{
    static const char *const others[] = {"",         " 1000", "1000 ", "01000", "+1000",
                                         "-1000",    "1000x", "0x3e8", "1e3",   "Unknown",
                                         "unknown ", "999",   "1001"};

    (void)unused;
    assert_true(reads_with_line("size", "1000", 1000));
    assert_true(reads_with_line("size", "unknown", UINT64_MAX));
    assert_false(reads_with_line("size", "unknown", 1000));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(reads_with_line("size", others[i], 1000));
    assert_true(reads_with_line("size", "4611686018427387903", INT64_MAX / 2));
    assert_false(reads_with_line("size", "4611686018427387904", INT64_MAX / 2 + 1));
    assert_false(reads_with_line("size", "18446744073709551615", UINT64_MAX));
    assert_false(reads_with_line("size", "18446744073709551616", UINT64_MAX));
    assert_false(reads_with_line("size", "-1", UINT64_MAX));
}

static void a_boot_id_and_a_count_fit_their_places(void **unused)
{
    (void)unused;
    assert_true(reads_with_line("boot", "123456789012345678901234567890123456789", 1000));
    assert_false(reads_with_line("boot", "1234567890123456789012345678901234567890", 1000));
    assert_true(reads_with_line("ranges", "1", 1000));
    assert_false(reads_with_line("ranges", "0", 1000));
    assert_false(reads_with_line("ranges", "2", 1000));
    assert_false(reads_with_line("ranges", "01", 1000));
    assert_false(reads_with_line("ranges", "18446744073709551617", 1000));
}

/* What comes beyond the caps is not looked at, and what reaches them is. */
static void a_record_has_no_more_bytes_than_it_may(void **unused)
{
    struct disk_range range = {.end = 1};
    struct disk_state state = {
        .size = 1, .boot = "b", .ranges = &range, .range_count = 1, .url = xcalloc(1, 1)};
    struct disk_state back = {0};
    size_t len = 0, rows, rest;
    char *text = state_write(&state, &len, &rows);

    (void)unused;
    assert_non_null(text);
    rest = STATE_BYTES_MAX - len;
    free(text);
    free(state.url);
    state.url = xcalloc(1, rest + 2);
    memset(state.url, 'a', rest - 1);
    text = state_write(&state, &len, &rows);
    assert_non_null(text);
    assert_int_equal(len, STATE_BYTES_MAX - 1);
    assert_true(state_read(text, len, &back));
    state_fini(&back);
    free(text);
    memset(state.url, 'a', rest + 1);
    assert_null(state_write(&state, &len, &rows));
    free(state.url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_damaged_record_is_not_believed),
        cmocka_unit_test(a_torn_row_is_not_believed),
        cmocka_unit_test(an_empty_file_has_one_range),
        cmocka_unit_test(ranges_must_tile_the_file),
        cmocka_unit_test(another_boot_believes_only_what_was_synced),
        cmocka_unit_test(after_another_boot_the_last_block_is_not_believed),
        cmocka_unit_test(nothing_is_believed_beyond_the_file),
        cmocka_unit_test(a_line_end_in_a_text_makes_no_record),
        cmocka_unit_test(every_field_is_written_and_copied),
        cmocka_unit_test(a_size_that_is_not_known_ends_the_last_range_later),
        cmocka_unit_test(tidying_sorts_and_drops_what_is_empty),
        cmocka_unit_test(what_is_here_is_counted),
        cmocka_unit_test(there_are_no_more_ranges_than_a_record_holds),
        cmocka_unit_test(no_line_may_be_missing),
        cmocka_unit_test(a_row_looks_as_it_always_did),
        cmocka_unit_test(a_size_is_a_plain_number_that_a_file_can_have),
        cmocka_unit_test(a_boot_id_and_a_count_fit_their_places),
        cmocka_unit_test(a_record_has_no_more_bytes_than_it_may),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
