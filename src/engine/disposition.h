#ifndef ENGINE_DISPOSITION_H
#define ENGINE_DISPOSITION_H

#include <stddef.h>

#include "base/text.h"

/* The parameters of a Content-Disposition header that name a file, as sent, newly allocated, quotes
 * and quoted-pairs undone; NULL when absent or empty. The first one of a kind counts. */
struct disposition {
    char *filename;     /* "filename": bytes in whatever encoding */
    char *filename_ext; /* "filename*": an ext-value, not decoded (RFC 8187) */
};

void disposition_parse(struct text_raw header, struct disposition *ret_found);
void disposition_fini(struct disposition *found);

/* Charset, language and percent-encoding undone (RFC 8187, section 3.2): UTF-8, newly allocated;
 * NULL when malformed, of another charset, or not valid in its charset. */
char *disposition_decode_ext(const char *value);

/* For `filename`: encoded words (RFC 2047), percent-encoding throughout, or raw UTF-8 or ISO-8859-1
 * as servers send them. Never NULL, newly allocated, valid UTF-8. */
char *disposition_decode_plain(const char *value);

#endif
