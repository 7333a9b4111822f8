#ifndef DISK_FILE_H
#define DISK_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "disk/disk.h"
#include "disk/state.h"
#include "haul/error.h"
#include "haul/types.h"

/* A download's file: NAME.part while it grows, with its record NAME.haul, and NAME at the end.
 *
 * NAME.part is opened without following links and locked, so that two downloads never meet in it;
 * a partial that is not ours (another URL, no record, a lock) makes us take the next name, "NAME
 * (1)". NAME itself is never opened: it comes to be by a rename that does not replace, except under
 * HAUL_EXISTS_OVERWRITE. Everything that can block runs on a worker; the callbacks come on the
 * loop. */

struct disk_file;

/* Where a file shall go. Borrowed for the call. */
struct disk_place {
    const char *dir;  /* absolute; made when missing */
    const char *name; /* one safe component */
    enum haul_if_exists policy;
    char *(*numbered)(const char *name, unsigned n); /* "name (n).ext", newly allocated */
    uint64_t item;                                   /* whose it is, for ends.h; 0: nobody's */
};

/* FILE is NULL when it failed. With HAUL_EXISTS_SKIP or _FAIL and NAME taken, ERR is
 * HAUL_E_EXISTS. */
typedef void disk_opened_cb(void *ctx, struct disk_file *file, const struct haul_error *err);
/* NAME is what the file is called now (borrowed), NULL when it failed. */
typedef void disk_finished_cb(void *ctx, const char *name, const struct haul_error *err);
typedef void disk_done_cb(void *ctx, const struct haul_error *err);

/* Which partial is taken for ours. Borrowed for the call. */
struct disk_claim {
    const char *url; /* without user info */
    const char *was; /* the link that it had before, NULL: no other */
    /* Also one of NAME.part that has no record, or that of another link, as long as it is a plain
     * file of our user's: see disk_file_is_foreign(). Only with ONLY_PARTIAL. */
    bool adopt;
};

/* Opens or makes the partial file. With ONLY_PARTIAL nothing is made: FILE is NULL with code OK
 * when there is no partial of ours. */
void disk_file_open(struct disk *disk, const struct disk_place *place,
                    const struct disk_claim *claim, bool only_partial, disk_opened_cb *opened,
                    void *ctx);

/* The record that was found is not ours, or there was none (its url is "" then, its size -1, and
 * the one range holds what is in the file without a hole). Such a file is left exactly as it is,
 * whatever end it comes to, until it is planned. */
bool disk_file_is_foreign(const struct disk_file *file);
/* Gives what was found another identity; all texts are copied. For the time until it is planned:
 * the record on the disk stays what it was. */
void disk_file_identify(struct disk_file *file, const char *url, int64_t size, const char *etag,
                        const char *modified);

/* What lay in the way of the partial of NAME, so that this one has another name. */
enum disk_beside {
    DISK_BESIDE_NOTHING,
    DISK_BESIDE_BUSY,     /* somebody is writing it */
    DISK_BESIDE_STRANGER, /* nothing says that it is of this link, or haul's at all */
    DISK_BESIDE_ODD       /* it is no plain file of the user's */
};
enum disk_beside disk_file_beside(const struct disk_file *file);
/* What it is going to be called, as long as nobody else takes that name. */
const char *disk_file_name(const struct disk_file *file);
/* How many bytes the record that was found tells of that can't be believed. */
uint64_t disk_file_doubted(const struct disk_file *file);

/* The record that was found with the partial, its ranges cut down to what can be believed; NULL for
 * a new file, and after disk_file_plan(). */
const struct disk_state *disk_file_found(const struct disk_file *file);
const struct disk_state *disk_file_state(const struct disk_file *file); /* ranges as they stand */

/* Takes over what the file shall hold: identity and ranges (both copied). With FRESH old bytes are
 * dropped first. Space for STATE->size is reserved, or seen to be there besides what other files
 * are going to need. The record is written; disk_file_record() keeps it up to date. DONE may be
 * NULL. */
