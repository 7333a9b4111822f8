/* Names in a folder: numbers, and giving names on file systems that can do less. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "disk/names.h"

/* What the file system refuses; these stand in for libc's. */
static int rename_error, link_error, lock_error, unlink_error, access_error;
static unsigned syncs;
static int sync_error;
static atomic_bool was_there; /* something had the name when it was given */

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    const struct timespec moment = {.tv_nsec = 2000000};

    if (faccessat(to_dir, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        was_there = true;
    nanosleep(&moment, NULL); /* for others to come in between */
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    bool replaces = !(flags & RENAME_NOREPLACE);

    if (rename_error == 0 && (replaces || faccessat(to_dir, to, F_OK, AT_SYMLINK_NOFOLLOW) != 0))
        return renameat(from_dir, from, to_dir, to);
    errno = rename_error ? rename_error : EEXIST;
    return -1;
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    if (!link_error)
        return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
    errno = link_error;
    return -1;
}

int unlinkat(int dirfd, const char *path, int flags)
{
    if (!unlink_error)
        return (int)syscall(SYS_unlinkat, dirfd, path, flags);
    errno = unlink_error;
    return -1;
}

int flock(int fd, int operation)
{
    if (!lock_error)
        return (int)syscall(SYS_flock, fd, operation);
    errno = lock_error;
    return -1;
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
    if (!access_error || mode == F_OK)
        return (int)syscall(SYS_faccessat2, dirfd, path, mode, flags);
    errno = access_error;
    return -1;
}

int fsync(int fd)
{
    syncs++;
    if (!sync_error)
        return (int)syscall(SYS_fsync, fd);
    errno = sync_error;
    return -1;
}

static bool folds; /* capital letters count as small ones */

static void fold(const char *path, char name[64])
{
    snprintf(name, 64, "%s", path);
    for (char *at = name; folds && *at; at++)
        *at = (char)tolower((unsigned char)*at);
}

int openat(int dirfd, const char *path, int flags, ...)
{
    char name[64];
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    fold(path, name);
    return (int)syscall(SYS_openat, dirfd, name, flags, mode);
}

int fstatat(int dirfd, const char *restrict path, struct stat *restrict st, int flags)
{
    char name[64];

    fold(path, name);
    return (int)syscall(SYS_newfstatat, dirfd, name, st, flags);
}

static char *numbered(const char *name, unsigned n)
{
    return xasprintf("%s (%u)", name, n);
}

static const struct disk_place place = {"/folder", "a", HAUL_EXISTS_RENAME, numbered, 0};

struct folder {
    char path[32];
    int fd;
};

static struct folder folder_new(void)
{
    struct folder folder = {"/tmp/haul-names.XXXXXX", -1};

    assert_non_null(mkdtemp(folder.path));
    folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder.fd >= 0);
    return folder;
}

static void make(const struct folder *folder, const char *name)
{
    int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void make_row(const struct folder *folder, unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        char *name = names_candidate(&place, n);

        make(folder, name);
        free(name);
    }
}

static void folder_free(struct folder *folder, unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        char *name = names_candidate(&place, n);

        unlinkat(folder->fd, name, 0);
        free(name);
    }
    close(folder->fd);
    assert_int_equal(rmdir(folder->path), 0);
}

static void a_number_is_read_from_a_name(void **state)
{
    const char *others[] = {"a",           "b.part",      "a (01).part",
                            "a (0).part",  "a (1) .part", "a (99999999999).part",
                            "aa (1).part", "a (1.part",   ".part"};
    const struct disk_place odd = {"/folder", "a (x)", HAUL_EXISTS_RENAME, numbered, 0};
    unsigned n = 7;

    (void)state;
    assert_true(names_number(&place, "a.part", ".part", &n));
    assert_int_equal(n, 0);
    assert_true(names_number(&place, "a (10).part", ".part", &n));
    assert_int_equal(n, 10);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(names_number(&place, others[i], ".part", &n));
    assert_int_equal(n, 10);
    assert_true(names_number(&odd, "a (x) (2).part", ".part", &n));
    assert_int_equal(n, 2);
}

