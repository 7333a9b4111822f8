/* The record beside a partial, as a file.
 *
 * Invariant: what is written, replaced or removed at its name is the very file that this partial's
 * record was before, or nothing: a file of the user's own may have that name, and another haul's
 * record does once somebody has moved the partial away and begun anew. */

#include "disk/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/file_inside.h"
#include "disk/names.h"

/* Is it ours? */

/* The owner of what we make in this folder: ourselves, but for file systems that map all owners to
 * one (NFS with squashed root, SMB, FAT). */
static uid_t own_uid_in(const struct disk_file *file)
{
    char *probe = xasprintf("%s.new", file->record);
    struct stat st = {.st_uid = geteuid()};
    int fd = openat(file->dirfd, probe, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd >= 0) {
        if (fstat(fd, &st) != 0)
            st.st_uid = geteuid();
        unlinkat(file->dirfd, probe, 0);
        close(fd);
    }
    free(probe);
    return st.st_uid;
}

/* In a folder that others can write to, they may have put it there, or hold another name of it. */
bool disk_file_is_own(const struct disk_file *file, int fd, struct stat *ret_st)
{
    if (fstat(fd, ret_st) != 0 || !S_ISREG(ret_st->st_mode) || ret_st->st_nlink > 1)
        return false;
    return ret_st->st_uid == geteuid() || ret_st->st_uid == own_uid_in(file);
}

static bool is_file(const struct stat *st, const struct file_id *id)
{
    return st->st_dev == id->dev && st->st_ino == id->ino;
}

