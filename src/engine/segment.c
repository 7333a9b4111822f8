/* Segments: requests, and the way of their bytes.
 *
 * Invariants: a segment takes no byte behind the end of its range, wherever that end was moved
 * while bytes were on their way; every segment is counted at its host while its request is open. */

#include "engine/segment.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/doubt.h"
#include "engine/host.h"
#include "engine/http_date.h"
#include "engine/retry.h"
#include "engine/slots.h"
#include "engine/transfer_inside.h"
#include "engine/upload.h"

/* A body with at least this much to come takes the short way (net_go_direct): less is not worth
 * losing a connection that could be used again. */
#define DIRECT_LEAST ((uint64_t)16 * 1024 * 1024)
/* In a crowd libcurl has only a small buffer for each, and its connections are many. Where no item
 * waits for one of them, plain ones are let go of for much less. */
#define CROWD        256u
#define CROWD_LEAST  ((uint64_t)16 * 1024)
#define PIPE_MOST    ((size_t)1024 * 1024)
#define LIMITED_MOST ((size_t)16 * 1024) /* small bites under a limit keep it even */

static void leave_limited(struct segment *segment)
{
    if (segment->is_limited)
        TAILQ_REMOVE(&segment->transfer->engine->limited, segment, limited);
    segment->is_limited = false;
}

/* From here on the request no longer counts as one that waits for a connection. */
static void note_connected(struct segment *segment)
{
    if (segment->connected)
        return;
    segment->connected = true;
    host_connected(segment->host);
    engine_wake(segment->transfer->engine);
}

void segment_book_hold(struct segment *segment)
{
    uint64_t now = engine_now(segment->transfer->engine);

    if (segment->waits)
        trace_hold(&segment->transfer->trace, segment->held_by, now - segment->held_since);
    segment->held_since = now;
}

/* The request is over, one way or the other. If it was the last one the transfer's place is kept
 * for the next. */
static void leave_host(struct segment *segment)
{
    struct transfer *transfer = segment->transfer;

    note_connected(segment);
    leave_limited(segment);
    segment_book_hold(segment);
    segment->net = NULL;
    if (transfer->goal == GOAL_RECEIVE && transfer_connections(transfer) == 0)
        transfer_keep_place(transfer);
    if (segment->works)
        host_worked(segment->host);
    host_leave(segment->host);
}

/* The request is under way. */
static void enter_host(struct segment *segment)
{
    struct transfer *transfer = segment->transfer;

    host_enter(segment->host);
    transfer_give_place(transfer);
    host_begin(segment->host, transfer);
    host_connecting(segment->host);
    segment->host->spread |= transfer->segment_count > 1;
}

static void on_connected(void *ctx)
{
    struct segment *segment = ctx;

    note_connected(segment);
    segment->transfer->asked = true;
    segment->last_byte = segment->slow_since = engine_now(segment->transfer->engine);
    engine_tell_asks(segment->transfer->engine);
}

static bool on_head(void *ctx, const struct net_response *response, const char *final_url)
{
    struct segment *segment = ctx;

    segment->status = response->status;
    segment->transfer->engine->answered = true;
    segment->transfer->wait_ms = engine_now(segment->transfer->engine) - segment->asked_at;
    if (segment->transfer->upload) {
        segment->transfer->status = response->status;
        segment->works = true;
        host_works(segment->host);
        return true;
    }
    segment->works = transfer_take_answer(segment->transfer, segment, response, final_url);
    if (segment->works)
        host_works(segment->host);
    return segment->works;
}

static enum net_body hold(struct segment *segment, enum trace_hold why)
{
    segment->waits = true;
    segment->was_held = true;
    segment->held_by = why;
    segment->held_since = engine_now(segment->transfer->engine);
    return NET_BODY_PAUSE;
}

/* The one of the two buckets that has tokens last. */
static enum trace_hold tighter_limit(const struct segment *segment, size_t len)
{
    const struct transfer *transfer = segment->transfer;
    uint64_t now = engine_now(transfer->engine);

    return limiter_wait_ms(&transfer->limiter, len, now) >
                   limiter_wait_ms(&transfer->engine->limiter, len, now)
               ? TRACE_ITEM_LIMIT
               : TRACE_LIMIT;
}

static enum net_body wait_for_tokens(struct segment *segment, size_t len)
{
    segment->wants = len;
    segment->is_limited = true;
    TAILQ_INSERT_TAIL(&segment->transfer->engine->limited, segment, limited);
    return hold(segment, tighter_limit(segment, len));
}

