#ifndef CONFIG_COMMANDS_H
#define CONFIG_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The commands as one table. */

enum command_id {
    COMMAND_SCREEN, /* what runs without a command */
    COMMAND_GET,
    COMMAND_ADD,
    COMMAND_LIST,
    COMMAND_SHOW,
    COMMAND_HOSTS,
    COMMAND_PAUSE,
    COMMAND_RESUME,
    COMMAND_CANCEL,
    COMMAND_RETRY,
    COMMAND_CHANGE,
    COMMAND_REMOVE,
    COMMAND_CLEAR,
    COMMAND_UNDO,
    COMMAND_MOVE,
    COMMAND_HISTORY,
    COMMAND_SET,
    COMMAND_CONFIG,
    COMMAND_WATCH,
    COMMAND_WAIT,
    COMMAND_STOP,
    COMMAND_DAEMON,
    COMMAND_SESSIONS,
    COMMAND_DOCTOR,
    COMMAND_BRIDGE,
    COMMAND_HELP,
    COMMAND_VERSION,
    COMMAND_FILTER, /* from here on only on the screen */
    COMMAND_FIND,
    COMMAND_SORT,
    COMMAND_QUIT,
    COMMAND_ID_COUNT
};

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
    COMMAND_TAKES_SCREEN = 1 << 13,  /* --theme, --ui-rate, --mouse and its like */
    COMMAND_TAKES_HISTORY = 1 << 14, /* --last and --clear */
    COMMAND_TAKES_REPLACE = 1 << 15, /* --replace */
    COMMAND_TAKES_WATCH = 1 << 16,   /* --plain and --until-done */
    COMMAND_TAKES_SECRETS = 1 << 17, /* --secrets */
    COMMAND_TAKES_CONFIG = 1 << 9,   /* --config; the file is read before it runs */
};

#define COMMAND_ANY SIZE_MAX

/* Where a command may be typed, besides the shell. */
enum command_typed {
    COMMAND_IN_SHELL,
    COMMAND_IN_BOTH,
    COMMAND_ON_SCREEN, /* not in the shell at all: such rows stand last */
};

struct command {
    enum command_id id;
    const char *name;     /* "" for the screen, which is what runs without a command */
    const char *operands; /* "URL…", as the usage line shows it */
    const char *summary;  /* one line */
    const char *details;  /* paragraphs for its help, or NULL */
    unsigned takes;       /* enum command_takes */
    enum command_typed typed;
    bool items; /* the last operands are items; left out on the screen, it means what is selected
                   there */
    bool text;  /* what follows the name is one operand, as it is */
    size_t operands_min;
    size_t operands_max; /* COMMAND_ANY: no bound */
};

/* In the order of `haul help`. The screen is not among them. */
const struct command *command_table(size_t *ret_count);
/* The same, and behind them those that are only typed on the screen. */
const struct command *command_table_typed(size_t *ret_count);
const struct command *command_find(const char *name); /* NULL when there is none */
const struct command *command_screen(void);

#endif
