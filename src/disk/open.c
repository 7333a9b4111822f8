/* Opening partial files: taking up the one that an earlier run left, or making a new one.
 *
 * A partial is taken for ours only when it is a regular file that nobody else writes, made by us,
 * with a sound record of the same URL beside it, made by us too; whatever else lies there is left
 * alone. Which partials there are is read from the folder: their numbers may have gaps. */

#include "disk/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/names.h"
#include "disk/record.h"

#define STRANGERS_MAX 100 /* files of others that are called like records */

enum purpose {
    OPEN_ANY,     /* ours, or a new one */
    OPEN_PARTIAL, /* ours, or none */
    OPEN_REMOVE   /* ours, whatever the policy says of the final name */
};

struct open_job {
    struct disk_job job;
    struct disk_file *file;
    char *url;
    char *was;
    bool adopt;
    enum purpose purpose;
    bool opened_it;
    struct haul_error err;
    disk_opened_cb *opened;
    void *ctx;
};

enum claim {
    CLAIM_OURS,     /* the partial is open and locked */
    CLAIM_NONE,     /* there is none any more */
    CLAIM_STRANGER, /* nothing says that it is ours */
    CLAIM_ODD,      /* nor could it be */
    CLAIM_BUSY,     /* somebody is writing it */
    CLAIM_FAILED    /* nobody knows: ->err */
};

/* Is it ours? */

static bool is_of_ours(const struct open_job *job, const struct disk_state *state)
{
    return strcmp(state->url, job->url) == 0 || (job->was && strcmp(state->url, job->was) == 0);
}

/* What can't be looked at may be ours: to begin another one beside it would be to lose it. */
static void fail_to_look(struct open_job *job, const char *name, int error)
{
    haul_fail_errno(&job->err, HAUL_E_DISK, error, "can't look at %s/%s", job->file->dir, name);
}

/* Our record beside the partial: sound, and of this link or the one that it had before. With ADOPT,
 * of any. When it can't be read, ->err says so. */
static bool load_record(struct open_job *job, const struct stat *st, bool adopt)
{
    struct disk_file *file = job->file;
    struct disk_state state = {.size = -1};
    size_t len = 0;
    struct file_id id;
    int error;
    char *text = record_read(file, &len, &id, &error);
    bool ours = text && state_read(text, len, &state);
    bool foreign;

    free(text);
    if (error)
        fail_to_look(job, file->record, error);
    if (!ours)
        return false;
    foreign = !is_of_ours(job, &state);
    if (foreign && !adopt) {
        state_fini(&state);
        return false;
    }
    file->doubted = disk_state_bytes(&state);
    state_believe(&state, state_boot_id(), (uint64_t)st->st_size);
    file->doubted -= disk_state_bytes(&state);
    file->state = state;
    file->foreign = foreign;
    file->found = true;
    file->record_id = id;
    return true;
}

/* A partial that somebody else began: its bytes up to the first hole, for those behind one may have
 * been skipped by whoever wrote it. A record that can't be read is taken over with it. */
static bool load_bytes(struct disk_file *file, const struct stat *st)
{
    off_t hole = lseek(file->fd, 0, SEEK_HOLE);
    uint64_t here = (uint64_t)(hole >= 0 ? MIN(hole, st->st_size) : st->st_size);

    if (here == 0)
        return false;
    file->takes_record = true;
    file->state = (struct disk_state){.url = xstrdup(""), .size = -1, .range_count = 1};
    file->state.ranges = xcalloc(1, sizeof *file->state.ranges);
    file->state.ranges[0] = (struct disk_range){.end = UINT64_MAX, .written = here};
    file->found = file->foreign = true;
    return true;
}

/* Whose is the partial that is open? Who held the lock until now may have given the file its final
 * name since we opened it: then that is nobody's to go on with. */
static enum claim judge(struct open_job *job, bool adopt)
{
    struct disk_file *file = job->file;
    struct stat st;

