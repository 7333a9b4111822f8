/* The command table and the way from argv to a command.
 *
 * A first word that is a command's name chooses it; anything else is for the screen. --help and
 * --version are answered here for every command.
 */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/collect.h"
#include "cli/configure.h"
#include "cli/daemon.h"
#include "cli/help.h"
#include "cli/report.h"

#define CLIENT (COMMAND_TAKES_SESSION | COMMAND_TAKES_HOST | COMMAND_TAKES_JSON)

static const char ids_help[] =
    "ID is an item's number, as 'haul list' shows it, a range like 3-7, or 'all'.";

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

static const struct command commands[] = {
    {
        .name = "get",
        .operands = "URL… | -i FILE",
        .summary = "Download now, in this process; the exit status tells how it went.",
        .details =
            "For scripts: nothing is written to standard output, progress goes to standard error. "
            "A list file holds one item a line, further URLs of the same file separated by tabs, "
            "and indented lines with options of the item above, like 'out=NAME'.\n\n"
            "Exit status: 0 all complete, 1 wrong usage, 2 failed for several reasons, 3 network, "
            "4 the server refused, 5 disk, 6 the file is not what was announced, 7 interrupted.",
        .takes = COMMAND_TAKES_ITEM | COMMAND_TAKES_SETTINGS | COMMAND_TAKES_INPUT |
                 COMMAND_TAKES_PROGRESS | COMMAND_TAKES_VERBOSE | COMMAND_TAKES_LOG |
                 COMMAND_TAKES_HOOKS | COMMAND_TAKES_CONFIG,
        .operands_max = COMMAND_ANY,
        .run = get_run,
    },
    {
        .name = "add",
        .operands = "URL… | -i FILE",
        .summary = "Add to the session's queue; prints the new items' numbers.",
        .takes = COMMAND_TAKES_ITEM | COMMAND_TAKES_SETTINGS | COMMAND_TAKES_INPUT |
                 COMMAND_TAKES_CONFIG | CLIENT,
        .operands_max = COMMAND_ANY,
        .run = add_run,
    },
    {
        .name = "list",
        .operands = "",
        .summary = "Show the queue.",
        .takes = CLIENT,
        .run = list_run,
    },
    {
        .name = "show",
        .operands = "ID",
        .summary = "Tell everything about one item.",
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = 1,
        .run = show_run,
    },
    {
        .name = "pause",
        .operands = "ID…",
        .summary = "Halt items and keep what came.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
        .run = pause_run,
    },
    {
        .name = "resume",
        .operands = "ID…",
        .summary = "Let paused or cancelled items go on.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
        .run = resume_run,
    },
    {
        .name = "cancel",
        .operands = "ID…",
        .summary = "Give items up; they stay in the list until removed.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
        .run = cancel_run,
    },
    {
        .name = "retry",
        .operands = "ID…",
        .summary = "Try failed, cancelled or waiting items again, now.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
        .run = retry_run,
    },
    {
        .name = "change",
        .operands = "ID…",
        .summary = "Give an item another link to the same file, or items other options.",
        .details =
            "ID is an item's number, as 'haul list' shows it, a range like 3-7, or 'all'. "
            "--item-limit and --priority take effect at once, also while an item runs; --priority "
            "says which queued items start first, and stops none that runs. With --url, "
            "for one item, the bytes that are here are kept when "
            "the new link has the same file: by its ETag or date, else by its size and a compared "
            "sample; otherwise the item starts over and says so. A failed item is queued again. "
            "Passwords, tokens, cookies, headers and the referer go to the server that they were "
            "given for: for a "
            "link to another one give them again.",
        .takes = COMMAND_TAKES_LINK | CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
        .run = change_run,
    },
    {
        .name = "remove",
        .operands = "ID…",
        .summary =
            "Take items out of the list; partial files go a minute later, complete ones stay.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
        .run = remove_run,
    },
    {
        .name = "undo",
        .operands = "",
        .summary = "Take back the newest 'cancel' or, for a minute, 'remove'.",
        .details = "Removed items come back where they were, with what had come; cancelled ones go "
                   "on. Once more takes back the one before. A daemon that ends forgets what was "
                   "removed, and deletes its partial files.",
        .takes = CLIENT,
        .run = undo_run,
    },
    {
        .name = "move",
        .operands = "up|down|top|bottom|POSITION ID…",
        .summary = "Change the order of the queue.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 2,
        .operands_max = COMMAND_ANY,
        .run = move_run,
    },
    {
        .name = "set",
        .operands = "",
        .summary = "Change the session's options at once; without any, show them.",
        .details = "What is set here is kept, and counts more than configuration and environment, "
                   "until it is set otherwise or --reset lets go of it.",
        .takes = COMMAND_TAKES_SETTINGS | COMMAND_TAKES_RESET | CLIENT,
        .run = set_run,
    },
    {
        .name = "config",
        .operands = "[URL]",
        .summary = "Show the options that are in force, and where each is from.",
        .details =
            "With URL: for that link, with the sections of the configuration for its host. "
            "Options may be set, from the least to the most: in haul.conf, with its "
            "sections like [host \"example.org\"] for the links of a host; in the environment, as "
            "HAUL_JOBS or HAUL_USER_AGENT; on the command line. Passwords are not shown.",
        .takes = COMMAND_TAKES_ITEM | COMMAND_TAKES_SETTINGS | COMMAND_TAKES_PROGRESS |
                 COMMAND_TAKES_VERBOSE | COMMAND_TAKES_LOG | COMMAND_TAKES_CONFIG | CLIENT,
        .operands_max = 1,
        .run = config_run,
    },
    {
        .name = "wait",
        .operands = "[ID…]",
        .summary = "Wait until items are over; the exit status is that of 'get'.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_max = COMMAND_ANY,
        .run = wait_run,
    },
    {
        .name = "stop",
        .operands = "",
        .summary = "End the session's daemon; what came is kept.",
        .takes = CLIENT,
        .run = stop_run,
    },
    {
        .name = "daemon",
        .operands = "",
        .summary = "Run the session's daemon here; clients start one by themselves.",
        .takes = COMMAND_TAKES_SETTINGS | COMMAND_TAKES_SESSION | COMMAND_TAKES_VERBOSE |
                 COMMAND_TAKES_HOOKS | COMMAND_TAKES_CONFIG,
        .run = daemon_run,
    },
    {
        .name = "sessions",
        .operands = "",
        .summary = "List the sessions: what runs, what is at rest.",
        .takes = COMMAND_TAKES_JSON,
        .run = sessions_run,
    },
    {
        .name = "doctor",
        .operands = "",
        .summary = "Look for what is wrong here, and tell what to do.",
        .details =
            "Looks at the configuration, the folders and the room in them, what happens at logout, "
            "the terminal, the libraries and the daemon. Exit status: 0 nothing is wrong, 1 "
            "something is.",
        .takes = CLIENT,
        .run = doctor_run,
    },
    {
        .name = "bridge",
        .operands = "",
        .summary = "Join standard input and output to the session's daemon.",
        .details =
            "This is what --host runs on the other machine, through ssh: nothing but lines of "
            "the control protocol goes in and out. A daemon is started when none runs. It ends "
            "when either side does.",
        .takes = COMMAND_TAKES_SESSION,
        .run = bridge_run,
    },
    {
        .name = "help",
        .operands = "[COMMAND]",
        .summary = "Explain haul or one of its commands.",
        .operands_max = 1,
        .run = help_run,
    },
    {
        .name = "version",
        .operands = "",
        .summary = "Show the versions of haul and its libraries.",
        .run = version_run,
    },
};

