/* Hosts, their connections and their rests.
 *
 * A host that refuses while it works for others is full, and gets no more connections than those.
 * One that works for nobody and says 429 or 503, or does not answer several times in a row, rests:
 * what runs goes on, but no item starts, and when the time is over one goes first. How long is the
 * retry policy's (retry.c); ->rounds makes all items of a host share its doubling, and its end.
 *
 * Whole items go first: while one is held up only because a host has enough connections, no item
 * gets a further one there, and those that have several give some back (->full). */

#include "engine/host.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "haul/log.h"

#define FAILURES_MOST    3u /* without an answer, in a row */
#define RAISE_AFTER_MS   UINT64_C(60000)
#define RAISE_AFTER_MANY 32u /* answers */
#define PATIENCE_MOST    6u  /* doublings of both */

void hosts_init(struct hosts *hosts, struct lanes *lanes, const struct hosts_events *events)
{
    *hosts = (struct hosts){.lanes = lanes, .events = *events};
    LIST_INIT(&hosts->full);
    LIST_INIT(&hosts->restrained);
}

void hosts_fini(struct hosts *hosts)
{
    struct host *host, *next;

    HASH_ITER(hh, hosts->table, host, next)
    {
        HASH_DEL(hosts->table, host);
        lane_fini(&host->lane);
        free(host);
    }
}

void hosts_scale_rates(struct hosts *hosts, double factor)
{
    struct host *host, *next;

    HASH_ITER(hh, hosts->table, host, next)
    {
        speed_scale(&host->speed, factor);
    }
}

static struct host *find_or_make(struct hosts *hosts, const char *name)
{
    size_t len = strlen(name);
    struct host *host;

    HASH_FIND_STR(hosts->table, name, host);
    if (host)
        return host;
    host = xcalloc(1, sizeof *host + len + 1);
    host->hosts = hosts;
    lane_init(&host->lane, hosts->lanes);
    memcpy(host->name, name, len + 1);
    HASH_ADD_STR(hosts->table, name, host);
    return host;
}

struct host *host_of(struct hosts *hosts, const char *url)
{
    struct url_known known = {0};
    char *name;

    if (hosts->last && url_known_length(&hosts->known, url, strlen(url)) > 0)
        return hosts->last;
    name = url_host(url);
    hosts->last = find_or_make(hosts, name ? name : "");
    free(name);
    if (url_check(url, &known, NULL) != HAUL_OK)
        known.len = 0;
    hosts->known = known;
    return hosts->last;
}

struct host *host_find(const struct hosts *hosts, const char *url)
{
    char *name = url_host(url);
    struct host *host = NULL;

    if (name)
        HASH_FIND_STR(hosts->table, name, host);
    free(name);
    return host;
}

/* Connections. */

/* There may be room now. */
static void open_lane(struct host *host)
{
    lane_open(&host->lane);
    host->hosts->opened |= host->wanted;
    host->wanted = false;
}

void host_want(struct host *host)
{
    host->wanted = true;
}

void host_enter(struct host *host)
{
    host->connections++;
}

void host_leave(struct host *host)
{
    host->connections--;
    open_lane(host);
}

void host_connecting(struct host *host)
{
    host->connecting++;
}

void host_connected(struct host *host)
{
    host->connecting--;
    open_lane(host);
}

/* How many connections it may have. */
static unsigned most_of(const struct host *host)
{
    uint64_t most = host->hosts->most > 0 ? host->hosts->most : UINT_MAX;

    if (host->allowed > 0)
        most = MIN(most, (uint64_t)host->allowed);
    return (unsigned)MIN(most, (uint64_t)UINT_MAX);
}

/* An item waits that could start if others had fewer connections. */
static void note_full(struct host *host)
{
    if (host->is_full || !host->spread)
        return;
    host->is_full = true;
    LIST_INSERT_HEAD(&host->hosts->full, host, full);
}

struct lane *host_wait(struct host *host)
{
    if (host->until > 0 || (host->probing && host->probe))
        return &host->lane;
    if (host_is_full(host)) {
        note_full(host);
        return &host->lane;
    }
    return host->connecting < HOST_CONNECTING ? NULL : &host->lane;
}

bool host_may_ask(const struct host *host)
{
    return host->until == 0 && !host->probing && !host_is_full(host) &&
           host->connecting < HOST_CONNECTING;
}

bool host_takes(const struct host *host, const void *who, unsigned places)
{
    return host->until == 0 && (!host->probing || !host->probe || host->probe == who) &&
           host->connections - places < most_of(host) && host->connecting < HOST_CONNECTING;
}

bool host_is_full(const struct host *host)
{
    return host->connections >= most_of(host);
}

bool host_is_awaited(const struct host *host)
{
    return host->hosts->hungry && host->lane.count > 0;
}

unsigned host_room(const struct host *host, unsigned places)
{
    if (host->no_ranges || host_is_awaited(host) || !host_takes(host, NULL, places))
        return 0;
    return host->probing ? 1 : most_of(host) - (host->connections - places);
}

static void tell_rest(struct host *host)
{
    host->hosts->events.rest_changed(host->hosts->events.ctx, host);
}

static void tell_learned(const struct host *host)
{
    host->hosts->events.learned(host->hosts->events.ctx, host);
}

