/* Help, made from the command table and the option table, so that it can't be out of date. Fits 80
 * columns. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/report.h"
#include "config/args.h"

#define WIDTH          80
#define OPTION_COLUMN  30 /* where the words about an option begin */
#define COMMAND_COLUMN 12

/* Bytes that continue a UTF-8 character take no column; our own texts have no wide ones. */
static size_t columns_of(const char *text, size_t len)
{
    size_t columns = 0;

    for (size_t i = 0; i < len; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

/* Writes TEXT in lines up to WIDTH, from COLUMN on; the cursor stands at USED. */
static void print_wrapped(FILE *to, const char *text, size_t used, size_t column)
{
    bool fresh = true;

    if (used >= column && used > 0) {
        fputc('\n', to);
        used = 0;
    }
    fprintf(to, "%*s", (int)(column - used), "");
    used = column;
    while (*text != '\0') {
        size_t len = strcspn(text, " \n");
        size_t columns = columns_of(text, len);

        if (!fresh && used + 1 + columns > WIDTH - 1) {
            fprintf(to, "\n%*s", (int)column, "");
            used = column;
            fresh = true;
        }
        fprintf(to, "%s%.*s", fresh ? "" : " ", (int)len, text);
        used += columns + !fresh;
        fresh = false;
        text += len;
        if (*text == '\n') {
            fprintf(to, "\n%*s", (int)column, "");
            used = column;
            fresh = true;
        }
        text += *text != '\0';
    }
    fputc('\n', to);
}

/* True for a default that says more than "off" or "no limit", which the help text tells. */
static bool is_telling_default(const struct haul_option *option)
{
    return option->initial != NULL && option->type != HAUL_OPTION_FLAG &&
           strcmp(option->initial, "0") != 0;
}

static void print_option(FILE *to, const struct haul_option *option)
{
    char left[64];
    char right[256];
    int used;

    if (option->letter != 0)
        used = snprintf(left, sizeof(left), "  -%c, --%s", option->letter, option->name);
    else
        used = snprintf(left, sizeof(left), "      --%s", option->name);
    if (option->value_name != NULL)
        used += snprintf(left + used, sizeof(left) - (size_t)used, " %s", option->value_name);
    snprintf(right, sizeof(right), "%s%s%s%s", option->help,
             is_telling_default(option) ? " (default: " : "",
             is_telling_default(option) ? option->initial : "",
             is_telling_default(option) ? ")" : "");
    fputs(left, to);
    print_wrapped(to, right, (size_t)used, OPTION_COLUMN);
}

static void print_options(FILE *to, const struct command *command)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    fputs("\nOptions:\n", to);
    for (size_t i = 0; i < count; i++) {
        if (args_takes(command, &table[i]))
            print_option(to, &table[i]);
    }
}

static void print_commands(FILE *to)
{
    size_t count;
    const struct command *table = command_table(&count);

    fputs("\nCommands:\n", to);
    for (size_t i = 0; i < count; i++) {
        int used = fprintf(to, "  %s", table[i].name);
        print_wrapped(to, table[i].summary, (size_t)MAX(used, 0), COMMAND_COLUMN);
    }
}

static void print_usage(FILE *to, const struct command *command)
{
    fprintf(to, "Usage: haul%s%s [options]%s%s\n", *command->name != '\0' ? " " : "", command->name,
            *command->operands != '\0' ? " " : "", command->operands);
}

void help_print(const struct command *command, FILE *to)
{
    bool whole = command == command_screen();

    print_usage(to, command);
    if (whole)
        fputs("       haul COMMAND [options] …\n", to);
    fputc('\n', to);
    print_wrapped(to, command->summary, 0, 0);
    if (command->details != NULL) {
        fputc('\n', to);
        print_wrapped(to, command->details, 0, 0);
    }
    if (whole)
        print_commands(to);
    print_options(to, command);
    if (whole)
        fputs("\n'haul help COMMAND' tells about a command.\n", to);
}

static int refuse_command(const char *name)
{
    struct suggest suggest;
    struct haul_error err;
    size_t count;
    const struct command *table = command_table(&count);

    suggest_init(&suggest, name);
    for (size_t i = 0; i < count; i++)
        suggest_consider(&suggest, table[i].name);
    if (suggest.best != NULL)
        (void)haul_fail(&err, HAUL_E_USAGE, "there is no command \"%s\"; did you mean '%s'?", name,
                        suggest.best);
    else
        (void)haul_fail(&err, HAUL_E_USAGE, "there is no command \"%s\"", name);
    return report_usage("", &err);
}

int help_run(const struct args *args)
{
    const struct command *command = command_screen();

    if (args->operand_count > 0)
        command = command_find(args->operands[0]);
    if (command == NULL)
        return refuse_command(args->operands[0]);
    help_print(command, stdout);
    return report_written(0);
}
