#ifndef STORE_KNOWN_FOLDERS_H
#define STORE_KNOWN_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

/* The folders that items went to, as a text file of their own beside the database, one a line: when
 * the database is lost, what lies in them tells most of what it held. */

struct known_folders;

/* Reads the file at PATH, if there is one; blocks. */
struct known_folders *known_folders_new(const char *path);
void known_folders_free(struct known_folders *folders); /* NULL is fine */

/* Notes DIR. Nothing is written yet. */
void known_folders_note(struct known_folders *folders, const char *dir);

/* The lines that are not in the file yet, newly allocated; they are out of FOLDERS then. NULL:
 * there are none. */
char *known_folders_take(struct known_folders *folders);
/* Lines that were taken and could not be written. */
void known_folders_put_back(struct known_folders *folders, const char *lines);
/* Appends LINES; on any thread. What fails is logged: it is a second net. */
void known_folders_write(const char *path, const char *lines);

void known_folders_each(const struct known_folders *folders,
                        void (*each)(void *ctx, const char *dir), void *ctx);

#endif