/* How many bytes still belong to this segment. */
static uint64_t room(const struct segment *segment)
{
    const struct transfer *transfer = segment->transfer;
    uint64_t end;

    if (transfer->is_small)
        return (uint64_t)transfer->total - transfer->small_len;
    end = disk_file_state(transfer->file)->ranges[segment->range].end;
    return end - segment->writer.offset;
}

static enum disk_take put(struct segment *segment, const char *data, size_t len)
{
    struct transfer *transfer = segment->transfer;

    if (!transfer->is_small)
        return disk_writer_add(&segment->writer, data, len);
    memcpy(transfer->small + transfer->small_len, data, len);
    transfer->small_len += len;
    return DISK_TAKEN;
}

static void count(struct segment *segment, size_t len)
{
    struct transfer *transfer = segment->transfer;
    struct haul_engine *engine = transfer->engine;
    uint64_t now = engine_now(engine);

    if (segment->came > 0)
        segment->gap_ms = MAX(segment->gap_ms, now - segment->last_byte);
    segment->came += len;
    segment->source->came += len;
    speed_add(&segment->source->speed, now, len);
    segment->last_byte = now;
    transfer->item->more->done += len;
    transfer->reached = MAX(transfer->reached, transfer->item->more->done);
    if (!transfer->upload)
        engine->received += len;
    speed_add(&segment->speed, now, len);
    speed_add(&segment->host->speed, now, len);
    speed_add(&transfer->speed, now, len);
    trace_count(&transfer->trace, len);
    speed_add(&engine->speed, now, len);
    queue_touch(&engine->queue, transfer->item);
}

/* A byte needs a token of the session and one of its item. */
static bool has_tokens(struct segment *segment, size_t len)
{
    struct transfer *transfer = segment->transfer;
    uint64_t now = engine_now(transfer->engine);

    return limiter_ready(&transfer->engine->limiter, len, now) &&
           limiter_ready(&transfer->limiter, len, now);
}

/* May LEN bytes come now? *ret_body is what to answer when not. */
static bool may_take(struct segment *segment, size_t len, enum net_body *ret_body)
{
    struct transfer *transfer = segment->transfer;

    if (transfer->goal != GOAL_RECEIVE || segment->unwanted)
        *ret_body = NET_BODY_STOP;
    else if (!transfer->is_small && !segment->writing)
        *ret_body = hold(segment, TRACE_DISK);
    else if (!has_tokens(segment, len))
        *ret_body = wait_for_tokens(segment, len);
    else
        return true;
    return false;
}

/* Takes over what lies behind the range as long as WANTED bytes do not fit. */
static void make_room(struct segment *segment, size_t wanted)
{
    struct transfer *transfer = segment->transfer;

    while (!transfer->is_small && room(segment) < wanted && transfer_join_next(transfer, segment))
        continue;
}

/* LEN more bytes came, of which NEW were wanted and are put away. */
static void took(struct segment *segment, size_t len, size_t new)
{
    struct transfer *transfer = segment->transfer;

    limiter_spend(&transfer->engine->limiter, len);
    limiter_spend(&transfer->limiter, len);
    count(segment, new);
    segment->full = room(segment) == 0;
    if (segment->full ||
        (segment->writing && transfer_record_due(transfer, engine_now(transfer->engine))))
        transfer_wants_attention(transfer);
}

static enum net_body write_failed(struct segment *segment)
{
    transfer_fail(segment->transfer, disk_writer_error(&segment->writer));
    return NET_BODY_STOP;
}

/* Of the answer to an upload nothing is kept. */
static enum net_body pass_over(struct segment *segment, size_t len)
{
    segment->last_byte = engine_now(segment->transfer->engine);
    if (upload_skip(segment->transfer, len))
        return NET_BODY_TAKEN;
    segment->full = true;
    return NET_BODY_STOP;
}

/* The next bytes of what is sent. */
static enum net_body on_want(void *ctx, char *to, size_t size, size_t *ret_len)
{
    struct segment *segment = ctx;
    struct transfer *transfer = segment->transfer;
    bool limited = transfer->engine->limiter.rate > 0 || transfer->limiter.rate > 0;
    enum net_body answer;

    if (transfer->goal != GOAL_RECEIVE || !transfer->upload)
        return NET_BODY_STOP;
    if (limited)
        size = MIN(size, LIMITED_MOST);
    if (!has_tokens(segment, size))
        return segment->is_limited ? NET_BODY_PAUSE : wait_for_tokens(segment, size);
    answer = upload_read(transfer, to, size, ret_len);
    if (answer == NET_BODY_PAUSE)
        return hold(segment, TRACE_DISK);
    if (answer == NET_BODY_TAKEN) {
        limiter_spend(&transfer->engine->limiter, *ret_len);
        limiter_spend(&transfer->limiter, *ret_len);
        count(segment, *ret_len);
    }
    return answer;
}

