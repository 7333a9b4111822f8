#ifndef UI_COPYING_H
#define UI_COPYING_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/error.h"
#include "ui/keymap.h"
#include "ui/list_view.h"
#include "ui/model.h"

/* Links and paths, shown whole and copied through the terminal. */

struct copying_events {
    /* Hands TEXT over for the clipboard, as term_copy(). */
    enum haul_err (*copy)(void *ctx, const char *text, size_t len, struct haul_error *err);
    void (*notice)(void *ctx, bool bad, const char *text);
    void (*tell)(void *ctx, const char *text); /* a notice that stays until the next key */
    void *ctx;
};

struct copying {
    struct model *model; /* both are borrowed */
    struct list_view *list;
    struct copying_events events;
    bool paths; /* what was asked for last: of each its path, else its link */
};

void copying_init(struct copying *copying, struct model *model, struct list_view *list,
                  const struct copying_events *events);

/* False: ACTION is none of these. */
bool copying_act(struct copying *copying, enum keymap_action action);

#endif
