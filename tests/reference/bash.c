/* The completion for bash: the tables as lists of words, and one function that knows none of them.
 * It needs nothing but bash itself. */

#include "reference.h"

#include <string.h>

#include "config/args.h"

/* Long names and letters of the options that COMMAND takes. */
static void option_words(FILE *to, const struct command *command)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    const char *between = "";

    for (size_t i = 0; i < count; i++) {
        if (!args_takes(command, &table[i]))
            continue;
        fprintf(to, "%s--%s", between, table[i].name);
        between = " ";
    }
}

/* "--dir|-d" of all options whose values are of KIND; true when there is any. */
static bool option_pattern(FILE *to, enum value_kind kind, const struct haul_option *only)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    const char *between = "    ";

    for (size_t i = 0; i < count; i++) {
        if (value_kind(&table[i]) != kind || (only && only != &table[i]))
            continue;
        fprintf(to, "%s--%s", between, table[i].name);
        if (table[i].letter != 0)
            fprintf(to, "|-%c", table[i].letter);
        between = "|";
    }
    if (between[0] == '|')
        fputs(")", to);
    return between[0] == '|';
}

static void choices(FILE *to)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (value_kind(&table[i]) != VALUE_CHOICE)
            continue;
        (void)option_pattern(to, VALUE_CHOICE, &table[i]);
        fputs(" words=\"", to);
        for (size_t j = 0; table[i].choices[j]; j++)
            fprintf(to, "%s%s", j == 0 ? "" : " ", table[i].choices[j]);
        fputs("\" ;;\n", to);
    }
}

static void settings(FILE *to)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    const char *between = "";

    for (size_t i = 0; i < count; i++) {
        if (table[i].scope != HAUL_SCOPE_SESSION)
            continue;
        fprintf(to, "%s%s", between, table[i].name);
        between = " ";
    }
}

/* What may stand behind an option. */
static void values(FILE *to)
{
    fputs("# What may follow the option $1: sets `words`, or `kind`; false: it takes no value.\n"
          "_haul_value() {\n    case $1 in\n",
          to);
    if (option_pattern(to, VALUE_FOLDER, NULL))
        fputs(" kind=folder ;;\n", to);
    if (option_pattern(to, VALUE_FILE, NULL))
        fputs(" kind=file ;;\n", to);
    choices(to);
    if (option_pattern(to, VALUE_SETTING, NULL)) {
        fputs(" words=\"", to);
        settings(to);
        fputs("\" ;;\n", to);
    }
    if (option_pattern(to, VALUE_WORD, NULL))
        fputs(" kind=none ;;\n", to);
    fputs("    *) return 1 ;;\n    esac\n}\n\n", to);
}

static void options(FILE *to)
{
    fputs("# The options of the command $1: sets `words`.\n_haul_options() {\n    case $1 in\n",
          to);
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);

        fprintf(to, "    %s) words=\"", command->name[0] != '\0' ? command->name : "''");
        option_words(to, command);
        fputs("\" ;;\n", to);
    }
    fputs("    esac\n}\n\n", to);
}

static void operands(FILE *to)
{
    fputs("# The operands of the command $1: sets `words`, or `kind`.\n_haul_operands() {\n"
          "    case $1 in\n",
          to);
    for (size_t i = 1; i < command_count(); i++) {
        const struct command *command = command_at(i);

        switch (operand_kind(command)) {
        case OPERAND_COMMAND:
            fprintf(to, "    %s) words=$_haul_commands ;;\n", command->name);
            break;
        case OPERAND_MOVE:
            fprintf(to, "    %s) words=\"" MOVE_WORDS "\" ;;\n", command->name);
            break;
        default:
            break;
        }
    }
    fputs("    '') words=$_haul_commands ;;\n    esac\n}\n\n", to);
}

static const char logic[] =
    "_haul() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local command='' words='' kind=''\n"
    "\n"
    "    if ((COMP_CWORD > 1)) && [[ \" $_haul_commands \" == *\" ${COMP_WORDS[1]} \"* ]]; then\n"
    "        command=${COMP_WORDS[1]}\n"
    "    fi\n"
    "    # bash cuts words at '=': --dir=x is three of them.\n"
    "    if [[ $cur == '=' ]]; then\n"
    "        cur=''\n"
    "    elif [[ $prev == '=' ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n"
    "    if _haul_value \"$prev\"; then\n"
    "        :\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        _haul_options \"$command\"\n"
    "    elif [[ -n $command ]] || ((COMP_CWORD == 1)); then\n"
    "        _haul_operands \"$command\"\n"
    "    fi\n"
    "    case $kind in\n"
    "    folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
    "    file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
    "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "complete -F _haul haul\n";

void print_bash(FILE *to)
{
    fputs("# shellcheck shell=bash\n"
          "# Completion of haul(1) for bash. Made from haul's tables by tests/reference; "
          "lint/reference tells how.\n\n_haul_commands=\"",
          to);
    for (size_t i = 1; i < command_count(); i++)
        fprintf(to, "%s%s", i == 1 ? "" : " ", command_at(i)->name);
    fputs("\"\n\n", to);
    values(to);
    options(to);
    operands(to);
    fputs(logic, to);
}
