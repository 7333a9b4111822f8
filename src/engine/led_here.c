/* A link that leads to a file which was fetched before and is still there.
 *
 * When it was added only its own link could be looked for, and not even that where the answer had
 * to be one that can be given twice; then it is looked for before anything is asked. Where it
 * redirects to is known with the answer. The history is asked for that link then, before anything
 * is made of the answer, whose bytes wait meanwhile: they are held as long as they have no place to
 * go to. */

#include <stdlib.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "engine/had.h"
#include "engine/transfer_inside.h"
#include "store/store.h"

struct led_here {
    struct transfer *transfer; /* NULL: it has ended meanwhile */
    bool first;                /* nothing was asked for yet */
};

/* Ends it; what is known of the answer's size is not what came. */
static void end_here(struct transfer *transfer, const char *path)
{
    struct haul_error err;

    transfer->item->more->total = transfer->total = -1;
    xstrset(&transfer->had, path);
    haul_fail(&err, HAUL_E_EXISTS, "already here: %s", path);
    transfer_fail(transfer, &err);
}

static void on_looked(void *ctx, const struct haul_had *had, size_t count)
{
    struct led_here *look = ctx;
    struct transfer *transfer = look->transfer;
    bool first = look->first;

    free(look);
    if (!transfer)
        return;
    transfer->led_here = NULL;
    if (count > 0 && had[0].path)
        end_here(transfer, had[0].path);
    else if (transfer->goal == GOAL_RECEIVE && first)
        transfer_begin(transfer);
    else if (transfer->goal == GOAL_RECEIVE)
        transfer_take_body(transfer);
    transfer_wants_attention(transfer);
}

static bool may_look(const struct transfer *transfer)
{
    const struct haul_engine *engine = transfer->engine;
    const struct item *item = transfer->item;

    return item->only_new && had_may_be(item->options) && engine->store &&
           store_has_history(engine->store) && !item_work(item)->base;
}

/* LINK is masked. */
static void look_for(struct transfer *transfer, const char *link, bool first)
{
    struct had_question question = {.url = link};
    char digest[CHECKSUM_TEXT];
    struct checksum checksum;

    if (transfer_checksum(transfer, &checksum))
        question.digest = checksum_text(&checksum, digest);
    transfer->led_here = xcalloc(1, sizeof *transfer->led_here);
    *transfer->led_here = (struct led_here){transfer, first};
    had_look(transfer->engine, &question, 1, on_looked, transfer->led_here);
}

bool transfer_look_first(struct transfer *transfer)
{
    bool unlooked = transfer->item->unlooked && may_look(transfer);
    char *asked;

    transfer->item->unlooked = false;
    if (!unlooked)
        return false;
    asked = same_link_masked(item_shown(transfer->item));
    look_for(transfer, asked, true);
    free(asked);
    return true;
}

bool transfer_look_back(struct transfer *transfer)
{
    char *asked, *final;

    if (!transfer->final_url || !may_look(transfer))
        return false;
    asked = same_link_masked(item_shown(transfer->item));
    final = same_link_told(transfer->final_url);
    if (!same_link(asked, final))
        look_for(transfer, final, false);
    free(asked);
    free(final);
    return transfer->led_here != NULL;
}

void transfer_forget_look(struct transfer *transfer)
{
    if (transfer->led_here)
        transfer->led_here->transfer = NULL;
    transfer->led_here = NULL;
}
