/* Bytes → blocks → file. See writer.h.
 *
 * Invariants: a range's `written` only grows, over bytes that pwrite has taken, without a gap:
 * blocks that the workers finish out of order wait for the ones before them. After the first error
 * nothing more is taken; a sync of the file that failed is one. */

#include "disk/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "disk/file_inside.h"

#define IN_FLIGHT_MAX  2u
#define CUT_SHORT      (-1) /* in place of an errno */
#define STRAIGHT_LEAST ((size_t)64 * 1024)
#define WINDOW_NS      250000000u    /* how long a stream is watched to tell whether it is quick */
#define QUICK_BYTES    (128u * 1024) /* in a window */

struct write_job {
    struct disk_job job;
    STAILQ_ENTRY(write_job) link;
    struct disk_writer *writer;
    char *block;
    size_t size; /* of the block */
    size_t len;
    uint64_t offset;
    int fd;
    uint64_t extent; /* of the file, before it */
    uint64_t left;   /* of that, when it was CUT_SHORT */
    int error;
    uint64_t took_ns;
    bool finished;
};

void disk_writer_init(struct disk_writer *writer, struct disk_file *file, size_t range,
                      void (*ready)(void *ctx), void *ctx)
{
    *writer = (struct disk_writer){.file = file,
                                   .range = range,
                                   .offset = file->state.ranges[range].written,
                                   .ready = ready,
                                   .ctx = ctx};
    STAILQ_INIT(&writer->jobs);
}

static void drop_block(struct disk_writer *writer)
{
    if (writer->block)
        disk_block_put(writer->file->disk, writer->block, writer->size);
    writer->block = NULL;
    writer->filled = 0;
}

void disk_writer_fini(struct disk_writer *writer)
{
    drop_block(writer);
    fault_fini(&writer->err);
}

bool disk_writer_idle(const struct disk_writer *writer)
{
    return writer->in_flight == 0;
}

const struct haul_error *disk_writer_error(const struct disk_writer *writer)
{
    return fault_get(&writer->err);
}

/* Nothing behind byte LEFT can be believed. */
static void fail_cut(struct disk_writer *writer, uint64_t left)
{
    struct disk_file *file = writer->file;

    file->cut_at = MIN(file->cut_at, left);
    if (!fault_is(&writer->err))
        haul_fail(fault_need(&writer->err), HAUL_E_DISK, "%s/%s was cut short by somebody",
                  file->dir, file->part);
}

static void fail(struct disk_writer *writer, int error)
{
    if (!fault_is(&writer->err))
        haul_fail_errno(fault_need(&writer->err), HAUL_E_DISK, error, "can't write %s/%s",
                        writer->file->dir, writer->file->part);
}

static void advance(struct disk_writer *writer, uint64_t to)
{
    struct disk_range *range = &writer->file->state.ranges[writer->range];
    uint64_t more = to - range->written;

    range->written = to;
    writer->file->extent = MAX(writer->file->extent, to);
    writer->file->unrecorded += more;
    disk_file_filled(writer->file, more);
    disk_volume_push(writer->file->volume, writer->file->fd, &writer->file->unpushed, more);
}

/* Through the workers. */

static void run_write(struct disk_job *base)
{
    struct write_job *job = OWNER_OF(base, struct write_job, job);
    const struct disk *disk = job->job.disk;
    struct disk_timing timing = disk_timing_start(disk, true);

    job->error = disk_file_cut(job->fd, job->extent, &job->left)
                     ? CUT_SHORT
                     : disk_write_all(job->fd, job->block, job->len, job->offset);
    job->took_ns = disk_timing_end(disk, &timing);
}

/* Counts the finished jobs at the head of the line, in order. */
static void settle(struct disk_writer *writer)
{
    struct write_job *job;

    while ((job = STAILQ_FIRST(&writer->jobs)) && job->finished) {
        STAILQ_REMOVE_HEAD(&writer->jobs, link);
        if (job->error == CUT_SHORT)
            fail_cut(writer, job->left);
        else if (job->error)
            fail(writer, job->error);
        else if (!fault_is(&writer->err))
            advance(writer, job->offset + job->len);
        free(job);
    }
}

static void end_write(struct disk_job *base)
{
    struct write_job *job = OWNER_OF(base, struct write_job, job);
    struct disk_writer *writer = job->writer;

    disk_volume_note(writer->file->volume, job->len, job->took_ns);
    disk_block_put(writer->file->disk, job->block, job->size);
    job->block = NULL;
    job->finished = true;
    writer->in_flight--;
    settle(writer);
    writer->ready(writer->ctx);
}

static bool write_off_loop(struct disk_writer *writer, uint64_t offset)
{
    struct write_job *job;

    if (writer->in_flight >= IN_FLIGHT_MAX)
        return false;
    job = xcalloc(1, sizeof *job);
    *job = (struct write_job){.job = {.run = run_write, .done = end_write},
                              .writer = writer,
                              .block = writer->block,
                              .size = writer->size,
                              .len = writer->filled,
                              .offset = offset,
                              .extent = writer->file->extent,
                              .fd = writer->file->fd};
    STAILQ_INSERT_TAIL(&writer->jobs, job, link);
    writer->in_flight++;
    disk_submit(writer->file->disk, &job->job);
    return true;
}

/* Inline. */

static bool may_write_inline(const struct disk_writer *writer)
{
    return writer->in_flight == 0 && disk_volume_quick(writer->file->volume);
}

/* All that was written is still there. */
static bool is_whole(struct disk_writer *writer)
{
    uint64_t left;

    if (!disk_file_cut(writer->file->fd, writer->file->extent, &left))
        return true;
    fail_cut(writer, left);
    return false;
}

