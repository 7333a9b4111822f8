#ifndef UI_VIEW_H
#define UI_VIEW_H

#include <stdbool.h>

#include "ui/cells.h"
#include "ui/keymap.h"

/* A part of the screen that paints itself and takes actions. Embedded as the first member of the
 * struct that implements it; its functions get the view and find their struct by OWNER_OF. */

struct view;

struct view_ops {
    enum keymap_place place; /* whose keys hold while the view has the focus */
    void (*paint)(struct view *view, const struct cells *cells, struct cells_area area);
    /* False: the action is none of the view's. */
    bool (*act)(struct view *view, enum keymap_action action);
};

struct view {
    const struct view_ops *ops;
};

#endif
