#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "base/url.h"
#include "engine/lane.h"
#include "engine/speed.h"
#include "haul/error.h"
#include "haul/types.h"

/* What the engine knows of a host over all items: how many connections it has, how many it may have
 * and was found to allow, whether it wants to be left alone for a while, and which queued items
 * wait for it.
 *
 * A host is a name and a port as links have them; https and http at their default ports are one. A
 * connection counts where its link points to: where a redirect leads is not known before. Kept for
 * the life of the engine, a handful of bytes a host; what was learned is told, to outlive it. */

#define HOST_CONNECTING 128u /* at once: more only overflow a server's queue of new connections */

struct host {
    UT_hash_handle hh;
    LIST_ENTRY(host) full; /* in ->full, while ->is_full */
    bool is_full;
    struct hosts *hosts;
    struct lane lane;     /* queued items that wait for this host */
    bool wanted;          /* an item that runs waits for it */
    unsigned connections; /* requests under way, and items that are about to make one */
    unsigned connecting;  /* requests without a connection yet */
    unsigned working;     /* requests whose answer is coming */
    uint64_t broke_at;    /* ticks when the last one broke off, 0: none did */
    bool no_ranges;       /* it was asked for a part and sent the whole, or refused */
    bool spread;          /* an item has, or had, more than one of the connections */

    /* How many it allows. */
    unsigned allowed;  /* more were refused; 0: nothing learned */
    unsigned answers;  /* since that was learned or raised */
    unsigned patience; /* doublings of what it takes to try one more */
    uint64_t raise_at; /* ticks at which one more is tried in any case */
    bool raised;       /* one more was tried since the last refusal */

    /* Rest: nothing new is asked for. */
    LIST_ENTRY(host) restrained; /* while it rests or allows only so many */
    bool is_restrained;
    uint64_t until;    /* ticks, 0: it does not rest */
    bool probing;      /* it rested: one item goes first */
    const void *probe; /* that one, a transfer; NULL: none yet */
    unsigned failures; /* connections in a row that brought no answer */
    unsigned rounds;   /* rests in a row without an answer in between */

    /* For people. */
    struct speed speed;               /* of all its connections */
    uint64_t told_until;              /* the ->until that ->told_at was told for */
    int64_t told_at;                  /* its time of day, ms since 1970 */
    uint32_t items[HAUL_STATE_COUNT]; /* see tally.c: all 0 until somebody asks */
    char name[];
};

/* Called in the middle of other work: record and return. */
struct hosts_events {
    /* HOST's rest has begun, changed or ended. */
    void (*rest_changed)(void *ctx, struct host *host);
    /* There is something else to remember of HOST: its rest, how many connections it allows,
     * whether it has ranges. */
    void (*learned)(void *ctx, const struct host *host);
    void *ctx;
};

/* All hosts of an engine. */
struct hosts {
    struct host *table;     /* uthash, by name */
    struct host *last;      /* that a link was of; NULL: none yet */
    struct url_known known; /* how links of ->last begin */
    struct lanes *lanes;
    uint64_t most;          /* --per-host: connections to each, 0: no limit */
    bool hungry;            /* items could start if hosts had room: these go first */
    bool opened;            /* one that was wanted may have room now */
    LIST_HEAD(, host) full; /* an item was held up though others have several connections */
    LIST_HEAD(, host) restrained;
    struct hosts_events events;
};

void hosts_init(struct hosts *hosts, struct lanes *lanes, const struct hosts_events *events);
void hosts_fini(struct hosts *hosts);
/* What came counts FACTOR as much in the rates that are told. */
void hosts_scale_rates(struct hosts *hosts, double factor);
/* Finds or makes the host of URL. Never NULL. */
struct host *host_of(struct hosts *hosts, const char *url);
struct host *host_find(const struct hosts *hosts, const char *url); /* NULL: not known */

/* Takes up what an earlier engine learned of host NAME, before anything runs: REST is how long it
 * is to be left alone, 0 not at all. */
struct host_memory {
    const char *name;
    bool no_ranges;
    unsigned allowed, rounds;
    uint64_t rest;
};
void hosts_remember(struct hosts *hosts, const struct host_memory *memory, uint64_t now);

/* Time has gone on: rests end, and hosts that allowed only so many are tried with one more. */
void hosts_tick(struct hosts *hosts, uint64_t now);
/* Ticks at which a rest ends that items wait for, UINT64_MAX: none does. */
uint64_t hosts_due(const struct hosts *hosts);

/* Counts a connection, or an item that is about to make one; and takes it back. */
void host_enter(struct host *host);
void host_leave(struct host *host);
/* The same for a request that has no connection yet. */
void host_connecting(struct host *host);
void host_connected(struct host *host);

/* The lane where the first connection of an item has to wait, NULL: it may be made now. */
struct lane *host_wait(struct host *host);
/* The same for a request that belongs to no item, and asks nobody to make room. */
bool host_may_ask(const struct host *host);
/* The same for WHO, an item that runs and has no request under way; PLACES: as how many connections
 * it counts there all the same. */
bool host_takes(const struct host *host, const void *who, unsigned places);
/* How many further connections for parts of a file may be made. */
unsigned host_room(const struct host *host, unsigned places);
/* It has as many connections as it may have. */
bool host_is_full(const struct host *host);
/* A queued item could start if it had a connection here. */
bool host_is_awaited(const struct host *host);
/* An item that runs waits for HOST: ->opened tells when to look again. */
void host_want(struct host *host);

/* WHO begins; after a rest it is the one that goes first. It is over, or turns to another host. */
void host_begin(struct host *host, const void *who);
void host_end(struct host *host, const void *who);

/* An answer to a request, whatever it says of what was asked for. */
void host_heard(struct host *host);
/* A body is coming; and no more. */
void host_works(struct host *host);
void host_worked(struct host *host);
void host_broke(struct host *host, uint64_t now); /* an answer did, in its middle */

/* What a failed request says of its host. UNHEARD: it brought no answer at all. CROWDED: others
 * worked there when it was sent; an answer may come when they are over. */
enum host_verdict {
    HOST_IS_FINE, /* the matter of the item alone */
    HOST_IS_FULL, /* it works for others, or did: it has enough connections */
    HOST_IS_DOWN, /* it works for nobody */
    HOST_VERDICT_COUNT
};
enum host_verdict host_judge(const struct host *host, const struct haul_error *err, bool unheard,
                             bool crowded);

/* Asked for a part it sent the whole, or refused. */
void host_refuses_ranges(struct host *host);
/* A connection was refused while others work: it gets no more than those, for a while. */
void host_refused(struct host *host, uint64_t now);
/* A request failed that says that it is down. True: it should rest from now on; ->rounds tells how
 * often in a row. */
HAUL_CHECKED bool host_failed(struct host *host, const struct haul_error *err);
/* No item starts before UNTIL; the longest that was asked for holds. */
void host_rest(struct host *host, uint64_t until);
/* The user wants it tried now. */
void host_forgive(struct host *host);

#endif
