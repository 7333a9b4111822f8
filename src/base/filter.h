#ifndef BASE_FILTER_H
#define BASE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/error.h"
#include "haul/snapshot.h"

/* Filter expressions: words that an item must all fit. Pure.
 *
 *   word  "some words"       part of the name or the link, in any case
 *   name: host: url: dir:    part of just that; with = all of it
 *   state:failed,waiting     one of these states, or how its name begins
 *   priority:high            likewise
 *   size>1G  done<50%  done>=10M  rate>500K  connections=4  tries>2  status:404
 *   eta<10m  added<2d  finished>1h                 how long it takes, how long ago it was
 *   -word  -state:done       what must not fit
 *
 * A comparison with something that is not known (a size, a time to go) does not fit. */

#define FILTER_SIZE     1024 /* of an expression, with its NUL */
#define FILTER_TERM_MAX 32

struct filter;

/* What is wrong with an expression: a sentence, and the word that it is about. */
struct filter_problem {
    char text[160];
    size_t start, end; /* bytes of the expression */
};

/* NOW is what ages are counted from, ms since 1970. NULL, with *problem filled (which may be NULL),
 * when TEXT makes no sense. An empty text fits everything. */
struct filter *filter_new(const char *text, int64_t now, struct filter_problem *problem);
void filter_free(struct filter *filter); /* NULL is fine */

bool filter_fits(const struct filter *filter, const struct haul_brief *brief);

/* True when whether an item fits depends on numbers that move while it runs. */
bool filter_moves(const struct filter *filter);
/* True when it depends on how long ago something was: as time goes by, whatever else happens. */
bool filter_ages(const struct filter *filter);
/* Ages are counted from NOW from here on. */
void filter_set_now(struct filter *filter, int64_t now);

#endif
