#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Time and chance, so that tests can set them. */
struct clock {
    uint64_t (*ticks)(void *ctx);  /* monotonic ms */
    int64_t (*wall)(void *ctx);    /* ms since 1970 UTC */
    uint64_t (*chance)(void *ctx); /* 64 random bits */
    uint64_t (*nanos)(void *ctx);  /* monotonic ns, for how long something took; any thread */
    uint64_t (*waits)(void *ctx);  /* how often this thread had to wait so far; any thread */
    void *ctx;
};

extern const struct clock clock_system;

uint64_t clock_ticks(const struct clock *clock);
int64_t clock_wall(const struct clock *clock);
uint64_t clock_chance(const struct clock *clock);
uint64_t clock_nanos(const struct clock *clock);
/* For something, not only for a processor that others had. Where a clock can't tell it always had.
 */
uint64_t clock_waits(const struct clock *clock);

/* Two times of day for one moment, computed at different times, ms: somebody set the clock in
 * between, it did not just run a little slow. */
bool clock_was_set(int64_t at, int64_t before);

#endif
