#ifndef BASE_ALARM_H
#define BASE_ALARM_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "haul/error.h"

/* Rings when the wall clock shows a time: also when that passed while the machine slept, and at
 * once when somebody sets the clock, so whoever asked looks at the time anew. Nothing wakes in
 * between. */

struct alarm {
    uv_poll_t poll;
    int fd;
    int64_t when; /* ms since 1970; INT64_MAX: it is off */
    void (*ring)(struct alarm *alarm);
};

HAUL_CHECKED enum haul_err alarm_init(struct alarm *alarm, uv_loop_t *loop,
                                      void (*ring)(struct alarm *alarm), struct haul_error *err);

/* From now on for WHEN; INT64_MAX: never. It is off after it rang. */
void alarm_set(struct alarm *alarm, int64_t when);

/* CLOSED gets the poll handle, whose data is the caller's. */
void alarm_close(struct alarm *alarm, uv_close_cb closed);

#endif
