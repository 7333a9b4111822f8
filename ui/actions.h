#ifndef UI_ACTIONS_H
#define UI_ACTIONS_H

#include <stdbool.h>

#include "ui/keymap.h"
#include "ui/list_view.h"
#include "ui/model.h"
#include "ui/prompt.h"

/* What keys do to downloads and to the session, and the questions that go before it. */

struct actions {
    struct model *model;    /* all three are borrowed */
    struct list_view *list; /* whose item is meant */
    struct prompt *prompt;  /* where questions are asked */
    uint64_t asked_id;      /* what the open question is about, perhaps MODEL_MARKED */
};

void actions_init(struct actions *actions, struct model *model, struct list_view *list,
                  struct prompt *prompt);

/* False: ACTION is none of these. */
bool actions_run(struct actions *actions, enum keymap_action action);

#endif
