#ifndef CONFIG_RUN_OPTIONS_H
#define CONFIG_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/options.h"

/* The rows of scope HAUL_SCOPE_CLIENT: what holds for one run of the command line and travels to
 * no engine and no daemon. */

enum run_progress {
    RUN_PROGRESS_AUTO, /* bar on a terminal, plain otherwise */
    RUN_PROGRESS_BAR,
    RUN_PROGRESS_PLAIN,
    RUN_PROGRESS_JSON,
    RUN_PROGRESS_NONE,
    RUN_PROGRESS_COUNT
};

enum run_switch { RUN_AUTO, RUN_ON, RUN_OFF, RUN_SWITCH_COUNT };

/* How the screen tells of a batch's end, and of what failed. */
enum run_notify {
    RUN_NOTIFY_AUTO, /* by what is known of the terminal */
    RUN_NOTIFY_BELL,
    RUN_NOTIFY_OSC9,
    RUN_NOTIFY_OSC777,
    RUN_NOTIFY_OFF,
    RUN_NOTIFY_COUNT
};

struct run_options {
    struct haul_given given;
    struct haul_strings input_files;
    struct haul_strings resets; /* names of options, of `set` */
    char *url;                  /* of `change`, NULL: not given; may hold user info */
    char *session;              /* NULL: not given */
    char *config;               /* file, or NULL */
    char *on_done;              /* commands, see cli/hooks.h; NULL: none */
    char *on_failed;
    char *on_batch_done;
    uint64_t hook_timeout; /* seconds, 0: none */
    char *host;            /* NULL: this machine */
    bool quiet;
    bool verbose;
    enum run_progress progress;
    char *theme;           /* a name or a path, see ui/theme.h */
    enum run_switch mouse; /* the screen takes clicks */
    enum run_switch title;
    enum run_switch tab_progress;
    enum run_switch hyperlinks; /* names and links can be followed with the mouse */
    enum run_notify notify;
    int64_t ui_rate; /* bytes a second for the screen; 0: no bound */
    char *log;       /* file, or NULL */
    uint64_t last;   /* entries of the history, 0: all */
    bool clear;
    bool json;
    bool secrets; /* of `show` and `list`: nothing is masked */
    bool replace; /* of `daemon`: take the place of the one that runs */
    bool plain;   /* of `watch`: lines, no screen */
    bool until_done;
    bool help;
    bool version;
};

void run_options_init(struct run_options *run);
/* Copies each row that was set in FROM over TO. */
void run_options_merge(struct run_options *to, const struct run_options *from);
void run_options_fini(struct run_options *run);

#endif
