/* Where configuration file, environment and command line come together.
 *
 * The file's options for links stay apart in args->config: which of them count is known only when
 * a link's host is.
 */
#include "cli/configure.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"

#define VARIABLE "HAUL_CONFIG"

static const char *wanted_path(const struct args *args)
{
    const char *path = getenv(VARIABLE);

    if (args->run.config)
        return args->run.config;
    return path && path[0] != '\0' ? path : NULL;
}

/* A daemon that is started from here reads the same file. */
static void hand_on_path(const struct args *args)
{
    char *path;

    if (!args->run.config)
        return;
    path = path_absolute(args->run.config);
    (void)setenv(VARIABLE, path, 1);
    free(path);
}

/* The session's options of all places. Only those of the command line count as given: a value that
 * was set while a daemon ran is kept, and overrules the others. */
static void settle_settings(struct option_set *general, const struct option_set *environment,
                            const struct args *args, struct haul_settings *ret_initial)
{
    struct haul_settings initial;

    haul_settings_init(&initial);
    haul_settings_merge(&initial, &general->settings);
    haul_settings_merge(&initial, &environment->settings);
    initial.given = (struct haul_given){0};
    haul_settings_merge(&initial, &args->settings);
    *ret_initial = initial;
}

/* What the command line itself gave counts most, though args->run may hold more by now. */
static void merge_run(struct run_options *run, struct option_set *general,
                      const struct option_set *environment, const struct args *args)
{
    struct run_options words = args->run;

    words.given = args->run_words;
    run_options_merge(run, &general->run);
    run_options_merge(run, &environment->run);
    run_options_merge(run, &words);
}

static void settle_run(struct option_set *general, const struct option_set *environment,
                       struct args *args)
{
    struct run_options run;

    run_options_init(&run);
    merge_run(&run, general, environment, args);
    run_options_fini(&args->run);
    args->run = run;
}

static void settle_item(struct option_set *general, const struct option_set *environment,
                        struct args *args)
{
    struct haul_options *item = haul_options_copy(environment->item);

    haul_options_merge(item, args->item);
    /* What is shown before there is a link; it does not count as given. */
    if (!item->dir && general->item->dir)
        item->dir = xstrdup(general->item->dir);
    haul_options_unref(args->item);
    args->item = item;
}

/* Reads both; ENVIRONMENT is to be freed in any case. */
static enum haul_err read_both(const struct args *args, struct config **ret_config,
                               struct option_set *environment, struct haul_error *err)
{
    enum haul_err code;

    option_set_init(environment);
    code = config_environment(environment, err);
    return code == HAUL_OK ? config_load(wanted_path(args), ret_config, err) : code;
}

enum haul_err configure(struct args *args, struct haul_error *err)
{
    struct option_set environment;
    enum haul_err code = read_both(args, &args->config, &environment, err);

    if (code == HAUL_OK) {
        struct option_set *general = config_general(args->config);

        hand_on_path(args);
        settle_settings(general, &environment, args, &args->initial);
        settle_run(general, &environment, args);
        settle_item(general, &environment, args);
    }
    option_set_fini(&environment);
    return code;
}

/* A daemon must not wait for somebody to write into a pipe. */
static enum haul_err check_kind(const struct args *args, struct haul_error *err)
{
    const char *wanted = wanted_path(args);
    char *path = wanted ? xstrdup(wanted) : config_usual_path();
    enum haul_err code = HAUL_OK;
    struct stat info;

    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        code = haul_fail(err, HAUL_E_BAD_OPTION, "%s is not a file of the usual kind", path);
    free(path);
    return code;
}

enum haul_err configure_session(const struct args *args, struct config **ret_config,
                                struct haul_settings *ret_initial, struct run_options *run,
                                struct haul_error *err)
{
    struct option_set environment;
    enum haul_err code = check_kind(args, err);

    if (code != HAUL_OK)
        return code;
    code = read_both(args, ret_config, &environment, err);
    if (code == HAUL_OK) {
        settle_settings(config_general(*ret_config), &environment, args, ret_initial);
        merge_run(run, config_general(*ret_config), &environment, args);
    }
    option_set_fini(&environment);
    return code;
}
