/* Items out of the records that lie beside unfinished downloads, for a queue whose database was
 * lost.
 *
 * A record tells link, name and what is here. What it does not tell are the options: passwords,
 * headers, limits. So nothing runs by itself: the items are paused, and their rows say why. */

#include "engine/keep.h"

#include "base/mem.h"
#include "base/text.h"
#include "disk/file.h"
#include "haul/log.h"
#include "store/store.h"

struct search {
    struct haul_engine *engine;
    const char *dir;
    void (*each)(void *ctx, struct item *item);
    void *ctx;
};

static struct haul_options *options_for(const char *dir, const char *name)
{
    struct haul_options *options = haul_options_new();
    struct haul_error err;

    if (haul_option_set(haul_option_find("dir"), options, dir, &err) == HAUL_OK &&
        haul_option_set(haul_option_find("out"), options, name, &err) == HAUL_OK)
        return options;
    LOG_WARN(engine, "what is left of a download can't be taken up: %s", err.text);
    haul_options_unref(options);
    return NULL;
}

static void on_leftover(void *ctx, const struct disk_leftover *leftover)
{
    struct search *search = ctx;
    struct haul_request request = {.url = leftover->url};
    struct item *item;

    request.options = options_for(search->dir, leftover->name);
    if (!request.options)
        return;
    item = item_new(search->engine->queue.next_id++, &request);
    item->state = HAUL_PAUSED;
    item_need_more(item)->total = leftover->size;
    item->more->done = leftover->bytes;
    xstrset(&item_need_work(item)->base, leftover->name);
    item_set_note(item, "found again after the queue was damaged; its options are lost");
    haul_options_unref(request.options);
    search->each(search->ctx, item);
}

static void on_folder(void *ctx, const char *dir)
{
    struct search *search = ctx;

    search->dir = dir;
    disk_leftovers(dir, on_leftover, search);
}

void keep_find_again(struct haul_engine *engine, void (*each)(void *ctx, struct item *item),
                     void *ctx)
{
    struct search search = {.engine = engine, .each = each, .ctx = ctx};

    store_folders(engine->store, on_folder, &search);
}