static void the_first_free_number_of_a_row_is_found(void **state)
{
    const unsigned lengths[] = {0, 1, 2, 3, 7, 8, 9, 100};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct folder folder = folder_new();

        make_row(&folder, lengths[i]);
        assert_int_equal(names_free_number(folder.fd, &place, "", 0), lengths[i]);
        assert_int_equal(names_free_number(folder.fd, &place, "", 200), 200);
        folder_free(&folder, lengths[i]);
    }
}

static void a_name_is_never_written_over(void **state)
{
    const int errors[][2] = {{0, 0}, {EINVAL, 0}, {EINVAL, EPERM}, {ENOSYS, EOPNOTSUPP}};
    struct haul_error err = {0};
    char *name = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        struct folder folder = folder_new();

        rename_error = errors[i][0];
        link_error = errors[i][1];
        make_row(&folder, 3);
        make(&folder, "new");
        assert_int_equal(names_rename(folder.fd, "new", &place, 0, &name, &err), HAUL_OK);
        assert_string_equal(name, "a (3)");
        assert_int_equal(err.code, HAUL_OK); /* of the names that were taken */
        assert_true(names_taken(folder.fd, name));
        assert_false(names_taken(folder.fd, "new"));
        free(name);
        folder_free(&folder, 4);
    }
    rename_error = link_error = 0;
}

/* What has come to lie there since one looked stays, unless the user said otherwise. */
static void a_name_without_another_one_is_refused_when_it_is_taken(void **state)
{
    static const enum haul_if_exists policies[] = {HAUL_EXISTS_SKIP, HAUL_EXISTS_FAIL};
    struct disk_place only = place;
    struct folder folder = folder_new();
    struct haul_error err = {0};
    struct stat before, now;
    char *name = NULL;

    (void)state;
    make(&folder, "a");
    make(&folder, "new");
    assert_int_equal(fstatat(folder.fd, "a", &before, 0), 0);
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        only.policy = policies[i];
        assert_int_equal(names_rename(folder.fd, "new", &only, 0, &name, &err), HAUL_E_EXISTS);
        assert_int_equal(fstatat(folder.fd, "a", &now, 0), 0);
        assert_int_equal(now.st_ino, before.st_ino);
    }
    only.policy = HAUL_EXISTS_OVERWRITE;
    assert_int_equal(names_rename(folder.fd, "new", &only, 0, &name, &err), HAUL_OK);
    assert_false(names_taken(folder.fd, "new"));
    free(name);
    folder_free(&folder, 1);
}

/* Who is killed at any moment leaves the file under one of its names, and nothing else under the
 * final one: an empty file there would count as complete. */
static void nothing_stands_in_for_the_file(void **state)
{
    struct folder folder = folder_new();
    struct haul_error err;
    char *name = NULL;

    (void)state;
    rename_error = EINVAL;
    link_error = EPERM;
    was_there = false;
    make(&folder, "new");
    assert_int_equal(names_rename(folder.fd, "new", &place, 0, &name, &err), HAUL_OK);
    assert_false(was_there);
    free(name);
    rename_error = link_error = 0;
    folder_free(&folder, 1);
}

#define AT_ONCE 6u

struct naming {
    pthread_t thread;
    int dirfd;
    char from[8];
    enum haul_err code;
};

static void *give_name(void *ctx)
{
    struct naming *naming = ctx;
    struct haul_error err;
    char *name = NULL;

    naming->code = names_rename(naming->dirfd, naming->from, &place, 0, &name, &err);
    free(name);
    return NULL;
}

