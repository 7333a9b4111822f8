#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/attr.h"

/* A growing byte string with a cap that is fixed at init, so that remote input can never grow
 * memory unseen. Always NUL-terminated once anything was added. */
struct strbuf {
    char *data; /* NULL while empty */
    size_t len;
    size_t size;
    size_t cap;
};

void strbuf_init(struct strbuf *buf, size_t cap);
void strbuf_fini(struct strbuf *buf);
void strbuf_fini_secret(struct strbuf *buf); /* the same, wiping what it held */
void strbuf_clear(struct strbuf *buf);       /* keeps the memory */
char *strbuf_take(struct strbuf *buf);       /* never NULL; the buffer is empty after */
HAUL_CHECKED bool strbuf_add(struct strbuf *buf, const void *data,
                             size_t len); /* false: over cap */
HAUL_CHECKED bool strbuf_puts(struct strbuf *buf, const char *text);
HAUL_CHECKED bool strbuf_printf(struct strbuf *buf, const char *format, ...) HAUL_PRINTF(2, 3);
void strbuf_drop(struct strbuf *buf, size_t len); /* removes LEN bytes from the front */

/* Copies into a fixed field, cut on a UTF-8 boundary, always terminated. Returns false if cut. */
bool str_copy(char *to, size_t size, const char *from);

bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
bool str_same(const char *a, const char *b);                           /* NULL is as "" */
bool str_equal_nocase(const char *a, const char *b);                   /* ASCII */
const char *str_find_nocase(const char *haystack, const char *needle); /* ASCII case; NULL: none */

/* Decimal digits only, no sign, no spaces, no overflow; *ret_end may be NULL, then the whole text
 * must be the number. */
HAUL_CHECKED bool str_to_u64(const char *text, uint64_t *ret_value, const char **ret_end);

#endif
