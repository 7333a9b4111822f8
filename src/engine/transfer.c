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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "disk/space.h"
#include "engine/filename.h"
#include "engine/folder.h"
#include "engine/host.h"
#include "engine/keep.h"
#include "engine/plan.h"
#include "engine/transfer_inside.h"
#include "engine/validate.h"
#include "haul/log.h"

/* Files up to this size are collected in memory and written whole, while all of them together need
 * no more than SMALL_TOTAL_MAX. */
#define SMALL_MAX       (64 * 1024)
#define SMALL_TOTAL_MAX (8 * 1024 * 1024)
#define RECORD_EVERY_MS 1000
#define SYNC_EVERY_MS   10000
#define SPREAD_WAIT_MS  1000                    /* after a refused connection; doubles */
#define ROOM_MIN        ((uint64_t)1024 * 1024) /* less than this counts as full */
/* A partial found only after the answer came is worth asking again when it holds this much. */
#define WORTH_ASKING_AGAIN (1024 * 1024)

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
        transfer->fail = *err;
    }
    transfer_wants_attention(transfer);
}

static void note(struct transfer *transfer, const char *what, const char *why)
{
    struct item *item = transfer->item;
    char *text = xasprintf("%s: %s", what, why);

    item_set_note(item, text);
    if (transfer->engine->keep_history)
        item_log(item, clock_wall(transfer->engine->clock), "%s", text);
    LOG_INFO(engine, "item %llu: %s", (unsigned long long)item->id, text);
    free(text);
    queue_touch(&transfer->engine->queue, item);
}

static void set_phase(struct transfer *transfer, enum haul_phase phase)
{
    if (transfer->item->phase == phase)
        return;
    transfer->item->phase = phase;
    queue_touch(&transfer->engine->queue, transfer->item);
}

static struct disk_place place_of(const struct transfer *transfer)
{
    const struct haul_options *options = transfer->item->options;

    return (struct disk_place){options->dir, transfer->name, options->if_exists, filename_numbered};
}

static struct identity stored_identity(const struct disk_state *state)
{
    return (struct identity){.etag = state->etag,
                             .last_modified = state->modified,
                             .last_modified_strong = state->modified != NULL,
                             .total = state->size};
}

static struct identity own_identity(const struct transfer *transfer)
{
    return (struct identity){.etag = transfer->etag,
                             .last_modified = transfer->modified,
                             .last_modified_strong = transfer->modified != NULL,
                             .total = transfer->total};
}

static void transfer_free(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;

    if (transfer->needs_attention)
        STAILQ_REMOVE(&engine->attention, transfer, transfer, attention);
    LIST_REMOVE(transfer, link);
    engine->transfer_count--;
    free(transfer->name);
    free(transfer->final_url);
    free(transfer->etag);
    free(transfer->modified);
    free(transfer->content_type);
    free(transfer->content_encoding);
    free(transfer->server);
    free(transfer);
}

static void over(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    struct item *item = transfer->item;
    struct haul_error err = transfer->fail;
    bool stopped = transfer->stopped, progress = transfer->reached > item->best;
    int64_t retry_after = transfer->retry_after;

    item->best = MAX(item->best, transfer->reached);
    item->transfer = NULL;
    transfer_free(transfer);
    engine_transfer_over(engine, item, stopped ? NULL : &err, retry_after, progress);
}

/* Memory of small files. */

static bool take_small(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    size_t size = (size_t)transfer->total;

    if (transfer->total < 0 || transfer->total > SMALL_MAX ||
        engine->small_bytes + size > SMALL_TOTAL_MAX)
        return false;
    engine->small_bytes += size;
    transfer->is_small = true;
    transfer->small = xmalloc(size);
    transfer->small_len = 0;
    return true;
}

static void drop_small(struct transfer *transfer)
{
    if (!transfer->is_small)
        return;
    transfer->engine->small_bytes -= (size_t)transfer->total;
    transfer->is_small = false;
    free(transfer->small);
    transfer->small = NULL;
}

/* Asking. */

static void ask(struct transfer *transfer, size_t range, uint64_t from, uint64_t to,
                const char *if_range)
{
    if (transfer->segment_count == 0)
        set_phase(transfer, HAUL_PHASE_CONNECTING);
    segment_start(transfer, range, from, to, if_range);
    transfer_wants_attention(transfer);
}