static void who_names_files_at_once_gives_each_its_own(void **state)
{
    struct folder folder = folder_new();
    struct naming namings[AT_ONCE] = {0};

    (void)state;
    rename_error = EINVAL;
    link_error = EPERM;
    was_there = false;
    for (unsigned i = 0; i < AT_ONCE; i++) {
        namings[i].dirfd = folder.fd;
        snprintf(namings[i].from, sizeof namings[i].from, "new%u", i);
        make(&folder, namings[i].from);
    }
    for (unsigned i = 0; i < AT_ONCE; i++)
        assert_int_equal(pthread_create(&namings[i].thread, NULL, give_name, &namings[i]), 0);
    for (unsigned i = 0; i < AT_ONCE; i++) {
        pthread_join(namings[i].thread, NULL);
        assert_int_equal(namings[i].code, HAUL_OK);
    }
    assert_false(was_there);
    assert_int_equal(names_free_number(folder.fd, &place, "", 0), AT_ONCE);
    rename_error = link_error = 0;
    folder_free(&folder, AT_ONCE);
}

/* Where there is no other way a file gets its name as a second one. It has it then, whatever
 * becomes of the first. */
static void a_name_that_was_given_counts(void **state)
{
    struct folder folder = folder_new();
    struct haul_error err;
    char *name = NULL;

    (void)state;
    make(&folder, "new");
    rename_error = EINVAL;
    unlink_error = EIO;
    assert_int_equal(names_rename(folder.fd, "new", &place, 0, &name, &err), HAUL_OK);
    assert_string_equal(name, "a");
    assert_true(names_taken(folder.fd, "a"));
    rename_error = unlink_error = 0;
    assert_int_equal(unlinkat(folder.fd, "new", 0), 0);
    free(name);
    folder_free(&folder, 1);
}

static void a_name_that_is_not_given_leaves_nothing(void **state)
{
    struct folder folder = folder_new();
    struct haul_error err;
    char *name = NULL;

    (void)state;
    rename_error = EINVAL;
    link_error = EPERM;
    assert_int_equal(names_rename(folder.fd, "none", &place, 0, &name, &err), HAUL_E_DISK);
    assert_false(names_taken(folder.fd, "a"));
    rename_error = link_error = 0;
    folder_free(&folder, 0);
}

static void a_new_partial_that_others_lock_is_theirs(void **state)
{
    struct folder folder = folder_new();
    struct haul_error err;
    unsigned n = 0;
    int fd = -1, other;

    (void)state;
    lock_error = EWOULDBLOCK;
    assert_int_equal(names_make_partial(folder.fd, &place, 0, &n, &fd, &err), HAUL_E_BUSY);
    lock_error = ENOLCK; /* a file system without locks */
    assert_int_equal(names_make_partial(folder.fd, &place, 0, &n, &fd, &err), HAUL_OK);
    assert_int_equal(n, 2); /* the empty ones may be somebody's */
    assert_true(names_lock(fd));
    other = openat(folder.fd, "a (2).part", O_RDWR | O_CLOEXEC);
    assert_false(names_lock(other)); /* in this process one knows */
    close(fd);
    assert_true(names_lock(other));
    close(other);
    lock_error = 0;
    unlinkat(folder.fd, "a (2).part", 0);
    unlinkat(folder.fd, "a.part", 0);
    unlinkat(folder.fd, "a (1).part", 0);
    folder_free(&folder, 0);
}

