/* The command line against the option table.
 *
 * Names, values and ranges come from the table, and which of them a command takes from the command.
 * An option that a command would ignore is refused.
 */
#include "config/args.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/suggest.h"
#include "config/config.h"
#include "config/option_words.h"

/* Which bit of a command's `takes` lets in an option of the run; 0: every command takes it. */
static unsigned takes_of_run(const char *name)
{
    static const struct {
        const char *name;
        unsigned takes;
    } rows[] = {
        {"input-file", COMMAND_TAKES_INPUT},   {"session", COMMAND_TAKES_SESSION},
        {"host", COMMAND_TAKES_HOST},          {"json", COMMAND_TAKES_JSON},
        {"plain", COMMAND_TAKES_WATCH},        {"until-done", COMMAND_TAKES_WATCH},
        {"progress", COMMAND_TAKES_PROGRESS},  {"quiet", COMMAND_TAKES_PROGRESS},
        {"verbose", COMMAND_TAKES_VERBOSE},    {"log", COMMAND_TAKES_LOG},
        {"url", COMMAND_TAKES_LINK},           {"config", COMMAND_TAKES_CONFIG},
        {"reset", COMMAND_TAKES_RESET},        {"on-done", COMMAND_TAKES_HOOKS},
        {"on-failed", COMMAND_TAKES_HOOKS},    {"on-batch-done", COMMAND_TAKES_HOOKS},
        {"hook-timeout", COMMAND_TAKES_HOOKS}, {"theme", COMMAND_TAKES_SCREEN},
        {"ui-rate", COMMAND_TAKES_SCREEN},     {"last", COMMAND_TAKES_HISTORY},
        {"clear", COMMAND_TAKES_HISTORY},      {"mouse", COMMAND_TAKES_SCREEN},
        {"title", COMMAND_TAKES_SCREEN},       {"tab-progress", COMMAND_TAKES_SCREEN},
        {"notify", COMMAND_TAKES_SCREEN},      {"hyperlinks", COMMAND_TAKES_SCREEN},
        {"replace", COMMAND_TAKES_REPLACE},    {"secrets", COMMAND_TAKES_SECRETS},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].takes;
    }
    return 0;
}

bool args_takes(const struct command *command, const struct haul_option *option)
{
    unsigned wanted = 0;

    if ((option->of_origin || option->live) && (command->takes & COMMAND_TAKES_LINK))
        return true;
    if (option->lasting && !(command->takes & COMMAND_TAKES_SESSION))
        return false;
    if (option->scope == HAUL_SCOPE_ITEM)
        wanted = COMMAND_TAKES_ITEM;
    else if (option->scope == HAUL_SCOPE_SESSION)
        wanted = COMMAND_TAKES_SETTINGS;
    else
        wanted = takes_of_run(option->name);
    return (command->takes & wanted) == wanted;
}

bool args_takes_typed(const struct command *command, const struct haul_option *option)
{
    const unsigned about_items = COMMAND_TAKES_LINK | COMMAND_TAKES_RESET;
    bool of_run = option->scope != HAUL_SCOPE_ITEM && option->scope != HAUL_SCOPE_SESSION;

    if (of_run && !(takes_of_run(option->name) & about_items))
        return false;
    return args_takes(command, option);
}

/* How the user called it. */
static const char *caller(const struct args *args)
{
    return args->typed ? "" : "haul ";
}

/* What to write instead of OPTION, where somebody may well expect it; NULL: nothing to say. */
static const char *instead_of(const struct command *command, const struct haul_option *option)
{
    static const struct {
        enum command_id command;
        const char *option, *text;
    } hints[] = {
        {COMMAND_GET, "host",
         "'haul get' downloads on this machine; to have another one do it, write: "
         "haul add --host USER@BOX …"},
        {COMMAND_GET, "session",
         "'haul get' downloads by itself, without a queue; to put it into one, write: "
         "haul add --session NAME …"},
        {COMMAND_DOCTOR, "host",
         "'haul doctor' looks at this machine; for another one, write: ssh USER@BOX haul doctor"},
        {COMMAND_ADD, "progress",
         "'haul add' does not wait; to see what becomes of it, write: haul watch"},
        {COMMAND_ADD, "quiet",
         "'haul add' writes the new numbers and nothing else; to be rid of them, write: "
         "haul add … >/dev/null"},
        {COMMAND_ADD, "verbose",
         "what is added is the daemon's work, and so is its log; to have more in it, write: "
         "haul daemon --verbose"},
        {COMMAND_ADD, "log",
         "what is added is the daemon's work; its log is haul.log in the session's folder, and on "
         "the screen"},
    };

    for (size_t i = 0; i < COUNT_OF(hints); i++) {
        if (hints[i].command == command->id && strcmp(hints[i].option, option->name) == 0)
            return hints[i].text;
    }
    return NULL;
}

