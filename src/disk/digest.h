#ifndef DISK_DIGEST_H
#define DISK_DIGEST_H

#include "base/checksum.h"
#include "disk/file.h"

/* The digest of a partial file, computed on workers while the file grows: it follows the bytes that
 * are here without a gap from the first one on, so that after the last byte only what came out of
 * order is read. What is hashed is read back from the file, mostly from the system's cache: so it
 * is the file that is checked, not what was meant to be in it. One worker a file at a time, and
 * few over all (disk_submit_busy). */

/* Begins, or begins anew after the file was emptied. The file must be planned, or complete. */
void disk_file_hash(struct disk_file *file, const struct checksum *wanted);
/* Lets it follow; for every now and then, and cheap. Nothing when no digest was asked for. */
void disk_file_hash_on(struct disk_file *file);
/* How many bytes are hashed, for people. */
uint64_t disk_file_hashed(const struct disk_file *file);

/* All of the file's SIZE bytes are here, and nothing is being written: hashes the rest. DONE comes
 * with HAUL_E_CHECKSUM when the digest is another one, with HAUL_E_CANCELLED after
 * disk_file_verify_stop(), which may be within that call. None of the file's ends before that. */
void disk_file_verify(struct disk_file *file, uint64_t size, disk_done_cb *done, void *ctx);
void disk_file_verify_stop(struct disk_file *file);

/* On any thread: is this the digest of DATA? HAUL_E_CHECKSUM with a sentence when not. */
HAUL_CHECKED enum haul_err digest_check(const struct checksum *wanted, const void *data, size_t len,
                                        struct haul_error *err);

#endif