static void ask_from_start(struct transfer *transfer)
{
    transfer->planned = false;
    transfer->recorded_bytes = 0;
    transfer->total = -1;
    transfer->item->done = 0;
    transfer->item->total = -1;
    ask(transfer, 0, 0, UINT64_MAX, NULL);
}

static void ask_for_range(struct transfer *transfer, size_t range)
{
    const struct disk_range *wanted = &disk_file_state(transfer->file)->ranges[range];
    struct identity own = own_identity(transfer);

    ask(transfer, range, wanted->written, wanted->end, identity_if_range(&own));
}

/* The first byte range that misses bytes; false when there is none. */
static bool first_missing(const struct disk_state *state, size_t *ret_range)
{
    for (size_t i = 0; i < state->range_count; i++) {
        if (state->ranges[i].written < state->ranges[i].end) {
            *ret_range = i;
            return true;
        }
    }
    return false;
}

/* A partial of this URL lies here: goes on where it ended, if the server can be made to prove that
 * the file is still the same one. */
static void ask_for_rest(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_found(transfer->file);
    struct identity stored = stored_identity(state);
    struct item *item = transfer->item;
    size_t range;

    item->done = disk_state_bytes(state);
    item->total = transfer->total = state->size;
    xstrset(&transfer->etag, state->etag);
    xstrset(&transfer->modified, state->modified);
    if (!first_missing(state, &range)) {
        transfer->goal = GOAL_FINISH;
    } else if (item->done > 0 && identity_if_range(&stored)) {
        ask_for_range(transfer, range);
    } else {
        if (item->done > 0)
            note(transfer, "starting over", "nothing proves that the file is still the same");
        ask_from_start(transfer);
    }
    transfer_wants_attention(transfer);
}

/* Answers, inside libcurl. */

static void learn_name(struct transfer *transfer, const struct net_response *response,
                       const char *final_url)
{
    struct item *item = transfer->item;

    free(transfer->name);
    transfer->name = filename_choose(item->options->out, text_raw_from(response->disposition),
                                     item->url, final_url);
    free(item->name);
    item->name = text_clean_dup(text_raw_from(transfer->name), FILENAME_MAX_BYTES + 64);
}

static void learn_identity(struct transfer *transfer, const struct net_response *response)
{
    bool strong =
        response->last_modified && last_modified_is_strong(response->last_modified, response->date,
                                                           clock_wall(transfer->engine->clock));

    xstrset(&transfer->etag, response->etag);
    xstrset(&transfer->modified, strong ? response->last_modified : NULL);
}

static void learn_facts(struct transfer *transfer, const struct segment *segment,
                        const struct net_response *response, const char *final_url)
{
    net_transfer_peer(segment->net, &transfer->peer);
    xstrset(&transfer->final_url, final_url);
    xstrset(&transfer->content_type, response->content_type);
    xstrset(&transfer->content_encoding, response->content_encoding);
    xstrset(&transfer->server, response->server);
    transfer->no_ranges = response->refuses_ranges;
}

static bool refuse(struct transfer *transfer, enum haul_err code, const char *why)
{
    struct haul_error err;

    haul_fail(&err, code, "%s", why);
    transfer_fail(transfer, &err);
    return false;
}

/* The answer to a request for the whole file. */
static bool take_whole(struct transfer *transfer, const struct net_response *response)
{
    int status = response->status;

    if (status == 206)
        return refuse(transfer, HAUL_E_BAD_RESPONSE,
                      "the server sends a part (206) where the whole file was asked for");
    if (status == 204 || status == 205)
        return refuse(transfer, HAUL_E_BAD_RESPONSE, "the server has no content to send (204)");
    transfer->total = response->content_length;
    transfer->item->total = transfer->total;
    transfer->item->done = 0;
    learn_identity(transfer, response);
    if (transfer->file) {
        transfer->want_plan = true;
        transfer->plan_fresh = true;
    } else if (!take_small(transfer)) {
        transfer->want_open = true;
    }
    return true;
}

static struct resume_result judge_resume(const struct transfer *transfer,
                                         const struct segment *segment,
                                         const struct net_response *response)
{
    const struct disk_range *range = &disk_file_state(transfer->file)->ranges[segment->range];
    struct identity stored = own_identity(transfer);
    bool strong = response->last_modified && transfer->modified &&
                  strcmp(response->last_modified, transfer->modified) == 0;
    struct resume_case asked = {.offset = segment->from,
                                .end = range->end,
                                .if_range = identity_if_range(&stored),
                                .stored = stored,
                                .status = response->status,
                                .seen = {.etag = response->etag,
                                         .last_modified = response->last_modified,
                                         .last_modified_strong = strong,
                                         .total = -1},
                                .content_range = response->content_range,
                                .content_length = response->content_length};

    return validate_resume(&asked);
}

