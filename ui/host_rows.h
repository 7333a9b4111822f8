#ifndef UI_HOST_ROWS_H
#define UI_HOST_ROWS_H

#include "haul/client.h"

/* A copy of the hosts that the daemon told of last, and of what is asked for. */

struct host_rows {
    struct haul_hosts now;       /* its rows are ours */
    struct haul_hosts_view view; /* asked for last; its texts are ours */
    bool watching;
    bool loaded;        /* something came */
    bool fresh;         /* that answers the view */
    unsigned asks_open; /* not answered yet: what comes is of an older view */
};

void host_rows_take(struct host_rows *rows, const struct haul_hosts *hosts);
/* True when VIEW is another one than was asked for last; it is remembered then. */
bool host_rows_ask(struct host_rows *rows, const struct haul_hosts_view *view);
void host_rows_clear(struct host_rows *rows);

#endif
