/* What partials hold, by the records beside them.
 *
 * How much of a running item is here is not the store's: it would be written all the time. So after
 * a kill the queue knows of such an item only what it knew when that began, which is mostly
 * nothing, and an item far down may wait for hours until it runs and finds its partial. The records
 * are read by a worker, some at a time, so that others get their turn between; nothing waits for
 * them. */

#include "engine/glance.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"
#include "disk/file.h"

#define AT_A_TIME 64u

struct glanced {
    uint64_t id;
    uint64_t version; /* of the item when it was noted */
    char *dir, *name;
    uint64_t bytes;
    bool there;
};

struct glance {
    struct haul_engine *engine;
    struct disk_job job;
    struct glanced *items;
    size_t count, size;
    size_t at, end; /* those that the worker looks at */
};

static void glance_free(struct glance *glance)
{
    for (size_t i = 0; i < glance->count; i++) {
        free(glance->items[i].dir);
        free(glance->items[i].name);
    }
    free(glance->items);
    free(glance);
}

static void run_glance(struct disk_job *job)
{
    struct glance *glance = OWNER_OF(job, struct glance, job);

    for (size_t i = glance->at; i < glance->end; i++) {
        struct glanced *glanced = &glance->items[i];

        glanced->there = disk_leftover_bytes(glanced->dir, glanced->name, &glanced->bytes);
    }
}

static void take(struct haul_engine *engine, const struct glanced *glanced)
{
    struct item *item = queue_find(&engine->queue, glanced->id);

    if (glanced->there && item && item->state == HAUL_QUEUED && !item_work(item)->transfer &&
        queue_item_version(&engine->queue, item) == glanced->version &&
        item_more(item)->done != glanced->bytes)
        queue_set_done(&engine->queue, item, glanced->bytes);
}

static void go_on(struct glance *glance);

static void end_glance(struct disk_job *job)
{
    struct glance *glance = OWNER_OF(job, struct glance, job);

    for (; glance->at < glance->end; glance->at++)
        take(glance->engine, &glance->items[glance->at]);
    engine_wake(glance->engine); /* whoever watches is told */
    go_on(glance);
}

static void go_on(struct glance *glance)
{
    struct haul_engine *engine = glance->engine;

    if (glance->at == glance->count || engine->closing) {
        engine->looks--;
        engine_wake(engine);
        glance_free(glance);
        return;
    }
    glance->end = MIN(glance->at + AT_A_TIME, glance->count);
    glance->job = (struct disk_job){.run = run_glance, .done = end_glance};
    disk_submit(engine->disk, &glance->job);
}

static void note(struct glance *glance, const struct item *item)
{
    glance->items =
        array_reserve(glance->items, glance->count, &glance->size, sizeof *glance->items);
    glance->items[glance->count++] =
        (struct glanced){.id = item->id,
                         .version = queue_item_version(&glance->engine->queue, item),
                         .dir = xstrdup(item_dir(item)),
                         .name = xstrdup(item_work(item)->base)};
}

void glance_begin(struct haul_engine *engine)
{
    struct glance *glance = xcalloc(1, sizeof *glance);

    glance->engine = engine;
    for (size_t i = 0; i < engine->queue.count; i++) {
        const struct item *item = engine->queue.order[i];

        if (item->state == HAUL_QUEUED && item_work(item)->base)
            note(glance, item);
    }
    engine->looks++;
    go_on(glance);
}
