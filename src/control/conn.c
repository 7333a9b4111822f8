/* A Unix-socket connection that carries lines.
 *
 * The uv handle lives inside the struct, which is freed in the handle's close callback and nowhere
 * else; so an event may free its connection, and code here asks `closing` after each event. What is
 * sent is queued by libuv and counted; the owner decides how much is too much. Both sides check
 * that the other belongs to the same user: the folder's mode already says so, and this does not
 * rely on it (RELIABILITY.md R12). */

#include "control/conn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "control/endpoint.h"
#include "control/proto.h"

#define READ_SIZE (64u << 10)

struct conn {
    uv_pipe_t pipe;
    uv_connect_t connect;
    struct proto_reader reader;
    struct conn_events events;
    size_t unsent;
    uint64_t came, queued; /* bytes, in all */
    bool closing;          /* uv_close() was called */
    bool finishing;        /* to be freed once the other side has read all and closes */
    LIST_ENTRY(conn) parting;
    size_t ignored; /* bytes that came meanwhile */
    uv_shutdown_t shutdown;
    char buffer[READ_SIZE];
};

/* One queued line. */
struct send {
    uv_write_t request;
    struct conn *conn;
    char *line;
    size_t len;
};

static void on_closed(uv_handle_t *handle)
{
    struct conn *conn = handle->data;

    proto_reader_fini(&conn->reader);
    free(conn);
}

void conn_free(struct conn *conn)
{
    if (!conn || conn->closing)
        return;
    conn->closing = true;
    if (conn->finishing)
        LIST_REMOVE(conn, parting);
    uv_close((uv_handle_t *)&conn->pipe, on_closed);
}

struct conn *conn_new(uv_loop_t *loop, size_t line_max, const struct conn_events *events)
{
    struct conn *conn = xmalloc(sizeof *conn);

    memset(conn, 0, offsetof(struct conn, buffer));
    conn->events = *events;
    proto_reader_init(&conn->reader, line_max);
    /* Without IPC uv_pipe_init() can't fail. */
    (void)uv_pipe_init(loop, &conn->pipe, 0);
    conn->pipe.data = conn;
    return conn;
}

/* Tells the owner once, unless nobody is to be told any more. */
static void end(struct conn *conn, const struct haul_error *err)
{
    if (conn->closing)
        return;
    if (conn->finishing) {
        conn_free(conn);
        return;
    }
    conn->events.ended(conn->events.ctx, err);
}