bool disk_file_is_there(const struct disk_file *file)
{
    struct stat st;

    return fstatat(file->dirfd, file->part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           is_file(&st, &file->id);
}

bool record_is_trouble(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO || error == ESTALE;
}

/* All of FD into TEXT, as far as that takes it; 0 or an errno. */
static int read_text(int fd, struct strbuf *text)
{
    char chunk[4096];
    ssize_t len;

    while ((len = read(fd, chunk, sizeof chunk)) != 0) {
        if (len < 0 && errno != EINTR)
            return errno;
        if (len > 0 && !strbuf_add(text, chunk, (size_t)len))
            return EFBIG;
    }
    return 0;
}

char *record_read(const struct disk_file *file, size_t *ret_len, struct file_id *ret_id,
                  int *ret_error)
{
    int fd = openat(file->dirfd, file->record, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int error = fd < 0 ? errno : 0;
    struct strbuf text;
    struct stat st;
    bool ours;

    strbuf_init(&text, STATE_BYTES_MAX);
    ours = fd >= 0 && disk_file_is_own(file, fd, &st);
    if (ours)
        error = read_text(fd, &text);
    if (fd >= 0)
        close(fd);
    *ret_error = record_is_trouble(error) ? error : 0;
    if (!ours || error) {
        strbuf_fini(&text);
        return NULL;
    }
    *ret_len = text.len;
    *ret_id = (struct file_id){st.st_dev, st.st_ino};
    return strbuf_take(&text);
}

/* A regular file that begins as a record does, or is empty: made by a haul. A power cut may leave
 * zeros where its bytes were to be. */
static bool looks_like_one(int fd)
{
    static const char lost[sizeof STATE_MAGIC - 1];
    char begin[sizeof lost];
    struct stat st;
    ssize_t len;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    len = pread(fd, begin, sizeof begin, 0);
    return len >= 0 &&
           (memcmp(begin, STATE_MAGIC, (size_t)len) == 0 || memcmp(begin, lost, (size_t)len) == 0);
}

/* A killed haul left it. */
static bool is_draft(const struct disk_file *file, const char *draft)
{
    int fd = openat(file->dirfd, draft, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    bool is_it = fd >= 0 && looks_like_one(fd);

    if (fd >= 0)
        close(fd);
    return is_it;
}

/* Another file has the partial's name: then the record may be that one's. */
static bool is_part_taken(const struct disk_file *file)
{
    struct stat st;

    return fstatat(file->dirfd, file->part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           !is_file(&st, &file->id);
}

/* Opens the record where it is still the one that this partial had. -1 with errno, ENOENT when
 * there is none. The number of a file that is gone can be another one's by now, so that alone
 * proves nothing; the partial's can't, for it is open. */
static int open_own(const struct disk_file *file)
{
    struct stat st;
    int fd;

    if (is_part_taken(file)) {
        errno = ESTALE;
        return -1;
    }
    fd = openat(file->dirfd, file->record, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && is_file(&st, &file->record_id) && looks_like_one(fd))
        return fd;
    close(fd);
    errno = ESTALE;
    return -1;
}

static bool is_record_of_ours(struct disk_file *file)
{
    struct disk_state state;
    struct file_id id;
    size_t len = 0;
    int error;
    char *text = record_read(file, &len, &id, &error);
    bool ours = text && state_read(text, len, &state);

    free(text);
    if (!ours)
        return false;
    state_fini(&state);
    file->record_id = id;
    return true;
}

bool record_is_strange(struct disk_file *file)
{
    char *draft = xasprintf("%s.new", file->record);
    bool strange = (names_taken(file->dirfd, draft) && !is_draft(file, draft)) ||
                   (names_taken(file->dirfd, file->record) && !is_record_of_ours(file));

    free(draft);
    return strange;
}

/* Writing. */

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

static bool holds_synced(const struct disk_state *state)
{
    for (size_t i = 0; i < state->range_count; i++) {
        if (state->ranges[i].synced > state->ranges[i].start)
            return true;
    }
    return false;
}

/* The new record is whole on the disk before it takes the place of one that a power cut could leave
 * us with: else that could leave neither. */
static int write_draft(int fd, const struct disk_state *state, const char *text, size_t len,
                       bool sync)
{
    int error = disk_write_all(fd, text, len, 0);

    if (error || !(sync || holds_synced(state)))
        return error;
    return fdatasync(fd) == 0 ? 0 : errno;
}

/* May a record be put at its name, and none of somebody else's replaced? 0 or an errno. */
static int check_place(const struct disk_file *file)
{
    int fd = open_own(file);
    int error = fd >= 0 || errno == ENOENT || file->takes_record ? 0 : errno;

    if (fd >= 0)
        close(fd);
    return error || disk_file_is_there(file) ? error : ESTALE;
}

/* Writes TEXT to DRAFT and moves that to its place; 0 or an errno. */
static int put_text(struct disk_file *file, const char *draft, const struct disk_state *state,
                    const char *text, size_t len, bool sync)
{
    struct stat st;
    int fd, error;

    if (is_draft(file, draft))
        unlinkat(file->dirfd, draft, 0); /* of a haul that was killed; the partial's lock is ours */
    fd = openat(file->dirfd, draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    error = write_draft(fd, state, text, len, sync);
    if (!error && fstat(fd, &st) != 0)
        error = errno;
    if (!error && renameat(file->dirfd, draft, file->dirfd, file->record) != 0)
        error = errno;
    if (error)
        unlinkat(file->dirfd, draft, 0);
    else
        file->record_id = (struct file_id){st.st_dev, st.st_ino};
    file->takes_record &= error != 0;
    close(fd);
    return error;
}

static enum haul_err fail_to_write(const struct disk_file *file, int error, struct haul_error *err)
{
    return haul_fail_errno(err, HAUL_E_DISK, error, "can't write the record %s/%s", file->dir,
                           file->record);
}

enum haul_err record_put(struct disk_file *file, const struct disk_state *state, bool sync,
                         size_t *ret_rows, struct haul_error *err)
{
    size_t len = 0, rows = 0;
    char *text, *draft;
    int error = check_place(file);

    if (error == ESTALE)
        return haul_fail(err, HAUL_E_DISK, "%s/%s or its record was moved or replaced by somebody",
                         file->dir, file->part);
    if (error)
        return fail_to_write(file, error, err);
    text = tidy_record(state, &len, &rows);
    if (!text)
        return haul_fail(err, HAUL_E_INTERNAL, "no record can be made for %s", file->name);
    draft = xasprintf("%s.new", file->record);
    error = put_text(file, draft, state, text, len, sync);
    free(draft);
    free(text);
    if (error)
        return fail_to_write(file, error, err);
    *ret_rows = rows;
    file->entries_new = true;
    return HAUL_OK;
}

void record_put_rows(const struct disk_file *file, const struct disk_state *state, size_t rows,
                     bool sync)
{
    size_t len = 0, begin = 0;
    char *text = tidy_record(state, &len, &begin);
    int fd = text ? open_own(file) : -1;

    if (fd >= 0 && pwrite(fd, text + begin, len - begin, (off_t)rows) >= 0 && sync)
        fdatasync(fd);
    if (fd >= 0)
        close(fd);
    free(text);
}

bool record_remove(struct disk_file *file)
{
    int fd = file->record_id.ino != 0 ? open_own(file) : -1;

    file->record_id = (struct file_id){0};
    if (fd < 0)
        return false;
    close(fd);
    return unlinkat(file->dirfd, file->record, 0) == 0;
}

void record_sync_folder(struct disk_file *file)
{
    if (file->entries_new)
        fsync(file->dirfd);
    file->entries_new = false;
}
