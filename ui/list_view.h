#ifndef UI_LIST_VIEW_H
#define UI_LIST_VIEW_H

#include "haul/client.h"
#include "ui/model.h"
#include "ui/view.h"

/* The list of downloads: which of them are looked at, in what order, and which one the cursor is
 * on. */

enum list_tab { LIST_ALL, LIST_ACTIVE, LIST_QUEUED, LIST_DONE, LIST_FAILED, LIST_TAB_COUNT };

#define LIST_SEARCH_SIZE 256

struct list_view {
    struct view view;
    struct model *model;
    enum list_tab tab;
    enum haul_sort sort;
    bool descending;
    char search[LIST_SEARCH_SIZE]; /* clean */
    uint64_t top;                  /* index of the first visible item */
    uint64_t cursor;               /* index of the item under the cursor */
    uint64_t cursor_id;            /* its id; 0 while not known */
    uint64_t asked_offset;         /* of the rows that are to be held */
    int height;                    /* when last painted */
    bool ticks;                    /* a row that was painted changes with time alone */
};

void list_view_init(struct list_view *list, struct model *model);

/* Takes in what the model has now, for a list of HEIGHT lines, and asks the daemon for what is
 * missing. Before each painting, and when the list is covered too. */
void list_view_update(struct list_view *list, int height);

const char *list_tab_name(enum list_tab tab);
void list_view_search(struct list_view *list, const char *text);

/* The item under the cursor, borrowed until the model changes; NULL when there is none. */
const struct haul_item *list_view_item(const struct list_view *list);

#endif
