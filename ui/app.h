#ifndef UI_APP_H
#define UI_APP_H

#include <stddef.h>

#include "haul/options.h"

struct clock;
struct config;
struct run_options;
struct requests_source;

/* The screen of a session: `haul [URL…]`. It is a client like any other; the downloads live in the
 * daemon and go on when this process ends, however it ends. */

struct ui_start {
    const char *session;                  /* a checked name (base/path.h) */
    const char *host;                     /* the machine it is on, for ssh; NULL: this one */
    const struct requests_source *links;  /* to add at once; may be NULL */
    const struct haul_settings *settings; /* sent when a row is given; may be NULL */
    const struct haul_options *options;   /* for what is added from the screen; NULL: defaults */
    struct config *config;                /* for its links; may be NULL */
    const struct run_options *run;        /* how it looks, and what it may cost */
    bool only_watch;                      /* nothing can be changed, and no daemon is started */
    const char *history_path;             /* of typed commands; NULL: they are not kept */
    const char *log_path;                 /* takes stderr while the screen is up; NULL: nowhere */
    const struct clock *clock;            /* NULL: the system's */
};

/* Runs until the user quits, the terminal goes away or the daemon can't be reached. Returns the
 * exit status. The terminal is as before, whatever happens. */
int ui_main(const struct ui_start *start);

#endif
