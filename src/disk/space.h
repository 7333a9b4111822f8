#ifndef DISK_SPACE_H
#define DISK_SPACE_H

#include <stdint.h>

#include "disk/disk.h"

/* Bytes that may still be written below DIR, -1 when that can't be told. Asked on a worker: a
 * network file system may hang. */
typedef void disk_space_cb(void *ctx, int64_t free_bytes);
void disk_space(struct disk *disk, const char *dir, disk_space_cb *told, void *ctx);

#endif
