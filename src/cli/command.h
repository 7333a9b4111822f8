#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "haul/options.h"

/* The commands, and the way in from main(). */

struct config;
struct requests;

/* What the command line asks the screen to do. Everything is borrowed for the call. */
struct cli_start {
    const char *session;       /* a checked name */
    const char *host;          /* for ssh; NULL: this machine */
    struct requests *requests; /* to add at once; may be emptied when that is done */
    const struct haul_settings *settings;
    const struct haul_options *options; /* for what is added from the screen */
    struct config *config;              /* for the links of that */
    const char *log_path;               /* NULL: none was asked for */
    unsigned theme;                     /* enum run_theme (config/run_options.h) */
    uint64_t ui_rate;                   /* bytes a second; 0: no bound */
};

/* Shows the screen and returns the exit status. main() hands it in, for this room does not know
 * the screen. */
typedef int cli_screen_fn(const struct cli_start *start);

/* Reads the command line, does what it says, returns the exit status. */
int cli_main(int argc, char **argv, cli_screen_fn *screen);

struct args;

/* Which options a command takes, besides --help and --version. */
enum command_takes {
    COMMAND_TAKES_ITEM = 1 << 0,     /* every option of an item */
    COMMAND_TAKES_SETTINGS = 1 << 1, /* every option of the session */
    COMMAND_TAKES_INPUT = 1 << 2,    /* --input-file */
    COMMAND_TAKES_SESSION = 1 << 3,  /* --session */
    COMMAND_TAKES_JSON = 1 << 4,     /* --json */
    COMMAND_TAKES_PROGRESS = 1 << 5, /* --progress and --quiet */
    COMMAND_TAKES_LOG = 1 << 6,      /* --log */
    COMMAND_TAKES_VERBOSE = 1 << 7,  /* --verbose */
    COMMAND_TAKES_HOST = 1 << 12,    /* --host */
    COMMAND_TAKES_LINK = 1 << 8,     /* --url, the options of a link's origin, and live ones */
    COMMAND_TAKES_RESET = 1 << 10,   /* --reset */
    COMMAND_TAKES_HOOKS = 1 << 11,   /* --on-done and its like */
    COMMAND_TAKES_SCREEN = 1 << 13,  /* --theme and --ui-rate */
    COMMAND_TAKES_CONFIG = 1 << 9,   /* --config; the file is read before it runs */
};

#define COMMAND_ANY SIZE_MAX

struct command {
    const char *name;     /* "" for the screen, which is what runs without a command */
    const char *operands; /* "URL…", as the usage line shows it */
    const char *summary;  /* one line */
    const char *details;  /* paragraphs for its help, or NULL */
    unsigned takes;       /* enum command_takes */
    size_t operands_min;
    size_t operands_max; /* COMMAND_ANY: no bound */
    int (*run)(const struct args *args);
};

/* In the order of `haul help`. The screen is not among them. */
const struct command *command_table(size_t *ret_count);
const struct command *command_find(const char *name); /* NULL when there is none */
const struct command *command_screen(void);

/* The commands, one file each (act.c holds five). */
int get_run(const struct args *args);
int add_run(const struct args *args);
int list_run(const struct args *args);
int show_run(const struct args *args);
int pause_run(const struct args *args);
int resume_run(const struct args *args);
int cancel_run(const struct args *args);
int retry_run(const struct args *args);
int remove_run(const struct args *args);
int undo_run(const struct args *args);
int change_run(const struct args *args);
int move_run(const struct args *args);
int sessions_run(const struct args *args);
int doctor_run(const struct args *args);
int config_run(const struct args *args);
int set_run(const struct args *args);
int wait_run(const struct args *args);
int stop_run(const struct args *args);
int bridge_run(const struct args *args);
int help_run(const struct args *args);
int version_run(const struct args *args);

#endif
