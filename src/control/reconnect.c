/* When a line that dropped is tried again, and when a silent one is believed dead. Pure.
 *
 * A line that breaks as soon as it stands is a failure like one that never came to be, so that two
 * machines do not call each other every second for ever. */

#include "control/reconnect.h"

#include <stdlib.h>

#include "base/mem.h"

#define PULSE_SECONDS     10u
#define PULSE_SECONDS_MAX 3600u

void reconnect_init(struct reconnect *reconnect, const struct clock *clock)
{
    *reconnect = (struct reconnect){.clock = clock};
}

void reconnect_made(struct reconnect *reconnect)
{
    reconnect->stands = true;
    reconnect->stands_since = clock_ticks(reconnect->clock);
}

uint64_t reconnect_failed(struct reconnect *reconnect)
{
    uint64_t most;

    if (reconnect->stands &&
        clock_ticks(reconnect->clock) - reconnect->stands_since >= RECONNECT_GOOD_MS)
        reconnect->tries = 0;
    reconnect->stands = false;
    most = RECONNECT_FIRST_MS;
    for (unsigned i = 0; i < reconnect->tries && most < RECONNECT_MAX_MS; i++)
        most *= 2;
    most = MIN(most, RECONNECT_MAX_MS);
    reconnect->tries++;
    return most / 2 + clock_chance(reconnect->clock) % (most / 2 + 1);
}

enum pulse_step pulse_look(struct pulse *pulse, uint64_t moved)
{
    bool quiet = moved == pulse->seen;

    pulse->seen = moved;
    if (quiet)
        return pulse->asked ? PULSE_DEAD : PULSE_ASK;
    pulse->asked = false;
    return PULSE_ALIVE;
}

void pulse_asked(struct pulse *pulse, uint64_t moved)
{
    pulse->seen = moved;
    pulse->asked = true;
}

unsigned pulse_seconds(const char *text)
{
    char *end;
    unsigned long seconds;

    if (!text || text[0] < '0' || text[0] > '9')
        return PULSE_SECONDS;
    seconds = strtoul(text, &end, 10);
    return *end != '\0' || seconds > PULSE_SECONDS_MAX ? PULSE_SECONDS : (unsigned)seconds;
}
