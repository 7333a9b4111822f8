/* The completion for fish: one line an option, with the commands that take it. */

#include "reference.h"

#include <string.h>

#include "config/args.h"

static void put(FILE *to, const char *text)
{
    fputc('\'', to);
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', to);
        fputc(*text, to);
    }
    fputc('\'', to);
}

/* When the option is offered: the screen has no word of its own. */
static void condition(FILE *to, const struct haul_option *option)
{
    bool screen = args_takes(command_screen(), option);
    size_t taking = 0;

    for (size_t i = 1; i < command_count(); i++)
        taking += args_takes(command_at(i), option);
    if (screen && taking == command_count() - 1)
        return;
    fputs(" -n '", to);
    if (screen)
        fputs("not __fish_seen_subcommand_from $haul_commands", to);
    if (taking > 0)
        fprintf(to, "%s__fish_seen_subcommand_from", screen ? "; or " : "");
    for (size_t i = 1; i < command_count(); i++) {
        if (args_takes(command_at(i), option))
            fprintf(to, " %s", command_at(i)->name);
    }
    fputc('\'', to);
}

static void value(FILE *to, const struct haul_option *option)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    const char *between = "";

    switch (value_kind(option)) {
    case VALUE_NONE:
        break;
    case VALUE_FOLDER:
        fputs(" -x -a '(__fish_complete_directories)'", to);
        break;
    case VALUE_FILE:
        fputs(" -r -F", to);
        break;
    case VALUE_CHOICE:
        fputs(" -x -a '", to);
        for (size_t i = 0; option->choices[i]; i++)
            fprintf(to, "%s%s", i == 0 ? "" : " ", option->choices[i]);
        fputc('\'', to);
        break;
    case VALUE_SETTING:
        fputs(" -x -a '", to);
        for (size_t i = 0; i < count; i++) {
            if (table[i].scope != HAUL_SCOPE_SESSION)
                continue;
            fprintf(to, "%s%s", between, table[i].name);
            between = " ";
        }
        fputc('\'', to);
        break;
    case VALUE_WORD:
        fputs(" -x", to);
        break;
    }
}

static void option(FILE *to, const struct haul_option *option)
{
    fputs("complete -c haul", to);
    condition(to, option);
    if (option->letter != 0)
        fprintf(to, " -s %c", option->letter);
    fprintf(to, " -l %s", option->name);
    value(to, option);
    fputs(" -d ", to);
    put(to, option->help);
    fputc('\n', to);
}

void print_fish(FILE *to)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    fputs("# Completion of haul(1) for fish. Made from haul's tables by tests/reference; "
          "lint/reference tells how.\n\nset -g haul_commands",
          to);
    for (size_t i = 1; i < command_count(); i++)
        fprintf(to, " %s", command_at(i)->name);
    fputs("\n\ncomplete -c haul -f\n", to);
    for (size_t i = 1; i < command_count(); i++) {
        fprintf(to, "complete -c haul -n '__fish_is_nth_token 1' -a %s -d ", command_at(i)->name);
        put(to, command_at(i)->summary);
        fputc('\n', to);
        if (operand_kind(command_at(i)) == OPERAND_COMMAND)
            fprintf(to,
                    "complete -c haul -n '__fish_seen_subcommand_from %s' -a \"$haul_commands\"\n",
                    command_at(i)->name);
        if (operand_kind(command_at(i)) == OPERAND_MOVE)
            fprintf(to,
                    "complete -c haul -n '__fish_seen_subcommand_from %s' -a '" MOVE_WORDS "'\n",
                    command_at(i)->name);
    }
    for (size_t i = 0; i < count; i++)
        option(to, &table[i]);
}
