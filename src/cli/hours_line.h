#ifndef CLI_HOURS_LINE_H
#define CLI_HOURS_LINE_H

#include "haul/snapshot.h"

/* The hours of the schedule in words. Pure, but for the time zone. */

#define HOURS_LINE_SIZE 128

/* What holds instead of what was set: "no downloads before 22:00", "2.0 MB/s, 2 jobs until 22:00";
 * "": nothing does. */
const char *hours_line(const struct haul_totals *totals, int64_t now, char buf[HOURS_LINE_SIZE]);

/* Why ITEM does not start: "no downloads before 22:00"; "": not because of the hours. */
const char *hours_line_item(const struct haul_item *item, int64_t now, char buf[HOURS_LINE_SIZE]);

#endif
