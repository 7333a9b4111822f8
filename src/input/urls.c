/* Finding links in text.
 *
 * One pass: each "://" may start a link, and so may ":\/\/", as JSON has it within strings; its
 * scheme is read backwards, its end is the first
 * character that no link holds, or that closes what stood before the link (a quote, a bracket).
 * Then what belongs to the sentence and not to the link is taken off the end. What remains is
 * judged by url_split(), so a link that is found here is one that the engine takes.
 *
 * Every byte is looked at a bounded number of times, whatever the text. Nothing here trusts the
 * text to be UTF-8.
 */
#include "input/urls.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

#define SHOWN_MAX 120 /* bytes of a refused text that are kept */

/* A link that is in the list; the key is a view into its text. */
struct urls_seen {
    UT_hash_handle hh;
    size_t index;
};

struct finder {
    const char *text;
    size_t len;
    size_t from; /* everything before it has been dealt with */
    struct urls *urls;
};

/* [start, end) of the text. */
struct piece {
    size_t start;
    size_t end;
};

static bool is_known_scheme(const char *at, size_t len)
{
    static const char *const known[] = {"http", "https", "ftp", "ftps", "sftp"};

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i]) == len && strncasecmp(at, known[i], len) == 0)
            return true;
    }
    return false;
}

/* True for characters beyond ASCII that end a link: spaces of all widths, invisible marks, and the
 * quotes, brackets and stops of typography. */
static bool is_wide_separator(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x80, 0xa0},     {0xab, 0xab},     {0xbb, 0xbb},     {0x2000, 0x200f}, {0x2018, 0x201f},
        {0x2028, 0x202f}, {0x2039, 0x203a}, {0x205f, 0x206f}, {0x3000, 0x3003}, {0x3008, 0x3011},
        {0x3014, 0x301b}, {0xfeff, 0xfeff}, {0xff01, 0xff01}, {0xff08, 0xff09}, {0xff0c, 0xff0c},
        {0xff1b, 0xff1b}, {0xff1f, 0xff1f}, {0xff5b, 0xff5d}, {0xff61, 0xff64}, {0xfff9, 0xfffd},
    };

    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    }
    return false;
}

/* The two- or three-byte character at AT, 0 when there is none; all separators are of these. */
static uint32_t wide_char(const char *at, size_t len)
{
    const unsigned char *byte = (const unsigned char *)at;

    if (len >= 2 && (byte[0] & 0xe0) == 0xc0 && (byte[1] & 0xc0) == 0x80)
        return (uint32_t)(byte[0] & 0x1f) << 6 | (byte[1] & 0x3fU);
    if (len >= 3 && (byte[0] & 0xf0) == 0xe0 && (byte[1] & 0xc0) == 0x80 &&
        (byte[2] & 0xc0) == 0x80)
        return (uint32_t)(byte[0] & 0x0f) << 12 | (uint32_t)(byte[1] & 0x3f) << 6 |
               (byte[2] & 0x3fU);
    return 0;
}

/* True when the character at AT can't be part of a link. */
static bool ends_link(const char *at, size_t len)
{
    unsigned char byte = (unsigned char)*at;

    if (byte <= ' ' || byte == 0x7f)
        return true;
    if (byte < 0x80)
        return strchr("<>\"`\\", byte) != NULL;
    return is_wide_separator(wide_char(at, len));
}

/* True when TEXT has the HTML character reference NAME, like "&lt;", at AT. */
static bool has_reference(const char *at, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    return len >= name_len && strncasecmp(at, name, name_len) == 0;
}

/* The length of a reference that stands for '&' in a link copied from a page's source, or 0. */
static size_t ampersand_len(const char *at, size_t len)
{
    static const char *const names[] = {"&amp;", "&#38;", "&#038;", "&#x26;"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (has_reference(at, len, names[i]))
            return strlen(names[i]);
    }
    return 0;
}

/* True for the references of characters that end a link. */
static bool is_ending_reference(const char *at, size_t len)
{
    return has_reference(at, len, "&lt;") || has_reference(at, len, "&gt;") ||
           has_reference(at, len, "&quot;") || has_reference(at, len, "&#34;") ||
           has_reference(at, len, "&#39;");
}

static const char openers[] = "([{";
static const char closers[] = ")]}";

/* Which pair of brackets C belongs to in SET, or -1. */
static int bracket_of(const char *set, char c)
{
    const char *at = c != '\0' ? strchr(set, c) : NULL;
    return at != NULL ? (int)(at - set) : -1;
}

/* The character that ends a link because its partner stands right before it, or 0. */
static char partner_of(char before)
{
    int pair = bracket_of(openers, before);
    return pair >= 0 ? closers[pair] : before == '\'' ? '\'' : '\0';
}

