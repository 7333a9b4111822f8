/* Items and the session as snapshots: copies of clean text and numbers, never pointers into the
 * engine. */

#include <stdio.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "base/str.h"
#include "base/text.h"
#include "engine/engine_inside.h"
#include "engine/explain.h"
#include "engine/options_told.h"
#include "engine/recall.h"
#include "engine/transfer.h"
#include "store/store.h"

static void fill_brief(const struct haul_engine *engine, const struct item *item,
                       struct haul_brief *ret_brief)
{
    const struct item_more *more = item_more(item);
    const struct transfer *transfer = item_work(item)->transfer;
    bool runs = item->state == HAUL_ACTIVE && transfer;

    *ret_brief = (struct haul_brief){
        .id = item->id,
        .version = queue_item_version(&engine->queue, item),
        .state = item->state,
        .priority = item->options->priority,
        .http_status = more->http_status,
        .total = more->total,
        .done = more->done,
        .rate = runs ? transfer_rate(transfer) : 0,
        .eta = runs ? transfer_eta(transfer) : -1,
        .added_at = queue_added_at(&engine->queue, item),
        .finished_at = more->finished_at,
        .connections = runs ? transfer_connections(transfer) : 0,
        .tries = more->tries,
        .name = item_name(item),
        .url = item_shown(item),
        .dir = item_dir(item),
    };
}

void haul_engine_at(const struct haul_engine *engine, size_t position, struct haul_brief *ret_brief)
{
    fill_brief(engine, engine->queue.order[position], ret_brief);
}

bool haul_engine_look(const struct haul_engine *engine, uint64_t id, struct haul_brief *ret_brief,
                      size_t *ret_position)
{
    const struct item *item = queue_find(&engine->queue, id);

    if (!item)
        return false;
    fill_brief(engine, item, ret_brief);
    *ret_position = item->place;
    return true;
}

/* Why HOST lets none of its queued items start, newly allocated, or NULL. */
static char *why_host_holds(const struct haul_engine *engine, struct host *host)
{
    char until[FMT_SIZE];

    if (host->until > engine_now(engine))
        return xasprintf("host is backing off until %s",
                         fmt_clock(engine_rest_until(engine, host), until));
    if (host->probing && host->probe)
        return xstrdup("host had a rest, one item is tried first");
    return host_is_full(host) ? xstrdup("host has all the connections it may have") : NULL;
}

/* The sentence of the row, newly allocated. That a queued item waits for a host is not the item's
 * to remember: there may be a hundred thousand of them. It is told of those that were looked at,
 * whose rows are told again when the host's rest ends; that the host has no connection left only
 * where an earlier try's error would be taken for the reason. */
static char *note_of(const struct haul_engine *engine, const struct item *item)
{
    const struct item_more *more = item_more(item);
    bool failed = more->err != HAUL_OK;
    struct host *host = NULL;
    char *held = NULL;

    if (item->state == HAUL_QUEUED && item->in_lane &&
        (failed || !LIST_EMPTY(&engine->hosts.restrained)))
        host = host_find(&engine->hosts, item_url(item));
    if (host && (failed || host->until > 0))
        held = why_host_holds(engine, host);
    return held ? held : xstrdup(more->note ? more->note : "");
}

/* When a waiting item runs again. It is due by a clock that nobody sets; the time of day for that
 * is the one that was told first, unless somebody has set the clock since. */
static int64_t retry_at(const struct haul_engine *engine, const struct item *item)
{
    const struct item_work *work = item_work(item);
    uint64_t now = engine_now(engine);
    int64_t at = clock_wall(engine->clock) + (int64_t)(work->due - MIN(work->due, now));

    if (item->state != HAUL_WAITING)
        return 0;
    return clock_was_set(at, work->retry_at) ? at : work->retry_at;
}

static void fill_item(const struct haul_engine *engine, const struct item *item,
                      struct haul_item *ret_item)
{
    const struct item_more *more = item_more(item);
    const struct transfer *transfer = item_work(item)->transfer;
    bool runs = item->state == HAUL_ACTIVE && transfer;

