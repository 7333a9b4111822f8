/* Files that were complete when an earlier daemon was killed, before the queue was told.
 *
 * The disk room notes each file that gets its final name; what the queue still takes for unfinished
 * and has its file under a final name is done. Blocks, while nothing runs yet. */

#include "engine/keep.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "disk/ends.h"
#include "haul/log.h"

static void complete_again(struct haul_engine *engine, struct item *item, const char *name,
                           uint64_t size)
{
    struct item_more *more = item_need_more(item);

    more->total = (int64_t)size;
    more->done = size;
    more->finished_at = clock_wall(engine->clock);
    item_set_name(item, name);
    LOG_INFO(engine, "item %llu was complete already", (unsigned long long)item->id);
    engine_set_state(engine, item, HAUL_DONE);
    item_settle(item);
}

static void on_end(void *ctx, uint64_t id, dev_t dev, ino_t ino)
{
    struct haul_engine *engine = ctx;
    struct item *item = queue_find(&engine->queue, id);
    uint64_t size = 0;
    char *name;

    if (!item || item->state == HAUL_DONE)
        return;
    name = disk_ends_find(item_dir(item), dev, ino, item_shown(item), &size);
    if (name)
        complete_again(engine, item, name, size);
    free(name);
}

static void on_kept(void *ctx, const struct haul_error *err)
{
    struct haul_engine *engine = ctx;

    if (!err && !engine->closing)
        disk_ends_put_aside(engine->disk);
}

void keep_take_ends(struct haul_engine *engine, const char *session)
{
    char *dir = path_state_dir(session);
    char *path = path_join(dir, "queue.db.ends");

    disk_ends_read(path, on_end, engine);
    disk_ends_begin(engine->disk, path);
    keep_flush(engine, on_kept, engine);
    free(path);
    free(dir);
}

void keep_tend_ends(struct haul_engine *engine)
{
    if (disk_ends_full(engine->disk))
        keep_flush(engine, on_kept, engine);
}
