#ifndef DISK_SOURCE_H
#define DISK_SOURCE_H

#include <sys/types.h>

#include "disk/disk.h"
#include "haul/error.h"

/* A file of the user's that is read from its beginning to its end, to be sent. It must stay as it
 * is meanwhile. All functions on the loop thread; the disk is only touched by workers. */

struct disk_source;

struct disk_source_events {
    /* It is open, or ERR tells why not; SOURCE is NULL then. */
    void (*opened)(void *ctx, struct disk_source *source, const struct haul_error *err);
    /* There are bytes again, or an error. */
    void (*ready)(void *ctx);
    /* After disk_source_check(): ERR is HAUL_OK's when the file is as it was. */
    void (*checked)(void *ctx, const struct haul_error *err);
};

/* True when reading what lies at PATH may never end: a pipe, a socket or a device. */
bool disk_may_hang(const char *path);

/* Could PATH be sent? Looks at the disk, for before anything begins. */
HAUL_CHECKED enum haul_err disk_source_test(const char *path, struct haul_error *err);

/* Opens PATH; EVENTS are copied. */
void disk_source_open(struct disk *disk, const char *path, const struct disk_source_events *events,
                      void *ctx);
uint64_t disk_source_size(const struct disk_source *source);
/* The next bytes: how many were copied, 0 when none are here now (`ready` will come) or all were
 * read, -1 when the file can't be read or has changed. */
ssize_t disk_source_read(struct disk_source *source, char *to, size_t size);
bool disk_source_at_end(const struct disk_source *source);
const struct haul_error *disk_source_error(const struct disk_source *source);
/* From the beginning again. */
void disk_source_rewind(struct disk_source *source);
/* Is the file still the one that was opened? */
void disk_source_check(struct disk_source *source);
/* Reads no more; false while a worker still does: `ready` tells when it is over. */
HAUL_CHECKED bool disk_source_halt(struct disk_source *source);
/* No worker may be at it: after opening, checking or halting. NULL is fine. */
void disk_source_close(struct disk_source *source);

#endif
