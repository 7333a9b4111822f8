#ifndef CONTROL_CONN_H
#define CONTROL_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <uv.h>

#include "haul/error.h"

/* A connection that carries lines, on one uv loop. Client and server both stand on it. */
struct conn;

/* Connections that are being finished. Begins with LIST_INIT(). */
LIST_HEAD(conn_list, conn);

struct conn_events {
    /* One line without its newline; valid for the call. May free the connection. */
    void (*line)(void *ctx, const char *line, size_t len);
    /* The connection ended, ERR tells why (HAUL_E_DAEMON_LOST for a plain end). Comes at most once,
     * and never after conn_free(). The owner frees or finishes the connection in it. */
    void (*ended)(void *ctx, const struct haul_error *err);
    /* Everything that was sent has been taken by the kernel. */
    void (*drained)(void *ctx);
    /* conn_connect() succeeded; NULL for accepted ones. */
    void (*connected)(void *ctx);
    void *ctx;
};

/* LINE_MAX: the longest line that is taken. EVENTS is copied. */
struct conn *conn_new(uv_loop_t *loop, size_t line_max, const struct conn_events *events);
/* Closes at once, dropping what is unsent. No event comes after it. NULL is fine. */
void conn_free(struct conn *conn);

/* Takes over a waiting connection of LISTENER and begins to read. HAUL_E_SOCKET when that fails or
 * the peer is another user. */
HAUL_CHECKED enum haul_err conn_accept(struct conn *conn, uv_stream_t *listener,
                                       struct haul_error *err);

/* Connects to the socket at PATH; `connected` or `ended` follows, never before this returns. With
 * nobody there `ended` has HAUL_E_NO_DAEMON. */
void conn_connect(struct conn *conn, const char *path);

/* Takes over FD, one end of a connected stream of our own making, and begins to read. */
HAUL_CHECKED enum haul_err conn_adopt(struct conn *conn, int fd, struct haul_error *err);

/* Another descriptor for the same connection, the caller's; -1 with errno. */
int conn_twin(const struct conn *conn);

/* Sends LINE, which is taken. */
void conn_send(struct conn *conn, char *line, size_t len);
/* Bytes that came, and that the system took, in all: when it stands still nothing moves. */
uint64_t conn_moved(const struct conn *conn);
/* Bytes of lines that the system has not taken wholly yet. */
size_t conn_unsent(const struct conn *conn);

#define CONN_PARTING_MAX 256

/* Sends what is queued, then ends our side; what still comes is ignored. No event comes any more;
 * the connection is freed when the other side has closed too. Until then it is in PARTING, whose
 * owner may free it before; when there are more than CONN_PARTING_MAX the oldest one goes. */
void conn_finish(struct conn *conn, struct conn_list *parting);
void conn_list_free(struct conn_list *parting);

#endif
