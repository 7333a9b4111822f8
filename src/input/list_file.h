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
 * the item above. Blank lines, CRLF and a byte order mark do not matter. */

/* A list, or a part of one that begins with an item. */
struct list_part {
    const char *name; /* how the file is called in sentences */
    size_t line;      /* number of its first line, from 1 */
    const char *text;
    size_t len;
};

/* Sets of options that were read, by their lines, so that items whose lines are the same share
 * them. Begins as NULL. */
struct list_set;
void list_sets_free(struct list_set **sets);

struct list_size {
    size_t items;
    size_t lines;
};

/* Says whether the part can be read, in time proportional to its length, and how much is in it.
 * OPTIONS is the base of their options. On failure the sentence tells the line and
 * what to do. */
HAUL_CHECKED enum haul_err list_file_check(const struct list_part *part,
                                           struct haul_options *options, struct list_size *ret_size,
                                           struct haul_error *err);

/* The same, and appends an item for each to REQUESTS. *SETS is for all parts that are read with
 * these OPTIONS; SETS may be NULL. On failure REQUESTS is as before. */
HAUL_CHECKED enum haul_err list_file_parse(const struct list_part *part,
                                           struct haul_options *options, struct list_set **sets,
                                           struct requests *requests, struct haul_error *err);

#endif
