/* The completion for zsh, with _arguments: the options of each command with their help. */

#include "reference.h"

#include <string.h>

#include "config/args.h"

/* TEXT within single quotes and, where it is a part of a specification, without what ends one. */
static void put(FILE *to, const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else if (strchr(special, *text))
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
    }
}

static void value(FILE *to, const struct haul_option *option)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    const char *between = "";

    fputc(':', to);
    put(to, option->value_name, ":\\");
    fputc(':', to);
    switch (value_kind(option)) {
    case VALUE_FOLDER:
        fputs("_files -/", to);
        break;
    case VALUE_FILE:
        fputs("_files", to);
        break;
    case VALUE_CHOICE:
        fputc('(', to);
        for (size_t i = 0; option->choices[i]; i++)
            fprintf(to, "%s%s", i == 0 ? "" : " ", option->choices[i]);
        fputc(')', to);
        break;
    case VALUE_SETTING:
        fputc('(', to);
        for (size_t i = 0; i < count; i++) {
            if (table[i].scope != HAUL_SCOPE_SESSION)
                continue;
            fprintf(to, "%s%s", between, table[i].name);
            between = " ";
        }
        fputc(')', to);
        break;
    default:
        break;
    }
}

/* '(-d --dir)'{-d+,--dir=}'[help]:DIR:_files -/' */
static void option(FILE *to, const struct haul_option *option)
{
    bool valued = value_kind(option) != VALUE_NONE;
    bool many = option->type == HAUL_OPTION_LIST;

    fputs(" \\\n            ", to);
    if (many)
        fputs("'*'", to);
    else if (option->letter != 0)
        fprintf(to, "'(-%c --%s)'", option->letter, option->name);
    if (option->letter != 0)
        fprintf(to, "{-%c%s,--%s%s}'", option->letter, valued ? "+" : "", option->name,
                valued ? "=" : "");
    else
        fprintf(to, "'--%s%s", option->name, valued ? "=" : "");
    fputc('[', to);
    put(to, option->help, "[]:\\");
    fputc(']', to);
    if (valued)
        value(to, option);
    fputc('\'', to);
}

static void command(FILE *to, const struct command *command)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    fprintf(to, "    %s)\n        _arguments -s -S", command->name[0] ? command->name : "''");
    for (size_t i = 0; i < count; i++) {
        if (args_takes(command, &table[i]))
            option(to, &table[i]);
    }
    switch (operand_kind(command)) {
    case OPERAND_COMMAND:
        fputs(" \\\n            '1:command:_haul_commands'", to);
        break;
    case OPERAND_MOVE:
        fputs(" \\\n            '1:where:(" MOVE_WORDS ")' '*:ID:'", to);
        break;
    case OPERAND_TEXT:
        fputs(" \\\n            '*:", to);
        put(to, command->operands, ":\\");
        fputs(":'", to);
        break;
    case OPERAND_NONE:
        break;
    }
    fputs(" ;;\n", to);
}

void print_zsh(FILE *to)
{
    fputs("#compdef haul\n"
          "# Completion of haul(1) for zsh. Made from haul's tables by tests/reference; "
          "lint/reference tells how.\n\n_haul_commands() {\n    local -a commands=(\n",
          to);
    for (size_t i = 1; i < command_count(); i++) {
        fprintf(to, "        '%s:", command_at(i)->name);
        put(to, command_at(i)->summary, ":\\");
        fputs("'\n", to);
    }
    fputs("    )\n    _describe -t commands command commands\n}\n\n"
          "_haul_options() {\n    case $1 in\n",
          to);
    for (size_t i = 0; i < command_count(); i++)
        command(to, command_at(i));
    fputs("    esac\n}\n\n"
          "_haul() {\n"
          "    local -a names=(",
          to);
    for (size_t i = 1; i < command_count(); i++)
        fprintf(to, "%s%s", i == 1 ? "" : " ", command_at(i)->name);
    fputs(")\n\n"
          "    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
          "        _haul_commands\n"
          "    elif ((names[(Ie)$words[2]])); then\n"
          "        local command=$words[2]\n"
          "        shift words\n"
          "        ((CURRENT--))\n"
          "        _haul_options $command\n"
          "    else\n"
          "        _haul_options ''\n"
          "    fi\n"
          "}\n\n"
          "_haul \"$@\"\n",
          to);
}
