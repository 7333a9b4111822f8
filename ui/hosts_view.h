#ifndef UI_HOSTS_VIEW_H
#define UI_HOSTS_VIEW_H

#include "base/filter.h"
#include "ui/model.h"
#include "ui/prompt.h"
#include "ui/view.h"

/* The hosts of the queue, in place of the list: what each has and may have, and which one the
 * cursor is on. */

#define HOSTS_NAME_SIZE   400
#define HOSTS_SEARCH_SIZE 100

struct hosts_view {
    struct view view;
    struct model *model;
    struct prompt *prompt;
    enum haul_host_sort sort;
    bool descending;
    char search[HOSTS_SEARCH_SIZE]; /* part of the names that are shown; "": all */
    char search_before[HOSTS_SEARCH_SIZE];
    uint64_t top;               /* index of the first visible host */
    uint64_t cursor;            /* of the one under the cursor */
    char name[HOSTS_NAME_SIZE]; /* its name; "" while not known */
    uint64_t asked_offset;
    int height; /* when last painted */
    int first;  /* the row of the screen of its first line, then */
};

void hosts_view_init(struct hosts_view *hosts, struct model *model, struct prompt *prompt);

/* Takes in what the model has now, for HEIGHT lines, and asks the daemon for what is missing. */
void hosts_view_update(struct hosts_view *hosts, int height);

struct host_layout;
/* One row of them, and the columns' names on a rule: for whoever shows a few elsewhere. */
void hosts_view_paint_row(const struct cells *cells, int y, int x, int width,
                          const struct host_layout *layout, const struct haul_host *host);
void hosts_view_paint_names(const struct cells *cells, int y, int x,
                            const struct host_layout *layout);

/* The headings on the rule above the rows, WIDTH wide. */
void hosts_view_paint_heads(const struct hosts_view *hosts, const struct cells *cells, int y,
                            int width);

/* Puts the cursor on the host that is painted at row Y of the screen. False: there is none, and
 * nothing was done. *ret_again: the cursor was there already. */
bool hosts_view_click(struct hosts_view *hosts, int y, bool *ret_again);

/* What is the most comes first at once; the same column once more turns the order. */
void hosts_view_sort(struct hosts_view *hosts, enum haul_host_sort sort);

/* Shows all hosts again; false when all are shown. */
bool hosts_view_back(struct hosts_view *hosts);

#endif
