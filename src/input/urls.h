#ifndef INPUT_URLS_H
#define INPUT_URLS_H

#include <stddef.h>

/* The links in any text that a user pastes: prose, HTML, Markdown, chat logs, terminal output. */

/* Something that looks like a link and can't be used. */
struct urls_refused {
    char *text; /* clean, shortened, without user info */
    char *why;  /* clean, a sentence */
};

#define URLS_REFUSED_MAX 1000 /* more are counted, not kept */

struct urls {
    char **items; /* usable, in the order of the text, each once */
    size_t count;
    struct urls_refused *refused;
    size_t refused_count;
    size_t refused_total; /* with those that were not kept */
    size_t repeated;      /* how many were left out because they came before */
};

/* Finds the links in LEN bytes of TEXT, which may hold anything, NUL and invalid UTF-8 too. Takes
 * time and memory in proportion to LEN. The caller frees the result with urls_fini(). */
void urls_find(const char *text, size_t len, struct urls *ret_urls);
void urls_fini(struct urls *urls);

#endif
