#ifndef ENGINE_SAMPLE_H
#define ENGINE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "disk/state.h"

/* Comparing a sample of a partial with what a server has: for bytes that came from another link, or
 * that haul did not fetch, where no validator can tell. */

struct transfer;

struct sample_piece {
    uint64_t from, to; /* [from, to) */
};

#define SAMPLE_BYTES  ((uint64_t)64 * 1024) /* of a piece, at most */
#define SAMPLE_PIECES 6u

/* The pieces to compare, of what is here: its first bytes and its last, and some between them,
 * evenly. Everything when that is little. Returns how many. Pure. */
size_t sample_pieces(const struct disk_state *state, struct sample_piece pieces[SAMPLE_PIECES]);

/* The partial of TRANSFER is of another link, or of nobody known: true until that is settled. */
bool sample_is_needed(const struct transfer *transfer);
/* Begins to compare; once that is over the transfer goes on by itself. */
void sample_start(struct transfer *transfer);
/* Does the next step, from the transfer's. */
void sample_advance(struct transfer *transfer);
/* Once a second. */
void sample_watch(struct transfer *transfer, uint64_t now);
/* Ends it, wherever it is; no disk job may be under way. */
void sample_drop(struct transfer *transfer);

#endif
