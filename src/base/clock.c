/* The system's clocks and random source, behind a table that tests replace. */

#include "base/clock.h"

#include <stddef.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#define JUMP_MS 2000 /* less than this is told by no clock's being set */

static int64_t read_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t system_ticks(void *ctx)
{
    (void)ctx;
    return (uint64_t)read_clock(CLOCK_MONOTONIC);
}

static int64_t system_wall(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

static uint64_t system_chance(void *ctx)
{
    uint64_t bits = 0;

    (void)ctx;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits)
        bits = (uint64_t)read_clock(CLOCK_MONOTONIC) * UINT64_C(0x9E3779B97F4A7C15);
    return bits;
}

static uint64_t system_nanos(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t system_waits(void *ctx)
{
    struct rusage usage;

    (void)ctx;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? (uint64_t)usage.ru_nvcsw : 0;
}

const struct clock clock_system = {.ticks = system_ticks,
                                   .wall = system_wall,
                                   .chance = system_chance,
                                   .nanos = system_nanos,
                                   .waits = system_waits};

uint64_t clock_ticks(const struct clock *clock)
{
    return clock->ticks(clock->ctx);
}

int64_t clock_wall(const struct clock *clock)
{
    return clock->wall(clock->ctx);
}

uint64_t clock_chance(const struct clock *clock)
{
    return clock->chance(clock->ctx);
}

uint64_t clock_nanos(const struct clock *clock)
{
    return clock->nanos(clock->ctx);
}

uint64_t clock_waits(const struct clock *clock)
{
    return clock->waits ? clock->waits(clock->ctx) : clock->nanos(clock->ctx);
}

bool clock_was_set(int64_t at, int64_t before)
{
    return at - before >= JUMP_MS || before - at >= JUMP_MS;
}
