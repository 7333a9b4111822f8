/* Byte strings with a cap, and the few string helpers that libc lacks. */

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

void strbuf_init(struct strbuf *buf, size_t cap)
{
    *buf = (struct strbuf){.cap = cap};
}

void strbuf_fini(struct strbuf *buf)
{
    free(buf->data);
    strbuf_init(buf, buf->cap);
}

void strbuf_fini_secret(struct strbuf *buf)
{
    if (buf->data)
        explicit_bzero(buf->data, buf->size);
    strbuf_fini(buf);
}

void strbuf_clear(struct strbuf *buf)
{
    buf->len = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

char *strbuf_take(struct strbuf *buf)
{
    char *data = buf->data ? buf->data : xstrdup("");

    strbuf_init(buf, buf->cap);
    return data;
}

/* Makes room for LEN more bytes and a NUL, doubling up to the cap. */
static bool reserve(struct strbuf *buf, size_t len)
{
    size_t want;

    if (len > buf->cap - buf->len)
        return false;
    want = buf->len + len + 1;
    if (want > buf->size) {
        size_t doubled = buf->size > buf->cap / 2 ? buf->cap + 1 : buf->size * 2;

        buf->size = MAX(MAX(want, doubled), (size_t)32);
        buf->data = xrealloc(buf->data, buf->size);
    }
    return true;
}

bool strbuf_add(struct strbuf *buf, const void *data, size_t len)
{
    if (!reserve(buf, len))
        return false;
    if (len > 0)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return true;
}

bool strbuf_puts(struct strbuf *buf, const char *text)
{
    return strbuf_add(buf, text, strlen(text));
}

bool strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args, again;
    bool fits = false;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len >= 0 && reserve(buf, (size_t)len)) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
        fits = true;
    }
    va_end(again);
    va_end(args);
    return fits;
}

void strbuf_drop(struct strbuf *buf, size_t len)
{
    if (len == 0 || !buf->data)
        return;
    len = MIN(len, buf->len);
    memmove(buf->data, buf->data + len, buf->len - len + 1);
    buf->len -= len;
}

bool str_copy(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);

    if (len < size) {
        memcpy(to, from, len + 1);
        return true;
    }
    len = size - 1;
    while (len > 0 && ((unsigned char)from[len] & 0xC0) == 0x80)
        len--;
    memcpy(to, from, len);
    to[len] = '\0';
    return false;
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t tail = strlen(suffix);

    return len >= tail && memcmp(text + len - tail, suffix, tail) == 0;
}

bool str_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

bool str_equal_nocase(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

const char *str_find_nocase(const char *haystack, const char *needle)
{
    return strcasestr(haystack, needle);
}

bool str_to_u64(const char *text, uint64_t *ret_value, const char **ret_end)
{
    const char *at = text;
    uint64_t value = 0;

    for (; *at >= '0' && *at <= '9'; at++) {
        if (!mul_u64(value, 10, &value) || !add_u64(value, (uint64_t)(*at - '0'), &value))
            return false;
    }
    if (at == text || (!ret_end && *at != '\0'))
        return false;
    *ret_value = value;
    if (ret_end)
        *ret_end = at;
    return true;
}
