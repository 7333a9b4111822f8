/* A transfer's connections: which go on, which end, and when another one begins.
 *
 * A further connection is an offer to the server, not a need: one that fails or can't prove what it
 * sends costs the item nothing, the others go on without it. */

#include <stdlib.h>

#include "base/mem.h"
#include "engine/host.h"
#include "engine/plan.h"
#include "engine/retry.h"
#include "engine/transfer_inside.h"
#include "haul/log.h"

#define SPREAD_WAIT_MS  UINT64_C(1000) /* after a refused connection; doubles */
#define MEASURE_MS      UINT64_C(1000) /* a younger connection's rate is chance */
#define SHORTEST_MS     UINT64_C(250)
#define SILENT_MS       UINT64_C(5000)  /* one that brings nothing for so long lags */
#define SILENT_FIRST_MS UINT64_C(15000) /* so long it may think about its first byte */
#define SETTLE_MS       UINT64_C(100)
#define GO_ON_MS        UINT64_C(100) /* so long what was sent before may come */
#define TAIL_MS         UINT64_C(3)
#define APART_MS        UINT64_C(1) /* from one connection's beginning to the next one's */
#define DROPS_MAX       8u          /* in a row, until a connection does all it was asked for */

/* The server answers others of our connections and not this one: it has enough of them. */
static bool is_refusal(const struct haul_error *err)
{
    return err->http_status == 403 || err->http_status == 429 || err->http_status == 503;
}

/* So does one that resets it or lets nobody in, when the others go on: a server that ends does the
 * same to all of them, one after the other. */
static bool may_be_refusal(const struct haul_error *err)
{
    return err->code == HAUL_E_CONNECT || err->code == HAUL_E_RESET;
}

/* Does one that was at work already still bring bytes? */
static void judge_reset(struct transfer *transfer)
{
    const struct segment *segment;
    struct host *host = transfer->reset_by;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (!host || segment->host != host || segment->asked_at >= transfer->reset_at ||
            segment->last_byte < transfer->reset_at + GO_ON_MS)
            continue;
        transfer->reset_by = NULL;
        host_refused(host, engine_now(transfer->engine));
        return;
    }
}

void transfer_rest_host(const struct transfer *transfer, struct host *host, int64_t retry_after)
{
    uint64_t seconds = (uint64_t)MIN(retry_after, RETRY_AFTER_LIMIT);

    if (retry_after > 0)
        host_rest(host, engine_now(transfer->engine) + seconds * 1000);
}

/* A connection failed while others of the item work: they go on, and after a while another one is
 * tried. */
static void lose_one(struct transfer *transfer, const struct segment *segment)
{
    const struct haul_error *err = fault_get(&segment->err);
    unsigned doublings;

    LOG_INFO(engine, "item %llu: a connection failed: %s", (unsigned long long)transfer->item->id,
             err->text);
    if (segment->came > 0) {
        transfer->refusals = 0;
        return;
    }
    source_failed(transfer, segment->source, err);
    /* Those that began together are refused for one reason. */
    transfer->refusals += transfer->refusals == 0 || segment->asked_at > transfer->refused_at;
    doublings = MIN(transfer->refusals - 1, 6u);
    transfer->refused_at = engine_now(transfer->engine);
    transfer->spread_after = transfer->refused_at + (SPREAD_WAIT_MS << doublings);
    transfer_rest_host(transfer, segment->host, segment->retry_after);
    if (is_refusal(err)) {
        host_refused(segment->host, engine_now(transfer->engine));
    } else if (may_be_refusal(err)) {
        transfer->reset_by = segment->host;
        transfer->reset_at = engine_now(transfer->engine);
    } else if (!err->retryable && transfer->source_count == 1) {
        transfer->single = true;
    }
}

/* What a connection brought that did all it was asked for is what the next one will bring. One that
 * lasted only a moment tells less than an older one did. */
static void learn_pace(struct transfer *transfer, const struct segment *segment)
{
    uint64_t now = engine_now(transfer->engine);
    uint64_t lasted = now - segment->asked_at;
    uint64_t rate;

    if (segment->came == 0 || !segment->full || (lasted < MEASURE_MS && transfer->pace > 0))
        return;
    rate = lasted < MEASURE_MS ? segment->came * 1000 / MAX(lasted, SHORTEST_MS)
                               : MAX(speed_rate(&segment->speed, now), UINT64_C(1));
    transfer->pace = transfer->pace > 0 ? (transfer->pace + rate) / 2 : rate;
    transfer->drops = 0;
}

