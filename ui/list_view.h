#ifndef UI_LIST_VIEW_H
#define UI_LIST_VIEW_H

#include "base/filter.h"
#include "haul/client.h"
#include "ui/bindings.h"
#include "ui/model.h"
#include "ui/view.h"

/* The list of downloads: which of them are looked at, in what order, and which one the cursor is
 * on. */

enum list_tab { LIST_ALL, LIST_ACTIVE, LIST_QUEUED, LIST_DONE, LIST_FAILED, LIST_TAB_COUNT };

struct list_view {
    struct view view;
    struct model *model;
    const struct bindings *bindings;
    enum list_tab tab;
    enum haul_sort sort;
    bool descending;
    char filter[FILTER_SIZE]; /* clean, and an expression that makes sense; "": none */
    char find[FILTER_SIZE];   /* the same */
    uint64_t top;             /* index of the first visible item */
    uint64_t cursor;          /* index of the item under the cursor */
    uint64_t cursor_id;       /* its id; 0 while not known */
    uint64_t asked_offset;    /* of the rows that are to be held */
    uint64_t range_id;        /* where a selection began that goes on to the cursor; 0: none */
    uint64_t range;           /* its index */
    int height;               /* when last painted */
    struct cells_area area;   /* the same */
    uint64_t changes_in;      /* ms until time alone changes a row that was painted */
};

void list_view_init(struct list_view *list, struct model *model, const struct bindings *bindings);

/* Takes in what the model has now, for a list of HEIGHT lines, and asks the daemon for what is
 * missing. Before each painting, and when the list is covered too. */
void list_view_update(struct list_view *list, int height);

const char *list_tab_name(enum list_tab tab);

/* What is shown, and what is looked for in it: expressions that make sense, or "". */
void list_view_filter(struct list_view *list, const char *text);
void list_view_find(struct list_view *list, const char *text);

/* Puts the cursor on item ID, which is at INDEX. */
void list_view_go(struct list_view *list, uint64_t id, uint64_t index);

/* Whether any items are selected, and how many: 0 when that is not known yet. */
bool list_view_marked(const struct list_view *list, uint64_t *ret_count);
/* Selects the range that is open. */
void list_view_range_end(struct list_view *list);
/* Ends the topmost of what is kept up: range, selection, find, filter. False: there is nothing. */
bool list_view_back(struct list_view *list);

/* Puts the cursor on the item that is painted at that cell. False: there is none, and nothing was
 * done. *ret_again: the cursor was there already. */
bool list_view_click(struct list_view *list, int y, int x, bool *ret_again);

/* In another order; turned round when it is this one already. */
void list_view_sort(struct list_view *list, enum haul_sort sort);

/* The item under the cursor, borrowed until the model changes; NULL when there is none. */
const struct haul_item *list_view_item(const struct list_view *list);

#endif
