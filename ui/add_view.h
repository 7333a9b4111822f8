#ifndef UI_ADD_VIEW_H
#define UI_ADD_VIEW_H

#include <stddef.h>

#include "ui/sheet.h"
#include "ui/view.h"

/* The review sheet as it is seen: the links of a sheet, the cursor among them, and above them what
 * will become of them. */
struct add_view {
    struct view view;
    struct sheet sheet;
    const char *host; /* the machine they go to, borrowed; NULL: this one */
    char *dir; /* where the files will go: absolute, or below "~" on HOST, whose choice is NULL */
    char *options; /* what all links get, clean and without secrets; NULL: nothing */
    char *hint;    /* what a typed folder could go on to, clean; NULL: nothing */
    size_t cursor; /* line: the refused ones come first */
    size_t top;
    int height; /* when last painted */
    int first;  /* the row of the screen that its first line was painted on */
};

/* DIR is copied; only with HOST it may be NULL. */
void add_view_init(struct add_view *add, const char *dir, const char *host);
void add_view_fini(struct add_view *add);

void add_view_clear(struct add_view *add); /* forgets all links */
void add_view_set_dir(struct add_view *add, const char *dir);

/* The links that can be seen: [*ret_from, *ret_to) of the sheet. */
void add_view_seen(const struct add_view *add, size_t *ret_from, size_t *ret_to);

/* Puts the cursor on the line that is painted at row Y of the screen, and chooses its link, or not
 * any more. False: there is none. */
bool add_view_click(struct add_view *add, int y);

/* Takes over that links have come or gone: Enter is offered only where there is one to add. */
void add_view_update(struct add_view *add);

#endif