/* The only connection failed: another source goes on, or the item fails. */
static void lose_last(struct transfer *transfer, struct segment *segment)
{
    struct haul_error err = *fault_get(&segment->err);

    if (segment->came == 0 || !err.retryable)
        source_failed(transfer, segment->source, &err);
    fault_put(&transfer->last_err, &err);
    transfer->blamed = segment->host;
    transfer->retry_after = segment->retry_after;
    transfer->unheard = segment->status == 0 && segment->came == 0;
    transfer->crowded = segment->crowded;
    if (transfer->source_count > 1)
        transfer_rest_host(transfer, segment->host, segment->retry_after);
    if (!mirrors_go_on(transfer, &err))
        transfer_fail(transfer, &err);
    else if (transfer->goal == GOAL_RECEIVE)
        host_end(segment->host, transfer);
}

/* 416 for a part of what it has just announced: of a file that changed since, If-Range would have
 * brought the whole. */
static bool refuses_parts(const struct transfer *transfer, const struct segment *segment)
{
    return transfer->planned && !transfer->no_ranges && segment->has_if &&
           fault_get(&segment->err)->http_status == 416;
}

/* A server that ends breaks off what it works for and lets nobody in: who was asked beside others
 * is refused because of them only where none of them broke since. */
static void note_broken(struct transfer *transfer, struct segment *segment)
{
    struct host *host = segment->host;

    if (segment->crowded && segment->status == 0 && host->broke_at >= segment->asked_at)
        segment->crowded = false;
    if (segment->came > 0 && fault_get(&segment->err)->code != HAUL_OK)
        host_broke(host, engine_now(transfer->engine));
}

static void segment_over(struct transfer *transfer, struct segment *segment)
{
    const struct haul_error *err = fault_get(&segment->err);
    bool alone = transfer->segment_count == 1;

    note_broken(transfer, segment);
    learn_pace(transfer, segment);
    if (refuses_parts(transfer, segment))
        host_refuses_ranges(segment->host);
    transfer->ended = err->code == HAUL_OK && !segment->unwanted;
    if (err->code == HAUL_OK) {
        transfer->refusals = 0;
    } else if (!alone) {
        lose_one(transfer, segment);
    } else if (err->http_status == 416 && segment->part && transfer->source_count == 1) {
        transfer_note(transfer, "starting over",
                      err->code == HAUL_E_HTTP
                          ? "the server has no such range of the file any more (416)"
                          : err->text);
        transfer->start_over = true;
        transfer->single |= transfer->planned; /* it refuses parts of what it has just sent */
        transfer_wants_attention(transfer);
    } else {
        lose_last(transfer, segment);
    }
    segment_free(segment);
}

/* The range that begins at START and ends at MOST or before, has nothing yet and nobody who asked
 * for it; SIZE_MAX: there is none. */
static size_t untouched_at(const struct transfer *transfer, uint64_t start, uint64_t most)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    const struct segment *segment;

    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        if (range->start != start || range->written > start || range->end == start ||
            range->end > most)
            continue;
        LIST_FOREACH(segment, &transfer->segments, link)
        {
            if (segment->range == i)
                return SIZE_MAX;
        }
        return i;
    }
    return SIZE_MAX;
}

bool transfer_join_next(struct transfer *transfer, const struct segment *segment)
{
    uint64_t end = disk_file_state(transfer->file)->ranges[segment->range].end;
    size_t behind = segment->to > end ? untouched_at(transfer, end, segment->to) : SIZE_MAX;

    if (behind == SIZE_MAX)
        return false;
    disk_file_join(transfer->file, segment->range, behind);
    return true;
}

/* What was cut for connections that may not begin is asked for at once. */
static void join_all(struct transfer *transfer, size_t range)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    size_t behind;

    while ((behind = untouched_at(transfer, state->ranges[range].end, UINT64_MAX)) != SIZE_MAX)
        disk_file_join(transfer->file, range, behind);
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

/* Bytes per second of a connection, 0 while it is too young to tell. */
static uint64_t measured(const struct segment *segment, uint64_t now)
{
    if (segment->came == 0 || now - segment->asked_at < MEASURE_MS)
        return 0;
    if (now - segment->last_byte >= SILENT_MS)
        return 1;
    return MAX(speed_rate(&segment->speed, now), UINT64_C(1));
}