/* The answer to a request for the rest of a partial that an earlier run left: the first answer that
 * is heard of this file. */
static bool take_rest(struct transfer *transfer, struct segment *segment,
                      const struct net_response *response)
{
    struct resume_result result = judge_resume(transfer, segment, response);

    switch (result.verdict) {
    case RESUME_CONTINUE:
        transfer->item->total = transfer->total = result.total;
        transfer->want_plan = true;
        note(transfer, "resumed", result.reason);
        return true;
    case RESUME_RANGES_IGNORED:
        segment->skip = segment->from;
        transfer->single = true;
        transfer->want_plan = true;
        note(transfer, "resumed without ranges", result.reason);
        return true;
    case RESUME_START_OVER:
    case RESUME_NOT_SATISFIABLE:
        note(transfer, "starting over", result.reason);
        if (result.whole) {
            segment->range = 0;
            segment->from = 0;
            segment->to = UINT64_MAX;
            return take_whole(transfer, response);
        }
        transfer->start_over = true;
        return false;
    case RESUME_FAIL:
    case RESUME_VERDICT_COUNT:
        break;
    }
    return refuse(transfer, result.err, result.reason);
}

/* The answer to a request for a part while others work on the same file. What does not fit is not
 * used, and the others go on alone. */
static bool take_part(struct transfer *transfer, struct segment *segment,
                      const struct net_response *response)
{
    struct resume_result result = judge_resume(transfer, segment, response);

    if (result.verdict == RESUME_CONTINUE) {
        segment_write_to(segment, transfer->file);
        return true;
    }
    LOG_INFO(engine, "item %llu: one connection from now on: %s",
             (unsigned long long)transfer->item->id, result.reason);
    transfer->host->no_ranges |= result.verdict == RESUME_RANGES_IGNORED;
    transfer->single = true;
    segment->unwanted = true;
    transfer_wants_attention(transfer);
    return false;
}

bool transfer_take_answer(struct transfer *transfer, struct segment *segment,
                          const struct net_response *response, const char *final_url)
{
    bool go_on;

    if (transfer->goal != GOAL_RECEIVE)
        return false;
    if (transfer->planned)
        return take_part(transfer, segment, response);
    learn_facts(transfer, segment, response, final_url);
    if (!transfer->file)
        learn_name(transfer, response, final_url);
    go_on =
        segment->from > 0 ? take_rest(transfer, segment, response) : take_whole(transfer, response);
    if (go_on) {
        transfer->item->phase = HAUL_PHASE_RECEIVING;
        engine_tell(transfer->engine, transfer->item, HAUL_ITEM_NAMED);
        queue_touch(&transfer->engine->queue, transfer->item);
    }
    transfer_wants_attention(transfer);
    return go_on;
}

/* Disk jobs come back. */

static void on_planned(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;
    struct segment *segment;

    transfer->disk_pending = false;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else {
        transfer->planned = true;
        xstrset(&transfer->item->base, transfer->name); /* whoever comes after us finds it */
        keep_item(transfer->engine, transfer->item);
        LIST_FOREACH(segment, &transfer->segments, link)
        segment_write_to(segment, transfer->file);
    }
    transfer_wants_attention(transfer);
}

/* Tells the file what it shall hold: the ranges it has, or one over everything. */
static void plan(struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct disk_range all = {.end = transfer->total >= 0 ? (uint64_t)transfer->total : UINT64_MAX};
    bool fresh = transfer->plan_fresh || !found;
    struct disk_state state = {.url = transfer->item->shown,
                               .size = transfer->total,
                               .etag = transfer->etag,
                               .modified = transfer->modified,
                               .ranges = fresh ? &all : found->ranges,
                               .range_count = fresh ? 1 : found->range_count};

    transfer->want_plan = false;
    transfer->plan_fresh = false;
    transfer->disk_pending = true;
    disk_file_plan(transfer->file, &state, fresh, true, on_planned, transfer);
}

