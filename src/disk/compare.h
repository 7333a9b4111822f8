#ifndef DISK_COMPARE_H
#define DISK_COMPARE_H

#include "disk/file.h"

/* EQUAL is looked at only when ERR is code OK. */
typedef void disk_compared_cb(void *ctx, bool equal, const struct haul_error *err);

/* Are these the bytes of FILE from OFFSET on? DATA is borrowed until COMPARED, which comes on the
 * loop; FILE must not end before that. */
void disk_file_compare(struct disk_file *file, uint64_t offset, const char *data, size_t len,
                       disk_compared_cb *compared, void *ctx);

#endif
