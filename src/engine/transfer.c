/* One run of one item.
 *
 * Everything that happens inside libcurl (head, body) or on the way back from the disk only records
 * facts and asks for attention; advance() looks at the facts and does the next thing that can be
 * done. So there is one place that decides, and nothing is started twice.
 *
 * Invariants: at most one disk job that calls back is under way (->disk_pending); the file gets its
 * final name only from GOAL_FINISH, which is reached only when the answer ended properly and every
 * announced byte is here; a partial's bytes are continued only after validate_resume() said so. */

#include "engine/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "disk/space.h"
#include "engine/filename.h"
#include "engine/folder.h"
#include "engine/retry.h"
#include "engine/transfer_inside.h"
#include "engine/validate.h"
#include "haul/log.h"

/* Files up to this size are collected in memory and written whole, while all of them together need
 * no more than SMALL_TOTAL_MAX. */
#define SMALL_MAX       (64 * 1024)
#define SMALL_TOTAL_MAX (8 * 1024 * 1024)
#define RECORD_AFTER_MS 1000 /* no record for downloads that end before */
#define SYNC_EVERY_MS   10000
#define ROOM_MIN        ((uint64_t)1024 * 1024) /* less than this counts as full */
/* A partial found only after the answer came is worth asking again when it holds this much. */
#define WORTH_ASKING_AGAIN (1024 * 1024)

/* Small things. */

static void want_attention(struct transfer *transfer)
{
    if (!transfer->needs_attention) {
        transfer->needs_attention = true;
        STAILQ_INSERT_TAIL(&transfer->engine->attention, transfer, attention);
    }
    engine_wake(transfer->engine);
}

static void leave_limited(struct transfer *transfer)
{
    if (transfer->is_limited)
        TAILQ_REMOVE(&transfer->engine->limited, transfer, limited);
    transfer->is_limited = false;
}

/* Ends with an error; what came is kept. May be called inside libcurl. */
static void fail(struct transfer *transfer, const struct haul_error *err)
{
    if (transfer->goal == GOAL_RECEIVE || transfer->goal == GOAL_FINISH) {
        transfer->goal = GOAL_KEEP;
        transfer->fail = *err;
    }
    want_attention(transfer);
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

    leave_limited(transfer);
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

static const struct net_handlers handlers;

static uint64_t time_left(const struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine), deadline = transfer->item->deadline;

    if (deadline == 0)
        return 0;
    return deadline > now ? deadline - now : 1;
}

/* Sends the request for the bytes from FROM on; IF_RANGE goes with a resumed one. */
static void ask(struct transfer *transfer, uint64_t from, uint64_t to, const char *if_range)
{
    struct net_request request = {.url = transfer->item->url,
                                  .options = transfer->item->options,
                                  .from = from,
                                  .to = to,
                                  .if_range = if_range,
                                  .timeout_ms = time_left(transfer)};
    struct haul_error err;

    transfer->asked_from = from;
    transfer->skip = 0;
    transfer->waits = false;
    transfer->connected = false;
    transfer->last_byte = engine_now(transfer->engine);
    set_phase(transfer, HAUL_PHASE_CONNECTING);
    if (net_start(transfer->engine->net, &request, &handlers, transfer, &transfer->net, &err) !=
        HAUL_OK)
        fail(transfer, &err);
    else
        transfer->engine->connecting++;
}

static void ask_from_start(struct transfer *transfer)
{
    transfer->item->done = 0;
    transfer->total = -1;
    transfer->item->total = -1;
    ask(transfer, 0, UINT64_MAX, NULL);
}

