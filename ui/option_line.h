#ifndef UI_OPTION_LINE_H
#define UI_OPTION_LINE_H

#include "haul/options.h"

/* Reads a line of options as a user types it, "-x 4 --limit 2M -o 'a name'", with the words and the
 * sentences of the command line. OPTIONS and SETTINGS get what it says. On failure they may have
 * got the first of it. A word that is no option is refused. */
HAUL_CHECKED enum haul_err option_line_read(const char *line, struct haul_options *options,
                                            struct haul_settings *settings, struct haul_error *err);

/* Splits a typed line as bash would. *RET_WORDS go to option_line_free(), also on failure. */
HAUL_CHECKED enum haul_err option_line_split(const char *line, char ***ret_words, size_t *ret_count,
                                             struct haul_error *err);
void option_line_free(char **words, size_t count); /* they may hold secrets */

#endif
