/* The slots: which item of the queue starts next, and what holds up the others.
 *
 * An item that has to wait for the hours, its time, its folder or its host goes to the lane of
 * that, so that it is looked at again when there is a reason to. */

#include "engine/slots.h"

#include "base/fmt.h"
#include "engine/folder.h"
#include "engine/retry.h"
#include "engine/transfer_inside.h"

#define STARTS_PER_STEP 256 /* so that ten thousand slots do not hold up the loop */

int64_t engine_starts_at(const struct haul_engine *engine, const struct item *item)
{
    int64_t at = item->options->start_at;

    if (at == 0 || (item->state != HAUL_QUEUED && item->state != HAUL_PAUSED))
        return 0;
    return at > clock_wall(engine->clock) ? at : 0;
}

/* How many may run: what the user and the schedule said, and what the descriptors allow. */
static uint64_t slots(const struct haul_engine *engine)
{
    return MIN(MIN(engine->hours.jobs, engine->slots_max), engine->slots_room);
}

bool slots_are_plenty(const struct haul_engine *engine)
{
    return engine->queue.counts[HAUL_QUEUED] + engine->queue.counts[HAUL_ACTIVE] <= slots(engine);
}

bool engine_is_shut(const struct haul_engine *engine, const struct host *host)
{
    return host->until > engine_now(engine) + RETRY_AFTER_LIMIT * UINT64_C(1000);
}

void engine_refuse_shut(const struct haul_engine *engine, const struct host *host,
                        struct haul_error *err)
{
    uint64_t rest = host->until - engine_now(engine);
    char until[FMT_SIZE], limit[FMT_SIZE];

    haul_fail(err, HAUL_E_HTTP,
              "%s asked to be left alone until %s (Retry-After), haul waits %s at most by itself; "
              "retry it later",
              host->name, fmt_time(clock_wall(engine->clock) + (int64_t)rest, until),
              fmt_seconds(RETRY_AFTER_LIMIT, limit));
}

/* Where ITEM has to wait. Hours in which nothing starts hold up all but those that are told to run;
 * a folder that does not answer, or a host that rests, does not answer, or has all the connections
 * it may have, only its own. */
static struct lane *holder(void *ctx, struct item *item)
{
    struct haul_engine *engine = ctx;
    struct lane *lane = NULL;
    struct host *host;

    if (hours_hold(engine, item))
        return &engine->hours.closed;
    if (item->options->start_at != 0)
        lane = starts_wait(&engine->starts, item->options->start_at, clock_wall(engine->clock));
    if (!lane)
        lane = folder_wait(engine, item_dir(item));
    if (lane)
        return lane;
    host = host_of(&engine->hosts, item_url(item));
    if (engine_is_shut(engine, host))
        return NULL; /* to fail */
    lane = host_wait(host);
    if (lane && (host->until > 0 || item_more(item)->err != HAUL_OK))
        queue_touch(&engine->queue, item); /* its row tells */
    return lane;
}

/* The host told another item for how long it wants to be left alone; this one does not ask. */
static void refuse_to_start(struct haul_engine *engine, struct item *item, const struct host *host)
{
    struct haul_error err;

    engine_refuse_shut(engine, host, &err);
    engine_keep_error(item, &err);
    engine_set_state(engine, item, HAUL_FAILED);
}

static void start_item(struct haul_engine *engine, struct item *item)
{
    const struct host *host =
        LIST_EMPTY(&engine->hosts.restrained) ? NULL : host_find(&engine->hosts, item_url(item));

    if (host && engine_is_shut(engine, host)) {
        refuse_to_start(engine, item, host);
        return;
    }
    if (item_more(item)->err == HAUL_OK)
        item_set_note(item, NULL);
    engine_set_state(engine, item, HAUL_ACTIVE);
    transfer_start(engine, item);
}

void slots_fill(struct haul_engine *engine)
{
    uint64_t most = slots(engine);
    uint64_t wanted = engine->queue.counts[HAUL_QUEUED] + engine->queue.counts[HAUL_ACTIVE];

    net_expect(engine->net, (size_t)MIN(most, wanted));
    engine->hosts.hungry = false;
    for (unsigned n = 0; engine->queue.counts[HAUL_ACTIVE] < most; n++) {
        bool go_on = n == STARTS_PER_STEP;
        struct item *item = go_on ? NULL : queue_next(&engine->queue, holder, engine, &go_on);

        if (go_on)
            engine_wake(engine);
        if (!item) {
            engine->hosts.hungry = true; /* what lets one start wakes us */
            transfers_make_room(engine);
            return;
        }
        start_item(engine, item);
    }
}
