#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

struct command;

/* Writes the help of COMMAND, or of haul as a whole for the screen, made from the tables. */
void help_print(const struct command *command, FILE *to);

#endif
