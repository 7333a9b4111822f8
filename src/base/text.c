/* The gate for foreign text, and its measure in terminal columns.
 *
 * Everything here works on whole characters and is bounded by the caller's buffer. utf8proc decodes
 * and classifies; the few ranges where its widths differ from what terminals and ncurses do are in
 * text_char_width(). Cleaning is idempotent: what it writes, it lets pass.
 *
 * Nothing in this file may depend on the locale, print, or keep state. */

#include "base/text.h"

#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"

#define REPLACEMENT     0xFFFDu
#define ELLIPSIS        "\xE2\x80\xA6"
#define ELLIPSIS_LEN    3
#define MARKS_IN_A_ROW  2
#define LONGEST_UTF8    4
#define LONGEST_CLEANED 3 /* one byte of bad UTF-8 becomes U+FFFD */

struct text_raw text_raw_from(const char *text)
{
    return (struct text_raw){.bytes = text ? text : "", .len = text ? strlen(text) : 0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct text_raw text_raw_trim(struct text_raw text)
{
    while (text.len > 0 && is_blank(text.bytes[0])) {
        text.bytes++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.bytes[text.len - 1]))
        text.len--;
    return text;
}

static bool between(uint32_t code, uint32_t low, uint32_t high)
{
    return code >= low && code <= high;
}

size_t text_put(uint32_t code, char buf[TEXT_CHAR_SIZE])
{
    bool is_char = code <= 0x10FFFF && !between(code, 0xD800, 0xDFFF);
    size_t len = (size_t)utf8proc_encode_char((utf8proc_int32_t)(is_char ? code : REPLACEMENT),
                                              (utf8proc_uint8_t *)buf);

    buf[len] = '\0';
    return len;
}

uint32_t text_join_halves(uint32_t high, uint32_t low)
{
    if (!between(high, 0xD800, 0xDBFF) || !between(low, 0xDC00, 0xDFFF))
        return 0;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* ZWNJ, ZWJ and every kind of variation selector. */
static bool is_dropped(uint32_t code)
{
    return between(code, 0x200C, 0x200D) || between(code, 0xFE00, 0xFE0F) ||
           between(code, 0xE0100, 0xE01EF) || between(code, 0x180B, 0x180D) || code == 0x180F;
}

/* What has no agreed look or steers its neighbours: C1, bidi controls and other format characters,
 * separators, private use, unassigned code points and surrogates. */
static bool is_replaced(uint32_t code)
{
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return false;
    }
}

/* The bytes that may follow LEAD in well-formed UTF-8 (Unicode 15, table 3-7). */
static bool second_byte_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xE0:
        return between(second, 0xA0, 0xBF);
    case 0xED:
        return between(second, 0x80, 0x9F);
    case 0xF0:
        return between(second, 0x90, 0xBF);
    case 0xF4:
        return between(second, 0x80, 0x8F);
    default:
        return between(lead, 0xC2, 0xF4) && between(second, 0x80, 0xBF);
    }
}

/* Length of the maximal subpart of an ill-formed sequence (Unicode 15, section 3.9): the bytes that
 * one U+FFFD stands for. Only called where decoding failed. */
static size_t bad_length(const unsigned char *at, size_t len)
{
    size_t wanted = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    size_t good = 2;

    if (len < 2 || !second_byte_fits(at[0], at[1]))
        return 1;
    while (good < wanted && good < len && between(at[good], 0x80, 0xBF))
        good++;
    return good;
}

/* Decodes one character of LEN > 0 bytes; U+FFFD for a bad sequence. Returns the bytes taken. */
static size_t decode(const char *text, size_t len, uint32_t *ret_code)
{
    const unsigned char *at = (const unsigned char *)text;
    utf8proc_int32_t code;
    utf8proc_ssize_t taken;

    if (at[0] < 0x80) {
        *ret_code = at[0];
        return 1;
    }
    taken = utf8proc_iterate(at, (utf8proc_ssize_t)MIN(len, LONGEST_UTF8), &code);
    if (taken > 0) {
        *ret_code = (uint32_t)code;
        return (size_t)taken;
    }
    *ret_code = REPLACEMENT;
    return bad_length(at, len);
}

