/* A rate from samples that come at any pace.
 *
 * Each byte's weight halves every three seconds. The rate is the weighted bytes over the weighted
 * time that was watched, not over all time: so it is right from the first second instead of
 * climbing from zero, and a steady stream shows its true rate however it is cut into samples. */

#include "engine/speed.h"

#include "base/mem.h"

#define HALF_LIFE_MS   3000.0
#define LOG_2          0.6931471805599453
#define DECAY_PER_MS   0.9997689776295918 /* 2^(-1/3000) */
#define FULL_WEIGHT_MS (HALF_LIFE_MS / LOG_2)
#define SHORTEST_MS    250 /* the first bytes come in a burst; no less time is believed */
#define SILENCE_MS     10000
#define RATE_MOST      9e18 /* fits uint64_t */

/* DECAY_PER_MS to the power of MS, by squaring. */
static double decay(uint64_t ms)
{
    double factor = DECAY_PER_MS;
    double result = 1.0;

    for (; ms > 0 && result > 0.0; ms >>= 1) {
        if (ms & 1)
            result *= factor;
        factor *= factor;
    }
    return result;
}

static uint64_t since(uint64_t then, uint64_t now)
{
    return now > then ? now - then : 0;
}

static bool silent(const struct speed *speed, uint64_t now)
{
    return !speed->running || since(speed->heard, now) >= SILENCE_MS;
}

void speed_start(struct speed *speed, uint64_t now)
{
    *speed = (struct speed){.begun = now, .updated = now, .heard = now, .running = true};
}

void speed_add(struct speed *speed, uint64_t now, uint64_t bytes)
{
    if (bytes == 0)
        return;
    if (silent(speed, now))
        speed_start(speed, now);
    if (now > speed->updated) {
        speed->bytes *= decay(now - speed->updated);
        speed->updated = now;
        speed->heard = now;
    }
    speed->bytes += (double)bytes;
}

void speed_scale(struct speed *speed, double factor)
{
    speed->bytes *= factor;
}

uint64_t speed_rate(const struct speed *speed, uint64_t now)
{
    double bytes, watched, rate;

    if (silent(speed, now))
        return 0;
    bytes = speed->bytes * decay(since(speed->updated, now));
    watched = FULL_WEIGHT_MS * (1.0 - decay(MAX(since(speed->begun, now), (uint64_t)SHORTEST_MS)));
    rate = bytes * 1000.0 / watched;
    return rate < RATE_MOST ? (uint64_t)rate : (uint64_t)RATE_MOST;
}

int64_t speed_eta(const struct speed *speed, uint64_t now, uint64_t left)
{
    uint64_t rate = speed_rate(speed, now);
    uint64_t seconds;

    if (left == 0)
        return 0;
    if (rate == 0)
        return -1;
    seconds = (left - 1) / rate + 1;
    return seconds < INT64_MAX ? (int64_t)seconds : INT64_MAX;
}
