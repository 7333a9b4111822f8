/* The short way of a large body: past libcurl.
 *
 * libcurl copies each byte into its buffer and hands it over in pieces of 16 KiB, and when the
 * headers of an HTTP/1 answer are read, nothing is left for it to do but to count down a length
 * that is known. So the rest is read here. Plain HTTP: the socket is taken away from libcurl, and
 * splice(2) moves the bytes through a pipe into the file without their ever being in this process.
 * TLS: libcurl hears nothing of the socket any more, and its session is read (direct_tls.c). What a
 * pipe can't do (TLS, a slow disk, a limit, a file system without splice) goes through memory, in
 * large pieces, to `body`.
 *
 * Invariants: bytes are counted and given in the order of the body, whoever reads them; none behind
 * the announced length is read; the pipe is empty whenever this file is left; everything that ends
 * is told by the room's drain, as libcurl's ends are. */

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

#define TURN_BYTES   ((uint64_t)4 * 1024 * 1024) /* then others have their turn */
#define PIPE_BYTES   (1024 * 1024)               /* the most that the system allows everyone */
#define GATHER_BYTES ((uint64_t)128 * 1024)      /* of a quick TLS stream, before it is read */
#define GATHER_MS    1

struct direct {
    uv_poll_t poll;
    uv_timer_t again; /* for bytes that are here already, or will be in a moment */
    unsigned open_handles;
    struct net_transfer *transfer;
    struct direct_tls tls; /* ->ssl NULL: plain */
    int fd;                /* our own descriptor of the socket */
    uint64_t left;         /* of the body, not read yet */
    uint64_t moved_at;     /* when the socket last had some; the loop's time, ms */
    bool paused;
    bool by_memory; /* this socket can't be spliced from */
    char *rest;     /* what `body` did not take yet, NULL: nothing */
    size_t rest_len;
};

/* What all of them share. */