/* The first range of the file with bytes missing; false when there is none. */
static bool next_range(struct transfer *transfer, const struct disk_state *state)
{
    for (size_t i = 0; i < state->range_count; i++) {
        if (state->ranges[i].written < state->ranges[i].end) {
            transfer->range = i;
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
    const char *if_range = identity_if_range(&stored);
    struct item *item = transfer->item;
    const struct disk_range *range;

    item->done = 0;
    for (size_t i = 0; i < state->range_count; i++)
        item->done += state->ranges[i].written - state->ranges[i].start;
    item->total = transfer->total = state->size;
    xstrset(&transfer->etag, state->etag);
    xstrset(&transfer->modified, state->modified);
    if (!next_range(transfer, state)) {
        transfer->goal = GOAL_FINISH;
        want_attention(transfer);
        return;
    }
    range = &state->ranges[transfer->range];
    if (!if_range || item->done == 0) {
        if (item->done > 0)
            note(transfer, "starting over", "nothing proves that the file is still the same");
        transfer->plan_fresh = true;
        ask_from_start(transfer);
        return;
    }
    ask(transfer, range->written, range->end == UINT64_MAX ? UINT64_MAX : range->end - 1, if_range);
}

/* Inside libcurl: the answer. */

/* From here on the request no longer counts as one that waits for a connection. */
static void note_connected(struct transfer *transfer)
{
    if (transfer->connected)
        return;
    transfer->connected = true;
    transfer->engine->connecting--;
    engine_wake(transfer->engine);
}

static void on_connected(void *ctx)
{
    struct transfer *transfer = ctx;

    note_connected(transfer);
    transfer->last_byte = engine_now(transfer->engine);
}

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

static void learn_facts(struct transfer *transfer, const struct net_response *response,
                        const char *final_url)
{
    xstrset(&transfer->final_url, final_url);
    xstrset(&transfer->content_type, response->content_type);
    xstrset(&transfer->content_encoding, response->content_encoding);
    xstrset(&transfer->server, response->server);
    net_transfer_peer(transfer->net, &transfer->peer);
}

static bool refuse(struct transfer *transfer, enum haul_err code, const char *why)
{
    struct haul_error err;

    haul_fail(&err, code, "%s", why);
    fail(transfer, &err);
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
                                         const struct net_response *response)
{
    const struct disk_range *range = disk_file_range(transfer->file, transfer->range);
    struct identity stored = own_identity(transfer);
    bool strong = response->last_modified && transfer->modified &&
                  strcmp(response->last_modified, transfer->modified) == 0;
    struct resume_case asked = {.offset = transfer->asked_from,
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

/* The answer to a request for the rest of a file. */
static bool take_rest(struct transfer *transfer, const struct net_response *response)
{
    struct resume_result result = judge_resume(transfer, response);

    switch (result.verdict) {
    case RESUME_CONTINUE:
        if (transfer->total < 0)
            transfer->item->total = transfer->total = result.total;
        transfer->want_plan = true;
        transfer->plan_fresh = false;
        note(transfer, "resumed", result.reason);
        return true;
    case RESUME_RANGES_IGNORED:
        transfer->skip = transfer->asked_from;
        transfer->want_plan = true;
        transfer->plan_fresh = false;
        note(transfer, "resumed without ranges", result.reason);
        return true;
    case RESUME_START_OVER:
    case RESUME_NOT_SATISFIABLE:
        note(transfer, "starting over", result.reason);
        if (result.whole)
            return take_whole(transfer, response);
        transfer->ask_again = true;
        return false;
    case RESUME_FAIL:
    case RESUME_VERDICT_COUNT:
        break;
    }
    return refuse(transfer, result.err, result.reason);
}

static bool on_head(void *ctx, const struct net_response *response, const char *final_url)
{
    struct transfer *transfer = ctx;
    bool go_on;

    if (transfer->goal != GOAL_RECEIVE)
        return false;
    learn_facts(transfer, response, final_url);
    learn_name(transfer, response, final_url);
    go_on =
        transfer->asked_from > 0 ? take_rest(transfer, response) : take_whole(transfer, response);
    if (go_on) {
        transfer->item->phase = HAUL_PHASE_RECEIVING;
        engine_tell(transfer->engine, transfer->item, HAUL_ITEM_NAMED);
        queue_touch(&transfer->engine->queue, transfer->item);
    }
    if (transfer->want_open || transfer->want_plan || !go_on)
        want_attention(transfer);
    return go_on;
}

/* Inside libcurl: bytes. */

static enum net_body hold(struct transfer *transfer)
{
    transfer->waits = true;
    return NET_BODY_PAUSE;
}

static void count(struct transfer *transfer, size_t len)
{
    struct haul_engine *engine = transfer->engine;
    uint64_t now = engine_now(engine);

    transfer->item->done += len;
    transfer->reached = MAX(transfer->reached, transfer->item->done);
    transfer->last_byte = now;
    engine->received += len;
    speed_add(&transfer->speed, now, len);
    speed_add(&engine->speed, now, len);
    queue_touch(&engine->queue, transfer->item);
}

/* Where the bytes go; DISK_FULL: nowhere yet. */
static enum disk_take put(struct transfer *transfer, const char *data, size_t len)
{
    if (!transfer->is_small)
        return transfer->writing ? disk_writer_add(&transfer->writer, data, len) : DISK_FULL;
    memcpy(transfer->small + transfer->small_len, data, len);
    transfer->small_len += len;
    return DISK_TAKEN;
}

static enum net_body on_body(void *ctx, const char *data, size_t len)
{
    struct transfer *transfer = ctx;
    struct haul_engine *engine = transfer->engine;
    size_t known = (size_t)MIN(transfer->skip, (uint64_t)len);

    if (transfer->goal != GOAL_RECEIVE)
        return NET_BODY_STOP;
    if (transfer->total >= 0 && transfer->item->done + (len - known) > (uint64_t)transfer->total) {
        refuse(transfer, HAUL_E_LENGTH, "the server sends more than it announced");
        return NET_BODY_STOP;
    }
    if (!limiter_ready(&engine->limiter, engine_now(engine))) {
        transfer->is_limited = true;
        TAILQ_INSERT_TAIL(&engine->limited, transfer, limited);
        return hold(transfer);
    }
    switch (put(transfer, data + known, len - known)) {
    case DISK_TAKEN:
        break;
    case DISK_FULL:
        return hold(transfer);
    case DISK_FAILED:
        fail(transfer, disk_writer_error(&transfer->writer));
        return NET_BODY_STOP;
    }
    transfer->skip -= known;
    limiter_spend(&engine->limiter, len);
    count(transfer, len - known);
    return NET_BODY_TAKEN;
}

static void drop_request(struct transfer *transfer)
{
    if (transfer->net) {
        note_connected(transfer);
        net_cancel(transfer->net);
    }
    transfer->net = NULL;
    leave_limited(transfer);
}

/* The answer has ended. */

static void check_length(const struct transfer *transfer, struct haul_error *err)
{
    uint64_t done = transfer->item->done;

    if (transfer->total >= 0 && done != (uint64_t)transfer->total)
        haul_fail(err, HAUL_E_TRUNCATED, "%llu of %lld bytes came", (unsigned long long)done,
                  (long long)transfer->total);
}

static void on_done(void *ctx, const struct net_result *result)
{
    struct transfer *transfer = ctx;
    struct haul_error err = result->err;

    note_connected(transfer);
    transfer->net = NULL;
    transfer->mtime = result->mtime;
    leave_limited(transfer);
    want_attention(transfer);
    if (transfer->goal != GOAL_RECEIVE || transfer->ask_again)
        return;
    if (err.http_status == 416 && transfer->asked_from > 0) {
        note(transfer, "starting over", "the server has no such range of the file any more (416)");
        transfer->ask_again = true;
        return;
    }
    if (result->response->retry_after)
        transfer->retry_after = retry_after_parse(text_raw_from(result->response->retry_after),
                                                  clock_wall(transfer->engine->clock));
    if (err.code == HAUL_OK)
        check_length(transfer, &err);
    if (err.code != HAUL_OK)
        fail(transfer, &err);
    else
        transfer->got_all = true;
}

static const struct net_handlers handlers = {
    .connected = on_connected, .head = on_head, .body = on_body, .done = on_done};

/* Disk jobs come back. */

static void on_writer_ready(void *ctx)
{
    struct transfer *transfer = ctx;

    if (disk_writer_error(&transfer->writer)->code != HAUL_OK)
        fail(transfer, disk_writer_error(&transfer->writer));
    want_attention(transfer);
}

static void start_writer(struct transfer *transfer)
{
    disk_writer_init(&transfer->writer, transfer->file, transfer->range, on_writer_ready, transfer);
    transfer->writing = true;
}

static void on_planned(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    if (err->code != HAUL_OK)
        fail(transfer, err);
    else
        start_writer(transfer);
    want_attention(transfer);
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
    if (fresh)
        transfer->range = 0;
    disk_file_plan(transfer->file, &state, fresh, false, on_planned, transfer);
}

/* The file that was opened after the answer came holds bytes of an earlier run. */
static bool worth_asking_again(const struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct identity stored, seen = own_identity(transfer);
    char reason[VALIDATE_REASON];
    uint64_t here = 0;

    if (!found)
        return false;
    stored = stored_identity(found);
    for (size_t i = 0; i < found->range_count; i++)
        here += found->ranges[i].written - found->ranges[i].start;
    return here >= WORTH_ASKING_AGAIN && identity_if_range(&stored) &&
           validate_identity(&stored, &seen, reason) == IDENTITY_SAME;
}

static void on_opened(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK) {
        fail(transfer, err);
    } else if (transfer->goal == GOAL_RECEIVE && worth_asking_again(transfer)) {
        drop_request(transfer);
        ask_for_rest(transfer);
    } else {
        transfer->want_plan = true;
        transfer->plan_fresh = true;
    }
    want_attention(transfer);
}

/* Before the first request: is there a partial under the name that the link suggests? */
static void on_looked(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK)
        fail(transfer, err);
    else if (transfer->goal == GOAL_RECEIVE && file)
        ask_for_rest(transfer);
    else if (transfer->goal == GOAL_RECEIVE)
        ask_from_start(transfer);
    want_attention(transfer);
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

/* Hands on the last block; false while bytes are on their way to the disk. */
static bool quiesce_writer(struct transfer *transfer, bool flush)
{
    if (!transfer->writing)
        return true;
    if (flush && !disk_writer_flush(&transfer->writer) &&
        disk_writer_error(&transfer->writer)->code == HAUL_OK)
        return false;
    if (!disk_writer_idle(&transfer->writer))
        return false;
    disk_writer_fini(&transfer->writer);
    transfer->writing = false;
    return true;
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
    set_phase(transfer, HAUL_PHASE_FINISHING);
    if (!transfer->file) {
        finish_small(transfer);
        return;
    }
    if (!quiesce_writer(transfer, true))
        return;
    if (transfer->writer.err.code != HAUL_OK) {
        fail(transfer, &transfer->writer.err);
        return;
    }
    if (disk_file_unwritten(transfer->file, transfer->item->done)) {
        struct haul_error err;

        haul_fail(&err, HAUL_E_INTERNAL, "bytes of %s are missing on disk", transfer->item->name);
        fail(transfer, &err);
        return;
    }
    transfer->disk_pending = true;
    disk_file_finish(transfer->file, transfer->item->done, transfer->mtime, on_finished, transfer);
}

static void put_away(struct transfer *transfer)
{
    bool keep = transfer->goal == GOAL_KEEP;

    drop_request(transfer);
    if (transfer->is_small) {
        drop_small(transfer);
        transfer->item->done = 0;
    }
    if (!quiesce_writer(transfer, keep))
        return;
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

static void receive(struct transfer *transfer)
{
    bool has_place = transfer->is_small || transfer->writing;

    if (transfer->ask_again) {
        if (!quiesce_writer(transfer, false))
            return;
        drop_request(transfer);
        transfer->ask_again = false;
        transfer->want_plan = false;
        ask_from_start(transfer);
    } else if (transfer->want_plan) {
        if (quiesce_writer(transfer, false))
            plan(transfer);
    } else if (transfer->got_all) {
        transfer->goal = GOAL_FINISH;
        finish(transfer);
    } else if (transfer->want_open) {
        open_file(transfer, false);
    } else if (transfer->net && transfer->waits && has_place && !transfer->is_limited) {
        transfer->waits = false;
        transfer->last_byte = engine_now(transfer->engine);
        net_unpause(transfer->net);
    }
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
        fail(transfer, &err);
    } else if (transfer->goal == GOAL_RECEIVE) {
        begin(transfer);
    }
    want_attention(transfer);
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
    want_attention(transfer);
}

void transfer_unlimit(struct transfer *transfer)
{
    leave_limited(transfer);
    advance(transfer);
}

static void watch_time(struct transfer *transfer, uint64_t now)
{
    const struct haul_options *options = transfer->item->options;
    uint64_t stall_ms = options->stall_timeout * 1000;
    struct haul_error err;

    if (transfer->goal != GOAL_RECEIVE || !transfer->net)
        return;
    if (transfer->item->deadline > 0 && now >= transfer->item->deadline) {
        haul_fail(&err, HAUL_E_TIMEOUT, "not complete after %llu s (--timeout)",
                  (unsigned long long)options->timeout);
        err.retryable = false;
        fail(transfer, &err);
    } else if (stall_ms > 0 && transfer->connected && !transfer->waits &&
               now - transfer->last_byte >= stall_ms) {
        haul_fail(&err, HAUL_E_STALLED, "no data for %llu s (--stall-timeout)",
                  (unsigned long long)options->stall_timeout);
        fail(transfer, &err);
    }
}

static void keep_record(struct transfer *transfer, uint64_t now)
{
    bool sync = now - transfer->synced_at >= SYNC_EVERY_MS;

    if (!transfer->writing || now - transfer->recorded_at < RECORD_AFTER_MS ||
        transfer->recorded_bytes == transfer->item->done)
        return;
    disk_writer_flush(&transfer->writer);
    transfer->recorded_at = now;
    transfer->recorded_bytes = transfer->item->done;
    if (sync)
        transfer->synced_at = now;
    disk_file_record(transfer->file, sync);
}

void transfer_tick(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);

    watch_time(transfer, now);
    keep_record(transfer, now);
    if (transfer->waits && !transfer->is_limited)
        want_attention(transfer); /* memory for blocks may be free again */
    queue_touch(&transfer->engine->queue, transfer->item);
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
    return transfer->net ? 1 : 0;
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
