/* Content-Disposition as it is met (RFC 6266, RFC 8187, RFC 2047).
 *
 * The grammar is read leniently: a missing quote ends with the header, a missing type, unknown
 * parameters and text between parameters are stepped over. Decoding is strict: a form that is not
 * wholly valid is taken for plain text. Everything is linear in the header's length, and what comes
 * out is still only a suggestion: filename_sanitize() has the last word. */

#include "engine/disposition.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is left of the header. */
struct rest {
    const char *at;
    const char *end;
};

static void skip_spaces(struct rest *rest)
{
    while (rest->at < rest->end && is_space(*rest->at))
        rest->at++;
}

/* A name up to '=', ';' or a space. */
static struct text_raw take_name(struct rest *rest)
{
    const char *start = rest->at;

    while (rest->at < rest->end && !is_space(*rest->at) && *rest->at != '=' && *rest->at != ';')
        rest->at++;
    return (struct text_raw){start, (size_t)(rest->at - start)};
}

/* The inside of quotes, a backslash taking the next character as it is. */
static char *take_quoted(struct rest *rest)
{
    const char *start = ++rest->at;
    char *value;
    size_t len = 0;

    while (rest->at < rest->end && *rest->at != '"')
        rest->at += *rest->at == '\\' && rest->end - rest->at > 1 ? 2 : 1;
    value = xmalloc((size_t)(rest->at - start) + 1);
    for (; start < rest->at; start++) {
        if (*start == '\\' && rest->at - start > 1)
            start++;
        value[len++] = *start;
    }
    value[len] = '\0';
    return value;
}

/* Without quotes a value goes to the next ';', spaces within it included. */
static char *take_bare(struct rest *rest)
{
    const char *start = rest->at;
    const char *stop;

    while (rest->at < rest->end && *rest->at != ';')
        rest->at++;
    stop = rest->at;
    while (stop > start && is_space(stop[-1]))
        stop--;
    return xstrndup(start, (size_t)(stop - start));
}

static bool name_is(struct text_raw name, const char *wanted)
{
    char *copy = xstrndup(name.bytes, name.len);
    bool same = str_equal_nocase(copy, wanted);

    free(copy);
    return same;
}

/* Takes VALUE over into SLOT if that is still empty. */
static void keep_first(char **slot, char *value)
{
    if (!*slot && *value != '\0')
        *slot = value;
    else
        free(value);
}

/* The value behind '=', which is the next character. */
static char *take_value(struct rest *rest)
{
    rest->at++;
    skip_spaces(rest);
    return rest->at < rest->end && *rest->at == '"' ? take_quoted(rest) : take_bare(rest);
}

/* A name with its value, and what follows up to the next ';'. A name without one is passed by: it
 * is the type, or a parameter behind a forgotten ';' comes next. */
static void take_parameter(struct rest *rest, struct disposition *found)
{
    struct text_raw name = take_name(rest);
    char *value;

    skip_spaces(rest);
    if (rest->at == rest->end || *rest->at != '=')
        return;
    value = take_value(rest);
    if (name_is(name, "filename"))
        keep_first(&found->filename, value);
    else if (name_is(name, "filename*"))
        keep_first(&found->filename_ext, value);
    else
        free(value);
    while (rest->at < rest->end && *rest->at != ';')
        rest->at++;
}

void disposition_parse(struct text_raw header, struct disposition *ret_found)
{
    struct rest rest = {header.bytes, header.bytes + header.len};

    *ret_found = (struct disposition){0};
    while (rest.at < rest.end) {
        skip_spaces(&rest);
        take_parameter(&rest, ret_found);
        if (rest.at < rest.end && *rest.at == ';')
            rest.at++;
    }
}

void disposition_fini(struct disposition *found)
{
    free(found->filename);
    free(found->filename_ext);
    *found = (struct disposition){0};
}

static bool is_utf8(const char *text)
{
    uint32_t code;

    for (size_t step; (step = text_next(text, &code)) > 0; text += step) {
        if (code == 0xFFFD && strncmp(text, "\xEF\xBF\xBD", 3) != 0)
            return false;
    }
    return true;
}

/* Each byte of ISO-8859-1 is the code point of its number. */
static char *latin1_to_utf8(const char *text)
{
    char *out = xmalloc(strlen(text) * 2 + 1);
    size_t len = 0;

    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte >= 0x80) {
            out[len++] = (char)(0xC0 | (byte >> 6));
            out[len++] = (char)(0x80 | (byte & 0x3F));
        } else {
            out[len++] = (char)byte;
        }
    }
    out[len] = '\0';
    return out;
}

