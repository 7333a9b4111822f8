/* Batches of small files.
 *
 * What is put within one turn of the loop is a batch; what comes while one is being written makes
 * the next: no timer, and the batches are as large as the disk is slow. Within a batch all files
 * are written first, then synced one after the other (the first fsync commits the journal for all),
 * then named, then each folder is synced once. A file is told as finished only after that. A digest
 * that was asked for is looked at before anything is synced.
 *
 * A worker writes the batches, unless the syncs of the last one in the same folder took no time at
 * all: then nothing there waits for a device (it is memory), and going to a worker and back would
 * cost more than the work. */

#include "disk/small.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/digest.h"
#include "disk/ends.h"
#include "disk/names.h"

#define BATCH_MAX       64
#define INSTANT_SYNC_NS 5000 /* a file; none that waits for a device is that quick */

struct entry {
    STAILQ_ENTRY(entry) link;
    char *dir;
    char *base;
    enum haul_if_exists policy;
    char *(*numbered)(const char *name, unsigned n);
    uint64_t item;
    char *data;
    size_t len;
    int64_t mtime;
    char *url;
    struct checksum wanted;
    bool is_wanted; /* ->wanted is set */
    int dirfd;      /* shared with neighbours of the same folder */
    bool owns_dirfd;
    int fd;
    bool nameless; /* fd has no name yet; else it is ->part */
    bool named;    /* it must have one from the start */
    char *part;
    char *record;
    char *name;
    struct haul_error err;
    disk_finished_cb *finished;
    void *ctx;
};

STAILQ_HEAD(entries, entry);

struct disk_small {
    struct disk_job job;
    struct disk *disk;
    struct entries waiting;
    struct entries batch;
    bool busy;
    char *instant_dir; /* syncs took no time there when they were measured last; or NULL */
    uint64_t sync_ns;  /* of the batch */
    unsigned syncs;
};

struct disk_small *disk_small_new(struct disk *disk)
{
    struct disk_small *small = xcalloc(1, sizeof *small);

    small->disk = disk;
    STAILQ_INIT(&small->waiting);
    STAILQ_INIT(&small->batch);
    return small;
}

void disk_small_free(struct disk_small *small)
{
    if (!small)
        return;
    free(small->instant_dir);
    free(small);
}

bool disk_small_waits(const struct disk_small *small)
{
    return !small->busy && !STAILQ_EMPTY(&small->waiting);
}

static struct disk_place place_of(const struct entry *entry)
{
    return (struct disk_place){entry->dir, entry->base, entry->policy, entry->numbered,
                               entry->item};
}

static void open_folder(struct entry *entry, const struct entry *before)
{
    if (before && before->dirfd >= 0 && strcmp(before->dir, entry->dir) == 0) {
        entry->dirfd = before->dirfd;
        return;
    }
    entry->owns_dirfd = names_open_dir(entry->dir, &entry->dirfd, &entry->err) == HAUL_OK;
}

static bool name_is_free(struct entry *entry)
{
    struct disk_place place = place_of(entry);

    return names_may_have(entry->dirfd, &place, entry->base, &entry->err);
}

/* A partial of its own: one that is there already belongs to somebody else. */
static bool make_partial(struct entry *entry)
{
    struct disk_place place = place_of(entry);
    unsigned n;
    char *name;

    if (names_make_partial(entry->dirfd, &place, 0, &n, &entry->fd, &entry->err) != HAUL_OK)
        return false;
    name = names_candidate(&place, n);
    entry->part = xasprintf("%s.part", name);
    entry->record = xasprintf("%s.haul", name);
    free(name);
    return true;
}

/* A file without a name is best: a kill leaves nothing of it. One that replaces another, or that a
 * person may have to look at, has a name from the start. */
static bool make_file(struct entry *entry)
{
    bool may = !entry->named && !entry->is_wanted && entry->policy != HAUL_EXISTS_OVERWRITE;

    entry->nameless = may && names_make_nameless(entry->dirfd, &entry->fd);
    return entry->nameless || make_partial(entry);
}

/* What it is called in messages. */
static const char *shown_name(const struct entry *entry)
{
    return entry->nameless ? entry->base : entry->part;
}