/* TAKEN: as if somebody worked on each of them. */
static void describe_ranges(const struct transfer *transfer, bool taken, struct plan_range *ranges)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    uint64_t now = engine_now(transfer->engine);
    const struct segment *segment;

    for (size_t i = 0; i < state->range_count; i++)
        ranges[i] = (struct plan_range){.pos = state->ranges[i].written,
                                        .end = state->ranges[i].end,
                                        .begun = state->ranges[i].written > state->ranges[i].start,
                                        .active = taken};
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        struct plan_range *range = &ranges[segment->range];

        range->active = true;
        range->rate = measured(segment, now);
        range->runs_on = segment->to > range->end;
        range->silent_ms = segment->waits ? 0 : now - segment->last_byte;
        range->gap_ms = segment->gap_ms;
        range->had = now - segment->asked_at < MEASURE_MS ? segment->came : 0;
        if (segment->writing)
            range->pos = segment->writer.offset;
    }
}

/* How many further connections may begin now. Only what can be proved to be of one version is put
 * together from several answers. */
static unsigned room_for_more(const struct transfer *transfer)
{
    uint64_t wanted = transfer->item->options->connections;

    if (!transfer->planned || transfer->single || transfer->no_ranges || transfer->total < 0 ||
        transfer->item->phase != HAUL_PHASE_RECEIVING || transfer->segment_count >= wanted ||
        engine_now(transfer->engine) < transfer->spread_after ||
        disk_file_state(transfer->file)->range_count >= STATE_RANGES_MAX)
        return 0;
    return mirrors_room(transfer);
}

static bool find_next(const struct transfer *transfer, unsigned room, bool taken,
                      struct plan_next *ret_next)
{
    size_t count = disk_file_state(transfer->file)->range_count;
    struct plan_range *ranges = xcalloc(count, sizeof *ranges);
    struct plan_case now = {.ranges = ranges,
                            .count = count,
                            .pace = transfer->pace,
                            .min_split = transfer->item->options->min_split,
                            .wait_ms = transfer->wait_ms,
                            .room = room};
    bool found;

    describe_ranges(transfer, taken, ranges);
    found = plan_next(&now, ret_next);
    free(ranges);
    return found;
}

bool transfer_drop_slow(struct transfer *transfer, struct segment *segment)
{
    if (transfer->drops >= DROPS_MAX || !segment->net)
        return false;
    transfer->drops++;
    LOG_INFO(engine, "item %llu: a connection brings too little: asked for again from byte %llu",
             (unsigned long long)transfer->item->id,
             (unsigned long long)(segment->writing ? segment->writer.offset : segment->from));
    segment_hang_up(segment);
    transfer_wants_attention(transfer);
    return true;
}

/* What is left of a range whose connection was dropped is nobody's once its bytes are on the disk,
 * and the next look takes it. */
static void replace(struct transfer *transfer, size_t range)
{
    struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->range == range) {
            transfer_drop_slow(transfer, segment);
            return;
        }
    }
}

static void put_off(struct transfer *transfer, uint64_t ms)
{
    transfer->put_off = true;
    engine_nudge(transfer->engine, ms);
}

/* Connections that began together end together, though not in one instant, and what one took from
 * another in between would be asked for twice. So a part of another one's range is taken only a
 * moment later. */
static bool too_soon(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);

    if (transfer->pace == 0)
        return false;
    if (transfer->free_since == 0)
        transfer->free_since = now;
    if (now - transfer->free_since >= SETTLE_MS)
        return false;
    put_off(transfer, transfer->free_since + SETTLE_MS - now);
    return true;
}

/* The end of one range is near, and its server may hold it back: see is_held_back() of the planner.
 * Nothing but time would tell. */
static void watch_tail(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    const struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        uint64_t end = state->ranges[segment->range].end;

        if (segment->writing && segment->to > end && segment->writer.offset < end &&
            end - segment->writer.offset <= PLAN_TAIL_MIN)
            put_off(transfer, TAIL_MS);
    }
}

/* Cuts what was found for all connections that may begin: those that begin later, see is_turn(),
 * find their piece as it was planned. */
