/* Partial files: opening, planning, recording, ending. See file.h for the promises.
 *
 * Each operation is a job of its own that runs on a worker and reports on the loop. A file knows
 * whether a record job is under way and ends only after it: the ends wait in ->ending. What a
 * worker reads of a file (descriptors, names) does not change while a job runs; ranges are copied.
 */

#include "disk/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/names.h"
#include "haul/log.h"

/* Life. */

static void file_free(struct disk_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    if (file->folder)
        disk_folder_release(file->disk, file->folder);
    else if (file->dirfd >= 0)
        close(file->dirfd);
    state_fini(&file->state);
    free(file->dir);
    free(file->base);
    free(file->name);
    free(file->part);
    free(file->record);
    free(file);
}

static struct disk_place place_of(const struct disk_file *file)
{
    return (struct disk_place){file->dir, file->base, file->policy, file->numbered};
}

const struct disk_state *disk_file_found(const struct disk_file *file)
{
    return file->found ? &file->state : NULL;
}

const struct disk_state *disk_file_state(const struct disk_file *file)
{
    return &file->state;
}

const char *disk_file_name(const struct disk_file *file)
{
    return file->name;
}

size_t disk_file_split(struct disk_file *file, size_t range, uint64_t at)
{
    struct disk_state *state = &file->state;
    size_t made = state->range_count;

    state->ranges = xreallocarray(state->ranges, made + 1, sizeof *state->ranges);
    state->ranges[made] = (struct disk_range){at, state->ranges[range].end, at, at};
    state->ranges[range].end = at;
    state->range_count++;
    file->rows_at = 0;
    file->layout++;
    return made;
}

void disk_file_join(struct disk_file *file, size_t range, size_t behind)
{
    struct disk_range *first = &file->state.ranges[range];
    struct disk_range *second = &file->state.ranges[behind];

    first->end = second->end;
    *second = (struct disk_range){second->end, second->end, second->end, second->end};
    file->rows_at = 0;
    file->layout++;
}

bool disk_file_unwritten(const struct disk_file *file, uint64_t size)
{
    for (size_t i = 0; i < file->state.range_count; i++) {
        const struct disk_range *range = &file->state.ranges[i];

        if (range->written < MIN(range->end, size))
            return true;
    }
    return false;
}

/* Opening. */

struct open_job {
    struct disk_job job;
    struct disk_file *file;
    char *url;
    bool only_partial;
    bool opened_it;
    struct haul_error err;
    disk_opened_cb *opened;
    void *ctx;
};

enum claim {
    CLAIM_OURS, /* the partial is open and locked, new or with our record */
    CLAIM_NEXT, /* not ours, but nobody uses it: try the next name */
    CLAIM_BUSY, /* somebody is writing it */
    CLAIM_NONE, /* there is no such partial */
    CLAIM_FAILED
};

static char *read_small_file(int dirfd, const char *name, size_t *ret_len)
{
    int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct strbuf text;
    char chunk[4096];
    ssize_t len;

    if (fd < 0)
        return NULL;
    strbuf_init(&text, STATE_BYTES_MAX);
    while ((len = read(fd, chunk, sizeof chunk)) > 0) {
        if (!strbuf_add(&text, chunk, (size_t)len)) {
            len = -1;
            break;
        }
    }
    close(fd);
    *ret_len = text.len;
    if (len == 0)
        return strbuf_take(&text);
    strbuf_fini(&text);
    return NULL;
}

/* Our record beside the partial: of the same URL, and sound. */
static bool load_record(struct open_job *job, const struct stat *st)
{
    struct disk_file *file = job->file;
    struct disk_state state = {.size = -1};
    size_t len = 0;
    char *text = read_small_file(file->dirfd, file->record, &len);
    bool ours = text && state_read(text, len, &state);

    free(text);
    if (!ours)
        return false;
    if (strcmp(state.url, job->url) != 0) {
        state_fini(&state);
        return false;
    }
    state_believe(&state, state_boot_id(), (uint64_t)st->st_size);
    file->state = state;
    file->found = true;
    file->has_record = true;
    return true;
}

