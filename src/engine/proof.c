/* A source is compared with what is here of the file.
 *
 * The bytes of a proof are compared and never written: it is a request of its own, not a segment. A
 * source that was silent or refused proves nothing and may be asked again; one whose answer differs
 * may not. */

#include "engine/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "engine/doubt.h"
#include "engine/host.h"
#include "engine/mirrors.h"
#include "engine/retry.h"
#include "engine/transfer_inside.h"

#define SAMPLE_WAIT_MS UINT64_C(50)

struct proof {
    struct transfer *transfer;
    struct source *source;
    struct net_transfer *net; /* NULL while the disk reads, and when it is over */
    char *sample;
    uint64_t from;
    size_t len, got; /* nothing comes unless the head of the answer fits */
    uint64_t asked_at;
    bool connected;
    bool confirms;             /* what others brought, by the lead, which is proven */
    bool orphan;               /* nobody waits for it any more: freed when the disk is done */
    char why[VALIDATE_REASON]; /* it is not the same file, "" while nothing speaks against it */
};

static void proof_free(struct proof *proof)
{
    free(proof->sample);
    free(proof);
}

/* A check is a request of its item: where that has none besides, it takes the item's place. */
static void enter_host(struct proof *proof)
{
    struct host *host = proof->source->host;

    host_enter(host);
    if (mirrors_places(proof->transfer, host) > 0)
        transfer_give_place(proof->transfer);
    host_begin(host, proof->transfer);
    host_connecting(host);
}

static void leave_host(struct proof *proof)
{
    struct transfer *transfer = proof->transfer;
    struct host *host = proof->source->host;

    if (!proof->connected)
        host_connected(host);
    proof->connected = true;
    proof->net = NULL;
    if (transfer->goal == GOAL_RECEIVE && transfer_connections(transfer) == 0)
        transfer_keep_place(transfer);
    host_leave(host);
    if (host != transfer->host || transfer->segment_count > 0)
        host_end(host, transfer);
}

uint64_t proof_waits(const struct proof *proof, uint64_t now)
{
    return proof->net ? now - proof->asked_at : 0;
}

static void let_go(struct proof *proof)
{
    proof->source->proof = NULL;
    if (proof->source->state == SOURCE_CHECKING)
        proof->source->state = SOURCE_UNTRIED;
    if (proof->sample)
        proof_free(proof);
    else
        proof->orphan = true; /* the disk still reads for it */
}

void proof_drop(struct proof *proof)
{
    if (proof->net) {
        net_cancel(proof->net);
        leave_host(proof);
    }
    if (proof->confirms)
        doubts_answered(proof->transfer, PROOF_UNKNOWN);
    let_go(proof);
}

static enum proof_verdict verdict_of(const struct proof *proof)
{
    if (proof->why[0])
        return PROOF_OTHER;
    return proof->got == proof->len ? PROOF_SAME : PROOF_UNKNOWN;
}

static void judge_source(const struct proof *proof, const struct haul_error *err)
{
    struct transfer *transfer = proof->transfer;
    struct source *source = proof->source;

    source->state = SOURCE_UNTRIED;
    if (verdict_of(proof) == PROOF_SAME) {
        source->state = SOURCE_PROVEN;
        source->strikes = 0;
        mirrors_tell(transfer, source, "sends the same file");
    } else if (proof->why[0]) {
        source_differs(transfer, source, proof->why);
    } else if (err->code == HAUL_OK) {
        source_drop(transfer, source, "it sends less than the part that was asked for");
    } else {
        source_failed(transfer, source, err);
    }
}

static void proof_over(struct proof *proof, const struct haul_error *err)
{
    proof->source->proof = NULL;
    if (proof->confirms)
        doubts_answered(proof->transfer, verdict_of(proof));
    else
        judge_source(proof, err);
    transfer_wants_attention(proof->transfer);
    proof_free(proof);
}

static void on_connected(void *ctx)
{
    struct proof *proof = ctx;

    if (!proof->connected)
        host_connected(proof->source->host);
    proof->connected = true;
}

/* The lead's file may have changed meanwhile: then it can't say anything of the one that is here.
 */
static bool is_version_of(const struct source *lead, const struct net_response *response,
                          int64_t total)
{
    struct identity own = source_identity(lead, total);
    struct identity seen = {
        .etag = response->etag, .last_modified = response->last_modified, .total = total};
    char reason[VALIDATE_REASON];

    return validate_identity(&own, &seen, reason) != IDENTITY_CHANGED;
}

/* The same size, and a validator that further answers can be held to. */
static bool learn_version(struct proof *proof, const struct net_response *response)
{
    const struct transfer *transfer = proof->transfer;
    struct identity told = transfer_told(transfer, response, transfer->total), own;

    xstrset(&proof->source->etag, told.etag);
    xstrset(&proof->source->modified, told.last_modified_strong ? told.last_modified : NULL);
    own = source_identity(proof->source, transfer->total);
    return identity_if_range(&own) != NULL;
}

