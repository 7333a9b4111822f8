/* Starting a session's daemon from a client.
 *
 * A lock file lets one client at a time start a daemon; the others wait and then find it there. The
 * daemon is this same program, detached: its own session, parent gone, "/" as its folder, no
 * descriptors of ours but the pipe on which it tells that it is ready or why it can't be. The umask
 * is the user's, for downloads get it. Between fork and exec only async-signal-safe calls are made,
 * as other threads may hold any lock. */

#include "control/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "control/endpoint.h"

#define READY_FD   3
#define READY_WORD "ready"
#define TIMEOUT_MS 20000

/* The environment with the descriptor's variable in it. The array is the caller's, not the texts.
 */
static char **make_environment(char *assignment)
{
    size_t count = 0, used = 0;
    char **copy;

    while (environ[count])
        count++;
    copy = xcalloc(count + 2, sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        if (!str_starts(environ[i], SPAWN_READY_ENV "="))
            copy[used++] = environ[i];
    }
    copy[used] = assignment;
    return copy;
}

/* In the new process: becomes the daemon. Only async-signal-safe calls. */
HAUL_NORETURN static void become_daemon(int null, int pipe_fd, char *const argv[],
                                        char *const envp[])
{
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;

    switch (fork()) {
    case 0:
        break;
    case -1:
        _exit(1);
    default:
        _exit(0);
    }
    if (setsid() < 0 || chdir("/") != 0)
        _exit(1);
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(1);
    if (pipe_fd == READY_FD ? fcntl(pipe_fd, F_SETFD, 0) != 0 : dup2(pipe_fd, READY_FD) < 0)
        _exit(1);
    (void)close_range(READY_FD + 1, ~0u, 0);
    for (int sig = 1; sig < NSIG; sig++)
        (void)sigaction(sig, &by_default, NULL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execve("/proc/self/exe", argv, envp);
    _exit(1);
}

/* Forks the daemon off; *ret_fd is the pipe it will tell on. */
static enum haul_err start(const char *session, int *ret_fd, struct haul_error *err)
{
    char program[] = "haul", command[] = "daemon", option[] = "--session";
    char assignment[sizeof SPAWN_READY_ENV + 16];
    char *name = xstrdup(session);
    char *argv[] = {program, command, option, name, NULL};
    char **envp;
    int null, fds[2];
    pid_t child;
    enum haul_err code = HAUL_OK;

    (void)snprintf(assignment, sizeof assignment, "%s=%d", SPAWN_READY_ENV, READY_FD);
    envp = make_environment(assignment);
    null = endpoint_null();
    if (null < 0 || pipe2(fds, O_CLOEXEC) != 0) {
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't make a pipe to a new daemon");
        goto out;
    }
    child = fork();
    if (child == 0)
        become_daemon(null, fds[1], argv, envp);
    close(fds[1]);
    if (child < 0) {
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't start a daemon");
        close(fds[0]);
        goto out;
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    *ret_fd = fds[0];
out:
    if (null >= 0)
        close(null);
    free(envp);
    free(name);
    return code;
}

/* Reads what the daemon tells until it closes the pipe. False when it takes too long. */
static bool hear(int fd, struct strbuf *text)
{
    char bytes[512];

    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int status = poll(&ready, 1, TIMEOUT_MS);
        ssize_t count;

        if (status < 0 && errno == EINTR)
            continue;
        if (status <= 0)
            return false;
        count = read(fd, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || !strbuf_add(text, bytes, (size_t)count))
            return true;
    }
}

static enum haul_err await_ready(int fd, const char *session, struct haul_error *err)
{
    struct strbuf text;
    char *dir = path_state_dir(session);
    enum haul_err code = HAUL_OK;

    strbuf_init(&text, (size_t)2 * HAUL_ERROR_TEXT);
    if (!hear(fd, &text))
        code = haul_fail(err, HAUL_E_NO_DAEMON,
                         "the new daemon is not ready after %d s; see its log %s/haul.log",
                         TIMEOUT_MS / 1000, dir);
    else if (text.len == 0)
        code = haul_fail(err, HAUL_E_NO_DAEMON,
                         "the new daemon ended at once; see its log %s/haul.log", dir);
    else if (strcmp(text.data, READY_WORD) != 0)
        code = haul_fail(err, HAUL_E_NO_DAEMON, "no daemon can run: %s (log: %s/haul.log)",
                         text.data, dir);
    strbuf_fini(&text);
    free(dir);
    return code;
}

enum haul_err spawn_daemon(const char *session, struct haul_error *err)
{
    int lock, fd = -1;
    char *path;
    enum haul_err code = endpoint_path(session, &path, err);

    if (code != HAUL_OK)
        return code;
    code = endpoint_lock(session, ENDPOINT_START, true, &lock, err);
    if (code != HAUL_OK)
        goto out;
    if (!endpoint_answers(path)) {
        code = start(session, &fd, err);
        if (code == HAUL_OK) {
            code = await_ready(fd, session, err);
            close(fd);
        }
    }
    close(lock);
out:
    free(path);
    return code;
}

/* In the new process. */
static enum haul_err detach(int null, int pipe_fd, struct haul_error *err)
{
    if (setsid() < 0 || chdir("/") != 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(null, 2) < 0 || (pipe_fd != READY_FD && dup2(pipe_fd, READY_FD) < 0) ||
        fcntl(READY_FD, F_SETFD, FD_CLOEXEC) != 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't leave the terminal");
    (void)close_range(READY_FD + 1, ~0u, 0);
    return HAUL_OK;
}

enum haul_err spawn_copy(const char *session, int *ret_fd, struct haul_error *err)
{
    int null = endpoint_null(), fds[2];
    enum haul_err code;
    pid_t child;

    if (null < 0 || pipe2(fds, O_CLOEXEC) != 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't make a pipe to a new daemon");
    child = fork();
    if (child == 0) {
        *ret_fd = READY_FD;
        return detach(null, fds[1], err);
    }
    close(null);
    close(fds[1]);
    if (child < 0)
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't start a daemon");
    else
        code = await_ready(fds[0], session, err);
    close(fds[0]);
    *ret_fd = -1;
    return code;
}

int spawn_ready_fd(void)
{
    const char *value = getenv(SPAWN_READY_ENV);
    uint64_t number;
    bool usable = value && str_to_u64(value, &number, NULL) && number == READY_FD &&
                  fcntl(READY_FD, F_SETFD, FD_CLOEXEC) == 0;

    (void)unsetenv(SPAWN_READY_ENV);
    return usable ? READY_FD : -1;
}

void spawn_tell(int fd, const struct haul_error *err)
{
    const char *text = err ? err->text : READY_WORD;

    if (fd < 0)
        return;
    /* When nobody reads any more, nobody is there to be told. */
    if (write(fd, text, strlen(text)) < 0)
        errno = 0;
    close(fd);
}