/* A partial that was there before us: ours only with a record of this URL, or empty. */
static bool is_ours(struct open_job *job)
{
    struct stat st;

    if (fstat(job->file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    return load_record(job, &st);
}

/* Locks the partial. File systems that know no locks are taken as they are. */
static bool lock_partial(const struct disk_file *file, bool wait)
{
    int status;

    do
        status = flock(file->fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
    while (status != 0 && errno == EINTR);
    return status == 0 || errno != EWOULDBLOCK;
}

static void close_partial(struct disk_file *file)
{
    close(file->fd);
    file->fd = -1;
}

#define PARTIAL_FLAGS (O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)

/* Takes the partial of the present name if it is there and ours. */
static enum claim claim_old(struct open_job *job)
{
    struct disk_file *file = job->file;
    bool locked;

    file->fd = openat(file->dirfd, file->part, PARTIAL_FLAGS);
    if (file->fd < 0)
        return errno == ENOENT ? CLAIM_NONE : CLAIM_NEXT;
    locked = lock_partial(file, false);
    if (locked && is_ours(job))
        return CLAIM_OURS;
    close_partial(file);
    return locked ? CLAIM_NEXT : CLAIM_BUSY;
}

/* Makes a partial of the present name. The lock may be held for a moment by one who looks whether
 * the file is his: that is waited for. */
static enum claim claim_new(struct open_job *job)
{
    struct disk_file *file = job->file;

    file->fd = openat(file->dirfd, file->part, PARTIAL_FLAGS | O_CREAT | O_EXCL, 0666);
    if (file->fd >= 0) {
        file->made = true;
        lock_partial(file, true);
        return CLAIM_OURS;
    }
    if (errno == EEXIST)
        return CLAIM_NEXT;
    haul_fail_errno(&job->err, HAUL_E_DISK, errno, "can't make the file %s/%s", file->dir,
                    file->part);
    return CLAIM_FAILED;
}

static void name_partial(struct disk_file *file, unsigned n)
{
    struct disk_place place = place_of(file);
    char *name = names_candidate(&place, n);

    free(file->part);
    free(file->record);
    file->part = xasprintf("%s.part", name);
    file->record = xasprintf("%s.haul", name);
    free(name);
}

static void name_final(struct disk_file *file, unsigned n)
{
    struct disk_place place = place_of(file);

    free(file->name);
    file->number = n;
    file->name = names_candidate(&place, n);
}

/* Chooses the first free final name from candidate N on; false when the policy has no other. */
static bool choose_final(struct open_job *job, unsigned n)
{
    struct disk_file *file = job->file;

    for (name_final(file, n); n < NAMES_TRIES; name_final(file, ++n)) {
        if (file->policy == HAUL_EXISTS_OVERWRITE || !names_taken(file->dirfd, file->name))
            return true;
        if (file->policy != HAUL_EXISTS_RENAME)
            break;
    }
    haul_fail(&job->err, HAUL_E_EXISTS, "%s/%s is already there", file->dir, file->name);
    return false;
}

/* Somebody is fetching to this very name. With `skip` that is as good as there, `fail` says so. */
static bool may_share_name(struct open_job *job)
{
    struct disk_file *file = job->file;

    if (file->policy == HAUL_EXISTS_SKIP)
        haul_fail(&job->err, HAUL_E_EXISTS, "%s/%s is being fetched already", file->dir,
                  file->name);
    else if (file->policy == HAUL_EXISTS_FAIL)
        haul_fail(&job->err, HAUL_E_BUSY, "%s/%s is being fetched already", file->dir, file->name);
    return job->err.code == HAUL_OK;
}

/* Looks for our own partial under the name and its numbered forms, as far as these are in use.
 * *ret_free is the first number that nobody is fetching to right now. */
static bool find_ours(struct open_job *job, unsigned *ret_free)
{
    struct disk_file *file = job->file;

    *ret_free = 0;
    for (unsigned n = 0; n < NAMES_TRIES; n++) {
        enum claim found;

        name_partial(file, n);
        name_final(file, n);
        found = claim_old(job);
        if (found == CLAIM_OURS)
            return choose_final(job, n);
        if (found == CLAIM_BUSY && !may_share_name(job))
            return false;
        if (found == CLAIM_BUSY)
            *ret_free = n + 1;
        if (found == CLAIM_NONE && !names_taken(file->dirfd, file->name))
            break;
    }
    return false;
}

/* A partial of ours is taken up; else a new one is made. A name that somebody is fetching to right
 * now is passed over for good; a partial that was left lying about costs only the partial's name.
 */
static enum haul_err claim_a_name(struct open_job *job)
{
    struct disk_file *file = job->file;
    unsigned free_number;

    if (file->policy != HAUL_EXISTS_RENAME && !choose_final(job, 0))
        return job->err.code;
    job->opened_it = find_ours(job, &free_number);
    if (job->opened_it || job->only_partial || job->err.code != HAUL_OK)
        return job->err.code;
    if (file->policy != HAUL_EXISTS_RENAME)
        free_number = 0;
    if (!choose_final(job, free_number))
        return job->err.code;
    for (unsigned n = file->number; n < NAMES_TRIES; n++) {
        enum claim found;

        name_partial(file, n);
        found = claim_new(job);
        job->opened_it = found == CLAIM_OURS;
        if (job->opened_it || found == CLAIM_FAILED)
            return job->err.code;
    }
    return haul_fail(&job->err, HAUL_E_EXISTS, "no free name for %s/%s", file->dir, file->base);
}

static void run_open(struct disk_job *base)
{
    struct open_job *job = OWNER_OF(base, struct open_job, job);
    struct disk_file *file = job->file;
    struct stat st;

    if (names_open_dir(file->dir, &file->dirfd, &job->err) != HAUL_OK ||
        claim_a_name(job) != HAUL_OK || !job->opened_it)
        return;
    if (fstat(file->fd, &st) == 0) {
        file->dev = st.st_dev;
        file->ino = st.st_ino;
    }
    fcntl(file->fd, F_SETFL, 0); /* O_NONBLOCK was for fifos only */
}

static void end_open(struct disk_job *base)
{
    struct open_job *job = OWNER_OF(base, struct open_job, job);
    struct disk_file *file = job->file;

    if (job->opened_it) {
        file->volume = disk_volume(file->disk, file->dev);
        file->folder = disk_folder_adopt(file->disk, file->dirfd);
        file->dirfd = file->folder->fd;
    } else {
        file_free(file);
        file = NULL;
    }
    job->opened(job->ctx, file, &job->err);
    free(job->url);
    free(job);
}

void disk_file_open(struct disk *disk, const struct disk_place *place, const char *url,
                    bool only_partial, disk_opened_cb *opened, void *ctx)
{
    struct open_job *job = xcalloc(1, sizeof *job);
    struct disk_file *file = xcalloc(1, sizeof *file);

    *file = (struct disk_file){.disk = disk,
                               .fd = -1,
                               .dirfd = -1,
                               .dir = xstrdup(place->dir),
                               .base = xstrdup(place->name),
                               .policy = place->policy,
                               .numbered = place->numbered,
                               .state = {.size = -1}};
    *job = (struct open_job){.job = {.run = run_open, .done = end_open},
                             .file = file,
                             .url = xstrdup(url),
                             .only_partial = only_partial,
                             .opened = opened,
                             .ctx = ctx};
    disk_submit(disk, &job->job);
}

/* Planning and recording. */

struct plan_job {
    struct disk_job job;
    struct disk_file *file;
    struct disk_state state;
    bool fresh, keep_record;
    size_t rows;
    struct haul_error err;
    disk_done_cb *done;
    void *ctx;
};

static char *tidy_record(const struct disk_state *state, size_t *ret_len, size_t *ret_rows)
{
    struct disk_state tidy;
    char *text;

    state_copy(&tidy, state);
    state_tidy(&tidy);
    text = state_write(&tidy, ret_len, ret_rows);
    state_fini(&tidy);
    return text;
}

/* Writes the whole record beside its place and moves it there, so that a reader sees the old one or
 * the new one. */
static enum haul_err put_record(const struct disk_file *file, const struct disk_state *state,
                                bool sync, size_t *ret_rows, struct haul_error *err)
{
    char *draft = xasprintf("%s.new", file->record);
    size_t len = 0, rows = 0;
    char *text = tidy_record(state, &len, &rows);
    enum haul_err code = HAUL_OK;
    bool written;
    int fd;

    if (!text) {
        free(draft);
        return haul_fail(err, HAUL_E_INTERNAL, "no record can be made for %s", file->name);
    }
    unlinkat(file->dirfd, draft, 0); /* of a haul that was killed; the partial's lock is ours */
    fd = openat(file->dirfd, draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    written = fd >= 0 && pwrite(fd, text, len, 0) == (ssize_t)len &&
              (!sync || fdatasync(fd) == 0) &&
              renameat(file->dirfd, draft, file->dirfd, file->record) == 0;
    if (!written)
        code = haul_fail_errno(err, HAUL_E_DISK, errno, "can't write the record %s/%s", file->dir,
                               file->record);
    if (fd >= 0 && !written)
        unlinkat(file->dirfd, draft, 0);
    if (fd >= 0)
        close(fd);
    free(text);
    free(draft);
    if (written)
        *ret_rows = rows;
    return code;
}

/* Reserves space without changing the length, so that the length shows what was written. File
 * systems that can't are fine. */
static enum haul_err reserve(const struct disk_file *file, int64_t size, struct haul_error *err)
{
    if (size <= 0 || fallocate(file->fd, FALLOC_FL_KEEP_SIZE, 0, size) == 0)
        return HAUL_OK;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return haul_fail_errno(err, HAUL_E_DISK, errno, "no room for %lld bytes in %s",
                               (long long)size, file->dir);
    return HAUL_OK;
}

static void run_plan(struct disk_job *base)
{
    struct plan_job *job = OWNER_OF(base, struct plan_job, job);
    struct disk_file *file = job->file;

    if (job->fresh) {
        unlinkat(file->dirfd, file->record, 0); /* before the bytes it speaks of */
        if (ftruncate(file->fd, 0) != 0) {
            haul_fail_errno(&job->err, HAUL_E_DISK, errno, "can't empty %s/%s", file->dir,
                            file->part);
            return;
        }
    }
    if (reserve(file, job->state.size, &job->err) != HAUL_OK)
        return;
    if (job->keep_record)
        put_record(file, &job->state, false, &job->rows, &job->err);
}

static void end_plan(struct disk_job *base)
{
    struct plan_job *job = OWNER_OF(base, struct plan_job, job);

    job->file->busy = false;
    job->file->rows_at = job->rows;
    if (job->done)
        job->done(job->ctx, &job->err);
    state_fini(&job->state);
    free(job);
}

void disk_file_plan(struct disk_file *file, const struct disk_state *state, bool fresh,
                    bool keep_record, disk_done_cb *done, void *ctx)
{
    struct plan_job *job = xcalloc(1, sizeof *job);
    struct disk_state taken;

    state_copy(&taken, state);
    state_close(&taken);
    str_copy(taken.boot, sizeof taken.boot, state_boot_id());
    state_fini(&file->state);
    file->state = taken;
    file->found = false;
    file->has_record = (file->has_record && !fresh) || keep_record;
    *job = (struct plan_job){.job = {.run = run_plan, .done = end_plan},
                             .file = file,
                             .fresh = fresh,
                             .keep_record = keep_record,
                             .done = done,
                             .ctx = ctx};
    state_copy(&job->state, &file->state);
    file->busy = true;
    disk_submit(file->disk, &job->job);
}

struct record_job {
    struct disk_job job;
    struct disk_file *file;
    struct disk_state state; /* as it was when the job began */
    bool sync;
    size_t rows; /* 0: the record is made, or made anew */
    unsigned layout;
    struct haul_error err;
};

/* Changes the rows of the record in place. What can't be written is no error: the older record is
 * true as well, and the next one tries again. */
static void put_rows(const struct disk_file *file, const struct disk_state *state, size_t rows,
                     bool sync)
{
    size_t len = 0, begin = 0;
    char *text = tidy_record(state, &len, &begin);
    int fd = openat(file->dirfd, file->record, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

    if (text && fd >= 0 && pwrite(fd, text + begin, len - begin, (off_t)rows) >= 0 && sync)
        fdatasync(fd);
    if (fd >= 0)
        close(fd);
    free(text);
}

static void run_record(struct disk_job *base)
{
    struct record_job *job = OWNER_OF(base, struct record_job, job);

    if (job->sync) {
        if (fdatasync(job->file->fd) != 0) {
            haul_fail_errno(&job->err, HAUL_E_DISK, errno, "can't sync %s/%s", job->file->dir,
                            job->file->part);
            return;
        }
        for (size_t i = 0; i < job->state.range_count; i++)
            job->state.ranges[i].synced = job->state.ranges[i].written;
    }
    if (job->rows == 0)
        put_record(job->file, &job->state, job->sync, &job->rows, &job->err);
    else
        put_rows(job->file, &job->state, job->rows, job->sync);
}

static void end_file(struct disk_file *file);

static void end_record(struct disk_job *base)
{
    struct record_job *job = OWNER_OF(base, struct record_job, job);
    struct disk_file *file = job->file;

    file->busy = false;
    if (job->err.code != HAUL_OK)
        LOG_WARN(disk, "%s", job->err.text);
    /* Ranges that were cut meanwhile are not in it. */
    file->rows_at = file->layout == job->layout ? job->rows : 0;
    file->has_record |= job->rows > 0;
    if (job->sync && job->err.code == HAUL_OK) {
        for (size_t i = 0; i < job->state.range_count; i++)
            file->state.ranges[i].synced =
                MIN(job->state.ranges[i].synced, file->state.ranges[i].written);
    }
    state_fini(&job->state);
    free(job);
    if (file->ending)
        end_file(file);
}

void disk_file_record(struct disk_file *file, bool sync)
{
    struct record_job *job;

    if (file->busy || file->state.range_count == 0)
        return;
    job = xcalloc(1, sizeof *job);
    *job = (struct record_job){.job = {.run = run_record, .done = end_record},
                               .file = file,
                               .sync = sync,
                               .rows = file->rows_at,
                               .layout = file->layout};
    state_copy(&job->state, &file->state);
    file->busy = true;
    disk_submit(file->disk, &job->job);
}

/* The ends. */

struct end_job {
    struct disk_job job;
    struct disk_file *file;
    uint64_t size;
    int64_t mtime;
    char *name;
    struct haul_error err;
    disk_finished_cb *finished;
    disk_done_cb *done;
    void *ctx;
};

/* The partial is still the file that we opened: nothing else may be renamed or removed. */
static bool still_ours(const struct disk_file *file)
{
    struct stat st;

    return fstatat(file->dirfd, file->part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           st.st_dev == file->dev && st.st_ino == file->ino;
}

static void remove_record(const struct disk_file *file)
{
    if (file->has_record)
        unlinkat(file->dirfd, file->record, 0);
}

static bool settle_bytes(const struct end_job *job)
{
    const struct disk_file *file = job->file;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)job->mtime}};

    if (ftruncate(file->fd, (off_t)job->size) != 0)
        return false;
    if (job->mtime >= 0)
        futimens(file->fd, times); /* a file system that can't is fine */
    return fsync(file->fd) == 0;
}

static void remove_partial(const struct disk_file *file)
{
    remove_record(file);
    if (still_ours(file))
        unlinkat(file->dirfd, file->part, 0);
}

/* The bytes are here and synced, only the name is not to be had: another try needs no network. With
 * `skip` nobody wants them. */
static void keep_unnamed(struct end_job *job)
{
    struct disk_file *file = job->file;
    size_t rows;

    if (job->err.code == HAUL_E_EXISTS && file->policy == HAUL_EXISTS_SKIP) {
        remove_partial(file);
        return;
    }
    for (size_t i = 0; i < file->state.range_count; i++)
        file->state.ranges[i].synced = file->state.ranges[i].written;
    put_record(file, &file->state, true, &rows, NULL);
}

static void run_finish(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);
    struct disk_file *file = job->file;
    struct disk_place place = place_of(file);

    if (!settle_bytes(job)) {
        haul_fail_errno(&job->err, HAUL_E_DISK, errno, "can't sync %s/%s", file->dir, file->part);
        remove_record(file); /* who knows what the disk has: nothing of it is believed again */
        return;
    }
    if (!still_ours(file)) {
        haul_fail(&job->err, HAUL_E_DISK, "%s/%s was moved or replaced by somebody else", file->dir,
                  file->part);
        return;
    }
    if (names_rename(file->dirfd, file->part, &place, file->number, &job->name, &job->err) !=
        HAUL_OK) {
        keep_unnamed(job);
        return;
    }
    remove_record(file);
    fsync(file->dirfd); /* some file systems refuse it; the rename is done in any case */
}

static bool holds_bytes(const struct disk_file *file)
{
    for (size_t i = 0; i < file->state.range_count; i++) {
        if (file->state.ranges[i].written > file->state.ranges[i].start)
            return true;
    }
    return false;
}

static void run_keep(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);
    struct disk_file *file = job->file;
    size_t rows = 0;

    if (!holds_bytes(file)) {
        if (file->made || file->has_record)
            remove_partial(file);
        return;
    }
    if (fdatasync(file->fd) != 0) {
        haul_fail_errno(&job->err, HAUL_E_DISK, errno, "can't sync %s/%s", file->dir, file->part);
        return;
    }
    for (size_t i = 0; i < file->state.range_count; i++)
        file->state.ranges[i].synced = file->state.ranges[i].written;
    put_record(file, &file->state, true, &rows, &job->err);
}

static void run_discard(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);

    remove_partial(job->file);
}

