#ifndef UI_SCRIPT_H
#define UI_SCRIPT_H

#include <stdbool.h>

#include "haul/error.h"
#include "ui/input.h"

/* Drives the screen from a file (HAUL_SCRIPT), for tests. A line is keys to type, with names in
 * angle brackets ("jj<Enter>"), or one of
 *     :dump-screen FILE   writes what is on the screen, as text
 *     :paste-file FILE    pastes what is in FILE
 * Empty lines and lines that begin with # do nothing. */

struct script;

/* EVENTS get what the script types. */
HAUL_CHECKED enum haul_err script_open(const char *path, const struct input_events *events,
                                       struct script **ret_script, struct haul_error *err);
void script_free(struct script *script); /* NULL is fine */

/* Does the next line; false at the end. Call it when the screen shows all that was asked for. */
bool script_step(struct script *script);

#endif
