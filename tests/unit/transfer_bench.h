#ifndef TESTS_TRANSFER_BENCH_H
#define TESTS_TRANSFER_BENCH_H

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
#include "engine/host.h"
#include "engine/transfer_inside.h"

/* As much of an engine as one transfer needs, and the transfer, put together by hand. The loop
 * never turns: requests are there, but nothing is sent, and what their answers would bring is told
 * by the tests. Two links lead to the file. */
struct transfer_bench {
    struct haul_loop *loop;
    struct haul_engine engine;
    struct haul_options *options;
    struct item *item;
    struct transfer transfer;
    uint64_t now;
};

static inline void bench_on_host(void *ctx, struct host *host)
{
    (void)ctx;
    (void)host;
}

static inline void bench_on_learned(void *ctx, const struct host *host)
{
    (void)ctx;
    (void)host;
}

static inline void bench_on_settled(void *ctx)
{
    (void)ctx;
}

static inline void bench_set(struct transfer_bench *bench, const char *name, const char *value)
{
    struct haul_error err;

    assert_int_equal(haul_option_set(haul_option_find(name), bench->options, value, &err), HAUL_OK);
}

static inline void bench_init_engine(struct transfer_bench *bench)
{
    static const struct hosts_events events = {bench_on_host, bench_on_learned, NULL};
    struct haul_engine *engine = &bench->engine;
    struct haul_error err;

    assert_int_equal(haul_loop_new(&bench->loop, &err), HAUL_OK);
    engine->clock = &clock_system;
    engine->loop = loop_uv(bench->loop);
    uv_timer_init(engine->loop, &engine->nudge);
    queue_init(&engine->queue);
    hosts_init(&engine->hosts, &engine->queue.lanes, &events);
    STAILQ_INIT(&engine->attention);
    TAILQ_INIT(&engine->limited);
    assert_int_equal(net_new(bench->loop, bench_on_settled, NULL, &engine->net, &err), HAUL_OK);
    bench->now = engine_now(engine);
}

static inline int set_up(void **state)
{
    struct transfer_bench *bench = xcalloc(1, sizeof *bench);
    struct transfer *transfer = &bench->transfer;
    const char *mirror = "http://127.0.0.2:9/x";
    struct haul_request request = {
        .url = "http://127.0.0.1:9/x", .mirrors = &mirror, .mirror_count = 1};

    bench_init_engine(bench);
    bench->options = haul_options_new();
    request.options = bench->options;
    bench->item = item_new(bench->engine.queue.next_id++, &request);
    queue_append(&bench->engine.queue, bench->item, 0);
    engine_set_state(&bench->engine, bench->item, HAUL_ACTIVE);
    item_need_work(bench->item);
    *transfer = (struct transfer){
        .engine = &bench->engine, .item = bench->item, .total = -1, .retry_after = -1};
    transfer->host = host_of(&bench->engine.hosts, request.url);
    speed_start(&transfer->speed, bench->now);
    trace_start(&transfer->trace, bench->now);
    mirrors_begin(transfer);
    *state = bench;
    return 0;
}

/* A request to SOURCE for [FROM, TO) of RANGE is under way. */
static inline struct segment *bench_ask(struct transfer_bench *bench, size_t source, size_t range,
                                        uint64_t from, uint64_t to)
{
    struct transfer *transfer = &bench->transfer;
    struct segment *segment =
        segment_start(transfer, &transfer->sources[source], range, from, to, NULL);

    assert_non_null(segment->net);
    return segment;
}

static inline int tear_down(void **state)
{
    struct transfer_bench *bench = *state;
    struct segment *segment;

    bench->transfer.goal = GOAL_DISCARD;
    while ((segment = LIST_FIRST(&bench->transfer.segments))) {
        segment_hang_up(segment);
        segment_free(segment);
    }
    transfer_give_place(&bench->transfer);
    mirrors_end(&bench->transfer);
    fault_fini(&bench->transfer.fail);
    net_free(bench->engine.net);
    uv_close((uv_handle_t *)&bench->engine.nudge, NULL);
    queue_fini(&bench->engine.queue);
    hosts_fini(&bench->engine.hosts);
    haul_options_unref(bench->options);
    haul_loop_free(bench->loop);
    free(bench);
    return 0;
}

#endif
