/* The files by which clients find a session's daemon: the only file of this room that makes and
 * removes any.
 *
 * <session>.sock is the socket. <session>.lock is locked by the daemon for its whole life, so a
 * socket that nobody answers, met by the holder of that lock, is left over from a crash and may be
 * removed. <session>.start is locked by a client while it starts a daemon. Lock files are never
 * removed: a lock on a file that has lost its name excludes nobody. */

#include "control/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

#define BACKLOG 128

/* "<runtime dir>/<session><suffix>", the caller's; NULL with *ret_code when there can be none. */
static char *file_path(const char *session, const char *suffix, enum haul_err *ret_code,
                       struct haul_error *err)
{
    char *dir = NULL;
    char *path;

    if (!path_session_ok(session)) {
        *ret_code = haul_fail(err, HAUL_E_USAGE, "\"%s\" can't be the name of a session", session);
        return NULL;
    }
    *ret_code = path_runtime_dir(&dir, err);
    if (*ret_code != HAUL_OK)
        return NULL;
    path = xasprintf("%s/%s%s", dir, session, suffix);
    free(dir);
    return path;
}

enum haul_err endpoint_path(const char *session, char **ret_path, struct haul_error *err)
{
    enum haul_err code;
    char *path = file_path(session, ".sock", &code, err);

    if (!path)
        return code;
    if (strlen(path) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        code =
            haul_fail(err, HAUL_E_SOCKET,
                      "%s is too long for a socket; set XDG_RUNTIME_DIR to a shorter folder", path);
        free(path);
        return code;
    }
    *ret_path = path;
    return HAUL_OK;
}

enum haul_err endpoint_lock(const char *session, enum endpoint_lock which, bool wait, int *ret_fd,
                            struct haul_error *err)
{
    enum haul_err code;
    char *path = file_path(session, which == ENDPOINT_LIFE ? ".lock" : ".start", &code, err);
    int fd, status;

    if (!path)
        return code;
    fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't open the lock file %s", path);
        goto out;
    }
    do
        status = flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
    while (status != 0 && errno == EINTR);
    if (status == 0) {
        *ret_fd = fd;
        goto out;
    }
    if (errno == EWOULDBLOCK)
        code = haul_fail(err, HAUL_E_BUSY, "%s is locked by another haul", path);
    else
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't lock %s", path);
    close(fd);
out:
    free(path);
    return code;
}

/* The caller has checked that PATH fits. */
static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)str_copy(address.sun_path, sizeof address.sun_path, path);
    return address;
}

static int new_socket(int flags)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
}

bool endpoint_answers(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = new_socket(SOCK_NONBLOCK);
    bool answers;

    if (fd < 0)
        return false;
    /* EAGAIN: there is a listener, only busy. */
    answers = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
    close(fd);
    return answers;
}

enum haul_err endpoint_check_peer(int fd, struct haul_error *err)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't tell who is at the other end");
    if (peer.uid != geteuid())
        return haul_fail(err, HAUL_E_SOCKET, "the other end belongs to user %u",
                         (unsigned)peer.uid);
    return HAUL_OK;
}

enum haul_err endpoint_connect(const char *path, int *ret_fd, struct haul_error *err)
{
    struct sockaddr_un address = address_of(path);
    int fd = new_socket(0);
    enum haul_err code = HAUL_OK;

    if (fd < 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't make a socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;

        code = haul_fail_errno(err, nobody ? HAUL_E_NO_DAEMON : HAUL_E_SOCKET, errno,
                               "can't connect to the daemon at %s", path);
    } else {
        code = endpoint_check_peer(fd, err);
    }
    if (code == HAUL_OK)
        *ret_fd = fd;
    else
        close(fd);
    return code;
}

/* Removes a socket of a daemon that died; refuses anything else at PATH. */
static enum haul_err clear_stale(const char *path, struct haul_error *err)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return HAUL_OK;
    if (!S_ISSOCK(st.st_mode))
        return haul_fail(err, HAUL_E_SOCKET, "%s is in the way; remove it", path);
    if (endpoint_answers(path))
        return haul_fail(err, HAUL_E_BUSY, "a daemon already answers at %s", path);
    endpoint_remove(path);
    return HAUL_OK;
}

enum haul_err endpoint_listen(const char *path, int *ret_fd, struct haul_error *err)
{
    struct sockaddr_un address = address_of(path);
    enum haul_err code = clear_stale(path, err);
    int fd;

    if (code != HAUL_OK)
        return code;
    fd = new_socket(SOCK_NONBLOCK);
    if (fd < 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't make a socket");
    /* The mode that the socket file gets is set before it has a name, without touching umask. */
    if (fchmod(fd, 0600) != 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0) {
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't listen at %s", path);
        close(fd);
        return code;
    }
    *ret_fd = fd;
    return HAUL_OK;
}

struct endpoint_mark endpoint_mark(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return (struct endpoint_mark){0};
    return (struct endpoint_mark){(uint64_t)st.st_dev, (uint64_t)st.st_ino};
}

bool endpoint_same(const struct endpoint_mark *a, const struct endpoint_mark *b)
{
    return a->device == b->device && a->number == b->number;
}

bool endpoint_has_lock(const char *session, int fd)
{
    struct endpoint_mark there, ours;
    struct haul_error ignored;
    enum haul_err code;
    struct stat st;
    char *path = file_path(session, ".lock", &code, &ignored);

    if (!path || fstat(fd, &st) != 0) {
        free(path);
        return false;
    }
    there = endpoint_mark(path);
    ours = (struct endpoint_mark){(uint64_t)st.st_dev, (uint64_t)st.st_ino};
    free(path);
    return endpoint_same(&there, &ours);
}

void endpoint_remove(const char *path)
{
    (void)unlink(path);
}

int endpoint_twin(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int endpoint_null(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}
