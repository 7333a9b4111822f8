/* Items on the command line: numbers, ranges, all. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/ids.h"

#define WORDS(...)                                                                                 \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static void assert_numbers(const struct ids *ids, const uint64_t *there, size_t there_count,
                           const uint64_t *expected, size_t expected_count)
{
    struct haul_item items[16] = {0};
    uint64_t *numbers;
    size_t count;

    for (size_t i = 0; i < there_count; i++)
        items[i].id = there[i];
    assert_int_equal(ids_numbers(ids, items, there_count, &numbers, &count, NULL), HAUL_OK);
    assert_int_equal(count, expected_count);
    assert_memory_equal(numbers, expected, count * sizeof(*numbers));
    free(numbers);
}

static void numbers_are_taken_as_they_are(void **state)
{
    struct ids ids;

    (void)state;
    assert_int_equal(ids_parse(WORDS("7", "3", "7"), &ids, NULL), HAUL_OK);
    assert_false(ids.has_range);
    assert_false(ids.all);
    assert_numbers(&ids, NULL, 0, (const uint64_t[]){3, 7}, 2);
    ids_fini(&ids);
}

static void a_range_means_the_items_that_are_there(void **state)
{
    static const uint64_t there[] = {9, 4, 2, 6};
    struct ids ids;

    (void)state;
    assert_int_equal(ids_parse(WORDS("3-7", "1", "5-6"), &ids, NULL), HAUL_OK);
    assert_true(ids.has_range);
    assert_numbers(&ids, there, 4, (const uint64_t[]){1, 4, 6}, 3);
    ids_fini(&ids);
}

static void a_range_without_items_is_never_all_of_them(void **state)
{
    struct ids ids;
    struct haul_error err;
    uint64_t *numbers = NULL;
    size_t count = 1;

    (void)state;
    assert_int_equal(ids_parse(WORDS("3-7"), &ids, NULL), HAUL_OK);
    assert_int_equal(ids_numbers(&ids, NULL, 0, &numbers, &count, &err), HAUL_E_NO_ITEM);
    assert_null(numbers);
    ids_fini(&ids);
}

static void a_huge_range_costs_nothing(void **state)
{
    static const uint64_t there[] = {5};
    struct ids ids;

    (void)state;
    assert_int_equal(ids_parse(WORDS("1-18446744073709551615"), &ids, NULL), HAUL_OK);
    assert_numbers(&ids, there, 1, there, 1);
    ids_fini(&ids);
}

static void all_is_all(void **state)
{
    struct ids ids;

    (void)state;
    assert_int_equal(ids_parse(WORDS("all"), &ids, NULL), HAUL_OK);
    assert_true(ids.all);
    ids_fini(&ids);
}

static void anything_else_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",    "0",  "-1", "1-",  "7-3", "1-2-3", "1x",   "0-3",
        "1,2", " 1", "+1", "ALL", "1 ",  "x",     "1--2", "99999999999999999999"};
    struct ids ids;
    struct haul_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(ids_parse(&wrong[i], 1, &ids, &err), HAUL_E_USAGE);
}

static void states_mean_the_items_in_them(void **state)
{
    struct haul_item items[] = {{.id = 1, .state = HAUL_DONE},
                                {.id = 2, .state = HAUL_FAILED},
                                {.id = 3, .state = HAUL_PAUSED},
                                {.id = 4, .state = HAUL_FAILED}};
    const char *words[] = {"failed", "3"}, *none[] = {"waiting"}, *wrong[] = {"faild"};
    struct haul_error err;
    struct ids ids;
    uint64_t *numbers;
    size_t count;

    (void)state;
    assert_int_equal(ids_parse(words, 2, &ids, &err), HAUL_OK);
    assert_true(ids.has_range);
    assert_int_equal(ids_numbers(&ids, items, 4, &numbers, &count, &err), HAUL_OK);
    assert_int_equal(count, 3);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(numbers[1], 3);
    assert_int_equal(numbers[2], 4);
    free(numbers);
    ids_fini(&ids);
    assert_int_equal(ids_parse(none, 1, &ids, &err), HAUL_OK);
    assert_int_equal(ids_numbers(&ids, items, 4, &numbers, &count, &err), HAUL_E_NO_ITEM);
    ids_fini(&ids);
    assert_int_equal(ids_parse(wrong, 1, &ids, &err), HAUL_E_USAGE);
    assert_non_null(strstr(err.text, "did you mean failed?"));
}

static void one_item_is_one_number(void **state)
{
    static const char *const wrong[] = {"0", "3-7", "all", "failed", "", "-1", "3x"};
    uint64_t id;

    (void)state;
    assert_int_equal(ids_parse_one("18446744073709551615", &id, NULL), HAUL_OK);
    assert_true(id == UINT64_MAX);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(ids_parse_one(wrong[i], &id, NULL), HAUL_E_USAGE);
}

static void a_place_is_a_direction_or_a_position(void **state)
{
    static const char *const wrong[] = {"0", "sideways", "to", "", "-1"};
    struct ids_place place;

    (void)state;
    assert_int_equal(ids_parse_place("top", &place, NULL), HAUL_OK);
    assert_int_equal(place.how, HAUL_MOVE_TOP);
    assert_int_equal(ids_parse_place("7", &place, NULL), HAUL_OK);
    assert_int_equal(place.how, HAUL_MOVE_TO);
    assert_int_equal(place.position, 7);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(ids_parse_place(wrong[i], &place, NULL), HAUL_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_mean_the_items_in_them),
        cmocka_unit_test(numbers_are_taken_as_they_are),
        cmocka_unit_test(a_range_means_the_items_that_are_there),
        cmocka_unit_test(a_range_without_items_is_never_all_of_them),
        cmocka_unit_test(a_huge_range_costs_nothing),
        cmocka_unit_test(all_is_all),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(one_item_is_one_number),
        cmocka_unit_test(a_place_is_a_direction_or_a_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
