#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"
#include "haul/options.h"

/* The commands, and the way in from main(). */

struct command;
struct config;
struct run_options;
struct requests_source;

/* What the command line asks the screen to do. Everything is borrowed for the call. */
struct cli_start {
    const char *session;                 /* a checked name */
    const char *host;                    /* for ssh; NULL: this machine */
    const struct requests_source *links; /* to add at once; NULL: none */
    const struct haul_settings *settings;
    const struct haul_options *options; /* for what is added from the screen */
    struct config *config;              /* for the links of that */
    const char *log_path;               /* NULL: none was asked for */
    const struct run_options *run;      /* how it looks, and what it costs */
    bool only_watch;                    /* nothing can be changed there */
};

/* The keys of something that can be done on the screen. */
struct cli_keys {
    const char *action;       /* its name in the configuration */
    const char *const *names; /* of the keys */
    size_t count;
    size_t line;  /* of the configuration that binds them; 0: none does */
    size_t taken; /* the line that gave a key of it to something else; 0: none did */
};

typedef void cli_keys_fn(void *ctx, const struct cli_keys *keys);

/* What main() hands in, for this room does not know the screen. */
struct cli_screen {
    /* Shows it and returns the exit status. */
    int (*show)(const struct cli_start *start);
    /* Calls EACH for all that can be done, as CONFIG binds it; EACH may be NULL. Fails for a
     * configuration that binds keys in a wrong way. */
    enum haul_err (*keys)(const struct config *config, cli_keys_fn *each, void *ctx,
                          struct haul_error *err);
    /* Fails when there is no theme of that name or path, or it can't be read. */
    enum haul_err (*theme)(const char *name, struct haul_error *err);
};

/* Reads the command line, does what it says, returns the exit status. */
int cli_main(int argc, char **argv, const struct cli_screen *screen);

struct args;

/* What does the command, NULL for those that are only typed on the screen. */
typedef int command_fn(const struct args *args);
command_fn *command_runner(const struct command *command);

/* The commands, one file each, but for those in act.c. */
int get_run(const struct args *args);
int add_run(const struct args *args);
int list_run(const struct args *args);
int show_run(const struct args *args);
int hosts_run(const struct args *args);
int pause_run(const struct args *args);
int resume_run(const struct args *args);
int cancel_run(const struct args *args);
int retry_run(const struct args *args);
int remove_run(const struct args *args);
int clear_run(const struct args *args);
int undo_run(const struct args *args);
int change_run(const struct args *args);
int move_run(const struct args *args);
int history_run(const struct args *args);
int sessions_run(const struct args *args);
int doctor_run(const struct args *args);
int config_run(const struct args *args);
int set_run(const struct args *args);
int watch_run(const struct args *args);
int wait_run(const struct args *args);
int stop_run(const struct args *args);
int bridge_run(const struct args *args);
int help_run(const struct args *args);
int version_run(const struct args *args);

#endif