/* The file that was opened after the answer came holds bytes of an earlier run. */
static bool worth_asking_again(const struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct identity stored, seen = own_identity(transfer);
    char reason[VALIDATE_REASON];

    if (!found)
        return false;
    stored = stored_identity(found);
    return disk_state_bytes(found) >= WORTH_ASKING_AGAIN && identity_if_range(&stored) &&
           validate_identity(&stored, &seen, reason) == IDENTITY_SAME;
}

/* Ends all requests and frees the segments; false while bytes are on their way to the disk. */
static bool drop_segments(struct transfer *transfer, bool flush)
{
    struct segment *segment, *next;
    bool all = true;

    for (segment = LIST_FIRST(&transfer->segments); segment; segment = next) {
        next = LIST_NEXT(segment, link);
        segment_hang_up(segment);
        if (segment_quiesce(segment, flush))
            segment_free(segment);
        else
            all = false;
    }
    return all;
}

static void on_opened(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else if (transfer->goal == GOAL_RECEIVE && worth_asking_again(transfer) &&
               drop_segments(transfer, false)) {
        ask_for_rest(transfer);
    } else {
        transfer->want_plan = true;
        transfer->plan_fresh = true;
    }
    transfer_wants_attention(transfer);
}

/* Before the first request: is there a partial under the name that the link suggests? */
static void on_looked(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK)
        transfer_fail(transfer, err);
    else if (transfer->goal == GOAL_RECEIVE && file)
        ask_for_rest(transfer);
    else if (transfer->goal == GOAL_RECEIVE)
        ask_from_start(transfer);
    transfer_wants_attention(transfer);
}

static void on_finished(void *ctx, const char *name, const struct haul_error *err)
{
    struct transfer *transfer = ctx;
    struct item *item = transfer->item;

    transfer->disk_pending = false;
    transfer->file = NULL;
    transfer->fail = *err;
    if (name) {
        free(item->name);
        item->name = text_clean_dup(text_raw_from(name), 256);
    }
    xstrset(&item->base, name ? NULL : transfer->name);
    over(transfer);
}

static void on_put_away(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    if (err->code != HAUL_OK)
        LOG_WARN(engine, "item %llu: %s", (unsigned long long)transfer->item->id, err->text);
    transfer->disk_pending = false;
    transfer->file = NULL;
    over(transfer);
}

/* Deciding. */

static void open_file(struct transfer *transfer, bool only_partial)
{
    struct disk_place place = place_of(transfer);

    transfer->want_open = false;
    transfer->disk_pending = true;
    disk_file_open(transfer->engine->disk, &place, transfer->item->shown, only_partial,
                   only_partial ? on_looked : on_opened, transfer);
}

static void finish_small(struct transfer *transfer)
{
    struct disk_place place = place_of(transfer);
    char *data = transfer->small;

    transfer->small = NULL;
    drop_small(transfer);
    transfer->disk_pending = true;
    disk_small_put(transfer->engine->small, &place, data, transfer->small_len, transfer->mtime,
                   on_finished, transfer);
}

static void finish(struct transfer *transfer)
{
    struct haul_error err;

    set_phase(transfer, HAUL_PHASE_FINISHING);
    if (!drop_segments(transfer, true) || transfer->goal != GOAL_FINISH)
        return;
    if (!transfer->file) {
        finish_small(transfer);
        return;
    }
    if (disk_file_unwritten(transfer->file, transfer->item->done)) {
        haul_fail(&err, HAUL_E_INTERNAL, "bytes of %s are missing on disk", transfer->item->name);
        transfer_fail(transfer, &err);
        return;
    }
    transfer->disk_pending = true;
    disk_file_finish(transfer->file, transfer->item->done, transfer->mtime, on_finished, transfer);
}

static void put_away(struct transfer *transfer)
{
    bool keep = transfer->goal == GOAL_KEEP;

    if (!drop_segments(transfer, keep))
        return;
    if (transfer->is_small) {
        drop_small(transfer);
        queue_set_done(&transfer->engine->queue, transfer->item, 0);
    }
    if (!transfer->file) {
        over(transfer);
        return;
    }
    transfer->disk_pending = true;
    xstrset(&transfer->item->base, keep ? transfer->name : NULL);
    if (keep)
        disk_file_keep(transfer->file, on_put_away, transfer);
    else
        disk_file_discard(transfer->file, on_put_away, transfer);
}

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
    transfer->spread_after = engine_now(transfer->engine) + ((uint64_t)SPREAD_WAIT_MS << doublings);
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
        note(transfer, "starting over", "the server has no such range of the file any more (416)");
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
static void tend_segments(struct transfer *transfer)
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

