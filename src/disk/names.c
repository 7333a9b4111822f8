/* Names in a folder: finding a free one, making a partial, renaming without replacing.
 *
 * What is free now may be taken in the next moment, by another haul too: a name counts as ours only
 * when the kernel gave it to us without replacing anything (O_EXCL, RENAME_NOREPLACE, link). Worker
 * threads only. */

#include "disk/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

#define NUMBER_MAX ((unsigned)INT32_MAX)
#define RACES_MAX  1000 /* how often a name may be taken just before us */
#define LOCK_TRIES 20

/* Cuts PATH, an absolute one, to the folder that it is in. False: it is the root. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash || strcmp(path, "/") == 0)
        return false;
    slash[slash == path] = '\0';
    return true;
}

/* The part of the absolute DIR that is there, newly allocated. */
static char *part_that_exists(const char *dir)
{
    char *path = xstrdup(dir);

    while (access(path, F_OK) != 0 && go_up(path))
        continue;
    return path;
}

/* Syncs the folders that DIR is in, up to the one whose path has LEN bytes: a new folder is safe
 * only when the one above it is. The errno of what failed, 0: nothing. */
static int sync_above(const char *dir, size_t len)
{
    char *path = xstrdup(dir);
    int error = 0;

    while (!error && strlen(path) > len && go_up(path)) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
            continue;
        error = names_sync(fd);
        close(fd);
    }
    free(path);
    return error;
}

/* Takes back the folders that were made for DIR, those that nobody uses yet. */
static void unmake(const char *dir, size_t len)
{
    char *path = xstrdup(dir);

    while (strlen(path) > len) {
        rmdir(path);
        if (!go_up(path))
            break;
    }
    free(path);
}

/* A folder that a power cut could take, with all that is complete in it, is not left for another
 * try, which would find it there and sync nothing. */
static enum haul_err make_dir(const char *dir, struct haul_error *err)
{
    char *there = part_that_exists(dir);
    enum haul_err code = path_make_dirs(dir, 0777, err);
    int error = sync_above(dir, strlen(there)); /* what was made before one could not be, too */

    if (error)
        unmake(dir, strlen(there));
    if (error && code == HAUL_OK)
        code = haul_fail_errno(err, HAUL_E_DISK, error, "can't sync the folder above %s", dir);
    free(there);
    return code;
}

enum haul_err names_open_dir(const char *dir, int *ret_fd, struct haul_error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        enum haul_err code = make_dir(dir, err);

        if (code != HAUL_OK)
            return code;
        fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0)
        return haul_fail_errno(err, HAUL_E_DISK, errno, "can't use the folder %s", dir);
    *ret_fd = fd;
    return HAUL_OK;
}

void names_check_dir(const char *dir, struct haul_error *err)
{
    char *there = part_that_exists(dir);
    struct stat st;

    if (stat(there, &st) == 0 && !S_ISDIR(st.st_mode))
        haul_fail_errno(err, HAUL_E_DISK, ENOTDIR, "can't use the folder %s", dir);
    else if (faccessat(AT_FDCWD, there, W_OK | X_OK, AT_EACCESS) != 0)
        haul_fail_errno(err, HAUL_E_DISK, errno, "can't make files in the folder %s", dir);
    free(there);
}

