/* What was probably meant by a mistyped word. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/suggest.h"

static void distance_counts_slips(void **state)
{
    (void)state;
    assert_int_equal(suggest_distance("limit", "limit"), 0);
    assert_int_equal(suggest_distance("limt", "limit"), 1);
    assert_int_equal(suggest_distance("limiit", "limit"), 1);
    assert_int_equal(suggest_distance("linit", "limit"), 1);
    assert_int_equal(suggest_distance("lmiit", "limit"), 1);
    assert_int_equal(suggest_distance("", "abc"), 3);
    assert_int_equal(suggest_distance("abc", ""), 3);
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
}

static void long_words_are_far_from_everything(void **state)
{
    (void)state;
    assert_true(suggest_distance("a", "abcdefghijklmnopqrstuvwxyzabcdefghijkl") == SIZE_MAX);
}

static const char *best_of(const char *word)
{
    static const char *const known[] = {"limit", "list", "jobs", "connect-timeout", "timeout"};
    struct suggest suggest;

    suggest_init(&suggest, word);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        suggest_consider(&suggest, known[i]);
    return suggest.best;
}

static void the_nearest_word_wins_if_it_is_near(void **state)
{
    (void)state;
    assert_string_equal(best_of("limi"), "limit");
    assert_string_equal(best_of("lits"), "list");
    assert_string_equal(best_of("job"), "jobs");
    assert_string_equal(best_of("conect-timeuot"), "connect-timeout");
    assert_string_equal(best_of("connect"), "connect-timeout");
    assert_null(best_of("progress"));
    assert_null(best_of("x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_slips),
        cmocka_unit_test(long_words_are_far_from_everything),
        cmocka_unit_test(the_nearest_word_wins_if_it_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
