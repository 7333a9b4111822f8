#ifndef DISK_ENDS_H
#define DISK_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "disk/disk.h"

/* Which files are about to get their final names, for which items: a text file, one line an end.
 * Between the rename and the moment when the queue is told of it the process may be killed; the
 * next one finds here that the file is complete, and does not fetch it a second time. A file is
 * known by its number in the file system, which a rename does not change. */

struct disk_ends;

/* Calls EACH for what PATH and the part of it that was put aside tell; blocks: at start only. */
void disk_ends_read(const char *path, void (*each)(void *ctx, uint64_t item, dev_t dev, ino_t ino),
                    void *ctx);
/* What PATH tells is of a queue that was lost: its numbers mean other items from now on. */
void disk_ends_forget(const char *path);

/* From now on ends are noted in PATH. */
void disk_ends_begin(struct disk *disk, const char *path);
void disk_ends_free(struct disk_ends *ends); /* disk.c; NULL is fine */

/* Notes that FD, of ITEM, gets its name next; ITEM 0 is nobody's. Any thread. Survives kill -9, not
 * always a power cut: that may fetch a file twice. */
void disk_ends_note(struct disk *disk, uint64_t item, int fd);

/* True now and then: all that was told as finished should be written to the queue, and then be put
 * aside here. */
bool disk_ends_full(struct disk *disk);
void disk_ends_put_aside(struct disk *disk);

/* The file INO of DEV in DIR under its final name, newly allocated, and its size; NULL when it has
 * none. A record that a killed end of URL left beside it is removed. Blocks: at start only. */
char *disk_ends_find(const char *dir, dev_t dev, ino_t ino, const char *url, uint64_t *ret_size);

#endif
