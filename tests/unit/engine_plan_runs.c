/* Whole downloads in fake time: connections of given rates, told by the planner what to fetch. How
 * much longer do they take than connections that could share every single byte? */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/plan.h"
#include "engine/speed.h"

#define MIB       ((uint64_t)1024 * 1024)
#define STEP_MS   UINT64_C(10)
#define RANGES    4096
#define MOST      64
#define YOUNG_MS  UINT64_C(1000) /* as engine/spread.c has them */
#define SILENT_MS UINT64_C(5000)

/* Bytes per second that the server gives connection SLOT, which made its LINKth connect. */
typedef uint64_t rate_fn(unsigned slot, unsigned link, uint64_t now);

struct story {
    uint64_t size;
    unsigned connections;
    uint64_t latency; /* ms from asking to the first byte */
    uint64_t min_split;
    rate_fn *rate;
};

struct connection {
    bool busy;
    size_t range;
    uint64_t to, asked_at, last_byte, came;
    double carry;
    unsigned links; /* it was opened so often */
    struct speed speed;
};

struct run {
    const struct story *story;
    struct plan_range ranges[RANGES];
    size_t count;
    struct connection connections[MOST];
    uint64_t now, pace;
    unsigned requests, replaced;
};

static void ask(struct run *run, unsigned slot, size_t range)
{
    struct connection *connection = &run->connections[slot];
    unsigned links = connection->links + (connection->links == 0);

    *connection = (struct connection){.busy = true,
                                      .range = range,
                                      .to = run->ranges[range].end,
                                      .asked_at = run->now,
                                      .last_byte = run->now,
                                      .links = links};
    speed_start(&connection->speed, run->now);
    run->ranges[range].active = true;
    run->requests++;
}

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void end(struct run *run, struct connection *connection)
{
    uint64_t lasted = run->now - connection->asked_at;
    uint64_t rate = lasted < YOUNG_MS ? connection->came * 1000 / MAX(lasted, 250u)
                                      : MAX(speed_rate(&connection->speed, run->now), 1u);

    if (run->pace == 0)
        run->pace = rate;
    else if (lasted >= YOUNG_MS)
        run->pace = (run->pace + rate) / 2;
    connection->links += connection->to > run->ranges[connection->range].end;
    connection->busy = false;
    run->ranges[connection->range].active = false;
}

static void receive(struct run *run, unsigned slot)
{
    struct connection *connection = &run->connections[slot];
    struct plan_range *range = &run->ranges[connection->range];
    uint64_t len;

    if (!connection->busy || run->now < connection->asked_at + run->story->latency)
        return;
    connection->carry +=
        (double)run->story->rate(slot, connection->links, run->now) * (double)STEP_MS / 1000.0;
    len = min_of((uint64_t)connection->carry, range->end - range->pos);
    connection->carry -= (double)len;
    if (len > 0) {
        speed_add(&connection->speed, run->now, len);
        connection->last_byte = run->now;
        connection->came += len;
        range->pos += len;
    }
    if (range->pos == range->end)
        end(run, connection);
}

static uint64_t measured(const struct run *run, const struct connection *connection)
{
    if (connection->came == 0 || run->now - connection->asked_at < YOUNG_MS)
        return 0;
    if (run->now - connection->last_byte >= SILENT_MS)
        return 1;
    return MAX(speed_rate(&connection->speed, run->now), 1u);
}

static void describe(struct run *run)
{
    for (unsigned slot = 0; slot < run->story->connections; slot++) {
        const struct connection *connection = &run->connections[slot];
        struct plan_range *range = &run->ranges[connection->range];

        if (!connection->busy)
            continue;
        range->rate = measured(run, connection);
        range->had = run->now - connection->asked_at < YOUNG_MS ? connection->came : 0;
        range->silent_ms = run->now - connection->last_byte;
        range->runs_on = connection->to > range->end;
    }
}

static unsigned count_free(const struct run *run, unsigned *ret_slot)
{
    unsigned room = 0;

    for (unsigned slot = 0; slot < run->story->connections; slot++) {
        if (!run->connections[slot].busy) {
            *ret_slot = slot;
            room++;
        }
    }
    return room;
}

/* The connection on RANGE is closed; the next move finds the range to be nobody's. */
static void drop(struct run *run, size_t range)
{
    for (unsigned slot = 0; slot < run->story->connections; slot++) {
        struct connection *connection = &run->connections[slot];

        if (connection->busy && connection->range == range) {
            connection->busy = false;
            connection->links++;
            run->ranges[range].active = false;
            run->replaced++;
            return;
        }
    }
}

static bool move(struct run *run)
{
    unsigned slot = 0;
    struct plan_case now = {.ranges = run->ranges,
                            .count = run->count,
                            .pace = run->pace,
                            .min_split = run->story->min_split,
                            .wait_ms = run->story->latency,
                            .room = count_free(run, &slot)};
    struct plan_next next;

    describe(run);
    if (now.room == 0 || !plan_next(&now, &next))
        return false;
    if (next.move == PLAN_REPLACE) {
        drop(run, next.range);
        return true;
    }
    if (next.move == PLAN_CUT) {
        assert_true(run->count < RANGES);
        run->ranges[run->count] =
            (struct plan_range){.pos = next.at, .end = run->ranges[next.range].end};
        run->ranges[next.range].end = next.at;
        next.range = run->count++;
    }
    ask(run, slot, next.range);
    return true;
}

static bool complete(const struct run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->ranges[i].pos < run->ranges[i].end)
            return false;
    }
    return true;
}

