/* How many items each host has, in which state, and what else is known of hosts, for people.
 *
 * Nothing is counted before somebody asks: a queue that nobody looks at by hosts, like that of
 * `get`, pays nothing. The first question goes once over all items; from then on the queue tells of
 * each that comes, goes or changes its state, so a look costs what there are hosts. */

#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine_inside.h"

/* An item counts where its link points to, whatever mirrors it has. */
static void on_counted(void *ctx, const struct item *item, bool came)
{
    struct haul_engine *engine = ctx;

    host_of(&engine->hosts, item_url(item))->items[item->state] += came ? 1 : UINT32_MAX;
}

static void begin(struct haul_engine *engine)
{
    struct queue *queue = &engine->queue;

    if (queue->counted)
        return;
    queue->counted = on_counted;
    queue->counted_ctx = engine;
    for (size_t i = 0; i < queue->count; i++)
        on_counted(engine, queue->order[i], true);
}

/* One tick is not always one millisecond of the time of day, so that a time that is computed anew
 * each time it is told would move, and rows with it. */
int64_t engine_rest_until(const struct haul_engine *engine, struct host *host)
{
    uint64_t now = engine_now(engine);
    int64_t at = clock_wall(engine->clock) + (int64_t)(host->until - MIN(host->until, now));

    if (host->until <= now)
        return 0;
    if (host->told_until != host->until || clock_was_set(at, host->told_at)) {
        host->told_until = host->until;
        host->told_at = at;
    }
    return host->told_at;
}

static void fill(const struct haul_engine *engine, struct host *host, struct haul_host_brief *brief)
{
    uint64_t now = engine_now(engine), most = engine->hosts.most;
    bool learned = host->allowed > 0 && (most == 0 || host->allowed <= most);

    *brief = (struct haul_host_brief){
        .name = host->name,
        .connections = host->connections,
        .cap = learned ? host->allowed : (uint32_t)MIN(most, (uint64_t)UINT32_MAX),
        .learned = learned,
        .rate = host->connections > 0 ? speed_rate(&host->speed, now) : 0,
        .rest_until = engine_rest_until(engine, host),
        .no_ranges = host->no_ranges,
    };
    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        brief->counts[state] = host->items[state];
}

/* There is something to say of it: not just of a host that items once were of. */
static bool is_of_interest(const struct haul_host_brief *brief)
{
    bool has_items = false;

    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        has_items = has_items || brief->counts[state] > 0;
    return has_items || brief->connections > 0 || brief->rest_until > 0;
}

void haul_engine_hosts(struct haul_engine *engine,
                       void (*each)(void *ctx, const struct haul_host_brief *host), void *ctx)
{
    struct haul_host_brief brief;
    struct host *host, *next;

    begin(engine);
    HASH_ITER(hh, engine->hosts.table, host, next)
    {
        fill(engine, host, &brief);
        if (is_of_interest(&brief))
            each(ctx, &brief);
    }
}

bool haul_engine_host(const struct haul_engine *engine, const char *name,
                      struct haul_host_brief *ret_brief)
{
    struct host *host;

    HASH_FIND_STR(engine->hosts.table, name, host);
    if (host)
        fill(engine, host, ret_brief);
    return host != NULL;
}
