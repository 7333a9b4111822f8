/* A running transfer as facts and ranges, for people. */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "base/str.h"
#include "base/text.h"
#include "base/url.h"
#include "disk/digest.h"
#include "engine/transfer_inside.h"

static void add_fact(struct haul_detail *detail, size_t *size, const char *name, const char *raw)
{
    if (!raw || !raw[0])
        return;
    detail->facts = array_reserve(detail->facts, detail->fact_count, size, sizeof *detail->facts);
    detail->facts[detail->fact_count++] = (struct haul_fact){
        .name = xstrdup(name),
        .value = text_clean_dup(text_raw_from(raw), 512),
    };
}

static void add_timing(struct haul_detail *detail, size_t *size, const struct net_peer *peer)
{
    char text[64];

    if (peer->first_byte_ms == 0)
        return;
    snprintf(text, sizeof text, "connected in %llu ms, first byte after %llu ms",
             (unsigned long long)peer->connect_ms, (unsigned long long)peer->first_byte_ms);
    add_fact(detail, size, "timing", text);
}

/* One fact a step, in their order. */
static void add_redirects(struct haul_detail *detail, size_t *size, const struct transfer *transfer)
{
    char *copy = xstrdup(transfer->trail ? transfer->trail : ""), *rest = copy, *step;

    while ((step = strsep(&rest, "\n"))) {
        char *masked = same_link_masked(step);

        add_fact(detail, size, "redirect", masked);
        free(masked);
    }
    free(copy);
}

static void add_status(struct haul_detail *detail, size_t *size, const struct transfer *transfer)
{
    char text[16];

    if (transfer->status == 0)
        return;
    snprintf(text, sizeof text, "%d", transfer->status);
    add_fact(detail, size, "status", text);
}

/* The date that is shown, and whether it can stand for the file's version (RFC 9110, 8.8.2.2). */
static void add_modified(struct haul_detail *detail, size_t *size, const struct transfer *transfer)
{
    char *text;

    if (!transfer->last_modified && !transfer->modified)
        return;
    text = xasprintf("%s%s", transfer->modified ? transfer->modified : transfer->last_modified,
                     transfer->modified ? "" : " (too young to prove anything)");
    add_fact(detail, size, "modified", text);
    free(text);
}

static const struct segment *segment_on(const struct transfer *transfer, size_t range)
{
    const struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->range == range && segment->net)
            return segment;
    }
    return NULL;
}

static void add_spans(struct haul_detail *detail, const struct transfer *transfer)
{
    const struct disk_state *state = transfer->file ? disk_file_state(transfer->file) : NULL;
    size_t count = state ? state->range_count : 0;
    uint64_t now = engine_now(transfer->engine);

    if (count == 0)
        return;
    detail->spans = xcalloc(count, sizeof *detail->spans);
    detail->span_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = segment_on(transfer, i);
        detail->spans[i] =
            (struct haul_span){.start = state->ranges[i].start,
                               .pos = state->ranges[i].written,
                               .end = state->ranges[i].end,
                               .rate = segment ? speed_rate(&segment->speed, now) : 0,
                               .active = segment != NULL};
    }
}

/* What is to be said of a digest that was given. */
static void digest_state(const struct item *item, char *buf, size_t size)
{
    const struct item_more *more = item_more(item);
    const struct transfer *transfer = item_work(item)->transfer;
    uint64_t hashed = transfer && transfer->file ? disk_file_hashed(transfer->file) : 0;

    if (more->err == HAUL_E_CHECKSUM)
        str_copy(buf, size, "wrong");
    else if (item->state == HAUL_DONE)
        str_copy(buf, size, "verified");
    else if (hashed > 0 && more->total > 0)
        snprintf(buf, size, "computing, %u%%", fmt_percent(hashed, more->total));
    else
        str_copy(buf, size, "not computed yet");
}

void item_facts(const struct item *item, struct haul_detail *detail)
{
    size_t size = detail->fact_count;
    char state[64];

    add_fact(detail, &size, "checksum", item->options->checksum);
    if (item->options->checksum)
        digest_state(item, state, sizeof state);
    add_fact(detail, &size, "digest", item->options->checksum ? state : "none given");
}

struct fact_list {
    struct haul_detail *detail;
    size_t *size;
};

static void add_source(void *ctx, const char *name, const char *value)
{
    struct fact_list *list = ctx;

    add_fact(list->detail, list->size, name, value);
}