static void end_end(struct disk_job *base)
{
    struct end_job *job = OWNER_OF(base, struct end_job, job);

    file_free(job->file);
    if (job->finished)
        job->finished(job->ctx, job->err.code == HAUL_OK ? job->name : NULL, &job->err);
    else if (job->done)
        job->done(job->ctx, &job->err);
    free(job->name);
    free(job);
}

static void end_file(struct disk_file *file)
{
    struct end_job *job = file->ending;

    disk_submit(file->disk, &job->job);
}

static void begin_end(struct disk_file *file, void (*run)(struct disk_job *), struct end_job end)
{
    struct end_job *job = xcalloc(1, sizeof *job);

    *job = end;
    job->job = (struct disk_job){.run = run, .done = end_end};
    job->file = file;
    file->ending = job;
    if (!file->busy)
        end_file(file);
}

void disk_file_finish(struct disk_file *file, uint64_t size, int64_t mtime,
                      disk_finished_cb *finished, void *ctx)
{
    begin_end(file, run_finish,
              (struct end_job){.size = size, .mtime = mtime, .finished = finished, .ctx = ctx});
}

void disk_file_keep(struct disk_file *file, disk_done_cb *done, void *ctx)
{
    begin_end(file, run_keep, (struct end_job){.done = done, .ctx = ctx});
}