/* Takes BYTES over; NULL when they are not text of that charset, or it is not one that is known. */
static char *to_utf8(char *bytes, const char *charset)
{
    char *text = NULL;

    if (str_equal_nocase(charset, "utf-8") || str_equal_nocase(charset, "us-ascii")) {
        if (is_utf8(bytes))
            return bytes;
    } else if (str_equal_nocase(charset, "iso-8859-1")) {
        text = latin1_to_utf8(bytes);
    }
    free(bytes);
    return text;
}

/* NULL unless every '%' begins an encoded byte. An encoded NUL ends the text. */
static char *percent_decoded(const char *text)
{
    char *out = xmalloc(strlen(text) + 1);
    size_t len = 0;

    while (*text) {
        if (*text != '%') {
            out[len++] = *text++;
            continue;
        }
        if (hex_value(text[1]) < 0 || hex_value(text[2]) < 0) {
            free(out);
            return NULL;
        }
        out[len++] = (char)(hex_value(text[1]) * 16 + hex_value(text[2]));
        text += 3;
    }
    out[len] = '\0';
    return out;
}

char *disposition_decode_ext(const char *value)
{
    const char *language = strchr(value, '\'');
    const char *encoded = language ? strchr(language + 1, '\'') : NULL;
    char *charset, *bytes, *text = NULL;

    if (!encoded)
        return NULL;
    charset = xstrndup(value, (size_t)(language - value));
    bytes = percent_decoded(encoded + 1);
    if (bytes)
        text = to_utf8(bytes, charset);
    free(charset);
    return text;
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* Decodes RFC 2045's base64 of LEN characters; NULL when a character is none of it. */
static char *base64_decoded(const char *text, size_t len)
{
    char *out = xmalloc(len + 1);
    size_t out_len = 0;
    unsigned bits = 0;
    unsigned count = 0;

    while (len > 0 && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        int value = base64_value(text[i]);

        if (value < 0) {
            free(out);
            return NULL;
        }
        bits = (bits << 6 | (unsigned)value) & 0xFFFF;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[out_len++] = (char)(bits >> count & 0xFF);
        }
    }
    out[out_len] = '\0';
    return out;
}

/* The "Q" encoding (RFC 2047, section 4.2). */
static char *q_decoded(const char *text, size_t len)
{
    char *out = xmalloc(len + 1);
    size_t out_len = 0;

    for (size_t i = 0; i < len; i++) {
        bool encoded = text[i] == '=' && i + 2 < len && hex_value(text[i + 1]) >= 0 &&
                       hex_value(text[i + 2]) >= 0;

        if (encoded) {
            out[out_len++] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out[out_len++] = text[i] == '_' ? ' ' : text[i];
        }
    }
    out[out_len] = '\0';
    return out;
}

/* Decodes the encoded word "=?charset?B|Q?text?=" at TEXT; *ret_end is what follows it. NULL when
 * there is none. */
static char *encoded_word(const char *text, const char **ret_end)
{
    const char *charset = text + 2;
    size_t charset_len, len;
    char *name, *bytes, *word;
    char kind;

    if (strncmp(text, "=?", 2) != 0)
        return NULL;
    charset_len = strcspn(charset, "?* ");
    text = charset + charset_len;
    if (*text == '*') /* a language (RFC 2231, section 5) */
        text += strcspn(text, "? ");
    if (text[0] != '?' || text[1] == '\0' || text[2] != '?')
        return NULL;
    kind = (char)(text[1] | 0x20);
    text += 3;
    len = strcspn(text, "? ");
    if ((kind != 'b' && kind != 'q') || strncmp(text + len, "?=", 2) != 0)
        return NULL;
    bytes = kind == 'b' ? base64_decoded(text, len) : q_decoded(text, len);
    if (!bytes)
        return NULL;
    name = xstrndup(charset, charset_len);
    word = to_utf8(bytes, name);
    free(name);
    *ret_end = text + len + 2;
    return word;
}

/* Decodes the encoded words in TEXT; spaces between two of them are no part of it. NULL when there
 * is none. */
static char *words_decoded(const char *text)
{
    struct strbuf out;
    bool fits = true;
    bool any = false;

    strbuf_init(&out, strlen(text) * 2 + 1);
    while (*text && fits) {
        const char *behind;
        char *word = encoded_word(text, &behind);

        if (word) {
            const char *next = behind + strspn(behind, " \t");

            any = true;
            fits = strbuf_puts(&out, word);
            text = strncmp(next, "=?", 2) == 0 ? next : behind;
        } else {
            fits = strbuf_add(&out, text++, 1);
        }
        free(word);
    }
    if (any && fits)
        return strbuf_take(&out);
    strbuf_fini(&out);
    return NULL;
}

char *disposition_decode_plain(const char *value)
{
    char *text = words_decoded(value);

    if (!text && strchr(value, '%'))
        text = percent_decoded(value);
    if (text && is_utf8(text))
        return text;
    free(text);
    return is_utf8(value) ? xstrdup(value) : latin1_to_utf8(value);
}
