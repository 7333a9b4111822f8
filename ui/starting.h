#ifndef UI_STARTING_H
#define UI_STARTING_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/error.h"

struct haul_reply;
struct model;
struct requests_source;

/* The links that the command line names, on their way to the daemon. */
struct starting {
    struct model *model;
    const struct requests_source *links; /* NULL: none */
    void (*notice)(void *ctx, bool bad, const char *text);
    void *ctx;
    unsigned calls;    /* that are not answered */
    bool over;         /* all links were taken from the source */
    bool told;         /* what came of them, to the user */
    size_t added, had; /* so far */
    size_t refused;
    char why[HAUL_ERROR_TEXT]; /* the first of them was; "": none was */
};

/* LINKS, borrowed, may be NULL. */
void starting_init(struct starting *starting, struct model *model,
                   const struct requests_source *links,
                   void (*notice)(void *ctx, bool bad, const char *text), void *ctx);

/* There is a connection: sends the first links, or those that are left; the others follow as these
 * are answered. */
void starting_go_on(struct starting *starting);

/* Sends all that are left, for nobody will be here to do it later. */
void starting_hurry(struct starting *starting);

/* Nothing is left to be sent or answered. */
bool starting_is_over(const struct starting *starting);
/* Grows with each answer. */
size_t starting_answered(const struct starting *starting);

#endif
