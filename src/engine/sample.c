/* Comparing a sample of a partial with what a server has.
 *
 * One request a piece, one after the other. The first answer tells which version the server has
 * now: a strong validator that is the one on record settles it without a byte; another size does,
 * too; else the pieces must be equal, and every answer of that same version. What is taken over
 * then is that version's identity, so that all further answers have to prove the same.
 *
 * Never: a byte of an answer in the file, a change to a file that turns out to be another one. */

#include "engine/sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/compare.h"
#include "engine/host.h"
#include "engine/transfer_inside.h"

struct sample {
    struct transfer *transfer;
    struct net_transfer *net; /* NULL: no request is under way */
    struct sample_piece pieces[SAMPLE_PIECES];
    size_t count, at;
    char *data; /* what came of the present piece */
    size_t len;
    bool connected;
    uint64_t last_byte; /* ticks */
    bool heard;         /* an answer came; the file is known by: */
    char *etag;
    char *modified; /* as sent */
    bool strong;    /* ->modified may prove it */
    int64_t total;
    enum sample_verdict verdict; /* SAMPLE_COMPARE while nothing is settled */
    char reason[VALIDATE_REASON];
};

/* Which pieces. */

/* Where the byte is that has BEFORE bytes of those that are here in front of it. */
static uint64_t nth_byte(const struct disk_state *state, uint64_t before)
{
    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];
        uint64_t here = range->written - range->start;

        if (before < here)
            return range->start + before;
        before -= here;
    }
    return 0;
}

/* Behind the last of the bytes that are here from FROM on, at most SAMPLE_BYTES of them. */
static uint64_t piece_end(const struct disk_state *state, uint64_t from)
{
    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        if (range->start <= from && from < range->written)
            return MIN(range->written, from + SAMPLE_BYTES);
    }
    return from;
}

size_t sample_pieces(const struct disk_state *state, struct sample_piece pieces[SAMPLE_PIECES])
{
    uint64_t here = disk_state_bytes(state);
    uint64_t wanted = MIN((here + SAMPLE_BYTES - 1) / SAMPLE_BYTES, (uint64_t)SAMPLE_PIECES);
    uint64_t last = here - MIN(here, SAMPLE_BYTES);
    size_t count = 0;

    for (uint64_t i = 0; i < wanted; i++) {
        uint64_t before = wanted > 1 ? last / (wanted - 1) * i : 0;
        uint64_t from = nth_byte(state, i + 1 == wanted ? last : before);

        pieces[count++] = (struct sample_piece){from, piece_end(state, from)};
    }
    return count;
}

bool sample_is_needed(const struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);

    return found && (strcmp(found->url, item_shown(transfer->item)) != 0 ||
                     (transfer->source_count == 1 && !mirrors_find(transfer, found->source)));
}

/* The request. */

static void settle(struct sample *sample, enum sample_verdict verdict, const char *reason)
{
    sample->verdict = verdict;
    str_copy(sample->reason, sizeof sample->reason, reason);
    transfer_wants_attention(sample->transfer);
}

static void note_connected(struct sample *sample)
{
    if (sample->connected)
        return;
    sample->connected = true;
    host_connected(sample->transfer->host);
    engine_wake(sample->transfer->engine);
}

static void leave_host(struct sample *sample)
{
    note_connected(sample);
    sample->net = NULL;
    if (sample->transfer->goal == GOAL_RECEIVE)
        transfer_keep_place(sample->transfer);
    host_leave(sample->transfer->host);
}

static void on_connected(void *ctx)
{
    struct sample *sample = ctx;

    note_connected(sample);
    sample->last_byte = engine_now(sample->transfer->engine);
}

static void learn(struct sample *sample, const struct net_response *response, int64_t total)
{
    struct identity told = transfer_told(sample->transfer, response, total);

    sample->heard = true;
    sample->strong = told.last_modified_strong;
    sample->total = total;
    xstrset(&sample->etag, told.etag);
    xstrset(&sample->modified, response->last_modified);
}

static bool on_head(void *ctx, const struct net_response *response, const char *final_url)
{
    struct sample *sample = ctx;
    const struct disk_state *state = disk_file_found(sample->transfer->file);
    struct identity first = {.etag = sample->etag,
                             .last_modified = sample->modified,
                             .last_modified_strong = sample->strong,
                             .total = sample->total};
    struct resume_case asked = {
        .offset = sample->pieces[sample->at].from,
        .end = sample->pieces[sample->at].to,
        .stored = transfer_identity(sample->transfer),
        .status = response->status,
        .seen = {.etag = response->etag, .last_modified = response->last_modified, .total = -1},
        .content_range = response->content_range,
        .content_length = response->content_length};
    struct sample_result result =
        validate_sample(&asked, sample->heard ? &first : NULL, disk_state_reach(state));

    (void)final_url;
    if (result.verdict == SAMPLE_COMPARE) {
        if (!sample->heard)
            learn(sample, response, result.total);
        return true;
    }
    settle(sample, result.verdict, result.reason);
    return false;
}

static enum net_body on_body(void *ctx, const char *data, size_t len)
{
    struct sample *sample = ctx;
    struct haul_engine *engine = sample->transfer->engine;
    uint64_t size = sample->pieces[sample->at].to - sample->pieces[sample->at].from;

    if (len > size - sample->len)
        return NET_BODY_STOP;
    memcpy(sample->data + sample->len, data, len);
    sample->len += len;
    sample->last_byte = engine_now(engine);
    engine->received += len;
    limiter_spend(&engine->limiter, len); /* few enough to be paid for afterwards */
    limiter_spend(&sample->transfer->limiter, len);
    return NET_BODY_TAKEN;
}

