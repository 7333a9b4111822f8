#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stddef.h>

#include "config/run_options.h"
#include "config/schedule.h"
#include "haul/error.h"
#include "haul/options.h"

/* The configuration file against the option table:
 *
 *     dir = ~/Downloads
 *     jobs = 12
 *
 *     [host "example.org"]
 *     connections = 2
 *     user = me:secret
 *
 * General keys are options of items, of the session and of the command line. A [host] section holds
 * options of items for links to that very host; "*.example.org" is for the hosts below it, and
 * "example.org:8443" for one port. Where several fit, the more exact one counts. [schedule] is in
 * config/schedule.h. Other sections belong to those who know what is in them: config_next().
 *
 * What is set in several places counts in this order: command line, environment, [host] section,
 * general keys, default. A list counts as one value. */

struct config;

/* Options of all scopes that were set at one place. */
struct option_set {
    struct haul_options *item;
    struct haul_settings settings;
    struct run_options run;
    size_t lines[HAUL_OPTIONS_MAX]; /* for each row of the table the last one that sets it */
};

void option_set_init(struct option_set *set);
void option_set_fini(struct option_set *set);
/* The struct of it that OPTION lives in. */
void *option_set_target(struct option_set *set, const struct haul_option *option);

/* Reads PATH; NULL is for the usual file, which may be missing. On failure nothing is left to free,
 * and the sentence tells file, line and what to do. */
HAUL_CHECKED enum haul_err config_load(const char *path, struct config **ret_config,
                                       struct haul_error *err);
void config_free(struct config *config);

/* "$XDG_CONFIG_HOME/haul/haul.conf", the caller's. */
char *config_usual_path(void);

const char *config_path(const struct config *config); /* the file, whether it is there or not */
bool config_found(const struct config *config);       /* it is there */
/* What the user ought to know, or NULL: a password that others may read. */
const char *config_warning(const struct config *config);

/* The general keys. */
struct option_set *config_general(struct config *config);

/* The option of environment variable HAUL_<OPTION>, with '_' for '-'; the caller's. */
char *config_variable(const struct haul_option *option);
/* True for what may be set in a file and in the environment: not what is of one file or one call.
 */
bool config_takes(const struct haul_option *option);
/* Sets what the environment says in SET, which was initialised. */
HAUL_CHECKED enum haul_err config_environment(struct option_set *set, struct haul_error *err);

/* The options for a link to URL: those that BASE was given, the others from its [host] sections and
 * the general keys, or with URL NULL from these alone. Referenced; often BASE itself. */
struct haul_options *config_options(struct config *config, const char *url,
                                    struct haul_options *base);

/* Gives them to each of COUNT requests, instead of its own. */
void config_requests(struct config *config, struct haul_request *requests, size_t count);

/* The line that sets OPTION among the general keys, 0: none does. */
size_t config_line_of(struct config *config, const struct haul_option *option);
/* The [host] section that sets OPTION for URL, and in which line; NULL: none does. */
const char *config_host_of(struct config *config, const char *url, const struct haul_option *option,
                           size_t *ret_line);

/* What [schedule] says; NULL: nothing. */
const struct schedule *config_schedule(const struct config *config);

/* A line of any other section, and of [schedule] as it is written. */
struct config_line {
    const char *key;
    const char *value;
    size_t line;
};

/* The next line of SECTION from *cursor on, which begins as 0; false: there is none. */
HAUL_CHECKED bool config_next(const struct config *config, const char *section, size_t *cursor,
                              struct config_line *ret_line);

/* Refuses KEY at LINE, as all mistakes in the file are: "FILE, line N: WHAT". */
enum haul_err config_refuse(const struct config *config, size_t line, struct haul_error *err,
                            const char *format, ...) HAUL_PRINTF(4, 5);

#endif
