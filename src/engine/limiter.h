#ifndef ENGINE_LIMITER_H
#define ENGINE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A token bucket: RATE bytes per second over any longer time, in bursts of at most
 * LIMITER_BURST_MS. A caller that finds tokens may take more than there are (a chunk can't be
 * split); the debt is paid before the next one gets any, so the average holds exactly. Pure: time
 * is given in ms. */
struct limiter {
    uint64_t rate;  /* bytes per second, 0: no limit */
    int64_t tokens; /* in bytes; below 0: debt */
    uint64_t updated;
    uint64_t rest; /* byte·ms that did not make a whole byte yet */
};

#define LIMITER_BURST_MS 100u

/* Begins anew with an empty bucket. */
void limiter_set(struct limiter *limiter, uint64_t rate, uint64_t now_ms);
/* True when there are tokens. */
bool limiter_ready(struct limiter *limiter, uint64_t now_ms);
/* Counts LEN bytes that were taken. */
void limiter_spend(struct limiter *limiter, size_t len);
/* How long until limiter_ready() is true, 0: now. */
uint64_t limiter_wait_ms(const struct limiter *limiter, uint64_t now_ms);

#endif
