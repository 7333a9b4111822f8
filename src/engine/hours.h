#ifndef ENGINE_HOURS_H
#define ENGINE_HOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/schedule.h"
#include "engine/lane.h"
#include "haul/options.h"
#include "haul/snapshot.h"

struct haul_engine;
struct item;

/* The hours of the day: what the schedule wants now, and what follows from it. Points of time are
 * ms since 1970. */

struct hours {
    struct schedule *schedule; /* NULL: there is none */
    struct schedule_effect now;
    int64_t until;      /* when ->now is another one, INT64_MAX: never */
    uint64_t limit;     /* bytes per second that hold now, 0: none; */
    uint64_t jobs;      /* and items at once: of the settings and the schedule together */
    struct lane closed; /* queued items that wait for hours in which they may start */
};

void hours_init(struct hours *hours, struct lanes *lanes);
void hours_fini(struct hours *hours);

/* Makes a time of a `skip` in a change of settings: the schedule counts from its next change on. */
void hours_settle(const struct haul_engine *engine, struct haul_settings *change);

/* Looks at the clock, the settings and the schedule, which may all have changed: what is to run no
 * longer is halted and queued again, what may start now is let go. The limit is only worked out. */
void hours_follow(struct haul_engine *engine);

/* True for a queued item that nothing but the hours, or they too, keep from starting. */
HAUL_CHECKED bool hours_hold(const struct haul_engine *engine, const struct item *item);

/* What the hours have to do with an item and the session, for people. */
void hours_tell_item(const struct haul_engine *engine, const struct item *item,
                     struct haul_item *snapshot);
void hours_tell_totals(const struct haul_engine *engine, struct haul_totals *totals);

#endif
