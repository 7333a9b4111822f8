/* One run of one item, over one connection or several.
 *
 * Everything that happens inside libcurl (segment.c) or on the way back from the disk only records
 * facts and asks for attention; advance() looks at the facts and does the next thing that can be
 * done. So there is one place that decides, and nothing is started twice.
 *
 * Invariants: at most one disk job that calls back is under way (->disk_pending); the file gets its
 * final name only from GOAL_FINISH, which is reached only when the answers ended properly and every
 * announced byte is here; bytes of an earlier answer and bytes of a later one meet in one file only
 * after validate_resume() said that they are of the same version. */

#include "engine/transfer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "disk/digest.h"
#include "engine/doubt.h"
#include "engine/filename.h"
#include "engine/host.h"
#include "engine/sample.h"
#include "engine/transfer_inside.h"
#include "engine/upload.h"
#include "haul/log.h"

/* A record is written when so many bytes were written since the last one, after a moment when fewer
 * came, and at the latest after a second. */
#define RECORD_BYTES      ((uint64_t)1024 * 1024)
#define RECORD_SOON_BYTES ((uint64_t)64 * 1024)
#define RECORD_SOON_MS    100
#define RECORD_EVERY_MS   1000
#define SYNC_EVERY_MS     10000

/* Small things. */

void transfer_wants_attention(struct transfer *transfer)
{
    if (!transfer->needs_attention) {
        transfer->needs_attention = true;
        STAILQ_INSERT_TAIL(&transfer->engine->attention, transfer, attention);
    }
    engine_wake(transfer->engine);
}

void transfer_fail(struct transfer *transfer, const struct haul_error *err)
{
    if (transfer->goal == GOAL_RECEIVE || transfer->goal == GOAL_FINISH) {
        transfer->goal = GOAL_KEEP;
        fault_put(&transfer->fail, err);
    }
    transfer_wants_attention(transfer);
}

void transfer_note(struct transfer *transfer, const char *what, const char *why)
{
    struct item *item = transfer->item;
    char *text = xasprintf("%s: %s", what, why);

    item_set_note(item, text);
    if (transfer->engine->keep_history)
        item_log(item, clock_wall(transfer->engine->clock), "%s", text);
    LOG_INFO(engine, "item %llu: %s", (unsigned long long)item->id, text);
    free(text);
    queue_touch(&transfer->engine->queue, item);
    engine_tell(transfer->engine, item, HAUL_ITEM_NOTED);
}

void transfer_set_phase(struct transfer *transfer, enum haul_phase phase)
{
    if (transfer->item->phase == phase)
        return;
    transfer->item->phase = phase;
    queue_touch(&transfer->engine->queue, transfer->item);
}

void transfer_keep_place(struct transfer *transfer)
{
    if (!transfer->has_place)
        host_enter(transfer->host);
    transfer->has_place = true;
}

void transfer_give_place(struct transfer *transfer)
{
    if (transfer->has_place)
        host_leave(transfer->host);
    transfer->has_place = false;
}

struct identity transfer_identity(const struct transfer *transfer)
{
    return (struct identity){.etag = transfer->etag,
                             .last_modified = transfer->modified,
                             .last_modified_strong = transfer->modified != NULL,
                             .total = transfer->total};
}

struct identity transfer_told(const struct transfer *transfer, const struct net_response *response,
                              int64_t total)
{
    struct validators told = {response->etag, response->last_modified, response->date,
                              response->clock_doubt_ms};

    return identity_told(&told, total, clock_wall(transfer->engine->clock));
}

/* Asking. */

void transfer_ask(struct transfer *transfer, struct source *source, size_t range, uint64_t from,
                  uint64_t to, const char *if_range)
{
    if (transfer->segment_count == 0)
        transfer_set_phase(transfer, HAUL_PHASE_CONNECTING);
    segment_start(transfer, source, range, from, to, if_range);
    transfer_wants_attention(transfer);
}

bool transfer_ask_range(struct transfer *transfer, size_t range)
{
    const struct disk_range *wanted = &disk_file_state(transfer->file)->ranges[range];
    struct source *source = mirrors_next(transfer);
    struct identity own;

    if (!haul_options_plain(transfer->item->options))
        return false; /* parts of an answer can be asked for only where it is that of a GET */
    if (!source)
        return false;
    own = source_identity(source, transfer->total);
    transfer_ask(transfer, source, range, wanted->written, wanted->end, identity_if_range(&own));
    return true;
}

