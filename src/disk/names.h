#ifndef DISK_NAMES_H
#define DISK_NAMES_H

#include <stdbool.h>

#include "disk/file.h"

/* Inside of the disk room: steps on names in a folder that several files need. They block: worker
 * threads only. */

/* Opens DIR, making it and its parents when missing. */
HAUL_CHECKED enum haul_err names_open_dir(const char *dir, int *ret_fd, struct haul_error *err);

bool names_taken(int dirfd, const char *name);

/* NAME for N 0, else PLACE's numbered form. */
char *names_candidate(const struct disk_place *place, unsigned n);

#define NAMES_TRIES 10000u

/* Gives the file FROM the name that PLACE asks for, beginning with candidate FIRST. *ret_name is
 * the name it got, newly allocated. The caller syncs the folder. */
HAUL_CHECKED enum haul_err names_rename(int dirfd, const char *from, const struct disk_place *place,
                                        unsigned first, char **ret_name, struct haul_error *err);

#endif
