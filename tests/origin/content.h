#ifndef ORIGIN_CONTENT_H
#define ORIGIN_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/* Makes the table that all content is cut from. Once, before the first content_at(). */
void content_init(void);

/* The bytes of file SEED from OFFSET on: a view into static memory, with *ret_len bytes (at least
 * one, at most CONTENT_BLOCK, never past the end of the offset's block). */
const unsigned char *content_at(uint64_t seed, uint64_t offset, size_t *ret_len);

#define CONTENT_BLOCK 65536
#define CONTENT_OTHER UINT64_C(1000003) /* added to the seed of a file that becomes another one */

#endif
