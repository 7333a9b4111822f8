#ifndef CONTROL_RECONNECT_H
#define CONTROL_RECONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* When a line that dropped is tried again, and when a silent one is believed dead. Pure: time and
 * chance come from a clock, bytes from the caller. */

#define RECONNECT_FIRST_MS 1000u  /* the first wait at the most, doubled for each failure */
#define RECONNECT_MAX_MS   30000u /* the longest wait */
#define RECONNECT_GOOD_MS  30000u /* a line that lasted so long is a good one: it begins anew */

struct reconnect {
    const struct clock *clock;
    unsigned tries; /* failures in a row */
    bool stands;
    uint64_t stands_since; /* ticks */
};

void reconnect_init(struct reconnect *reconnect, const struct clock *clock);
/* There is a line. */
void reconnect_made(struct reconnect *reconnect);
/* It dropped, or came to nothing: how long to wait, in ms, with chance in it, so that the clients
 * of a machine that comes back do not all come at once. */
uint64_t reconnect_failed(struct reconnect *reconnect);

/* The pulse of a line: looked at from time to time, it tells what silence means. */
struct pulse {
    uint64_t seen; /* bytes that moved, when it was last looked at */
    bool asked;
};

enum pulse_step {
    PULSE_ALIVE,
    PULSE_ASK,  /* nothing moved since the last look: ask the other side for a sign */
    PULSE_DEAD, /* nor did it answer */
};

/* MOVED counts the bytes that came and those that the line took. */
enum pulse_step pulse_look(struct pulse *pulse, uint64_t moved);
/* The question was sent, and is no sign of life: MOVED counts it already. */
void pulse_asked(struct pulse *pulse, uint64_t moved);

/* Seconds between two looks, as the user says it in TEXT: 0 to 3600, 0 for never; what makes no
 * sense, or NULL, is the usual. */
unsigned pulse_seconds(const char *text);

#endif