static void on_done(void *ctx, const struct net_result *result)
{
    struct sample *sample = ctx;
    uint64_t size = sample->pieces[sample->at].to - sample->pieces[sample->at].from;
    struct haul_error err = result->err;

    leave_host(sample);
    if (sample->verdict == SAMPLE_COMPARE) {
        if (err.code == HAUL_OK && sample->len < size)
            haul_fail(&err, HAUL_E_TRUNCATED, "%zu of %llu bytes to compare came", sample->len,
                      (unsigned long long)size);
        if (err.code != HAUL_OK)
            transfer_fail(sample->transfer, &err);
    }
    transfer_wants_attention(sample->transfer);
}

static const struct net_handlers handlers = {
    .connected = on_connected, .head = on_head, .body = on_body, .done = on_done};

static void ask(struct sample *sample)
{
    struct transfer *transfer = sample->transfer;
    struct net_request request = {.url = item_url(transfer->item),
                                  .options = transfer->item->options,
                                  .from = sample->pieces[sample->at].from,
                                  .to = sample->pieces[sample->at].to - 1};
    struct haul_error err;

    sample->len = 0;
    sample->connected = false;
    sample->last_byte = engine_now(transfer->engine);
    if (net_start(transfer->engine->net, &request, &handlers, sample, &sample->net, &err) !=
        HAUL_OK) {
        transfer_fail(transfer, &err);
        return;
    }
    host_enter(transfer->host);
    transfer_give_place(transfer);
    host_connecting(transfer->host);
}

/* Life. */

void sample_start(struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct sample *sample = xcalloc(1, sizeof *sample);

    transfer->sample = sample;
    sample->transfer = transfer;
    sample->data = xmalloc(SAMPLE_BYTES);
    sample->total = -1;
    sample->verdict = SAMPLE_COMPARE;
    sample->count = sample_pieces(found, sample->pieces);
    transfer->item->more->done = disk_state_bytes(found);
    transfer->item->more->total = transfer->total = found->size;
    xstrset(&transfer->etag, found->source ? NULL : found->etag); /* another source's: no proof */
    xstrset(&transfer->modified, found->source ? NULL : found->modified);
    if (sample->count > 0)
        ask(sample);
    else
        settle(sample, SAMPLE_OTHER, "nothing of it is here");
    transfer_wants_attention(transfer);
}

static void sample_free(struct sample *sample)
{
    sample->transfer->sample = NULL;
    free(sample->data);
    free(sample->etag);
    free(sample->modified);
    free(sample);
}

void sample_drop(struct transfer *transfer)
{
    struct sample *sample = transfer->sample;

    if (!sample)
        return;
    if (sample->net) {
        net_cancel(sample->net);
        leave_host(sample);
    }
    sample_free(sample);
}

static void on_compared(void *ctx, bool equal, const struct haul_error *err)
{
    struct sample *sample = ctx;

    sample->transfer->disk_pending = false;
    if (err->code != HAUL_OK)
        transfer_fail(sample->transfer, err);
    else if (!equal)
        settle(sample, SAMPLE_OTHER, "a sample of it is not the same");
    else if (++sample->at == sample->count)
        settle(sample, SAMPLE_SAME, "a sample of it is the same");
    else if (sample->transfer->goal == GOAL_RECEIVE)
        ask(sample);
    transfer_wants_attention(sample->transfer);
}

/* From here on the partial counts as one of this link's. */
static void take_over(struct sample *sample)
{
    struct transfer *transfer = sample->transfer;

    if (sample->heard)
        disk_file_identify(transfer->file, item_shown(transfer->item), sample->total, sample->etag,
                           sample->strong ? sample->modified : NULL);
    else
        disk_file_identify(transfer->file, item_shown(transfer->item), transfer->total,
                           transfer->etag, transfer->modified);
    transfer->compared = sample->heard;
    transfer_note(transfer, "the bytes that are here are kept", sample->reason);
    sample_free(sample);
    transfer_go_on(transfer, true);
}

static void give_up(struct sample *sample)
{
    struct transfer *transfer = sample->transfer;
    struct haul_error err;

    if (disk_file_is_foreign(transfer->file)) {
        haul_fail(&err, HAUL_E_CHANGED,
                  "%s.part is not adopted: %s; without --adopt it is left alone", transfer->name,
                  sample->reason);
        sample_free(sample);
        transfer_fail(transfer, &err);
        return;
    }
    if (transfer->item->more->done > 0)
        transfer_note(transfer, "starting over", sample->reason);
    sample_free(sample);
    transfer_go_on(transfer, false);
}

void sample_advance(struct transfer *transfer)
{
    struct sample *sample = transfer->sample;
    const struct sample_piece *piece = &sample->pieces[sample->at];

    if (sample->net)
        return;
    if (sample->verdict == SAMPLE_SAME) {
        take_over(sample);
    } else if (sample->verdict == SAMPLE_OTHER) {
        give_up(sample);
    } else {
        transfer->disk_pending = true;
        disk_file_compare(transfer->file, piece->from, sample->data, sample->len, on_compared,
                          sample);
    }
}

void sample_watch(struct transfer *transfer, uint64_t now)
{
    struct sample *sample = transfer->sample;
    uint64_t stall = transfer->item->options->stall_timeout;
    struct haul_error err;

    if (!sample || !sample->net || !sample->connected || stall == 0 ||
        now - sample->last_byte < stall * 1000)
        return;
    haul_fail(&err, HAUL_E_STALLED, "no data for %llu s (--stall-timeout)",
              (unsigned long long)stall);
    transfer_fail(transfer, &err);
}
