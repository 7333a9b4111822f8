#ifndef CONTROL_KNOCK_H
#define CONTROL_KNOCK_H

#include "haul/error.h"

/* For a daemon that can't run because another one has the session's queue, though nobody answers at
 * the socket PATH: that one may have lost it. Asks it to make its socket again, and waits until it
 * answers: HAUL_OK. HAUL_E_NO_DAEMON: nobody has the queue. Otherwise the error tells who it is and
 * how to end it. Blocks for some seconds at the most. */
HAUL_CHECKED enum haul_err knock(const char *session, struct haul_error *err);

/* A moment, between two looks at what another process does. */
void knock_rest(void);

#endif