/* Deciding. */

static void flush(struct transfer *transfer)
{
    struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->writing)
            disk_writer_flush(&segment->writer);
    }
}

bool transfer_record_due(const struct transfer *transfer, uint64_t now)
{
    uint64_t done = transfer->item->more->done;
    uint64_t fresh = done - MIN(done, transfer->recorded_bytes);
    uint64_t passed = now - transfer->recorded_at;

    return disk_file_unrecorded(transfer->file) >= RECORD_BYTES ||
           (passed >= RECORD_SOON_MS && fresh >= RECORD_SOON_BYTES) ||
           (passed >= RECORD_EVERY_MS && fresh > 0);
}

/* What a killed process loses is what came since the last record. At full speed that is a part of
 * what was written; else blocks that are not full are written for it too. */
static void keep_record(struct transfer *transfer, uint64_t now)
{
    if (!transfer->ready || transfer->goal != GOAL_RECEIVE || !transfer_record_due(transfer, now))
        return;
    if (now - transfer->recorded_at >= RECORD_SOON_MS)
        flush(transfer);
    if (!disk_file_record(transfer->file))
        return;
    transfer->recorded_at = now;
    transfer->recorded_bytes = disk_state_bytes(disk_file_state(transfer->file));
    if (now - transfer->synced_at < SYNC_EVERY_MS)
        return;
    transfer->synced_at = now;
    disk_file_sync(transfer->file);
}

/* No source may be asked for the rest now: one that is being compared may be next, or all have
 * failed. */
static void other_source(struct transfer *transfer)
{
    struct haul_error err = *fault_get(&transfer->last_err);

    mirrors_check(transfer);
    if (mirrors_checking(transfer))
        return;
    /* Going on must change something, or this would be asked again for ever: where nothing can be
     * proved, the next try begins anew. */
    if (mirrors_go_on(transfer, &err) && (transfer->want_plan || transfer->start_over))
        return;
    if (err.code == HAUL_OK)
        haul_fail(&err, HAUL_E_TRUNCATED, "no source sends the rest of the file");
    transfer_fail(transfer, &err);
}

/* Nobody works: the file is complete, or the rest is asked for anew. */
static void close_gap(struct transfer *transfer)
{
    bool has_parts = !transfer->is_small && transfer->file && transfer->total >= 0;
    bool provable = has_parts && mirrors_provable(transfer, transfer->lead);
    size_t range;

    if (has_parts ? !transfer_first_missing(disk_file_state(transfer->file), &range)
                  : transfer->ended) {
        if (doubts_remain(transfer))
            return;
        transfer->goal = GOAL_FINISH;
        transfer_finish(transfer);
    } else if (has_parts && transfer_ask_range(transfer, range)) {
        return;
    } else if (has_parts && transfer->source_count > 1) {
        other_source(transfer);
    } else if (!provable || !mirrors_wait(transfer)) {
        transfer->start_over = true;
        transfer_wants_attention(transfer);
    }
}

static void begin_anew(struct transfer *transfer)
{
    struct haul_error err;

    if (!transfer_drop_segments(transfer, false))
        return;
    if (transfer->asked && !haul_options_repeatable(transfer->item->options)) {
        haul_fail(&err, HAUL_E_TRUNCATED, "the answer is not whole");
        transfer_fail(transfer, &err);
        return;
    }
    if (!mirrors_take_lead(transfer) && mirrors_wait(transfer))
        return;
    transfer->start_over = false;
    transfer->want_plan = false;
    transfer_ask_from_start(transfer);
}

static void ask_rest_again(struct transfer *transfer)
{
    if (!transfer_drop_segments(transfer, false))
        return;
    transfer->want_rest = false;
    transfer_go_on(transfer, true);
}

static void receive(struct transfer *transfer)
{
    if (transfer->sample) {
        sample_advance(transfer);
        return;
    }
    if (transfer->led_here)
        return;
    if (transfer->waits && !mirrors_wait_over(transfer))
        return;
    if (transfer->start_over) {
        begin_anew(transfer);
        return;
    }
    if (transfer->want_rest) {
        ask_rest_again(transfer);
        return;
    }
    if (transfer->want_plan) {
        transfer_plan(transfer);
        return;
    }
    if (transfer->want_open && transfer->segment_count > 0 &&
        LIST_FIRST(&transfer->segments)->net) {
        transfer_open_file(transfer, false);
        return;
    }
    transfer_tend(transfer);
    if (transfer->goal != GOAL_RECEIVE || transfer->start_over || transfer->waits)
        return;
    keep_record(transfer, engine_now(transfer->engine));
    if (transfer->ready)
        disk_file_hash_on(transfer->file);
    transfer_spread(transfer);
    if (transfer->segment_count == 0)
        close_gap(transfer);
}

