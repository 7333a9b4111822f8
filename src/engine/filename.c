/* Names of files, from what servers and links suggest.
 *
 * filename_sanitize() is the only way from foreign bytes to a name on disk. It works by taking out
 * and cutting, never by guessing, and what it returns it would return unchanged again. */

#include "engine/filename.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include "engine/disposition.h"
#include "haul/options.h"

#define MARKS_LEN     2 /* a '_' before and one behind */
#define EXTENSION_MAX 16
#define LAST_RESORT   "download"

char *filename_from_disposition(struct text_raw header)
{
    struct disposition found;
    char *name = NULL;

    disposition_parse(header, &found);
    if (found.filename_ext)
        name = disposition_decode_ext(found.filename_ext);
    if (!name && found.filename)
        name = disposition_decode_plain(found.filename);
    disposition_fini(&found);
    return name;
}

static bool between(uint32_t code, uint32_t low, uint32_t high)
{
    return code >= low && code <= high;
}

/* Controls, bidi controls, line separators, invisible format characters and noncharacters. The
 * joiners (U+200C, U+200D) stay: Persian words and emoji need them. */
static bool is_taken_out(uint32_t code)
{
    return code < 0x20 || between(code, 0x7F, 0x9F) || code == 0xAD || code == 0x61C ||
           code == 0x180E || code == 0x200B || between(code, 0x200E, 0x200F) ||
           between(code, 0x2028, 0x202E) || between(code, 0x2060, 0x206F) || code == 0xFEFF ||
           between(code, 0xFDD0, 0xFDEF) || between(code, 0xFFF0, 0xFFFB) ||
           (code & 0xFFFE) == 0xFFFE || between(code, 0xE0000, 0xE007F);
}

static bool is_separator(char c)
{
    return c == '/' || c == '\\';
}

/* Up to the first NUL, then the last component that is not empty. */
static struct text_raw last_component(struct text_raw raw)
{
    size_t len = strnlen(raw.bytes, raw.len);
    size_t start;

    while (len > 0 && is_separator(raw.bytes[len - 1]))
        len--;
    for (start = len; start > 0 && !is_separator(raw.bytes[start - 1]);)
        start--;
    return (struct text_raw){raw.bytes + start, len - start};
}

/* Allowed characters as they are, each byte of bad UTF-8 as "%XX". */
static char *allowed_text(struct text_raw raw)
{
    char *text = xstrndup(raw.bytes, raw.len);
    char *out = xmalloc(raw.len * 3 + 1);
    size_t len = 0;
    uint32_t code;

    for (size_t at = 0, step; (step = text_next(text + at, &code)) > 0; at += step) {
        if (code == 0xFFFD && strncmp(text + at, "\xEF\xBF\xBD", 3) != 0) {
            for (size_t i = 0; i < step; i++, len += 3)
                snprintf(out + len, 4, "%%%02X", (unsigned)(unsigned char)text[at + i]);
        } else if (!is_taken_out(code)) {
            memcpy(out + len, text + at, step);
            len += step;
        }
    }
    out[len] = '\0';
    free(text);
    return out;
}