static void cut_for_all(struct transfer *transfer, unsigned room, struct plan_next next)
{
    const struct disk_state *state = disk_file_state(transfer->file);

    do {
        disk_file_split(transfer->file, next.range, next.at);
    } while (--room > 0 && state->range_count < STATE_RANGES_MAX &&
             find_next(transfer, room, true, &next) && next.move == PLAN_CUT);
}

/* Connections begin one after the other: a server that has enough of them is asked by few more
 * before it says so, and one that hands out quotas does not do it for all of them in one go, which
 * makes each wait for the others every time. */
static bool is_turn(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);
    uint64_t turn = transfer->began_at + APART_MS;

    if (now < turn)
        put_off(transfer, turn - now);
    return now >= turn;
}

static bool begin_range(struct transfer *transfer, size_t range, bool last)
{
    if (!is_turn(transfer))
        return false;
    if (last)
        join_all(transfer, range);
    transfer->began_at = engine_now(transfer->engine);
    return transfer_ask_range(transfer, range);
}

/* Begins one more connection if there is a piece for it. */
static bool spread_once(struct transfer *transfer)
{
    unsigned room = room_for_more(transfer);
    struct plan_next next;

    transfer->put_off = false;
    if (room == 0 || !find_next(transfer, room, false, &next)) {
        transfer->free_since = 0;
        if (room > 0 && transfer->pace > 0)
            watch_tail(transfer);
        return false;
    }
    switch (next.move) {
    case PLAN_TAKE:
        return begin_range(transfer, next.range, room == 1);
    case PLAN_CUT:
        if (too_soon(transfer))
            return false;
        cut_for_all(transfer, room, next);
        return true;
    case PLAN_REPLACE:
        replace(transfer, next.range);
        break;
    }
    return false;
}

void transfer_spread(struct transfer *transfer)
{
    judge_reset(transfer);
    while (spread_once(transfer))
        continue;
    mirrors_check(transfer);
}

/* Is SEGMENT the one that lags, and not the whole network? Others bring bytes, or have brought
 * theirs and are gone. */
static bool others_work(const struct transfer *transfer, const struct segment *segment,
                        uint64_t now)
{
    const struct segment *other;

    LIST_FOREACH(other, &transfer->segments, link)
    {
        if (other != segment && other->came > 0 && now - other->last_byte < SILENT_MS / 2)
            return true;
    }
    return transfer->segment_count == 1 && transfer->pace > 0;
}

void transfer_watch_silence(struct transfer *transfer, uint64_t now)
{
    uint64_t stall = transfer->item->options->stall_timeout * 1000;
    struct segment *segment;

    if (transfer->single || transfer->no_ranges || transfer->total < 0)
        return;
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        uint64_t most = segment->came > 0 ? SILENT_MS : SILENT_FIRST_MS;

        if (segment->net && segment->part && segment->connected && !segment->waits &&
            now - segment->last_byte >= (stall > 0 ? MIN(most, stall / 2) : most) &&
            others_work(transfer, segment, now))
            transfer_drop_slow(transfer, segment);
    }
}

/* Open connections of TRANSFER to HOST, when it can do without one of them. */
static unsigned spare_connections(const struct transfer *transfer, const struct host *host)
{
    const struct segment *segment;
    unsigned count = 0;

    if (transfer->goal != GOAL_RECEIVE || transfer_connections(transfer) < 2)
        return 0;
    LIST_FOREACH(segment, &transfer->segments, link)
    count += segment->net && segment->host == host;
    return count;
}

/* Ends the youngest connection to HOST; what it did not fetch is another one's. */
static void give_one_back(struct transfer *transfer, const struct host *host)
{
    struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->net && segment->host == host) {
            segment_hang_up(segment);
            transfer_wants_attention(transfer);
            return;
        }
    }
}

static void make_room(struct haul_engine *engine, struct host *host)
{
    struct transfer *transfer, *richest = NULL;
    unsigned most = 0;

    LIST_FOREACH(transfer, &engine->transfers, link)
    {
        unsigned count = spare_connections(transfer, host);

        if (count > most) {
            most = count;
            richest = transfer;
        }
    }
    if (richest)
        give_one_back(richest, host);
    else
        host->spread = false;
}

void transfers_make_room(struct haul_engine *engine)
{
    struct host *host;

    while ((host = LIST_FIRST(&engine->hosts.full))) {
        LIST_REMOVE(host, full);
        host->is_full = false;
        make_room(engine, host);
    }
}
