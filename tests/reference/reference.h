#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include <stdio.h>

#include "config/commands.h"
#include "haul/options.h"

/* The man page and the completions, made from the tables of options, commands and keys. */

void print_man(FILE *to);
void print_bash(FILE *to);
void print_zsh(FILE *to);
void print_fish(FILE *to);

/* What may follow an option. */
enum value_kind {
    VALUE_NONE,
    VALUE_FOLDER,
    VALUE_FILE,
    VALUE_CHOICE,
    VALUE_SETTING, /* the name of an option of the session */
    VALUE_WORD,    /* anything */
};

enum value_kind value_kind(const struct haul_option *option);

/* The commands as a shell's completion sees them: the screen first, as "". */
size_t command_count(void);
const struct command *command_at(size_t at);

/* What an operand of COMMAND may be, besides text. */
enum operand_kind {
    OPERAND_NONE,
    OPERAND_TEXT,
    OPERAND_COMMAND, /* of help */
    OPERAND_MOVE,    /* of move: where to */
};

enum operand_kind operand_kind(const struct command *command);

#define MOVE_WORDS "up down top bottom"

#endif