static bool on_head(void *ctx, const struct net_response *response, const char *final_url)
{
    struct proof *proof = ctx;
    const struct transfer *transfer = proof->transfer;
    struct content_range range = {.total = -1};
    bool fits = response->status == 206 &&
                content_range_parse(text_raw_from(response->content_range), &range) &&
                range.has_range && range.first == proof->from &&
                range.last + 1 == proof->from + proof->len;

    (void)final_url;
    host_heard(proof->source->host);
    if (proof->confirms)
        return fits && range.total == transfer->total &&
               is_version_of(proof->source, response, range.total);
    if (!fits) {
        str_copy(proof->why, sizeof proof->why, "it does not send the part that was asked for");
        return false;
    }
    if (range.total != transfer->total) {
        str_copy(proof->why, sizeof proof->why, "its file has another size");
        return false;
    }
    if (!learn_version(proof, response)) {
        str_copy(proof->why, sizeof proof->why, "it gives no proof of which version it sends");
        return false;
    }
    return true;
}

static enum net_body on_body(void *ctx, const char *data, size_t len)
{
    struct proof *proof = ctx;
    size_t take = MIN(len, proof->len - proof->got);

    if (take < len || memcmp(proof->sample + proof->got, data, take) != 0) {
        str_copy(proof->why, sizeof proof->why, "it sends another file");
        return NET_BODY_STOP;
    }
    proof->got += take;
    return NET_BODY_TAKEN;
}

static void on_done(void *ctx, const struct net_result *result)
{
    struct proof *proof = ctx;

    leave_host(proof);
    if (result->response->retry_after)
        transfer_rest_host(proof->transfer, proof->source->host,
                           retry_after_parse(text_raw_from(result->response->retry_after),
                                             clock_wall(proof->transfer->engine->clock)));
    proof_over(proof, &result->err);
}

static const struct net_handlers handlers = {
    .connected = on_connected, .head = on_head, .body = on_body, .done = on_done};

/* Its host may not be asked any more, since the disk was: another time. */
static void put_back(struct proof *proof)
{
    struct transfer *transfer = proof->transfer;

    if (proof->confirms)
        doubts_put_back(transfer);
    let_go(proof);
    transfer_wants_attention(transfer);
}

static void on_sample(void *ctx, char *data, size_t len)
{
    struct proof *proof = ctx;
    struct net_request request;
    struct haul_error err;

    proof->sample = data;
    if (proof->orphan) {
        proof_free(proof);
        return;
    }
    if (!data || len < proof->len) {
        haul_fail(&err, HAUL_E_INTERNAL, "the sample can't be read");
        proof->sample = data ? data : xmalloc(1);
        proof_over(proof, &err);
        return;
    }
    if (!mirrors_may_check(proof->transfer, proof->source)) {
        put_back(proof);
        return;
    }
    request = (struct net_request){.url = proof->source->url,
                                   .options = proof->transfer->item->options,
                                   .foreign = proof->source->foreign,
                                   .from = proof->from,
                                   .to = proof->from + proof->len - 1};
    proof->asked_at = engine_now(proof->transfer->engine);
    if (net_start(proof->transfer->engine->net, &request, &handlers, proof, &proof->net, &err) !=
        HAUL_OK) {
        proof_over(proof, &err);
        return;
    }
    enter_host(proof);
}

/* The last bytes that are here: from where on versions differ they mostly differ to the end. False
 * while there are too few. */
static bool choose_sample(const struct transfer *transfer, uint64_t *ret_from)
{
    const struct disk_state *state = disk_file_state(transfer->file);
    uint64_t last = 0;

    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];
        if (range->written - range->start >= PROOF_BYTES && range->written > last) {
            last = range->written;
            *ret_from = last - PROOF_BYTES;
        }
    }
    return last > 0;
}

bool proof_possible(const struct transfer *transfer)
{
    uint64_t from;

    return choose_sample(transfer, &from);
}

static void begin(struct transfer *transfer, struct source *source, uint64_t from, size_t len,
                  bool confirms)
{
    struct proof *proof = xcalloc(1, sizeof *proof);

    *proof = (struct proof){
        .transfer = transfer, .source = source, .from = from, .len = len, .confirms = confirms};
    source->proof = proof;
    disk_file_read(transfer->file, from, len, on_sample, proof);
}

void proof_begin(struct transfer *transfer, struct source *source)
{
    uint64_t from;

    if (!choose_sample(transfer, &from)) {
        transfer->put_off = true;
        engine_nudge(transfer->engine, SAMPLE_WAIT_MS);
        return;
    }
    source->state = SOURCE_CHECKING;
    begin(transfer, source, from, (size_t)PROOF_BYTES, false);
}

void proof_confirm(struct transfer *transfer, struct source *lead, uint64_t from, size_t len)
{
    begin(transfer, lead, from, len, true);
}