static void on_rewind(void *ctx)
{
    struct segment *segment = ctx;

    upload_rewind(segment->transfer);
}

static enum net_body on_body(void *ctx, const char *data, size_t len)
{
    struct segment *segment = ctx;
    size_t known = (size_t)MIN(segment->skip, (uint64_t)len);
    enum net_body answer;
    size_t take;

    if (segment->transfer->upload)
        return pass_over(segment, len);
    if (!may_take(segment, len, &answer))
        return answer;
    make_room(segment, len - known);
    take = (size_t)MIN(room(segment), (uint64_t)(len - known));
    switch (put(segment, data + known, take)) {
    case DISK_TAKEN:
        break;
    case DISK_FULL:
        return hold(segment, TRACE_DISK);
    case DISK_FAILED:
        return write_failed(segment);
    }
    segment->skip -= known;
    segment->overrun = take < len - known;
    took(segment, len, take);
    return NET_BODY_TAKEN;
}

/* Past libcurl: how are the next bytes wanted? */
static enum net_body on_offer(void *ctx, size_t *ret_most, bool *pipe)
{
    struct segment *segment = ctx;
    const struct transfer *transfer = segment->transfer;
    bool limited = transfer->engine->limiter.rate > 0 || transfer->limiter.rate > 0;
    enum net_body answer;

    if (!may_take(segment, limited ? LIMITED_MOST : 1, &answer))
        return answer;
    make_room(segment, PIPE_MOST);
    if (room(segment) == 0) {
        segment->full = true; /* its end was moved to where it is */
        transfer_wants_attention(segment->transfer);
        return hold(segment, TRACE_DISK);
    }
    *pipe = *pipe && !limited && segment->skip == 0 && disk_writer_may_splice(&segment->writer);
    *ret_most = limited ? LIMITED_MOST : (size_t)MIN(room(segment), (uint64_t)PIPE_MOST);
    return NET_BODY_TAKEN;
}

static enum net_body on_piped(void *ctx, int pipe, size_t len)
{
    struct segment *segment = ctx;

    if (disk_writer_splice(&segment->writer, pipe, len) != DISK_TAKEN)
        return write_failed(segment);
    took(segment, len, len);
    return NET_BODY_TAKEN;
}

/* An answer that ended as announced, though not at the end of the range: the next request goes on
 * there. It must have brought something, or it would go on for ever. */
static void judge_end(struct segment *segment)
{
    const struct transfer *transfer = segment->transfer;

    if (transfer->upload)
        upload_judge(transfer, fault_need(&segment->err));
    else if (segment->full || transfer->total < 0 ||
             transfer->item->more->done == (uint64_t)transfer->total)
        segment->full = true;
    else if (segment->status != 206 || segment->came == 0)
        haul_fail(fault_need(&segment->err), HAUL_E_TRUNCATED, "%llu of %lld bytes came",
                  (unsigned long long)transfer->item->more->done, (long long)transfer->total);
}

/* The file's date: HTTP tells it in a header, other protocols through libcurl. */
static int64_t file_time(const struct transfer *transfer, const struct net_result *result)
{
    const char *modified = result->response->last_modified;
    int64_t wall_ms;

    if (!modified ||
        !http_date_parse(text_raw_from(modified), clock_wall(transfer->engine->clock), &wall_ms))
        return result->mtime;
    return wall_ms / 1000;
}

static void on_done(void *ctx, const struct net_result *result)
{
    struct segment *segment = ctx;
    struct transfer *transfer = segment->transfer;

    leave_host(segment);
    transfer->mtime = file_time(transfer, result);
    transfer->unclean_end |= result->unclean_end;
    if (result->response->retry_after)
        segment->retry_after = retry_after_parse(text_raw_from(result->response->retry_after),
                                                 clock_wall(transfer->engine->clock));
    if (!segment->full && !segment->unwanted && !fault_is(&segment->err))
        fault_put(&segment->err, &result->err);
    if (!fault_is(&segment->err) && !segment->unwanted)
        judge_end(segment);
    transfer_wants_attention(transfer);
}

static const struct net_handlers handlers = {.connected = on_connected,
                                             .head = on_head,
                                             .body = on_body,
                                             .offer = on_offer,
                                             .piped = on_piped,
                                             .want = on_want,
                                             .rewind = on_rewind,
                                             .done = on_done};

