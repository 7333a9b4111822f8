#ifndef CONFIG_SCHEDULE_H
#define CONFIG_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"

/* What holds at which hours, as the section [schedule] of a configuration says it:
 *
 *     [schedule]
 *     mon-fri 08:00-18:00 = off              nothing starts, what runs is halted
 *     22:00-06:00         = full             as at other times
 *     sat,sun             = 4M, 2 jobs       all day
 *     else                = 2M
 *
 * The first line that fits counts, `else` fits always, and where none fits all is as at other
 * times. Hours are those of the clock on the wall, in the time zone of the process (TZ), also on
 * the days on which that is set: hours that it shows twice are meant twice. Hours over midnight
 * belong to the day on which they begin. Pure, but for the time zone. */

struct schedule;

/* What a line wants. All of it 0: that nothing is different. */
struct schedule_effect {
    bool off;
    uint64_t limit; /* bytes per second over all, 0: says nothing on it */
    uint64_t jobs;  /* items at once, 0: says nothing on it */
};

struct schedule_now {
    struct schedule_effect effect;
    size_t line;   /* of the file that it is from; 0: none fits */
    int64_t until; /* when the effect is another one, ms since 1970; INT64_MAX: never */
};

struct schedule *schedule_new(void); /* without a line */
void schedule_free(struct schedule *schedule);
struct schedule *schedule_copy(const struct schedule *schedule);

/* Appends a line of the file: WHEN = THEN. On failure nothing is appended, and the sentence tells
 * what to write. */
HAUL_CHECKED enum haul_err schedule_add(struct schedule *schedule, const char *when,
                                        const char *then, size_t line, struct haul_error *err);

/* What holds at NOW, ms since 1970. */
void schedule_look(const struct schedule *schedule, int64_t now, struct schedule_now *ret_now);

#endif
