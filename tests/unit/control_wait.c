/* Waiting for items, and the exit status that comes of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/wait.h"

static void waiting_for_nothing_is_over(void **state)
{
    struct wait *wait = wait_new();

    (void)state;
    assert_true(wait_over(wait));
    assert_int_equal(wait_exit_status(wait), 0);
    wait_free(wait);
    wait_free(NULL);
}

static void it_is_over_when_all_rest(void **state)
{
    struct wait *wait = wait_new();

    (void)state;
    wait_add(wait, 1, HAUL_QUEUED, HAUL_OK);
    wait_add(wait, 2, HAUL_DONE, HAUL_OK);
    wait_add(wait, 3, HAUL_WAITING, HAUL_E_TIMEOUT);
    assert_false(wait_over(wait));
    wait_add(wait, 1, HAUL_ACTIVE, HAUL_OK);
    wait_add(wait, 1, HAUL_DONE, HAUL_OK);
    assert_false(wait_over(wait));
    wait_add(wait, 3, HAUL_DONE, HAUL_OK);
    assert_true(wait_over(wait));
    assert_int_equal(wait_exit_status(wait), 0);
    assert_true(wait_has(wait, 3));
    assert_false(wait_has(wait, 4));
    wait_free(wait);
}

static void an_item_that_is_taken_up_again_is_waited_for_again(void **state)
{
    struct wait *wait = wait_new();

    (void)state;
    wait_add(wait, 1, HAUL_FAILED, HAUL_E_DISK_FULL);
    wait_add(wait, 2, HAUL_ACTIVE, HAUL_OK);
    wait_add(wait, 1, HAUL_QUEUED, HAUL_OK);
    wait_add(wait, 2, HAUL_DONE, HAUL_OK);
    assert_false(wait_over(wait));
    wait_add(wait, 1, HAUL_DONE, HAUL_OK);
    assert_true(wait_over(wait));
    assert_int_equal(wait_exit_status(wait), 0);
    wait_free(wait);
}

static int status_of(enum haul_state first, enum haul_err first_err, enum haul_state second,
                     enum haul_err second_err)
{
    struct wait *wait = wait_new();
    int status;

    wait_add(wait, 1, first, first_err);
    wait_add(wait, 2, second, second_err);
    wait_add(wait, 3, HAUL_DONE, HAUL_OK);
    assert_true(wait_over(wait));
    status = wait_exit_status(wait);
    wait_free(wait);
    return status;
}

static void one_kind_of_failure_gives_its_number_and_several_give_2(void **state)
{
    (void)state;
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_TIMEOUT, HAUL_DONE, HAUL_OK), 3);
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_TIMEOUT, HAUL_FAILED, HAUL_E_RESOLVE), 3);
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_HTTP, HAUL_DONE, HAUL_OK), 4);
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_DISK, HAUL_FAILED, HAUL_E_DISK_FULL), 5);
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_CHECKSUM, HAUL_DONE, HAUL_OK), 6);
    assert_int_equal(status_of(HAUL_PAUSED, HAUL_OK, HAUL_CANCELLED, HAUL_OK), 7);
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_HTTP, HAUL_FAILED, HAUL_E_TIMEOUT), 2);
    assert_int_equal(status_of(HAUL_FAILED, HAUL_E_HTTP, HAUL_PAUSED, HAUL_OK), 2);
}

static void a_removed_item_counts_as_it_was(void **state)
{
    struct wait *wait = wait_new();

    (void)state;
    wait_add(wait, 1, HAUL_DONE, HAUL_OK);
    wait_removed(wait, 1);
    wait_removed(wait, 99);
    assert_int_equal(wait_exit_status(wait), 0);
    wait_add(wait, 2, HAUL_ACTIVE, HAUL_OK);
    assert_false(wait_over(wait));
    wait_removed(wait, 2);
    assert_true(wait_over(wait));
    assert_int_equal(wait_exit_status(wait), 7);
    wait_free(wait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_for_nothing_is_over),
        cmocka_unit_test(it_is_over_when_all_rest),
        cmocka_unit_test(an_item_that_is_taken_up_again_is_waited_for_again),
        cmocka_unit_test(one_kind_of_failure_gives_its_number_and_several_give_2),
        cmocka_unit_test(a_removed_item_counts_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
