/* Links in a screen that curses draws.
 *
 * Curses knows nothing of OSC 8, and bytes that are written beside it would miss the cells that it
 * draws anew. So a cell that leads somewhere has, as a combining character, a mark that no clean
 * text can hold: one of the variation selectors of plane 14, whose width is none. To curses cells
 * with another mark are other cells, which it draws when they change and leaves alone when they
 * don't; on the way to the terminal the marks are taken out, and OSC 8 is put around what had one.
 *
 * A mark means one link for as long as the terminal shows a cell with it: it is given to another
 * link only when the frame before this one did not have it.
 *
 * The terminal is within a link only between characters that follow one another: whatever else
 * curses writes comes after the link's end, so that no erased cell belongs to one. */

#include "ui/hyperlink.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/same_link.h"
#include "base/text.h"
#include "base/url.h"

#define FIRST_MARK 0xE0100u /* U+E0100 to U+E01EF are as many */
#define ESCAPE     '\033'

void hyperlinks_init(struct hyperlinks *links)
{
    *links = (struct hyperlinks){.frame = 2};
}

void hyperlinks_fini(struct hyperlinks *links)
{
    for (size_t i = 0; i < HYPERLINKS; i++)
        free(links->links[i].url);
    hyperlinks_init(links);
}

/* ---- which links there are ---- */

void hyperlinks_frame(struct hyperlinks *links)
{
    links->frame++;
}

/* FNV-1a. */
static uint32_t hash_of(const char *url)
{
    uint32_t hash = 2166136261u;
    for (; *url; url++)
        hash = (hash ^ (unsigned char)*url) * 16777619u;
    return hash;
}

unsigned hyperlinks_number(struct hyperlinks *links, const char *url)
{
    struct hyperlink *oldest = &links->links[0];
    uint32_t hash = url ? hash_of(url) : 0;
    if (!url)
        return 0;
    for (unsigned i = 0; i < HYPERLINKS; i++) {
        struct hyperlink *link = &links->links[i];
        if (link->hash == hash && link->url && strcmp(link->url, url) == 0) {
            link->frame = links->frame;
            return i + 1;
        }
        if (link->frame < oldest->frame)
            oldest = link;
    }
    if (oldest->frame + 1 >= links->frame)
        return 0;
    xstrset(&oldest->url, url);
    oldest->hash = hash;
    oldest->frame = links->frame;
    return (unsigned)(oldest - links->links) + 1;
}

wchar_t hyperlink_mark(unsigned number)
{
    return (wchar_t)(FIRST_MARK + number - 1);
}

bool hyperlink_is_mark(wchar_t code)
{
    return (uint32_t)code >= FIRST_MARK && (uint32_t)code < FIRST_MARK + HYPERLINKS;
}

/* ---- on the way to the terminal ---- */

/* The terminal is in link NUMBER from here on; 0: in none. */
static bool go_into(struct hyperlinks *links, unsigned number, struct strbuf *out)
{
    if (number == links->open)
        return true;
    links->open = number;
    if (number == 0)
        return strbuf_puts(out, HYPERLINK_END);
    /* Those of one id are one link, on however many lines it is. */
    return strbuf_printf(out, "\033]8;id=%u;%s\033\\", number, links->links[number - 1].url);
}

/* The character that was held back: NUMBER is that of its mark. */
static bool put_base(struct hyperlinks *links, unsigned number, struct strbuf *out)
{
    size_t len = links->base_len;
    links->base_len = 0;
    return len == 0 || (go_into(links, number, out) && strbuf_add(out, links->base, len));
}

