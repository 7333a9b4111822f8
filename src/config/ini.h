#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include <stddef.h>

#include "haul/error.h"

/* The form of a configuration file, without any meaning:
 *
 *     # a comment, as is a line that begins with ';'
 *     key = the value, up to the end of the line
 *     [section]
 *     [section "of something"]
 *
 * Spaces around keys and values do not count, nor do blank lines, CRLF and a byte order mark. A
 * value is taken as it stands, also '#', ';' and quotes in it: links, headers and passwords hold
 * all of them. */

struct ini_entry {
    char *section; /* "" before the first one */
    char *subject; /* what stands in quotes behind it, or NULL */
    char *key;     /* NULL: the line that begins the section */
    char *value;   /* may be a secret */
    size_t line;   /* from 1 */
};

struct ini {
    struct ini_entry *entries;
    size_t count;
    size_t size;
};

#define INI_MAX ((size_t)1 << 20) /* bytes of a file */

/* Reads all of TEXT, which FILE is the name of in sentences. On failure nothing is left to free,
 * and the sentence tells the line and what to do. */
HAUL_CHECKED enum haul_err ini_parse(const char *file, const char *text, size_t len,
                                     struct ini *ret_ini, struct haul_error *err);
void ini_fini(struct ini *ini);

#endif
