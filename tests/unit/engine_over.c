/* What becomes of an item whose transfer is over, and what its host is told. Time is given. */

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
#include "engine/over.h"
#include "net/neterr.h"

/* As much of an engine as an end needs. */
struct world {
    struct haul_loop *loop;
    struct haul_engine engine;
    struct clock clock;
    struct haul_options *options;
    struct item *item;
    struct host *host;
    uint64_t now;
};

static int64_t wall(void *ctx)
{
    (void)ctx;
    return 1000000;
}

static uint64_t chance(void *ctx)
{
    (void)ctx;
    return 0; /* every wait is half of the longest */
}

static void on_rest_changed(void *ctx, struct host *host)
{
    (void)ctx;
    (void)host;
}

static void on_learned(void *ctx, const struct host *host)
{
    (void)ctx;
    (void)host;
}

static void set(struct world *world, const char *name, const char *value)
{
    struct haul_error err;

    assert_int_equal(haul_option_set(haul_option_find(name), world->options, value, &err), HAUL_OK);
}

static int set_up(void **state)
{
    static const struct hosts_events events = {on_rest_changed, on_learned, NULL};
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_engine *engine = &world->engine;
    struct haul_request request = {.url = "http://example.org/x"};
    struct haul_error err;

    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->clock = (struct clock){.wall = wall, .chance = chance};
    engine->clock = &world->clock;
    engine->loop = loop_uv(world->loop);
    engine->keep_history = true;
    queue_init(&engine->queue);
    hosts_init(&engine->hosts, &engine->queue.lanes, &events);
    world->options = haul_options_new();
    set(world, "retry-wait", "2");
    set(world, "retries", "2");
    request.options = world->options;
    world->item = item_new(engine->queue.next_id++, &request);
    queue_append(&engine->queue, world->item, 0);
    world->host = host_of(&engine->hosts, request.url);
    world->now = engine_now(engine);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    queue_fini(&world->engine.queue);
    hosts_fini(&world->engine.hosts);
    haul_options_unref(world->options);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

/* An end with ERR of the item, which runs; OUTCOME without the error, the host and, where
 * that is 0, what Retry-After said. Tells the state it has then. */
static enum haul_state ends(struct world *world, const struct haul_error *err,
                            struct outcome outcome)
{
    if (world->item->state == HAUL_WAITING)
        engine_set_state(&world->engine, world->item, HAUL_QUEUED);
    if (world->item->state == HAUL_QUEUED)
        engine_set_state(&world->engine, world->item, HAUL_ACTIVE);
    outcome.err = err;
    outcome.host = world->host;
    outcome.retry_after = outcome.retry_after > 0 ? outcome.retry_after : -1;
    engine_transfer_over(&world->engine, world->item, &outcome);
    return world->item->state;
}

static enum haul_state ends_with(struct world *world, int status)
{
    struct haul_error err = {0};

    (void)neterr_from_status(status, "example.org", &err);
    return ends(world, &err, (struct outcome){0});
}

static enum haul_state breaks_off(struct world *world, bool progress)
{
    struct haul_error err = {0};

    (void)haul_fail(&err, HAUL_E_TRUNCATED, "it broke off");
    return ends(world, &err, (struct outcome){.progress = progress});
}

/* Until the item is tried again, in ms. */
static uint64_t wait_of(const struct world *world)
{
    assert_int_equal(world->item->state, HAUL_WAITING);
    return item_work(world->item)->due - world->now;
}

static void it_is_tried_again_as_often_as_the_user_said(void **state)
{
    struct world *world = *state;

    assert_int_equal(breaks_off(world, false), HAUL_WAITING);
    assert_int_equal(wait_of(world), 1000);
    assert_int_equal(breaks_off(world, false), HAUL_WAITING);
    assert_int_equal(wait_of(world), 2000);
    assert_int_equal(breaks_off(world, true), HAUL_WAITING); /* what came begins the count anew */
    assert_int_equal(wait_of(world), 1000);
    assert_int_equal(breaks_off(world, false), HAUL_WAITING);
    assert_int_equal(breaks_off(world, false), HAUL_FAILED);
}

static void what_the_user_said_meanwhile_stands(void **state)
{
    struct world *world = *state;
    struct haul_error err = {0};

    engine_set_state(&world->engine, world->item, HAUL_PAUSED);
    (void)haul_fail(&err, HAUL_E_TRUNCATED, "it broke off");
    assert_int_equal(ends(world, &err, (struct outcome){0}), HAUL_PAUSED);
    assert_int_equal(item_more(world->item)->tries, 0);
}

static void a_refusal_because_of_others_costs_no_try(void **state)
{
    struct world *world = *state;

    world->item->options->retries = 0;
    world->host->connections = world->host->working = 2;
    assert_int_equal(ends_with(world, 503), HAUL_WAITING);
    assert_int_equal(ends_with(world, 503), HAUL_WAITING);
    assert_int_equal(item_more(world->item)->tries, 0);
    assert_int_equal(world->host->allowed, 2);
    assert_int_equal(world->host->rounds, 0); /* nor is it down */
}

static void a_refusal_beside_others_that_may_work_is_pardoned_once(void **state)
{
    struct world *world = *state;

    world->item->options->retries = 0;
    world->host->connections = 1;
    assert_int_equal(ends_with(world, 503), HAUL_WAITING);
    assert_int_equal(ends_with(world, 503), HAUL_FAILED);
}

static void what_others_tried_counts_where_a_host_is_down(void **state)
{
    struct world *world = *state;

    world->item->options->retries = 4;
    world->host->rounds = 3;
    assert_int_equal(ends_with(world, 503), HAUL_WAITING);
    assert_int_equal(item_more(world->item)->tries, 4);
    assert_int_equal(wait_of(world), 8000);
    assert_int_equal(world->host->until, world->now + 8000); /* it rests as long */
    assert_int_equal(ends_with(world, 404), HAUL_FAILED);
    assert_int_equal(world->host->rounds, 0); /* it answers again */
}

static void a_host_that_asks_for_rest_gets_it(void **state)
{
    static const int asking[] = {429, 503};
    struct world *world = *state;
    struct haul_error err = {0};

    (void)neterr_from_status(500, "example.org", &err);
    assert_int_equal(ends(world, &err, (struct outcome){.retry_after = 20}), HAUL_WAITING);
    assert_int_equal(wait_of(world), 20000);
    assert_int_equal(world->host->until, 0); /* that was for this file */
    for (size_t i = 0; i < COUNT_OF(asking); i++) {
        world->host->until = 0;
        world->item->more->tries = 0;
        (void)neterr_from_status(asking[i], "example.org", &err);
        assert_int_equal(ends(world, &err, (struct outcome){.retry_after = 200}), HAUL_WAITING);
        assert_int_equal(world->host->until, world->now + 200000);
    }
}

static void a_long_wait_of_one_item_is_none_of_its_host(void **state)
{
    struct world *world = *state;
    struct haul_error err;

    assert_int_equal(
        haul_option_set(haul_option_find("retry-on"), world->item->options, "503:3x10m", &err),
        HAUL_OK);
    assert_int_equal(ends_with(world, 503), HAUL_WAITING);
    assert_int_equal(wait_of(world), 600000);
    assert_int_equal(world->host->until, world->now + 60000);
}

static void no_try_comes_before_its_host_has_rested(void **state)
{
    struct world *world = *state;

    host_rest(world->host, world->now + 50000);
    assert_int_equal(breaks_off(world, false), HAUL_WAITING);
    assert_int_equal(wait_of(world), 50000);
}

static void to_wait_for_another_source_costs_no_try(void **state)
{
    struct world *world = *state;
    struct haul_error err = {0};

    world->item->options->retries = 0;
    (void)haul_fail(&err, HAUL_E_TRUNCATED, "it broke off");
    assert_int_equal(ends(world, &err, (struct outcome){.held_until = world->now + 7000}),
                     HAUL_WAITING);
    assert_int_equal(wait_of(world), 7000);
    assert_int_equal(item_more(world->item)->tries, 0);
}

static void there_is_no_try_behind_the_items_time(void **state)
{
    struct world *world = *state;

    item_need_work(world->item)->deadline = world->now + 1000;
    assert_int_equal(breaks_off(world, false), HAUL_FAILED); /* the next one came then */
    assert_non_null(strstr(item_more(world->item)->note, "--timeout"));
}

static void what_did_its_work_perhaps_is_not_sent_again(void **state)
{
    struct world *world = *state;
    struct haul_error err = {0};

    (void)neterr_from_status(503, "example.org", &err);
    assert_int_equal(ends(world, &err, (struct outcome){.spent = true}), HAUL_WAITING);
    (void)haul_fail(&err, HAUL_E_TRUNCATED, "it broke off");
    assert_int_equal(ends(world, &err, (struct outcome){.spent = true}), HAUL_FAILED);
}

static void a_link_expires_only_where_bytes_wait_for_another_one(void **state)
{
    static const int statuses[] = {401, 403, 404, 410};
    struct world *world = *state;

    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct item_more *more = item_need_more(world->item);

        item_need_work(world->item);
        more->done = 5;
        assert_int_equal(ends_with(world, statuses[i]), HAUL_FAILED);
        assert_int_not_equal(more->err, HAUL_E_EXPIRED);
        engine_set_state(&world->engine, world->item, HAUL_QUEUED);
        xstrset(&item_need_work(world->item)->base, "x");
        more->done = 0;
        assert_int_equal(ends_with(world, statuses[i]), HAUL_FAILED);
        assert_int_not_equal(more->err, HAUL_E_EXPIRED);
        engine_set_state(&world->engine, world->item, HAUL_QUEUED);
        xstrset(&item_need_work(world->item)->base, "x");
        more->done = 5;
        assert_int_equal(ends_with(world, statuses[i]), HAUL_FAILED);
        assert_int_equal(more->err, HAUL_E_EXPIRED);
        assert_int_equal(more->http_status, statuses[i]);
        engine_set_state(&world->engine, world->item, HAUL_QUEUED);
        xstrset(&item_need_work(world->item)->base, NULL);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_tried_again_as_often_as_the_user_said),
        TEST(what_the_user_said_meanwhile_stands),
        TEST(a_refusal_because_of_others_costs_no_try),
        TEST(a_refusal_beside_others_that_may_work_is_pardoned_once),
        TEST(what_others_tried_counts_where_a_host_is_down),
        TEST(a_host_that_asks_for_rest_gets_it),
        TEST(a_long_wait_of_one_item_is_none_of_its_host),
        TEST(no_try_comes_before_its_host_has_rested),
        TEST(to_wait_for_another_source_costs_no_try),
        TEST(there_is_no_try_behind_the_items_time),
        TEST(what_did_its_work_perhaps_is_not_sent_again),
        TEST(a_link_expires_only_where_bytes_wait_for_another_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
