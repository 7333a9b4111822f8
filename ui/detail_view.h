#ifndef UI_DETAIL_VIEW_H
#define UI_DETAIL_VIEW_H

#include "ui/model.h"
#include "ui/view.h"

/* Everything about the item under the cursor: beside the list where there is room, over it
 * elsewhere. What it shows is what model_detail() has. */
struct detail_view {
    struct view view;
    struct model *model;
    int top;             /* first line shown */
    int lines;           /* there were, when last painted */
    int height;          /* when last painted */
    uint64_t diagnosed;  /* the running item for whose diagnosis there is room; 0: none */
    int diagnosed_lines; /* so much */
    int diagnosed_width;
};

/* By LINES down, as far as there are any. */
void detail_view_scroll(struct detail_view *detail, int lines);

void detail_view_init(struct detail_view *detail, struct model *model);

#endif
