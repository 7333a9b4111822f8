#ifndef ENGINE_DIAGNOSE_H
#define ENGINE_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/trace.h"
#include "haul/error.h"
#include "haul/types.h"

/* Why an item is as slow as it is, or why it does not run: facts in, one sentence out. Pure.
 *
 * It says only what the facts show. What could be the server's doing or the line's is said of
 * neither, or as a guess. */

#define DIAGNOSIS_SIZE 320

/* One open connection. */
struct diagnosis_connection {
    bool connected;
    uint64_t silent_ms; /* since the last byte, or since it was asked for */
    const struct recent *recent;
};

/* The host that the item's link points to. Times are ms since 1970. */
struct diagnosis_host {
    const char *name;
    unsigned connections;
    uint64_t most;    /* --per-host, 0: no cap */
    unsigned allowed; /* it was found to allow no more; 0: nothing found */
    int64_t until;    /* it is left alone until then, 0: it is not */
    bool probing;     /* its rest is over: one item is tried first */
};

struct diagnosis_case {
    int64_t now; /* ms since 1970 */
    enum haul_state state;
    enum haul_phase phase;
    enum haul_err err;
    int http_status;
    const char *note; /* the row's sentence, never NULL */
    uint32_t tries;
    int64_t retries; /* -1: for ever */
    int64_t retry_at;
    uint64_t done;
    int64_t total;
    int64_t hours_until; /* when the schedule's present word ends, 0: it does not */
    int64_t took;        /* ms from start to end of one that is over, else 0 */
    struct diagnosis_host host;

    /* Of one that is queued. */
    bool off_hours;     /* the schedule lets nothing start */
    int64_t start_at;   /* it waits for that time; 0: it does not */
    bool held;          /* nothing is started for now */
    bool folder_silent; /* its folder is still being looked through */
    bool ending;        /* an earlier run of it is being put away */
    uint64_t running, jobs, slots;

    /* Of one that runs. */
    uint64_t rate;        /* bytes per second */
    uint64_t limit;       /* of the session, 0: none */
    bool limit_scheduled; /* that is the schedule's */
    uint64_t item_limit;  /* of the item */
    unsigned wanted;      /* connections that it may have */
    bool no_ranges;       /* the server sends no parts */
    bool single;          /* it was found that only one connection works */
    bool waits;           /* for a host that has enough connections; the note tells of which */
    bool small_rest;      /* no connection has enough left to be shared */
    uint64_t min_split;
    uint64_t stall_ms; /* silence that ends a connection, 0: none does */
    /* Share of the last seconds, in per cent, in which its connections were held up. */
    unsigned held_by_limit, held_by_item_limit, held_by_disk;
    const struct diagnosis_connection *connections;
    size_t connection_count;
    uint64_t hashed; /* bytes of which the digest is computed */
};

/* The sentence, "" when there is nothing to say. */
const char *diagnose(const struct diagnosis_case *facts, char buf[DIAGNOSIS_SIZE]);

#endif