static void only_an_empty_partial_without_a_record_is_taken_up(void **state)
{
    static const char *const all[] = {"a.part",     "a.haul",     "a (1).part",
                                      "a (2).part", "a (3).part", "a (4).part",
                                      "a (5).part", "empty",      "other"};
    struct folder folder = folder_new();
    struct haul_error err;
    unsigned n = 9;
    int fd = -1;

    (void)state;
    make(&folder, "a.part");
    make(&folder, "a.haul"); /* of somebody who is about to go on */
    make(&folder, "a (1).part");
    fd = openat(folder.fd, "a (1).part", O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, "x", 1), 1); /* bytes that are not ours to drop */
    close(fd);
    make(&folder, "empty");
    make(&folder, "other");
    assert_int_equal(symlinkat("other", folder.fd, "a (2).part"), 0);
    make(&folder, "a (3).part");
    if (geteuid() == 0) {
        assert_int_equal(fchownat(folder.fd, "a (3).part", 65534, 65534, 0), 0);
    } else { /* nobody can give files away: another link */
        unlinkat(folder.fd, "a (3).part", 0);
        assert_int_equal(symlinkat("empty", folder.fd, "a (3).part"), 0);
    }
    assert_int_equal(linkat(folder.fd, "empty", folder.fd, "a (4).part", 0), 0);
    for (unsigned first = 0; first <= 4; first++) {
        assert_int_equal(names_make_partial(folder.fd, &place, first, &n, &fd, &err), HAUL_OK);
        assert_int_equal(n, 5);
        close(fd);
        unlinkat(folder.fd, "a (5).part", 0);
    }
    make(&folder, "a (5).part");
    assert_int_equal(names_make_partial(folder.fd, &place, 5, &n, &fd, &err), HAUL_OK);
    assert_int_equal(n, 5); /* that one was left empty */
    close(fd);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        unlinkat(folder.fd, all[i], 0);
    folder_free(&folder, 0);
}

/* Locks may not tell either: what has two names there can look like two files. */
static void an_empty_partial_under_other_letters_is_not_taken_up(void **state)
{
    struct disk_place capital = {"/folder", "A", HAUL_EXISTS_RENAME, numbered, 0};
    struct folder folder = folder_new();
    struct haul_error err;
    unsigned n = 9;
    int fd = -1;

    (void)state;
    make(&folder, "a.part");
    folds = true;
    assert_int_equal(names_make_partial(folder.fd, &capital, 0, &n, &fd, &err), HAUL_OK);
    assert_int_equal(n, 1);
    folds = false;
    close(fd);
    unlinkat(folder.fd, "a.part", 0);
    unlinkat(folder.fd, "a (1).part", 0);
    folder_free(&folder, 0);
}

/* A folder and two that are not there yet, one in the other. */
struct new_folders {
    struct folder folder;
    char *outer, *inner;
};

static struct new_folders new_folders(void)
{
    struct new_folders new = {.folder = folder_new()};

    new.outer = xasprintf("%s/x", new.folder.path);
    new.inner = xasprintf("%s/y", new.outer);
    syncs = 0;
    return new;
}

static void new_folders_free(struct new_folders *new)
{
    sync_error = 0;
    rmdir(new->inner);
    rmdir(new->outer);
    free(new->inner);
    free(new->outer);
    folder_free(&new->folder, 0);
}

/* A folder is there after a power cut only when the one above it knows of it. */
static void each_new_folder_is_known_to_the_one_above(void **state)
{
    struct new_folders new = new_folders();
    struct haul_error err = {0};
    int fd = -1;

    (void)state;
    assert_int_equal(names_open_dir(new.inner, &fd, &err), HAUL_OK);
    assert_int_equal(syncs, 2);
    close(fd);
    assert_int_equal(names_open_dir(new.inner, &fd, &err), HAUL_OK);
    assert_int_equal(syncs, 2);
    close(fd);
    new_folders_free(&new);
}

/* Else a file in it could be told complete, and be gone after a power cut. */
static void a_new_folder_that_may_not_last_is_not_used(void **state)
{
    struct new_folders new = new_folders();
    struct haul_error err = {0};
    int fd = -1;

    (void)state;
    sync_error = EIO;
    assert_int_equal(names_open_dir(new.inner, &fd, &err), HAUL_E_DISK);
    assert_int_equal(err.sys_errno, EIO);
    assert_non_null(strstr(err.text, new.inner));
    assert_int_equal(access(new.outer, F_OK), -1); /* so that another try syncs it anew */
    sync_error = EINVAL;                           /* a file system that syncs no folders */
    assert_int_equal(names_open_dir(new.inner, &fd, &err), HAUL_OK);
    close(fd);
    new_folders_free(&new);
}

