/* What is worth a line, and in which words. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/watch_line.h"

static char name[] = "a.iso";
static char nothing[] = "";
static char note[] = "the server answered 503";

static struct haul_item item_in(enum haul_state state, uint64_t done, int64_t total)
{
    return (struct haul_item){
        .id = 7, .state = state, .done = done, .total = total, .name = name, .note = nothing};
}

static void assert_told(struct watch_told *told, struct haul_item item, int64_t now,
                        const char *words)
{
    char *line = watch_line(told, &item, now);

    if (!words) {
        assert_null(line);
        return;
    }
    assert_non_null(line);
    assert_non_null(strstr(line, words)); /* behind the time */
    assert_int_equal(line[2], ':');
    free(line);
}

static void every_change_of_state_is_told_once(void **state)
{
    struct watch_told told = {0};
    struct haul_item waiting = item_in(HAUL_WAITING, 5, 100);

    (void)state;
    waiting.note = note;
    waiting.err = HAUL_E_HTTP;
    assert_told(&told, item_in(HAUL_QUEUED, 0, -1), 1000, " 7 queued: a.iso");
    assert_told(&told, item_in(HAUL_QUEUED, 0, -1), 99000, NULL);
    assert_told(&told, item_in(HAUL_ACTIVE, 0, -1), 99001, " 7 started: a.iso");
    assert_told(&told, waiting, 99002, " 7 waiting, the server answered 503: a.iso");
    assert_told(&told, waiting, 999002, NULL);
    assert_told(&told, item_in(HAUL_DONE, 2048, 2048), 999003, " 7 done, 2.0 KiB: a.iso");
}

static void what_is_halted_says_until_when(void **state)
{
    struct watch_told told = {0};
    struct haul_item halted = item_in(HAUL_QUEUED, 5, 100);

    (void)state;
    setenv("TZ", "UTC", 1);
    halted.off_hours = true;
    halted.start_at = 22 * 3600 * 1000;
    assert_told(&told, item_in(HAUL_ACTIVE, 0, -1), 1000, " 7 started: a.iso");
    assert_told(&told, halted, 2000, " 7 queued, no downloads before 22:00: a.iso");
    assert_told(&told, halted, 99000, NULL);
}

static void that_more_came_is_told_by_tenths_and_seldom(void **state)
{
    struct watch_told told = {0};

    (void)state;
    assert_told(&told, item_in(HAUL_ACTIVE, 5, 1000), 0, " 7 running, 0% of ");
    assert_told(&told, item_in(HAUL_ACTIVE, 500, 1000), WATCH_PACE_MS - 1, NULL);
    assert_told(&told, item_in(HAUL_ACTIVE, 501, 1000), WATCH_PACE_MS, " 7 running, 50%");
    assert_told(&told, item_in(HAUL_ACTIVE, 599, 1000), 5 * WATCH_PACE_MS, NULL);
    assert_told(&told, item_in(HAUL_ACTIVE, 600, 1000), 6 * WATCH_PACE_MS, " 7 running, 60%");
}

static void without_a_size_it_is_told_by_time(void **state)
{
    struct watch_told told = {0};

    (void)state;
    assert_told(&told, item_in(HAUL_ACTIVE, 5, -1), 0, " 7 running, 5 B");
    assert_told(&told, item_in(HAUL_ACTIVE, 5000, -1), WATCH_SLOW_MS - 1, NULL);
    assert_told(&told, item_in(HAUL_ACTIVE, 5000, -1), WATCH_SLOW_MS, " 7 running, 4.9 KiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_state_is_told_once),
        cmocka_unit_test(what_is_halted_says_until_when),
        cmocka_unit_test(that_more_came_is_told_by_tenths_and_seldom),
        cmocka_unit_test(without_a_size_it_is_told_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
