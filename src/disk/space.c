/* Room on a file system. See space.h.
 *
 * What a file system tells of itself is not trusted further than that: some know no number, some a
 * number that none of ours can hold, and of quotas none tells: only reserving does. */

#include "disk/space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"

/* COUNT blocks of SIZE bytes, as far as a number holds them. */
static int64_t bytes_of(uint64_t count, uint64_t size)
{
    return count > (uint64_t)INT64_MAX / MAX(size, (uint64_t)1) ? INT64_MAX
                                                                : (int64_t)(count * size);
}

/* How much there is. */

struct space_job {
    struct disk_job job;
    char *dir;
    int64_t free_bytes;
    disk_space_cb *told;
    void *ctx;
};

static void run_space(struct disk_job *base)
{
    struct space_job *job = OWNER_OF(base, struct space_job, job);
    struct statvfs vfs;

    if (statvfs(job->dir, &vfs) == 0)
        job->free_bytes = bytes_of(vfs.f_bavail, vfs.f_frsize);
}

static void end_space(struct disk_job *base)
{
    struct space_job *job = OWNER_OF(base, struct space_job, job);

    job->told(job->ctx, job->free_bytes);
    free(job->dir);
    free(job);
}

void disk_space(struct disk *disk, const char *dir, disk_space_cb *told, void *ctx)
{
    struct space_job *job = xcalloc(1, sizeof *job);

    *job = (struct space_job){.job = {.run = run_space, .done = end_space},
                              .dir = xstrdup(dir),
                              .free_bytes = -1,
                              .told = told,
                              .ctx = ctx};
    disk_submit(disk, &job->job);
}

/* A file's share. */

/* Only root may fill what is kept back for it. */
static uint64_t room_of(const struct statfs *fs)
{
    return (uint64_t)bytes_of(geteuid() == 0 ? fs->f_bfree : fs->f_bavail, (uint64_t)fs->f_frsize);
}

/* Is there room for all of the file, less what it has already, and for PROMISED bytes? Some file
 * systems would find out only when all of it is filled. */
static bool has_room(const struct disk_need *need, const struct statfs *fs, uint64_t promised)
{
    struct stat st;
    uint64_t room;

    if (fs->f_blocks == 0 || fstat(need->fd, &st) != 0)
        return true; /* nobody knows */
    room = room_of(fs) + (uint64_t)bytes_of((uint64_t)st.st_blocks, 512);
    return promised <= room && need->size <= room - promised;
}

/* Can the file become as large as that? FAT ends at 4 GiB, others elsewhere, and many would tell
 * only when they are there: after hours. None lets a file be looked at behind that. */
static bool is_possible(const struct disk_need *need)
{
    if (need->size > (uint64_t)INT64_MAX)
        return false;
    if (lseek(need->fd, (off_t)need->size, SEEK_SET) < 0)
        return errno != EINVAL;
    (void)lseek(need->fd, 0, SEEK_SET);
    return true;
}

/* Some file systems reserve what there is before they find that it is not enough: the rest of a
 * quota would be gone while the download waits. */
static void give_back(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || ftruncate(fd, st.st_size) != 0)
        return; /* it stays reserved, for the same file */
}

/* Reserves space without changing the length, so that the length shows what was written: 0 or an
 * errno. EOPNOTSUPP: that can't be done there, or costs more than it is worth: a tmpfs would make
 * all the pages before the first byte may come, and no order of theirs is better than another. */
static int reserve(const struct disk_need *need, const struct statfs *fs)
{
    int error;

    if (fs->f_type == TMPFS_MAGIC)
        return EOPNOTSUPP;
    if (fallocate(need->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)need->size) == 0)
        return 0;
    error = errno;
    if (error != EOPNOTSUPP)
        give_back(need->fd);
    return error == ENOSPC || error == EDQUOT || error == EFBIG ? error : EOPNOTSUPP;
}

enum haul_err disk_space_take(const struct disk_need *need, bool *ret_reserved,
                              struct haul_error *err)
{
    struct statfs fs;
    int error;

    if (need->size == 0)
        return HAUL_OK;
    if (!is_possible(need))
        return haul_fail_errno(err, HAUL_E_DISK, EFBIG,
                               "the file system of %s holds no file of %llu bytes", need->dir,
                               (unsigned long long)need->size);
    if (fstatfs(need->fd, &fs) != 0)
        fs = (struct statfs){0};
    error = has_room(need, &fs, 0) ? reserve(need, &fs) : ENOSPC;
    *ret_reserved = error == 0;
    if (error == EOPNOTSUPP)
        error = has_room(need, &fs, need->promised) ? 0 : ENOSPC;
    if (error == 0)
        return HAUL_OK;
    return haul_fail_errno(err, HAUL_E_DISK, error, "no room for %llu bytes in %s",
                           (unsigned long long)need->size, need->dir);
}

/* Looking whether there is room, for a file that waits. */

struct room_job {
    struct disk_job job;
    char *dir;
    uint64_t size;
    dev_t dev;
    uint64_t left; /* when it would be there, by what the file system tells */
    bool room;
    disk_room_cb *told;
    void *ctx;
};

/* The same is done for the file itself, before its first byte. */
static void try_room(struct room_job *job, int fd)
{
    struct disk_need need = {.fd = fd, .dir = job->dir, .size = job->size};
    struct haul_error err = {0};
    bool reserved = false;
    struct statfs fs;
    struct stat st;

    job->room = disk_space_take(&need, &reserved, &err) != HAUL_E_DISK_FULL;
    if (!job->room || reserved || fstatfs(fd, &fs) != 0 || fs.f_blocks == 0 || fstat(fd, &st) != 0)
        return;
    job->dev = st.st_dev;
    job->left = room_of(&fs) - MIN(room_of(&fs), job->size);
}

static void run_room(struct disk_job *base)
{
    struct room_job *job = OWNER_OF(base, struct room_job, job);
    int fd = open(job->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    struct statfs fs;

    if (fd >= 0) {
        try_room(job, fd);
        close(fd);
    } else if (errno == ENOSPC || errno == EDQUOT) {
        job->room = false;
    } else if (statfs(job->dir, &fs) == 0 && fs.f_blocks > 0) {
        job->room = room_of(&fs) >= job->size;
    }
}

static void end_room(struct disk_job *base)
{
    struct room_job *job = OWNER_OF(base, struct room_job, job);
    bool taken = job->left < UINT64_MAX &&
                 disk_volume_promised(disk_volume(base->disk, job->dev)) > job->left;

    job->told(job->ctx, job->room && !taken);
    free(job->dir);
    free(job);
}

void disk_room(struct disk *disk, const char *dir, uint64_t size, disk_room_cb *told, void *ctx)
{
    struct room_job *job = xcalloc(1, sizeof *job);

    *job = (struct room_job){.job = {.run = run_room, .done = end_room},
                             .dir = xstrdup(dir),
                             .size = size,
                             .left = UINT64_MAX,
                             .room = true,
                             .told = told,
                             .ctx = ctx};
    disk_submit(disk, &job->job);
}
