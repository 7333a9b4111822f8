#ifndef ENGINE_SPEED_H
#define ENGINE_SPEED_H

#include <stdbool.h>
#include <stdint.h>

/* A smoothed rate. Embedded; all zero is "nothing came yet". Times are the ticks of base/clock.h in
 * ms and never go back (one that does counts as the last one). */
struct speed {
    uint64_t begun;   /* when the measured time began */
    uint64_t updated; /* when BYTES was last brought up to date */
    uint64_t heard;   /* when bytes last came */
    double bytes;     /* what came, the older the lighter */
    bool running;
};

/* Forgets everything; what comes is measured from now on. Without it the first bytes begin. */
void speed_start(struct speed *speed, uint64_t now);
void speed_add(struct speed *speed, uint64_t now, uint64_t bytes);
/* What came counts FACTOR as much: where it is held to less from now on, its past is no measure. */
void speed_scale(struct speed *speed, double factor);
/* Bytes per second; 0 after ten seconds of silence. */
uint64_t speed_rate(const struct speed *speed, uint64_t now);
/* Seconds until LEFT bytes are here at this rate, rounded up; -1 when nothing comes. */
int64_t speed_eta(const struct speed *speed, uint64_t now, uint64_t left);

#endif
