#ifndef CLI_DAEMON_H
#define CLI_DAEMON_H

#include "config/args.h"
#include "haul/error.h"
#include "haul/log.h"

/* What `haul daemon` was told. Everything is borrowed for the call. */
struct daemon_args {
    const struct args *args; /* with what the configuration says */
    enum haul_log_level log_level;
    bool foreground; /* log to stderr instead of the session's haul.log */
};

/* Runs the session's daemon until it ends by itself, is told to stop (`haul stop`, SIGTERM, SIGINT)
 * or can't start. Returns the exit status: 0 after a clean end, 1 when it could not start; the
 * reason is then in the log, and told to the client that started it (through the file descriptor
 * that HAUL_READY_FD names, which is haul's own business: callers don't set it). */
int daemon_main(const struct daemon_args *args);

/* Tells that client, or without one the user, why no daemon can run, before there is a log. Returns
 * the exit status. */
int daemon_refuse(const struct haul_error *err);

#endif
