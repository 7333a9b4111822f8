/* How a rate went over many minutes. */

#include "ui/trend.h"

#include <string.h>

#include "base/mem.h"

static void begin_value(struct trend *trend)
{
    if (trend->count == TREND_MAX) {
        memmove(trend->values, trend->values + 1, (TREND_MAX - 1) * sizeof(trend->values[0]));
        trend->count--;
    }
    trend->count++;
    trend->sum = 0;
    trend->seconds = 0;
}

void trend_add(struct trend *trend, uint64_t rate, uint64_t seconds)
{
    /* What is older than all that is kept need not be told. */
    seconds = MIN(seconds, (uint64_t)TREND_MAX * TREND_SECONDS);
    for (uint64_t i = 0; i < seconds; i++) {
        if (trend->count == 0 || trend->seconds == TREND_SECONDS)
            begin_value(trend);
        trend->sum += rate;
        trend->seconds++;
        trend->values[trend->count - 1] = trend->sum / trend->seconds;
    }
}
