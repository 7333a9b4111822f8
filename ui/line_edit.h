#ifndef UI_LINE_EDIT_H
#define UI_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "ui/input.h"

/* A line that is being typed: pure data. The text is always clean UTF-8, and the cursor stands on a
 * character's first byte. */

struct line_edit {
    struct strbuf text;
    size_t cursor; /* in bytes */
};

void line_edit_init(struct line_edit *edit, size_t cap);
void line_edit_fini(struct line_edit *edit);

/* Replaces all; the cursor goes to the end. */
void line_edit_set(struct line_edit *edit, const char *text);
const char *line_edit_text(const struct line_edit *edit);

/* Puts TEXT, which is made clean, before the cursor. What is over the cap is left out as a whole.
 */
void line_edit_insert(struct line_edit *edit, const char *text);

/* True when KEY meant something here (also when it had nothing to do). */
bool line_edit_key(struct line_edit *edit, const struct input_key *key);

/* What is seen through a window of COLUMNS: *ret_start is the first byte shown, *ret_column the
 * cursor's column in the window. */
void line_edit_window(const struct line_edit *edit, size_t columns, size_t *ret_start,
                      size_t *ret_column);

#endif
