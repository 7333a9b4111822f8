/* The short way of a large body: past libcurl, from the socket straight into the file.
 *
 * libcurl copies each byte twice on its way to a file: into its buffer and out of it. When the
 * headers of a plain HTTP/1 answer are read, nothing is left to do for it but to count down a
 * length that is known, so the socket is taken away from it, and splice(2) moves the bytes through
 * a pipe into the file without their ever being in this process. What a pipe can't do (a slow disk,
 * a limit, a file system without splice) takes the ordinary way from here too: bytes in memory,
 * given to `body`.
 *
 * Invariants: libcurl has closed its descriptor of the socket and has forgotten the transfer, so
 * nobody else reads here; no byte behind the announced length is read; the pipe is empty whenever
 * this file is left; everything that ends is told by the room's drain, as libcurl's ends are. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "haul/log.h"
#include "net/transfer.h"

#define TURN_BYTES ((uint64_t)4 * 1024 * 1024) /* then others have their turn */
#define PIPE_BYTES (1024 * 1024)               /* the most that the system allows everyone */

struct direct {
    uv_poll_t poll;
    struct net_transfer *transfer; /* NULL: closing */
    int fd;
    uint64_t left; /* of the body, still on the other side */
    bool paused;
    bool by_memory; /* this socket can't be spliced from */
    char *chunk;    /* NET_CHUNK_MAX bytes for what goes through memory; NULL: nothing did */
    size_t kept;    /* bytes in it that `body` did not take yet */
};

/* The pipe. */

