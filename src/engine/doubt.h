#ifndef ENGINE_DOUBT_H
#define ENGINE_DOUBT_H

#include <stdbool.h>

#include "engine/proof.h"

struct segment;
struct transfer;

/* What is here of a file of several sources that its lead did not send: bytes of others, and what
 * an earlier run left. That a source was proven by a sample says nothing of what it sends behind
 * it, so the last bytes of each answer are compared with what the lead has before the file gets its
 * name. From where on two versions of a file differ they mostly differ to the end. */
struct doubts;

/* There is nothing of the file, or the transfer ends. */
void doubts_clear(struct transfer *transfer);
/* What was found of the file is another run's. */
void doubts_add_found(struct transfer *transfer);
/* SEGMENT has brought what it brought. */
void doubts_add(struct transfer *transfer, const struct segment *segment);

/* All bytes are here. True: the file has to wait for an answer, or begins anew. False: nothing
 * speaks against it. */
bool doubts_remain(struct transfer *transfer);
/* The lead could not be asked after all: another time. */
void doubts_put_back(struct transfer *transfer);
/* The lead's answer. */
void doubts_answered(struct transfer *transfer, enum proof_verdict verdict);

#endif
