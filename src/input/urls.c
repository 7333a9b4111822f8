/* Finding links in text.
 *
 * One pass: each "://" may start a link; its scheme is read backwards, its end is the first
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

/* A link that was already found; the key is a view into its text. */
struct seen {
    UT_hash_handle hh;
};

struct finder {
    const char *text;
    size_t len;
    size_t from; /* everything before it has been dealt with */
    struct urls *urls;
    size_t url_size;
    size_t refused_size;
    struct seen *seen;
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

/* Where the link ends whose scheme starts at START and whose "//" ends at BODY. */
static size_t link_end(const struct finder *finder, size_t start, size_t body)
{
    const char *text = finder->text;
    char before = start > 0 ? text[start - 1] : '\0';
    char partner = partner_of(before);
    int open[3] = {0};
    size_t at = body;

    for (; at < finder->len; at++) {
        size_t left = finder->len - at;

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

/* The link's text with references for '&' resolved, newly allocated. */
static char *link_text(const char *at, size_t len)
{
    char *copy = xmalloc(len + 1);
    size_t wrote = 0;

    for (size_t i = 0; i < len;) {
        size_t reference = at[i] == '&' ? ampersand_len(at + i, len - i) : 0;
        copy[wrote++] = at[i];
        i += reference > 0 ? reference : 1;
    }
    copy[wrote] = '\0';
    return copy;
}

static void refuse(struct finder *finder, const char *url, const char *why)
{
    struct urls *urls = finder->urls;
    char *shown;

    urls->refused_total++;
    if (urls->refused_count == URLS_REFUSED_MAX)
        return;
    urls->refused = array_reserve(urls->refused, urls->refused_count, &finder->refused_size,
                                  sizeof(*urls->refused));
    shown = url_shown(url);
    urls->refused[urls->refused_count++] = (struct urls_refused){
        .text = text_clean_dup(text_raw_from(shown), SHOWN_MAX),
        .why = text_clean_dup(text_raw_from(why), HAUL_ERROR_TEXT),
    };
    free(shown);
}

/* Takes URL over. Links that differ only in the fragment are one file. */
static void accept(struct finder *finder, char *url)
{
    struct urls *urls = finder->urls;
    size_t key_len = strcspn(url, "#");
    struct seen *seen;

    HASH_FIND(hh, finder->seen, url, key_len, seen);
    if (seen != NULL) {
        urls->repeated++;
        free(url);
        return;
    }
    urls->items = array_reserve(urls->items, urls->count, &finder->url_size, sizeof(*urls->items));
    urls->items[urls->count++] = url;
    seen = xmalloc(sizeof(*seen));
    HASH_ADD_KEYPTR(hh, finder->seen, url, key_len, seen);
}

/* Judges the text between START and END. */
static void consider(struct finder *finder, size_t start, size_t end)
{
    struct haul_error err;
    struct url parts;
    char *url;

    if (end - start > URL_MAX) {
        url = xstrndup(finder->text + start, SHOWN_MAX);
        refuse(finder, url, "longer than any link that haul takes");
        free(url);
        return;
    }
    url = link_text(finder->text + start, end - start);
    if (url_split(url, &parts, &err) == HAUL_OK) {
        accept(finder, url);
        return;
    }
    refuse(finder, url, err.text);
    free(url);
}

/* Deals with the "://" whose colon is at COLON. */
static void look_at(struct finder *finder, size_t colon)
{
    size_t start = scheme_start(finder, colon);
    size_t end;

    if (start == colon) {
        finder->from = colon + 3;
        return;
    }
    end = link_end(finder, start, colon + 3);
    consider(finder, start, end);
    finder->from = end;
}

/* A text that is nothing but one word was meant as a link: says why it is none. */
static void consider_single_word(struct finder *finder)
{
    size_t start = 0;
    size_t end = finder->len;

    while (start < end && isspace((unsigned char)finder->text[start]))
        start++;
    while (end > start && isspace((unsigned char)finder->text[end - 1]))
        end--;
    for (size_t i = start; i < end; i++) {
        if (isspace((unsigned char)finder->text[i]))
            return;
    }
    if (start < end)
        consider(finder, start, end);
}

static void seen_free(struct seen *all)
{
    struct seen *seen, *next;

    HASH_ITER(hh, all, seen, next)
    {
        HASH_DEL(all, seen);
        free(seen);
    }
}

void urls_find(const char *text, size_t len, struct urls *ret_urls)
{
    struct finder finder = {.text = text, .len = len, .urls = ret_urls};

    *ret_urls = (struct urls){0};
    while (finder.from < len) {
        const char *mark = memmem(text + finder.from, len - finder.from, "://", 3);
        if (mark == NULL)
            break;
        look_at(&finder, (size_t)(mark - text));
    }
    if (ret_urls->count == 0 && ret_urls->refused_total == 0)
        consider_single_word(&finder);
    seen_free(finder.seen);
}

void urls_fini(struct urls *urls)
{
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
