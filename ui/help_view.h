#ifndef UI_HELP_VIEW_H
#define UI_HELP_VIEW_H

#include "ui/view.h"

/* The page of keys, made from the key table. */
struct help_view {
    struct view view;
    int top; /* first line shown */
};

void help_view_init(struct help_view *help);

#endif