/* What a connection is about, for people. */
static const char *doing(const struct segment *segment)
{
    static const char *const holds[TRACE_HOLD_COUNT] = {
        [TRACE_LIMIT] = "held by --limit",
        [TRACE_ITEM_LIMIT] = "held by --item-limit",
        [TRACE_DISK] = "waits for the disk",
    };

    if (!segment->connected)
        return "connecting";
    if (segment->waits)
        return holds[segment->held_by];
    if (segment->transfer->item->phase == HAUL_PHASE_SENDING &&
        segment->transfer->item->more->done < (uint64_t)segment->transfer->total)
        return "sending";
    return segment->status == 0 ? "waits for the answer" : "receiving";
}

static void add_connection(struct haul_connection *to, const struct segment *segment, uint64_t now)
{
    const struct transfer *transfer = segment->transfer;
    uint64_t end = segment->to;

    if (transfer->is_small)
        end = (uint64_t)transfer->total;
    else if (transfer->planned)
        end = disk_file_state(transfer->file)->ranges[segment->range].end;
    *to = (struct haul_connection){
        .pos = segment->writing ? segment->writer.offset : segment->from,
        .end = end,
        .came = segment->came,
        .rate = speed_rate(&segment->speed, now),
        .source = text_clean_dup(text_raw_from(segment->host->name), 300),
        .doing = xstrdup(doing(segment)),
    };
}

/* The list holds the youngest in front. */
static void add_connections(struct haul_detail *detail, const struct transfer *transfer)
{
    const struct segment *segment;
    size_t at = transfer_connections(transfer);

    if (at == 0)
        return;
    detail->connections = xcalloc(at, sizeof *detail->connections);
    detail->connection_count = at;
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->net)
            add_connection(&detail->connections[--at], segment, engine_now(transfer->engine));
    }
}

static void add_rates(struct haul_detail *detail, const struct transfer *transfer)
{
    static_assert(TRACE_SECONDS == HAUL_RATES_MAX, "all of them are told");

    if (transfer->trace.count == 0)
        return;
    detail->rates = xcalloc(TRACE_SECONDS, sizeof *detail->rates);
    detail->rate_count = trace_rates(&transfer->trace, detail->rates);
}

void transfer_facts(const struct transfer *transfer, struct haul_detail *detail)
{
    size_t size = detail->fact_count;

    add_status(detail, &size, transfer);
    add_fact(detail, &size, "address", transfer->peer.address);
    add_fact(detail, &size, "protocol", transfer->peer.protocol);
    add_fact(detail, &size, "tls", transfer->peer.tls);
    add_fact(detail, &size, "server", transfer->server);
    add_redirects(detail, &size, transfer);
    add_fact(detail, &size, "type", transfer->content_type);
    add_fact(detail, &size, "encoding", transfer->content_encoding);
    add_fact(detail, &size, "disposition", transfer->disposition);
    add_fact(detail, &size, "etag", transfer->etag);
    add_modified(detail, &size, transfer);
    if (transfer->no_ranges || transfer->host->no_ranges)
        add_fact(detail, &size, "ranges", "not taken by the server");
    add_timing(detail, &size, &transfer->peer);
    mirrors_facts(transfer, add_source, &(struct fact_list){detail, &size});
    add_spans(detail, transfer);
    add_connections(detail, transfer);
    add_rates(detail, transfer);
}

/* Numbers. */

uint64_t transfer_rate(const struct transfer *transfer)
{
    return speed_rate(&transfer->speed, engine_now(transfer->engine));
}

int64_t transfer_eta(const struct transfer *transfer)
{
    uint64_t done = transfer->item->more->done;

    if (transfer->total < 0 || done > (uint64_t)transfer->total)
        return -1;
    return speed_eta(&transfer->speed, engine_now(transfer->engine),
                     (uint64_t)transfer->total - done);
}

unsigned transfer_connections(const struct transfer *transfer)
{
    const struct segment *segment;
    unsigned count = 0;

    LIST_FOREACH(segment, &transfer->segments, link)
    count += segment->net != NULL;
    return count;
}

uint32_t transfers_connections(const struct haul_engine *engine)
{
    const struct transfer *transfer;
    uint32_t count = 0;

    LIST_FOREACH(transfer, &engine->transfers, link)
    count += transfer_connections(transfer);
    return count;
}

bool transfers_left(const struct haul_engine *engine, uint64_t *ret_left)
{
    const struct transfer *transfer;

    LIST_FOREACH(transfer, &engine->transfers, link)
    {
        const struct item *item = transfer->item;

        if (item->state != HAUL_ACTIVE)
            continue;
        if (item->more->total < 0)
            return false;
        *ret_left +=
            (uint64_t)item->more->total - MIN((uint64_t)item->more->total, item->more->done);
    }
    return true;
}
