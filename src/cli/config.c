/* `haul config [URL]`: what is in force, and where each value comes from.
 *
 * A running daemon is asked for the options of the session, for those may have been set while it
 * ran. Secrets are told to be there, never shown.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "base/when.h"
#include "cli/call.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"
#include "config/config.h"

#define NAME_COLUMNS  18
#define VALUE_COLUMNS 28
#define HOURS_COLUMNS 24
#define THEN_COLUMNS  22
#define VALUE_MAX     4096 /* bytes that are shown of one */

enum source {
    FROM_DEFAULT,
    FROM_FILE,
    FROM_HOST,
    FROM_ENVIRONMENT,
    FROM_COMMAND_LINE,
    FROM_DAEMON, /* a running one has another value than would be read now */
    FROM_SET,
    FROM_COUNT
};

static const char *const source_names[FROM_COUNT] = {
    "default", "file", "host", "environment", "command-line", "daemon", "set"};

struct origin {
    enum source from;
    size_t line;      /* of the file */
    const char *host; /* its section */
};

struct table {
    const struct args *args;
    const char *url;               /* NULL: without a link */
    struct haul_options *item;     /* in force for it */
    struct haul_settings settings; /* in force */
    bool asked;                    /* the daemon told the settings */
};

static const void *target_of(const struct table *table, const struct haul_option *option)
{
    switch (option->scope) {
    case HAUL_SCOPE_ITEM:
        return table->item;
    case HAUL_SCOPE_SESSION:
        return &table->settings;
    default:
        return &table->args->run;
    }
}

static bool in_environment(const struct haul_option *option)
{
    char *name = config_variable(option);
    const char *value = getenv(name);

    free(name);
    return value && value[0] != '\0';
}

static bool on_command_line(const struct args *args, const struct haul_option *option)
{
    switch (option->scope) {
    case HAUL_SCOPE_ITEM:
        return haul_option_marked(option, &args->item_words);
    case HAUL_SCOPE_SESSION:
        return haul_option_given(option, &args->settings);
    default:
        return haul_option_marked(option, &args->run_words);
    }
}

/* Where it is from for a client that starts now. */
static struct origin origin_here(const struct table *table, const struct haul_option *option)
{
    struct origin origin = {FROM_DEFAULT, 0, NULL};

    if (on_command_line(table->args, option)) {
        origin.from = FROM_COMMAND_LINE;
    } else if (in_environment(option)) {
        origin.from = FROM_ENVIRONMENT;
    } else if (option->scope == HAUL_SCOPE_ITEM && table->url &&
               (origin.host =
                    config_host_of(table->args->config, table->url, option, &origin.line))) {
        origin.from = FROM_HOST;
    } else if ((origin.line = config_line_of(table->args->config, option)) != 0) {
        origin.from = FROM_FILE;
    }
    return origin;
}

static bool is_same(const struct haul_option *option, const void *a, const void *b)
{
    char *one = haul_option_get(option, a, 0);
    char *two = haul_option_get(option, b, 0);
    bool same = strcmp(one, two) == 0;

    free(one);
    free(two);
    return same;
}

static struct origin origin_of(const struct table *table, const struct haul_option *option)
{
    if (option->scope == HAUL_SCOPE_SESSION && table->asked) {
        if (haul_option_given(option, &table->settings))
            return (struct origin){.from = FROM_SET};
        if (!is_same(option, &table->settings, &table->args->initial))
            return (struct origin){.from = FROM_DAEMON};
    }
    return origin_here(table, option);
}

/* "line 3, [host "example.org"]": the caller's. The file's name stands on top of all. */
static char *origin_text(const struct table *table, const struct haul_option *option,
                         const struct origin *origin)
{
    char *name, *text;

    switch (origin->from) {
    case FROM_FILE:
        return xasprintf("line %zu", origin->line);
    case FROM_HOST:
        return xasprintf("line %zu, [host \"%s\"]", origin->line, origin->host);
    case FROM_ENVIRONMENT:
        name = config_variable(option);
        text = xasprintf("$%s", name);
        free(name);
        return text;
    case FROM_COMMAND_LINE:
        return xstrdup("command line");
    case FROM_DAEMON:
        return xstrdup("as the running daemon was started");
    case FROM_SET:
        return xasprintf("set in session '%s'", table->args->run.session);
    default:
        return xstrdup("default");
    }
}

