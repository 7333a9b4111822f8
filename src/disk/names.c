/* Names in a folder: finding a free one, and renaming without replacing. Worker threads only. */

#include "disk/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

enum haul_err names_open_dir(const char *dir, int *ret_fd, struct haul_error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        enum haul_err code = path_make_dirs(dir, 0777, err);

        if (code != HAUL_OK)
            return code;
        fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0)
        return haul_fail_errno(err, HAUL_E_DISK, errno, "can't use the folder %s", dir);
    *ret_fd = fd;
    return HAUL_OK;
}

bool names_taken(int dirfd, const char *name)
{
    struct stat st;

    return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

char *names_candidate(const struct disk_place *place, unsigned n)
{
    return n == 0 ? xstrdup(place->name) : place->numbered(place->name, n);
}

/* renameat2 with RENAME_NOREPLACE, or link and unlink where the file system can't. */
static int rename_free(int dirfd, const char *from, const char *to)
{
    if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (linkat(dirfd, from, dirfd, to, 0) != 0)
        return -1;
    return unlinkat(dirfd, from, 0);
}

static enum haul_err name_is_taken(const struct disk_place *place, const char *name,
                                   struct haul_error *err)
{
    return haul_fail(err, HAUL_E_EXISTS, "%s/%s is already there", place->dir, name);
}

enum haul_err names_rename(int dirfd, const char *from, const struct disk_place *place,
                           unsigned first, char **ret_name, struct haul_error *err)
{
    for (unsigned n = first; n < NAMES_TRIES; n++) {
        char *name = names_candidate(place, n);
        int status = place->policy == HAUL_EXISTS_OVERWRITE ? renameat(dirfd, from, dirfd, name)
                                                            : rename_free(dirfd, from, name);
        int why = errno;

        if (status == 0) {
            *ret_name = name;
            return HAUL_OK;
        }
        if (why != EEXIST || place->policy != HAUL_EXISTS_RENAME) {
            enum haul_err code =
                why == EEXIST ? name_is_taken(place, name, err)
                              : haul_fail_errno(err, HAUL_E_DISK, why, "can't name the file %s/%s",
                                                place->dir, name);
            free(name);
            return code;
        }
        free(name);
    }
    return haul_fail(err, HAUL_E_EXISTS, "%s/%s and %u numbered names are already there",
                     place->dir, place->name, NAMES_TRIES - 1);
}
