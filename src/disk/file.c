/* Partial files: planning, recording, reading back; open.c opens them, close.c ends them. See
 * file.h for the promises.
 *
 * Each operation is a job of its own that runs on a worker and reports on the loop. A file knows
 * whether a record job is under way and ends only after it: the ends wait in ->ending. What a
 * worker reads of a file (descriptors, names) does not change while a job runs; ranges are copied.
 */

#include "disk/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/record.h"
#include "disk/space.h"
#include "haul/log.h"

#define INLINE_ROWS 64u

/* Life. */

void disk_file_close(struct disk_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (!file->folder && file->dirfd >= 0)
        close(file->dirfd);
    file->fd = file->dirfd = -1;
}

void disk_file_free(struct disk_file *file)
{
    disk_file_close(file);
    if (file->volume)
        disk_volume_promise(file->volume, &file->promised, 0);
    digest_free(file->digest);
    if (file->folder)
        disk_folder_release(file->disk, file->folder);
    state_fini(&file->state);
    free(file->dir);
    free(file->base);
    free(file->name);
    free(file->part);
    free(file->record);
    free(file);
}

struct disk_place disk_file_place(const struct disk_file *file)
{
    return (struct disk_place){file->dir, file->base, file->policy, file->numbered, file->item};
}

const struct disk_state *disk_file_found(const struct disk_file *file)
{
    return file->found ? &file->state : NULL;
}

const struct disk_state *disk_file_state(const struct disk_file *file)
{
    return &file->state;
}

enum disk_beside disk_file_beside(const struct disk_file *file)
{
    return file->beside;
}

const char *disk_file_name(const struct disk_file *file)
{
    return file->name;
}

uint64_t disk_file_doubted(const struct disk_file *file)
{
    return file->doubted;
}

bool disk_file_is_foreign(const struct disk_file *file)
{
    return file->foreign;
}

void disk_file_identify(struct disk_file *file, const char *url, int64_t size, const char *etag,
                        const char *modified)
{
    struct disk_state *state = &file->state;

    xstrset(&state->url, url);
    xstrset(&state->source, NULL);
    xstrset(&state->etag, etag);
    xstrset(&state->modified, modified);
    state->size = size;
    state_close(state);
}

size_t disk_file_split(struct disk_file *file, size_t range, uint64_t at)
{
    struct disk_state *state = &file->state;
    size_t made = state->range_count;

    state->ranges = xreallocarray(state->ranges, made + 1, sizeof *state->ranges);
    state->ranges[made] = (struct disk_range){at, state->ranges[range].end, at, at};
    state->ranges[range].end = at;
    state->range_count++;
    file->rows_at = 0;
    file->layout++;
    return made;
}

void disk_file_join(struct disk_file *file, size_t range, size_t behind)
{
    struct disk_range *first = &file->state.ranges[range];
    struct disk_range *second = &file->state.ranges[behind];

    first->end = second->end;
    *second = (struct disk_range){second->end, second->end, second->end, second->end};
    file->rows_at = 0;
    file->layout++;
}

void disk_file_reject(struct disk_file *file, uint64_t size, const char *digest)
{
    xstrset(&file->state.rejected, digest);
    file->state.size = (int64_t)size;
    state_close(&file->state);
    file->rows_at = 0;
    file->layout++;
}

bool disk_file_unwritten(const struct disk_file *file, uint64_t size)
{
    for (size_t i = 0; i < file->state.range_count; i++) {
        const struct disk_range *range = &file->state.ranges[i];

        if (range->written < MIN(range->end, size))
            return true;
    }
    return false;
}

bool disk_file_cut(int fd, uint64_t extent, uint64_t *ret_size)
{
    struct stat st;

    if (extent == 0 || fstat(fd, &st) != 0 || (uint64_t)st.st_size >= extent)
        return false;
    *ret_size = (uint64_t)st.st_size;
    return true;
}

/* Planning and recording. */

struct plan_job {
    struct disk_job job;
    struct disk_file *file;
    struct disk_state state;
    bool fresh;
    size_t rows;
    unsigned layout;
    uint64_t promised; /* room, to others */
    bool reserved;     /* ours is */
    struct haul_error err;
    disk_done_cb *done;
    void *ctx;
};

/* Drops what an earlier run left. The bytes go first: a partial without a record that holds some
 * would be taken for somebody else's. The record goes for good before new ones come: after a power
 * cut it must not speak of bytes that are other ones by then. */
