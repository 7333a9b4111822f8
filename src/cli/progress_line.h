#ifndef CLI_PROGRESS_LINE_H
#define CLI_PROGRESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "cli/outcome.h"
#include "haul/engine.h"
#include "haul/snapshot.h"

/* The lines of progress as pure text: what happened in, a line out, appended to a buffer. A line
 * that does not fit the buffer's cap is left out as a whole. */

/* "done    debian.iso  3.7 GiB in 04:12, 15.0 MB/s". NOW is wall time in ms, for the next try. */
void progress_line_plain(struct strbuf *to, enum haul_happening what, const struct haul_item *item,
                         int64_t now);

/* {"event":"done","item":{…}}; EVENT is one of the names of DESIGN.md section 7. */
void progress_line_json(struct strbuf *to, const char *event, const struct haul_item *item);

/* The name of an event in JSON, or NULL for one that is not told. */
const char *progress_line_event(enum haul_happening what);

/* The terminal that a live line is for. */
struct progress_style {
    size_t columns;
    bool utf8;
};

/* One item's live line, as wide as the terminal less one column, without a line end. */
void progress_line_bar(struct strbuf *to, const struct haul_item *item,
                       const struct progress_style *style);

/* The line below: "3 of 20 done  8 running  48.2 MB/s  eta 04:12". */
void progress_line_total(struct strbuf *to, const struct haul_totals *totals,
                         const struct outcome *outcome, const struct progress_style *style);

/* "19 of 20 files complete, 1 failed; 1.2 GiB in 00:42, 29.3 MB/s". */
void progress_line_summary(struct strbuf *to, const struct outcome *outcome);
/* What failed besides the items, as a line of JSON. */
void progress_line_trouble_json(struct strbuf *to, const struct haul_error *err);

void progress_line_summary_json(struct strbuf *to, const struct outcome *outcome);

#endif
