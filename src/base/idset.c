/* Sets of ids: words of 64 bits by the upper part of the id. A word without a bit is dropped. */

#include "base/idset.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/mem.h"

struct idset_word {
    UT_hash_handle hh;
    uint64_t upper; /* id / 64 */
    uint64_t bits;
};

void idset_clear(struct idset *set)
{
    struct idset_word *word, *next;

    HASH_ITER(hh, set->words, word, next)
    {
        HASH_DEL(set->words, word);
        free(word);
    }
    set->count = 0;
}

static struct idset_word *word_of(const struct idset *set, uint64_t id)
{
    struct idset_word *word;
    uint64_t upper = id / 64;

    HASH_FIND(hh, set->words, &upper, sizeof upper, word);
    return word;
}

bool idset_has(const struct idset *set, uint64_t id)
{
    const struct idset_word *word = set->count > 0 ? word_of(set, id) : NULL;

    return word && (word->bits >> (id % 64) & 1);
}

void idset_add(struct idset *set, uint64_t id)
{
    struct idset_word *word = word_of(set, id);
    uint64_t bit = UINT64_C(1) << (id % 64);

    if (!word) {
        word = xcalloc(1, sizeof *word);
        word->upper = id / 64;
        HASH_ADD(hh, set->words, upper, sizeof word->upper, word);
    }
    set->count += !(word->bits & bit);
    word->bits |= bit;
}

void idset_drop(struct idset *set, uint64_t id)
{
    struct idset_word *word = word_of(set, id);
    uint64_t bit = UINT64_C(1) << (id % 64);

    if (!word || !(word->bits & bit))
        return;
    word->bits &= ~bit;
    set->count--;
    if (word->bits == 0) {
        HASH_DEL(set->words, word);
        free(word);
    }
}

static int compare_words(const struct idset_word *a, const struct idset_word *b)
{
    return (a->upper > b->upper) - (a->upper < b->upper);
}

uint64_t *idset_list(struct idset *set)
{
    uint64_t *ids = xcalloc(set->count + 1, sizeof *ids);
    struct idset_word *word, *next;
    size_t count = 0;

    HASH_SORT(set->words, compare_words);
    HASH_ITER(hh, set->words, word, next)
    {
        for (unsigned bit = 0; bit < 64; bit++) {
            if (word->bits >> bit & 1)
                ids[count++] = word->upper * 64 + bit;
        }
    }
    return ids;
}
