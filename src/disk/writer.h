#ifndef DISK_WRITER_H
#define DISK_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/fault.h"
#include "disk/file.h"

/* Bytes of one range on their way to the file. A quick stream is collected into blocks of 256 KiB,
 * a slow one goes straight through, so that it costs no memory, or into small blocks. Blocks are
 * written inline while the file system is quick, else by the workers, at most two at a time per
 * writer. */

enum disk_take {
    DISK_TAKEN,
    DISK_FULL,  /* not taken: wait for `ready` */
    DISK_FAILED /* see disk_writer_error() */
};

struct disk_writer {
    struct disk_file *file;
    size_t range;
    uint64_t offset; /* of the next byte that is added */
    char *block;     /* being filled, or NULL */
    size_t size;     /* of it */
    size_t filled;
    uint64_t window_start; /* ns; for telling quick streams from slow ones */
    uint64_t window_bytes;
    bool quick;
    unsigned in_flight;
    STAILQ_HEAD(, write_job) jobs; /* in the order of their offsets */
    struct fault err;
    void (*ready)(void *ctx); /* on the loop, when a block was written or failed */
    void *ctx;
};

/* Continues RANGE of FILE where its `written` is. */
void disk_writer_init(struct disk_writer *writer, struct disk_file *file, size_t range,
                      void (*ready)(void *ctx), void *ctx);
/* Only when idle; drops a block that was not flushed. */
void disk_writer_fini(struct disk_writer *writer);

HAUL_CHECKED enum disk_take disk_writer_add(struct disk_writer *writer, const void *data,
                                            size_t len);
/* May the next bytes come through disk_writer_splice()? While the file system is quick, and nothing
 * that came before is still on its way. */
HAUL_CHECKED bool disk_writer_may_splice(struct disk_writer *writer);
/* Moves LEN bytes that stand in PIPE into the file, without a copy in this process. */
HAUL_CHECKED enum disk_take disk_writer_splice(struct disk_writer *writer, int pipe, size_t len);
/* Hands on what was collected; false when that has to wait for `ready` or failed. */
bool disk_writer_flush(struct disk_writer *writer);
/* Nothing is in flight (and, after a flush, nothing is in memory). */
bool disk_writer_idle(const struct disk_writer *writer);
const struct haul_error *disk_writer_error(const struct disk_writer *writer);

#endif
