/* The command table: what the command line, its help, the completions and the line that is typed on
 * the screen are made from. What a command does is not here: those who run it know it by its
 * number. */

#include "config/commands.h"

#include <string.h>

#include "base/mem.h"

#define CLIENT (COMMAND_TAKES_SESSION | COMMAND_TAKES_HOST | COMMAND_TAKES_JSON)

static const char ids_help[] =
    "ID is an item's number, as 'haul list' shows it, a range like 3-7, a state like failed, or "
    "'all'.";

static const struct command commands[] = {
    {
        .id = COMMAND_GET,
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
    },
    {
        .id = COMMAND_ADD,
        .name = "add",
        .typed = COMMAND_IN_BOTH,
        .operands = "URL… | -i FILE",
        .summary = "Add to the session's queue; prints the new items' numbers.",
        .details =
            "What the history knows and is still there is not added, which is told on standard "
            "error and no failure: the same link, one that a redirect led to, or the same "
            "--checksum. --again fetches it all the same.",
        .takes = COMMAND_TAKES_ITEM | COMMAND_TAKES_SETTINGS | COMMAND_TAKES_INPUT |
                 COMMAND_TAKES_CONFIG | CLIENT,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_LIST,
        .name = "list",
        .operands = "[WORD…]",
        .summary = "Show the queue.",
        .details =
            "WORDs choose items, as on the screen: part of a name or link, name:x, host:x, dir:x, "
            "state:failed,waiting, comparisons like 'size>1G', 'done<50%', 'added<2d', and with "
            "'-' before it what must not fit, which stands behind '--': 'haul list -- -iso'. All "
            "of them must fit.",
        .takes = COMMAND_TAKES_SECRETS | CLIENT,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_SHOW,
        .name = "show",
        .operands = "ID",
        .summary = "Tell everything about one item.",
        .takes = COMMAND_TAKES_SECRETS | CLIENT,
        .operands_min = 1,
        .operands_max = 1,
    },
    {
        .id = COMMAND_HOSTS,
        .name = "hosts",
        .operands = "",
        .summary = "Show the hosts of the queue: connections, rates, back-off, items.",
        .details = "CONN is how many connections there are, of how many there may be: what "
                   "--per-host says, or fewer where a host was found to allow only those. WAITING "
                   "counts queued items too. 'haul set --per-host N' changes the limit at once.",
        .takes = CLIENT,
    },
    {
        .id = COMMAND_PAUSE,
        .name = "pause",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "ID…",
        .summary = "Halt items and keep what came.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_RESUME,
        .name = "resume",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "ID…",
        .summary = "Let paused or cancelled items go on.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_CANCEL,
        .name = "cancel",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "ID…",
        .summary = "Give items up; they stay in the list until removed.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_RETRY,
        .name = "retry",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "ID…",
        .summary = "Try failed, cancelled or waiting items again, now.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_CHANGE,
        .name = "change",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "ID…",
        .summary = "Give an item another link to the same file, or items other options.",
        .details =
            "ID is an item's number, as 'haul list' shows it, a range like 3-7, a state like "
            "failed, or 'all'. --item-limit, --priority and --start-at take effect at once, also "
            "while an item runs; --start-at now, like resume, starts one that waits for its time; "
            "--priority says which queued items start first, and stops none that runs. With "
            "--url, for one item, the bytes that are here are kept when the new link has the same "
            "file: by its ETag or date, else by its size and a compared sample; otherwise the "
            "item starts over and says so. A failed item is queued again. Passwords, tokens, "
            "cookies, headers and the referer go to the server that they were given for: for a "
            "link to another one give them again.",
        .takes = COMMAND_TAKES_LINK | CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_REMOVE,
        .name = "remove",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "ID…",
        .summary =
            "Take items out of the list; partial files go a minute later, complete ones stay.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 1,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_CLEAR,
        .name = "clear",
        .typed = COMMAND_IN_BOTH,
        .operands = "",
        .summary = "Take the finished items out of the list; their files stay.",
        .takes = CLIENT,
    },
    {
        .id = COMMAND_UNDO,
        .name = "undo",
        .typed = COMMAND_IN_BOTH,
        .operands = "",
        .summary = "Take back the newest 'cancel' or, for a minute, 'remove'.",
        .details = "Removed items come back where they were, with what had come; cancelled ones go "
                   "on. Once more takes back the one before. A daemon that ends forgets what was "
                   "removed, and deletes its partial files.",
        .takes = CLIENT,
    },
    {
        .id = COMMAND_MOVE,
        .name = "move",
        .typed = COMMAND_IN_BOTH,
        .items = true,
        .operands = "up|down|top|bottom|POSITION ID…",
        .summary = "Change the order of the queue.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_min = 2,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_HISTORY,
        .name = "history",
        .operands = "[WORD…]",
        .summary = "Tell what became of items, also of those that were removed; or clear that.",
        .details =
            "The newest first. WORDs are parts of name or link, or expressions like state:failed, "
            "size>1G, host:example.org and finished<7d; entries must fit all of them. With --clear "
            "those that fit are forgotten, without a WORD all: 'haul history --clear "
            "\"finished>30d\"'. Passwords and tokens are never in the history. How much is kept "
            "is set with 'haul set --history-keep N' and '--history-age TIME'.",
        .takes = COMMAND_TAKES_HISTORY | CLIENT,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_SET,
        .name = "set",
        .typed = COMMAND_IN_BOTH,
        .operands = "[OPTION VALUE]…",
        .summary = "Change the session's options at once; without any, show them.",
        .details = "'haul set limit 2M' is short for 'haul set --limit 2M'. "
                   "What is set here is kept, and counts more than configuration and environment, "
                   "until it is set otherwise or --reset lets go of it.",
        .takes = COMMAND_TAKES_SETTINGS | COMMAND_TAKES_RESET | CLIENT,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_CONFIG,
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
    },
    {
        .id = COMMAND_WATCH,
        .name = "watch",
        .operands = "",
        .summary = "Look at the queue as it moves; nothing can be changed there.",
        .details =
            "The screen of 'haul' without what changes anything. With --plain it is a line for "
            "each item that begins, waits, ends or has come another tenth further (at most one in "
            "ten seconds), for screen readers and logs: time, number, what happened, name. With "
            "--until-done that ends when all items that are there now are over, with the exit "
            "status of 'wait'. A session without a daemon is not woken.",
        .takes = COMMAND_TAKES_WATCH | COMMAND_TAKES_SCREEN | COMMAND_TAKES_SESSION |
                 COMMAND_TAKES_HOST | COMMAND_TAKES_LOG | COMMAND_TAKES_CONFIG,
    },
    {
        .id = COMMAND_WAIT,
        .name = "wait",
        .operands = "[ID…]",
        .summary = "Wait until items are over; the exit status is that of 'get'.",
        .details = ids_help,
        .takes = CLIENT,
        .operands_max = COMMAND_ANY,
    },
    {
        .id = COMMAND_STOP,
        .name = "stop",
        .typed = COMMAND_IN_BOTH,
        .operands = "",
        .summary = "End the session's daemon; what came is kept.",
        .takes = CLIENT,
    },
    {
        .id = COMMAND_DAEMON,
        .name = "daemon",
        .operands = "",
        .summary = "Run the session's daemon here; clients start one by themselves.",
        .details =
            "With --replace it takes the place of the daemon that runs, which may be of another "
            "version: that one puts its downloads away and hands over its socket, and the new one "
            "goes on with them in the background. Commands and screens that were connected "
            "connect again. When the new one can't run, the old one goes on.",
        .takes = COMMAND_TAKES_SETTINGS | COMMAND_TAKES_SESSION | COMMAND_TAKES_VERBOSE |
                 COMMAND_TAKES_HOOKS | COMMAND_TAKES_REPLACE | COMMAND_TAKES_CONFIG,
    },
    {
        .id = COMMAND_SESSIONS,
        .name = "sessions",
        .operands = "",
        .summary = "List the sessions: what runs, what is at rest.",
        .takes = COMMAND_TAKES_JSON,
    },
    {
        .id = COMMAND_DOCTOR,
        .name = "doctor",
        .operands = "",
        .summary = "Look for what is wrong here, and tell what to do.",
        .details =
            "Looks at the configuration, the folders and the room in them, what happens at logout, "
            "the terminal, the libraries and the daemon. Exit status: 0 nothing is wrong, 1 "
            "something is.",
        .takes = COMMAND_TAKES_SESSION | COMMAND_TAKES_JSON,
    },
    {
        .id = COMMAND_BRIDGE,
        .name = "bridge",
        .operands = "",
        .summary = "Join standard input and output to the session's daemon.",
        .details =
            "This is what --host runs on the other machine, through ssh: nothing but lines of "
            "the control protocol goes in and out. A daemon is started when none runs. It ends "
            "when either side does.",
        .takes = COMMAND_TAKES_SESSION,
    },
    {
        .id = COMMAND_HELP,
        .name = "help",
        .typed = COMMAND_IN_BOTH,
        .operands = "[COMMAND]",
        .summary = "Explain haul or one of its commands.",
        .operands_max = 1,
    },
    {
        .id = COMMAND_VERSION,
        .name = "version",
        .typed = COMMAND_IN_BOTH,
        .operands = "",
        .summary = "Show the versions of haul and its libraries.",
    },
    {
        .id = COMMAND_FILTER,
        .name = "filter",
        .typed = COMMAND_ON_SCREEN,
        .text = true,
        .operands = "[EXPRESSION]",
        .summary = "Show only what fits; without an expression all.",
        .operands_max = 1,
    },
    {
        .id = COMMAND_FIND,
        .name = "find",
        .typed = COMMAND_ON_SCREEN,
        .text = true,
        .operands = "[EXPRESSION]",
        .summary = "Go to the next item that fits.",
        .operands_max = 1,
    },
    {
        .id = COMMAND_SORT,
        .name = "sort",
        .typed = COMMAND_ON_SCREEN,
        .operands = "COLUMN [up|down]",
        .summary = "Show the items in that order.",
        .operands_min = 1,
        .operands_max = 2,
    },
    {
        .id = COMMAND_QUIT,
        .name = "quit",
        .typed = COMMAND_ON_SCREEN,
        .operands = "",
        .summary = "Close the screen; asks whether downloads go on.",
    },
};

#define SHELL_COUNT ((size_t)COMMAND_FILTER - 1) /* the rows before those */
_Static_assert(COUNT_OF(commands) == COMMAND_ID_COUNT - 1, "a row for each command");

static const struct command screen_command = {
    .id = COMMAND_SCREEN,
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
    *ret_count = SHELL_COUNT;
    return commands;
}

const struct command *command_table_typed(size_t *ret_count)
{
    *ret_count = COUNT_OF(commands);
    return commands;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < SHELL_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

const struct command *command_screen(void)
{
    return &screen_command;
}
