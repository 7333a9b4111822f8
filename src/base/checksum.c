/* Digests as text. */

#include "base/checksum.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

struct row {
    const char *name;
    size_t size;
    const char *wrong_length;
};

static const struct row rows[CHECKSUM_KIND_COUNT] = {
    [CHECKSUM_MD5] = {"md5", 16, "must have 32 hexadecimal digits behind md5:"},
    [CHECKSUM_SHA1] = {"sha1", 20, "must have 40 hexadecimal digits behind sha1:"},
    [CHECKSUM_SHA224] = {"sha224", 28, "must have 56 hexadecimal digits behind sha224:"},
    [CHECKSUM_SHA256] = {"sha256", 32, "must have 64 hexadecimal digits behind sha256:"},
    [CHECKSUM_SHA384] = {"sha384", 48, "must have 96 hexadecimal digits behind sha384:"},
    [CHECKSUM_SHA512] = {"sha512", 64, "must have 128 hexadecimal digits behind sha512:"},
};

const char *checksum_name(enum checksum_kind kind)
{
    return rows[kind].name;
}

size_t checksum_size(enum checksum_kind kind)
{
    return rows[kind].size;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Exactly SIZE bytes in hexadecimal. */
static bool read_hex(const char *text, size_t size, unsigned char *bytes)
{
    if (strlen(text) != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

const char *checksum_parse(const char *text, struct checksum *ret_checksum)
{
    size_t len = strcspn(text, ":");
    struct checksum checksum = {0};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strlen(rows[i].name) != len || strncasecmp(text, rows[i].name, len) != 0)
            continue;
        checksum.kind = (enum checksum_kind)i;
        if (text[len] != ':' || !read_hex(text + len + 1, rows[i].size, checksum.bytes))
            return rows[i].wrong_length;
        if (ret_checksum)
            *ret_checksum = checksum;
        return NULL;
    }
    return "must be ALGORITHM:HEX, with one of md5, sha1, sha224, sha256, sha384 and sha512";
}

char *checksum_text(const struct checksum *checksum, char buf[CHECKSUM_TEXT])
{
    size_t len = (size_t)snprintf(buf, CHECKSUM_TEXT, "%s:", checksum_name(checksum->kind));

    for (size_t i = 0; i < checksum_size(checksum->kind); i++)
        len += (size_t)snprintf(buf + len, CHECKSUM_TEXT - len, "%02x", checksum->bytes[i]);
    return buf;
}

bool checksum_equal(const struct checksum *a, const struct checksum *b)
{
    return a->kind == b->kind && memcmp(a->bytes, b->bytes, checksum_size(a->kind)) == 0;
}