static bool on_line(void *ctx, const char *line, size_t len)
{
    struct conn *conn = ctx;

    conn->events.line(conn->events.ctx, line, len);
    return !conn->closing && !conn->finishing;
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    struct conn *conn = handle->data;

    (void)wanted;
    *buf = uv_buf_init(conn->buffer, READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct conn *conn = stream->data;
    struct haul_error err;

    if (conn->closing || count == 0)
        return;
    conn->came += count > 0 ? (uint64_t)count : 0;
    if (conn->finishing && count > 0) {
        conn->ignored += (size_t)count;
        if (conn->ignored > PROTO_UNREAD_MAX)
            conn_free(conn);
        return;
    }
    if (count == UV_EOF)
        (void)haul_fail(&err, HAUL_E_DAEMON_LOST, "the other side closed the connection");
    else if (count < 0)
        (void)haul_fail(&err, HAUL_E_DAEMON_LOST, "the connection broke: %s",
                        uv_strerror((int)count));
    else if (proto_feed(&conn->reader, buf->base, (size_t)count, on_line, conn, &err) == HAUL_OK)
        return;
    end(conn, &err);
}

static enum haul_err check_peer(struct conn *conn, struct haul_error *err)
{
    uv_os_fd_t fd;

    if (uv_fileno((uv_handle_t *)&conn->pipe, &fd) != 0)
        return haul_fail(err, HAUL_E_SOCKET, "can't tell who is at the other end");
    return endpoint_check_peer(fd, err);
}

static enum haul_err start_reading(struct conn *conn, struct haul_error *err)
{
    int status = uv_read_start((uv_stream_t *)&conn->pipe, on_alloc, on_read);

    if (status != 0)
        return haul_fail(err, HAUL_E_SOCKET, "can't read from the socket: %s", uv_strerror(status));
    return HAUL_OK;
}

static enum haul_err begin_reading(struct conn *conn, struct haul_error *err)
{
    if (check_peer(conn, err) != HAUL_OK)
        return err->code;
    return start_reading(conn, err);
}

enum haul_err conn_adopt(struct conn *conn, int fd, struct haul_error *err)
{
    int status = uv_pipe_open(&conn->pipe, fd);

    if (status != 0) {
        close(fd);
        return haul_fail(err, HAUL_E_SOCKET, "can't use a socket: %s", uv_strerror(status));
    }
    return start_reading(conn, err);
}

enum haul_err conn_accept(struct conn *conn, uv_stream_t *listener, struct haul_error *err)
{
    int status = uv_accept(listener, (uv_stream_t *)&conn->pipe);

    if (status != 0)
        return haul_fail(err, HAUL_E_SOCKET, "can't accept: %s", uv_strerror(status));
    return begin_reading(conn, err);
}

int conn_twin(const struct conn *conn)
{
    uv_os_fd_t fd;

    if (uv_fileno((const uv_handle_t *)&conn->pipe, &fd) != 0)
        return -1;
    return endpoint_twin(fd);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct conn *conn = request->data;
    struct haul_error err;

    if (conn->closing)
        return;
    /* A socket that is closed resets those that nobody has accepted. */
    if (status == UV_ENOENT || status == UV_ECONNREFUSED || status == UV_ECONNRESET)
        (void)haul_fail(&err, HAUL_E_NO_DAEMON, "no daemon is running in this session");
    else if (status != 0)
        (void)haul_fail(&err, HAUL_E_SOCKET, "can't connect to the daemon: %s",
                        uv_strerror(status));
    else if (begin_reading(conn, &err) == HAUL_OK)
        conn->events.connected(conn->events.ctx);
    else
        status = -1;
    if (status != 0)
        end(conn, &err);
}

void conn_connect(struct conn *conn, const char *path)
{
    conn->connect.data = conn;
    uv_pipe_connect(&conn->connect, &conn->pipe, path, on_connected);
}

static void on_sent(uv_write_t *request, int status)
{
    struct send *send = request->data;
    struct conn *conn = send->conn;
    struct haul_error err;

    conn->unsent -= send->len;
    free(send->line);
    free(send);
    if (conn->closing)
        return;
    if (status != 0) {
        (void)haul_fail(&err, HAUL_E_DAEMON_LOST, "the connection broke: %s", uv_strerror(status));
        end(conn, &err);
    } else if (conn->unsent == 0 && !conn->finishing && conn->events.drained) {
        conn->events.drained(conn->events.ctx);
    }
}

void conn_send(struct conn *conn, char *line, size_t len)
{
    struct send *send;
    uv_buf_t buf = uv_buf_init(line, (unsigned)len);

    if (conn->closing || conn->finishing) {
        free(line);
        return;
    }
    send = xmalloc(sizeof *send);
    *send = (struct send){.conn = conn, .line = line, .len = len};
    send->request.data = send;
    conn->unsent += len;
    conn->queued += len;
    if (uv_write(&send->request, (uv_stream_t *)&conn->pipe, &buf, 1, on_sent) != 0) {
        /* The pipe is broken; reading tells the owner. */
        conn->unsent -= len;
        free(line);
        free(send);
    }
}

uint64_t conn_moved(const struct conn *conn)
{
    return conn->came + conn->queued -
           uv_stream_get_write_queue_size((const uv_stream_t *)&conn->pipe);
}

size_t conn_unsent(const struct conn *conn)
{
    return conn->unsent;
}

/* Nothing to do: the other side closes when it has read everything. */
static void on_shutdown(uv_shutdown_t *request, int status)
{
    struct conn *conn = request->data;

    if (status != 0)
        conn_free(conn);
}

/* The other side need not close: of many that are left open the oldest one goes. */
static void make_room(const struct conn_list *parting)
{
    struct conn *conn;
    size_t count = 0;

    LIST_FOREACH(conn, parting, parting)
    {
        if (++count <= CONN_PARTING_MAX)
            continue;
        conn_free(conn);
        return;
    }
}

void conn_finish(struct conn *conn, struct conn_list *parting)
{
    if (conn->closing || conn->finishing)
        return;
    conn->finishing = true;
    LIST_INSERT_HEAD(parting, conn, parting);
    make_room(parting);
    conn->shutdown.data = conn;
    /* What still comes is read and ignored: closing over unread bytes would reset the connection,
     * and the other side could lose what we sent last. */
    if (uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->pipe, on_shutdown) != 0 ||
        !uv_is_active((uv_handle_t *)&conn->pipe))
        conn_free(conn);
}

void conn_list_free(struct conn_list *parting)
{
    struct conn *conn;

    while ((conn = LIST_FIRST(parting)) != NULL)
        conn_free(conn);
}
