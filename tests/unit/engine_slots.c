/* How many items may run, when one starts at the earliest, and whose host is left alone for so long
 * that it fails instead. Time is given. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "engine/engine_inside.h"
#include "engine/retry.h"
#include "engine/slots.h"

#define NOW 1000000 /* the time of day */

struct world {
    struct haul_loop *loop;
    struct haul_engine engine;
    struct clock clock;
    struct haul_options *options;
};

static int64_t wall(void *ctx)
{
    (void)ctx;
    return NOW;
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_error err;

    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->clock = (struct clock){.wall = wall};
    world->engine.clock = &world->clock;
    world->engine.loop = loop_uv(world->loop);
    world->options = haul_options_new();
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    haul_options_unref(world->options);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

static int64_t starts_at(struct world *world, enum haul_state state, int64_t at)
{
    struct item item = {.options = world->options, .state = state};

    world->options->start_at = at;
    return engine_starts_at(&world->engine, &item);
}

static void only_what_has_not_begun_starts_at_a_time(void **state)
{
    struct world *world = *state;

    assert_int_equal(starts_at(world, HAUL_QUEUED, NOW + 1), NOW + 1);
    assert_int_equal(starts_at(world, HAUL_PAUSED, NOW + 1), NOW + 1);
    assert_int_equal(starts_at(world, HAUL_QUEUED, NOW), 0); /* which is over */
    assert_int_equal(starts_at(world, HAUL_QUEUED, 0), 0);
    assert_int_equal(starts_at(world, HAUL_ACTIVE, NOW + 1), 0);
    assert_int_equal(starts_at(world, HAUL_WAITING, NOW + 1), 0);
    assert_int_equal(starts_at(world, HAUL_DONE, NOW + 1), 0);
}

static bool plenty(struct world *world, uint64_t jobs, uint64_t most, uint64_t room)
{
    world->engine.hours.jobs = jobs;
    world->engine.slots_max = most;
    world->engine.slots_room = room;
    return slots_are_plenty(&world->engine);
}

static void the_least_of_all_limits_counts(void **state)
{
    struct world *world = *state;

    world->engine.queue.counts[HAUL_QUEUED] = 3;
    world->engine.queue.counts[HAUL_ACTIVE] = 2;
    world->engine.queue.counts[HAUL_DONE] = 100;
    assert_true(plenty(world, 5, 5, 5));
    assert_false(plenty(world, 4, 9, 9));
    assert_false(plenty(world, 9, 4, 9));
    assert_false(plenty(world, 9, 9, 4));
}

static void a_host_is_shut_when_it_rests_for_longer_than_haul_waits(void **state)
{
    struct world *world = *state;
    uint64_t most = engine_now(&world->engine) + RETRY_AFTER_LIMIT * UINT64_C(1000);
    struct host *host = xcalloc(1, sizeof *host + sizeof "example.org");
    struct haul_error err;

    memcpy(host->name, "example.org", sizeof "example.org");
    assert_false(engine_is_shut(&world->engine, host));
    host->until = most;
    assert_false(engine_is_shut(&world->engine, host));
    host->until = most + 1;
    assert_true(engine_is_shut(&world->engine, host));
    engine_refuse_shut(&world->engine, host, &err);
    assert_int_equal(err.code, HAUL_E_HTTP);
    assert_non_null(strstr(err.text, "example.org asked to be left alone until "));
    free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_what_has_not_begun_starts_at_a_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_least_of_all_limits_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_host_is_shut_when_it_rests_for_longer_than_haul_waits,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
