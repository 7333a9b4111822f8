#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/due.h"

#define COUNT 100u

/* Times that come in no order and some of them twice. */
static uint64_t time_of(unsigned n)
{
    return n * 37u % 89u;
}

static void fill(struct due *due, struct item *items[COUNT])
{
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://example.org/x", .options = options};

    for (unsigned i = 0; i < COUNT; i++) {
        items[i] = item_new(i, &request);
        item_need_work(items[i])->due = time_of(i);
        due_add(due, items[i]);
    }
    haul_options_unref(options);
}

static void empty(struct due *due, struct item *items[COUNT])
{
    due_fini(due);
    for (unsigned i = 0; i < COUNT; i++)
        item_free(items[i]);
}

/* Takes the first until there is none; returns how many there were. */
static unsigned drain(struct due *due)
{
    uint64_t last = 0;
    unsigned count = 0;
    struct item *first;

    while ((first = due_first(due))) {
        assert_true(item_work(first)->due >= last);
        last = item_work(first)->due;
        due_remove(due, first);
        count++;
    }
    return count;
}

static void the_earliest_comes_first(void **state)
{
    struct due due = {0};
    struct item *items[COUNT];

    (void)state;
    assert_null(due_first(&due));
    fill(&due, items);
    assert_int_equal(drain(&due), COUNT);
    empty(&due, items);
}

static void any_can_be_taken_out(void **state)
{
    struct due due = {0};
    struct item *items[COUNT];

    (void)state;
    fill(&due, items);
    for (unsigned i = 0; i < COUNT; i += 3)
        due_remove(&due, items[i]);
    for (size_t i = 0; i < due.count; i++) {
        assert_int_equal(due.items[i]->more->work->due_at, i);
        assert_true(due.items[i]->id % 3 != 0);
    }
    assert_int_equal(drain(&due), COUNT - (COUNT + 2) / 3);
    empty(&due, items);
}

/* What takes the place of one that is taken out may be earlier than what is above it there. */
static void the_last_one_rises_where_it_comes_to(void **state)
{
    static const uint64_t times[] = {0, 100, 1, 101, 102, 2, 3};
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://example.org/x", .options = options};
    struct item *items[7];
    struct due due = {0};

    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        items[i] = item_new(i, &request);
        item_need_work(items[i])->due = times[i];
        due_add(&due, items[i]);
    }
    due_remove(&due, items[3]);
    assert_ptr_equal(due.items[1], items[6]);
    assert_int_equal(drain(&due), 6);
    due_fini(&due);
    for (unsigned i = 0; i < 7; i++)
        item_free(items[i]);
    haul_options_unref(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(any_can_be_taken_out),
        cmocka_unit_test(the_last_one_rises_where_it_comes_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