void disk_file_plan(struct disk_file *file, const struct disk_state *state, bool fresh,
                    disk_done_cb *done, void *ctx);

/* Cuts RANGE at AT, which is behind what its writer has taken: it ends there, and a new range,
 * whose index is returned, goes on to where it ended. Indexes stay as they are. */
size_t disk_file_split(struct disk_file *file, size_t range, uint64_t at);
/* Gives RANGE the range behind it, of which nothing was written. */
void disk_file_join(struct disk_file *file, size_t range, size_t behind);

/* All SIZE bytes are here, and do not have this digest: the record that is left will say so. */
void disk_file_reject(struct disk_file *file, uint64_t size, const char *digest);

/* True when bytes below SIZE were not written. */
bool disk_file_unwritten(const struct disk_file *file, uint64_t size);

/* Brings the record up to date: makes it if there is none yet, rewrites changed rows; at once where
 * that is quick, else on a worker. False when that must wait: another one is under way, or a sync
 * failed, after which the record stays as it is. */
bool disk_file_record(struct disk_file *file);
/* How many bytes were written since. */
uint64_t disk_file_unrecorded(const struct disk_file *file);
/* Makes the bytes written so far, and then a record of them, safe against a power cut. Does nothing
 * while another one is under way. */
void disk_file_sync(struct disk_file *file);

/* Reads LEN bytes at OFFSET, which were written: DATA is the taker's; NULL with LEN 0 when it
 * failed. The ends wait for it. */
typedef void disk_read_cb(void *ctx, char *data, size_t len);
void disk_file_read(struct disk_file *file, uint64_t offset, size_t len, disk_read_cb *done,
                    void *ctx);

/* The three ends; each frees FILE. No write may be in flight (writers idle). */
/* Cuts to SIZE, sets MTIME (seconds, -1: leave), syncs, renames, removes the record. */
void disk_file_finish(struct disk_file *file, uint64_t size, int64_t mtime,
                      disk_finished_cb *finished, void *ctx);
/* Syncs and closes; partial and record stay. A partial without a byte is removed. */
void disk_file_keep(struct disk_file *file, disk_done_cb *done, void *ctx);
/* Removes partial and record. */
void disk_file_discard(struct disk_file *file, disk_done_cb *done, void *ctx);

/* Removes the partial and the record at PLACE if the record says that they are ours and nobody
 * holds them: for items that are removed while not running. */
void disk_partial_remove(struct disk *disk, const struct disk_place *place,
                         const struct disk_claim *claim);

/* What an unfinished download left: link (borrowed for the call), name before ".part", size or -1,
 * and how many of its bytes can be believed. */
struct disk_leftover {
    const char *url;
    const char *name;
    int64_t size;
    uint64_t bytes;
};

/* Calls EACH for every partial of ours in DIR that has a sound record. Blocks: at start only. */
void disk_leftovers(const char *dir, void (*each)(void *ctx, const struct disk_leftover *leftover),
                    void *ctx);

/* How many bytes of the partial NAME (without ".part") in DIR can be believed; false when there is
 * none of ours with a sound record. Blocks: on a worker. */
HAUL_CHECKED bool disk_leftover_bytes(const char *dir, const char *name, uint64_t *ret_bytes);

/* Names, without ".haul", of the records in DIR, collected on a worker: NAMES are borrowed. ERR
 * says why no file could be made in it, code OK when one could. */
typedef void disk_partials_cb(void *ctx, char *const *names, size_t count,
                              const struct haul_error *err);
void disk_partials(struct disk *disk, const char *dir, disk_partials_cb *found, void *ctx);
/* The same without the names: could a file be made in DIR now? */
void disk_check_folder(struct disk *disk, const char *dir, disk_done_cb *done, void *ctx);

#endif
