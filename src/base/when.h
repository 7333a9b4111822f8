#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fmt.h"

/* Points of time as people write them, in the time zone of the process (TZ):
 *
 *     now                        0
 *     +90s  +2h  +1h30m  +3d     from now on
 *     22:00  06:30:15            the next time that the clock shows it
 *     today 22:00  tomorrow 6:30  fri 18:00
 *     2026-12-01 02:00           that day; without a time its first second
 *     2026-12-01T02:00:00Z       ISO 8601, with Z or an offset like +02:00
 *
 * A time that the clock skips in spring, or shows twice in autumn, is what mktime() makes of it. */

/* NOW and *ret_when are ms since 1970. False: it is none of these, and *ret_wrong, when it is not
 * NULL, says what, to follow what was written in a sentence. */
HAUL_CHECKED bool when_parse(const char *text, int64_t now, int64_t *ret_when,
                             const char **ret_wrong);

/* "22:00" today, "tomorrow 06:30", "Fri 18:00" within a week, else "2026-12-01 02:00"; with seconds
 * when there are some. */
#define WHEN_SIZE 32
const char *when_text(int64_t when, int64_t now, char buf[WHEN_SIZE]);
/* The same for the middle of a sentence: "at 22:00", "tomorrow 06:30", "on 2026-12-01 02:00". */
const char *when_phrase(int64_t when, int64_t now, char buf[WHEN_SIZE]);

/* The parts that other forms are made of: each takes its own off the front of *at. */
struct when_clock {
    int hour, minute, second;
};

/* "22:00", "6:30:15"; with MIDNIGHT "24:00" too. */
HAUL_CHECKED bool when_take_clock(const char **at, bool midnight, struct when_clock *ret_clock);
/* "Mon", "monday" in any case: 0 is Sunday. */
HAUL_CHECKED bool when_take_weekday(const char **at, int *ret_day);

#endif
