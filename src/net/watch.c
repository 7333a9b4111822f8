/* The sockets that libcurl wants watched, as libuv's poll handles.
 *
 * libcurl asks for a socket anew with each request on a connection, and gives it up after each
 * answer; following that to the letter costs six epoll_ctl a request. So the watch of a connection
 * rests when libcurl gives it up, as it is, and is there again for the next request.
 *
 * Invariants:
 *   - a watch is gone before its descriptor is closed, or before its number can mean another one to
 *     libuv. Of connections, watches_close() tells. Sockets that never became a connection are
 *     closed by libcurl 7.88 without a word, as are those of its resolver: they never rest;
 *   - a resting watch that wakes up is stopped: a server that closes an idle connection must not
 *     make the loop spin. */

#include "net/watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "haul/log.h"

#define SIZE_MIN 64

struct watch {
    uv_poll_t poll;
    struct watches *watches;
    curl_socket_t fd;
    int wanted;    /* UV_READABLE, UV_WRITABLE: by libcurl */
    int armed;     /* in the kernel */
    ino_t inode;   /* of a socket that watches_open() made, else 0 */
    bool may_rest; /* it is a connection, and its end will be told */
    bool rests;    /* and does, for now */
    bool muted;    /* libcurl is not to hear of it */
};

void watches_init(struct watches *watches, uv_loop_t *loop,
                  void (*ready)(void *ctx, curl_socket_t fd, int mask), void *ctx)
{
    *watches = (struct watches){.loop = loop, .ready = ready, .ctx = ctx};
}

static struct watch *find(const struct watches *watches, curl_socket_t fd)
{
    return fd >= 0 && (size_t)fd < watches->size ? watches->by_fd[fd] : NULL;
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void arm(struct watch *watch, int events)
{
    if (watch->armed == events)
        return;
    watch->armed = events;
    if (events)
        uv_poll_start(&watch->poll, events, on_poll);
    else
        uv_poll_stop(&watch->poll);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int mask = 0;

    if (status != 0)
        watch->armed = 0; /* libuv has stopped the handle; 0 lets libcurl look (PITFALLS 3) */
    else if ((events & watch->wanted) != events)
        arm(watch, watch->wanted);
    events &= watch->wanted;
    if (!watch->wanted || (status == 0 && !events))
        return;
    mask |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    mask |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    watch->watches->ready(watch->watches->ctx, watch->fd, mask);
    if (status != 0 && !uv_is_closing((uv_handle_t *)poll))
        arm(watch, watch->wanted);
}

static void grow(struct watches *watches, size_t fd)
{
    size_t size = MAX(watches->size, (size_t)SIZE_MIN);

    if (fd < watches->size)
        return;
    while (size <= fd)
        size *= 2;
    watches->by_fd = xreallocarray(watches->by_fd, size, sizeof(struct watch *));
    memset(watches->by_fd + watches->size, 0, (size - watches->size) * sizeof(struct watch *));
    watches->size = size;
}

static struct watch *watch_new(struct watches *watches, curl_socket_t fd)
{
    struct watch *watch = xcalloc(1, sizeof *watch);
    int status = uv_poll_init_socket(watches->loop, &watch->poll, fd);

    if (status != 0) {
        LOG_ERROR(net, "can't watch socket %d: %s", (int)fd, uv_strerror(status));
        free(watch);
        return NULL;
    }
    watch->watches = watches;
    watch->fd = fd;
    watch->poll.data = watch;
    grow(watches, (size_t)fd);
    watches->by_fd[fd] = watch;
    return watch;
}

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static void set_rests(struct watch *watch, bool rests)
{
    if (rests && !watch->rests)
        watch->watches->resting++;
    else if (!rests && watch->rests)
        watch->watches->resting--;
    watch->rests = rests;
}

static void watch_close(struct watch *watch)
{
    set_rests(watch, false);
    watch->watches->by_fd[watch->fd] = NULL;
    watch->wanted = 0;
    uv_close((uv_handle_t *)&watch->poll, free_watch); /* stops it */
}

void watches_fini(struct watches *watches)
{
    for (size_t fd = 0; fd < watches->size; fd++) {
        if (watches->by_fd[fd])
            watch_close(watches->by_fd[fd]);
    }
    free(watches->by_fd);
}

/* Still the socket that was opened, and connected? Not one that only has its number. */
static bool is_connection(const struct watch *watch)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    struct stat st;

    return watch->inode && fstat(watch->fd, &st) == 0 && st.st_ino == watch->inode &&
           getpeername(watch->fd, (struct sockaddr *)&peer, &len) == 0;
}

/* libcurl does not want to hear of it for now, or never again. */
static void rest(struct watch *watch)
{
    watch->may_rest = watch->may_rest || is_connection(watch);
    if (!watch->may_rest) {
        watch_close(watch);
        return;
    }
    watch->wanted = 0;
    set_rests(watch, !watch->muted);
}

bool watches_set(struct watches *watches, curl_socket_t fd, int what)
{
    struct watch *watch = find(watches, fd);

    if (what == CURL_POLL_REMOVE) {
        if (watch)
            rest(watch);
        return true;
    }
    if (!watch)
        watch = watch_new(watches, fd);
    if (!watch)
        return false;
    if (watch->muted)
        return true;
    set_rests(watch, false);
    watch->wanted = 0;
    watch->wanted |= what & CURL_POLL_IN ? UV_READABLE : 0;
    watch->wanted |= what & CURL_POLL_OUT ? UV_WRITABLE : 0;
    arm(watch, watch->wanted);
    return true;
}

void watches_mute(struct watches *watches, curl_socket_t fd)
{
    struct watch *watch = find(watches, fd);

    if (!watch)
        return;
    watch->muted = true;
    set_rests(watch, false);
    watch->wanted = 0;
    arm(watch, 0);
}

curl_socket_t watches_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct watches *watches = ctx;
    curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    struct watch *before = find(watches, fd), *watch;
    int wanted = before ? before->wanted : 0;
    struct stat st;

    (void)purpose;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    if (before)
        watch_close(before); /* closed without a word: only its number is left */
    watch = fstat(fd, &st) == 0 ? watch_new(watches, fd) : NULL;
    if (!watch) {
        close(fd);
        return CURL_SOCKET_BAD;
    }
    watch->inode = st.st_ino;
    watch->wanted = wanted; /* libcurl may take it for the old one and not ask again */
    arm(watch, wanted);
    return fd;
}

int watches_close(void *ctx, curl_socket_t fd)
{
    struct watch *watch = find(ctx, fd);

    if (watch)
        watch_close(watch);
    return close(fd);
}