void disk_file_discard(struct disk_file *file, disk_done_cb *done, void *ctx)
{
    begin_end(file, run_discard, (struct end_job){.done = done, .ctx = ctx});
}

/* Partials of items that are not running. */

static void drop_found(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    (void)ctx;
    (void)err;
    if (file)
        disk_file_discard(file, NULL, NULL);
}

void disk_partial_remove(struct disk *disk, const struct disk_place *place, const char *url)
{
    disk_file_open(disk, place, url, true, drop_found, NULL);
}

struct partials_job {
    struct disk_job job;
    char *dir;
    char **names;
    size_t count, size;
    disk_partials_cb *found;
    void *ctx;
};

static void run_partials(struct disk_job *base)
{
    struct partials_job *job = OWNER_OF(base, struct partials_job, job);
    DIR *dir = opendir(job->dir);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);

        if (!str_ends(entry->d_name, ".haul") || len <= 5)
            continue;
        job->names = array_reserve(job->names, job->count, &job->size, sizeof *job->names);
        job->names[job->count++] = xstrndup(entry->d_name, len - 5);
    }
    if (dir)
        closedir(dir);
}

static void end_partials(struct disk_job *base)
{
    struct partials_job *job = OWNER_OF(base, struct partials_job, job);

    job->found(job->ctx, job->names, job->count);
    for (size_t i = 0; i < job->count; i++)
        free(job->names[i]);
    free(job->names);
    free(job->dir);
    free(job);
}

void disk_partials(struct disk *disk, const char *dir, disk_partials_cb *found, void *ctx)
{
    struct partials_job *job = xcalloc(1, sizeof *job);

    *job = (struct partials_job){.job = {.run = run_partials, .done = end_partials},
                                 .dir = xstrdup(dir),
                                 .found = found,
                                 .ctx = ctx};
    disk_submit(disk, &job->job);
}