uint64_t transfer_unrecorded(const struct transfer *transfer)
{
    uint64_t done = transfer->item->done;

    return done - MIN(done, transfer->recorded_bytes);
}

/* What a killed process loses is what came since the last record. */
static void keep_record(struct transfer *transfer, uint64_t now)
{
    bool sync = now - transfer->synced_at >= SYNC_EVERY_MS;
    struct segment *segment;

    uint64_t fresh = transfer_unrecorded(transfer);

    if (!transfer->planned || transfer->goal != GOAL_RECEIVE || fresh == 0 ||
        (fresh < RECORD_BYTES && now - transfer->recorded_at < RECORD_EVERY_MS))
        return;
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->writing)
            disk_writer_flush(&segment->writer);
    }
    transfer->recorded_at = now;
    transfer->recorded_bytes = transfer->item->done;
    if (sync)
        transfer->synced_at = now;
    disk_file_record(transfer->file, sync);
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
    ask_for_range(transfer,
                  cut.whole ? cut.range : disk_file_split(transfer->file, cut.range, cut.at));
    return true;
}

/* May this file have further connections now? Only what can be proved to be of one version is put
 * together from several answers. */
static bool may_spread(const struct transfer *transfer)
{
    struct identity own = own_identity(transfer);

    return transfer->planned && !transfer->single && !transfer->no_ranges && transfer->total >= 0 &&
           transfer->item->phase == HAUL_PHASE_RECEIVING &&
           transfer->segment_count < transfer->item->options->connections &&
           host_has_room(transfer->host) && identity_if_range(&own) &&
           engine_now(transfer->engine) >= transfer->spread_after;
}

/* Nobody works: the file is complete, or the rest is asked for anew. */
static void close_gap(struct transfer *transfer)
{
    struct identity own = own_identity(transfer);
    size_t range;

    if (transfer->is_small || !transfer->file || transfer->total < 0 ||
        !first_missing(disk_file_state(transfer->file), &range)) {
        transfer->goal = GOAL_FINISH;
        finish(transfer);
    } else if (identity_if_range(&own)) {
        ask_for_range(transfer, range);
    } else {
        transfer->start_over = true;
        transfer_wants_attention(transfer);
    }
}

static void begin_anew(struct transfer *transfer)
{
    if (!drop_segments(transfer, false))
        return;
    transfer->start_over = false;
    transfer->want_plan = false;
    ask_from_start(transfer);
}

static void receive(struct transfer *transfer)
{
    if (transfer->start_over) {
        begin_anew(transfer);
        return;
    }
    if (transfer->want_plan) {
        plan(transfer);
        return;
    }
    if (transfer->want_open && transfer->segment_count > 0 &&
        LIST_FIRST(&transfer->segments)->net) {
        open_file(transfer, false);
        return;
    }
    tend_segments(transfer);
    if (transfer->goal != GOAL_RECEIVE || transfer->start_over)
        return;
    keep_record(transfer, engine_now(transfer->engine));
    while (may_spread(transfer) && spread_once(transfer))
        continue;
    if (transfer->segment_count == 0)
        close_gap(transfer);
}

static void advance(struct transfer *transfer)
{
    if (transfer->disk_pending)
        return;
    switch (transfer->goal) {
    case GOAL_RECEIVE:
        receive(transfer);
        break;
    case GOAL_FINISH:
        finish(transfer);
        break;
    case GOAL_KEEP:
    case GOAL_DISCARD:
        put_away(transfer);
        break;
    }
}

void transfer_attend(struct transfer *transfer)
{
    transfer->needs_attention = false;
    advance(transfer);
}

/* From the engine. */

/* The partial's name is known from the last run, or may be the link's; with `skip` and `fail` a
 * file of that name settles the matter before anything is asked for. */
static bool look_first(const struct transfer *transfer)
{
    enum haul_if_exists policy = transfer->item->options->if_exists;

    return transfer->item->base || policy == HAUL_EXISTS_SKIP || policy == HAUL_EXISTS_FAIL ||
           folder_has(transfer->engine, transfer->item->options->dir, transfer->name);
}

static void begin(struct transfer *transfer)
{
    if (look_first(transfer))
        open_file(transfer, true);
    else
        ask_from_start(transfer);
}