/* The NTH value as it may be shown, NULL past the last one: the caller's. */
static char *shown_value(const struct table *table, const struct haul_option *option, size_t nth)
{
    char *value = haul_option_get(option, target_of(table, option), nth);
    char *shown;

    if (!value || !option->secret || value[0] == '\0') {
        shown = value ? text_clean_dup(text_raw_from(value), VALUE_MAX) : NULL;
        free(value);
        return shown;
    }
    secret_free(value);
    return xstrdup("(hidden)");
}

static void print_row(const struct table *table, const struct haul_option *option)
{
    struct origin origin = origin_of(table, option);
    char *from = origin_text(table, option, &origin);
    char *value = shown_value(table, option, 0);
    size_t nth = 0;

    do {
        printf("%-*s %-*s %s\n", NAME_COLUMNS, option->name, VALUE_COLUMNS,
               value && value[0] != '\0' ? value : "-", from);
        free(value);
    } while ((value = shown_value(table, option, ++nth)) != NULL);
    free(from);
}

/* "p F5", or "none": the caller's. */
static char *keys_text(const struct cli_keys *keys)
{
    char *text = xstrdup(keys->count > 0 ? keys->names[0] : "none");

    for (size_t i = 1; i < keys->count; i++) {
        char *longer = xasprintf("%s %s", text, keys->names[i]);

        free(text);
        text = longer;
    }
    return text;
}

static void print_keys(void *ctx, const struct cli_keys *keys)
{
    char *text = keys_text(keys);

    (void)ctx;
    printf("%-*s %-*s ", NAME_COLUMNS, keys->action, VALUE_COLUMNS, text);
    if (keys->line != 0)
        printf("line %zu\n", keys->line);
    else if (keys->taken != 0)
        printf("default, but for line %zu\n", keys->taken);
    else
        puts("default");
    free(text);
}

static void json_keys(void *ctx, const struct cli_keys *keys)
{
    json_t *rows = ctx;
    json_t *row = json_object();
    json_t *names = json_array();

    for (size_t i = 0; i < keys->count; i++)
        json_array_append_new(names, json_string(keys->names[i]));
    json_object_set_new(row, "action", json_string(keys->action));
    json_object_set_new(row, "keys", names);
    json_object_set_new(row, "from",
                        json_string(source_names[keys->line != 0 ? FROM_FILE : FROM_DEFAULT]));
    if (keys->line != 0)
        json_object_set_new(row, "line", json_integer((json_int_t)keys->line));
    json_array_append_new(rows, row);
}

/* The line of the schedule that counts now, 0: none; UNTIL says for how long. */
static size_t line_in_force(const struct table *table, int64_t *ret_until)
{
    const struct schedule *schedule = config_schedule(table->args->config);
    int64_t wanted = table->settings.schedule, wall = clock_wall(&clock_system);
    struct schedule_now now;

    if (!schedule || wanted == HAUL_SCHEDULE_OFF || wanted == HAUL_SCHEDULE_SKIP || wanted > wall)
        return 0;
    schedule_look(schedule, wall, &now);
    *ret_until = now.until;
    return now.line;
}

static void print_schedule(const struct table *table)
{
    struct config_line line;
    int64_t until;
    size_t cursor = 0, in_force = line_in_force(table, &until);
    char when[WHEN_SIZE];

    if (config_schedule(table->args->config))
        puts("\n[schedule]");
    while (config_next(table->args->config, "schedule", &cursor, &line)) {
        printf("%-*s %-*s line %zu", HOURS_COLUMNS, line.key, THEN_COLUMNS, line.value, line.line);
        if (line.line == in_force && until < INT64_MAX)
            printf(", now, until %s", when_text(until, clock_wall(&clock_system), when));
        else if (line.line == in_force)
            printf(", now");
        puts("");
    }
}

