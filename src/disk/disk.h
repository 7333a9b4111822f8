#ifndef DISK_DISK_H
#define DISK_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <uv.h>

#include "base/clock.h"
#include "haul/attr.h"
#include "haul/loop.h"

/* What the disk room shares: the way to the worker threads, and how quick each file system is. All
 * functions are called on the loop thread unless they say otherwise. */

struct disk;

/* CLOCK must live as long. */
struct disk *disk_new(struct haul_loop *loop, const struct clock *clock);
/* No job may be in flight any more: see disk_busy(). */
void disk_free(struct disk *disk);
bool disk_busy(const struct disk *disk);

/* A piece of work for a worker thread; embedded in what it works on. RUN is called there and must
 * touch nothing but its own struct; DONE on the loop afterwards, and may free it. */
struct disk_job {
    uv_work_t work;
    TAILQ_ENTRY(disk_job) line; /* while it waits for its turn */
    enum { DISK_JOB_QUICK, DISK_JOB_WAITS, DISK_JOB_WORKS } turn;
    struct disk *disk;
    void (*run)(struct disk_job *job);
    void (*done)(struct disk_job *job);
};
void disk_submit(struct disk *disk, struct disk_job *job);
/* For work that keeps a processor busy: no more of it at once than leaves a processor for the loop,
 * the rest waits in line. */
void disk_submit_busy(struct disk *disk, struct disk_job *job);
/* Takes such a job out of the line; false when it is under way or over. */
HAUL_CHECKED bool disk_take_back(struct disk *disk, struct disk_job *job);

/* Writes of a file system go inline while it is quick, and to the workers for some seconds after
 * one of them took long. */
struct disk_volume;
struct disk_volume *disk_volume(struct disk *disk, dev_t dev); /* lives as long as DISK */
bool disk_volume_quick(const struct disk_volume *volume);
/* Tells how long a write of LEN bytes took; 0: so few that having been quick says nothing. */
void disk_volume_note(struct disk_volume *volume, size_t len, uint64_t nanoseconds);
/* Measures that, around the write and on its thread. One that took long though its thread had
 * nothing to wait for took none of it from the disk: others had the processor. CLOSELY: this is
 * looked at too. */
struct disk_timing {
    uint64_t began, waits;
    bool closely;
};
struct disk_timing disk_timing_start(const struct disk *disk, bool closely);
uint64_t disk_timing_end(const struct disk *disk, const struct disk_timing *timing);
/* The same for a write on the loop. It looks closely only after a slow one: looking is a system
 * call. */
struct disk_timing disk_volume_start(const struct disk_volume *volume);
void disk_volume_end(struct disk_volume *volume, size_t len, const struct disk_timing *timing);
/* Counts MORE bytes written to FD in *UNPUSHED, and now and then tells the system to begin writing
 * them to the disk, so that the sync at the end of a large file has little left to do. */
void disk_volume_push(struct disk_volume *volume, int fd, uint64_t *unpushed, uint64_t more);
/* Room that nobody reserves but that files are going to need: *OWN, the share of one file, is BYTES
 * from now on. The getter tells of all shares. */
void disk_volume_promise(struct disk_volume *volume, uint64_t *own, uint64_t bytes);
uint64_t disk_volume_promised(const struct disk_volume *volume);
uint64_t disk_nanoseconds(const struct disk *disk); /* any thread */

/* Writes all of it, however many calls that takes; 0 or an errno. Any thread. */
int disk_write_all(int fd, const void *data, size_t len, uint64_t offset);

/* Open folders, shared by the files in them, so that each file costs one descriptor. Takes FD,
 * which is folder INO of DEV (found out on a worker); the result's descriptor is the one to use
 * from now on. Each adopt needs a release. */
struct disk_folder {
    int fd;
    unsigned refs;
    dev_t dev;
    ino_t ino;
};
struct disk_folder *disk_folder_adopt(struct disk *disk, int fd, dev_t dev, ino_t ino);
void disk_folder_release(struct disk *disk, struct disk_folder *folder);

/* Ends that are noted, see ends.h; NULL: none are. Takes ENDS. The getter on any thread. */
struct disk_ends;
void disk_set_ends(struct disk *disk, struct disk_ends *ends);
struct disk_ends *disk_get_ends(const struct disk *disk);

/* Memory for blocks that wait to be written, from one pool. NULL when the cap, of bytes, is
 * reached: the caller then does without or makes its source wait. */
#define DISK_BLOCK ((size_t)256 * 1024)
/* How large one is for what comes slowly, LEN bytes at once, and perhaps from many: the more of
 * them there are, the smaller. */
size_t disk_block_small(const struct disk *disk, size_t len);
char *disk_block_get(struct disk *disk, size_t size);
void disk_block_put(struct disk *disk, char *block, size_t size);

#endif
