/* A service manager's side of a daemon.
 *
 * The protocol is a datagram with lines to the socket that $NOTIFY_SOCKET names, and descriptors
 * from 3 on that $LISTEN_FDS counts. Variables that are meant for another process ($LISTEN_PID,
 * $WATCHDOG_PID) are none of ours.
 */
#include "control/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "haul/log.h"

#define FIRST_FD 3

/* The variable as a number; false when it is not one. */
static bool number_of(const char *variable, uint64_t *ret_number)
{
    const char *value = getenv(variable);

    return value && str_to_u64(value, ret_number, NULL);
}

static bool means_us(const char *variable)
{
    uint64_t pid;

    return number_of(variable, &pid) && pid == (uint64_t)getpid();
}

void systemd_init(struct systemd *systemd)
{
    const char *notify = getenv("NOTIFY_SOCKET");
    uint64_t interval;

    *systemd = (struct systemd){0};
    if (notify && (notify[0] == '/' || notify[0] == '@') && notify[1] != '\0')
        systemd->notify = xstrdup(notify);
    if (systemd->notify && number_of("WATCHDOG_USEC", &interval) &&
        (!getenv("WATCHDOG_PID") || means_us("WATCHDOG_PID")))
        systemd->watchdog_ms = MAX(interval / 1000, 1);
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

void systemd_fini(struct systemd *systemd)
{
    free(systemd->notify);
    *systemd = (struct systemd){0};
}

/* Where a socket listens; "" when it is no listening stream of AF_UNIX. */
static void path_of(int fd, char *buffer, size_t size)
{
    struct sockaddr_un address = {0};
    socklen_t len = sizeof address, option_len = sizeof(int);
    int listens = 0, type = 0;

    buffer[0] = '\0';
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 || address.sun_family != AF_UNIX ||
        len <= offsetof(struct sockaddr_un, sun_path))
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &option_len) != 0 || !listens ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &option_len) != 0 || type != SOCK_STREAM)
        return;
    (void)snprintf(buffer, size, "%.*s", (int)sizeof address.sun_path, address.sun_path);
}

static enum haul_err take_socket(const char *path, uint64_t count, struct haul_error *err)
{
    char found[sizeof((struct sockaddr_un *)NULL)->sun_path + 1];

    if (count != 1)
        return haul_fail(err, HAUL_E_SOCKET, "the service has %ju sockets; it needs one, at %s",
                         (uintmax_t)count, path);
    path_of(FIRST_FD, found, sizeof found);
    if (strcmp(found, path) != 0)
        return haul_fail(err, HAUL_E_SOCKET,
                         "the service's socket is at \"%s\"; write: ListenStream=%s", found, path);
    if (fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(FIRST_FD, F_SETFL, fcntl(FIRST_FD, F_GETFL) | O_NONBLOCK) != 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't use the service's socket");
    return HAUL_OK;
}

enum haul_err systemd_socket(const char *path, int *ret_fd, struct haul_error *err)
{
    uint64_t count;
    bool given = number_of("LISTEN_FDS", &count) && count > 0 && means_us("LISTEN_PID");
    enum haul_err code = given ? take_socket(path, count, err) : HAUL_OK;

    if (code == HAUL_OK)
        *ret_fd = given ? FIRST_FD : -1;
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDNAMES");
    return code;
}

void systemd_tell(const struct systemd *systemd, const char *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = systemd->notify ? strlen(systemd->notify) : 0;
    int fd;

    if (len == 0 || len >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, systemd->notify, len);
    if (address.sun_path[0] == '@') /* a name that is in no file system */
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
        LOG_WARN(daemon, "the service manager can't be told %s: %s", state, strerror(errno));
    if (fd >= 0)
        close(fd);
}

void systemd_tell_reloading(const struct systemd *systemd)
{
    struct timespec now;
    char *state;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    state = xasprintf("RELOADING=1\nMONOTONIC_USEC=%ju",
                      (uintmax_t)now.tv_sec * 1000000 + (uintmax_t)now.tv_nsec / 1000);
    systemd_tell(systemd, state);
    free(state);
}
