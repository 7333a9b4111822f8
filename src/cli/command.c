/* The way from argv to a command.
 *
 * A first word that is a command's name chooses it; anything else is for the screen. --help and
 * --version are answered here for every command.
 */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/collect.h"
#include "cli/configure.h"
#include "cli/daemon.h"
#include "cli/help.h"
#include "cli/report.h"
#include "config/args.h"

/* `haul daemon`. A client that starts one names a descriptor to tell; without it a user is looking
 * on. */
static int daemon_run(const struct args *args)
{
    return daemon_main(&(struct daemon_args){
        .args = args,
        .log_level = args->run.verbose ? HAUL_LOG_DEBUG : HAUL_LOG_INFO,
        .foreground = getenv("HAUL_READY_FD") == NULL,
    });
}

/* In the order of enum command_id; the screen is run by main(). */
static command_fn *const runs[COMMAND_ID_COUNT] = {
    [COMMAND_GET] = get_run,       [COMMAND_ADD] = add_run,
    [COMMAND_LIST] = list_run,     [COMMAND_SHOW] = show_run,
    [COMMAND_HOSTS] = hosts_run,   [COMMAND_PAUSE] = pause_run,
    [COMMAND_RESUME] = resume_run, [COMMAND_CANCEL] = cancel_run,
    [COMMAND_RETRY] = retry_run,   [COMMAND_CHANGE] = change_run,
    [COMMAND_REMOVE] = remove_run, [COMMAND_UNDO] = undo_run,
    [COMMAND_MOVE] = move_run,     [COMMAND_HISTORY] = history_run,
    [COMMAND_CLEAR] = clear_run,   [COMMAND_SET] = set_run,
    [COMMAND_CONFIG] = config_run, [COMMAND_WATCH] = watch_run,
    [COMMAND_WAIT] = wait_run,     [COMMAND_STOP] = stop_run,
    [COMMAND_DAEMON] = daemon_run, [COMMAND_SESSIONS] = sessions_run,
    [COMMAND_DOCTOR] = doctor_run, [COMMAND_BRIDGE] = bridge_run,
    [COMMAND_HELP] = help_run,     [COMMAND_VERSION] = version_run,
};

command_fn *command_runner(const struct command *command)
{
    return runs[command->id];
}

static enum haul_err next_links(void *ctx, struct requests *requests, struct haul_error *err)
{
    struct collected *collected = ctx;

    return collected_empty(collected) ? HAUL_OK : collected_next(collected, requests, err);
}

static int run_screen(const struct args *args)
{
    struct collected collected;
    struct requests_source links = {next_links, &collected};
    struct haul_error err;
    int status;

    if (args->screen->keys(args->config, NULL, NULL, &err) != HAUL_OK ||
        args->screen->theme(args->run.theme, &err) != HAUL_OK)
        return report_error(&err);
    if (collect(args, &collected, &err) != HAUL_OK)
        return report_usage("", &err);
    status = args->screen->show(&(struct cli_start){
        .session = args->run.session,
        .host = args->run.host,
        .links = collected_empty(&collected) ? NULL : &links,
        .settings = &args->settings,
        .options = args->item,
        .config = args->config,
        .log_path = args->run.log,
        .run = &args->run,
    });
    collected_fini(&collected);
    return status;
}

static int run_command(struct args *args)
{
    struct haul_error err;

    if (args->run.help) {
        help_print(args->command, stdout);
        return report_written(0);
    }
    if (args->run.version)
        return version_run(args);
    if ((args->command->takes & COMMAND_TAKES_CONFIG) && configure(args, &err) != HAUL_OK)
        return args->command->id == COMMAND_DAEMON ? daemon_refuse(&err) : report_error(&err);
    if (args->config && config_warning(args->config))
        report_note("%s", config_warning(args->config));
    if (args->command->id == COMMAND_SCREEN)
        return run_screen(args);
    return runs[args->command->id](args);
}

int cli_main(int argc, char **argv, const struct cli_screen *screen)
{
    const char *const *words = (const char *const *)argv + 1;
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    const struct command *command = count > 0 ? command_find(words[0]) : NULL;
    struct haul_error err;
    struct args args;
    int status;

    if (command == NULL) {
        command = command_screen();
    } else {
        words++;
        count--;
    }
    if (args_parse(command, words, count, &args, &err) != HAUL_OK)
        return report_usage(command->name, &err);
    args.screen = screen;
    status = run_command(&args);
    args_fini(&args);
    return status;
}