/* Another try finds those that were made before one could not be, and syncs nothing. */
static void new_folders_are_synced_above_one_that_can_not_be_made(void **state)
{
    struct new_folders new = new_folders();
    char *longest = xasprintf("%s/%0*d", new.inner, NAME_MAX + 1, 0); /* too long a name */
    struct haul_error err = {0};
    int fd = -1;

    (void)state;
    sync_error = EIO;
    assert_int_equal(names_open_dir(longest, &fd, &err), HAUL_E_DISK);
    assert_int_equal(err.sys_errno, ENAMETOOLONG);
    assert_int_equal(access(new.outer, F_OK), -1);
    sync_error = 0;
    syncs = 0;
    assert_int_equal(names_open_dir(longest, &fd, &err), HAUL_E_DISK);
    assert_int_equal(err.sys_errno, ENAMETOOLONG);
    assert_int_equal(syncs, 3);
    free(longest);
    new_folders_free(&new);
}

static void a_folder_that_takes_no_files_is_told(void **state)
{
    struct folder folder = folder_new();
    char *inner = xasprintf("%s/x", folder.path);
    struct haul_error err = {0};

    (void)state;
    names_check_dir(inner, &err);
    assert_int_equal(err.code, HAUL_OK); /* it can be made */
    access_error = EROFS;
    names_check_dir(inner, &err);
    assert_int_equal(err.code, HAUL_E_DISK);
    assert_non_null(strstr(err.text, folder.path));
    access_error = 0;
    free(inner);
    folder_free(&folder, 0);
}

/* Whoever may make one there; nothing is made here. */
static void a_folder_right_below_the_root_can_be_made(void **state)
{
    struct haul_error err = {0};

    (void)state;
    names_check_dir("/haul-tests-make-no-such-folder", &err);
    assert_int_not_equal(err.sys_errno, ENOENT);
}

/* File systems refuse a character in ways that tell nobody which. */
static void an_odd_character_is_named(void **state)
{
    static const struct disk_place colon = {"/folder", "a:b", HAUL_EXISTS_RENAME, numbered, 0};
    struct folder folder = folder_new();
    struct haul_error err = {0};
    unsigned n = 0;
    int fd = -1;

    (void)state;
    assert_int_equal(rmdir(folder.path), 0);
    assert_int_equal(names_make_partial(folder.fd, &colon, 0, &n, &fd, &err), HAUL_E_DISK);
    assert_non_null(strstr(err.text, "no name may have ':' there"));
    assert_int_equal(names_make_partial(folder.fd, &place, 0, &n, &fd, &err), HAUL_E_DISK);
    assert_null(strstr(err.text, "may have"));
    close(folder.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_read_from_a_name),
        cmocka_unit_test(the_first_free_number_of_a_row_is_found),
        cmocka_unit_test(a_name_is_never_written_over),
        cmocka_unit_test(a_name_without_another_one_is_refused_when_it_is_taken),
        cmocka_unit_test(nothing_stands_in_for_the_file),
        cmocka_unit_test(who_names_files_at_once_gives_each_its_own),
        cmocka_unit_test(a_name_that_was_given_counts),
        cmocka_unit_test(a_name_that_is_not_given_leaves_nothing),
        cmocka_unit_test(only_an_empty_partial_without_a_record_is_taken_up),
        cmocka_unit_test(a_new_partial_that_others_lock_is_theirs),
        cmocka_unit_test(each_new_folder_is_known_to_the_one_above),
        cmocka_unit_test(a_new_folder_that_may_not_last_is_not_used),
        cmocka_unit_test(new_folders_are_synced_above_one_that_can_not_be_made),
        cmocka_unit_test(a_folder_that_takes_no_files_is_told),
        cmocka_unit_test(a_folder_right_below_the_root_can_be_made),
        cmocka_unit_test(an_odd_character_is_named),
        cmocka_unit_test(an_empty_partial_under_other_letters_is_not_taken_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
