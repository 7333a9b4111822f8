#ifndef INPUT_URLS_H
#define INPUT_URLS_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/attr.h"

/* The links in any text that a user pastes: prose, HTML, Markdown, chat logs, terminal output. */

/* Something that looks like a link and can't be used. */
struct urls_refused {
    char *text; /* clean, shortened, without user info */
    char *why;  /* clean, a sentence */
};

#define URLS_REFUSED_MAX 1000 /* more are counted, not kept */

struct urls_seen;

struct urls {
    char **items; /* usable, in the order of the text, each once */
    size_t count;
    struct urls_refused *refused;
    size_t refused_count;
    size_t refused_total; /* with those that were not kept */
    size_t repeated;      /* how many were left out because they came before */
    size_t size, refused_size;
    struct urls_seen *seen; /* which links there are */
};

/* Finds the links in LEN bytes of TEXT, which may hold anything, NUL and invalid UTF-8 too, and
 * appends them to URLS, which is all zero at first. Takes time and memory in proportion to LEN. A
 * text may be given in parts that end where a word does. */
void urls_find(struct urls *urls, const char *text, size_t len);

/* A text in which no link was found and which is nothing but one word was meant as a link: takes it
 * as one, or tells why it is none. */
void urls_find_word(struct urls *urls, const char *text, size_t len);

/* Appends URL, which url_split() takes and which is the list's from now on. False when it is there
 * already: then it is freed, and *ret_index tells where the other one is. */
HAUL_CHECKED bool urls_append(struct urls *urls, char *url, size_t *ret_index);

/* Counts a link that can't be used. URL is raw and may hold user info; WHY is a sentence. */
void urls_refuse(struct urls *urls, const char *url, const char *why);

void urls_remove(struct urls *urls, size_t index); /* it may come again */
void urls_fini(struct urls *urls);                 /* leaves an empty list, ready for use */

#endif
