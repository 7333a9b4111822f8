#ifndef DISK_SMALL_H
#define DISK_SMALL_H

#include "base/checksum.h"
#include "disk/file.h"

/* Small files that are whole in memory: written, synced and named in batches by one worker, so that
 * ten thousand of them cost neither ten thousand trips to the workers nor as many commits of the
 * file system's journal. Same promises as file.h: NAME.part, fsync, rename without replacing. */

struct disk_small;

struct disk_small *disk_small_new(struct disk *disk);
void disk_small_free(struct disk_small *small); /* nothing may be under way */

struct disk_small_file {
    char *data; /* malloc'd */
    size_t len;
    int64_t mtime;                 /* seconds, -1: leave */
    const char *url;               /* without user info */
    const struct checksum *wanted; /* NULL: none was given */
};

/* Takes FILE's data, borrows the rest. Nothing is done before the next disk_small_begin(). FINISHED
 * comes on the loop, from there or later. A file with another digest than
 * the wanted one is HAUL_E_CHECKSUM, and stays as a partial with a record that says so. */
void disk_small_put(struct disk_small *small, const struct disk_place *place,
                    const struct disk_small_file *file, disk_finished_cb *finished, void *ctx);

/* There is something to begin with now: files were put, and no batch is under way. */
bool disk_small_waits(const struct disk_small *small);
/* Begins to write what was put, as one batch: once a turn of the loop. FINISHED may be called
 * before this returns. */
void disk_small_begin(struct disk_small *small);

#endif
