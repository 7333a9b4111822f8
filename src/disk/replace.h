#ifndef DISK_REPLACE_H
#define DISK_REPLACE_H

#include "disk/disk.h"
#include "haul/error.h"

/* Files that are written whole, at once, and are for the user alone. */

/* Whether PATH, which is absolute, could be written so: its folder is there and takes files, and
 * what has the name is a file. Looks at the disk, for before anything begins. */
HAUL_CHECKED enum haul_err disk_replace_check(const char *path, struct haul_error *err);

/* Makes TEXT, which it takes and wipes, the content of PATH: whoever reads it sees the old or the
 * new one whole, after a crash too. Mode 0600. DONE comes on the loop, never from inside the call;
 * ERR is NULL when it is written. */
void disk_replace(struct disk *disk, const char *path, char *text,
                  void (*done)(void *ctx, const char *path, const struct haul_error *err),
                  void *ctx);

#endif
