/* Prints the man page or the completion of a shell; assets/man and assets/completions hold what it
 * prints, and lint/reference sees to it that they are up to date. */

#include "reference.h"

#include <string.h>

#include "base/mem.h"

enum value_kind value_kind(const struct haul_option *option)
{
    if (option->type == HAUL_OPTION_FLAG)
        return VALUE_NONE;
    if (option->choices)
        return VALUE_CHOICE;
    if (strcmp(option->name, "reset") == 0)
        return VALUE_SETTING;
    if (option->is_path)
        return strcmp(option->value_name, "DIR") == 0 ? VALUE_FOLDER : VALUE_FILE;
    return VALUE_WORD;
}

size_t command_count(void)
{
    size_t count;

    (void)command_table(&count);
    return count + 1;
}

const struct command *command_at(size_t at)
{
    size_t count;

    return at == 0 ? command_screen() : &command_table(&count)[at - 1];
}

enum operand_kind operand_kind(const struct command *command)
{
    if (strcmp(command->name, "help") == 0)
        return OPERAND_COMMAND;
    if (strcmp(command->name, "move") == 0)
        return OPERAND_MOVE;
    return command->operands_max == 0 ? OPERAND_NONE : OPERAND_TEXT;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(FILE *to);
    } kinds[] = {
        {"man", print_man}, {"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

    for (size_t i = 0; argc == 2 && i < COUNT_OF(kinds); i++) {
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].print(stdout);
            return 0;
        }
    }
    fputs("usage: reference man|bash|zsh|fish\n", stderr);
    return 1;
}