static enum haul_err empty(struct disk_file *file, struct haul_error *err)
{
    if (ftruncate(file->fd, 0) != 0)
        return haul_fail_errno(err, HAUL_E_DISK, errno, "can't empty %s/%s", file->dir, file->part);
    if (record_remove(file))
        fsync(file->dirfd);
    return HAUL_OK;
}

static void run_plan(struct disk_job *base)
{
    struct plan_job *job = OWNER_OF(base, struct plan_job, job);
    struct disk_file *file = job->file;
    struct disk_need need = {.fd = file->fd,
                             .dir = file->dir,
                             .size = (uint64_t)MAX(job->state.size, 0),
                             .promised = job->promised};

    if (job->fresh && empty(file, &job->err) != HAUL_OK)
        return;
    if (disk_space_take(&need, &job->reserved, &job->err) != HAUL_OK)
        return;
    record_put(file, &job->state, false, &job->rows, &job->err);
}

/* A record that is being written is of the file as it was before: it is let come to its end, or it
 * could take the place of the new one. */
static void submit_plan(struct disk_file *file, struct plan_job *job)
{
    file->planning = file->busy ? job : NULL;
    if (file->planning)
        return;
    file->busy = true;
    disk_submit(file->disk, &job->job);
}

static void end_plan(struct disk_job *base)
{
    struct plan_job *job = OWNER_OF(base, struct plan_job, job);
    struct disk_file *file = job->file;

    file->busy = false;
    if (job->reserved)
        disk_volume_promise(file->volume, &file->promised, 0);
    /* Ranges that were cut meanwhile are not in it, nor is a digest that was rejected. */
    file->rows_at = file->layout == job->layout ? job->rows : 0;
    if (job->done)
        job->done(job->ctx, &job->err);
    state_fini(&job->state);
    free(job);
    disk_file_settle(file);
}

/* As long as nothing else is known, nobody reserves what is still to come. */
static void promise_rest(struct disk_file *file)
{
    uint64_t size = (uint64_t)MAX(file->state.size, 0);

    disk_volume_promise(file->volume, &file->promised,
                        size - MIN(size, disk_state_bytes(&file->state)));
}

void disk_file_filled(struct disk_file *file, uint64_t more)
{
    disk_volume_promise(file->volume, &file->promised, file->promised - MIN(file->promised, more));
}

void disk_file_plan(struct disk_file *file, const struct disk_state *state, bool fresh,
                    disk_done_cb *done, void *ctx)
{
    struct plan_job *job = xcalloc(1, sizeof *job);
    struct disk_state taken;

    state_copy(&taken, state);
    state_close(&taken);
    str_copy(taken.boot, sizeof taken.boot, state_boot_id());
    state_fini(&file->state);
    file->state = taken;
    file->extent = disk_state_reach(&taken);
    file->found = file->foreign = false;
    file->rows_at = 0;
    file->sync_due = false;
    file->layout++;
    file->plans++;
    *job = (struct plan_job){.job = {.run = run_plan, .done = end_plan},
                             .file = file,
                             .fresh = fresh,
                             .layout = file->layout,
                             .done = done,
                             .ctx = ctx};
    state_copy(&job->state, &file->state);
    promise_rest(file);
    job->promised = disk_volume_promised(file->volume) - file->promised;
    submit_plan(file, job);
}

struct record_job {
    struct disk_job job;
    struct disk_file *file;
    struct disk_state state; /* as it was when the job began */
    bool sync;               /* the record too */
    size_t rows;             /* 0: the record is made, or made anew */
    unsigned layout;
    struct haul_error err;
};

static void run_record(struct disk_job *base)
{
    struct record_job *job = OWNER_OF(base, struct record_job, job);

    if (job->rows == 0)
        record_put(job->file, &job->state, job->sync, &job->rows, &job->err);
    else
        record_put_rows(job->file, &job->state, job->rows, job->sync);
    if (job->sync)
        record_sync_folder(job->file);
}

static void submit_record(struct disk_file *file);

static void end_record(struct disk_job *base)
{
    struct record_job *job = OWNER_OF(base, struct record_job, job);
    struct disk_file *file = job->file;

    file->busy = false;
    if (job->err.code != HAUL_OK)
        LOG_WARN(disk, "%s", job->err.text);
    /* Ranges that were cut meanwhile are not in it, nor is a digest that was rejected. */
    file->rows_at = file->layout == job->layout ? job->rows : 0;
    state_fini(&job->state);
    free(job);
    if (file->planning)
        submit_plan(file, file->planning);
    else if (file->sync_due && !file->ending)
        submit_record(file);
    disk_file_settle(file);
}