static bool write_inline(struct disk_writer *writer, const void *data, size_t len, uint64_t offset)
{
    struct disk_volume *volume = writer->file->volume;
    struct disk_timing timing;
    int error;

    if (!is_whole(writer))
        return false;
    timing = disk_volume_start(volume);
    error = disk_write_all(writer->file->fd, data, len, offset);
    disk_volume_end(volume, len, &timing);
    if (error) {
        fail(writer, error);
        return false;
    }
    advance(writer, offset + len);
    return true;
}

/* Taking bytes. */

/* A stream is quick when it brings QUICK_BYTES within a window; once a window brought less it is
 * slow again and gives its block back with the next flush. */
static void watch_pace(struct disk_writer *writer, size_t len)
{
    uint64_t now = disk_nanoseconds(writer->file->disk);

    if (now - writer->window_start > WINDOW_NS) {
        writer->quick = writer->quick && writer->window_bytes >= QUICK_BYTES;
        writer->window_start = now;
        writer->window_bytes = 0;
    }
    writer->window_bytes += len;
    if (writer->window_bytes >= QUICK_BYTES)
        writer->quick = true;
}

bool disk_writer_flush(struct disk_writer *writer)
{
    uint64_t offset = writer->offset - writer->filled;

    if (fault_is(&writer->err))
        return false;
    if (writer->filled == 0)
        return true;
    if (may_write_inline(writer)) {
        if (!write_inline(writer, writer->block, writer->filled, offset))
            return false;
        if (!writer->quick || writer->size < DISK_BLOCK)
            drop_block(writer);
    } else {
        if (!write_off_loop(writer, offset))
            return false;
        writer->block = NULL;
    }
    writer->filled = 0;
    return true;
}

/* A slow stream gets a small one: thousands of them may share a slow disk. */
static void take_block(struct disk_writer *writer, size_t len)
{
    writer->size = writer->quick ? DISK_BLOCK : disk_block_small(writer->file->disk, len);
    writer->block = disk_block_get(writer->file->disk, writer->size);
}

/* A slow stream keeps no block; a quick one gets one unless all are in use, which is no reason to
 * wait while the volume is quick. */
static bool straight_through(struct disk_writer *writer, size_t len)
{
    if (writer->block)
        return false;
    if (writer->quick || !may_write_inline(writer))
        take_block(writer, len);
    return !writer->block && may_write_inline(writer);
}

static bool takes(struct disk_writer *writer)
{
    if (writer->file->sync_errno && !fault_is(&writer->err))
        haul_fail_errno(fault_need(&writer->err), HAUL_E_DISK, writer->file->sync_errno,
                        "can't sync %s/%s", writer->file->dir, writer->file->part);
    return !fault_is(&writer->err);
}

/* What is nearly a block need not become one first. */
static bool is_block(struct disk_writer *writer, size_t len)
{
    return len >= STRAIGHT_LEAST && may_write_inline(writer) && disk_writer_flush(writer);
}

enum disk_take disk_writer_add(struct disk_writer *writer, const void *data, size_t len)
{
    if (!takes(writer))
        return DISK_FAILED;
    watch_pace(writer, len);
    if (is_block(writer, len) || straight_through(writer, len)) {
        if (!write_inline(writer, data, len, writer->offset))
            return DISK_FAILED;
        writer->offset += len;
        return DISK_TAKEN;
    }
    if (writer->block && writer->filled + len > writer->size && !disk_writer_flush(writer))
        return fault_is(&writer->err) ? DISK_FAILED : DISK_FULL;
    if (!writer->block)
        take_block(writer, len);
    if (!writer->block)
        return DISK_FULL;
    memcpy(writer->block + writer->filled, data, len);
    writer->filled += len;
    writer->offset += len;
    return DISK_TAKEN;
}

/* Through a pipe. */

bool disk_writer_may_splice(struct disk_writer *writer)
{
    if (!may_write_inline(writer) || !disk_writer_flush(writer))
        return false;
    drop_block(writer); /* a block that is not filled any more */
    return true;
}

/* For file systems that can't splice. Returns 0 or an errno. */
static int copy_from_pipe(const struct disk_writer *writer, int pipe, size_t len, uint64_t offset)
{
    char buffer[16 * 1024];

    while (len > 0) {
        ssize_t got = read(pipe, buffer, MIN(len, sizeof buffer));
        int error;

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : EIO;
        error = disk_write_all(writer->file->fd, buffer, (size_t)got, offset);
        if (error)
            return error;
        len -= (size_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

static int splice_all(const struct disk_writer *writer, int pipe, size_t len, uint64_t offset)
{
    loff_t at = (loff_t)offset;

    while (len > 0) {
        ssize_t moved = splice(pipe, NULL, writer->file->fd, &at, len, SPLICE_F_MOVE);

        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0 && errno == EINVAL)
            return copy_from_pipe(writer, pipe, len, (uint64_t)at);
        if (moved <= 0)
            return moved < 0 ? errno : EIO;
        len -= (size_t)moved;
    }
    return 0;
}

enum disk_take disk_writer_splice(struct disk_writer *writer, int pipe, size_t len)
{
    struct disk_volume *volume = writer->file->volume;
    struct disk_timing timing;
    int error;

    if (!takes(writer) || !is_whole(writer))
        return DISK_FAILED;
    timing = disk_volume_start(volume);
    error = splice_all(writer, pipe, len, writer->offset);
    disk_volume_end(volume, len, &timing);
    if (error) {
        fail(writer, error);
        return DISK_FAILED;
    }
    writer->offset += len;
    advance(writer, writer->offset);
    return DISK_TAKEN;
}