bool text_is_utf8(struct text_raw raw)
{
    static const char sign[] = "\xef\xbf\xbd"; /* U+FFFD, when it stands there itself */
    uint32_t code;

    for (size_t at = 0, len; at < raw.len; at += len) {
        len = decode(raw.bytes + at, raw.len - at, &code);
        if (code == REPLACEMENT && (len != 3 || memcmp(raw.bytes + at, sign, 3) != 0))
            return false;
    }
    return true;
}

/* Where text_clean() writes to. */
struct sink {
    char *buf;
    size_t size;
    size_t len;
    size_t cut;     /* longest length after which an ellipsis would still fit */
    unsigned marks; /* in a row, up to the last character */
    bool bare;      /* no base character yet that a mark could sit on */
    bool full;
};

static void sink_put(struct sink *sink, const char *bytes, size_t len)
{
    if (sink->len + len >= sink->size) {
        sink->full = true;
        return;
    }
    memcpy(sink->buf + sink->len, bytes, len);
    sink->len += len;
    if (sink->len + ELLIPSIS_LEN < sink->size)
        sink->cut = sink->len;
}

static void sink_put_code(struct sink *sink, uint32_t code)
{
    unsigned char bytes[LONGEST_UTF8];
    utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)code, bytes);

    sink_put(sink, (const char *)bytes, (size_t)len);
}

/* The last step: closes the text, with an ellipsis when something did not fit. */
static size_t sink_end(struct sink *sink)
{
    if (sink->full && sink->size > ELLIPSIS_LEN) {
        memcpy(sink->buf + sink->cut, ELLIPSIS, ELLIPSIS_LEN);
        sink->len = sink->cut + ELLIPSIS_LEN;
    }
    sink->buf[sink->len] = '\0';
    return sink->len;
}

static void clean_ascii(struct sink *sink, uint32_t code)
{
    char caret[2] = {'^', (char)(code ^ 0x40)};
    char plain = (char)code;

    sink->marks = 0;
    sink->bare = false;
    if (code == '\t' || code == '\n')
        sink_put(sink, " ", 1);
    else if (code < 0x20 || code == 0x7F)
        sink_put(sink, caret, 2);
    else
        sink_put(sink, &plain, 1);
}

/* A mark without a base would sit on whatever stands left of the text on the screen. */
static void clean_wide(struct sink *sink, uint32_t code)
{
    if (is_dropped(code))
        return;
    if (is_replaced(code))
        code = REPLACEMENT;
    if (text_char_width(code) > 0) {
        sink->marks = 0;
    } else if (sink->bare) {
        code = REPLACEMENT;
    } else if (sink->marks++ >= MARKS_IN_A_ROW) {
        return;
    }
    sink->bare = false;
    sink_put_code(sink, code);
}

size_t text_clean(struct text_raw raw, char *buf, size_t size)
{
    struct sink sink = {.buf = buf, .size = size, .bare = true};

    if (size == 0)
        return 0;
    for (size_t at = 0; at < raw.len && !sink.full;) {
        uint32_t code;

        at += decode(raw.bytes + at, raw.len - at, &code);
        if (code < 0x80)
            clean_ascii(&sink, code);
        else
            clean_wide(&sink, code);
    }
    return sink_end(&sink);
}

char *text_clean_dup(struct text_raw raw, size_t max)
{
    size_t size = raw.len < max / LONGEST_CLEANED ? raw.len * LONGEST_CLEANED + 1 : max;
    char *clean = xmalloc(MAX(size, (size_t)1));

    clean[0] = '\0';
    return xrealloc(clean, text_clean(raw, clean, size) + 1);
}