static json_t *json_schedule(const struct table *table)
{
    struct config_line line;
    int64_t until;
    size_t cursor = 0, in_force = line_in_force(table, &until);
    json_t *rows = json_array();

    while (config_next(table->args->config, "schedule", &cursor, &line)) {
        json_t *row = json_object();

        json_object_set_new(row, "hours", json_string(line.key));
        json_object_set_new(row, "then", json_string(line.value));
        json_object_set_new(row, "from", json_string(source_names[FROM_FILE]));
        json_object_set_new(row, "line", json_integer((json_int_t)line.line));
        json_object_set_new(row, "now", json_boolean(line.line == in_force));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *json_values(const struct table *table, const struct haul_option *option)
{
    json_t *list;
    char *value;

    if (option->secret)
        return json_null();
    if (option->type != HAUL_OPTION_LIST) {
        json_t *text;

        value = shown_value(table, option, 0);
        text = json_string(value);
        free(value);
        return text;
    }
    list = json_array();
    for (size_t i = 0; (value = shown_value(table, option, i)) != NULL; i++) {
        json_array_append_new(list, json_string(value));
        free(value);
    }
    return list;
}

static json_t *json_row(const struct table *table, const struct haul_option *option)
{
    struct origin origin = origin_of(table, option);
    json_t *row = json_object();

    json_object_set_new(row, "name", json_string(option->name));
    json_object_set_new(row, "value", json_values(table, option));
    json_object_set_new(row, "secret", json_boolean(option->secret));
    json_object_set_new(row, "from", json_string(source_names[origin.from]));
    if (origin.line != 0)
        json_object_set_new(row, "line", json_integer((json_int_t)origin.line));
    if (origin.host)
        json_object_set_new(row, "host", json_string(origin.host));
    return row;
}

/* What the screen would refuse to start with. */
static enum haul_err check_screen(const struct table *table, struct haul_error *err)
{
    const struct cli_screen *screen = table->args->screen;
    enum haul_err code = screen->keys(table->args->config, NULL, NULL, err);

    return code == HAUL_OK ? screen->theme(table->args->run.theme, err) : code;
}

static int print_json(const struct table *table)
{
    size_t count;
    const struct haul_option *options = haul_option_table(&count);
    json_t *answer = json_object();
    json_t *rows = json_array();
    json_t *keys = json_array();
    struct haul_error err;
    char *text;

    if (check_screen(table, &err) != HAUL_OK ||
        table->args->screen->keys(table->args->config, json_keys, keys, &err) != HAUL_OK) {
        json_decref(answer);
        json_decref(rows);
        json_decref(keys);
        return report_error(&err);
    }
    for (size_t i = 0; i < count; i++) {
        if (config_takes(&options[i]))
            json_array_append_new(rows, json_row(table, &options[i]));
    }
    json_object_set_new(answer, "file", json_string(config_path(table->args->config)));
    json_object_set_new(answer, "found", json_boolean(config_found(table->args->config)));
    json_object_set_new(answer, "options", rows);
    json_object_set_new(answer, "keys", keys);
    json_object_set_new(answer, "schedule", json_schedule(table));
    text = json_dumps(answer, JSON_COMPACT);
    puts(text);
    free(text);
    json_decref(answer);
    return 0;
}

static int print_table(const struct table *table)
{
    const struct config *config = table->args->config;
    size_t count;
    const struct haul_option *options = haul_option_table(&count);
    struct haul_error err;

    if (table->args->run.json)
        return print_json(table);
    if (check_screen(table, &err) != HAUL_OK)
        return report_error(&err);
    printf("# %s%s\n", config_path(config), config_found(config) ? "" : " (not there)");
    for (size_t i = 0; i < count; i++) {
        if (config_takes(&options[i]))
            print_row(table, &options[i]);
    }
    puts("\n[keys]");
    (void)table->args->screen->keys(config, print_keys, NULL, &err);
    print_schedule(table);
    return 0;
}

static void send_settings(struct call *call, struct haul_client *client)
{
    haul_client_settings(client, call_reply, call);
}

/* What an older daemon has no row for is as it would be with another one. */
static void take_settings(struct table *table, const struct haul_reply *reply)
{
    size_t count;
    const struct haul_option *options = haul_option_table(&count);

    table->settings = *reply->settings;
    for (size_t i = 0; i < count; i++) {
        if (options[i].scope == HAUL_SCOPE_SESSION &&
            !haul_option_marked(&options[i], reply->known_rows))
            haul_option_copy(&options[i], &table->settings, &table->args->initial);
    }
}

static int show_with_daemon(struct call *call, const struct haul_reply *reply)
{
    struct table *table = call->ctx;

    take_settings(table, reply);
    table->asked = true;
    return print_table(table);
}

static int show_without_daemon(struct call *call, const struct haul_error *err)
{
    return err->code == HAUL_E_NO_DAEMON ? print_table(call->ctx) : report_error(err);
}

int config_run(const struct args *args)
{
    struct table table = {.args = args, .settings = args->initial};
    struct call call = {.args = args,
                        .send = send_settings,
                        .show = show_with_daemon,
                        .no_answer = show_without_daemon,
                        .own_json = true,
                        .ctx = &table};
    struct haul_error err;
    struct url parts;
    int status;

    if (args->operand_count > 0)
        table.url = args->operands[0];
    if (table.url && url_split(table.url, &parts, &err) != HAUL_OK)
        return report_usage("config", &err);
    collect_settle_dir(args, args->item);
    table.item = config_options(args->config, table.url, args->item);
    status = call_run(&call);
    haul_options_unref(table.item);
    return status;
}
