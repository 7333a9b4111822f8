/* `haul bridge`: bytes between standard input and output and the daemon's socket.
 *
 * It understands nothing of what it carries. Each direction has one buffer of a fixed size; when
 * that is full its source is not read, so who is slow slows down the other end and nothing grows.
 * What was read from one side before it ended still goes to the other. The standard descriptors
 * stay as they are, blocking: they may be shared with others; so nothing is written there without
 * room, and then no more than always fits. */

#include "control/bridge.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "control/endpoint.h"
#include "control/spawn.h"

#define BUFFER_SIZE (64u << 10)
#define WRITE_SIZE  4096 /* what fits a pipe or socket that has room (PIPE_BUF) */

/* One direction. */
struct lane {
    int from, to;
    char *bytes;
    size_t start, end; /* what is held */
    bool over;         /* FROM has ended */
    bool broken;       /* TO takes no more */
};

static bool lane_done(const struct lane *lane)
{
    return lane->broken || (lane->over && lane->start == lane->end);
}

static void lane_read(struct lane *lane)
{
    ssize_t count;

    count = read(lane->from, lane->bytes + lane->end, BUFFER_SIZE - lane->end);
    if (count > 0)
        lane->end += (size_t)count;
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
        lane->over = true;
}

static void lane_write(struct lane *lane)
{
    ssize_t count =
        write(lane->to, lane->bytes + lane->start, MIN(lane->end - lane->start, WRITE_SIZE));

    if (count > 0)
        lane->start += (size_t)count;
    else if (count < 0 && errno != EINTR && errno != EAGAIN)
        lane->broken = true;
    if (lane->start == lane->end)
        lane->start = lane->end = 0;
}

/* What to wait for. A descriptor that is not waited for is still watched for its end. */
static void lane_want(const struct lane *lane, struct pollfd *from, struct pollfd *to)
{
    *from = (struct pollfd){.fd = lane->from};
    *to = (struct pollfd){.fd = lane->to};
    if (lane->over || lane->end == BUFFER_SIZE)
        from->fd = -1;
    else
        from->events = POLLIN;
    if (lane->start < lane->end)
        to->events = POLLOUT;
}

static void lane_go_on(struct lane *lane, const struct pollfd *from, const struct pollfd *to)
{
    if (to->revents & POLLOUT)
        lane_write(lane);
    else if (to->revents & (POLLERR | POLLHUP | POLLNVAL))
        lane->broken = true;
    if (from->revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
        lane_read(lane);
}

/* Until either side has ended and what it had said is handed on. */
static void carry(int daemon)
{
    struct lane in = {.from = STDIN_FILENO, .to = daemon, .bytes = xmalloc(BUFFER_SIZE)};
    struct lane out = {.from = daemon, .to = STDOUT_FILENO, .bytes = xmalloc(BUFFER_SIZE)};

    while (!lane_done(&out) && (in.broken || !lane_done(&in))) {
        struct pollfd polls[4];

        lane_want(&in, &polls[0], &polls[1]);
        lane_want(&out, &polls[2], &polls[3]);
        /* Of a daemon that has closed the last words are read first: their end is the end. */
        if (in.broken || polls[1].events == 0)
            polls[1].fd = -1;
        if (in.broken)
            polls[0].fd = -1;
        if (poll(polls, COUNT_OF(polls), -1) < 0 && errno != EINTR)
            break;
        lane_go_on(&in, &polls[0], &polls[1]);
        lane_go_on(&out, &polls[2], &polls[3]);
    }
    free(in.bytes);
    free(out.bytes);
}

enum haul_err bridge_run_session(const char *session, struct haul_error *err)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    char *path = NULL;
    int fd = -1;
    enum haul_err code = endpoint_path(session, &path, err);

    (void)sigaction(SIGPIPE, &ignored, NULL);
    if (code == HAUL_OK)
        code = endpoint_connect(path, &fd, err);
    if (code == HAUL_E_NO_DAEMON) {
        code = spawn_daemon(session, err);
        if (code == HAUL_OK)
            code = endpoint_connect(path, &fd, err);
    }
    free(path);
    if (code != HAUL_OK)
        return code;
    carry(fd);
    close(fd);
    return HAUL_OK;
}
