#ifndef ENGINE_UPLOAD_H
#define ENGINE_UPLOAD_H

#include "engine/transfer_inside.h"
#include "net/multi.h"

/* Inside of the room: an item that sends a file (--upload) instead of fetching one. */

/* Out of the slot: opens the file, then sends it. */
void upload_begin(struct transfer *transfer);
/* The next bytes for the request of SEGMENT; what segment_limit_wait() is about is the caller's. */
HAUL_CHECKED enum net_body upload_read(struct transfer *transfer, char *to, size_t size,
                                       size_t *ret_len);
/* The request begins anew, with the first byte. */
void upload_rewind(struct transfer *transfer);
/* A piece of the answer, of which nothing is kept: false when it is longer than anybody would read.
 */
HAUL_CHECKED bool upload_skip(struct transfer *transfer, size_t len);
/* The answer is here: why it does not count all the same, or OK. */
void upload_judge(const struct transfer *transfer, struct haul_error *ret_err);
/* GOAL_FINISH: is the file still the one that was sent? Ends in transfer_over(). */
void upload_finish(struct transfer *transfer);
/* Closes the file; false while a worker is at it, which asks for attention later. */
HAUL_CHECKED bool upload_drop(struct transfer *transfer);

#endif
