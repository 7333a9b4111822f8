#ifndef UI_TREND_H
#define UI_TREND_H

#include <stddef.h>
#include <stdint.h>

/* How a rate went over many minutes: averages of a few seconds each. Pure. */

#define TREND_MAX     200u /* values that are kept */
#define TREND_SECONDS 5u   /* of one of them: a graph of them moves on as seldom as that */

struct trend {
    uint64_t values[TREND_MAX]; /* oldest first; the last one is still growing */
    size_t count;
    uint64_t sum;     /* of the last one's seconds */
    uint64_t seconds; /* that are in it */
};

/* It was RATE for that many seconds more. */
void trend_add(struct trend *trend, uint64_t rate, uint64_t seconds);

#endif
