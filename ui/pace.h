#ifndef UI_PACE_H
#define UI_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* How often the screen may follow the downloads: a budget of bytes a second for frames that nobody
 * asked for. Pure; times are in ms. */

#define PACE_LOW 1000u /* bytes a second below which only what matters most moves */

struct pace {
    uint64_t rate; /* bytes a second; 0: no bound */
    int64_t tokens;
    uint64_t counted_at;
    uint64_t refused_at; /* when the terminal last had no room for a frame; 0: never */
};

void pace_init(struct pace *pace, uint64_t rate, uint64_t now);

/* The ms until the next frame may be painted. */
uint64_t pace_wait(struct pace *pace, uint64_t now);
/* A frame that nobody asked for cost that many bytes. */
void pace_spend(struct pace *pace, uint64_t now, uint64_t bytes);
/* The terminal had no room for a frame. */
void pace_refused(struct pace *pace, uint64_t now);
/* True when the budget is so low that only what matters most moves. */
bool pace_low(const struct pace *pace);
/* True while fewer columns should move. */
bool pace_sparing(const struct pace *pace, uint64_t now);

#endif