/* It is still the file that was made: nothing else may be named or removed. */
static bool is_there(const struct entry *entry)
{
    struct stat own, st;

    return fstat(entry->fd, &own) == 0 &&
           fstatat(entry->dirfd, entry->part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           st.st_dev == own.st_dev && st.st_ino == own.st_ino;
}

static void drop_partial(struct entry *entry)
{
    if (!entry->nameless && is_there(entry))
        unlinkat(entry->dirfd, entry->part, 0);
    close(entry->fd);
    entry->fd = -1;
}

/* Says beside the partial that it has another digest than it should have. */
static bool put_record(const struct entry *entry)
{
    char rejected[CHECKSUM_TEXT];
    struct disk_range all = {.end = entry->len, .written = entry->len};
    struct disk_state state = {.url = entry->url,
                               .size = (int64_t)entry->len,
                               .rejected = checksum_text(&entry->wanted, rejected),
                               .ranges = &all,
                               .range_count = 1};
    size_t len = 0, rows;
    char *text;
    int fd;
    bool written;

    str_copy(state.boot, sizeof state.boot, state_boot_id());
    text = state_write(&state, &len, &rows);
    fd = text ? openat(entry->dirfd, entry->record,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
              : -1;
    written = fd >= 0 && pwrite(fd, text, len, 0) == (ssize_t)len;
    if (fd >= 0) {
        if (!written)
            unlinkat(entry->dirfd, entry->record, 0);
        close(fd);
    }
    free(text);
    return written;
}

/* A file with another digest stays as it is, for a person to look at. */
static void check_entry(struct entry *entry)
{
    if (!entry->is_wanted ||
        digest_check(&entry->wanted, entry->data, entry->len, &entry->err) == HAUL_OK)
        return;
    if (entry->err.code != HAUL_E_CHECKSUM || !put_record(entry)) {
        drop_partial(entry);
        return;
    }
    close(entry->fd);
    entry->fd = -1;
}

static void write_entry(struct entry *entry)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)entry->mtime}};
    int error;

    if (entry->dirfd < 0 || !name_is_free(entry) || !make_file(entry))
        return;
    error = disk_write_all(entry->fd, entry->data, entry->len, 0);
    if (error) {
        haul_fail_errno(&entry->err, HAUL_E_DISK, error, "can't write %s/%s", entry->dir,
                        shown_name(entry));
        drop_partial(entry);
        return;
    }
    if (entry->mtime >= 0)
        futimens(entry->fd, times);
    check_entry(entry);
}

static void sync_entry(struct entry *entry)
{
    if (fsync(entry->fd) == 0)
        return;
    haul_fail_errno(&entry->err, HAUL_E_DISK, errno, "can't sync %s/%s", entry->dir,
                    shown_name(entry));
    drop_partial(entry);
}

static enum haul_err give_name(struct entry *entry)
{
    struct disk_place place = place_of(entry);

    if (entry->nameless)
        return names_link(entry->dirfd, entry->fd, &place, &entry->name, &entry->err);
    if (!is_there(entry))
        return haul_fail(&entry->err, HAUL_E_DISK, "%s/%s was moved or replaced by somebody else",
                         entry->dir, entry->part);
    return names_rename(entry->dirfd, entry->part, &place, 0, &entry->name, &entry->err);
}

/* Where a file can't get its first name later (there is no /proc), it is written once more. */
static bool write_named(struct disk *disk, struct entry *entry)
{
    if (!entry->nameless || entry->err.code != HAUL_E_DISK)
        return false;
    close(entry->fd);
    entry->fd = -1;
    entry->named = true;
    entry->err = (struct haul_error){0};
    write_entry(entry);
    if (entry->fd >= 0)
        sync_entry(entry);
    if (entry->fd >= 0)
        disk_ends_note(disk, entry->item, entry->fd);
    return entry->fd >= 0;
}

static void name_entry(struct disk *disk, struct entry *entry)
{
    enum haul_err code;

    disk_ends_note(disk, entry->item, entry->fd);
    code = give_name(entry);
    if (code != HAUL_OK && write_named(disk, entry))
        code = give_name(entry);
    if (code != HAUL_OK && entry->fd >= 0)
        drop_partial(entry);
    else if (code == HAUL_OK) {
        close(entry->fd);
        entry->fd = -1;
    }
}

static void write_batch(struct disk_small *small)
{
    struct entry *entry, *before = NULL;

    STAILQ_FOREACH(entry, &small->batch, link)
    {
        open_folder(entry, before);
        write_entry(entry);
        before = entry;
    }
}

static void sync_batch(struct disk_small *small)
{
    uint64_t began = disk_nanoseconds(small->disk);
    struct entry *entry;

    small->syncs = 0;
    STAILQ_FOREACH(entry, &small->batch, link)
    {
        if (entry->fd < 0)
            continue;
        sync_entry(entry);
        small->syncs++;
    }
    small->sync_ns = disk_nanoseconds(small->disk) - began;
}