static void submit_record(struct disk_file *file)
{
    struct record_job *job = xcalloc(1, sizeof *job);

    *job = (struct record_job){.job = {.run = run_record, .done = end_record},
                               .file = file,
                               .sync = file->sync_due,
                               .rows = file->rows_at,
                               .layout = file->layout};
    state_copy(&job->state, &file->state);
    file->sync_due = false;
    file->busy = true;
    disk_submit(file->disk, &job->job);
}

/* A few rows of a record that is there cost less than the way to a worker and back. */
static bool may_record_inline(const struct disk_file *file)
{
    return file->rows_at > 0 && file->state.range_count <= INLINE_ROWS &&
           disk_volume_quick(file->volume);
}

static void record_inline(struct disk_file *file)
{
    struct disk_timing timing = disk_volume_start(file->volume);

    record_put_rows(file, &file->state, file->rows_at, false);
    disk_volume_end(file->volume, 0, &timing);
}

bool disk_file_record(struct disk_file *file)
{
    if (file->busy || file->state.range_count == 0 || file->sync_errno)
        return false;
    if (may_record_inline(file))
        record_inline(file);
    else
        submit_record(file);
    file->unrecorded = 0;
    return true;
}

uint64_t disk_file_unrecorded(const struct disk_file *file)
{
    return file->unrecorded;
}

/* Bytes first, then the record that vouches for them. The bytes can take many seconds to reach the
 * disk; meanwhile the record goes on to tell of what is written. */
struct sync_job {
    struct disk_job job;
    struct disk_file *file;
    struct disk_state state; /* as it was when the job began */
    unsigned plan;
    int error;
};

static void run_sync(struct disk_job *base)
{
    struct sync_job *job = OWNER_OF(base, struct sync_job, job);

    job->error = fdatasync(job->file->fd) == 0 ? 0 : errno;
}

/* What had come when STATE was taken is on the disk; of a file that was planned anew since, that
 * says nothing. */
static void mark_synced(struct disk_file *file, const struct disk_state *state)
{
    for (size_t i = 0; i < state->range_count; i++)
        file->state.ranges[i].synced = MIN(state->ranges[i].written, file->state.ranges[i].written);
    file->sync_due = true;
}

static void end_sync(struct disk_job *base)
{
    struct sync_job *job = OWNER_OF(base, struct sync_job, job);
    struct disk_file *file = job->file;

    file->syncing = false;
    file->sync_errno = job->error;
    if (job->error) {
        LOG_WARN(disk, "can't sync %s/%s: %s", file->dir, file->part, strerror(job->error));
        file->sync_due = false;
    } else if (file->plans == job->plan) {
        mark_synced(file, &job->state);
    }
    if (file->sync_due && !file->busy && !file->ending)
        submit_record(file);
    state_fini(&job->state);
    free(job);
    disk_file_settle(file);
}

void disk_file_sync(struct disk_file *file)
{
    struct sync_job *job;

    if (file->syncing || file->state.range_count == 0 || file->sync_errno)
        return;
    job = xcalloc(1, sizeof *job);
    *job = (struct sync_job){
        .job = {.run = run_sync, .done = end_sync}, .file = file, .plan = file->plans};
    state_copy(&job->state, &file->state);
    file->syncing = true;
    disk_submit(file->disk, &job->job);
}

/* Reading back. */

struct read_job {
    struct disk_job job;
    struct disk_file *file;
    uint64_t offset;
    char *data;
    size_t len;
    bool read;
    disk_read_cb *done;
    void *ctx;
};

static void run_read(struct disk_job *base)
{
    struct read_job *job = OWNER_OF(base, struct read_job, job);
    size_t have = 0;

    while (have < job->len) {
        ssize_t got =
            pread(job->file->fd, job->data + have, job->len - have, (off_t)(job->offset + have));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        have += (size_t)got;
    }
    job->read = true;
}

static void end_read(struct disk_job *base)
{
    struct read_job *job = OWNER_OF(base, struct read_job, job);
    struct disk_file *file = job->file;

    file->reads--;
    if (!job->read) {
        free(job->data);
        job->data = NULL;
    }
    job->done(job->ctx, job->data, job->read ? job->len : 0);
    free(job);
    disk_file_settle(file);
}

void disk_file_read(struct disk_file *file, uint64_t offset, size_t len, disk_read_cb *done,
                    void *ctx)
{
    struct read_job *job = xcalloc(1, sizeof *job);

    *job = (struct read_job){.job = {.run = run_read, .done = end_read},
                             .file = file,
                             .offset = offset,
                             .data = xmalloc(len),
                             .len = len,
                             .done = done,
                             .ctx = ctx};
    file->reads++;
    disk_submit(file->disk, &job->job);
}
