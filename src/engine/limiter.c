/* A token bucket. */

#include "engine/limiter.h"

#include "base/mem.h"

void limiter_set(struct limiter *limiter, uint64_t rate, uint64_t now_ms)
{
    *limiter = (struct limiter){.rate = rate, .updated = now_ms};
}

/* The most tokens that are kept. */
static int64_t burst(const struct limiter *limiter)
{
    uint64_t most = MAX(limiter->rate / 1000 * LIMITER_BURST_MS, (uint64_t)LIMITER_BURST_MIN);

    return (int64_t)MIN(most, (uint64_t)INT64_MAX / 2);
}

/* What must be there before LEN bytes pass. */
static int64_t price(const struct limiter *limiter, size_t len)
{
    return MAX((int64_t)MIN((uint64_t)len, (uint64_t)burst(limiter)), (int64_t)1);
}

/* Adds what time has brought, up to the burst. */
static void refill(struct limiter *limiter, uint64_t now_ms)
{
    uint64_t passed = now_ms > limiter->updated ? now_ms - limiter->updated : 0;
    uint64_t earned;

    limiter->updated = MAX(now_ms, limiter->updated);
    if (!mul_u64(limiter->rate, passed, &earned) || earned > INT64_MAX / 2)
        earned = INT64_MAX / 2;
    earned += limiter->rest;
    limiter->rest = earned % 1000;
    limiter->tokens = MIN(limiter->tokens + (int64_t)(earned / 1000), burst(limiter));
}

bool limiter_ready(struct limiter *limiter, size_t len, uint64_t now_ms)
{
    if (limiter->rate == 0)
        return true;
    refill(limiter, now_ms);
    return limiter->tokens >= price(limiter, len);
}

void limiter_spend(struct limiter *limiter, size_t len)
{
    if (limiter->rate > 0)
        limiter->tokens -= (int64_t)len;
}

uint64_t limiter_wait_ms(const struct limiter *limiter, size_t len, uint64_t now_ms)
{
    uint64_t passed = now_ms > limiter->updated ? now_ms - limiter->updated : 0;
    uint64_t needed;

    if (limiter->rate == 0 || limiter->tokens >= price(limiter, len))
        return 0;
    needed = ((uint64_t)(price(limiter, len) - limiter->tokens) * 1000 - limiter->rest +
              limiter->rate - 1) /
             limiter->rate;
    return needed > passed ? needed - passed : 0;
}