/* The disk was full: is there room for the rest now? Asked before the server is bothered again. */
static void on_room(void *ctx, int64_t free_bytes)
{
    struct transfer *transfer = ctx;
    struct item *item = transfer->item;
    uint64_t done = item->base ? item->done : 0; /* what a partial holds needs no room */
    uint64_t need = item->total > 0 ? (uint64_t)item->total - MIN((uint64_t)item->total, done) : 0;
    struct haul_error err;

    transfer->disk_pending = false;
    if (free_bytes >= 0 && (uint64_t)free_bytes < MAX(need, ROOM_MIN)) {
        haul_fail(&err, HAUL_E_DISK_FULL, "%s", item->note ? item->note : "the disk is full");
        transfer_fail(transfer, &err);
    } else if (transfer->goal == GOAL_RECEIVE) {
        begin(transfer);
    }
    transfer_wants_attention(transfer);
}

void transfer_start(struct haul_engine *engine, struct item *item)
{
    struct transfer *transfer = xcalloc(1, sizeof *transfer);
    const struct haul_options *options = item->options;

    transfer->engine = engine;
    transfer->item = item;
    transfer->total = -1;
    transfer->mtime = -1;
    transfer->retry_after = -1;
    speed_start(&transfer->speed, engine_now(engine));
    transfer->began = transfer->recorded_at = transfer->synced_at = engine_now(engine);
    transfer->name = item->base ? xstrdup(item->base)
                                : filename_choose(options->out, text_raw_from(""), item->url, NULL);
    transfer->host = host_of(&engine->hosts, item->url);
    LIST_INIT(&transfer->segments);
    item->transfer = transfer;
    LIST_INSERT_HEAD(&engine->transfers, transfer, link);
    engine->transfer_count++;
    set_phase(transfer, HAUL_PHASE_CONNECTING);
    if (options->timeout > 0 && item->deadline == 0)
        item->deadline = engine_now(engine) + options->timeout * 1000;
    if (item->err == HAUL_E_DISK_FULL) {
        transfer->disk_pending = true;
        disk_space(engine->disk, item_dir(item), on_room, transfer);
        return;
    }
    begin(transfer);
}

void transfer_stop(struct transfer *transfer, bool discard)
{
    if (transfer->goal == GOAL_FINISH && transfer->disk_pending)
        return; /* it is getting its name right now */
    transfer->stopped = true;
    transfer->goal = discard ? GOAL_DISCARD : GOAL_KEEP;
    transfer_wants_attention(transfer);
}

static void watch_segment(struct segment *segment, uint64_t now)
{
    uint64_t stall = segment->transfer->item->options->stall_timeout;

    if (!segment->net || stall == 0 || !segment->connected || segment->waits ||
        now - segment->last_byte < stall * 1000)
        return;
    segment_hang_up(segment);
    haul_fail(&segment->err, HAUL_E_STALLED, "no data for %llu s (--stall-timeout)",
              (unsigned long long)stall);
    transfer_wants_attention(segment->transfer);
}

static void watch_time(struct transfer *transfer, uint64_t now)
{
    struct segment *segment;
    struct haul_error err;

    if (transfer->goal != GOAL_RECEIVE)
        return;
    if (transfer->item->deadline > 0 && now >= transfer->item->deadline) {
        haul_fail(&err, HAUL_E_TIMEOUT, "not complete after %llu s (--timeout)",
                  (unsigned long long)transfer->item->options->timeout);
        err.retryable = false;
        transfer_fail(transfer, &err);
    }
    LIST_FOREACH(segment, &transfer->segments, link)
    watch_segment(segment, now);
}

void transfer_tick(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);

    watch_time(transfer, now);
    keep_record(transfer, now);
    transfer_wants_attention(transfer); /* to spread, or when memory for blocks is free again */
    if (transfer_rate(transfer) != transfer->told_rate)
        queue_touch(&transfer->engine->queue, transfer->item);
    transfer->told_rate = transfer_rate(transfer);
}

uint64_t transfer_rate(const struct transfer *transfer)
{
    return speed_rate(&transfer->speed, engine_now(transfer->engine));
}

int64_t transfer_eta(const struct transfer *transfer)
{
    uint64_t done = transfer->item->done;

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
        if (item->total < 0)
            return false;
        *ret_left += (uint64_t)item->total - MIN((uint64_t)item->total, item->done);
    }
    return true;
}
