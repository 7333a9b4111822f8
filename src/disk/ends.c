/* Ends that are under way.
 *
 * A line is one write() to a file that is only appended to, so lines of several workers never mix.
 * What a kill or a full disk tore off is not believed, and the next line begins behind a line end
 * of its own. The file is put aside when it has grown, and what was put aside before is dropped: by
 * then the queue has long been told of it. */

#include "disk/ends.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/record.h"
#include "haul/log.h"

#define LINES_MAX 256u /* before it is put aside */

struct disk_ends {
    uv_mutex_t lock; /* of fd, torn and lines */
    char *path;
    char *aside;
    int fd;
    bool torn; /* its last line may not have an end */
    unsigned lines;
};

/* Reading. */

static void read_file(const char *path,
                      void (*each)(void *ctx, uint64_t item, dev_t dev, ino_t ino), void *ctx)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    char line[128];

    while (file && fgets(line, sizeof line, file)) {
        uint64_t item, dev, ino;
        const char *at = line;

        if (str_to_u64(at, &item, &at) && *at == ' ' && str_to_u64(at + 1, &dev, &at) &&
            *at == ' ' && str_to_u64(at + 1, &ino, &at) && *at == '\n')
            each(ctx, item, (dev_t)dev, (ino_t)ino);
    }
    if (file)
        fclose(file);
}

void disk_ends_read(const char *path, void (*each)(void *ctx, uint64_t item, dev_t dev, ino_t ino),
                    void *ctx)
{
    char *aside = xasprintf("%s.old", path);

    read_file(aside, each, ctx);
    read_file(path, each, ctx);
    free(aside);
}

void disk_ends_forget(const char *path)
{
    char *aside = xasprintf("%s.old", path);

    unlink(aside);
    unlink(path);
    free(aside);
}

/* Noting. */

static void open_file(struct disk_ends *ends)
{
    struct stat st;

    ends->fd = open(ends->path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (ends->fd < 0)
        LOG_WARN(disk, "can't write %s; files that end while haul is killed may come twice",
                 ends->path);
    ends->torn = ends->fd >= 0 && fstat(ends->fd, &st) == 0 && st.st_size > 0;
}

void disk_ends_begin(struct disk *disk, const char *path)
{
    struct disk_ends *ends = xcalloc(1, sizeof *ends);

    uv_mutex_init(&ends->lock);
    ends->path = xstrdup(path);
    ends->aside = xasprintf("%s.old", path);
    open_file(ends);
    disk_set_ends(disk, ends);
}

void disk_ends_free(struct disk_ends *ends)
{
    if (!ends)
        return;
    if (ends->fd >= 0)
        close(ends->fd);
    uv_mutex_destroy(&ends->lock);
    free(ends->path);
    free(ends->aside);
    free(ends);
}

void disk_ends_note(struct disk *disk, uint64_t item, int fd)
{
    struct disk_ends *ends = disk_get_ends(disk);
    char line[128];
    struct stat st;
    int len;

    if (!ends || item == 0 || fstat(fd, &st) != 0)
        return;
    uv_mutex_lock(&ends->lock);
    len = snprintf(line, sizeof line, "%s%" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                   ends->torn ? "\n" : "", item, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
    ends->torn = ends->fd >= 0 && write(ends->fd, line, (size_t)len) != len;
    if (ends->fd >= 0 && !ends->torn)
        ends->lines++;
    uv_mutex_unlock(&ends->lock);
}

bool disk_ends_full(struct disk *disk)
{
    struct disk_ends *ends = disk_get_ends(disk);
    bool full;

    if (!ends)
        return false;
    uv_mutex_lock(&ends->lock);
    full = ends->lines >= LINES_MAX;
    if (full)
        ends->lines = 0; /* told once */
    uv_mutex_unlock(&ends->lock);
    return full;
}

void disk_ends_put_aside(struct disk *disk)
{
    struct disk_ends *ends = disk_get_ends(disk);

    if (!ends)
        return;
    uv_mutex_lock(&ends->lock);
    if (ends->fd >= 0 && rename(ends->path, ends->aside) == 0) {
        close(ends->fd);
        open_file(ends);
    }
    uv_mutex_unlock(&ends->lock);
}

/* Finding. */

static bool is_it(int dirfd, const char *name, dev_t dev, ino_t ino, uint64_t *ret_size)
{
    struct stat st;

    if (str_ends(name, ".part") || fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode) || st.st_dev != dev || st.st_ino != ino)
        return false;
    *ret_size = (uint64_t)st.st_size;
    return true;
}

/* Removes NAME.haul when it is of URL and its partial has got its name. */
static void drop_record(int dirfd, const char *record, const char *url)
{
    struct disk_file file = {.dirfd = dirfd, .record = xstrdup(record)};
    struct disk_state state;
    size_t len = 0;
    struct file_id id;
    int error;
    char *text = record_read(&file, &len, &id, &error);
    struct stat st;

    file.part = xasprintf("%.*s.part", (int)(strlen(record) - strlen(".haul")), record);
    if (text && state_read(text, len, &state)) {
        if (strcmp(state.url, url) == 0 && fstatat(dirfd, file.part, &st, AT_SYMLINK_NOFOLLOW) != 0)
            unlinkat(dirfd, record, 0);
        state_fini(&state);
    }
    free(text);
    free(file.part);
    free(file.record);
}

char *disk_ends_find(const char *path, dev_t dev, ino_t ino, const char *url, uint64_t *ret_size)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char *name = NULL;

    while (dir && !name && (entry = readdir(dir))) {
        if (entry->d_ino == ino && is_it(dirfd(dir), entry->d_name, dev, ino, ret_size))
            name = xstrdup(entry->d_name);
    }
    if (name)
        rewinddir(dir);
    while (name && (entry = readdir(dir))) {
        if (str_ends(entry->d_name, ".haul"))
            drop_record(dirfd(dir), entry->d_name, url);
    }
    if (dir)
        closedir(dir);
    return name;
}
