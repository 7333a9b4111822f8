/* The budget of the screen.
 *
 * A bucket of bytes that fills at the rate and may be overdrawn by one frame: a frame is painted
 * whole, and the next one waits until it is paid for. So all that moves meanwhile costs one change
 * of its cells, however many changes it went through, and a long list costs what a short one does.
 * The debt is bounded, so that no frame makes the screen stand still for long. */

#include "ui/pace.h"

#include "base/mem.h"

#define DEBT_S  20    /* seconds that a single frame may be paid for */
#define SLOW_MS 10000 /* a line that was full is believed to be slow that long */
#define SECOND  1000

void pace_init(struct pace *pace, uint64_t rate, uint64_t now)
{
    *pace = (struct pace){.rate = rate, .tokens = 0, .counted_at = now};
}

/* At least a byte's time at a time, lest a fast clock lose the fractions. */
static void count(struct pace *pace, uint64_t now)
{
    uint64_t since = MIN(now - pace->counted_at, (uint64_t)DEBT_S * SECOND);
    uint64_t earned = since * pace->rate / SECOND;
    if (earned == 0)
        return;
    pace->tokens = MIN(pace->tokens + (int64_t)earned, 0);
    pace->counted_at = now;
}

uint64_t pace_wait(struct pace *pace, uint64_t now)
{
    if (pace->rate == 0)
        return 0;
    count(pace, now);
    if (pace->tokens >= 0)
        return 0;
    return ((uint64_t)-pace->tokens * SECOND + pace->rate - 1) / pace->rate;
}

void pace_spend(struct pace *pace, uint64_t now, uint64_t bytes)
{
    int64_t debt = (int64_t)MIN(pace->rate, (uint64_t)1 << 32) * DEBT_S;
    if (pace->rate == 0)
        return;
    if (pace->tokens >= 0)
        pace->counted_at = now;
    pace->tokens = MAX(pace->tokens - (int64_t)bytes, -debt);
}

void pace_refused(struct pace *pace, uint64_t now)
{
    pace->refused_at = MAX(now, (uint64_t)1);
}

bool pace_low(const struct pace *pace)
{
    return pace->rate != 0 && pace->rate < PACE_LOW;
}

bool pace_sparing(const struct pace *pace, uint64_t now)
{
    bool slow = pace->refused_at != 0 && now - pace->refused_at < SLOW_MS;
    return slow || pace_low(pace);
}