static bool pipe_open(struct direct_shared *shared)
{
    int size;

    if (shared->pipe_size > 0)
        return true;
    if (pipe2(shared->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    size = fcntl(shared->pipe[1], F_SETPIPE_SZ, PIPE_BYTES);
    if (size <= 0)
        size = fcntl(shared->pipe[1], F_GETPIPE_SZ);
    shared->pipe_size = size > 0 ? (size_t)size : 4096;
    return true;
}

static void pipe_close(struct direct_shared *shared)
{
    if (shared->pipe_size == 0)
        return;
    close(shared->pipe[0]);
    close(shared->pipe[1]);
    shared->pipe_size = 0;
}

static char *chunk_of(struct direct_shared *shared)
{
    if (!shared->chunk)
        shared->chunk = xaligned(MEM_PAGE, NET_CHUNK_MAX);
    return shared->chunk;
}

void direct_shared_fini(struct direct_shared *shared)
{
    pipe_close(shared);
    free(shared->chunk);
    shared->chunk = NULL;
}

/* Ends. */

static void on_closed(uv_handle_t *handle)
{
    struct direct *direct = handle->data;

    if (--direct->open_handles > 0)
        return;
    free(direct->rest);
    free(direct);
}

/* The memory goes with the last handle. */
static void shut(struct direct *direct)
{
    uv_close((uv_handle_t *)&direct->poll, on_closed);
    uv_close((uv_handle_t *)&direct->again, on_closed);
    close(direct->fd);
}

void direct_close(struct net_transfer *transfer)
{
    struct direct *direct = transfer->direct;

    if (!direct)
        return;
    transfer->direct = NULL;
    shut(direct);
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

static void stop(struct direct *direct)
{
    transfer_stop_with(direct->transfer, HAUL_E_CANCELLED);
    end(direct, CURLE_WRITE_ERROR);
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

/* Keeps what can't be taken now, behind what is kept already. */
static void keep(struct direct *direct, const char *data, size_t len)
{
    direct->rest = xreallocarray(direct->rest, direct->rest_len + len, 1);
    memcpy(direct->rest + direct->rest_len, data, len);
    direct->rest_len += len;
    hold(direct);
}

/* Gives LEN bytes to `body`. False: they were not taken; those that wait are kept. */
static bool give(struct direct *direct, const char *data, size_t len)
{
    const struct net_transfer *transfer = direct->transfer;

    switch (transfer->handlers->body(transfer->ctx, data, len)) {
    case NET_BODY_TAKEN:
        return true;
    case NET_BODY_PAUSE:
        keep(direct, data, len);
        return false;
    case NET_BODY_STOP:
        break;
    }
    stop(direct);
    return false;
}

static bool give_rest(struct direct *direct)
{
    char *rest = direct->rest;
    size_t len = direct->rest_len;
    bool taken;

    if (!rest)
        return true;
    direct->rest = NULL;
    direct->rest_len = 0;
    taken = give(direct, rest, len);
    free(rest);
    return taken;
}

/* A TLS session gives one record at a time, a socket all that it has. */
static ssize_t read_some(struct direct *direct, char *to, size_t most)
{
    size_t filled = 0;
    ssize_t got;

    if (!direct->tls.ssl)
        return recv(direct->fd, to, most, 0);
    do {
        got = direct_tls_read(&direct->tls, to + filled, most - filled);
        filled += got > 0 ? (size_t)got : 0;
    } while (got > 0 && filled < most);
    return filled > 0 ? (ssize_t)filled : got;
}

/* GOT bytes came: are they the last ones, and there are more? Then these are not given on, and what
 * is not complete never looks so. */
static bool ends_in_surplus(struct direct *direct, size_t got)
{
    char next[8];
    ssize_t more;

    direct->left -= got;
    if (direct->left > 0)
        return false;
    more = direct->tls.ssl ? direct_tls_peek(&direct->tls, next, sizeof next)
                           : recv(direct->fd, next, sizeof next, MSG_PEEK | MSG_DONTWAIT);
    if (more <= 0 || !net_is_surplus(next, (size_t)more))
        return false;
    transfer_stop_surplus(direct->transfer);
    end(direct, CURLE_WRITE_ERROR);
    return true;
}

static size_t move_by_memory(struct direct *direct, size_t most)
{
    char *chunk = chunk_of(net_direct_shared(direct->transfer->net));
    ssize_t got = read_some(direct, chunk, MIN(most, NET_CHUNK_MAX));

    if (got <= 0) {
        judge_nothing(direct, got);
        return 0;
    }
    if (ends_in_surplus(direct, (size_t)got))
        return 0;
    return give(direct, chunk, (size_t)got) ? (size_t)got : 0;
}

static size_t move_by_pipe(struct direct *direct, size_t most)
{
    struct net_transfer *transfer = direct->transfer;
    struct direct_shared *shared = net_direct_shared(transfer->net);
    ssize_t got;
    bool surplus;

    if (!pipe_open(shared)) {
        direct->by_memory = true;
        return move_by_memory(direct, most);
    }
    got = splice(direct->fd, NULL, shared->pipe[1], NULL, MIN(most, shared->pipe_size),
                 SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (got < 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM)) {
        direct->by_memory = true;
        return move_by_memory(direct, most);
    }
    if (got <= 0) {
        judge_nothing(direct, got);
        return 0;
    }
    surplus = ends_in_surplus(direct, (size_t)got);
    if (!surplus &&
        transfer->handlers->piped(transfer->ctx, shared->pipe[0], (size_t)got) == NET_BODY_TAKEN)
        return (size_t)got;
    pipe_close(shared); /* what is in it must not meet the next bytes */
    if (!surplus)
        stop(direct);
    return 0;
}

static size_t move_some(struct direct *direct)
{
    struct net_transfer *transfer = direct->transfer;
    size_t most = NET_CHUNK_MAX;
    bool by_pipe = !direct->by_memory;

    switch (transfer->handlers->offer(transfer->ctx, &most, &by_pipe)) {
    case NET_BODY_TAKEN:
        most = (size_t)MIN(direct->left, (uint64_t)most);
        return by_pipe ? move_by_pipe(direct, most) : move_by_memory(direct, most);
    case NET_BODY_PAUSE:
        hold(direct);
        return 0;
    case NET_BODY_STOP:
        break;
    }
    stop(direct);
    return 0;
}

/* Bytes of a TLS session that are here already would wait for the next ones from the socket. */
static bool has_more_here(const struct direct *direct)
{
    return direct->tls.ssl && direct_tls_pending(&direct->tls);
}

static void on_again(uv_timer_t *timer);

/* A quick TLS stream from the same machine or network wakes us for each record or two, which takes
 * a tenth of the time. After two such turns within a millisecond it is left alone for another one,
 * and what came meanwhile is taken at once: only the timer is waited for, and it rings in any case.
 */
static bool lets_gather(struct direct *direct, uint64_t moved)
{
    uint64_t now = uv_now(net_loop(direct->transfer->net));
    bool quick = direct->tls.ssl && moved > 0 && moved < GATHER_BYTES && direct->moved_at == now;

    direct->moved_at = now;
    return quick && direct->left > GATHER_BYTES && !direct->paused && !direct->transfer->ended;
}

static uint64_t move(struct direct *direct)
{
    uint64_t moved = 0;
    size_t got = 1;

    while (got > 0 && direct->left > 0 && moved < TURN_BYTES) {
        got = move_some(direct);
        moved += got;
    }
    if (got > 0 && has_more_here(direct))
        uv_timer_start(&direct->again, on_again, 0, 0);
    if (direct->left == 0 && !direct->rest && !direct->transfer->ended)
        end(direct, CURLE_OK);
    return moved;
}

static void watch(struct direct *direct);

static void move_and_settle(struct direct *direct)
{
    struct net *net = direct->transfer->net;

    if (lets_gather(direct, move(direct))) {
        uv_poll_stop(&direct->poll);
        uv_timer_start(&direct->again, on_again, GATHER_MS, 0);
    }
    net_settle(net); /* may free it */
}

static void watch_and_move(struct direct *direct)
{
    watch(direct);
    if (direct->transfer->ended)
        net_settle(direct->transfer->net);
    else
        move_and_settle(direct);
}

static void on_again(uv_timer_t *timer)
{
    struct direct *direct = timer->data;

    if (!direct->paused && !direct->transfer->ended)
        watch_and_move(direct);
}

/* An error of the socket is told by reading from it, behind all that came before. That may take
 * more than this turn, and libuv has stopped watching. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status != 0)
        watch_and_move(poll->data);
    else
        move_and_settle(poll->data);
}

static void watch(struct direct *direct)
{
    if (uv_poll_start(&direct->poll, UV_READABLE, on_readable) != 0)
        end(direct, CURLE_RECV_ERROR);
}

size_t direct_take(struct net_transfer *transfer, const char *data, size_t len)
{
    struct direct *direct = transfer->direct;

    direct->left -= MIN(direct->left, (uint64_t)len);
    if (direct->rest || direct->paused)
        keep(direct, data, len); /* whoever said "pause" is not asked again before its time */
    else if (!give(direct, data, len) && transfer->ended)
        return 0;
    return len;
}

void direct_go_on(struct net_transfer *transfer)
{
    struct direct *direct = transfer->direct;

    if (!direct->paused)
        return;
    direct->paused = false;
    if (!give_rest(direct))
        return;
    watch(direct);
    move(direct); /* at once, as libcurl does: tokens that were given to it must not wait */
}

/* Beginning. */

/* How much of the body is still to come; 0 when it can't take the short way. */
static uint64_t bytes_left(const struct net_transfer *transfer)
{
    const struct net_response *response = &transfer->response;
    long version = 0;

    if (!response->complete || response->chunked || response->content_length < 0)
        return 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    if (version != CURL_HTTP_VERSION_1_1 && version != CURL_HTTP_VERSION_1_0)
        return 0;
    return (uint64_t)response->content_length -
           MIN((uint64_t)response->content_length, transfer->body_bytes);
}

/* libcurl has given all of the body that it has read. */
static bool is_calm(const struct net_transfer *transfer)
{
    return !transfer->direct && !transfer->ended && !transfer->held && transfer->head_told &&
           transfer->fd != CURL_SOCKET_BAD;
}

/* Is there TLS between us and a proxy? Then the socket carries neither the answer nor its TLS. */
static bool may_proxy_by_tls(const struct net_transfer *transfer)
{
    static const char *const variables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                            "ALL_PROXY"};
    const char *proxy = transfer->options->proxy;

    if (proxy)
        return strncasecmp(proxy, "https:", 6) == 0;
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        proxy = getenv(variables[i]);
        if (proxy && strncasecmp(proxy, "https:", 6) == 0)
            return true;
    }
    return false;
}

/* From here on we read. libcurl may look once more at a TLS session, for a timer that it set
 * before: see direct_take(). */
static bool take(struct net_transfer *transfer, struct direct *direct, bool tls)
{
    if (!tls)
        transfer_leave_libcurl(transfer);
    else if (direct_tls_take(transfer, &direct->tls))
        transfer_mute(transfer);
    else
        return false;
    transfer->direct = direct;
    return true;
}

bool net_go_direct(struct net_transfer *transfer, struct net_least bounds)
{
    bool tls = strncasecmp(transfer->url, "https://", 8) == 0;
    uint64_t least = MAX(tls ? bounds.tls : bounds.plain, (uint64_t)1), left;
    struct direct *direct;

    if (!is_calm(transfer) || !transfer->handlers->offer ||
        (uint64_t)MAX(transfer->response.content_length, 0) < least)
        return false;
    left = bytes_left(transfer);
    if (left < least || may_proxy_by_tls(transfer) || tls != (transfer_ssl(transfer) != NULL))
        return false;
    direct = xcalloc(1, sizeof *direct);
    direct->poll.data = direct->again.data = direct;
    direct->transfer = transfer;
    direct->left = left;
    direct->by_memory = tls;
    direct->fd = fcntl(transfer->fd, F_DUPFD_CLOEXEC, 0); /* libcurl will close its own */
    if (direct->fd < 0 || uv_poll_init_socket(net_loop(transfer->net), &direct->poll, direct->fd)) {
        if (direct->fd >= 0)
            close(direct->fd);
        free(direct);
        return false;
    }
    uv_timer_init(net_loop(transfer->net), &direct->again);
    direct->open_handles = 2;
    if (!take(transfer, direct, tls)) {
        shut(direct);
        return false;
    }
    watch(direct);
    LOG_DEBUG(net, "%llu bytes take the short way%s", (unsigned long long)left,
              tls ? " over TLS" : "");
    return true;
}
