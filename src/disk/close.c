/* The three ends of a partial file: it gets its name, is put away, or goes. See file.h.
 *
 * An end is a job of its own, begun when nothing else is under way on the file, and the last one:
 * the worker closes what is open, the loop frees the file.
 *
 * Invariants: a final name is given only to bytes that are on the disk; a sync that failed is never
 * made up for by another one; what is left has a record that is true, or goes. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "disk/digest.h"
#include "disk/ends.h"
#include "disk/file_inside.h"
#include "disk/names.h"
#include "disk/record.h"

#define GIVE_WAY_BYTES ((off_t)64 * 1024)
#define GIVE_WAY_TIMES 4

struct end_job {
    struct disk_job job;
    struct disk_file *file;
    bool begun; /* on its way to the worker, or there */
    uint64_t size;
    int64_t mtime;
    char *name;
    struct haul_error err;
    disk_finished_cb *finished;
    disk_done_cb *done;
    void *ctx;
};

/* Brings all bytes to the disk: 0 or an errno. The system tells of bytes that it could not write
 * only once, so after a sync that failed another one means nothing. */
static int settle_bytes(const struct end_job *job)
{
    const struct disk_file *file = job->file;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)job->mtime}};

    if (file->sync_errno)
        return file->sync_errno;
    if (ftruncate(file->fd, (off_t)job->size) != 0)
        return errno;
    if (job->mtime >= 0)
        futimens(file->fd, times); /* a file system that can't is fine */
    return fsync(file->fd) == 0 ? 0 : errno;
}

/* The record last: who is killed in between leaves one that is taken up with the name, where a
 * partial without its record would be nobody's for ever. */
static void remove_partial(struct disk_file *file)
{
    if (disk_file_is_there(file))
        unlinkat(file->dirfd, file->part, 0);
    record_remove(file);
}

static bool holds_bytes(const struct disk_file *file)
{
    for (size_t i = 0; i < file->state.range_count; i++) {
        if (file->state.ranges[i].written > file->state.ranges[i].start)
            return true;
    }
    return false;
}

static void all_synced(struct disk_file *file)
{
    for (size_t i = 0; i < file->state.range_count; i++)
        file->state.ranges[i].synced = file->state.ranges[i].written;
}

/* Nothing is here behind byte SIZE. */
static void believe_upto(struct disk_file *file, uint64_t size)
{
    for (size_t i = 0; i < file->state.range_count; i++) {
        struct disk_range *range = &file->state.ranges[i];

        range->written = MAX(range->start, MIN(range->written, size));
        range->synced = MIN(range->synced, range->written);
    }
}

/* Gives back the last bytes of the file, which are the cheapest to fetch again: a full disk has no
 * room for the record of what filled it. */
static bool give_way(struct disk_file *file)
{
    struct stat st;
    uint64_t size;

    if (fstat(file->fd, &st) != 0 || st.st_size == 0)
        return false;
    size = (uint64_t)MAX(st.st_size - GIVE_WAY_BYTES, 0);
    if (ftruncate(file->fd, (off_t)size) != 0)
        return false;
    believe_upto(file, size);
    return true;
}

/* Leaves the partial with a record of what can be believed of it; without one nobody could ever use
 * it, so then it goes. */
static void leave_partial(struct disk_file *file)
{
    struct haul_error err;
    size_t rows;

    for (int i = 0; i < GIVE_WAY_TIMES && holds_bytes(file); i++) {
        if (record_put(file, &file->state, true, &rows, &err) == HAUL_OK) {
            record_sync_folder(file);
            return;
        }
        if (err.code != HAUL_E_DISK_FULL || !give_way(file))
            break;
    }
    if (file->record_id.ino != 0 && holds_bytes(file))
        return; /* the older record is true as well */
    remove_partial(file);
}

/* After a failed sync nobody knows what became of the bytes since the last one. */
static void believe_synced(struct disk_file *file)
{
    for (size_t i = 0; i < file->state.range_count; i++)
        file->state.ranges[i].written = file->state.ranges[i].synced;
    record_remove(file);
    leave_partial(file);
}

