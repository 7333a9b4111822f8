#ifndef CONTROL_BRIDGE_H
#define CONTROL_BRIDGE_H

#include "haul/error.h"

/* Joins standard input and output to the daemon of SESSION, which is started when none runs, until
 * either side ends. Blocks. An error is one that came before any byte went through. */
HAUL_CHECKED enum haul_err bridge_run_session(const char *session, struct haul_error *err);

#endif
