#ifndef UI_HEADER_H
#define UI_HEADER_H

#include "ui/bindings.h"
#include "ui/cells.h"
#include "ui/hosts_view.h"
#include "ui/list_view.h"
#include "ui/model.h"

/* The lines above and below the list. */

/* " haul  default@box  ▼ 48.2 MB/s ▂▃▅▆  eta 04:12  8/8 jobs  142 queued …": as much of it as fits,
 * the more telling first. */
void header_paint(const struct cells *cells, int y, const struct model *model);

/* " [All] Active Queued Done Failed Hosts     sort: queue   / iso". HOSTS: NULL while the list is
 * looked at. */
void header_paint_tabs(const struct cells *cells, int y, const struct list_view *list,
                       const struct hosts_view *hosts);

struct row_column;
/* The heading of a column on a rule; the one that is sorted by has an arrow. A click on it
 * sorts by SORT. */
void header_paint_heading(const struct cells *cells, int y, const struct row_column *column,
                          const char *text, bool right, bool sorted, bool descending,
                          unsigned sort);

/* The columns of the list, WIDTH wide, on the rule above it; the one it is sorted by is marked. */
void header_paint_columns(const struct cells *cells, int y, int width,
                          const struct list_view *list);

/* The same rule where the details cover the list: which of how many they are of. */
void header_paint_details(const struct cells *cells, int y, int width,
                          const struct list_view *list);
/* " a add  p pause  x cancel …  ? help  q quit" from the key table. */
/* ONLY_LOOKS: without those that change anything. */
void header_paint_keys(const struct cells *cells, int y, const struct bindings *bindings,
                       enum keymap_place place, bool only_looks);

/* All that a screen too small for anything else says. */
void header_paint_tiny(const struct cells *cells, const struct model *model);

#endif