void host_refuses_ranges(struct host *host)
{
    if (host->no_ranges)
        return;
    host->no_ranges = true;
    tell_learned(host);
}

/* How many it allows. */

static void restrain(struct host *host)
{
    if (host->is_restrained)
        return;
    host->is_restrained = true;
    LIST_INSERT_HEAD(&host->hosts->restrained, host, restrained);
}

/* Nothing holds it back any more. */
static void unrestrain(struct host *host)
{
    if (!host->is_restrained || host->until > 0 || host->allowed > 0)
        return;
    host->is_restrained = false;
    LIST_REMOVE(host, restrained);
}

static void begin_patience(struct host *host, uint64_t now)
{
    host->answers = 0;
    host->raise_at = now + (RAISE_AFTER_MS << host->patience);
}

void host_refused(struct host *host, uint64_t now)
{
    unsigned works = MAX(host->connections, 1u);

    if (host->allowed == 0 || works < host->allowed) {
        LOG_INFO(engine, "%s allows %u connections", host->name, works);
        host->allowed = works;
        tell_learned(host);
    }
    if (host->raised)
        host->patience = MIN(host->patience + 1, PATIENCE_MOST);
    host->raised = false;
    begin_patience(host, now);
    restrain(host);
}

/* What was learned need not hold for ever: one more is tried, later and later as that fails. */
static void try_one_more(struct host *host, uint64_t now)
{
    if (host->allowed == 0 ||
        (now < host->raise_at && host->answers < RAISE_AFTER_MANY << host->patience))
        return;
    host->allowed++;
    if (host->hosts->most > 0 && host->allowed >= host->hosts->most)
        host->allowed = 0;
    host->raised = true;
    begin_patience(host, now);
    open_lane(host);
    unrestrain(host);
    tell_learned(host);
}

/* Answers. */

void host_heard(struct host *host)
{
    host->failures = 0;
    host->answers++;
    if (host->rounds > 0) {
        host->rounds = 0;
        tell_learned(host);
    }
    if (host->until > 0 || !host->probing)
        return;
    host->probing = false;
    open_lane(host);
}

void host_works(struct host *host)
{
    host->working++;
    host_heard(host);
}

void host_worked(struct host *host)
{
    host->working--;
}

void host_broke(struct host *host, uint64_t now)
{
    host->broke_at = now;
}

enum host_verdict host_judge(const struct host *host, const struct haul_error *err, bool unheard,
                             bool crowded)
{
    bool asks = err->http_status == 429 || err->http_status == 503;
    bool silent = unheard && (err->code == HAUL_E_CONNECT || err->code == HAUL_E_RESET ||
                              err->code == HAUL_E_TIMEOUT || err->code == HAUL_E_STALLED ||
                              err->code == HAUL_E_RESOLVE);

    if (err->code == HAUL_E_PROXY || (!asks && !silent))
        return HOST_IS_FINE;
    return host->working > 0 || crowded ? HOST_IS_FULL : HOST_IS_DOWN;
}

/* Rests. */

bool host_failed(struct host *host, const struct haul_error *err)
{
    host->failures++;
    if (host->until > 0 || (err->http_status == 0 && host->failures < FAILURES_MOST))
        return false;
    host->rounds++;
    return true;
}

void host_rest(struct host *host, uint64_t until)
{
    if (until <= host->until)
        return;
    host->until = until;
    restrain(host);
    tell_rest(host);
    tell_learned(host);
}

static void end_rest(struct host *host)
{
    host->until = 0;
    host->probing = true;
    host->probe = NULL;
    open_lane(host);
    tell_rest(host);
    unrestrain(host);
    tell_learned(host);
}

void host_forgive(struct host *host)
{
    host->rounds = 0;
    if (host->until > 0)
        end_rest(host);
}

void host_begin(struct host *host, const void *who)
{
    if (host->probing && !host->probe)
        host->probe = who;
}

void host_end(struct host *host, const void *who)
{
    if (host->probe != who)
        return;
    host->probe = NULL;
    open_lane(host);
}

void hosts_remember(struct hosts *hosts, const struct host_memory *memory, uint64_t now)
{
    struct host *host = find_or_make(hosts, memory->name);

    host->no_ranges = memory->no_ranges;
    host->rounds = memory->rounds;
    if (memory->allowed > 0) {
        host->allowed = memory->allowed;
        begin_patience(host, now);
        restrain(host);
    }
    if (memory->rest > 0) {
        host->until = now + memory->rest;
        restrain(host);
    }
}

void hosts_tick(struct hosts *hosts, uint64_t now)
{
    struct host *host, *next;

    for (host = LIST_FIRST(&hosts->restrained); host; host = next) {
        next = LIST_NEXT(host, restrained);
        try_one_more(host, now);
        if (host->until > 0 && host->until <= now)
            end_rest(host);
    }
}

uint64_t hosts_due(const struct hosts *hosts)
{
    const struct host *host;
    uint64_t due = UINT64_MAX;

    LIST_FOREACH(host, &hosts->restrained, restrained)
    {
        if (host->until > 0 && host->lane.count > 0)
            due = MIN(due, host->until);
    }
    return due;
}
