/* From the engine's state to the facts of a diagnosis. */

#include "engine/explain.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/url.h"
#include "disk/digest.h"
#include "engine/diagnose.h"
#include "engine/folder.h"
#include "engine/transfer_inside.h"

static struct diagnosis_host about_host(const struct haul_engine *engine, struct host *host)
{
    if (!host)
        return (struct diagnosis_host){.name = "the host", .most = engine->hosts.most};
    return (struct diagnosis_host){
        .name = host->name,
        .connections = host->connections,
        .most = engine->hosts.most,
        .allowed = host->allowed,
        .until = engine_rest_until(engine, host),
        .probing = host->probing && host->probe,
    };
}

/* Is everything that is missing in pieces that are worked on, and each too small to be cut? */
static bool rest_is_small(const struct transfer *transfer)
{
    const struct disk_state *state = transfer->file ? disk_file_state(transfer->file) : NULL;
    uint64_t least = 2 * transfer->item->options->min_split;

    for (size_t i = 0; transfer->planned && state && i < state->range_count; i++) {
        if (state->ranges[i].end - state->ranges[i].written >= least)
            return false;
    }
    return true;
}

static size_t about_connections(const struct transfer *transfer,
                                struct diagnosis_connection *connections)
{
    uint64_t now = engine_now(transfer->engine);
    const struct segment *segment;
    size_t count = 0;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (!segment->net)
            continue;
        connections[count++] = (struct diagnosis_connection){
            .connected = segment->connected,
            .silent_ms = now - segment->last_byte,
            .recent = &segment->recent,
        };
    }
    return count;
}

static void about_transfer(const struct transfer *transfer, struct diagnosis_case *facts)
{
    const struct trace *trace = &transfer->trace;
    const struct haul_options *options = transfer->item->options;

    facts->host = about_host(transfer->engine, transfer->host);
    facts->rate = transfer_rate(transfer);
    facts->wanted = (unsigned)options->connections;
    facts->no_ranges = transfer->no_ranges || transfer->host->no_ranges;
    facts->single = transfer->single;
    facts->waits = transfer->waits;
    facts->small_rest = rest_is_small(transfer);
    facts->stall_ms = options->stall_timeout * 1000;
    facts->held_by_limit = trace->held[TRACE_LIMIT];
    facts->held_by_item_limit = trace->held[TRACE_ITEM_LIMIT];
    facts->held_by_disk = trace->held[TRACE_DISK];
    facts->hashed = transfer->file ? disk_file_hashed(transfer->file) : 0;
}

char *explain_item(const struct haul_engine *engine, const struct item *item)
{
    const struct item_more *more = item_more(item);
    const struct transfer *transfer = item_work(item)->transfer;
    struct diagnosis_connection *connections;
    char sentence[DIAGNOSIS_SIZE];
    struct diagnosis_case facts = {
        .now = clock_wall(engine->clock),
        .state = item->state,
        .phase = item->phase,
        .err = more->err,
        .http_status = more->http_status,
        .note = more->note ? more->note : "",
        .tries = more->tries,
        .retries = item->options->retries,
        .retry_at = item_work(item)->retry_at,
        .done = more->done,
        .total = more->total,
        .took = more->finished_at > 0 && more->started_at > 0 ? more->finished_at - more->started_at
                                                              : 0,
        .host = about_host(engine, host_find(&engine->hosts, item_url(item))),
        .start_at = item->state == HAUL_QUEUED ? engine_starts_at(engine, item) : 0,
        .held = engine->held,
        .folder_silent = folder_is_silent(engine, item_dir(item)),
        .ending = item->state == HAUL_QUEUED && transfer,
        .running = engine->queue.counts[HAUL_ACTIVE],
        .jobs = engine->hours.jobs,
        .slots = MIN(engine->slots_max, engine->slots_room),
        .limit = engine->hours.limit,
        .limit_scheduled =
            engine->hours.now.limit > 0 && engine->hours.limit == engine->hours.now.limit,
        .off_hours = hours_hold(engine, item),
        .hours_until = engine->hours.until < INT64_MAX ? engine->hours.until : 0,
        .item_limit = item->options->item_limit,
    };

    if (!transfer)
        return xstrdup(diagnose(&facts, sentence));
    connections = xcalloc(transfer->segment_count + 1, sizeof *connections);
    facts.connections = connections;
    facts.connection_count = about_connections(transfer, connections);
    about_transfer(transfer, &facts);
    diagnose(&facts, sentence);
    free(connections);
    return xstrdup(sentence);
}