/* True when a second link starts after the separator at AT: "http://a/1,http://b/2". */
static bool starts_next(const char *at, size_t len)
{
    if (*at != ',' && *at != ';' && *at != '|')
        return false;
    for (size_t i = 1; i < len && i <= 8; i++) {
        if (!isalpha((unsigned char)at[i]))
            return i > 1 && len - i >= 3 && memcmp(at + i, "://", 3) == 0;
    }
    return false;
}

/* Takes off what ends a sentence, not a link: stops, quotes, closers without an opener. OPEN counts
 * openers minus closers of each pair. */
static size_t trim_end(const char *text, struct piece link, int open[3], char before)
{
    size_t end = link.end;

    while (end > link.start) {
        char last = text[end - 1];
        int pair = bracket_of(closers, last);

        if (pair >= 0 && open[pair] < 0)
            open[pair]++;
        else if (strchr(".,;:!?'|", last) == NULL &&
                 !(last == before && strchr("*_~", last) != NULL))
            break;
        end--;
    }
    return end;
}

/* Follows the brackets at AT. True when the character there closes the one before the link. */
static bool closes_partner(char c, char partner, int open[3])
{
    int opener = bracket_of(openers, c);
    int closer = bracket_of(closers, c);

    if (c == partner && (closer < 0 || open[closer] == 0))
        return true;
    if (opener >= 0)
        open[opener]++;
    if (closer >= 0)
        open[closer]--;
    return false;
}

/* The length of an escape of JSON that stands for '/' or '&', or 0; *ret_char is which. */
static size_t json_escape(const char *at, size_t len, char *ret_char)
{
    if (len >= 2 && at[0] == '\\' && at[1] == '/') {
        *ret_char = '/';
        return 2;
    }
    if (len >= 6 && strncasecmp(at, "\\u0026", 6) == 0) {
        *ret_char = '&';
        return 6;
    }
    return 0;
}

/* Where the link ends whose scheme starts at START and whose "//" ends at BODY. ESCAPED: it is in
 * JSON. */
static size_t link_end(const struct finder *finder, size_t start, size_t body, bool escaped)
{
    const char *text = finder->text;
    char before = start > 0 ? text[start - 1] : '\0';
    char partner = partner_of(before);
    int open[3] = {0};
    size_t at = body;

    for (; at < finder->len; at++) {
        size_t left = finder->len - at;
        char meant;
        size_t skipped = escaped ? json_escape(text + at, left, &meant) : 0;

        if (skipped > 0) {
            at += skipped - 1;
            continue;
        }
        if (ends_link(text + at, left) || starts_next(text + at, left) ||
            (text[at] == '&' && is_ending_reference(text + at, left)) ||
            closes_partner(text[at], partner, open))
            break;
    }
    return trim_end(text, (struct piece){body, at}, open, before);
}

/* Where a scheme that haul knows starts among the letters between START and COLON, or COLON.
 * "seehttps" is a missing space, and "[1mhttps" what a terminal's colour leaves of a text. */
static size_t known_scheme_start(const char *text, size_t start, size_t colon)
{
    if (is_known_scheme(text + start, colon - start))
        return start;
    for (size_t len = strlen("https"); len >= strlen("http"); len--) {
        if (colon - start > len && strncasecmp(text + colon - len, "https", len) == 0)
            return colon - len;
    }
    return colon;
}

/* Where the scheme starts that ends at COLON; COLON itself when there is none. "1.https" and
 * "-https" are lists, not schemes; "git+https" is one. */
static size_t scheme_start(const struct finder *finder, size_t colon)
{
    const char *text = finder->text;
    size_t start;
    size_t letters = colon;
    size_t known = colon;

    while (letters > finder->from && isalpha((unsigned char)text[letters - 1]))
        letters--;
    for (start = letters; start > finder->from && (isalnum((unsigned char)text[start - 1]) ||
                                                   strchr("+-.", text[start - 1]) != NULL);)
        start--;
    if (start == letters || text[letters - 1] != '+')
        known = known_scheme_start(text, letters, colon);
    if (known < colon)
        return known;
    while (start < colon && !isalpha((unsigned char)text[start]))
        start++;
    return start;
}

/* The link's text with references for '&' resolved, and the escapes of JSON; newly allocated. */
static char *link_text(const char *at, size_t len, bool escaped)
{
    char *copy = xmalloc(len + 1);
    size_t wrote = 0;

    for (size_t i = 0; i < len;) {
        size_t reference = at[i] == '&' ? ampersand_len(at + i, len - i) : 0;
        char meant = at[i];

        if (escaped && reference == 0)
            reference = json_escape(at + i, len - i, &meant);
        copy[wrote++] = meant;
        i += reference > 0 ? reference : 1;
    }
    copy[wrote] = '\0';
    return copy;
}

