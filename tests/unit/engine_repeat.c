/* Adds that are asked for again: what their tokens may look like, and how many are remembered. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "engine/repeat.h"
#include "store/store.h"

/* An engine whose queue is in memory, and what it answered last. */
struct world {
    struct haul_loop *loop;
    struct haul_engine *engine;
    struct haul_options *options;
    uint64_t id; /* 0: nothing yet */
    bool stopped;
};

static int set_up(void **state)
{
    static const struct haul_engine_events none;
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_settings settings;
    struct haul_error err;

    haul_settings_init(&settings);
    world->options = haul_options_new();
    assert_int_equal(haul_option_set(haul_option_find("dir"), world->options, "/tmp", &err),
                     HAUL_OK);
    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    assert_int_equal(haul_engine_new(world->loop, &settings, NULL, &none, &world->engine, &err),
                     HAUL_OK);
    *state = world;
    return 0;
}

static void on_stopped(void *ctx)
{
    struct world *world = ctx;

    world->stopped = true;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    haul_engine_stop(world->engine, on_stopped, world);
    while (!world->stopped)
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
    haul_engine_free(world->engine);
    uv_run(loop_uv(world->loop), UV_RUN_DEFAULT);
    haul_loop_free(world->loop);
    haul_options_unref(world->options);
    free(world);
    return 0;
}

static void on_added(void *ctx, const uint64_t *ids, size_t count, const struct haul_error *err)
{
    struct world *world = ctx;

    assert_null(err);
    assert_int_equal(count, 1);
    world->id = ids[0];
}

/* The id that one item got under TOKEN; 0: that is none. */
static uint64_t add(struct world *world, const char *token)
{
    struct haul_request request = {
        .url = "http://127.0.0.1:1/a", .options = world->options, .paused = true};
    struct haul_error err;

    world->id = 0;
    if (haul_engine_add_once(world->engine, token, false, &request, 1, on_added, world, &err) !=
        HAUL_OK) {
        assert_int_equal(err.code, HAUL_E_RPC);
        return 0;
    }
    while (world->id == 0)
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
    return world->id;
}

/* COUNT more that others used. */
static void others(struct world *world, const char *prefix, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char token[32];

        (void)snprintf(token, sizeof token, "%s-%u", prefix, i);
        repeat_note(world->engine, token, 100000 + i, 1);
    }
}

static void only_the_oldest_is_forgotten_for_a_new_one(void **state)
{
    struct world *world = *state;
    uint64_t first = add(world, "first"), second = add(world, "second");

    others(world, "other", STORE_TOKENS_MAX - 2);
    assert_int_equal(add(world, "first"), first);
    others(world, "more", 1);
    assert_int_equal(add(world, "second"), second);
    assert_int_not_equal(add(world, "first"), first);
}

static void any_letters_and_digits_are_a_token(void **state)
{
    struct world *world = *state;
    char longest[66];

    memset(longest, 'Z', sizeof longest);
    longest[64] = '\0';
    assert_int_not_equal(add(world, longest), 0);
    longest[64] = 'Z';
    longest[65] = '\0';
    assert_int_equal(add(world, longest), 0);
    assert_int_not_equal(add(world, "-09azAZ"), 0);
    assert_int_equal(add(world, ""), 0);
    assert_int_equal(add(world, "a_b"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_oldest_is_forgotten_for_a_new_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(any_letters_and_digits_are_a_token, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
