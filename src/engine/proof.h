#ifndef ENGINE_PROOF_H
#define ENGINE_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct transfer;

/* Proofs that a source sends the file of which something is here: it is asked for a sample of that.
 * One ends by itself and changes the state of its source; it is source->proof until then. */
struct proof;

/* The last bytes that are here, so many of them. */
#define PROOF_BYTES ((uint64_t)64 * 1024)

/* What the lead says of bytes that others brought. */
enum proof_verdict {
    PROOF_SAME,
    PROOF_OTHER,
    PROOF_UNKNOWN, /* it did not answer, or can't any more */
};

/* Is enough here to compare a source with? */
bool proof_possible(const struct transfer *transfer);
/* Begins with one, or looks again soon where too little is here. */
void proof_begin(struct transfer *transfer, struct source *source);
/* Compares LEN bytes at FROM, which are here, with what the lead has: doubts_answered() is told. */
void proof_confirm(struct transfer *transfer, struct source *lead, uint64_t from, size_t len);
/* For how long the source has been asked; 0 while it is not yet. */
uint64_t proof_waits(const struct proof *proof, uint64_t now);
/* Ends one early: nothing is known of its source then. */
void proof_drop(struct proof *proof);

#endif