static enum haul_err check_taken(const struct args *args, const struct haul_option *option,
                                 struct haul_error *err)
{
    if (args->typed ? args_takes_typed(args->command, option) : args_takes(args->command, option))
        return HAUL_OK;
    if (args->typed)
        return haul_fail(err, HAUL_E_USAGE, "'%s' takes no option --%s here", args->command->name,
                         option->name);
    if (instead_of(args->command, option))
        return haul_fail(err, HAUL_E_USAGE, "%s", instead_of(args->command, option));
    if (args->command == command_screen())
        return haul_fail(err, HAUL_E_USAGE, "--%s goes with a command: haul COMMAND --%s",
                         option->name, option->name);
    return haul_fail(err, HAUL_E_USAGE, "'haul %s' takes no option --%s", args->command->name,
                     option->name);
}

static void *target_of(void *ctx, const struct haul_option *option, struct haul_error *err)
{
    struct args *args = ctx;

    if (check_taken(args, option, err) != HAUL_OK)
        return NULL;
    switch (option->scope) {
    case HAUL_SCOPE_ITEM:
        return args->item;
    case HAUL_SCOPE_SESSION:
        return &args->settings;
    default:
        return &args->run;
    }
}

static enum haul_err unknown_option(void *ctx, const char *name, struct haul_error *err)
{
    const struct args *args = ctx;
    struct suggest suggest;
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    suggest_init(&suggest, name);
    for (size_t i = 0; i < count; i++) {
        if (args->typed ? args_takes_typed(args->command, &table[i])
                        : args_takes(args->command, &table[i]))
            suggest_consider(&suggest, table[i].name);
    }
    if (suggest.best != NULL)
        return haul_fail(err, HAUL_E_USAGE, "there is no option --%s; did you mean --%s?", name,
                         suggest.best);
    return haul_fail(err, HAUL_E_USAGE, "there is no option --%s", name);
}

static enum haul_err take_operand(void *ctx, const char *word, struct haul_error *err)
{
    struct args *args = ctx;

    (void)err;
    args->operands[args->operand_count++] = word;
    return HAUL_OK;
}

/* "haul add curl 'https://…' -H …", as it is copied: what follows are curl's words. */
static bool begins_curl(void *ctx, const char *word)
{
    struct args *args = ctx;

    if (args->typed || args->curl_at != SIZE_MAX || !(args->command->takes & COMMAND_TAKES_INPUT) ||
        (strcmp(word, "curl") != 0 && strcmp(word, "curl.exe") != 0))
        return false;
    args->curl_at = args->operand_count;
    return true;
}

static enum haul_err choose_session(struct run_options *run, struct haul_error *err)
{
    const char *name = getenv("HAUL_SESSION");

    if (run->session != NULL)
        return HAUL_OK;
    if (name == NULL || *name == '\0')
        name = "default";
    if (!path_session_ok(name))
        return haul_fail(err, HAUL_E_USAGE,
                         "HAUL_SESSION: \"%s\" must be 1 to 32 letters, digits, '-' or '_'", name);
    return haul_option_set(haul_option_find("session"), run, name, err);
}

static enum haul_err choose_host(struct args *args, struct haul_error *err)
{
    const struct haul_option *option = haul_option_find("host");
    const char *name = getenv("HAUL_HOST");
    enum haul_err code = HAUL_OK;

    if (args->run.host == NULL && name != NULL && *name != '\0' &&
        args_takes(args->command, option))
        code = haul_option_set(option, &args->run, name, err);
    return code;
}

static enum haul_err check_operands(const struct args *args, struct haul_error *err)
{
    const struct command *command = args->command;

    if (args->run.help || args->run.version)
        return HAUL_OK;
    if (args->operand_count + (args->typed && command->items) < command->operands_min)
        return haul_fail(err, HAUL_E_USAGE, "something is missing; write: %s%s %s", caller(args),
                         command->name, command->operands);
    if (args->operand_count > command->operands_max)
        return haul_fail(err, HAUL_E_USAGE, "\"%s\" is too much; write: %s%s%s%s",
                         args->operands[command->operands_max], caller(args), command->name,
                         command->operands[0] != '\0' ? " " : "", command->operands);
    return HAUL_OK;
}

