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

static bool read_state(const struct disk_file *file, struct disk_state *ret_state)
{
    size_t len = 0;
    struct file_id id;
    int error;
    char *text = record_read(file, &len, &id, &error);
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

/* The state of the partial NAME. */
static bool read_leftover(int dirfd, const char *name, struct disk_state *ret_state)
{
    struct disk_file file = {.dirfd = dirfd};
    bool good;

    file.part = xasprintf("%s.part", name);
    file.record = xasprintf("%s" SUFFIX, name);
    good = read_state(&file, ret_state);
    free(file.part);
    free(file.record);
    return good;
}

static void tell_leftover(int dirfd, const char *name,
                          void (*each)(void *ctx, const struct disk_leftover *leftover), void *ctx)
{
    struct disk_state state;

    if (read_leftover(dirfd, name, &state)) {
        struct disk_leftover leftover = {state.url, name, state.size, disk_state_bytes(&state)};

        each(ctx, &leftover);
        state_fini(&state);
    }
}

bool disk_leftover_bytes(const char *dir, const char *name, uint64_t *ret_bytes)
{
    int dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct disk_state state;
    bool good = dirfd >= 0 && read_leftover(dirfd, name, &state);

    if (good) {
        *ret_bytes = disk_state_bytes(&state);
        state_fini(&state);
    }
    if (dirfd >= 0)
        close(dirfd);
    return good;
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
