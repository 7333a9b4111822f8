/* Whole files in one step, on a worker: a nameless start would leave nothing behind, but can't take
 * the place of a file; so it is a hidden name beside it, synced, and then renamed. */

#include "disk/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

struct replacing {
    struct disk_job job;
    char *path;
    char *text;
    void (*done)(void *ctx, const char *path, const struct haul_error *err);
    void *ctx;
    struct haul_error err;
};

/* The folder of PATH, newly allocated. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

enum haul_err disk_replace_check(const char *path, struct haul_error *err)
{
    char *dir = folder_of(path);
    enum haul_err code = HAUL_OK;
    struct stat info;

    if (path[strlen(path) - 1] == '/')
        code = haul_fail(err, HAUL_E_BAD_OPTION, "%s is no name of a file", path);
    else if (stat(dir, &info) != 0)
        code = haul_fail_errno(err, HAUL_E_DISK, errno, "%s can't be written", path);
    else if (!S_ISDIR(info.st_mode) || access(dir, W_OK | X_OK) != 0)
        code = haul_fail_errno(err, HAUL_E_DISK, S_ISDIR(info.st_mode) ? errno : ENOTDIR,
                               "%s can't be written", path);
    else if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode))
        code = haul_fail(err, HAUL_E_BAD_OPTION, "%s is not a file of the usual kind", path);
    free(dir);
    return code;
}

/* NAME is new, whatever lies there: one that was killed may have left it, and in a folder that
 * others can write to it may be another name of a file that is not to be touched. */
static int write_as(int dirfd, const char *name, const char *text)
{
    int fd, wrong;

    unlinkat(dirfd, name, 0);
    fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    wrong = fchmod(fd, 0600) == 0 ? disk_write_all(fd, text, strlen(text), 0) : errno;
    if (wrong == 0 && fsync(fd) != 0)
        wrong = errno;
    close(fd);
    return wrong;
}

/* The hidden name is of one process and one file: two of them never write the same. */
static int replace(int dirfd, const char *name, const char *text)
{
    char *hidden = xasprintf(".%.200s.haul-%ld", name, (long)getpid());
    int wrong = write_as(dirfd, hidden, text);

    if (wrong == 0 && renameat(dirfd, hidden, dirfd, name) != 0)
        wrong = errno;
    if (wrong != 0)
        unlinkat(dirfd, hidden, 0);
    else
        fsync(dirfd); /* some file systems refuse it; the name is given in any case */
    free(hidden);
    return wrong;
}

static void run(struct disk_job *job)
{
    struct replacing *replacing = OWNER_OF(job, struct replacing, job);
    char *dir = folder_of(replacing->path);
    int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int wrong = dirfd < 0 ? errno : 0;

    if (dirfd >= 0) {
        wrong = replace(dirfd, strrchr(replacing->path, '/') + 1, replacing->text);
        close(dirfd);
    }
    if (wrong != 0)
        (void)haul_fail_errno(&replacing->err, HAUL_E_DISK, wrong, "%s can't be written",
                              replacing->path);
    free(dir);
}

static void end(struct disk_job *job)
{
    struct replacing *replacing = OWNER_OF(job, struct replacing, job);

    replacing->done(replacing->ctx, replacing->path,
                    replacing->err.code == HAUL_OK ? NULL : &replacing->err);
    secret_free(replacing->text);
    free(replacing->path);
    free(replacing);
}

void disk_replace(struct disk *disk, const char *path, char *text,
                  void (*done)(void *ctx, const char *path, const struct haul_error *err),
                  void *ctx)
{
    struct replacing *replacing = xcalloc(1, sizeof *replacing);

    *replacing = (struct replacing){.job = {.run = run, .done = end},
                                    .path = xstrdup(path),
                                    .text = text,
                                    .done = done,
                                    .ctx = ctx};
    disk_submit(disk, &replacing->job);
}
