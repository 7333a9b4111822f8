/* The folders that items went to.
 *
 * The file only grows, by one line for each new folder, and is read as far as its bounds: it is a
 * help to find things again, and nothing else depends on it. */

#include "store/known_folders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/str.h"
#include "haul/log.h"

#define FOLDERS_MAX 4096u
#define FILE_MAX    ((size_t)1 << 20)

struct one {
    UT_hash_handle hh;
    char dir[];
};

struct known_folders {
    struct one *known;
    struct strbuf pending;
};

static bool know(struct known_folders *folders, const char *dir)
{
    size_t len = strlen(dir);
    struct one *one;

    HASH_FIND_STR(folders->known, dir, one);
    if (one || dir[0] != '/' || strchr(dir, '\n') || HASH_COUNT(folders->known) >= FOLDERS_MAX)
        return false;
    one = xmalloc(sizeof *one + len + 1);
    memcpy(one->dir, dir, len + 1);
    HASH_ADD_STR(folders->known, dir, one);
    return true;
}

static char *read_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct strbuf text;
    char chunk[4096];
    ssize_t len;

    strbuf_init(&text, FILE_MAX);
    while (fd >= 0 && (len = read(fd, chunk, sizeof chunk)) > 0) {
        if (!strbuf_add(&text, chunk, (size_t)len))
            break;
    }
    if (fd >= 0)
        close(fd);
    return strbuf_take(&text);
}

struct known_folders *known_folders_new(const char *path)
{
    struct known_folders *folders = xcalloc(1, sizeof *folders);
    char *text = read_file(path), *rest = text, *line;

    strbuf_init(&folders->pending, FILE_MAX);
    while ((line = strsep(&rest, "\n")))
        know(folders, line);
    free(text);
    return folders;
}

void known_folders_free(struct known_folders *folders)
{
    struct one *one, *next;

    if (!folders)
        return;
    HASH_ITER(hh, folders->known, one, next)
    {
        HASH_DEL(folders->known, one);
        free(one);
    }
    strbuf_fini(&folders->pending);
    free(folders);
}

void known_folders_note(struct known_folders *folders, const char *dir)
{
    if (know(folders, dir) && !strbuf_printf(&folders->pending, "%s\n", dir))
        LOG_DEBUG(store, "too many folders to remember");
}

char *known_folders_take(struct known_folders *folders)
{
    char *lines;

    if (folders->pending.len == 0)
        return NULL;
    lines = strbuf_take(&folders->pending);
    strbuf_init(&folders->pending, FILE_MAX);
    return lines;
}

void known_folders_put_back(struct known_folders *folders, const char *lines)
{
    if (!strbuf_puts(&folders->pending, lines))
        LOG_DEBUG(store, "too many folders to remember");
}

void known_folders_write(const char *path, const char *lines)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t len = strlen(lines);

    if (fd < 0 || write(fd, lines, len) != (ssize_t)len)
        LOG_DEBUG(store, "can't note a folder in %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

void known_folders_each(const struct known_folders *folders,
                        void (*each)(void *ctx, const char *dir), void *ctx)
{
    for (const struct one *one = folders->known; one; one = one->hh.next)
        each(ctx, one->dir);
}
