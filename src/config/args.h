#ifndef CONFIG_ARGS_H
#define CONFIG_ARGS_H

#include <stddef.h>
#include <stdint.h>

#include "config/commands.h"
#include "config/run_options.h"
#include "haul/error.h"
#include "haul/options.h"

/* A command line, read against the option table. */

struct cli_screen;
struct config;

struct args {
    const struct command *command;
    struct haul_options *item;     /* never NULL; as given, dir may be relative */
    struct haul_settings settings; /* only given rows were set */
    struct haul_given item_words;  /* what the command line itself gave */
    struct haul_given run_words;
    struct haul_settings initial; /* what the session begins with: see cli/configure.h */
    struct run_options run;       /* session is never NULL: from $HAUL_SESSION or "default" */
    struct config *config;        /* NULL: the command does not read it */
    const char **operands;        /* borrowed from the words */
    size_t operand_count;
    const struct cli_screen *screen; /* see cli/command.h */
    bool typed;                      /* on the screen, not in a shell */
    size_t curl_at; /* the operand from which on they are a command of curl; else SIZE_MAX */
};

/* Reads COUNT words that follow the command's name: --name=value, --name value, -jN, -j N,
 * clustered flags; `--` ends options; options may stand after operands. Where links are taken,
 * the word curl makes what follows a command of curl. Asked for help or the
 * version, it does not complain about missing operands. On failure nothing is left to free. */
HAUL_CHECKED enum haul_err args_parse(const struct command *command, const char *const *words,
                                      size_t count, struct args *ret_args, struct haul_error *err);
/* The same for words that were typed on the screen: what is about processes and the terminal is
 * refused, and items may be left out where ->items says so. */
HAUL_CHECKED enum haul_err args_parse_typed(const struct command *command, const char *const *words,
                                            size_t count, struct args *ret_args,
                                            struct haul_error *err);
void args_fini(struct args *args);

/* What `set` asks of the session: its options, operands that are pairs, "limit 2M" or "limit=2M",
 * and the names that --reset lets go of. */
HAUL_CHECKED enum haul_err args_change(const struct args *args, struct haul_settings *ret_change,
                                       struct haul_error *err);

/* True when COMMAND accepts OPTION; and on the screen. */
bool args_takes(const struct command *command, const struct haul_option *option);
bool args_takes_typed(const struct command *command, const struct haul_option *option);

#endif
