#ifndef UI_FINDING_H
#define UI_FINDING_H

#include <stdbool.h>

#include "base/filter.h"
#include "ui/keymap.h"
#include "ui/list_view.h"
#include "ui/model.h"
#include "ui/prompt.h"

/* Finding, filtering and sorting: the lines that are typed for it, and what comes of them. */

struct finding {
    struct model *model;      /* all three are borrowed */
    struct list_view *list;   /* which is looked at */
    struct prompt *prompt;    /* where it is typed */
    char before[FILTER_SIZE]; /* what there was when the line was opened */
    uint64_t from_id, from;   /* where the cursor was then */
    bool stepping;            /* the daemon looks for the next match or the one before */
    int steps_due;            /* how many more were asked for meanwhile, negative: backwards */
    void (*notice)(void *ctx, bool bad, const char *text);
    void *ctx;
};

void finding_init(struct finding *finding, struct model *model, struct list_view *list,
                  struct prompt *prompt, void (*notice)(void *ctx, bool bad, const char *text),
                  void *ctx);

/* Shows only what fits TEXT, or goes to the next item that does. */
HAUL_CHECKED enum haul_err finding_filter(struct finding *finding, const char *text,
                                          struct haul_error *err);
HAUL_CHECKED enum haul_err finding_find(struct finding *finding, const char *text,
                                        struct haul_error *err);

/* False: ACTION is none of these. */
bool finding_act(struct finding *finding, enum keymap_action action);

#endif