int text_char_width(uint32_t code)
{
    if (code < 0x300)
        return 1;
    /* A colour of skin is a part of what it follows, though tables say that it has a width. */
    if (between(code, 0x1F3FB, 0x1F3FF))
        return 0;
    /* Vowels and finals of Hangul join the syllable before them. */
    if (between(code, 0x1160, 0x11FF) || between(code, 0xD7B0, 0xD7FF))
        return 0;
    /* Circled numbers on black squares and hexagrams: ambiguous by the standard, two by practice.
     */
    if (between(code, 0x3248, 0x324F) || between(code, 0x4DC0, 0x4DFF))
        return 2;
    if (utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_MC)
        return 1;
    return utf8proc_charwidth((utf8proc_int32_t)code);
}

size_t text_next(const char *clean, uint32_t *ret_code)
{
    size_t len = strnlen(clean, LONGEST_UTF8);

    if (len == 0) {
        *ret_code = 0;
        return 0;
    }
    return decode(clean, len, ret_code);
}

size_t text_width(const char *clean)
{
    size_t columns = 0;
    uint32_t code;

    for (size_t step; (step = text_next(clean, &code)) > 0; clean += step)
        columns += (size_t)text_char_width(code);
    return columns;
}

size_t text_fit(const char *clean, size_t columns, size_t *ret_columns)
{
    size_t used = 0;
    size_t len = 0;
    uint32_t code;

    for (size_t step; (step = text_next(clean + len, &code)) > 0; len += step) {
        size_t width = (size_t)text_char_width(code);

        if (width > columns - used)
            break;
        used += width;
    }
    *ret_columns = used;
    return len;
}

/* The longest end of CLEAN that fits COLUMNS and begins with a base character. */
static const char *fitting_end(const char *clean, size_t columns)
{
    size_t left = text_width(clean);
    uint32_t code;

    for (size_t step; (step = text_next(clean, &code)) > 0; clean += step) {
        size_t width = (size_t)text_char_width(code);

        if (left <= columns && width > 0)
            return clean;
        left -= width;
    }
    return clean;
}

/* How much of BUDGET the end gets: half, or more when a name's extension (with two columns of the
 * name before it) needs that and leaves a third for the beginning. */
static size_t columns_of_end(const char *clean, size_t budget)
{
    const char *dot = strrchr(clean, '.');
    size_t wanted = dot ? text_width(dot) + 2 : 0;

    return wanted <= budget - budget / 3 ? MAX(wanted, budget / 2) : budget / 2;
}

/* Appends text while it fits. A mark is left out when its bytes are needed for the columns to come,
 * so the buffer that the header asks for always suffices. */
struct cells {
    char *buf;
    size_t size;
    size_t len;
    size_t left; /* columns to come, at most */
};

static void cells_put(struct cells *cells, const char *clean, size_t len)
{
    uint32_t code;

    for (size_t at = 0, step; at < len && (step = text_next(clean + at, &code)) > 0; at += step) {
        size_t width = (size_t)text_char_width(code);

        if (width == 0 && cells->len + step + LONGEST_UTF8 * cells->left >= cells->size)
            continue;
        if (cells->len + step >= cells->size)
            return;
        memcpy(cells->buf + cells->len, clean + at, step);
        cells->len += step;
        cells->left -= MIN(width, cells->left);
    }
}

void text_elide(const char *clean, size_t columns, bool ascii, char *buf, size_t size)
{
    const char *gap = ascii ? ".." : ELLIPSIS;
    size_t gap_len = strlen(gap);
    size_t gap_columns = ascii ? 2 : 1;
    size_t width = text_width(clean);
    struct cells cells = {.buf = buf, .size = size, .left = MIN(width, columns)};
    size_t used;

    if (size == 0)
        return;
    if (width <= columns) {
        cells_put(&cells, clean, strlen(clean));
    } else if (columns <= gap_columns) {
        cells_put(&cells, gap, ascii ? columns : columns * gap_len);
    } else {
        size_t budget = columns - gap_columns;
        const char *end = fitting_end(clean, columns_of_end(clean, budget));
        size_t head = text_fit(clean, budget - text_width(end), &used);

        cells_put(&cells, clean, head);
        cells_put(&cells, gap, gap_len);
        cells_put(&cells, end, strlen(end));
    }
    buf[cells.len] = '\0';
}