    if (!names_lock(file->fd))
        return CLAIM_BUSY;
    if (!disk_file_is_own(file, file->fd, &st))
        return CLAIM_ODD;
    file->id = (struct file_id){st.st_dev, st.st_ino};
    if (!disk_file_is_there(file))
        return CLAIM_NONE;
    if (load_record(job, &st, adopt) ||
        (adopt && job->err.code == HAUL_OK && load_bytes(file, &st)))
        return CLAIM_OURS;
    return CLAIM_STRANGER;
}

/* Takes the partial of the present name if it is there and ours. */
static enum claim claim(struct open_job *job, unsigned number)
{
    struct disk_file *file = job->file;
    bool adopt = job->adopt && number == 0; /* the very NAME.part */
    enum claim what = CLAIM_ODD;

    file->fd = openat(file->dirfd, file->part, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file->fd >= 0)
        what = judge(job, adopt);
    else if (record_is_trouble(errno))
        fail_to_look(job, file->part, errno);
    else if (errno == ENOENT)
        what = CLAIM_NONE;
    if (what == CLAIM_OURS)
        return what;
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    return job->err.code == HAUL_OK ? what : CLAIM_FAILED;
}

/* Which partials there are. */

struct numbers {
    unsigned *items;
    size_t count, size;
};

static int by_value(const void *a, const void *b)
{
    const unsigned *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static struct dirent *next_entry(DIR *dir, int *ret_error)
{
    struct dirent *entry;

    errno = 0;
    entry = readdir(dir);
    *ret_error = entry ? 0 : errno;
    return entry;
}

/* The numbers of the partials that have the name asked for, or a numbered form of it, in order.
 * When the folder can't be read, ->err says so. */
static struct numbers list_partials(struct open_job *job)
{
    const struct disk_file *file = job->file;
    struct disk_place place = disk_file_place(file);
    int fd = openat(file->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct numbers numbers = {0};
    struct dirent *entry;
    unsigned n;
    int error = dir ? 0 : errno;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = next_entry(dir, &error))) {
        if (!names_number(&place, entry->d_name, ".part", &n))
            continue;
        numbers.items =
            array_reserve(numbers.items, numbers.count, &numbers.size, sizeof *numbers.items);
        numbers.items[numbers.count++] = n;
    }
    if (dir)
        closedir(dir);
    if (error)
        haul_fail_errno(&job->err, HAUL_E_DISK, error, "can't read the folder %s", file->dir);
    if (numbers.count > 1)
        qsort(numbers.items, numbers.count, sizeof *numbers.items, by_value);
    return numbers;
}

/* Names for it. */

static void name_partial(struct disk_file *file, unsigned n)
{
    struct disk_place place = disk_file_place(file);
    char *name = names_candidate(&place, n);

    free(file->part);
    free(file->record);
    file->part = xasprintf("%s.part", name);
    file->record = xasprintf("%s.haul", name);
    free(name);
}

static void name_final(struct disk_file *file, unsigned n)
{
    struct disk_place place = disk_file_place(file);

    free(file->name);
    file->number = n;
    file->name = names_candidate(&place, n);
}

/* Chooses a free final name, from candidate N on; false when the policy has no other. */
static bool choose_final(struct open_job *job, unsigned n)
{
    struct disk_file *file = job->file;
    struct disk_place place = disk_file_place(file);

    if (file->policy == HAUL_EXISTS_RENAME)
        n = names_free_number(file->dirfd, &place, "", n);
    name_final(file, n);
    return names_may_have(file->dirfd, &place, file->name, &job->err);
}

/* Somebody is fetching to this very name. With `skip` that is as good as there, `fail` says so. */
static bool may_share_name(struct open_job *job)
{
    struct disk_file *file = job->file;

    if (job->purpose == OPEN_REMOVE)
        return true;
    if (file->policy == HAUL_EXISTS_SKIP)
        haul_fail(&job->err, HAUL_E_EXISTS, "%s/%s is being fetched already", file->dir,
                  file->base);
    else if (file->policy == HAUL_EXISTS_FAIL)
        haul_fail(&job->err, HAUL_E_BUSY, "%s/%s is being fetched already", file->dir, file->base);
    return job->err.code == HAUL_OK;
}

