/* What an answer says of the file, and whether its bytes are wanted. Runs inside libcurl: it
 * records facts and says yes or no, the transfer does the rest.
 *
 * The first answer of an attempt tells what the file is (or that it is still the one whose bytes an
 * earlier attempt left); every further one has to prove that it is of the very same version. */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/filename.h"
#include "engine/host.h"
#include "engine/transfer_inside.h"
#include "engine/validate.h"
#include "haul/log.h"

static void learn_name(struct transfer *transfer, const struct net_response *response,
                       const char *final_url)
{
    struct item *item = transfer->item;

    if (!response->disposition && strcmp(final_url, item_url(item)) == 0)
        return; /* nothing new: the name is the one that the link suggested */
    free(transfer->name);
    transfer->name = filename_choose(item->options->out, text_raw_from(response->disposition),
                                     item_url(item), final_url);
    item_set_name(item, transfer->name);
}

static void learn_identity(struct transfer *transfer, struct source *source,
                           const struct net_response *response)
{
    struct identity told = transfer_told(transfer, response, response->content_length);

    xstrset(&transfer->etag, told.etag);
    xstrset(&transfer->modified, told.last_modified_strong ? told.last_modified : NULL);
    source_learn(source, transfer->etag, transfer->modified);
    transfer->lead = source;
}

static void learn_facts(struct transfer *transfer, const struct segment *segment,
                        const struct net_response *response, const char *final_url)
{
    net_transfer_peer(segment->net, &transfer->peer);
    xstrset(&transfer->final_url, final_url);
    xstrset(&transfer->content_type, response->content_type);
    xstrset(&transfer->content_encoding, response->content_encoding);
    xstrset(&transfer->server, response->server);
    xstrset(&transfer->disposition, response->disposition);
    xstrset(&transfer->last_modified, response->last_modified);
    xstrset(&transfer->trail, net_transfer_trail(segment->net));
    transfer->status = response->status;
    transfer->no_ranges = response->refuses_ranges || response->status == 0;
}

static bool refuse(struct segment *segment, enum haul_err code, const char *why)
{
    haul_fail(fault_need(&segment->err), code, "%s", why);
    return false;
}

void transfer_take_body(struct transfer *transfer)
{
    if (!transfer_take_small(transfer))
        transfer->want_open = true;
}

/* The answer to a request for the whole file. */
static bool take_whole(struct transfer *transfer, struct segment *segment,
                       const struct net_response *response)
{
    int status = response->status;

    if (status == 206)
        return refuse(segment, HAUL_E_BAD_RESPONSE,
                      "the server sends a part (206) where the whole file was asked for");
    if (status == 204 || status == 205)
        return refuse(segment, HAUL_E_BAD_RESPONSE, "the server has no content to send (204)");
    transfer->total = response->content_length;
    transfer->item->more->total = transfer->total;
    transfer->item->more->done = 0;
    learn_identity(transfer, segment->source, response);
    if (transfer->file) {
        transfer->want_plan = true;
        transfer->plan_fresh = true;
    } else if (!transfer_look_back(transfer)) {
        transfer_take_body(transfer);
    }
    return true;
}

static struct resume_result judge_resume(const struct transfer *transfer,
                                         const struct segment *segment,
                                         const struct net_response *response)
{
    const struct disk_range *range = &disk_file_state(transfer->file)->ranges[segment->range];
    struct identity stored = segment->source->state == SOURCE_PROVEN
                                 ? source_identity(segment->source, transfer->total)
                                 : transfer_identity(transfer);
    struct resume_case asked = {
        .offset = segment->from,
        .end = range->end,
        .if_range = segment->has_if ? identity_if_range(&stored) : NULL,
        .trust_size = transfer->item->options->trust_size || transfer->compared,
        .stored = stored,
        .status = response->status,
        .seen = {.etag = response->etag, .last_modified = response->last_modified, .total = -1},
        .content_range = response->content_range,
        .content_length = response->content_length};

    return validate_resume(&asked);
}

/* The whole file came, though it is the one that was asked for a part of. Some servers do that with
 * every If-Range that names an ETag: they are asked once more without it, for the ETag of the
 * answer proves as much. */
static bool try_without_if(struct segment *segment, const struct resume_result *result,
                           const struct net_response *response)
{
    if (result->verdict != RESUME_RANGES_IGNORED || !segment->has_if || !response->etag ||
        response->refuses_ranges)
        return false;
    if (!segment->source->no_if) /* else another connection found it out before */
        LOG_INFO(engine, "item %llu: %s: asking without If-Range",
                 (unsigned long long)segment->transfer->item->id, result->reason);
    segment->source->no_if = true;
    segment->unwanted = true;
    return true;
}

/* The answer to a request for the rest of a partial that an earlier run left: the first answer that
 * is heard of this file. */
