#ifndef ENGINE_LIMITER_H
#define ENGINE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A token bucket: RATE bytes per second over any longer time, in bursts of what LIMITER_BURST_MS
 * bring, at the least of LIMITER_BURST_MIN. What passes is paid for before: a chunk can't be split,
 * so it waits until there are tokens for all of it, and never more comes than time has brought.
 * (Only one that is larger than a burst leaves a debt.) Pure: time is given in ms. */
struct limiter {
    uint64_t rate;  /* bytes per second, 0: no limit */
    int64_t tokens; /* in bytes; below 0: debt */
    uint64_t updated;
    uint64_t rest; /* byte·ms that did not make a whole byte yet */
};

#define LIMITER_BURST_MS  200u
#define LIMITER_BURST_MIN ((size_t)16 * 1024)

/* Begins anew with an empty bucket. */
void limiter_set(struct limiter *limiter, uint64_t rate, uint64_t now_ms);
/* True when there are tokens for LEN bytes. */
bool limiter_ready(struct limiter *limiter, size_t len, uint64_t now_ms);
/* Counts LEN bytes that were taken. */
void limiter_spend(struct limiter *limiter, size_t len);
/* How long until limiter_ready() is true, 0: now. */
uint64_t limiter_wait_ms(const struct limiter *limiter, size_t len, uint64_t now_ms);

#endif