/* In a folder of many files, reading all names for each new file would cost more than the files. A
 * name whose plain form is not in use has no numbered forms but for what was removed since; these
 * are found by those who know of a partial (OPEN_PARTIAL). */
static bool worth_listing(const struct open_job *job)
{
    const struct disk_file *file = job->file;
    char *part = xasprintf("%s.part", file->base);
    bool used = job->purpose != OPEN_ANY || names_taken(file->dirfd, file->base) ||
                names_taken(file->dirfd, part);

    free(part);
    return used;
}

/* Looks for our own partial. *ret_free is the first number that nobody is fetching to right now. */
static bool find_ours(struct open_job *job, unsigned *ret_free)
{
    struct numbers numbers = {0};
    bool found = false;

    if (worth_listing(job))
        numbers = list_partials(job);
    *ret_free = 0;
    for (size_t i = 0; i < numbers.count && !found && job->err.code == HAUL_OK; i++) {
        enum claim what;

        name_partial(job->file, numbers.items[i]);
        what = claim(job, numbers.items[i]);
        found = what == CLAIM_OURS;
        if (what == CLAIM_BUSY && !may_share_name(job))
            break;
        if (what == CLAIM_BUSY && numbers.items[i] == *ret_free) {
            job->file->beside = DISK_BESIDE_BUSY;
            ++*ret_free;
        } else if (numbers.items[i] == 0 && (what == CLAIM_STRANGER || what == CLAIM_ODD)) {
            job->file->beside = what == CLAIM_ODD ? DISK_BESIDE_ODD : DISK_BESIDE_STRANGER;
        }
    }
    if (found && job->file->beside != DISK_BESIDE_BUSY)
        job->file->beside = DISK_BESIDE_NOTHING; /* ours has had its name for long */
    free(numbers.items);
    return found;
}

/* Makes one with the first number from FIRST on whose record has a place, too. */
static enum haul_err make_one(struct open_job *job, unsigned first)
{
    struct disk_file *file = job->file;
    struct disk_place place = disk_file_place(file);
    unsigned n = first;

    for (int i = 0; i < STRANGERS_MAX; i++, n++) {
        enum haul_err code = names_make_partial(file->dirfd, &place, n, &n, &file->fd, &job->err);

        if (code != HAUL_OK)
            return code;
        name_partial(file, n);
        if (!record_is_strange(file))
            return HAUL_OK;
        unlinkat(file->dirfd, file->part, 0);
        close(file->fd);
        file->fd = -1;
    }
    return haul_fail(&job->err, HAUL_E_EXISTS, "%s/%s is already there", file->dir, file->record);
}

/* A new partial; what was left lying about by others costs only the partial's name. */
static enum haul_err make_new(struct open_job *job)
{
    struct disk_file *file = job->file;
    enum haul_err code = make_one(job, file->number);

    if (code != HAUL_OK)
        return code;
    file->entries_new = true;
    job->opened_it = true;
    return HAUL_OK;
}

static enum haul_err claim_a_name(struct open_job *job)
{
    struct disk_file *file = job->file;
    unsigned free_number;

    if (job->purpose == OPEN_REMOVE) {
        job->opened_it = find_ours(job, &free_number);
        name_final(file, 0);
        return HAUL_OK;
    }
    if (file->policy != HAUL_EXISTS_RENAME && !choose_final(job, 0))
        return job->err.code;
    job->opened_it = find_ours(job, &free_number);
    if (job->err.code != HAUL_OK || (!job->opened_it && job->purpose == OPEN_PARTIAL))
        return job->err.code;
    if (!choose_final(job, file->policy == HAUL_EXISTS_RENAME ? free_number : 0)) {
        job->opened_it = false;
        return job->err.code;
    }
    return job->opened_it ? HAUL_OK : make_new(job);
}

/* The job. */

