/* Sets of ids. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/idset.h"

static void holds_what_was_added_and_not_dropped(void **state)
{
    struct idset set = {0};

    (void)state;
    for (uint64_t id = 6; id <= 1000; id += 7)
        idset_add(&set, id);
    idset_add(&set, UINT64_C(1) << 55);
    idset_add(&set, 1000);
    assert_int_equal(set.count, 144);
    assert_true(idset_has(&set, 993));
    assert_false(idset_has(&set, 994));
    idset_drop(&set, 993);
    idset_drop(&set, 994);
    assert_false(idset_has(&set, 993));
    assert_int_equal(set.count, 143);
    idset_clear(&set);
    assert_int_equal(set.count, 0);
    assert_false(idset_has(&set, 1000));
}

static void assert_list(struct idset *set, const uint64_t *wanted, size_t count)
{
    uint64_t *ids = idset_list(set);

    assert_int_equal(set->count, count);
    assert_memory_equal(ids, wanted, count * sizeof *ids);
    free(ids);
}

/* In whatever order they came, and whatever happens to the set afterwards. */
static void lists_in_ascending_order(void **state)
{
    static const uint64_t far_apart[] = {1, 500, 501, UINT64_C(1) << 55};
    static const uint64_t less[] = {1, 501};
    struct idset set = {0};

    (void)state;
    for (size_t i = 4; i-- > 0;)
        idset_add(&set, far_apart[i]);
    assert_list(&set, far_apart, 4);
    idset_drop(&set, UINT64_C(1) << 55);
    idset_drop(&set, 500);
    assert_list(&set, less, 2);
    idset_add(&set, 500);
    assert_list(&set, far_apart, 3);
    idset_clear(&set);
    assert_list(&set, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_was_added_and_not_dropped),
        cmocka_unit_test(lists_in_ascending_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
