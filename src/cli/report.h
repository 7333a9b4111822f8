#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stddef.h>

#include "haul/attr.h"
#include "haul/error.h"

/* What every command says on standard error, in one voice: "haul: sentence". */

/* Tells what went wrong and returns the exit status for it. */
int report_error(const struct haul_error *err);

/* The same for a command line that is not understood, with the way to the help. COMMAND is "" for
 * the screen. */
int report_usage(const char *command, const struct haul_error *err);

/* Columns of the terminal that standard output is; 0: it is none. */
size_t report_columns(void);

void report_note(const char *format, ...) HAUL_PRINTF(1, 2);

/* Flushes standard output. Returns STATUS, or the status of a disk error when the output could not
 * be written: a script must not take half an answer for a whole one. */
int report_written(int status);

#endif
