#ifndef UI_COMMANDING_H
#define UI_COMMANDING_H

#include "ui/adding.h"
#include "ui/finding.h"
#include "ui/history.h"
#include "ui/keymap.h"
#include "ui/list_view.h"
#include "ui/model.h"
#include "ui/prompt.h"

/* The line of commands: the words of the command line, typed on the screen. */

struct commanding_events {
    void (*notice)(void *ctx, bool bad, const char *text);
    void (*act)(void *ctx, enum keymap_action action); /* what a key would do */
    void *ctx;
};

struct commanding {
    struct model *model; /* all are borrowed */
    struct list_view *list;
    struct prompt *prompt;
    struct adding *adding;
    struct finding *finding;
    struct commanding_events events;
    struct history history;
};

/* HISTORY_PATH: the file that remembers lines; NULL: only this screen does. */
void commanding_init(struct commanding *commanding, struct model *model, struct list_view *list,
                     struct prompt *prompt, struct adding *adding, struct finding *finding,
                     const char *history_path, const struct commanding_events *events);
void commanding_fini(struct commanding *commanding);

void commanding_ask(struct commanding *commanding);

#endif
