#ifndef DISK_SPACE_H
#define DISK_SPACE_H

#include <stdint.h>

#include "disk/disk.h"
#include "haul/error.h"

/* Room on a file system: how much there is, and how a file gets its share. */

/* Bytes that may still be written below DIR, -1 when that can't be told. Asked on a worker: a
 * network file system may hang. TOLD comes on the loop, once. */
typedef void disk_space_cb(void *ctx, int64_t free_bytes);
void disk_space(struct disk *disk, const char *dir, disk_space_cb *told, void *ctx);

/* Could a file that takes SIZE bytes more come to DIR now? What was promised to others on its file
 * system is not free, nor is what a quota keeps: the file system is asked to reserve it, for a file
 * without a name that goes at once. Where nobody can tell there is room. TOLD as above. */
typedef void disk_room_cb(void *ctx, bool room);
void disk_room(struct disk *disk, const char *dir, uint64_t size, disk_room_cb *told, void *ctx);

/* A file that is going to have SIZE bytes, and what all others on its file system were promised
 * besides (disk_volume_promised). */
struct disk_need {
    int fd;
    const char *dir; /* for sentences */
    uint64_t size;
    uint64_t promised;
};

/* Sees to it that NEED can be met: reserves the room without changing the file's length
 * (*ret_reserved), or where that can't be done looks whether it is there. HAUL_E_DISK_FULL when it
 * is not; nothing is taken then. Blocks: on a worker, while nobody writes to the file. */
HAUL_CHECKED enum haul_err disk_space_take(const struct disk_need *need, bool *ret_reserved,
                                           struct haul_error *err);

#endif
