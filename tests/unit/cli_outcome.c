/* The exit status of `get`, line by line of the table in DESIGN.md section 7. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/outcome.h"

/* The status when the given errors ended items, and DONE others are complete. */
static int status_of(uint64_t done, const enum haul_err *errors, size_t count)
{
    struct outcome outcome = {.added = done + count, .done = done};

    for (size_t i = 0; i < count; i++)
        outcome_failed(&outcome, errors[i]);
    return outcome_status(&outcome);
}

#define STATUS(done, ...)                                                                          \
    status_of(done, (const enum haul_err[]){__VA_ARGS__},                                          \
              sizeof((const enum haul_err[]){__VA_ARGS__}) / sizeof(enum haul_err))

static void zero_when_all_is_complete(void **state)
{
    (void)state;
    assert_int_equal(status_of(3, NULL, 0), 0);
    assert_int_equal(status_of(0, NULL, 0), 0);
}

static void one_kind_of_failure_gives_its_number(void **state)
{
    (void)state;
    assert_int_equal(STATUS(0, HAUL_E_BAD_URL), 1);
    assert_int_equal(STATUS(0, HAUL_E_RESOLVE), 3);
    assert_int_equal(STATUS(9, HAUL_E_CONNECT, HAUL_E_TIMEOUT, HAUL_E_TRUNCATED), 3);
    assert_int_equal(STATUS(1, HAUL_E_HTTP, HAUL_E_LOGIN), 4);
    assert_int_equal(STATUS(0, HAUL_E_DISK_FULL, HAUL_E_EXISTS), 5);
    assert_int_equal(STATUS(0, HAUL_E_LENGTH, HAUL_E_CHANGED), 6);
    assert_int_equal(STATUS(0, HAUL_E_INTERNAL, HAUL_E_BAD_URL), 1);
}

static void several_kinds_give_two(void **state)
{
    (void)state;
    assert_int_equal(STATUS(5, HAUL_E_RESOLVE, HAUL_E_HTTP), 2);
    assert_int_equal(STATUS(0, HAUL_E_HTTP, HAUL_E_DISK, HAUL_E_HTTP), 2);
}

static void interrupted_is_seven_whatever_failed(void **state)
{
    struct outcome outcome = {.added = 3, .done = 1, .interrupted = true};

    (void)state;
    assert_int_equal(outcome_status(&outcome), 7);
    outcome_failed(&outcome, HAUL_E_HTTP);
    assert_int_equal(outcome_status(&outcome), 7);
}

static void an_item_that_never_ended_is_interrupted(void **state)
{
    struct outcome outcome = {.added = 3, .done = 2};

    (void)state;
    assert_int_equal(outcome_status(&outcome), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_when_all_is_complete),
        cmocka_unit_test(one_kind_of_failure_gives_its_number),
        cmocka_unit_test(several_kinds_give_two),
        cmocka_unit_test(interrupted_is_seven_whatever_failed),
        cmocka_unit_test(an_item_that_never_ended_is_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
