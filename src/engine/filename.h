#ifndef ENGINE_FILENAME_H
#define ENGINE_FILENAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* What a file is called on disk (DESIGN.md section 5, RELIABILITY.md R7). Pure: nothing here looks
 * at the disk. A safe name is one component of valid UTF-8 without separators, control or bidi
 * characters, that does not begin with a dot, dash or space nor end with a dot or space, is no DOS
 * device, and does not end like haul's own files (".part", ".haul"). */

#define FILENAME_MAX_BYTES 200 /* of a safe name: room for " (99)" and ".part" stays */
#define FILENAME_SIZE      (FILENAME_MAX_BYTES + 1)

/* The name that a Content-Disposition header suggests (RFC 6266), decoded to UTF-8 where it can be,
 * newly allocated, NULL when there is none. Not safe yet. */
char *filename_from_disposition(struct text_raw header);

/* Makes a safe name of RAW in BUF, at most SIZE bytes with the NUL; the extension is kept when it
 * must be cut. Returns its length, 0 (and "") when nothing is left. */
size_t filename_sanitize(struct text_raw raw, char *buf, size_t size);

/* True for a name of letters, digits and "-._~+" that is safe as it is, as most are; false says
 * nothing. */
bool filename_is_plain(const char *name);

/* The name for a download, newly allocated, always usable. OUT (may be NULL) is the user's word: it
 * is taken as it is, leading dots too, unless it can't be one file's name, then it is made safe.
 * DISPOSITION may be empty; the URLs are as asked and after redirects (may be NULL). */
char *filename_choose(const char *out, struct text_raw disposition, const char *asked_url,
                      const char *final_url);

/* "name (N).ext", newly allocated; with ".part" behind it never more than 255 bytes. */
char *filename_numbered(const char *name, unsigned number);

#endif
