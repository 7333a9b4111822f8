#ifndef INPUT_COPIED_H
#define INPUT_COPIED_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/options.h"

/* A request that was copied from a browser or a shell, as a link and the options that haul has for
 * what it says. */
struct copied {
    char *url;                    /* as it came; NULL: there is none */
    struct haul_options *options; /* only what was said is given */
    struct haul_strings notes;    /* what haul does not do of it, clean and short: "--resolve" */
    char *wrong;                  /* NULL, or why it can't be used: a clean sentence */
};

/* A growing array of them. */
struct copied_list {
    struct copied *items;
    size_t count;
    size_t size;
};

void copied_list_fini(struct copied_list *list);
/* Appends an empty one, valid until the next is. */
struct copied *copied_list_add(struct copied_list *list);

void copied_init(struct copied *copied);
void copied_fini(struct copied *copied);

/* Sets the option NAME. A value that haul does not take makes the request wrong. */
void copied_set(struct copied *copied, const char *name, const char *value);

/* Takes a header as haul would send it: cookies, referer and agent become options of their own, and
 * what haul decides by itself (ranges, encodings, lengths) is left out. LINE is "Name: value". */
void copied_header(struct copied *copied, const char *line);

/* Adds TEXT, raw, to what is not done; once each. */
void copied_note(struct copied *copied, const char *text);

/* The request can't be used. Only the first reason counts. */
void copied_refuse(struct copied *copied, const char *why);

#endif
