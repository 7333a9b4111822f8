/* Worker threads, speed of file systems, memory for blocks.
 *
 * Invariants: jobs are counted, so that nobody frees what a worker still uses; the pool of blocks
 * has a global cap whatever the number of transfers. */

#include "disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/loop.h"
#include "base/mem.h"
#include "disk/ends.h"

#define BLOCK_BYTES_MAX  (256 * DISK_BLOCK) /* over all transfers */
#define SMALL_BLOCK      ((size_t)16 * 1024)
#define TINY_BLOCK       ((size_t)4 * 1024)
#define SMALL_BYTES      ((size_t)4 * 1024 * 1024) /* in all blocks, from which on they are tiny */
#define SPARE_BLOCKS_MAX 16                        /* kept for the next one */
#define SLOW_WRITE_NS    5000000                   /* a write that takes longer was slow */
#define SLOW_WRITES      2                         /* in a row make a file system slow */
#define HANGING_WRITE_NS 100000000                 /* one of these does, too */
#define PUSH_BYTES       ((uint64_t)32 * 1024 * 1024)
#define SLOW_FOR_MS      5000
#define BUSY_JOBS_MAX    3u /* of four workers at least, whatever the number of processors */

struct disk_volume {
    struct disk *disk;
    dev_t dev;
    uint64_t slow_until;  /* ticks */
    unsigned slow_writes; /* in a row */
    bool pushing;         /* one at a time: it waits when the disk has enough to do */
    uint64_t promised;    /* bytes */
};

struct disk {
    uv_loop_t *loop;
    const struct clock *clock;
    size_t jobs;
    unsigned busy_jobs; /* under way, of those from disk_submit_busy() */
    TAILQ_HEAD(, disk_job) line;
    struct disk_volume **volumes;
    size_t volume_count, volume_size;
    struct disk_folder **folders;
    size_t folder_count, folder_size;
    char *spare[SPARE_BLOCKS_MAX];
    size_t spare_count;
    size_t block_bytes;
    struct disk_ends *ends;
};

struct disk *disk_new(struct haul_loop *loop, const struct clock *clock)
{
    struct disk *disk = xcalloc(1, sizeof *disk);

    disk->loop = loop_uv(loop);
    disk->clock = clock;
    TAILQ_INIT(&disk->line);
    return disk;
}

void disk_set_ends(struct disk *disk, struct disk_ends *ends)
{
    disk->ends = ends;
}

struct disk_ends *disk_get_ends(const struct disk *disk)
{
    return disk->ends;
}

void disk_free(struct disk *disk)
{
    if (!disk)
        return;
    for (size_t i = 0; i < disk->volume_count; i++)
        free(disk->volumes[i]);
    free(disk->volumes);
    free(disk->folders);
    while (disk->spare_count > 0)
        free(disk->spare[--disk->spare_count]);
    disk_ends_free(disk->ends);
    free(disk);
}

bool disk_busy(const struct disk *disk)
{
    return disk->jobs > 0;
}

static void run_job(uv_work_t *work)
{
    struct disk_job *job = OWNER_OF(work, struct disk_job, work);

    job->run(job);
}

static void begin_busy(struct disk *disk);

static void end_job(uv_work_t *work, int status)
{
    struct disk_job *job = OWNER_OF(work, struct disk_job, work);

    (void)status; /* jobs are never cancelled */
    job->disk->jobs--;
    if (job->turn == DISK_JOB_WORKS) {
        job->disk->busy_jobs--;
        begin_busy(job->disk);
    }
    job->done(job);
}

void disk_submit(struct disk *disk, struct disk_job *job)
{
    job->disk = disk;
    job->turn = DISK_JOB_QUICK;
    disk->jobs++;
    uv_queue_work(disk->loop, &job->work, run_job, end_job);
}

static unsigned busy_jobs_max(void)
{
    unsigned processors = uv_available_parallelism();

    return MIN(MAX(processors, 2u) - 1, BUSY_JOBS_MAX);
}

static void begin_busy(struct disk *disk)
{
    struct disk_job *job;

    while (disk->busy_jobs < busy_jobs_max() && (job = TAILQ_FIRST(&disk->line))) {
        TAILQ_REMOVE(&disk->line, job, line);
        job->turn = DISK_JOB_WORKS;
        disk->busy_jobs++;
        uv_queue_work(disk->loop, &job->work, run_job, end_job);
    }
}

void disk_submit_busy(struct disk *disk, struct disk_job *job)
{
    job->disk = disk;
    job->turn = DISK_JOB_WAITS;
    disk->jobs++;
    TAILQ_INSERT_TAIL(&disk->line, job, line);
    begin_busy(disk);
}

bool disk_take_back(struct disk *disk, struct disk_job *job)
{
    if (job->turn != DISK_JOB_WAITS)
        return false;
    TAILQ_REMOVE(&disk->line, job, line);
    job->turn = DISK_JOB_QUICK;
    disk->jobs--;
    return true;
}

struct disk_volume *disk_volume(struct disk *disk, dev_t dev)
{
    struct disk_volume *volume;

    for (size_t i = 0; i < disk->volume_count; i++) {
        if (disk->volumes[i]->dev == dev)
            return disk->volumes[i];
    }
    volume = xcalloc(1, sizeof *volume);
    volume->disk = disk;
    volume->dev = dev;
    disk->volumes =
        array_reserve(disk->volumes, disk->volume_count, &disk->volume_size, sizeof *disk->volumes);
    disk->volumes[disk->volume_count++] = volume;
    return volume;
}

