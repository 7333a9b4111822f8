#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* Finds what was probably meant by a word that is not known. */
struct suggest {
    const char *word;
    const char *best; /* NULL while nothing is near enough */
    size_t distance;
};

void suggest_init(struct suggest *suggest, const char *word);
void suggest_consider(struct suggest *suggest, const char *candidate);

/* How many letters have to be added, dropped, changed or swapped with their neighbour to make one
 * word of the other. Words of 32 bytes and more count as far apart: SIZE_MAX. */
size_t suggest_distance(const char *a, const char *b);

#endif