static enum haul_err name_it(struct end_job *job)
{
    struct disk_file *file = job->file;
    struct disk_place place = disk_file_place(file);

    if (!disk_file_is_there(file))
        return haul_fail(&job->err, HAUL_E_DISK, "%s/%s was moved or replaced by somebody else",
                         file->dir, file->part);
    disk_ends_note(file->disk, file->item, file->fd);
    return names_rename(file->dirfd, file->part, &place, file->number, &job->name, &job->err);
}

/* The file is whole and on the disk. If not, what can be believed of it is left. */
static bool make_certain(struct end_job *job)
{
    struct disk_file *file = job->file;
    uint64_t size;
    int error;

    if (disk_file_cut(file->fd, job->size, &size)) {
        haul_fail(&job->err, HAUL_E_DISK, "%s/%s was cut short by somebody", file->dir, file->part);
        believe_upto(file, size);
        leave_partial(file);
        return false;
    }
    error = settle_bytes(job);
    if (error) {
        haul_fail_errno(&job->err, HAUL_E_DISK, error, "can't sync %s/%s", file->dir, file->part);
        believe_synced(file);
    }
    return error == 0;
}

static void run_finish(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);
    struct disk_file *file = job->file;
    int error;

    if (!make_certain(job)) {
        disk_file_close(file);
        return;
    }
    if (name_it(job) == HAUL_OK) {
        record_remove(file);
        error = names_sync(file->dirfd);
        if (error)
            names_fail_sync(file->dir, job->name, error, &job->err);
    } else if (job->err.code == HAUL_E_EXISTS && file->policy == HAUL_EXISTS_SKIP) {
        remove_partial(file); /* nobody wants it */
    } else if (disk_file_is_there(file)) {
        all_synced(file); /* only the name is missing: another try needs no network */
        leave_partial(file);
    }
    disk_file_close(file);
}

static void run_keep(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);
    struct disk_file *file = job->file;
    int error = file->sync_errno;

    if (file->foreign) {
        disk_file_close(file);
        return;
    }
    if (!holds_bytes(file)) {
        remove_partial(file);
        disk_file_close(file);
        return;
    }
    believe_upto(file, file->cut_at);
    if (!error && fdatasync(file->fd) != 0)
        error = errno;
    if (error) {
        haul_fail_errno(&job->err, HAUL_E_DISK, error, "can't sync %s/%s", file->dir, file->part);
        believe_synced(file);
    } else {
        all_synced(file);
        leave_partial(file);
    }
    disk_file_close(file);
}

static void run_discard(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);

    if (!job->file->foreign)
        remove_partial(job->file);
    disk_file_close(job->file);
}

static void end_end(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);

    disk_file_free(job->file);
    if (job->finished)
        job->finished(job->ctx, job->err.code == HAUL_OK ? job->name : NULL, &job->err);
    else if (job->done)
        job->done(job->ctx, &job->err);
    free(job->name);
    free(job);
}

void disk_file_settle(struct disk_file *file)
{
    struct end_job *end = file->ending;

    if (!end || end->begun || file->busy || file->syncing || file->reads > 0 ||
        digest_hurry(file->digest))
        return;
    end->begun = true;
    disk_submit(file->disk, &end->job);
}

static void begin_end(struct disk_file *file, void (*run)(struct disk_job *), struct end_job end)
{
    struct end_job *job = xcalloc(1, sizeof *job);

    *job = end;
    job->job = (struct disk_job){.run = run, .done = end_end};
    job->file = file;
    file->ending = job;
    disk_file_settle(file);
}

void disk_file_finish(struct disk_file *file, uint64_t size, int64_t mtime,
                      disk_finished_cb *finished, void *ctx)
{
    begin_end(file, run_finish,
              (struct end_job){.size = size, .mtime = mtime, .finished = finished, .ctx = ctx});
}

void disk_file_keep(struct disk_file *file, disk_done_cb *done, void *ctx)
{
    begin_end(file, run_keep, (struct end_job){.done = done, .ctx = ctx});
}

void disk_file_discard(struct disk_file *file, disk_done_cb *done, void *ctx)
{
    begin_end(file, run_discard, (struct end_job){.done = done, .ctx = ctx});
}