static enum haul_err parse(const struct command *command, bool typed, const char *const *words,
                           size_t count, struct args *ret_args, struct haul_error *err)
{
    struct args args = {
        .command = command,
        .typed = typed,
        .item = haul_options_new(),
        .operands = xcalloc(count + 1, sizeof(*args.operands)),
        .curl_at = SIZE_MAX,
    };
    enum haul_err code;

    haul_settings_init(&args.settings);
    haul_settings_init(&args.initial);
    run_options_init(&args.run);
    code = option_words_read(&(struct option_words){.words = words,
                                                    .count = count,
                                                    .target = target_of,
                                                    .unknown = unknown_option,
                                                    .operand = take_operand,
                                                    .ends = begins_curl,
                                                    .ctx = &args},
                             err);
    if (code == HAUL_OK)
        code = choose_session(&args.run, err);
    if (code == HAUL_OK)
        code = choose_host(&args, err);
    if (code == HAUL_OK)
        code = check_operands(&args, err);
    if (code != HAUL_OK) {
        args_fini(&args);
        return code;
    }
    args.item_words = args.item->given;
    args.run_words = args.run.given;
    *ret_args = args;
    return HAUL_OK;
}

enum haul_err args_parse(const struct command *command, const char *const *words, size_t count,
                         struct args *ret_args, struct haul_error *err)
{
    return parse(command, false, words, count, ret_args, err);
}

enum haul_err args_parse_typed(const struct command *command, const char *const *words,
                               size_t count, struct args *ret_args, struct haul_error *err)
{
    return parse(command, true, words, count, ret_args, err);
}

/* The session's option of that name; NULL: it has none, and WHERE and what else may have been meant
 * were told. */
static const struct haul_option *find_setting(const char *where, const char *name,
                                              struct haul_error *err)
{
    const struct haul_option *option = haul_option_find(name);
    struct suggest suggest;
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    if (option && option->scope == HAUL_SCOPE_SESSION)
        return option;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == HAUL_SCOPE_SESSION)
            suggest_consider(&suggest, table[i].name);
    }
    if (suggest.best)
        (void)haul_fail(err, HAUL_E_USAGE,
                        "%sthe session has no option \"%s\"; did you mean \"%s\"?", where, name,
                        suggest.best);
    else
        (void)haul_fail(err, HAUL_E_USAGE, "%sthe session has no option \"%s\"", where, name);
    return NULL;
}

static enum haul_err take_pairs(const struct args *args, struct haul_settings *change,
                                struct haul_error *err)
{
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < args->operand_count && code == HAUL_OK; i++) {
        const char *word = args->operands[i];
        size_t len = strcspn(word, "=");
        char *name = xstrndup(word, len);
        const char *value = word[len] == '=' ? word + len + 1 : NULL;
        const struct haul_option *option = find_setting("", name, err);

        free(name);
        if (!option)
            return HAUL_E_USAGE;
        if (!value && ++i < args->operand_count)
            value = args->operands[i];
        if (!value)
            return haul_fail(err, HAUL_E_USAGE, "%s needs a value: set %s %s", option->name,
                             option->name, option->value_name);
        code = haul_option_set(option, change, value, err);
    }
    return code;
}

enum haul_err args_change(const struct args *args, struct haul_settings *ret_change,
                          struct haul_error *err)
{
    struct haul_settings change = args->settings;
    enum haul_err code = take_pairs(args, &change, err);

    for (size_t i = 0; i < args->run.resets.count && code == HAUL_OK; i++) {
        const struct haul_option *option =
            find_setting("--reset: ", args->run.resets.items[i], err);

        if (!option)
            return HAUL_E_USAGE;
        if (haul_option_given(option, &change))
            return haul_fail(err, HAUL_E_USAGE, "--reset %s and --%s can't go together",
                             option->name, option->name);
        haul_settings_drop(&change, option);
    }
    if (code == HAUL_OK)
        *ret_change = change;
    return code;
}

void args_fini(struct args *args)
{
    haul_options_unref(args->item);
    run_options_fini(&args->run);
    config_free(args->config);
    free(args->operands);
    *args = (struct args){0};
}
