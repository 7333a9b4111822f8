/* Output that never blocks the loop.
 *
 * O_NONBLOCK belongs to the open file description, which a terminal's stdin, stdout and stderr and
 * the shell share: setting it there breaks other programs. So the terminal or pipe is opened a
 * second time, through /proc. Where that can't be done, a write is as small as a pipe takes without
 * waiting once poll() calls it ready.
 */
#include "cli/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Bytes that wait for a slow reader; then lines are lost. */
#define PENDING_MAX ((size_t)64 << 20)

/* A second opening of FD that does not block, or -1. */
static int reopen(int fd)
{
    char path[32];
    FILE *twin;
    int copy;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    twin = fopen(path, "ae");
    if (twin == NULL)
        return -1;
    copy = fcntl(fileno(twin), F_DUPFD_CLOEXEC, 0);
    fclose(twin);
    if (copy < 0)
        return -1;
    if (fcntl(copy, F_SETFL, O_NONBLOCK) != 0) {
        close(copy);
        return -1;
    }
    return copy;
}

void outlet_init(struct outlet *outlet, int fd)
{
    struct stat st;
    bool can_block = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
    int copy = can_block ? reopen(fd) : -1;

    *outlet = (struct outlet){
        .fd = copy >= 0 ? copy : fd,
        .own = copy >= 0,
        .waits = can_block && copy < 0,
    };
    strbuf_init(&outlet->pending, PENDING_MAX);
}

struct strbuf *outlet_text(struct outlet *outlet)
{
    return &outlet->pending;
}

/* Waits up to TIMEOUT ms (-1: for ever) for room. */
static bool is_ready(const struct outlet *outlet, int timeout)
{
    struct pollfd ready = {.fd = outlet->fd, .events = POLLOUT};
    return poll(&ready, 1, timeout) == 1;
}

/* True when the write that just failed may work later. */
static bool can_go_on(struct outlet *outlet)
{
    if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)
        return true;
    outlet->gone = true;
    return false;
}

bool outlet_flush(struct outlet *outlet)
{
    struct strbuf *pending = &outlet->pending;

    while (pending->len > 0 && !outlet->gone) {
        size_t len = outlet->waits ? MIN(pending->len, PIPE_BUF) : pending->len;
        ssize_t wrote;

        if (outlet->waits && !is_ready(outlet, 0))
            return false;
        wrote = write(outlet->fd, pending->data, len);
        if (wrote >= 0)
            strbuf_drop(pending, (size_t)wrote);
        else if (can_go_on(outlet) && errno != EINTR)
            return false;
    }
    strbuf_clear(pending);
    return true;
}

void outlet_finish(struct outlet *outlet)
{
    while (!outlet_flush(outlet))
        (void)is_ready(outlet, -1);
    if (outlet->own)
        close(outlet->fd);
    strbuf_fini(&outlet->pending);
}