static bool pipe_open(struct direct_pipe *pipe)
{
    int size;

    if (pipe->size > 0)
        return true;
    if (pipe2(pipe->ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    size = fcntl(pipe->ends[1], F_SETPIPE_SZ, PIPE_BYTES);
    if (size <= 0)
        size = fcntl(pipe->ends[1], F_GETPIPE_SZ);
    pipe->size = size > 0 ? (size_t)size : 4096;
    return true;
}

void direct_pipe_close(struct direct_pipe *pipe)
{
    if (pipe->size == 0)
        return;
    close(pipe->ends[0]);
    close(pipe->ends[1]);
    pipe->size = 0;
}

/* Ends. */

static void on_closed(uv_handle_t *handle)
{
    struct direct *direct = handle->data;

    free(direct->chunk);
    free(direct);
}

void direct_close(struct net_transfer *transfer)
{
    struct direct *direct = transfer->direct;

    if (!direct)
        return;
    transfer->direct = NULL;
    direct->transfer = NULL;
    uv_close((uv_handle_t *)&direct->poll, on_closed);
    close(direct->fd);
}

static void end(struct direct *direct, CURLcode result)
{
    uv_poll_stop(&direct->poll);
    transfer_note_end(direct->transfer, result);
}

static void hold(struct direct *direct)
{
    direct->paused = true;
    uv_poll_stop(&direct->poll);
}

/* The socket gave nothing: why? */
static void judge_nothing(struct direct *direct, ssize_t got)
{
    if (got == 0) {
        end(direct, CURLE_PARTIAL_FILE);
    } else if (errno != EAGAIN && errno != EINTR) {
        direct->transfer->direct_errno = errno;
        end(direct, CURLE_RECV_ERROR);
    }
}

/* Moving bytes. Each returns how many came; 0: none now, or it is over, or held. */

/* Gives what is in the chunk to `body`. False: it was not taken. */
static bool give(struct direct *direct)
{
    struct net_transfer *transfer = direct->transfer;

    if (direct->kept == 0)
        return true;
    switch (transfer->handlers->body(transfer->ctx, direct->chunk, direct->kept)) {
    case NET_BODY_TAKEN:
        direct->kept = 0;
        return true;
    case NET_BODY_PAUSE:
        hold(direct);
        return false;
    case NET_BODY_STOP:
        break;
    }
    transfer_stop_with(transfer, HAUL_E_CANCELLED);
    end(direct, CURLE_WRITE_ERROR);
    return false;
}

static size_t move_by_memory(struct direct *direct, size_t most)
{
    ssize_t got;

    if (!direct->chunk)
        direct->chunk = xmalloc(NET_CHUNK_MAX);
    got = recv(direct->fd, direct->chunk, MIN(most, NET_CHUNK_MAX), 0);
    if (got <= 0) {
        judge_nothing(direct, got);
        return 0;
    }
    direct->left -= (uint64_t)got;
    direct->kept = (size_t)got;
    return give(direct) ? (size_t)got : 0;
}

static size_t move_by_pipe(struct direct *direct, size_t most)
{
    struct net_transfer *transfer = direct->transfer;
    struct direct_pipe *pipe = net_direct_pipe(transfer->net);
    ssize_t got;

    if (!pipe_open(pipe)) {
        direct->by_memory = true;
        return move_by_memory(direct, most);
    }
    got = splice(direct->fd, NULL, pipe->ends[1], NULL, MIN(most, pipe->size),
                 SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (got < 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM)) {
        direct->by_memory = true;
        return move_by_memory(direct, most);
    }
    if (got <= 0) {
        judge_nothing(direct, got);
        return 0;
    }
    direct->left -= (uint64_t)got;
    if (transfer->handlers->piped(transfer->ctx, pipe->ends[0], (size_t)got) == NET_BODY_TAKEN)
        return (size_t)got;
    direct_pipe_close(pipe); /* what is in it must not meet the next bytes */
    transfer_stop_with(transfer, HAUL_E_CANCELLED);
    end(direct, CURLE_WRITE_ERROR);
    return 0;
}

static size_t move_some(struct direct *direct)
{
    struct net_transfer *transfer = direct->transfer;
    size_t most = NET_CHUNK_MAX;
    bool by_pipe = false;

    switch (transfer->handlers->offer(transfer->ctx, &most, &by_pipe)) {
    case NET_BODY_TAKEN:
        most = (size_t)MIN(direct->left, (uint64_t)most);
        return by_pipe && !direct->by_memory ? move_by_pipe(direct, most)
                                             : move_by_memory(direct, most);
    case NET_BODY_PAUSE:
        hold(direct);
        return 0;
    case NET_BODY_STOP:
        break;
    }
    transfer_stop_with(transfer, HAUL_E_CANCELLED);
    end(direct, CURLE_WRITE_ERROR);
    return 0;
}

static void move(struct direct *direct)
{
    uint64_t moved = 0;
    size_t got = 1;

    while (got > 0 && moved < TURN_BYTES && direct->left > 0) {
        got = move_some(direct);
        moved += got;
    }
    if (direct->left == 0 && direct->kept == 0 && !direct->transfer->ended)
        end(direct, CURLE_OK);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct direct *direct = poll->data;
    struct net *net = direct->transfer->net;

    (void)status; /* an error of the socket is told by reading from it */
    (void)events;
    move(direct);
    net_settle(net); /* may free it */
}

static void watch(struct direct *direct)
{
    if (uv_poll_start(&direct->poll, UV_READABLE, on_readable) != 0)
        end(direct, CURLE_RECV_ERROR);
}

void direct_go_on(struct net_transfer *transfer)
{
    struct direct *direct = transfer->direct;

    if (!direct->paused)
        return;
    direct->paused = false;
    if (!give(direct))
        return;
    if (direct->left == 0)
        end(direct, CURLE_OK);
    else
        watch(direct);
}

/* Beginning. */

/* How much of the body is still to come; 0 when it can't take the short way. */
static uint64_t plain_bytes_left(const struct net_transfer *transfer)
{
    const struct net_response *response = &transfer->response;
    long version = 0;

    if (!response->complete || response->chunked || response->content_length < 0 ||
        strncasecmp(transfer->url, "http://", 7) != 0)
        return 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    if (version != CURL_HTTP_VERSION_1_1 && version != CURL_HTTP_VERSION_1_0)
        return 0;
    return (uint64_t)response->content_length -
           MIN((uint64_t)response->content_length, transfer->body_bytes);
}

bool net_go_direct(struct net_transfer *transfer, uint64_t least)
{
    uint64_t left;
    struct direct *direct;
    int fd;

    if (transfer->direct || transfer->ended || transfer->held || !transfer->head_told ||
        transfer->fd == CURL_SOCKET_BAD || !transfer->handlers->offer)
        return false;
    left = plain_bytes_left(transfer);
    if (left < MAX(least, (uint64_t)1))
        return false;
    fd = fcntl(transfer->fd, F_DUPFD_CLOEXEC, 0); /* libcurl will close its own */
    if (fd < 0)
        return false;
    direct = xcalloc(1, sizeof *direct);
    direct->poll.data = direct;
    direct->transfer = transfer;
    direct->fd = fd;
    direct->left = left;
    if (uv_poll_init_socket(net_loop(transfer->net), &direct->poll, fd) != 0) {
        close(fd);
        free(direct);
        return false;
    }
    transfer->direct = direct;
    transfer_leave_libcurl(transfer);
    watch(direct);
    LOG_DEBUG(net, "%llu bytes take the short way", (unsigned long long)left);
    return true;
}
