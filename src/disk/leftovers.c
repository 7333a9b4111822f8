/* What unfinished downloads left in a folder, found without knowing of them: for a queue that was
 * lost.
 *
 * It changes nothing, and believes a record just as far as taking it up would (open.c). */

#include "disk/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/record.h"

#define SUFFIX     ".haul"
#define SUFFIX_LEN (sizeof SUFFIX - 1)

static bool read_leftover(const struct disk_file *file, struct disk_state *ret_state)
{
    size_t len = 0;
    struct file_id id;
    char *text = record_read(file, &len, &id);
    struct stat st;
    bool good = text && state_read(text, len, ret_state);

    free(text);
    if (good &&
        (fstatat(file->dirfd, file->part, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))) {
        state_fini(ret_state);
        return false;
    }
    if (good)
        state_believe(ret_state, state_boot_id(), (uint64_t)st.st_size);
    return good;
}

static void tell_leftover(int dirfd, const char *name,
                          void (*each)(void *ctx, const struct disk_leftover *leftover), void *ctx)
{
    struct disk_file file = {.dirfd = dirfd};
    struct disk_state state;

    file.part = xasprintf("%s.part", name);
    file.record = xasprintf("%s" SUFFIX, name);
    if (read_leftover(&file, &state)) {
        struct disk_leftover leftover = {state.url, name, state.size, disk_state_bytes(&state)};

        each(ctx, &leftover);
        state_fini(&state);
    }
    free(file.part);
    free(file.record);
}

void disk_leftovers(const char *path, void (*each)(void *ctx, const struct disk_leftover *leftover),
                    void *ctx)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);
        char *name;

        if (len <= SUFFIX_LEN || !str_ends(entry->d_name, SUFFIX))
            continue;
        name = xstrndup(entry->d_name, len - SUFFIX_LEN);
        tell_leftover(dirfd(dir), name, each, ctx);
        free(name);
    }
    if (dir)
        closedir(dir);
}
