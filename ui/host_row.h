#ifndef UI_HOST_ROW_H
#define UI_HOST_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fmt.h"
#include "haul/snapshot.h"
#include "haul/types.h"
#include "ui/row.h"

/* One row of the hosts: which columns a width has room for, and what a host says in them. Pure. */

enum host_column {
    HOST_NAME,
    HOST_USE, /* connections of those it may have: "4/16" */
    HOST_RATE,
    HOST_ITEMS,
    HOST_ACTIVE,
    HOST_WAITING, /* queued ones too */
    HOST_DONE,
    HOST_FAILED,
    HOST_NOTE, /* what is special: its back-off, what it allows */
    HOST_COLUMN_COUNT
};

/* Depends on the width alone, so nothing jumps when hosts change. */
struct host_layout {
    struct row_column mark;
    struct row_column columns[HOST_COLUMN_COUNT]; /* of width 0: no room for it */
};

#define HOST_TEXT_SIZE 96

/* Fields that do not apply are "". */
struct host_text {
    const char *mark;
    enum row_tone tone; /* of the mark */
    char columns[HOST_COLUMN_COUNT][HOST_TEXT_SIZE];
    enum row_tone tones[HOST_COLUMN_COUNT];
};

void host_layout(int width, struct host_layout *ret_layout);

/* What is not in LAYOUT and matters is said in a column that is. The name is the host's own, not in
 * the text. */
void host_text(const struct haul_host *host, const struct host_layout *layout, bool ascii,
               struct host_text *ret_text);

struct host_heading {
    const char *text;
    enum haul_host_sort sort;
    bool right; /* it stands at the right of its column */
};

struct host_heading host_heading(enum host_column column);

#endif