static void advance(struct transfer *transfer)
{
    if (transfer->goal != GOAL_RECEIVE)
        transfer_give_place(transfer);
    if (transfer->disk_pending)
        return;
    switch (transfer->goal) {
    case GOAL_RECEIVE:
        receive(transfer);
        break;
    case GOAL_FINISH:
        transfer_finish(transfer);
        break;
    case GOAL_KEEP:
    case GOAL_DISCARD:
        transfer_put_away(transfer);
        break;
    }
}

void transfer_attend(struct transfer *transfer)
{
    transfer->needs_attention = false;
    advance(transfer);
}

/* From the engine. */

void transfer_scale_rates(struct transfer *transfer, double factor)
{
    struct segment *segment;

    speed_scale(&transfer->speed, factor);
    LIST_FOREACH(segment, &transfer->segments, link)
    speed_scale(&segment->speed, factor);
}

void transfer_limit(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    uint64_t limit = transfer->item->options->item_limit;
    uint64_t rate = transfer_rate(transfer);

    if (limit > 0 && rate > limit)
        transfer_scale_rates(transfer, (double)limit / (double)rate);

    limiter_set(&transfer->limiter, limit, engine_now(engine));
    uv_timer_stop(&engine->limit_timer); /* set for the old limit */
    engine_wake(engine);
}

void transfer_start(struct haul_engine *engine, struct item *item)
{
    struct transfer *transfer = xcalloc(1, sizeof *transfer);
    struct item_work *work = item_need_work(item);
    const struct haul_options *options = item->options;

    transfer->engine = engine;
    transfer->item = item;
    transfer->total = -1;
    transfer->mtime = -1;
    transfer->retry_after = -1;
    speed_start(&transfer->speed, engine_now(engine));
    trace_start(&transfer->trace, engine_now(engine));
    transfer_limit(transfer);
    transfer->recorded_at = transfer->synced_at = engine_now(engine);
    transfer->name = work->base
                         ? xstrdup(work->base)
                         : filename_choose(options->out, text_raw_from(""), item_url(item), NULL);
    transfer->host = host_of(&engine->hosts, item_url(item));
    mirrors_begin(transfer);
    LIST_INIT(&transfer->segments);
    transfer_keep_place(transfer);
    host_begin(transfer->host, transfer);
    work->transfer = transfer;
    LIST_INSERT_HEAD(&engine->transfers, transfer, link);
    engine->transfer_count++;
    transfer_set_phase(transfer, HAUL_PHASE_CONNECTING);
    if (options->timeout > 0 && work->deadline == 0)
        work->deadline = engine_now(engine) + options->timeout * 1000;
    if (options->upload)
        upload_begin(transfer);
    else if (item->more->err == HAUL_E_DISK_FULL)
        transfer_begin_with_room(transfer);
    else
        transfer_begin(transfer);
}

void transfer_stop(struct transfer *transfer, bool discard)
{
    if (transfer->goal == GOAL_FINISH && transfer->disk_pending && !transfer->checks)
        return; /* it is getting its name right now */
    transfer->stopped = true;
    transfer->goal = discard ? GOAL_DISCARD : GOAL_KEEP;
    transfer_check_stop(transfer);
    transfer_wants_attention(transfer);
}

static void trace_second(struct transfer *transfer, uint64_t now)
{
    struct segment *segment;
    uint64_t passed;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->net)
            segment_book_hold(segment);
    }
    passed = trace_tick(&transfer->trace, now, transfer_connections(transfer));
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (passed > 0)
            recent_tick(&segment->recent, segment->came, passed);
    }
}

void transfer_tick(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);

    trace_second(transfer, now);
    transfer_watch_time(transfer, now);
    sample_watch(transfer, now);
    keep_record(transfer, now);
    transfer_wants_attention(transfer); /* to spread, or when memory for blocks is free again */
    if (transfer_rate(transfer) != transfer->told_rate)
        queue_touch(&transfer->engine->queue, transfer->item);
    transfer->told_rate = transfer_rate(transfer);
}