bool disk_volume_quick(const struct disk_volume *volume)
{
    return volume->slow_until == 0 || clock_ticks(volume->disk->clock) >= volume->slow_until;
}

void disk_volume_note(struct disk_volume *volume, size_t len, uint64_t nanoseconds)
{
    nanoseconds /= MAX(len / DISK_BLOCK, (size_t)1); /* what one block took */
    if (nanoseconds <= SLOW_WRITE_NS) {
        volume->slow_writes = len > 0 ? 0 : volume->slow_writes;
        return;
    }
    volume->slow_writes++;
    if (volume->slow_writes >= SLOW_WRITES || nanoseconds > HANGING_WRITE_NS)
        volume->slow_until = clock_ticks(volume->disk->clock) + SLOW_FOR_MS;
}

struct disk_timing disk_timing_start(const struct disk *disk, bool closely)
{
    return (struct disk_timing){.began = clock_nanos(disk->clock),
                                .waits = closely ? clock_waits(disk->clock) : 0,
                                .closely = closely};
}

uint64_t disk_timing_end(const struct disk *disk, const struct disk_timing *timing)
{
    uint64_t took = clock_nanos(disk->clock) - timing->began;

    if (timing->closely && took > SLOW_WRITE_NS && clock_waits(disk->clock) == timing->waits)
        return 0;
    return took;
}

struct disk_timing disk_volume_start(const struct disk_volume *volume)
{
    return disk_timing_start(volume->disk, volume->slow_writes > 0);
}

void disk_volume_end(struct disk_volume *volume, size_t len, const struct disk_timing *timing)
{
    disk_volume_note(volume, len, disk_timing_end(volume->disk, timing));
}

int disk_write_all(int fd, const void *data, size_t len, uint64_t offset)
{
    const char *at = data;

    while (len > 0) {
        ssize_t put = pwrite(fd, at, len, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? errno : EIO;
        at += put;
        len -= (size_t)put;
        offset += (uint64_t)put;
    }
    return 0;
}

struct push_job {
    struct disk_job job;
    struct disk_volume *volume;
    int fd; /* its own */
};

/* No sync: nothing is believed because of it, and a system that can't do it does without. */
static void run_push(struct disk_job *base)
{
    struct push_job *job = OWNER_OF(base, struct push_job, job);

    (void)sync_file_range(job->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    close(job->fd);
}

static void end_push(struct disk_job *base)
{
    struct push_job *job = OWNER_OF(base, struct push_job, job);

    job->volume->pushing = false;
    free(job);
}

void disk_volume_push(struct disk_volume *volume, int fd, uint64_t *unpushed, uint64_t more)
{
    struct push_job *job;
    int own;

    *unpushed += more;
    if (*unpushed < PUSH_BYTES || volume->pushing)
        return;
    *unpushed = 0;
    own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return;
    job = xcalloc(1, sizeof *job);
    *job =
        (struct push_job){.job = {.run = run_push, .done = end_push}, .volume = volume, .fd = own};
    volume->pushing = true;
    disk_submit(volume->disk, &job->job);
}

void disk_volume_promise(struct disk_volume *volume, uint64_t *own, uint64_t bytes)
{
    volume->promised += bytes - *own;
    *own = bytes;
}

uint64_t disk_volume_promised(const struct disk_volume *volume)
{
    return volume->promised;
}

uint64_t disk_nanoseconds(const struct disk *disk)
{
    return clock_nanos(disk->clock);
}

struct disk_folder *disk_folder_adopt(struct disk *disk, int fd, dev_t dev, ino_t ino)
{
    struct disk_folder *folder;

    for (size_t i = 0; i < disk->folder_count; i++) {
        folder = disk->folders[i];
        if (folder->dev == dev && folder->ino == ino) {
            close(fd);
            folder->refs++;
            return folder;
        }
    }
    folder = xcalloc(1, sizeof *folder);
    *folder = (struct disk_folder){fd, 1, dev, ino};
    disk->folders =
        array_reserve(disk->folders, disk->folder_count, &disk->folder_size, sizeof *disk->folders);
    disk->folders[disk->folder_count++] = folder;
    return folder;
}

void disk_folder_release(struct disk *disk, struct disk_folder *folder)
{
    size_t at = 0;

    if (--folder->refs > 0)
        return;
    while (disk->folders[at] != folder)
        at++;
    disk->folders[at] = disk->folders[--disk->folder_count];
    close(folder->fd);
    free(folder);
}

size_t disk_block_small(const struct disk *disk, size_t len)
{
    if (len > SMALL_BLOCK)
        return DISK_BLOCK;
    return len > TINY_BLOCK || disk->block_bytes < SMALL_BYTES ? SMALL_BLOCK : TINY_BLOCK;
}

char *disk_block_get(struct disk *disk, size_t size)
{
    if (disk->block_bytes + size > BLOCK_BYTES_MAX)
        return NULL;
    disk->block_bytes += size;
    return size == DISK_BLOCK && disk->spare_count > 0 ? disk->spare[--disk->spare_count]
                                                       : xmalloc(size);
}

void disk_block_put(struct disk *disk, char *block, size_t size)
{
    disk->block_bytes -= size;
    if (size == DISK_BLOCK && disk->spare_count < SPARE_BLOCKS_MAX)
        disk->spare[disk->spare_count++] = block;
    else
        free(block);
}