static void on_writer_ready(void *ctx)
{
    struct segment *segment = ctx;

    if (disk_writer_error(&segment->writer)->code != HAUL_OK)
        transfer_fail(segment->transfer, disk_writer_error(&segment->writer));
    transfer_wants_attention(segment->transfer);
}

void segment_write_to(struct segment *segment, struct disk_file *file)
{
    disk_writer_init(&segment->writer, file, segment->range, on_writer_ready, segment);
    segment->writing = true;
}

struct segment *segment_start(struct transfer *transfer, struct source *source, size_t range,
                              uint64_t from, uint64_t to, const char *if_range)
{
    struct haul_engine *engine = transfer->engine;
    struct segment *segment = xcalloc(1, sizeof *segment);
    const char *condition = source->no_if ? NULL : if_range;
    struct net_request request = {.url = source->url,
                                  .options = transfer->item->options,
                                  .foreign = source->foreign,
                                  .from = from,
                                  .to = to == UINT64_MAX ? UINT64_MAX : to - 1,
                                  .if_range = condition,
                                  .upload_size = transfer->upload ? transfer->total : -1,
                                  .http2 =
                                      engine->limiter.rate == 0 && transfer->limiter.rate == 0};
    struct haul_error err;

    segment->transfer = transfer;
    segment->source = source;
    segment->host = source->host;
    segment->crowded = source->host->working > 0;
    source->connections++;
    segment->range = range;
    segment->from = from;
    segment->to = to;
    segment->part = from > 0 || to != UINT64_MAX;
    segment->has_if = condition != NULL;
    segment->retry_after = -1;
    segment->asked_at = segment->last_byte = segment->slow_since = engine_now(engine);
    speed_start(&segment->speed, engine_now(engine));
    LIST_INSERT_HEAD(&transfer->segments, segment, link);
    transfer->segment_count++;
    if (net_start(engine->net, &request, &handlers, segment, &segment->net, &err) == HAUL_OK)
        enter_host(segment);
    else
        fault_put(&segment->err, &err);
    return segment;
}

static struct net_least direct_least(const struct segment *segment)
{
    const struct haul_engine *engine = segment->transfer->engine;
    struct net_least least = {.tls = DIRECT_LEAST, .plain = DIRECT_LEAST};

    if (engine->transfer_count >= CROWD && slots_are_plenty(engine) && !host_is_full(segment->host))
        least.plain = CROWD_LEAST;
    return least;
}

void segment_go_on(struct segment *segment)
{
    bool has_place =
        segment->transfer->is_small || segment->writing || segment->transfer->upload != NULL;

    if (!segment->net || !has_place || segment->is_limited)
        return;
    if (segment->waits) {
        segment_book_hold(segment);
        segment->waits = false;
        segment->last_byte = engine_now(segment->transfer->engine);
        net_unpause(segment->net);
    }
    /* Now libcurl has given all that it had, and has not read on. */
    if (segment->writing && !segment->waits && !segment->full)
        (void)net_go_direct(segment->net, direct_least(segment));
}

uint64_t segment_limit_wait(const struct segment *segment, uint64_t now)
{
    const struct transfer *transfer = segment->transfer;

    return MAX(limiter_wait_ms(&transfer->engine->limiter, segment->wants, now),
               limiter_wait_ms(&transfer->limiter, segment->wants, now));
}

void segment_unlimit(struct segment *segment)
{
    leave_limited(segment);
    segment_go_on(segment);
}

void segment_hang_up(struct segment *segment)
{
    if (!segment->net)
        return;
    net_cancel(segment->net);
    leave_host(segment);
}

bool segment_quiesce(struct segment *segment, bool flush)
{
    if (!segment->writing)
        return true;
    if (flush && !disk_writer_flush(&segment->writer)) {
        if (disk_writer_error(&segment->writer)->code == HAUL_OK)
            return false;
        transfer_fail(segment->transfer, disk_writer_error(&segment->writer));
    }
    if (!disk_writer_idle(&segment->writer))
        return false;
    disk_writer_fini(&segment->writer);
    segment->writing = false;
    return true;
}

void segment_free(struct segment *segment)
{
    struct transfer *transfer = segment->transfer;

    doubts_add(transfer, segment);
    LIST_REMOVE(segment, link);
    transfer->segment_count--;
    segment->source->connections--;
    if (segment->host != transfer->host || transfer->segment_count > 0)
        host_end(segment->host, transfer);
    fault_fini(&segment->err);
    free(segment);
}