bool names_taken(int dirfd, const char *name)
{
    struct stat st;

    return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* NAME is taken, and PLACE's policy has no other for it. */
static void refuse_taken(int dirfd, const struct disk_place *place, const char *name,
                         struct haul_error *err)
{
    struct stat st;

    if (place->policy == HAUL_EXISTS_SKIP &&
        (fstatat(dirfd, name, &st, 0) != 0 || !S_ISREG(st.st_mode)))
        haul_fail(err, HAUL_E_DISK, "%s/%s is there, and is no file", place->dir, name);
    else
        haul_fail(err, HAUL_E_EXISTS, "%s/%s is already there", place->dir, name);
}

bool names_may_have(int dirfd, const struct disk_place *place, const char *name,
                    struct haul_error *err)
{
    struct stat st;

    if (place->policy == HAUL_EXISTS_RENAME || fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (place->policy != HAUL_EXISTS_OVERWRITE)
        refuse_taken(dirfd, place, name, err);
    else if (S_ISDIR(st.st_mode))
        haul_fail_errno(err, HAUL_E_DISK, EISDIR, "can't replace %s/%s", place->dir, name);
    else
        return true;
    return false;
}

char *names_candidate(const struct disk_place *place, unsigned n)
{
    return n == 0 ? xstrdup(place->name) : place->numbered(place->name, n);
}

bool names_number(const struct disk_place *place, const char *entry, const char *suffix,
                  unsigned *ret_n)
{
    const char *open = entry, *end;
    uint64_t n = 0;
    bool same = false;
    char *name;

    if (!str_ends(entry, suffix))
        return false;
    name = xstrndup(entry, strlen(entry) - strlen(suffix));
    if (strcmp(name, place->name) == 0) {
        *ret_n = 0;
        same = true;
    }
    while (!same && (open = strstr(open, " ("))) {
        open += 2;
        if (str_to_u64(open, &n, &end) && *end == ')' && n <= NUMBER_MAX) {
            char *candidate = names_candidate(place, (unsigned)n);

            same = strcmp(candidate, name) == 0;
            *ret_n = same ? (unsigned)n : *ret_n;
            free(candidate);
        }
    }
    free(name);
    return same;
}

static bool number_taken(int dirfd, const struct disk_place *place, const char *suffix, unsigned n)
{
    char *name = names_candidate(place, n);
    char *whole = xasprintf("%s%s", name, suffix);
    bool taken = names_taken(dirfd, whole);

    free(whole);
    free(name);
    return taken;
}

unsigned names_free_number(int dirfd, const struct disk_place *place, const char *suffix,
                           unsigned first)
{
    unsigned taken = first, step = 1, unused;

    if (!number_taken(dirfd, place, suffix, first))
        return first;
    while (taken + step < NUMBER_MAX && number_taken(dirfd, place, suffix, taken + step)) {
        taken += step;
        step *= 2;
    }
    unused = taken + step;
    while (unused - taken > 1) {
        unsigned middle = taken + (unused - taken) / 2;

        if (number_taken(dirfd, place, suffix, middle))
            taken = middle;
        else
            unused = middle;
    }
    return unused;
}

/* Is the file of FD open once more in this process? */
static bool is_open_twice(int fd)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    struct stat own, st;
    bool twice = false;
    uint64_t other;
    const char *end;

    while (dir && !twice && (entry = readdir(dir)) && fstat(fd, &own) == 0) {
        if (str_to_u64(entry->d_name, &other, &end) && other <= INT_MAX && (int)other != fd)
            twice = fstat((int)other, &st) == 0 && S_ISREG(st.st_mode) && st.st_dev == own.st_dev &&
                    st.st_ino == own.st_ino;
    }
    if (dir)
        closedir(dir);
    return twice;
}

/* 0, or an errno: EWOULDBLOCK when somebody has it, another one where there are no locks. */
static int try_lock(int fd)
{
    int status;

    do
        status = flock(fd, LOCK_EX | LOCK_NB);
    while (status != 0 && errno == EINTR);
    return status == 0 ? 0 : errno;
}

bool names_lock(int fd)
{
    int error = try_lock(fd);

    return error == 0 || (error != EWOULDBLOCK && !is_open_twice(fd));
}

/* One who looks whether a file is his, or names one, holds a lock for a moment: that is waited for,
 * but not somebody who keeps it. */
static bool lock_soon(int fd)
{
    const struct timespec moment = {.tv_nsec = 5000000};

    for (int i = 0; i < LOCK_TRIES; i++) {
        if (names_lock(fd))
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

/* Does the folder hold an entry of this very NAME? Where capital and small letters make no
 * difference, what it opens can have another. */
static bool is_listed(int dirfd, const char *name)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    bool listed = false;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && !listed && (entry = readdir(dir)))
        listed = strcmp(entry->d_name, name) == 0;
    if (dir)
        closedir(dir);
    return listed;
}

/* Opens NAME's partial if it is one of ours that was killed before its record: it holds nothing, so
 * nothing is lost by taking it. Without a lock nobody knows that it was killed. -1 when it is not.
 */
static int take_empty(int dirfd, const char *part, const char *name)
{
    char *record = xasprintf("%s.haul", name);
    int fd = openat(dirfd, part, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    bool ours = fd >= 0 && try_lock(fd) == 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                st.st_size == 0 && st.st_nlink == 1 && st.st_uid == geteuid() &&
                !names_taken(dirfd, record) && is_listed(dirfd, part);

    free(record);
    if (ours)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* NAME's partial, new or left empty; -1 with errno, EEXIST when it is somebody else's. */
static int open_partial(int dirfd, const char *part, const char *name)
{
    int fd = openat(dirfd, part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (fd < 0 && errno == EEXIST) {
        fd = take_empty(dirfd, part, name);
        errno = EEXIST;
    }
    return fd;
}

/* The file PLACE's folder + NAME can't be made or named, as VERB says. FAT, NTFS and shares of
 * Windows take some characters in no name, and each driver says so in its own way. */
static enum haul_err fail_to(const char *verb, int error, const struct disk_place *place,
                             const char *name, struct haul_error *err)
{
    const char *odd = strpbrk(name, ":*?\"<>|\\");

    if (!odd || (error != EINVAL && error != EILSEQ && error != ENOENT))
        return haul_fail_errno(err, HAUL_E_DISK, error, "can't %s the file %s/%s", verb, place->dir,
                               name);
    return haul_fail(err, HAUL_E_DISK,
                     "can't %s the file %s/%s: %s; if no name may have '%c' there, choose another "
                     "one with -o",
                     verb, place->dir, name, strerrordesc_np(error), *odd);
}

static enum haul_err make_partial(int dirfd, const struct disk_place *place, unsigned n,
                                  int *ret_fd, struct haul_error *err)
{
    char *name = names_candidate(place, n);
    char *part = xasprintf("%s.part", name);
    enum haul_err code = HAUL_OK;
    int fd = open_partial(dirfd, part, name);

    if (fd < 0 && errno == EEXIST) {
        code = haul_fail(err, HAUL_E_EXISTS, "%s/%s is already there", place->dir, part);
    } else if (fd < 0) {
        code = fail_to("make", errno, place, part, err);
    } else if (!lock_soon(fd)) {
        close(fd); /* somebody took it for one that was left empty: it is theirs now */
        code = haul_fail(err, HAUL_E_BUSY, "another program holds %s/%s", place->dir, part);
    } else {
        *ret_fd = fd;
    }
    free(part);
    free(name);
    return code;
}

enum haul_err names_make_partial(int dirfd, const struct disk_place *place, unsigned first,
                                 unsigned *ret_n, int *ret_fd, struct haul_error *err)
{
    enum haul_err code = HAUL_E_EXISTS;
    struct haul_error why = {0};
    unsigned n = first, lost = 0; /* to others who were quicker to lock it */

    for (int i = 0; i < RACES_MAX && (code == HAUL_E_EXISTS || (code == HAUL_E_BUSY && lost == 1));
         i++) {
        if (i > 0) /* mostly the first one is free: O_EXCL tells that, too */
            n = names_free_number(dirfd, place, ".part", n);
        code = make_partial(dirfd, place, n, ret_fd, &why);
        lost += code == HAUL_E_BUSY;
    }
    if (code == HAUL_OK)
        *ret_n = n;
    else
        *err = why;
    return code;
}

/* Looks whether the name is free, then renames: for file systems that know neither a rename that
 * does not replace nor links. The folder is locked meanwhile, so no other haul does the same; of
 * other programs nothing can be known between the look and the rename. To take the name with an
 * empty file first would be no better: who is killed in between leaves that under the final name,
 * where it counts as the file. */
static int rename_looked(int dirfd, const char *from, const char *to)
{
    int lock = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = -1, why;

    /* Each of those who name files there holds it for the time of a rename; one who keeps it has no
     * say in what is named. */
    for (int i = 0; lock >= 0 && i < LOCK_TRIES && !lock_soon(lock); i++)
        continue;
    if (names_taken(dirfd, to))
        errno = EEXIST;
    else
        status = renameat(dirfd, from, dirfd, to);
    why = errno;
    if (lock >= 0)
        close(lock);
    errno = why;
    return status;
}

/* renameat2 with RENAME_NOREPLACE, or link and unlink where the file system can't. */
static int rename_free(int dirfd, const char *from, const char *to)
{
    if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (linkat(dirfd, from, dirfd, to, 0) == 0) {
        unlinkat(dirfd, from, 0); /* the name is given, whatever becomes of this one */
        return 0;
    }
    if (errno != EPERM && errno != ENOSYS && errno != EOPNOTSUPP && errno != EMLINK)
        return -1;
    return rename_looked(dirfd, from, to);
}

bool names_make_nameless(int dirfd, int *ret_fd)
{
    int fd = openat(dirfd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);

    if (fd < 0)
        return false;
    *ret_fd = fd;
    return true;
}

/* What is to get a name: a file that has one in the folder, or one that has none. */
struct unnamed {
    const char *from; /* NULL: it has none */
    int fd;
};

/* By the descriptor itself, which Linux before 6.10 refuses to most users as if it was not there.
 */
static int link_nameless(int fd, int dirfd, const char *name)
{
    char path[64];

    if (linkat(fd, "", dirfd, name, AT_EMPTY_PATH) == 0)
        return 0;
    if (errno != ENOENT)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, path, dirfd, name, AT_SYMLINK_FOLLOW);
}

static int put_name(int dirfd, const struct unnamed *file, const struct disk_place *place,
                    const char *name)
{
    if (!file->from)
        return link_nameless(file->fd, dirfd, name);
    return place->policy == HAUL_EXISTS_OVERWRITE ? renameat(dirfd, file->from, dirfd, name)
                                                  : rename_free(dirfd, file->from, name);
}

static enum haul_err give_name(int dirfd, const struct unnamed *file,
                               const struct disk_place *place, unsigned first, char **ret_name,
                               struct haul_error *err)
{
    unsigned n = first;

    for (int i = 0; i < RACES_MAX; i++) {
        char *name;
        int why;

        if (i > 0 && place->policy == HAUL_EXISTS_RENAME)
            n = names_free_number(dirfd, place, "", n);
        name = names_candidate(place, n);
        if (put_name(dirfd, file, place, name) == 0) {
            *err = (struct haul_error){0}; /* of a name that was taken before */
            *ret_name = name;
            return HAUL_OK;
        }
        why = errno;
        if (why != EEXIST)
            (void)fail_to("name", why, place, name, err);
        else
            refuse_taken(dirfd, place, name, err);
        free(name);
        if (why != EEXIST || err->code != HAUL_E_EXISTS)
            return HAUL_E_DISK;
        if (place->policy != HAUL_EXISTS_RENAME)
            break;
    }
    return HAUL_E_EXISTS;
}

enum haul_err names_rename(int dirfd, const char *from, const struct disk_place *place,
                           unsigned first, char **ret_name, struct haul_error *err)
{
    struct unnamed file = {.from = from, .fd = -1};

    return give_name(dirfd, &file, place, first, ret_name, err);
}

enum haul_err names_link(int dirfd, int fd, const struct disk_place *place, char **ret_name,
                         struct haul_error *err)
{
    struct unnamed file = {.fd = fd};

    return give_name(dirfd, &file, place, 0, ret_name, err);
}

int names_sync(int dirfd)
{
    if (fsync(dirfd) == 0 || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
        return 0;
    return errno;
}

enum haul_err names_fail_sync(const char *dir, const char *name, int sys_errno,
                              struct haul_error *err)
{
    return haul_fail_errno(err, HAUL_E_DISK, sys_errno,
                           "%s is complete, but a power cut may take it: can't sync the folder %s",
                           name, dir);
}