static const struct command screen_command = {
    .name = "",
    .operands = "[URL…]",
    .summary = "A download manager for the terminal. Without a command it shows the session's "
               "queue, adding the URLs; the downloads go on when the screen is closed.",
    .takes = COMMAND_TAKES_ITEM | COMMAND_TAKES_SETTINGS | COMMAND_TAKES_INPUT |
             COMMAND_TAKES_SESSION | COMMAND_TAKES_HOST | COMMAND_TAKES_LOG | COMMAND_TAKES_CONFIG |
             COMMAND_TAKES_SCREEN,
    .operands_max = COMMAND_ANY,
};

const struct command *command_table(size_t *ret_count)
{
    *ret_count = COUNT_OF(commands);
    return commands;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

const struct command *command_screen(void)
{
    return &screen_command;
}

static int run_screen(const struct args *args, cli_screen_fn *screen)
{
    struct requests requests = {0};
    struct haul_error err;
    int status;

    if (collect_requests(args, &requests, &err) != HAUL_OK)
        return report_usage("", &err);
    status = screen(&(struct cli_start){
        .session = args->run.session,
        .host = args->run.host,
        .requests = &requests,
        .settings = &args->settings,
        .options = args->item,
        .config = args->config,
        .log_path = args->run.log,
        .theme = args->run.theme,
        .ui_rate = (uint64_t)args->run.ui_rate,
    });
    requests_fini(&requests);
    return status;
}

static int run_command(struct args *args, cli_screen_fn *screen)
{
    struct haul_error err;

    if (args->run.help) {
        help_print(args->command, stdout);
        return report_written(0);
    }
    if (args->run.version)
        return version_run(args);
    if ((args->command->takes & COMMAND_TAKES_CONFIG) && configure(args, &err) != HAUL_OK)
        return args->command->run == daemon_run ? daemon_refuse(&err) : report_error(&err);
    if (args->config && config_warning(args->config))
        report_note("%s", config_warning(args->config));
    if (args->command == &screen_command)
        return run_screen(args, screen);
    return args->command->run(args);
}

int cli_main(int argc, char **argv, cli_screen_fn *screen)
{
    const char *const *words = (const char *const *)argv + 1;
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    const struct command *command = count > 0 ? command_find(words[0]) : NULL;
    struct haul_error err;
    struct args args;
    int status;

    if (command == NULL) {
        command = &screen_command;
    } else {
        words++;
        count--;
    }
    if (args_parse(command, words, count, &args, &err) != HAUL_OK)
        return report_usage(command->name, &err);
    status = run_command(&args, screen);
    args_fini(&args);
    return status;
}