void urls_refuse(struct urls *urls, const char *url, const char *why)
{
    char *shown;

    urls->refused_total++;
    if (urls->refused_count == URLS_REFUSED_MAX)
        return;
    urls->refused = array_reserve(urls->refused, urls->refused_count, &urls->refused_size,
                                  sizeof(*urls->refused));
    shown = url_shown(url);
    urls->refused[urls->refused_count++] = (struct urls_refused){
        .text = text_clean_dup(text_raw_from(shown), SHOWN_MAX),
        .why = text_clean_dup(text_raw_from(why), HAUL_ERROR_TEXT),
    };
    free(shown);
}

/* Links that differ only in the fragment are one file. */
static struct urls_seen *find_seen(const struct urls *urls, const char *url)
{
    struct urls_seen *seen;

    HASH_FIND(hh, urls->seen, url, strcspn(url, "#"), seen);
    return seen;
}

bool urls_append(struct urls *urls, char *url, size_t *ret_index)
{
    struct urls_seen *seen = find_seen(urls, url);

    if (seen != NULL) {
        *ret_index = seen->index;
        free(url);
        return false;
    }
    urls->items = array_reserve(urls->items, urls->count, &urls->size, sizeof(*urls->items));
    seen = xmalloc(sizeof(*seen));
    seen->index = urls->count;
    urls->items[urls->count++] = url;
    HASH_ADD_KEYPTR(hh, urls->seen, url, strcspn(url, "#"), seen);
    return true;
}

void urls_remove(struct urls *urls, size_t index)
{
    struct urls_seen *seen = find_seen(urls, urls->items[index]);
    struct urls_seen *next;

    HASH_DEL(urls->seen, seen);
    free(seen);
    free(urls->items[index]);
    urls->count--;
    memmove(&urls->items[index], &urls->items[index + 1],
            (urls->count - index) * sizeof(*urls->items));
    HASH_ITER(hh, urls->seen, seen, next)
    {
        if (seen->index > index)
            seen->index--;
    }
}

/* Judges the text between START and END. */
static void consider(struct finder *finder, size_t start, size_t end, bool escaped)
{
    struct haul_error err;
    struct url parts;
    size_t other;
    char *url;

    if (end - start > URL_MAX) {
        url = xstrndup(finder->text + start, SHOWN_MAX);
        urls_refuse(finder->urls, url, "longer than any link that haul takes");
        free(url);
        return;
    }
    url = link_text(finder->text + start, end - start, escaped);
    if (url_split(url, &parts, &err) == HAUL_OK) {
        finder->urls->repeated += !urls_append(finder->urls, url, &other);
        return;
    }
    urls_refuse(finder->urls, url, err.text);
    free(url);
}

/* Deals with the "://" whose colon is at COLON and which is MARK bytes long. */
static void look_at(struct finder *finder, size_t colon, size_t mark)
{
    size_t start = scheme_start(finder, colon);
    bool escaped = mark > 3;
    size_t end;

    if (start == colon) {
        finder->from = colon + mark;
        return;
    }
    end = link_end(finder, start, colon + mark, escaped);
    consider(finder, start, end, escaped);
    finder->from = end;
}

/* The length of the mark of a link at AT, a colon, or 0. */
static size_t mark_len(const char *at, size_t len)
{
    if (len >= 3 && memcmp(at, "://", 3) == 0)
        return 3;
    return len >= 5 && memcmp(at, ":\\/\\/", 5) == 0 ? 5 : 0;
}

void urls_find(struct urls *urls, const char *text, size_t len)
{
    struct finder finder = {.text = text, .len = len, .urls = urls};
    size_t at = 0;

    while (at < len) {
        const char *colon = memchr(text + at, ':', len - at);
        if (colon == NULL)
            break;
        at = (size_t)(colon - text);
        size_t mark = mark_len(colon, len - at);
        if (mark > 0) {
            look_at(&finder, at, mark);
            at = finder.from;
        } else {
            at++;
        }
    }
}

void urls_find_word(struct urls *urls, const char *text, size_t len)
{
    struct finder finder = {.text = text, .len = len, .urls = urls};
    size_t start = 0;
    size_t end = len;

    while (start < end && isspace((unsigned char)text[start]))
        start++;
    while (end > start && isspace((unsigned char)text[end - 1]))
        end--;
    for (size_t i = start; i < end; i++) {
        if (isspace((unsigned char)text[i]))
            return;
    }
    if (start < end)
        consider(&finder, start, end, false);
}

void urls_fini(struct urls *urls)
{
    struct urls_seen *seen, *next;

    HASH_ITER(hh, urls->seen, seen, next)
    {
        HASH_DEL(urls->seen, seen);
        free(seen);
    }
    for (size_t i = 0; i < urls->count; i++)
        free(urls->items[i]);
    free(urls->items);
    for (size_t i = 0; i < urls->refused_count; i++) {
        free(urls->refused[i].text);
        free(urls->refused[i].why);
    }
    free(urls->refused);
    *urls = (struct urls){0};
}
