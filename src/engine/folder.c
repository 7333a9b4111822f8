/* Folders and the partials that were found in them. */

#include "engine/folder.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/mem.h"
#include "engine/engine_inside.h"

struct partial {
    UT_hash_handle hh;
    char name[];
};

struct folder {
    UT_hash_handle hh;
    struct haul_engine *engine;
    struct partial *partials;
    struct lane lane; /* items that wait until it is ready */
    bool ready;
    bool refuses;
    char dir[];
};

static struct folder *find(const struct haul_engine *engine, const char *dir)
{
    struct folder *folder;

    HASH_FIND_STR(engine->folders, dir, folder);
    return folder;
}

static void on_partials(void *ctx, char *const *names, size_t count, const struct haul_error *err)
{
    struct folder *folder = ctx;

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        struct partial *partial = xmalloc(sizeof *partial + len + 1);

        memcpy(partial->name, names[i], len + 1);
        HASH_ADD_STR(folder->partials, name, partial);
    }
    folder->refuses = err->code != HAUL_OK;
    folder->ready = true;
    lane_open(&folder->lane);
    engine_wake(folder->engine);
}

struct lane *folder_wait(struct haul_engine *engine, const char *dir)
{
    struct folder *folder = find(engine, dir);
    size_t len = strlen(dir);

    if (folder)
        return folder->ready ? NULL : &folder->lane;
    folder = xcalloc(1, sizeof *folder + len + 1);
    folder->engine = engine;
    memcpy(folder->dir, dir, len + 1);
    lane_init(&folder->lane, &engine->queue.lanes);
    HASH_ADD_STR(engine->folders, dir, folder);
    disk_partials(engine->disk, dir, on_partials, folder);
    return folder->ready ? NULL : &folder->lane;
}

bool folder_is_silent(const struct haul_engine *engine, const char *dir)
{
    const struct folder *folder = find(engine, dir);

    return folder && !folder->ready;
}

bool folder_refuses(const struct haul_engine *engine, const char *dir)
{
    struct folder *folder = find(engine, dir);

    return folder && folder->refuses;
}

void folder_accept(struct haul_engine *engine, const char *dir)
{
    struct folder *folder = find(engine, dir);

    if (folder)
        folder->refuses = false;
}

bool folder_has(const struct haul_engine *engine, const char *dir, const char *name)
{
    struct folder *folder = find(engine, dir);
    struct partial *partial = NULL;

    if (folder)
        HASH_FIND_STR(folder->partials, name, partial);
    return partial != NULL;
}

void folders_free(struct haul_engine *engine)
{
    struct folder *folder, *next_folder;

    HASH_ITER(hh, engine->folders, folder, next_folder)
    {
        struct partial *partial, *next;

        HASH_ITER(hh, folder->partials, partial, next)
        {
            HASH_DEL(folder->partials, partial);
            free(partial);
        }
        HASH_DEL(engine->folders, folder);
        lane_fini(&folder->lane);
        free(folder);
    }
}
