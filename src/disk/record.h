#ifndef DISK_RECORD_H
#define DISK_RECORD_H

#include "disk/file.h"

struct file_id;
struct stat;

/* Inside of the disk room: the file NAME.haul beside a partial. All block: worker threads, but for
 * record_put_rows(), which is for the loop where the file system is quick. */

/* A call on a name failed with this ERROR, which says nothing of what lies there: descriptors or
 * memory ran short, or the disk has trouble. */
bool record_is_trouble(int error);

/* FD is a regular file that we made, and has no other name. *RET_ST: of it, if it has one. */
bool disk_file_is_own(const struct disk_file *file, int fd, struct stat *ret_st);

/* The text of ->record in ->dirfd, newly allocated, and which file that is; NULL when there is none
 * or it is not one that we made: *ret_error is 0 then, or the errno of what kept it from being read
 * and says nothing about it. */
char *record_read(const struct disk_file *file, size_t *ret_len, struct file_id *ret_id,
                  int *ret_error);
/* Something lies at ->record, or at its draft, that no haul put there. A record of ours without its
 * partial is free to be taken: then it is FILE's from now on. */
bool record_is_strange(struct disk_file *file);

/* Writes the whole record beside its place and moves it there, so that a reader sees the old one or
 * the new one. Fails where the partial or the record are not the files that they were: then both
 * belong to somebody else. */
enum haul_err record_put(struct disk_file *file, const struct disk_state *state, bool sync,
                         size_t *ret_rows, struct haul_error *err);
/* Changes the rows of the record in place, from byte ROWS on. What can't be written is no error:
 * the older record is true as well, and the next one tries again. */
void record_put_rows(const struct disk_file *file, const struct disk_state *state, size_t rows,
                     bool sync);
/* Syncs the folder where partial or record are new in it: they are there after a power cut only
 * when it knows of them. Some file systems refuse that; then nothing more can be done. */
void record_sync_folder(struct disk_file *file);
/* Removes the record if it is FILE's still. True when it did. */
bool record_remove(struct disk_file *file);

#endif
