#ifndef UI_COMPLETION_H
#define UI_COMPLETION_H

#include <stddef.h>

/* What a line of words could go on to, and what it is about: from the tables of commands and
 * options. Reads folders where a folder is named, else pure. */

/* TEXT with its last word completed as far as all that fit agree, newly allocated. *ret_names gets
 * what fits, in one line, newly allocated; NULL: there is no choice. */
char *completion_go_on(const char *text, char **ret_names);

/* What is typed: the command's operands and what it does, or the commands that fit; newly
 * allocated. */
char *completion_usage(const char *text);

#endif
