#ifndef DISK_NAMES_H
#define DISK_NAMES_H

#include <stdbool.h>

#include "disk/file.h"

/* Inside of the disk room: steps on names in a folder that several files need. They block: worker
 * threads only. */

/* Opens DIR, making it and its parents when missing. */
HAUL_CHECKED enum haul_err names_open_dir(const char *dir, int *ret_fd, struct haul_error *err);

/* Could a file be made in DIR, once it and its parents are made? Makes nothing; fills *ERR if not.
 */
void names_check_dir(const char *dir, struct haul_error *err);

bool names_taken(int dirfd, const char *name);
/* What has NAME decides for a file that shall have it: false with *err when the policy of PLACE
 * lets it have none. A folder is never replaced, and only a file counts as the one that is there.
 */
HAUL_CHECKED bool names_may_have(int dirfd, const struct disk_place *place, const char *name,
                                 struct haul_error *err);

/* NAME for N 0, else PLACE's numbered form. */
char *names_candidate(const struct disk_place *place, unsigned n);

/* True when ENTRY is a candidate's name with SUFFIX behind it; *ret_n is that candidate's number.
 */
bool names_number(const struct disk_place *place, const char *entry, const char *suffix,
                  unsigned *ret_n);

/* A number from FIRST on whose name with SUFFIX is not in the folder: the first one, unless the row
 * of taken ones has gaps. Needs few looks however long the row is. */
unsigned names_free_number(int dirfd, const struct disk_place *place, const char *suffix,
                           unsigned first);

/* Locks FD against other hauls; false when one has it. On file systems that know no locks only this
 * process is asked: nothing can be known of others. */
bool names_lock(int fd);

/* Makes a new file NAME.part and locks it, beginning with candidate FIRST; *ret_n is the number it
 * got. */
HAUL_CHECKED enum haul_err names_make_partial(int dirfd, const struct disk_place *place,
                                              unsigned first, unsigned *ret_n, int *ret_fd,
                                              struct haul_error *err);

/* Makes a file that has no name yet: what is killed leaves nothing of it. False where the file
 * system can't. */
HAUL_CHECKED bool names_make_nameless(int dirfd, int *ret_fd);

/* Gives the nameless file FD the name that PLACE, which must not overwrite, asks for; else like
 * names_rename(). */
HAUL_CHECKED enum haul_err names_link(int dirfd, int fd, const struct disk_place *place,
                                      char **ret_name, struct haul_error *err);

/* Gives the file FROM the name that PLACE asks for, beginning with candidate FIRST. *ret_name is
 * the name it got, newly allocated. The caller syncs the folder. */
HAUL_CHECKED enum haul_err names_rename(int dirfd, const char *from, const struct disk_place *place,
                                        unsigned first, char **ret_name, struct haul_error *err);

/* Brings the names in the folder to the disk: 0 or an errno. A file system that can't sync folders
 * is fine. */
HAUL_CHECKED int names_sync(int dirfd);
/* Tells that this failed after NAME in DIR got its name. */
enum haul_err names_fail_sync(const char *dir, const char *name, int sys_errno,
                              struct haul_error *err);

#endif
