/* A running transfer as facts and ranges, for people. */

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/fmt.h"
#include "base/mem.h"
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

static void add_redirects(struct haul_detail *detail, size_t *size, const struct transfer *transfer)
{
    char *shown, *text;

    if (transfer->peer.redirects == 0 || !transfer->final_url)
        return;
    shown = url_shown(transfer->final_url);
    text = xasprintf("%u, to %s", transfer->peer.redirects, shown);
    add_fact(detail, size, "redirects", text);
    free(text);
    free(shown);
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

static void add_hashed(struct haul_detail *detail, size_t *size, const struct transfer *transfer)
{
    char text[FMT_SIZE];

    if (transfer->file && disk_file_hashed(transfer->file) > 0)
        add_fact(detail, size, "hashed", fmt_bytes(disk_file_hashed(transfer->file), text));
}

void item_facts(const struct item *item, struct haul_detail *detail)
{
    size_t size = detail->fact_count;

    add_fact(detail, &size, "checksum", item->options->checksum);
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

void transfer_facts(const struct transfer *transfer, struct haul_detail *detail)
{
    size_t size = detail->fact_count;

    add_hashed(detail, &size, transfer);
    add_fact(detail, &size, "address", transfer->peer.address);
    add_fact(detail, &size, "protocol", transfer->peer.protocol);
    add_fact(detail, &size, "server", transfer->server);
    add_redirects(detail, &size, transfer);
    add_fact(detail, &size, "type", transfer->content_type);
    add_fact(detail, &size, "encoding", transfer->content_encoding);
    add_fact(detail, &size, "etag", transfer->etag);
    add_fact(detail, &size, "modified", transfer->modified);
    add_timing(detail, &size, &transfer->peer);
    mirrors_facts(transfer, add_source, &(struct fact_list){detail, &size});
    add_spans(detail, transfer);
}
