/* A transfer's connections: which go on, which end, and when another one begins.
 *
 * A further connection is an offer to the server, not a need: one that fails or can't prove what it
 * sends costs the item nothing, the others go on without it. */

#include <stdlib.h>

#include "base/mem.h"
#include "engine/host.h"
#include "engine/plan.h"
#include "engine/transfer_inside.h"
#include "haul/log.h"

#define SPREAD_WAIT_MS UINT64_C(1000) /* after a refused connection; doubles */

/* The server answers others of our connections and not this one: it has enough of them. */
static bool is_refusal(const struct haul_error *err)
{
    return err->http_status == 403 || err->http_status == 429 || err->http_status == 503 ||
           err->code == HAUL_E_CONNECT || err->code == HAUL_E_RESET;
}

/* A connection failed while others of the item work: they go on, and after a while another one is
 * tried. */
static void lose_one(struct transfer *transfer, const struct segment *segment)
{
    unsigned doublings = MIN(transfer->refusals, 6u);

    LOG_INFO(engine, "item %llu: a connection failed: %s", (unsigned long long)transfer->item->id,
             segment->err.text);
    if (segment->came > 0) {
        transfer->refusals = 0;
        return;
    }
    transfer->refusals++;
    transfer->spread_after = engine_now(transfer->engine) + (SPREAD_WAIT_MS << doublings);
    if (is_refusal(&segment->err))
        host_refused(transfer->host);
    else if (!segment->err.retryable)
        transfer->single = true;
}

static void segment_over(struct transfer *transfer, struct segment *segment)
{
    bool alone = transfer->segment_count == 1;

    if (segment->came > 0 && segment->full)
        transfer->pace = speed_rate(&segment->speed, engine_now(transfer->engine));
    if (segment->err.code == HAUL_OK) {
        transfer->refusals = 0;
    } else if (!alone) {
        lose_one(transfer, segment);
    } else if (segment->err.http_status == 416 && segment->part) {
        transfer_note(transfer, "starting over",
                      "the server has no such range of the file any more (416)");
        transfer->start_over = true;
    } else {
        transfer->retry_after = segment->retry_after;
        transfer_fail(transfer, &segment->err);
    }
    segment_free(segment);
}

bool transfer_join_next(struct transfer *transfer, const struct segment *segment)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    uint64_t end = state->ranges[segment->range].end;
    const struct segment *other;

    if (segment->to <= end)
        return false;
    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        if (range->start != end || range->written > range->start || range->start == range->end ||
            range->end > segment->to)
            continue;
        LIST_FOREACH(other, &transfer->segments, link)
        {
            if (other->range == i)
                return false;
        }
        disk_file_join(transfer->file, segment->range, i);
        return true;
    }
    return false;
}

/* Looks at each connection: ends what has all it needs, wakes what waits, frees what is over. */
void transfer_tend(struct transfer *transfer)
{
    struct segment *segment, *next;

    for (segment = LIST_FIRST(&transfer->segments); segment; segment = next) {
        next = LIST_NEXT(segment, link);
        if (segment->net && segment->full && !transfer->is_small) {
            if (!segment->overrun && transfer_join_next(transfer, segment))
                segment->full = false;
            else
                segment_hang_up(segment);
        }
        if (segment->net)
            segment_go_on(segment);
        else if (segment_quiesce(segment, true))
            segment_over(transfer, segment);
    }
}

static void describe_ranges(const struct transfer *transfer, struct plan_range *ranges)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    uint64_t now = engine_now(transfer->engine);
    const struct segment *segment;

    for (size_t i = 0; i < state->range_count; i++)
        ranges[i] =
            (struct plan_range){.pos = state->ranges[i].written, .end = state->ranges[i].end};
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        struct plan_range *range = &ranges[segment->range];

        range->active = true;
        range->rate = speed_rate(&segment->speed, now);
        if (segment->writing)
            range->pos = segment->writer.offset;
    }
}

/* Begins one more connection if there is a piece for it. */
static bool spread_once(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    struct plan_range *ranges = xcalloc(state->range_count, sizeof *ranges);
    struct plan_cut cut;
    bool found;

    describe_ranges(transfer, ranges);
    found = plan_next(ranges, state->range_count, transfer->pace,
                      transfer->item->options->min_split, &cut);
    free(ranges);
    if (!found || state->range_count >= STATE_RANGES_MAX)
        return false;
    transfer_ask_range(transfer,
                       cut.whole ? cut.range : disk_file_split(transfer->file, cut.range, cut.at));
    return true;
}

/* May this file have further connections now? Only what can be proved to be of one version is put
 * together from several answers. */
static bool may_spread(const struct transfer *transfer)
{
    struct identity own = transfer_identity(transfer);

    return transfer->planned && !transfer->single && !transfer->no_ranges && transfer->total >= 0 &&
           transfer->item->phase == HAUL_PHASE_RECEIVING &&
           transfer->segment_count < transfer->item->options->connections &&
           host_has_room(transfer->host) && identity_if_range(&own) &&
           engine_now(transfer->engine) >= transfer->spread_after;
}

void transfer_spread(struct transfer *transfer)
{
    while (may_spread(transfer) && spread_once(transfer))
        continue;
}
