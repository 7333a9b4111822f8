#ifndef CLI_HISTORY_LINE_H
#define CLI_HISTORY_LINE_H

#include <stddef.h>

#include "base/str.h"
#include "haul/snapshot.h"

/* The lines of `haul history` as pure text, each with its line end. COLUMNS is the width of the
 * terminal, 0: as wide as it takes. */

/* The width of the column of names, for entries that are shown together. */
size_t history_name_columns(const struct haul_past *entries, size_t count, size_t columns);

void history_line_head(struct strbuf *to, size_t name_columns);
void history_line_entry(struct strbuf *to, const struct haul_past *past, size_t name_columns,
                        size_t columns);

#endif
