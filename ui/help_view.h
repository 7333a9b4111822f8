#ifndef UI_HELP_VIEW_H
#define UI_HELP_VIEW_H

#include "ui/bindings.h"
#include "ui/view.h"

/* The page of keys, made from the key table and from what is bound. */
struct help_view {
    struct view view;
    const struct bindings *bindings;
    int top; /* first line shown */
};

void help_view_init(struct help_view *help, const struct bindings *bindings);

#endif