static void name_batch(struct disk_small *small)
{
    struct entry *entry;

    STAILQ_FOREACH(entry, &small->batch, link)
    {
        if (entry->fd >= 0)
            name_entry(small->disk, entry);
    }
}

static void sync_folders(struct disk_small *small)
{
    struct entry *entry;
    int error = 0; /* of the folder that the entries share */

    STAILQ_FOREACH(entry, &small->batch, link)
    {
        if (entry->owns_dirfd) {
            error = names_sync(entry->dirfd);
            close(entry->dirfd);
        }
        if (!entry->name || !error)
            continue;
        names_fail_sync(entry->dir, entry->name, error, &entry->err);
        free(entry->name);
        entry->name = NULL;
    }
}

static void run_batch(struct disk_job *job)
{
    struct disk_small *small = OWNER_OF(job, struct disk_small, job);

    write_batch(small);
    sync_batch(small);
    name_batch(small);
    sync_folders(small);
}

static void entry_free(struct entry *entry)
{
    free(entry->dir);
    free(entry->base);
    free(entry->data);
    free(entry->url);
    free(entry->part);
    free(entry->record);
    free(entry->name);
    free(entry);
}

static bool in_one_folder(const struct entries *entries, const char *dir)
{
    const struct entry *entry;

    STAILQ_FOREACH(entry, entries, link)
    {
        if (strcmp(entry->dir, dir) != 0)
            return false;
    }
    return true;
}

/* Learns from how long the batch's syncs took. */
static void note_syncs(struct disk_small *small)
{
    const char *dir = STAILQ_FIRST(&small->batch)->dir;

    if (small->syncs == 0)
        return;
    if (small->sync_ns > INSTANT_SYNC_NS * small->syncs || !in_one_folder(&small->batch, dir))
        xstrset(&small->instant_dir, NULL);
    else if (!small->instant_dir || strcmp(small->instant_dir, dir) != 0)
        xstrset(&small->instant_dir, dir);
}

static void take_batch(struct disk_small *small, struct entries *ret_done)
{
    note_syncs(small);
    STAILQ_CONCAT(ret_done, &small->batch);
}

static void tell(struct entries *done)
{
    struct entry *entry;

    while ((entry = STAILQ_FIRST(done))) {
        STAILQ_REMOVE_HEAD(done, link);
        entry->finished(entry->ctx, entry->name, &entry->err);
        entry_free(entry);
    }
}

static void end_batch(struct disk_job *job)
{
    struct disk_small *small = OWNER_OF(job, struct disk_small, job);
    struct entries done = STAILQ_HEAD_INITIALIZER(done);

    small->busy = false;
    take_batch(small, &done);
    disk_small_begin(small);
    tell(&done);
}

static void fill_batch(struct disk_small *small)
{
    for (int i = 0; i < BATCH_MAX && !STAILQ_EMPTY(&small->waiting); i++) {
        struct entry *entry = STAILQ_FIRST(&small->waiting);

        STAILQ_REMOVE_HEAD(&small->waiting, link);
        STAILQ_INSERT_TAIL(&small->batch, entry, link);
    }
}

void disk_small_begin(struct disk_small *small)
{
    struct entries done = STAILQ_HEAD_INITIALIZER(done);

    if (small->busy || STAILQ_EMPTY(&small->waiting))
        return;
    fill_batch(small);
    if (small->instant_dir && in_one_folder(&small->batch, small->instant_dir)) {
        run_batch(&small->job);
        take_batch(small, &done);
        tell(&done);
        return;
    }
    small->busy = true;
    small->job.run = run_batch;
    small->job.done = end_batch;
    disk_submit(small->disk, &small->job);
}

void disk_small_put(struct disk_small *small, const struct disk_place *place,
                    const struct disk_small_file *file, disk_finished_cb *finished, void *ctx)
{
    struct entry *entry = xcalloc(1, sizeof *entry);

    *entry = (struct entry){.dir = xstrdup(place->dir),
                            .base = xstrdup(place->name),
                            .policy = place->policy,
                            .numbered = place->numbered,
                            .item = place->item,
                            .data = file->data,
                            .len = file->len,
                            .mtime = file->mtime,
                            .url = file->wanted ? xstrdup(file->url) : NULL,
                            .is_wanted = file->wanted != NULL,
                            .dirfd = -1,
                            .fd = -1,
                            .finished = finished,
                            .ctx = ctx};
    if (file->wanted)
        entry->wanted = *file->wanted;
    STAILQ_INSERT_TAIL(&small->waiting, entry, link);
}
