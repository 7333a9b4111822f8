#ifndef UI_ADD_VIEW_H
#define UI_ADD_VIEW_H

#include <stddef.h>

#include "base/str.h"
#include "haul/options.h"
#include "input/requests.h"
#include "input/urls.h"
#include "ui/view.h"

/* The review sheet: the links found in what was pasted or typed, before they are added. */
struct add_view {
    struct view view;
    struct strbuf text; /* all that was given, raw */
    struct urls urls;
    char *dir; /* where the files will go, absolute */
    size_t top;
    int height; /* when last painted */
};

/* DIR is copied. */
void add_view_init(struct add_view *add, const char *dir);
void add_view_fini(struct add_view *add);

/* Adds LEN raw bytes to what is reviewed. False when it is more than haul takes at once. */
HAUL_CHECKED bool add_view_text(struct add_view *add, const char *text, size_t len);
void add_view_clear(struct add_view *add); /* forgets all links */
void add_view_set_dir(struct add_view *add, const char *dir);

/* The links as requests; the caller ends them with requests_fini(). */
void add_view_requests(const struct add_view *add, const struct haul_options *options,
                       struct requests *ret_requests);

#endif
