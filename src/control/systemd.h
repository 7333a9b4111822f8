#ifndef CONTROL_SYSTEMD_H
#define CONTROL_SYSTEMD_H

#include <stdint.h>

#include "haul/error.h"

/* A service manager's side of a daemon: the socket that it made, and what it wants to be told.
 * Speaks sd_notify(3) and sd_listen_fds(3) as they are documented, without their library. */

struct systemd {
    char *notify;         /* "/path" or "@name" to tell; NULL: nobody wants to know */
    uint64_t watchdog_ms; /* a sign of life is wanted at least this often, 0: none */
};

/* Takes what concerns this process out of the environment, so that no child of it believes to be
 * meant. */
void systemd_init(struct systemd *systemd);
void systemd_fini(struct systemd *systemd);

/* The listening socket that was handed over, -1 when none was. It must be the one at PATH: anything
 * else is HAUL_E_SOCKET. Call it once. */
HAUL_CHECKED enum haul_err systemd_socket(const char *path, int *ret_fd, struct haul_error *err);

/* Tells STATE: "READY=1", several lines. What can't be told is logged. */
void systemd_tell(const struct systemd *systemd, const char *state);

/* Tells that the configuration is being read; "READY=1" ends it. */
void systemd_tell_reloading(const struct systemd *systemd);

#endif
