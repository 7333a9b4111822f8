/* Collecting a paste.
 *
 * The end marker may arrive in any number of pieces, and a paste may hold parts of it, so the
 * marker's bytes are held back until they are certain. The marker has its ESC only at the front:
 * after a mismatch the search begins anew with the byte at hand. Beyond the cap nothing is kept,
 * but the end is still looked for: otherwise the rest of a huge paste would be obeyed as keys. */

#include "ui/paste.h"

#include <string.h>

static const char end_marker[] = "\033[201~";
#define END_LEN (sizeof(end_marker) - 1)

void paste_init(struct paste *paste, size_t cap)
{
    *paste = (struct paste){0};
    strbuf_init(&paste->text, cap);
}

void paste_fini(struct paste *paste)
{
    strbuf_fini(&paste->text);
}

void paste_begin(struct paste *paste)
{
    strbuf_clear(&paste->text);
    paste->matched = 0;
    paste->too_big = false;
}

void paste_add(struct paste *paste, const char *bytes, size_t len)
{
    if (paste->too_big || len == 0)
        return;
    if (!strbuf_add(&paste->text, bytes, len)) {
        paste->too_big = true;
        strbuf_clear(&paste->text);
    }
}

/* Goes on with a marker whose first bytes were seen. Returns false when BYTE is not its next. */
static bool match_next(struct paste *paste, char byte)
{
    if (byte == end_marker[paste->matched]) {
        paste->matched++;
        return true;
    }
    paste_add(paste, end_marker, paste->matched);
    paste->matched = 0;
    return false;
}

size_t paste_feed(struct paste *paste, const char *bytes, size_t len, bool *ret_ended)
{
    size_t used = 0;
    *ret_ended = false;
    while (used < len) {
        if (paste->matched > 0 && match_next(paste, bytes[used])) {
            used++;
            if (paste->matched == END_LEN) {
                paste->matched = 0;
                *ret_ended = true;
                return used;
            }
            continue;
        }
        const char *escape = memchr(bytes + used, end_marker[0], len - used);
        size_t plain = escape ? (size_t)(escape - (bytes + used)) : len - used;
        paste_add(paste, bytes + used, plain);
        used += plain;
        if (escape) {
            paste->matched = 1;
            used++;
        }
    }
    return used;
}

/* Terminals send CR for a line end. Works in place and returns the new length. */
static size_t lines_unify(char *text, size_t len)
{
    size_t to = 0;
    for (size_t from = 0; from < len; from++) {
        if (text[from] == '\n' && from > 0 && text[from - 1] == '\r')
            continue;
        text[to++] = text[from];
    }
    for (size_t i = 0; i < to; i++) {
        if (text[i] == '\r')
            text[i] = '\n';
    }
    return to;
}

const char *paste_text(struct paste *paste, size_t *ret_len)
{
    if (!paste->text.data || paste->text.len == 0) {
        *ret_len = 0;
        return "";
    }
    paste->text.len = lines_unify(paste->text.data, paste->text.len);
    paste->text.data[paste->text.len] = '\0';
    *ret_len = paste->text.len;
    return paste->text.data;
}
