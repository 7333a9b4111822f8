/* Adding what is not here yet: the history is asked first, then the rest goes into the queue.
 *
 * Calls are carried out in their order, also those that have nothing to ask: the links of a long
 * list come in several, and stay in their order. Nothing of a call is in the queue before all of it
 * was looked for. */

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "engine/had.h"
#include "engine/keep.h"
#include "store/store.h"

struct adding_new {
    STAILQ_ENTRY(adding_new) link;
    struct haul_engine *engine;
    struct item **items; /* that wait; without their numbers */
    size_t count;
    bool ready;
    size_t *asked;        /* the item of each question */
    struct haul_had *had; /* of each item; paths are its own */
    uint64_t *ids;        /* of each item, 0: it is here already */
    haul_added_new_cb *added;
    void *ctx;
};

static void adding_free(struct adding_new *adding)
{
    for (size_t i = 0; i < adding->count; i++)
        free(adding->had[i].path);
    free(adding->items);
    free(adding->asked);
    free(adding->had);
    free(adding->ids);
    free(adding);
}

static void on_added(void *ctx, const uint64_t *ids, size_t count, const struct haul_error *err)
{
    struct adding_new *adding = ctx;

    (void)ids;
    (void)count;
    adding->added(adding->ctx, adding->ids, adding->had, adding->count, err);
    adding_free(adding);
}

/* Takes the items that are not here into the queue. */
static void carry_out(struct adding_new *adding)
{
    struct haul_engine *engine = adding->engine;
    size_t left = 0;

    for (size_t i = 0; i < adding->count; i++) {
        struct item *item = adding->items[i];

        if (adding->had[i].path) {
            item_free(item);
            continue;
        }
        adding->ids[i] = engine->queue.next_id + left; /* the number that it gets */
        adding->items[left++] = item;
    }
    if (left > 0)
        engine_append(engine, adding->items, left, on_added, adding);
    else
        on_added(adding, NULL, 0, NULL);
}

static void go_on(struct haul_engine *engine)
{
    struct adding_new *adding;

    while ((adding = STAILQ_FIRST(&engine->adds)) && adding->ready) {
        STAILQ_REMOVE_HEAD(&engine->adds, link);
        carry_out(adding);
    }
}

static void on_looked(void *ctx, const struct haul_had *had, size_t count)
{
    struct adding_new *adding = ctx;

    for (size_t i = 0; i < count; i++) {
        struct haul_had *mine = &adding->had[adding->asked[i]];

        *mine = had[i];
        mine->path = had[i].path ? xstrdup(had[i].path) : NULL;
    }
    adding->ready = true;
    go_on(adding->engine);
}

/* Asks about the items that may be here; false when there are none. */
static bool ask(struct adding_new *adding)
{
    struct had_question *questions = xcalloc(adding->count + 1, sizeof *questions);
    char(*digests)[CHECKSUM_TEXT] = xcalloc(adding->count + 1, sizeof *digests);
    size_t count = 0;

    for (size_t i = 0; i < adding->count; i++) {
        struct item *item = adding->items[i];
        struct checksum checksum;

        if (!had_may_be(item->options))
            continue;
        item->only_new = true;
        questions[count].url = same_link_masked(item_shown(item));
        if (item->options->checksum && !checksum_parse(item->options->checksum, &checksum))
            questions[count].digest = checksum_text(&checksum, digests[count]);
        adding->asked[count++] = i;
    }
    if (count > 0)
        had_look(adding->engine, questions, count, on_looked, adding);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)questions[i].url);
    free(questions);
    free(digests);
    return count > 0;
}

enum haul_err haul_engine_add_new(struct haul_engine *engine, const struct haul_request *requests,
                                  size_t count, haul_added_new_cb *added, void *ctx,
                                  struct haul_error *err)
{
    struct adding_new *adding;

    if (engine_check(engine, requests, count, err) != HAUL_OK)
        return err->code;
    adding = xcalloc(1, sizeof *adding);
    adding->engine = engine;
    adding->items = xcalloc(count + 1, sizeof(struct item *));
    adding->asked = xcalloc(count + 1, sizeof *adding->asked);
    adding->had = xcalloc(count + 1, sizeof *adding->had);
    adding->ids = xcalloc(count + 1, sizeof *adding->ids);
    adding->count = count;
    adding->added = added;
    adding->ctx = ctx;
    for (size_t i = 0; i < count; i++)
        adding->items[i] = item_new(0, &requests[i]);
    STAILQ_INSERT_TAIL(&engine->adds, adding, link);
    adding->ready = !engine->store || !store_has_history(engine->store) || !ask(adding);
    go_on(engine);
    return HAUL_OK;
}
