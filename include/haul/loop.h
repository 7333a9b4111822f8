#ifndef HAUL_LOOP_H
#define HAUL_LOOP_H

#include "haul/attr.h"
#include "haul/error.h"

/* The event loop of a process: one, on the thread that made it. Engine, client and screen hang on
 * it; which library drives it is nobody's business outside (base/loop.h hands out the inside). */
struct haul_loop;

HAUL_CHECKED enum haul_err haul_loop_new(struct haul_loop **ret_loop, struct haul_error *err);

/* Closes what is left, runs the loop until all close callbacks have come, frees it. NULL is fine.
 */
void haul_loop_free(struct haul_loop *loop);

/* Runs until haul_loop_stop() or until nothing is left to wait for. */
void haul_loop_run(struct haul_loop *loop);
void haul_loop_stop(struct haul_loop *loop);

#endif