/* The mark stands behind the character, in front of what else combines with it. */
static bool put_character(struct hyperlinks *links, struct strbuf *out)
{
    uint32_t code;
    char text[5] = {0};
    size_t len = links->len;
    memcpy(text, links->character, len);
    links->len = 0;
    if (!text_is_utf8((struct text_raw){text, len})) /* curses would not write it */
        return put_base(links, 0, out) && go_into(links, 0, out) && strbuf_add(out, text, len);
    text_next(text, &code);
    if (hyperlink_is_mark((wchar_t)code))
        return put_base(links, code - FIRST_MARK + 1, out);
    if (text_char_width(code) == 0)
        return put_base(links, 0, out) && strbuf_add(out, text, len);
    if (!put_base(links, 0, out))
        return false;
    memcpy(links->base, text, len);
    links->base_len = len;
    return true;
}

static size_t length_of(unsigned char first)
{
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool put_control(struct hyperlinks *links, char byte, struct strbuf *out)
{
    links->len = 0;
    return put_base(links, 0, out) && go_into(links, 0, out) && strbuf_add(out, &byte, 1);
}

/* ESC, perhaps one or more that stand between, and the one that ends it; or ESC, '[', what is no
 * letter, and a letter. */
static bool put_escape(struct hyperlinks *links, char byte, struct strbuf *out)
{
    if (links->within == WITHIN_ESCAPE && byte == '[')
        links->within = WITHIN_CONTROL;
    else if (links->within == WITHIN_CONTROL ? byte >= 0x40 && byte <= 0x7e
                                             : byte < 0x20 || byte > 0x2f)
        links->within = WITHIN_TEXT;
    return strbuf_add(out, &byte, 1);
}

bool hyperlinks_pass(struct hyperlinks *links, const char *bytes, size_t len, struct strbuf *out)
{
    bool good = true;
    for (size_t i = 0; i < len && good; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (links->within != WITHIN_TEXT) {
            good = put_escape(links, bytes[i], out);
        } else if (byte < 0x20 || byte == 0x7f) {
            links->within = byte == ESCAPE ? WITHIN_ESCAPE : WITHIN_TEXT;
            good = put_control(links, bytes[i], out);
        } else {
            links->character[links->len++] = bytes[i];
            if (links->len >= length_of((unsigned char)links->character[0]))
                good = put_character(links, out);
        }
    }
    return good;
}

bool hyperlinks_end(struct hyperlinks *links, struct strbuf *out)
{
    return put_base(links, 0, out) && go_into(links, 0, out);
}

/* ---- what a link may look like ---- */

static bool add_percent(struct strbuf *out, unsigned char byte)
{
    return strbuf_printf(out, "%%%02X", byte);
}

/* TEXT with what is not printable ASCII, or stands in KEPT_OUT, as percent signs and digits. */
static bool add_encoded(struct strbuf *out, const char *text, const char *kept_out)
{
    bool fits = true;
    for (; *text && fits; text++) {
        unsigned char byte = (unsigned char)*text;
        bool plain = byte > 0x20 && byte < 0x7f && !strchr(kept_out, *text);
        fits = plain ? strbuf_add(out, text, 1) : add_percent(out, byte);
    }
    return fits;
}

static char *taken_if(bool fits, struct strbuf *out)
{
    if (fits)
        return strbuf_take(out);
    strbuf_fini(out);
    return NULL;
}

char *hyperlink_of(const char *shown)
{
    struct haul_error err;
    struct strbuf out;
    struct url parts;
    if (url_split(shown, &parts, &err) != HAUL_OK || parts.userinfo.at ||
        same_link_is_masked(shown))
        return NULL;
    strbuf_init(&out, HYPERLINK_MAX);
    return taken_if(add_encoded(&out, shown, "\"<>\\^`{|}"), &out);
}

char *hyperlink_of_file(const char *host, const char *path)
{
    struct strbuf out;
    if (host[0] == '\0' || path[0] != '/')
        return NULL;
    strbuf_init(&out, HYPERLINK_MAX);
    bool fits = strbuf_puts(&out, "file://") && add_encoded(&out, host, "/%?#@:") &&
                add_encoded(&out, path, "%?#;\"<>\\^`{|}");
    return taken_if(fits, &out);
}
