#ifndef CONTROL_ENDPOINT_H
#define CONTROL_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/error.h"

/* Where a session's daemon is met: a socket and two lock files in the runtime folder. */

/* "<runtime dir>/<session>.sock", the caller's. HAUL_E_SOCKET when the folder can't be trusted or
 * the path is too long for a socket. */
HAUL_CHECKED enum haul_err endpoint_path(const char *session, char **ret_path,
                                         struct haul_error *err);

enum endpoint_lock {
    ENDPOINT_LIFE,  /* held by the daemon as long as it lives */
    ENDPOINT_START, /* held by the client that is starting a daemon */
};

/* Opens and locks; *ret_fd holds the lock until it is closed. With WAIT it blocks, else a lock that
 * is taken is HAUL_E_BUSY. */
HAUL_CHECKED enum haul_err endpoint_lock(const char *session, enum endpoint_lock which, bool wait,
                                         int *ret_fd, struct haul_error *err);

/* True when somebody accepts connections at PATH. */
bool endpoint_answers(const char *path);

/* A connection to the daemon at PATH, blocking; HAUL_E_NO_DAEMON when there is none. Refused when
 * it is another user's. */
HAUL_CHECKED enum haul_err endpoint_connect(const char *path, int *ret_fd, struct haul_error *err);

/* HAUL_OK when the process at the other end of the connected socket FD belongs to our user. */
HAUL_CHECKED enum haul_err endpoint_check_peer(int fd, struct haul_error *err);

/* A listening socket at PATH with mode 0600, non-blocking. A socket that nobody answers is taken
 * away first; the caller holds ENDPOINT_LIFE. */
HAUL_CHECKED enum haul_err endpoint_listen(const char *path, int *ret_fd, struct haul_error *err);

/* Which file is at PATH; all zero: none is. */
struct endpoint_mark {
    uint64_t device, number;
};

struct endpoint_mark endpoint_mark(const char *path);
bool endpoint_same(const struct endpoint_mark *a, const struct endpoint_mark *b);

/* True when FD, from endpoint_lock(), is the session's lock file as it is found now. */
bool endpoint_has_lock(const char *session, int fd);

/* Takes the socket away: clients find nobody from now on. */
void endpoint_remove(const char *path);

/* Another descriptor for what FD is; -1 with errno. */
int endpoint_twin(int fd);

/* /dev/null, for the standard descriptors of a daemon; -1 with errno. */
int endpoint_null(void);

#endif
