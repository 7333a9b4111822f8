#ifndef CONTROL_FOLLOW_LOG_H
#define CONTROL_FOLLOW_LOG_H

#include <jansson.h>

#include "control/view.h"
#include "haul/log.h"

/* The daemon's log as a client sees it: the lines in memory, with the names of the items that they
 * are about. */
struct log_look {
    uint64_t after; /* only lines behind that number */
    enum haul_log_level level;
    size_t most;
};

/* {"last": …, "lines": […]}, oldest first; ->after is then that of the newest line. With NEW, NULL
 * when there is no line. */
json_t *log_look(struct log_look *look, const struct view_source *source, bool only_new);

#endif
