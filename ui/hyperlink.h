#ifndef UI_HYPERLINK_H
#define UI_HYPERLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "base/str.h"

/* Cells that lead somewhere when they are clicked on, in a terminal that knows how (OSC 8). Cells
 * carry a mark, and what curses writes is read once more on its way to the terminal, where marks
 * become links. Pure. */

#define HYPERLINK_MAX 2083 /* bytes of a link; terminals drop longer ones */
#define HYPERLINKS    240  /* on a screen; what is over that leads nowhere */

struct hyperlink {
    char *url; /* NULL: never used */
    uint32_t hash;
    uint64_t frame; /* the last one that showed it */
};

/* In the middle of what in the bytes of curses? */
enum hyperlink_within { WITHIN_TEXT, WITHIN_ESCAPE, WITHIN_CONTROL };

struct hyperlinks {
    char host[256]; /* of the files, "": not known */
    struct hyperlink links[HYPERLINKS];
    uint64_t frame;
    unsigned open; /* the link that the terminal is in; 0: none */
    enum hyperlink_within within;
    char character[4]; /* the first bytes of one */
    size_t len;
    char base[4]; /* a character whose mark may come yet */
    size_t base_len;
};

void hyperlinks_init(struct hyperlinks *links);
void hyperlinks_fini(struct hyperlinks *links);

/* A frame begins: what only frames before the last one showed may make room. */
void hyperlinks_frame(struct hyperlinks *links);

/* The number by which cells of this frame lead to URL, which is as one of the two below; 0: they
 * lead nowhere, because URL is NULL or there is no room. */
unsigned hyperlinks_number(struct hyperlinks *links, const char *url);

/* What stands behind the character of such a cell. */
wchar_t hyperlink_mark(unsigned number);
bool hyperlink_is_mark(wchar_t code);

/* Adds LEN bytes of curses to OUT; what has not ended waits for the next ones. False: OUT is full.
 */
HAUL_CHECKED bool hyperlinks_pass(struct hyperlinks *links, const char *bytes, size_t len,
                                  struct strbuf *out);
/* No more bytes follow for now: outside of what was marked nothing leads anywhere. */
HAUL_CHECKED bool hyperlinks_end(struct hyperlinks *links, struct strbuf *out);

/* For a terminal that is given back, whatever it was in. */
#define HYPERLINK_END "\033]8;;\033\\"

/* A link that is shown, as it may be handed to a terminal: nothing but printable ASCII in it.
 * Newly allocated; NULL: it leads nowhere, is too long, has a login, or lost a secret. */
char *hyperlink_of(const char *shown);
/* Likewise, of the file or folder PATH on HOST. */
char *hyperlink_of_file(const char *host, const char *path);

#endif
