#ifndef CLI_LIST_LINE_H
#define CLI_LIST_LINE_H

#include <stddef.h>

#include "base/str.h"
#include "haul/snapshot.h"

/* The lines of `haul list` as pure text, each with its line end. COLUMNS 0 means as wide as it
 * takes. ID_COLUMNS is the width of the first column, from list_id_columns(). */

size_t list_id_columns(const struct haul_item *items, size_t count);
void list_line_head(struct strbuf *to, size_t id_columns);
void list_line_item(struct strbuf *to, const struct haul_item *item, int64_t now, size_t id_columns,
                    size_t columns);

/* "8 active, 142 queued, 2 failed; 48.2 MB/s, eta 04:12". */
void list_line_totals(struct strbuf *to, const struct haul_totals *totals, int64_t now);

#endif
