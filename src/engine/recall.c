/* The last words of transfers that are over: a ring, the oldest goes first. */

#include "engine/recall.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/transfer_inside.h"

#define SPANS_MOST 256u /* a file in more pieces is told of without them */

struct recalled {
    uint64_t id; /* 0: none */
    struct haul_detail detail;
};

struct recall {
    struct recalled ring[RECALL_MOST];
    size_t next;
};

static struct recalled *find(struct recall *recall, uint64_t id)
{
    for (size_t i = 0; recall && i < RECALL_MOST; i++) {
        if (recall->ring[i].id == id)
            return &recall->ring[i];
    }
    return NULL;
}

static struct recalled *place_for(struct recall *recall, uint64_t id)
{
    struct recalled *place = find(recall, id);

    if (place)
        return place;
    place = &recall->ring[recall->next];
    recall->next = (recall->next + 1) % RECALL_MOST;
    return place;
}

void recall_keep(const struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    struct recalled *place;

    if (!engine->keep_history || transfer->status == 0)
        return;
    if (!engine->recall)
        engine->recall = xcalloc(1, sizeof *engine->recall);
    place = place_for(engine->recall, transfer->item->id);
    haul_detail_fini(&place->detail);
    place->id = transfer->item->id;
    transfer_facts(transfer, &place->detail);
    if (place->detail.span_count > SPANS_MOST)
        place->detail.span_count = 0;
    for (size_t i = 0; i < place->detail.span_count; i++) {
        place->detail.spans[i].active = false;
        place->detail.spans[i].rate = 0;
    }
}

static void add_facts(struct haul_detail *to, const struct haul_detail *from)
{
    to->facts = xreallocarray(to->facts, to->fact_count + from->fact_count + 1, sizeof *to->facts);
    for (size_t i = 0; i < from->fact_count; i++)
        to->facts[to->fact_count++] =
            (struct haul_fact){xstrdup(from->facts[i].name), xstrdup(from->facts[i].value)};
}

void recall_facts(const struct haul_engine *engine, uint64_t id, struct haul_detail *detail)
{
    const struct recalled *known = find(engine->recall, id);
    const struct haul_detail *from;

    if (!known)
        return;
    from = &known->detail;
    add_facts(detail, from);
    detail->spans = xcalloc(from->span_count + 1, sizeof *detail->spans);
    for (size_t i = 0; i < from->span_count; i++)
        detail->spans[detail->span_count++] = from->spans[i];
    detail->rates = xcalloc(from->rate_count + 1, sizeof *detail->rates);
    for (size_t i = 0; i < from->rate_count; i++)
        detail->rates[detail->rate_count++] = from->rates[i];
}

void recall_free(struct haul_engine *engine)
{
    for (size_t i = 0; engine->recall && i < RECALL_MOST; i++)
        haul_detail_fini(&engine->recall->ring[i].detail);
    free(engine->recall);
    engine->recall = NULL;
}
