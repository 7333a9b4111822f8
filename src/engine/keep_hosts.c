/* What is known of hosts, from one daemon to the next: how many connections they allow, that they
 * have no ranges, until when they want to be left alone.
 *
 * A rest is kept as a time of the wall clock, which may have been set since: it never becomes
 * longer than it was when it was noted. What nothing was learned of for a month is forgotten. */

#include "engine/keep.h"

#include "haul/log.h"
#include "store/store.h"

#define MEMORY_MS (INT64_C(30) * 24 * 3600 * 1000)

void keep_host(struct haul_engine *engine, const struct host *host)
{
    int64_t now = clock_wall(engine->clock);
    uint64_t ticks = engine_now(engine);
    bool rests = host->until > ticks;
    struct store_host row = {.name = host->name,
                             .no_ranges = host->no_ranges,
                             .allowed = host->allowed,
                             .rounds = host->rounds,
                             .rest_until = rests ? now + (int64_t)(host->until - ticks) : 0,
                             .noted_at = now};

    if (engine->store)
        store_host(engine->store, &row);
}

/* How much of a rest is left. */
static uint64_t rest_left(const struct store_host *row, int64_t now)
{
    int64_t left = row->rest_until - MAX(now, row->noted_at);

    return left > 0 ? (uint64_t)left : 0;
}

static void load_host(void *ctx, const struct store_host *row)
{
    struct haul_engine *engine = ctx;
    struct host_memory memory = {.name = row->name,
                                 .no_ranges = row->no_ranges,
                                 .allowed = row->allowed,
                                 .rounds = row->rounds,
                                 .rest = rest_left(row, clock_wall(engine->clock))};

    hosts_remember(&engine->hosts, &memory, engine_now(engine));
}

enum haul_err keep_load_hosts(struct haul_engine *engine, struct haul_error *err)
{
    int64_t since = clock_wall(engine->clock) - MEMORY_MS;

    return store_load_hosts(engine->store, since, load_host, engine, err);
}
