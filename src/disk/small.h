#ifndef DISK_SMALL_H
#define DISK_SMALL_H

#include "disk/file.h"

/* Small files that are whole in memory: written, synced and named in batches by one worker, so that
 * ten thousand of them cost neither ten thousand trips to the workers nor as many commits of the
 * file system's journal. Same promises as file.h: NAME.part, fsync, rename without replacing. */

struct disk_small;

struct disk_small *disk_small_new(struct disk *disk);
void disk_small_free(struct disk_small *small); /* nothing may be under way */

/* Takes DATA (malloc'd). FINISHED comes on the loop. */
void disk_small_put(struct disk_small *small, const struct disk_place *place, char *data,
                    size_t len, int64_t mtime, disk_finished_cb *finished, void *ctx);

#endif