/* Milliseconds until all is there. The first request is for everything; its answer lets the others
 * begin. */
static uint64_t play(const struct story *story, struct run *run)
{
    *run = (struct run){.story = story, .count = 1};
    run->ranges[0] = (struct plan_range){.end = story->size};
    ask(run, 0, 0);
    while (!complete(run)) {
        run->now += STEP_MS;
        assert_true(run->now < 3600000);
        for (unsigned slot = 0; slot < story->connections; slot++)
            receive(run, slot);
        while (run->now >= story->latency && move(run))
            continue;
    }
    return run->now;
}

/* The same if every connection always had something to do. */
static uint64_t ideal(const struct story *story)
{
    double left = (double)story->size;
    uint64_t now = 0;

    while (left > 0.0) {
        now += STEP_MS;
        for (unsigned slot = 0; slot < story->connections; slot++) {
            if (now >= story->latency * (slot == 0 ? 1 : 2))
                left -= (double)story->rate(slot, 1, now) * (double)STEP_MS / 1000.0;
        }
    }
    return now;
}

/* Not more than PERCENT of the ideal time, and at most REQUESTS of them for each connection. */
static void expect_near(const struct story *story, unsigned percent, unsigned requests)
{
    static struct run run;
    uint64_t took = play(story, &run);
    uint64_t best = ideal(story);

    if (took * 100 > best * percent)
        fail_msg("%u connections, %u ms away: %u ms, ideal are %u, %u requests", story->connections,
                 (unsigned)story->latency, (unsigned)took, (unsigned)best, run.requests);
    if (run.requests > requests * story->connections)
        fail_msg("%u connections made %u requests", story->connections, run.requests);
}

static const unsigned numbers[] = {1, 2, 3, 4, 5, 6, 7, 12, 16, 17, 64};

static uint64_t even(unsigned slot, unsigned link, uint64_t now)
{
    (void)slot;
    (void)link;
    (void)now;
    return 2 * MIB;
}

static void even_connections_lose_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct story story = {.size = 64 * MIB * numbers[i],
                              .connections = numbers[i],
                              .latency = 100,
                              .min_split = 8 * MIB,
                              .rate = even};

        expect_near(&story, 102, 2);
        story.size = 8 * MIB * numbers[i]; /* four seconds */
        expect_near(&story, 105, 2);
    }
}

static uint64_t uneven(unsigned slot, unsigned link, uint64_t now)
{
    (void)link;
    (void)now;
    return slot % 4 == 3 ? 256 * 1024 : 2 * MIB;
}

static uint64_t graded(unsigned slot, unsigned link, uint64_t now)
{
    (void)link;
    (void)now;
    return MIB / 4 * (1 + slot);
}

static void slow_ones_are_helped(void **state)
{
    (void)state;
    for (size_t i = 3; i < COUNT_OF(numbers); i++) {
        struct story story = {.size = 32 * MIB * numbers[i],
                              .connections = numbers[i],
                              .latency = 50,
                              .min_split = MIB,
                              .rate = uneven};

        expect_near(&story, 105, 8);
        story.size *= 3;
        story.rate = graded;
        expect_near(&story, 105, 12);
    }
}

/* The third one's first connection never brings a byte behind the first two seconds; a new one
 * works. */
static uint64_t stalled(unsigned slot, unsigned link, uint64_t now)
{
    return slot == 2 && link == 1 && now > 2000 ? 0 : 2 * MIB;
}

static uint64_t crawling(unsigned slot, unsigned link, uint64_t now)
{
    return slot == 2 && link == 1 && now > 2000 ? 3000 : 2 * MIB;
}

/* It loses what it would have brought; that is not made up for, but nobody waits for it. */
static void a_stalled_one_is_not_waited_for(void **state)
{
    (void)state;
    for (size_t i = 3; i < COUNT_OF(numbers); i++) {
        struct story story = {.size = 128 * MIB * numbers[i],
                              .connections = numbers[i],
                              .latency = 50,
                              .min_split = 8 * MIB,
                              .rate = stalled};

        expect_near(&story, 105, 8);
        story.rate = crawling;
        expect_near(&story, 105, 8);
    }
}

/* Every second one becomes slow, and the others quick, after ten seconds. */
static uint64_t turning(unsigned slot, unsigned link, uint64_t now)
{
    (void)link;
    return (now < 10000) == (slot % 2 == 0) ? 4 * MIB : MIB / 2;
}

static void rates_may_change(void **state)
{
    (void)state;
    for (size_t i = 1; i < COUNT_OF(numbers); i++) {
        struct story story = {.size = 64 * MIB * numbers[i],
                              .connections = numbers[i],
                              .latency = 50,
                              .min_split = MIB,
                              .rate = turning};

        expect_near(&story, 105, 14);
    }
}

/* Each connection of its own accord, now and then. */
static uint64_t nervous(unsigned slot, unsigned link, uint64_t now)
{
    uint64_t dice = (now / 700 + slot * 7919 + link * 104729) * UINT64_C(0x9E3779B97F4A7C15);

    return MIB / 8 + (dice >> 44) * 4;
}

static void noise_does_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct story story = {.size = 64 * MIB * numbers[i],
                              .connections = numbers[i],
                              .latency = 20,
                              .min_split = 8 * MIB,
                              .rate = nervous};

        expect_near(&story, 105, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(even_connections_lose_nothing),
        cmocka_unit_test(slow_ones_are_helped),
        cmocka_unit_test(a_stalled_one_is_not_waited_for),
        cmocka_unit_test(rates_may_change),
        cmocka_unit_test(noise_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
