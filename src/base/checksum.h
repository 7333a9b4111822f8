#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/attr.h"

/* The digest that a file is said to have, as people write it: "sha256:5fec…", hexadecimal digits of
 * either case. Only its text and its bytes: what computes one is in disk/digest.h. */

enum checksum_kind {
    CHECKSUM_MD5,
    CHECKSUM_SHA1,
    CHECKSUM_SHA224,
    CHECKSUM_SHA256,
    CHECKSUM_SHA384,
    CHECKSUM_SHA512,
    CHECKSUM_KIND_COUNT
};

#define CHECKSUM_BYTES_MAX 64
#define CHECKSUM_TEXT      (8 + 2 * CHECKSUM_BYTES_MAX) /* "sha512:…" with its NUL */

struct checksum {
    enum checksum_kind kind;
    unsigned char bytes[CHECKSUM_BYTES_MAX]; /* the first checksum_size() of them */
};

const char *checksum_name(enum checksum_kind kind); /* "sha256" */
size_t checksum_size(enum checksum_kind kind);      /* in bytes */

/* What is wrong with TEXT, to follow its name in a sentence; NULL: nothing, and *ret_checksum is
 * set. RET_CHECKSUM may be NULL. */
const char *checksum_parse(const char *text, struct checksum *ret_checksum);

/* The one way haul writes it: small letters. Returns BUF. */
char *checksum_text(const struct checksum *checksum, char buf[CHECKSUM_TEXT]);

bool checksum_equal(const struct checksum *a, const struct checksum *b);

#endif