static size_t without_tail(const char *text, size_t len, const char *unwanted)
{
    while (len > 0 && strchr(unwanted, text[len - 1]))
        len--;
    return len;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The bytes at the end of NAME that should outlive cutting and numbering: ".iso", ".tar.gz". */
static size_t suffix_length(const char *name, size_t len)
{
    size_t dot = len;

    while (dot > 0 && name[dot - 1] != '.') {
        char c = name[dot - 1];

        if (!is_alphanumeric(c) && !strchr("_+~-", c))
            return 0;
        dot--;
    }
    if (dot < 2 || dot == len || len - dot > EXTENSION_MAX)
        return 0;
    dot--;
    if (dot > 4 && strncmp(name + dot - 4, ".tar", 4) == 0)
        dot -= 4;
    return len - dot;
}

/* Not longer than LIMIT and not within a character. */
static size_t cut_length(const char *text, size_t len, size_t limit)
{
    if (len <= limit)
        return len;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

/* "stem" + MIDDLE + ".suffix" within LIMIT bytes: the stem is what gives way. A suffix that leaves
 * no room for a stem is cut like one. */
static char *join_cut(const char *name, size_t limit, const char *middle)
{
    size_t len = strlen(name);
    size_t suffix = suffix_length(name, len);
    size_t stem, fixed;

    if (suffix + strlen(middle) >= limit)
        suffix = 0;
    fixed = suffix + strlen(middle);
    stem = cut_length(name, len - suffix, limit > fixed ? limit - fixed : 0);
    if (stem < len - suffix)
        stem = without_tail(name, stem, ". ");
    return xasprintf("%.*s%s%s", (int)stem, name, middle, name + len - suffix);
}

/* Names that Windows keeps for devices, with any extension. */
static bool is_dos_device(const char *name)
{
    static const char *const plain[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    size_t len = without_tail(name, strcspn(name, "."), " ");
    char stem[8];

    if (len >= sizeof(stem))
        return false;
    memcpy(stem, name, len);
    stem[len] = '\0';
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (str_equal_nocase(stem, plain[i]))
            return true;
    }
    if (len < 4 || stem[3] == '\0')
        return false;
    /* A digit, or one of the superscripts that Windows takes for digits. */
    if (strcmp(stem + 3, "\u00B9") != 0 && strcmp(stem + 3, "\u00B2") != 0 &&
        strcmp(stem + 3, "\u00B3") != 0 && (len != 4 || stem[3] < '0' || stem[3] > '9'))
        return false;
    stem[3] = '\0';
    return str_equal_nocase(stem, "com") || str_equal_nocase(stem, "lpt");
}

static bool needs_mark(const char *name)
{
    return is_dos_device(name) || path_ends_like_ours(name);
}

/* NAME cut to LIMIT bytes, with marks where it must not stay as it is. It is looked at after each
 * cut, so that no cut makes a name that was looked for. */
static char *cut_and_marked(const char *name, size_t limit)
{
    char *cut = join_cut(name, limit, "");
    char *shorter, *marked;

    if (!needs_mark(cut))
        return cut;
    shorter = join_cut(cut, limit - MARKS_LEN, "");
    marked = xasprintf("%s%s%s", is_dos_device(shorter) ? "_" : "", shorter,
                       path_ends_like_ours(shorter) ? "_" : "");
    free(shorter);
    free(cut);
    return marked;
}

bool filename_is_plain(const char *name)
{
    size_t len = 0;

    while (is_alphanumeric(name[len]) || (name[len] && strchr("-._~+", name[len])))
        len++;
    return name[len] == '\0' && len <= FILENAME_MAX_BYTES && len > 0 && name[0] != '.' &&
           name[0] != '-' && name[len - 1] != '.' && !needs_mark(name);
}

size_t filename_sanitize(struct text_raw raw, char *buf, size_t size)
{
    size_t limit = MIN(size, (size_t)FILENAME_SIZE);
    char *text, *name;
    size_t len;

    if (size > 0)
        buf[0] = '\0';
    if (limit <= MARKS_LEN + 1)
        return 0;
    text = allowed_text(last_component(raw));
    name = text + strspn(text, ".- ");
    name[without_tail(name, strlen(name), ". ")] = '\0';
    name = cut_and_marked(name, limit - 1);
    len = strlen(name);
    memcpy(buf, name, len + 1);
    free(name);
    free(text);
    return len;
}

/* May the user's word be taken as it is? */
static bool is_usable_as_given(const char *out)
{
    uint32_t code;
    size_t step;

    if (*out == '\0' || strlen(out) > HAUL_OUT_MAX || strchr(out, '/') ||
        path_ends_like_ours(out) || strcmp(out, ".") == 0 || strcmp(out, "..") == 0)
        return false;
    for (const char *at = out; (step = text_next(at, &code)) > 0; at += step) {
        if (code == 0xFFFD || is_taken_out(code))
            return false;
    }
    return true;
}

/* The safe name of URL's last segment, "" when it has none. */
static void name_of_url(const char *url, char name[FILENAME_SIZE])
{
    size_t len;
    char *segment;

    name[0] = '\0';
    if (!url)
        return;
    segment = url_last_segment(url, &len);
    if (len == strlen(segment) && filename_is_plain(segment))
        memcpy(name, segment, len + 1);
    else
        filename_sanitize((struct text_raw){segment, len}, name, FILENAME_SIZE);
    free(segment);
}

static bool name_of_host(const char *url, char name[FILENAME_SIZE])
{
    struct url parts;

    if (!url || url_split(url, &parts, NULL) != HAUL_OK)
        return false;
    return filename_sanitize((struct text_raw){parts.host.at, parts.host.len}, name,
                             FILENAME_SIZE) > 0;
}

static bool has_extension(const char *name)
{
    return suffix_length(name, strlen(name)) > 0;
}

static bool name_of_disposition(struct text_raw disposition, char name[FILENAME_SIZE])
{
    char *raw = filename_from_disposition(disposition);
    size_t len = raw ? filename_sanitize(text_raw_from(raw), name, FILENAME_SIZE) : 0;

    free(raw);
    return len > 0;
}

char *filename_choose(const char *out, struct text_raw disposition, const char *asked_url,
                      const char *final_url)
{
    char name[FILENAME_SIZE], last[FILENAME_SIZE];

    if (out && is_usable_as_given(out))
        return xstrdup(out);
    if (out && filename_sanitize(text_raw_from(out), name, sizeof(name)) > 0)
        return xstrdup(name);
    if (name_of_disposition(disposition, name))
        return xstrdup(name);
    name_of_url(asked_url, name);
    name_of_url(final_url, last);
    if (last[0] && (!name[0] || (!has_extension(name) && has_extension(last))))
        return xstrdup(last);
    if (name[0] || name_of_host(asked_url, name) || name_of_host(final_url, name))
        return xstrdup(name);
    return xstrdup(LAST_RESORT);
}

char *filename_numbered(const char *name, unsigned number)
{
    char middle[16];

    snprintf(middle, sizeof(middle), " (%u)", number);
    return join_cut(name, HAUL_OUT_MAX, middle);
}