static void run_open(struct disk_job *base)
{
    struct open_job *job = OWNER_OF(base, struct open_job, job);
    struct disk_file *file = job->file;
    struct stat st;

    if (names_open_dir(file->dir, &file->dirfd, &job->err) != HAUL_OK)
        return;
    if (claim_a_name(job) != HAUL_OK || !job->opened_it) {
        disk_file_close(file);
        return;
    }
    if (fstat(file->fd, &st) == 0) {
        file->id = (struct file_id){st.st_dev, st.st_ino};
    }
    if (fstat(file->dirfd, &st) == 0) {
        file->dir_dev = st.st_dev;
        file->dir_ino = st.st_ino;
    }
    fcntl(file->fd, F_SETFL, 0); /* O_NONBLOCK was for fifos only */
}

static void end_open(struct disk_job *base)
{
    struct open_job *job = OWNER_OF(base, struct open_job, job);
    struct disk_file *file = job->file;

    if (job->opened_it) {
        file->volume = disk_volume(file->disk, file->id.dev);
        file->folder = disk_folder_adopt(file->disk, file->dirfd, file->dir_dev, file->dir_ino);
        file->dirfd = file->folder->fd;
    } else {
        disk_file_free(file);
        file = NULL;
    }
    job->opened(job->ctx, file, &job->err);
    free(job->url);
    free(job->was);
    free(job);
}

static void open_for(struct disk *disk, const struct disk_place *place,
                     const struct disk_claim *claim, enum purpose purpose, disk_opened_cb *opened,
                     void *ctx)
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
                               .item = place->item,
                               .cut_at = UINT64_MAX,
                               .state = {.size = -1}};
    *job = (struct open_job){.job = {.run = run_open, .done = end_open},
                             .file = file,
                             .url = xstrdup(claim->url),
                             .was = claim->was ? xstrdup(claim->was) : NULL,
                             .adopt = claim->adopt && purpose == OPEN_PARTIAL,
                             .purpose = purpose,
                             .opened = opened,
                             .ctx = ctx};
    disk_submit(disk, &job->job);
}

void disk_file_open(struct disk *disk, const struct disk_place *place,
                    const struct disk_claim *claim, bool only_partial, disk_opened_cb *opened,
                    void *ctx)
{
    open_for(disk, place, claim, only_partial ? OPEN_PARTIAL : OPEN_ANY, opened, ctx);
}

static void drop_found(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    (void)ctx;
    (void)err;
    if (file)
        disk_file_discard(file, NULL, NULL);
}

void disk_partial_remove(struct disk *disk, const struct disk_place *place,
                         const struct disk_claim *claim)
{
    open_for(disk, place, claim, OPEN_REMOVE, drop_found, NULL);
}

/* Folders: the records in one, and whether it can be used. */

struct partials_job {
    struct disk_job job;
    char *dir;
    char **names;
    size_t count, size;
    struct haul_error err;
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
    names_check_dir(job->dir, &job->err);
}

static void end_partials(struct disk_job *base)
{
    struct partials_job *job = OWNER_OF(base, struct partials_job, job);

    job->found(job->ctx, job->names, job->count, &job->err);
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

struct check_job {
    struct disk_job job;
    char *dir;
    struct haul_error err;
    disk_done_cb *done;
    void *ctx;
};

static void run_check(struct disk_job *base)
{
    struct check_job *job = OWNER_OF(base, struct check_job, job);

    names_check_dir(job->dir, &job->err);
}

static void end_check(struct disk_job *base)
{
    struct check_job *job = OWNER_OF(base, struct check_job, job);

    job->done(job->ctx, &job->err);
    free(job->dir);
    free(job);
}

void disk_check_folder(struct disk *disk, const char *dir, disk_done_cb *done, void *ctx)
{
    struct check_job *job = xcalloc(1, sizeof *job);

    *job = (struct check_job){.job = {.run = run_check, .done = end_check},
                              .dir = xstrdup(dir),
                              .done = done,
                              .ctx = ctx};
    disk_submit(disk, &job->job);
}
