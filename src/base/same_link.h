#ifndef BASE_SAME_LINK_H
#define BASE_SAME_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Links as they may be remembered for long, and which of them lead to the same file. Pure. */

/* SHOWN (see url_shown()) with "***" for the value of every part of its query that is named like a
 * password, a token or a signature; newly allocated. */
char *same_link_masked(const char *shown);

/* A raw URL as it may be told to anybody: shown and masked; newly allocated. */
char *same_link_told(const char *url);

/* True when the masked link lost something. The rest of its query then changes with what it lost
 * (dates, signatures), so that two such links are compared without their queries, and what their
 * servers say of the files has to tell the rest. */
bool same_link_is_masked(const char *masked);

/* What links to the same file have in common, as a number that is never 0, and whether it is
 * really so for two of them: different texts may have one number. Both are given masked. */
uint64_t same_link_key(const char *masked);
bool same_link(const char *masked, const char *other);

#endif
