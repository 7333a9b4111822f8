/* Errors that are kept: nothing while there is none, and a copy that is one's own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"

static void without_an_error_it_holds_nothing(void **state)
{
    struct haul_error none = {.code = HAUL_OK};
    struct fault fault = {0};

    (void)state;
    assert_false(fault_is(&fault));
    assert_int_equal(fault_get(&fault)->code, HAUL_OK);
    assert_string_equal(fault_get(&fault)->text, "");
    fault_put(&fault, &none);
    assert_null(fault.err);
}

static void an_error_is_copied_and_can_be_forgotten(void **state)
{
    struct haul_error err, none = {.code = HAUL_OK};
    struct fault fault = {0};

    (void)state;
    haul_fail(&err, HAUL_E_CONNECT, "%s does not answer", "example.org");
    fault_put(&fault, &err);
    memset(&err, 0, sizeof err);
    assert_true(fault_is(&fault));
    assert_int_equal(fault_get(&fault)->code, HAUL_E_CONNECT);
    assert_string_equal(fault_get(&fault)->text, "example.org does not answer");
    fault_put(&fault, fault_get(&fault));
    assert_string_equal(fault_get(&fault)->text, "example.org does not answer");
    fault_put(&fault, &none);
    assert_false(fault_is(&fault));
    assert_null(fault.err);
}

static void a_remark_is_kept_though_it_is_no_error(void **state)
{
    struct haul_error remark = {.code = HAUL_OK, .text = "sha256 verified"};
    struct fault fault = {0};

    (void)state;
    fault_put(&fault, &remark);
    assert_false(fault_is(&fault));
    assert_string_equal(fault_get(&fault)->text, "sha256 verified");
    haul_fail(fault_need(&fault), HAUL_E_DISK, "no");
    assert_true(fault_is(&fault));
    fault_fini(&fault);
    assert_null(fault.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_an_error_it_holds_nothing),
        cmocka_unit_test(an_error_is_copied_and_can_be_forgotten),
        cmocka_unit_test(a_remark_is_kept_though_it_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
