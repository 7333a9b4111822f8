#ifndef UI_PASTE_H
#define UI_PASTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Collects a bracketed paste. What stands between the markers is text, whatever it looks like:
 * control characters and key sequences in it do nothing. */

#define PASTE_MAX ((size_t)64 << 20) /* longer pastes are swallowed and refused */

struct paste {
    struct strbuf text;
    size_t matched; /* bytes of the end marker that the tail so far is */
    bool too_big;
};

void paste_init(struct paste *paste, size_t cap);
void paste_fini(struct paste *paste);
void paste_begin(struct paste *paste);

/* Takes bytes up to and with the end marker and returns how many that were. */
size_t paste_feed(struct paste *paste, const char *bytes, size_t len, bool *ret_ended);

/* Takes bytes that no marker can end. */
void paste_add(struct paste *paste, const char *bytes, size_t len);

/* What was collected, with every CR or CR LF as one newline; empty when it was too big. Valid until
 * the next begin. */
const char *paste_text(struct paste *paste, size_t *ret_len);

#endif
