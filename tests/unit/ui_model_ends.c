/* What came to its end between two frames, as notes name it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "ui/model_inside.h"

#define ROWS 3

static struct haul_item held[ROWS], now[ROWS];
static struct model model;
static struct haul_frame frame;

static struct haul_item item(uint64_t id, enum haul_state state, const char *name)
{
    return (struct haul_item){.id = id, .state = state, .name = (char *)(uintptr_t)name};
}

/* Three items that are held, which run; the frame has the same. */
static void begin(void)
{
    static const char *const names[ROWS] = {"one.iso", "two.iso", "three.iso"};

    for (uint64_t i = 0; i < ROWS; i++)
        held[i] = now[i] = item(i + 1, HAUL_ACTIVE, names[i]);
    model = (struct model){.rows = held, .row_count = ROWS};
    frame = (struct haul_frame){.rows = now, .row_count = ROWS};
    model.totals.counts[HAUL_DONE] = frame.totals.counts[HAUL_DONE] = 10;
    model.totals.counts[HAUL_FAILED] = frame.totals.counts[HAUL_FAILED] = 2;
}

static void ends(size_t row, enum haul_state state)
{
    now[row].state = state;
    frame.totals.counts[state]++;
}

static void expect_ended(const char *done, const char *failed)
{
    model_note_ends(&model, &frame);
    assert_string_equal(model_ended(&model)->done, done);
    assert_string_equal(model_ended(&model)->failed, failed);
}

static void what_becomes_complete_or_fails_is_named(void **state)
{
    (void)state;
    begin();
    expect_ended("", "");
    ends(0, HAUL_DONE);
    expect_ended("one.iso", "");
    ends(2, HAUL_FAILED);
    expect_ended("one.iso", "three.iso");
    model_ended_clear(&model);
    assert_string_equal(model_ended(&model)->done, "");
    assert_string_equal(model_ended(&model)->failed, "");
}

static void what_users_end_is_not(void **state)
{
    (void)state;
    begin();
    ends(0, HAUL_CANCELLED);
    ends(1, HAUL_PAUSED);
    expect_ended("", "");
}

/* Only scrolled into view: it was over before. */
static void what_was_over_before_is_not(void **state)
{
    (void)state;
    begin();
    held[0].state = HAUL_DONE;
    now[0].state = HAUL_DONE;
    now[1] = item(7, HAUL_DONE, "seven.iso");
    frame.totals.counts[HAUL_DONE]++;
    expect_ended("", "");
}

/* It was complete in the frame before; that another one is now, out of sight, does not name it. */
static void a_row_counts_only_when_the_totals_do(void **state)
{
    (void)state;
    begin();
    now[0].state = HAUL_DONE;
    expect_ended("", "");
    begin();
    now[0].state = HAUL_FAILED;
    frame.totals.counts[HAUL_DONE]++;
    expect_ended("", "");
}

static void rows_may_have_moved(void **state)
{
    (void)state;
    begin();
    now[0] = item(3, HAUL_DONE, "three.iso");
    now[2] = item(1, HAUL_ACTIVE, "one.iso");
    frame.totals.counts[HAUL_DONE]++;
    expect_ended("three.iso", "");
}

/* The newest one that was held has the number 3. */
static void what_came_since_the_frame_before_has_ended_too(void **state)
{
    (void)state;
    begin();
    model.loaded = true;
    model_note_ends(&model, &frame);
    assert_false(model_ended(&model)->between);
    now[1] = item(7, HAUL_DONE, "seven.iso");
    frame.totals.counts[HAUL_DONE]++;
    expect_ended("seven.iso", "");
    assert_true(model_ended(&model)->between);
    model_ended_clear(&model);
    assert_false(model_ended(&model)->between);
    frame.totals.counts[HAUL_DONE]++; /* held[] still lacks it, as if it were back from a removal */
    expect_ended("", "");
    assert_false(model_ended(&model)->between);
}

static void a_long_name_is_cut_in_its_middle(void **state)
{
    char name[1001];

    (void)state;
    begin();
    memset(name, 'n', sizeof(name) - 1);
    memcpy(name + sizeof(name) - 5, ".iso", 5);
    now[0].name = name;
    ends(0, HAUL_DONE);
    model_note_ends(&model, &frame);
    assert_true(text_width(model_ended(&model)->done) < MODEL_NAME / 4);
    assert_non_null(strstr(model_ended(&model)->done, "…"));
    assert_non_null(strstr(model_ended(&model)->done, ".iso"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_becomes_complete_or_fails_is_named),
        cmocka_unit_test(what_users_end_is_not),
        cmocka_unit_test(what_was_over_before_is_not),
        cmocka_unit_test(a_row_counts_only_when_the_totals_do),
        cmocka_unit_test(rows_may_have_moved),
        cmocka_unit_test(what_came_since_the_frame_before_has_ended_too),
        cmocka_unit_test(a_long_name_is_cut_in_its_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
