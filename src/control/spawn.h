#ifndef CONTROL_SPAWN_H
#define CONTROL_SPAWN_H

#include "haul/error.h"

/* Names the file descriptor on which a daemon tells who started it that it is ready. */
#define SPAWN_READY_ENV "HAUL_READY_FD"

/* In the environment of a client that only asks: a daemon that is started for it holds its queue
 * (haul_engine_hold). */
#define SPAWN_HOLD_ENV "HAUL_HOLD"

/* Sees to it that a daemon answers in SESSION: starts one unless there is one by now, and waits
 * until it is ready. Two callers at once start one daemon. Blocks, for seconds when things go
 * wrong: not for the loop's thread. */
HAUL_CHECKED enum haul_err spawn_daemon(const char *session, struct haul_error *err);

/* Makes a copy of this process that goes on as a daemon, away from terminal and folder, before it
 * has threads or descriptors of its own. There *ret_fd is what spawn_tell() needs. Here it is -1,
 * and the call waits until the copy is ready; its failure is this call's. */
HAUL_CHECKED enum haul_err spawn_copy(const char *session, int *ret_fd, struct haul_error *err);

/* The daemon's side: takes the descriptor out of the environment, -1 when there is none. */
int spawn_ready_fd(void);
/* Tells that it is ready (ERR NULL) or why it can't be, and closes FD. -1 is fine. */
void spawn_tell(int fd, const struct haul_error *err);

#endif