static bool take_rest(struct transfer *transfer, struct segment *segment,
                      const struct net_response *response)
{
    struct resume_result result = judge_resume(transfer, segment, response);

    if (try_without_if(segment, &result, response)) {
        transfer->want_rest = true;
        return false;
    }
    switch (result.verdict) {
    case RESUME_CONTINUE:
        transfer->item->more->total = transfer->total = result.total;
        transfer->want_plan = true;
        source_learn(segment->source, transfer->etag, transfer->modified);
        transfer_note(transfer, "resumed", result.reason);
        return true;
    case RESUME_RANGES_IGNORED:
        segment->skip = segment->from;
        segment->to = UINT64_MAX;
        transfer->single = true;
        transfer->want_plan = true;
        source_learn(segment->source, transfer->etag, transfer->modified);
        transfer_note(transfer, "resumed without ranges", result.reason);
        return true;
    case RESUME_START_OVER:
    case RESUME_NOT_SATISFIABLE:
        if (mirrors_compare_all(transfer)) {
            if (result.err == HAUL_E_CHANGED)
                source_differs(transfer, segment->source, result.reason);
            segment->unwanted = true;
            return false;
        }
        transfer_note(transfer, "starting over", result.reason);
        if (result.whole) {
            segment->range = 0;
            segment->from = 0;
            segment->to = UINT64_MAX;
            return take_whole(transfer, segment, response);
        }
        transfer->start_over = true;
        return false;
    case RESUME_FAIL:
    case RESUME_VERDICT_COUNT:
        break;
    }
    return refuse(segment, result.err, result.reason);
}

static bool accept_part(struct transfer *transfer, struct segment *segment)
{
    if (transfer->ready)
        segment_write_to(segment, transfer->file);
    segment->accepted = true;
    transfer_set_phase(transfer, HAUL_PHASE_RECEIVING);
    return true;
}

/* The whole of the file is worth most to the first range that misses bytes. */
static bool is_for_first(const struct transfer *transfer, const struct segment *segment)
{
    size_t first;

    return transfer_first_missing(disk_file_state(transfer->file), &first) &&
           first == segment->range;
}

/* Nobody else works on the file, and this is not what was asked for: to ask again would bring the
 * same answer for ever. */
static bool take_what_comes(struct transfer *transfer, struct segment *segment,
                            const struct resume_result *result)
{
    switch (result->verdict) {
    case RESUME_RANGES_IGNORED:
        segment->skip = segment->from;
        segment->to = UINT64_MAX;
        return accept_part(transfer, segment);
    case RESUME_START_OVER:
    case RESUME_NOT_SATISFIABLE:
        transfer_note(transfer, "starting over", result->reason);
        transfer->start_over = true;
        return false;
    case RESUME_CONTINUE:
    case RESUME_FAIL:
    case RESUME_VERDICT_COUNT:
        break;
    }
    return refuse(segment, result->err, result->reason);
}

/* The answer to a request for a part while others work on the same file. What does not fit is not
 * used, and the others go on alone. */
static bool take_part(struct transfer *transfer, struct segment *segment,
                      const struct net_response *response)
{
    struct resume_result result = judge_resume(transfer, segment, response);

    if (result.verdict == RESUME_CONTINUE) {
        segment->source->no_if_works |= !segment->has_if;
        return accept_part(transfer, segment);
    }
    if (try_without_if(segment, &result, response))
        return false;
    if (result.verdict == RESUME_RANGES_IGNORED)
        host_refuses_ranges(segment->host);
    if (transfer->source_count > 1 &&
        (result.verdict != RESUME_RANGES_IGNORED || mirrors_has_other(transfer, segment->source))) {
        if (result.err == HAUL_E_CHANGED)
            source_differs(transfer, segment->source, result.reason);
        else
            source_drop(transfer, segment->source, result.reason);
        segment->unwanted = true;
        return false;
    }
    LOG_INFO(engine, "item %llu: one connection from now on: %s",
             (unsigned long long)transfer->item->id, result.reason);
    transfer->single = true;
    if (transfer->segment_count == 1 &&
        (result.verdict != RESUME_RANGES_IGNORED || is_for_first(transfer, segment)))
        return take_what_comes(transfer, segment, &result);
    segment->unwanted = true;
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
    go_on = segment->part ? take_rest(transfer, segment, response)
                          : take_whole(transfer, segment, response);
    segment->accepted = go_on;
    if (go_on) {
        transfer->item->phase = HAUL_PHASE_RECEIVING;
        engine_tell(transfer->engine, transfer->item, HAUL_ITEM_NAMED);
        queue_touch(&transfer->engine->queue, transfer->item);
    }
    transfer_wants_attention(transfer);
    return go_on;
}
