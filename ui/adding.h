#ifndef UI_ADDING_H
#define UI_ADDING_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/add_view.h"
#include "ui/input.h"
#include "ui/model.h"
#include "ui/prompt.h"

/* From pasted or typed text to downloads: fills the review sheet, asks daemon and servers about
 * what is on it, and adds what was chosen. */

struct config;

struct adding_events {
    void (*notice)(void *ctx, bool bad, const char *text); /* TEXT is clean */
    void (*work)(void *ctx);                               /* adding_work() has something to do */
    void *ctx;
};

struct adding {
    struct add_view view;
    struct model *model;              /* borrowed, as the next two */
    struct prompt *prompt;            /* where questions are asked */
    const struct haul_options *start; /* from the command line; NULL: none */
    struct config *config;            /* for the links' hosts; borrowed, NULL: none */
    struct adding_events events;
    char *options_line;           /* typed for all links, raw; NULL: nothing */
    struct haul_options *options; /* what all links get */
    bool open;                    /* the sheet is to be seen */
    bool accepting;               /* Enter was pressed: all is added once it is read and known */
    bool typed;                   /* its last line was typed, and only rushed keys came since */
    uint32_t known_serial;        /* rows before it were asked about */
    bool asking_known;
    unsigned probes;   /* that are not answered */
    unsigned opened;   /* counts sheets, so that late answers are told apart */
    struct sheet sent; /* what is being added, in slices */
    char *sent_dir;
    struct haul_options *sent_options;
    size_t sent_next;
    size_t sent_calls;  /* that are not answered */
    size_t sent_added;  /* items that were added */
    size_t sent_mended; /* and that got a new link */
    size_t sent_there;  /* links that were left out because the queue or the folder has them */
};

void adding_init(struct adding *adding, struct model *model, struct prompt *prompt,
                 const struct haul_options *start, struct config *config,
                 const struct adding_events *events);
void adding_fini(struct adding *adding);

/* Puts LEN raw bytes of TEXT on the sheet, which opens with it. */
void adding_text(struct adding *adding, const char *text, size_t len);
void adding_close(struct adding *adding); /* forgets the sheet */

/* Asks for a link to be typed; a paste there, or lines that come as fast as one, go on the sheet.
 */
void adding_ask(struct adding *adding);
/* True while that is the open question. */
bool adding_asks(const struct adding *adding);

/* Does what ACTION says of the sheet; false: it is none of these. */
/* Adds URLS without a review, with the options GIVEN over those of the screen. */
HAUL_CHECKED enum haul_err adding_direct(struct adding *adding, const char *const *urls,
                                         size_t count, const struct haul_options *given,
                                         const struct haul_settings *settings,
                                         struct haul_error *err);

bool adding_act(struct adding *adding, enum keymap_action action);

/* True when KEY belongs to lines that are being typed faster than anybody types: it was taken. */
bool adding_rushed(struct adding *adding, const struct input_key *key);

/* Does a slice of what there is to do; false when nothing is left. */
bool adding_work(struct adding *adding);

/* There is a connection, perhaps after there was none: what was left undone goes on. */
void adding_go_on(struct adding *adding);

/* Asks about the links that can be seen now. After painting. */
void adding_look(struct adding *adding);

#endif
