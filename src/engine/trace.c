/* The last minutes of a transfer. */

#include "engine/trace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

#define SHORTEST_MS 500u /* looks may come early; half a second is no second */

/* Bytes per second, as far as they fit: 4 GiB/s is more than a graph has to tell apart. */
static uint32_t rate_of(uint64_t bytes, uint64_t ms)
{
    uint64_t rate = bytes < UINT64_MAX / 1000 ? bytes * 1000 / ms : UINT32_MAX;

    return (uint32_t)MIN(rate, (uint64_t)UINT32_MAX);
}

void trace_start(struct trace *trace, uint64_t now)
{
    *trace = (struct trace){.begun_at = now};
}

void trace_fini(struct trace *trace)
{
    free(trace->rates);
    trace->rates = NULL;
}

void trace_count(struct trace *trace, uint64_t bytes)
{
    trace->came += bytes;
}

void trace_hold(struct trace *trace, enum trace_hold why, uint64_t ms)
{
    trace->held_ms[why] += ms;
}

uint64_t trace_tick(struct trace *trace, uint64_t now, unsigned connections)
{
    uint64_t passed = now > trace->begun_at ? now - trace->begun_at : 0;

    if (passed < SHORTEST_MS)
        return 0;
    if (trace->count < TRACE_SECONDS)
        trace->rates =
            array_reserve(trace->rates, trace->count, &trace->size, sizeof *trace->rates);
    trace->rates[trace->next] = rate_of(trace->came, passed);
    trace->next = (trace->next + 1) % TRACE_SECONDS;
    trace->count = MIN(trace->count + 1, TRACE_SECONDS);
    for (unsigned i = 0; i < TRACE_HOLD_COUNT; i++) {
        uint64_t share = trace->held_ms[i] * 100 / (passed * MAX(connections, 1u));

        trace->held[i] = (unsigned)(trace->held[i] + 2 * MIN(share, (uint64_t)100)) / 3;
        trace->held_ms[i] = 0;
    }
    trace->came = 0;
    trace->begun_at = now;
    return passed;
}

size_t trace_rates(const struct trace *trace, uint64_t *to)
{
    unsigned first = trace->count < TRACE_SECONDS ? 0 : trace->next;

    for (unsigned i = 0; i < trace->count; i++)
        to[i] = trace->rates[(first + i) % TRACE_SECONDS];
    return trace->count;
}

void recent_tick(struct recent *recent, uint64_t came, uint64_t ms)
{
    uint64_t fresh = came - recent->came;
    bool began = recent->came > 0;

    recent->came = came;
    if (!began || ms == 0)
        return;
    if (recent->count == RECENT_SECONDS) {
        memmove(recent->rates, recent->rates + 1, sizeof recent->rates - sizeof recent->rates[0]);
        recent->count--;
    }
    recent->rates[recent->count++] = rate_of(fresh, ms);
}
