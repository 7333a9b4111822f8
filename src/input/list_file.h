#ifndef INPUT_LIST_FILE_H
#define INPUT_LIST_FILE_H

#include <stddef.h>

#include "haul/error.h"
#include "input/requests.h"

/* Reads the list format of `--input-file`:
 *
 *     # a comment
 *     https://example.org/one.iso<tab>https://mirror.example.net/one.iso
 *     https://example.org/two.iso
 *         out=second.iso
 *         header=Accept: text/plain
 *
 * One item a line; further URLs of the same file follow after tabs; indented lines set options of
 * the item above. Blank lines, CRLF and a byte order mark do not matter.
 *
 * Appends an item for each to REQUESTS, with OPTIONS as the base of its options, in time
 * proportional to LEN. NAME is how the file is called in sentences. On failure REQUESTS is as
 * before, and the sentence tells the line and what to do. */
HAUL_CHECKED enum haul_err list_file_parse(const char *name, const char *text, size_t len,
                                           struct haul_options *options, struct requests *requests,
                                           struct haul_error *err);

#endif
