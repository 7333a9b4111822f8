/* What is pushed comes at its pace, and so does the work of making it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <uv.h>

#include "control/feed.h"

#define LONG_MS 60000u

/* What is to be told, and how often somebody wanted to know. */
struct teller {
    bool has_news;
    unsigned asked, sent;
};

static json_t *make(void *ctx)
{
    struct teller *teller = ctx;

    teller->asked++;
    return teller->has_news ? json_object() : NULL;
}

static void count_line(void *ctx, char *line, size_t len)
{
    struct teller *teller = ctx;

    (void)len;
    teller->sent++;
    free(line);
}

struct world {
    uv_loop_t loop;
    struct conn *conn;
    struct feed *feed;
    struct teller teller;
};

static void world_init(struct world *world, uint32_t interval_ms)
{
    struct conn_events nobody = {0};
    struct feed_source source = {
        .method = "hosts", .make = make, .send = count_line, .ctx = &world->teller};

    *world = (struct world){0};
    assert_int_equal(uv_loop_init(&world->loop), 0);
    world->conn = conn_new(&world->loop, 1024, &nobody);
    world->feed = feed_new(&world->loop, world->conn, &source, interval_ms);
}

static void world_fini(struct world *world)
{
    feed_free(world->feed);
    conn_free(world->conn);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
}

/* As much as happens in TURNS turns of the loop in each of which something changes. */
static void turn(struct world *world, unsigned turns)
{
    for (unsigned i = 0; i < turns; i++) {
        feed_changed(world->feed);
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
}

static void one_comes_in_an_interval(void **state)
{
    struct world world;

    (void)state;
    world_init(&world, LONG_MS);
    world.teller.has_news = true;
    feed_now(world.feed);
    turn(&world, 50);
    assert_int_equal(world.teller.sent, 1);
    feed_now(world.feed);
    turn(&world, 50);
    assert_int_equal(world.teller.sent, 2);
    world_fini(&world);
}

static void nothing_new_is_found_out_as_seldom(void **state)
{
    struct world world;

    (void)state;
    world_init(&world, LONG_MS);
    feed_now(world.feed);
    turn(&world, 50);
    assert_int_equal(world.teller.asked, 1);
    assert_int_equal(world.teller.sent, 0);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_comes_in_an_interval),
        cmocka_unit_test(nothing_new_is_found_out_as_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
