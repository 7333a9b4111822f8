/* What the origin's files hold. The byte at an offset is a pure function of seed and offset, so a
 * file of any size costs neither disk nor memory, and a test can compute its digest without asking.
 *
 * One table of 64 KiB pseudo-random bytes stands twice in a row; block N of file S is the table
 * rotated by a hash of both. So every block is a view into static memory, nothing is computed per
 * byte, and a block that lands at the wrong place or in the wrong file shows at once.
 * tests/flow/harness.py holds the same function in Python: change both or neither. */

#include "content.h"

static unsigned char table[2 * CONTENT_BLOCK];

/* splitmix64, public domain constants by Sebastiano Vigna. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

void content_init(void)
{
    for (size_t i = 0; i < CONTENT_BLOCK; i += 8) {
        uint64_t word = mix(i / 8);
        for (size_t k = 0; k < 8; k++) {
            unsigned char byte = (unsigned char)(word >> (8 * k));
            table[i + k] = byte;
            table[CONTENT_BLOCK + i + k] = byte;
        }
    }
}

const unsigned char *content_at(uint64_t seed, uint64_t offset, size_t *ret_len)
{
    uint64_t block = offset / CONTENT_BLOCK;
    size_t within = (size_t)(offset % CONTENT_BLOCK);
    size_t turn = (size_t)(mix(mix(seed) ^ block) % CONTENT_BLOCK);
    *ret_len = CONTENT_BLOCK - within;
    return table + turn + within;
}
