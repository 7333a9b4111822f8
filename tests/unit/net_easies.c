/* Easy handles between transfers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/easies.h"

struct world {
    struct easies easies;
    struct haul_options *options, *others;
    struct easy_use use, other;
};

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);

    world->options = haul_options_new();
    world->others = haul_options_new();
    world->use.options = world->options;
    world->other.options = world->others;
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    easies_fini(&world->easies);
    assert_int_equal(world->options->refs, 1);
    assert_int_equal(world->others->refs, 1);
    haul_options_unref(world->options);
    haul_options_unref(world->others);
    free(world);
    return 0;
}

/* A handle that was set up for USE, and served THING. */
static CURL *used(struct world *world, const struct easy_use *use, void *thing)
{
    bool ready;
    CURL *easy = easies_get(&world->easies, use, &ready);

    curl_easy_setopt(easy, CURLOPT_PRIVATE, thing);
    easies_put(&world->easies, easy, use);
    return easy;
}

static void the_same_use_finds_it_ready(void **state)
{
    struct world *world = *state;
    CURL *easy = used(world, &world->use, world);
    bool ready = false;

    assert_ptr_equal(easies_get(&world->easies, &world->use, &ready), easy);
    assert_true(ready);
    easies_put(&world->easies, easy, &world->use);
}

static void it_points_to_nothing_of_what_it_served(void **state)
{
    struct world *world = *state;
    CURL *easy = used(world, &world->use, world);
    char *thing = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &thing);
    assert_null(thing);
}

static void another_use_does_not(void **state)
{
    struct world *world = *state;
    struct easy_use http2 = {world->options, true}, none = {0};
    const struct easy_use *uses[] = {&world->other, &http2, &none};

    for (size_t i = 0; i < 3; i++) {
        CURL *easy = used(world, &world->use, world);
        bool ready = true;

        assert_ptr_equal(easies_get(&world->easies, uses[i], &ready), easy);
        assert_false(ready);
        easies_put(&world->easies, easy, &none);
    }
}

static void one_that_is_set_up_for_nothing_is_ready_for_nothing(void **state)
{
    struct world *world = *state;
    struct easy_use none = {0};
    bool ready = true;
    CURL *easy = used(world, &none, world);

    assert_ptr_equal(easies_get(&world->easies, &none, &ready), easy);
    assert_false(ready);
    easies_put(&world->easies, easy, &none);
}

static void the_one_that_fits_is_chosen_among_others(void **state)
{
    struct world *world = *state;
    bool ready;
    CURL *first = easies_get(&world->easies, &world->use, &ready);
    CURL *second = easies_get(&world->easies, &world->other, &ready);

    easies_put(&world->easies, first, &world->use);
    easies_put(&world->easies, second, &world->other);
    assert_ptr_equal(easies_get(&world->easies, &world->use, &ready), first);
    assert_true(ready);
    easies_put(&world->easies, first, &world->use);
}

static void options_live_as_long_as_a_handle_is_known_by_them(void **state)
{
    struct world *world = *state;

    used(world, &world->use, world);
    assert_int_equal(world->options->refs, 2);
    used(world, &world->other, world); /* the same handle */
    assert_int_equal(world->options->refs, 1);
    assert_int_equal(world->others->refs, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_use_finds_it_ready, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_points_to_nothing_of_what_it_served, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_use_does_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_set_up_for_nothing_is_ready_for_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_one_that_fits_is_chosen_among_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(options_live_as_long_as_a_handle_is_known_by_them, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
