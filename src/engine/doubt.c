/* Doubts: the last bytes of each answer of others than the lead, compared with what the lead has:
 * behind one name there may be several machines, with another version each, and what a source sent
 * last says nothing of what it sent in between. Of a file with one source these are the bytes of
 * another link that a sample let pass, where that source has no validator: it may have become
 * another file between the sample and the rest.
 *
 * One request each, one after the other, for the few there are. A lead that can't be asked any more
 * proves nothing against the others, who are there for that. One whose bytes are other ones is
 * right, as it says what the file is: then the file begins anew, with that one alone. Where a
 * digest was given, it decides. */

#include "engine/doubt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/mirrors.h"
#include "engine/transfer_inside.h"

#define DOUBTS_MAX 16u
#define TRIES_MAX  2u
#define WAIT_MS    UINT64_C(10000) /* for a lead that may not be asked at the moment */

struct doubt {
    uint64_t from, to;
};

struct doubts {
    struct doubt items[DOUBTS_MAX];
    unsigned count;
    bool asked;     /* about the last one; the answer is on its way */
    unsigned tries; /* that brought no answer */
    uint64_t since; /* ticks since when it is waited for the lead, 0: it is not */
};

void doubts_clear(struct transfer *transfer)
{
    free(transfer->doubts);
    transfer->doubts = NULL;
}

/* Where the next one goes: of more than there is room for the highest stay. NULL: TO is not high
 * enough. */
static struct doubt *place_for(struct doubts *doubts, uint64_t to)
{
    struct doubt *lowest = &doubts->items[0];

    for (unsigned i = 0; i < doubts->count; i++) {
        if (doubts->items[i].to < lowest->to)
            lowest = &doubts->items[i];
    }
    if (doubts->count < DOUBTS_MAX)
        return &doubts->items[doubts->count++];
    return lowest->to < to ? lowest : NULL;
}

/* A sample is all that speaks for what was found. */
static bool only_compared(const struct transfer *transfer)
{
    return transfer->compared && !transfer->etag && !transfer->modified;
}

/* The last of the LEN bytes in front of TO. */
static void add(struct transfer *transfer, uint64_t to, uint64_t len)
{
    struct doubt *doubt;

    if ((transfer->source_count == 1 && !only_compared(transfer)) || transfer->total < 0 ||
        len == 0)
        return;
    if (!transfer->doubts)
        transfer->doubts = xcalloc(1, sizeof *transfer->doubts);
    doubt = place_for(transfer->doubts, to);
    if (doubt)
        *doubt = (struct doubt){to - MIN(len, PROOF_BYTES), to};
}

void doubts_add_found(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_found(transfer->file);

    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        add(transfer, range->written, range->written - range->start);
    }
}

void doubts_add(struct transfer *transfer, const struct segment *segment)
{
    const struct disk_range *range;

    if (segment->source == transfer->lead || !transfer->file || segment->came == 0)
        return;
    range = &disk_file_state(transfer->file)->ranges[segment->range];
    add(transfer, range->written, MIN(segment->came, range->written - range->start));
}

/* It is waited for a while: nobody else can tell. */
static bool waits_for_lead(struct transfer *transfer)
{
    struct doubts *doubts = transfer->doubts;
    uint64_t now = engine_now(transfer->engine);

    if (doubts->since == 0)
        doubts->since = now;
    return now - doubts->since < WAIT_MS;
}

bool doubts_remain(struct transfer *transfer)
{
    struct doubts *doubts = transfer->doubts;
    struct source *lead = transfer->lead;
    const struct doubt *doubt;

    if (!doubts || transfer->item->options->checksum)
        return false;
    if (doubts->asked || transfer->start_over)
        return true;
    if (doubts->count == 0 || lead->state != SOURCE_PROVEN || doubts->tries >= TRIES_MAX)
        return false;
    if (!mirrors_may_check(transfer, lead))
        return waits_for_lead(transfer);
    transfer_set_phase(transfer, HAUL_PHASE_CHECKING);
    doubt = &doubts->items[doubts->count - 1];
    doubts->asked = true;
    proof_confirm(transfer, lead, doubt->from, (size_t)(doubt->to - doubt->from));
    return true;
}

/* Nobody knows which of the others it was, or in how much: none of them is used any more. */
static void begin_anew(struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        struct source *source = &transfer->sources[i];

        if (source != transfer->lead && source->state != SOURCE_DROPPED)
            source_drop(transfer, source, "some of the bytes that came are not those of the file");
    }
    transfer_note(transfer, "starting over",
                  transfer->source_count > 1 ? "its sources do not send the same file"
                                             : "what was here is not of this file any more");
    transfer->start_over = true;
}

void doubts_put_back(struct transfer *transfer)
{
    transfer->doubts->asked = false;
}

void doubts_answered(struct transfer *transfer, enum proof_verdict verdict)
{
    struct doubts *doubts = transfer->doubts;

    doubts->asked = false;
    switch (verdict) {
    case PROOF_SAME:
        doubts->count--;
        break;
    case PROOF_OTHER:
        begin_anew(transfer);
        break;
    case PROOF_UNKNOWN:
        doubts->tries++;
        break;
    }
}
