/* The distance between words, for "did you mean". Small and pure; words longer than any of ours are
 * left alone, so its cost is bounded. */
#include "base/suggest.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define WORD_MAX 32

void suggest_init(struct suggest *suggest, const char *word)
{
    *suggest = (struct suggest){.word = word, .distance = SIZE_MAX};
}

/* Optimal string alignment; three rows of the usual table are enough. */
size_t suggest_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    size_t rows[3][WORD_MAX + 1];

    if (a_len >= WORD_MAX || b_len >= WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            row[j] = MIN(above[j], row[j - 1]) + 1;
            row[j] = MIN(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

void suggest_consider(struct suggest *suggest, const char *candidate)
{
    size_t word_len = strlen(suggest->word);
    size_t distance = suggest_distance(suggest->word, candidate);

    /* The beginning of a word is as good as one wrong letter. */
    if (word_len >= 3 && strncmp(suggest->word, candidate, word_len) == 0)
        distance = MIN(distance, 1);
    if (distance < suggest->distance && distance <= MAX(word_len / 3, 1)) {
        suggest->distance = distance;
        suggest->best = candidate;
    }
}
