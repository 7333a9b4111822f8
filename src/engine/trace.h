#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* What a transfer's last minutes were like, a second at a time: what came, and how much of the time
 * its connections were held up by something of ours. Embedded, bounded, pure: times are ticks in
 * ms. */

#define TRACE_SECONDS 120u

enum trace_hold {
    TRACE_LIMIT,      /* the session's bucket has no tokens */
    TRACE_ITEM_LIMIT, /* the item's */
    TRACE_DISK,       /* the disk takes no more for now */
    TRACE_HOLD_COUNT
};

struct trace {
    uint32_t *rates; /* bytes per second; a ring once it holds TRACE_SECONDS of them */
    size_t size;     /* that there is room for: most transfers are over in a few seconds */
    unsigned next, count;
    uint64_t came;                      /* in this second */
    uint64_t begun_at;                  /* this second */
    uint64_t held_ms[TRACE_HOLD_COUNT]; /* in this second, over all connections */
    unsigned held[TRACE_HOLD_COUNT];    /* per cent, smoothed */
};

void trace_start(struct trace *trace, uint64_t now);
void trace_fini(struct trace *trace);
void trace_count(struct trace *trace, uint64_t bytes);
/* A connection was held up for so long. */
void trace_hold(struct trace *trace, enum trace_hold why, uint64_t ms);
/* About once a second: ends one second and begins the next. CONNECTIONS were open in it. Returns
 * how long it was, 0 when it is too short to be one. */
uint64_t trace_tick(struct trace *trace, uint64_t now, unsigned connections);
/* The rates, oldest first, into TO, which has room for TRACE_SECONDS; returns how many. */
size_t trace_rates(const struct trace *trace, uint64_t *to);

/* The same of one connection, for the last few seconds only. */
#define RECENT_SECONDS 8u
struct recent {
    uint32_t rates[RECENT_SECONDS]; /* oldest first */
    unsigned count;
    uint64_t came; /* by the last look */
};
/* CAME: bytes by now. The second of the first byte is not a whole one and does not count. */
void recent_tick(struct recent *recent, uint64_t came, uint64_t ms);

#endif