    *ret_item = (struct haul_item){
        .id = item->id,
        .position = item->place + 1,
        .version = queue_item_version(&engine->queue, item),
        .state = item->state,
        .phase = item->phase,
        .priority = item->options->priority,
        .err = more->err,
        .http_status = more->http_status,
        .connections = runs ? transfer_connections(transfer) : 0,
        .tries = more->tries,
        .total = more->total,
        .done = more->done,
        .rate = runs ? transfer_rate(transfer) : 0,
        .eta = runs ? transfer_eta(transfer) : -1,
        .start_at = engine_starts_at(engine, item),
        .retry_at = retry_at(engine, item),
        .added_at = queue_added_at(&engine->queue, item),
        .started_at = more->started_at,
        .finished_at = more->finished_at,
        .name = xstrdup(item_name(item)),
        .dir = text_clean_dup(text_raw_from(item_dir(item)), 4096),
        .url = same_link_masked(item_shown(item)),
        .note = note_of(engine, item),
    };
    hours_tell_item(engine, item, ret_item);
}

bool haul_engine_waits_for_time(const struct haul_engine *engine, uint64_t id)
{
    const struct item *item = queue_find(&engine->queue, id);

    return item && (engine_starts_at(engine, item) != 0 || hours_hold(engine, item));
}

bool haul_engine_item(const struct haul_engine *engine, uint64_t id, struct haul_item *ret_item)
{
    const struct item *item = queue_find(&engine->queue, id);

    if (!item)
        return false;
    fill_item(engine, item, ret_item);
    return true;
}

static void add_event(struct haul_detail *detail, int64_t at, const char *text)
{
    detail->events[detail->event_count++] = (struct haul_event){.at = at, .text = xstrdup(text)};
}

/* That it was added is not an event that each of a hundred thousand items remembers: the queue
 * knows. */
static void fill_events(const struct haul_engine *engine, const struct item *item,
                        struct haul_detail *detail)
{
    const struct item_more *more = item_more(item);
    int64_t added_at = queue_added_at(&engine->queue, item);

    detail->events = xcalloc(ITEM_EVENTS_MAX, sizeof *detail->events);
    if (added_at != 0 && more->event_count < ITEM_EVENTS_MAX)
        add_event(detail, added_at, "added");
    for (unsigned i = 0; i < more->event_count; i++)
        add_event(detail, more->events[i].at, more->events[i].text);
}

char *haul_engine_link(const struct haul_engine *engine, uint64_t id)
{
    const struct item *item = queue_find(&engine->queue, id);

    return item ? xstrdup(item_url(item)) : NULL;
}

bool haul_engine_detail(const struct haul_engine *engine, uint64_t id, bool secrets,
                        struct haul_detail *ret_detail)
{
    const struct item *item = queue_find(&engine->queue, id);

    if (!item)
        return false;
    *ret_detail = (struct haul_detail){0};
    fill_item(engine, item, &ret_detail->item);
    if (secrets) {
        free(ret_detail->item.url);
        ret_detail->item.url = haul_engine_link(engine, id);
    }
    options_told(item->options, secrets, ret_detail);
    item_facts(item, ret_detail);
    if (item_work(item)->transfer)
        transfer_facts(item_work(item)->transfer, ret_detail);
    else
        recall_facts(engine, id, ret_detail);
    ret_detail->diagnosis = explain_item(engine, item);
    fill_events(engine, item, ret_detail);
    return true;
}

/* Bytes to go of queued and waiting items, and of the running ones; -1 when one is not known. */
static int64_t bytes_left(const struct haul_engine *engine)
{
    uint64_t left = engine->queue.left;

    if (engine->queue.unsized > 0 || !transfers_left(engine, &left) || left > INT64_MAX)
        return -1;
    return (int64_t)left;
}

static void tell_trouble(const struct haul_engine *engine, char *text, size_t size)
{
    struct haul_error err;

    if (engine->store && store_in_trouble(engine->store, &err))
        snprintf(text, size, "%.280s; it goes on in memory", err.text);
    else if (engine->news)
        str_copy(text, size, engine->news);
}

void haul_engine_totals(const struct haul_engine *engine, struct haul_totals *ret_totals)
{
    uint64_t now = engine_now(engine);
    bool runs = engine->queue.counts[HAUL_ACTIVE] > 0;
    int64_t left = bytes_left(engine);
    struct haul_totals totals = {
        .rate = runs ? speed_rate(&engine->speed, now) : 0,
        .received = engine->received,
        .left = left,
        .eta = runs && left >= 0 ? speed_eta(&engine->speed, now, (uint64_t)left) : -1,
        .disk_free = engine->disk_free,
        .connections = transfers_connections(engine),
    };

    for (int i = 0; i < HAUL_STATE_COUNT; i++)
        totals.counts[i] = engine->queue.counts[i];
    hours_tell_totals(engine, &totals);
    tell_trouble(engine, totals.trouble, sizeof totals.trouble);
    *ret_totals = totals;
}
