#ifndef CONTROL_PEER_H
#define CONTROL_PEER_H

#include <jansson.h>
#include <sys/queue.h>
#include <uv.h>

#include "control/conn.h"
#include "control/feed.h"
#include "control/follow_log.h"
#include "control/hosts_view.h"
#include "control/methods.h"
#include "control/view.h"

struct server;

/* A client as the daemon sees it: its connection, its open calls, and its view. */
struct peer {
    LIST_ENTRY(peer) of_server;
    LIST_HEAD(, call) calls;
    struct server *server;
    struct conn *conn;  /* NULL once it is over */
    bool greeted;       /* it said hello, in a version that we speak */
    uint64_t minor;     /* of that version */
    struct view *view;  /* NULL: it watches nothing */
    uv_timer_t timer;   /* runs only while a frame is due */
    bool overrun;       /* it left too much unread and is about to be dropped */
    uint64_t framed_at; /* tick at which the last frame was, or was to be, made */
    bool changed;       /* a frame could not be sent, the peer had not read the last one */
    bool forced;        /* the next frame is sent even if nothing changed */
    struct feed *log;   /* lines of the daemon's log; NULL: none are wanted */
    struct log_look log_look;
    struct feed *hosts; /* NULL: it does not look at them */
    struct hosts_view *hosts_view;
};

/* Accepts a waiting connection. NULL when that failed; the reason is in *err. */
struct peer *peer_new(struct server *server, uv_stream_t *listener, struct haul_error *err);

/* Ends it. With FLUSH, what was sent to it still goes out. Its calls are dropped, but for those
 * that the engine has. Freed later, on the loop. */
void peer_end(struct peer *peer, bool flush);
/* Tells it that the daemon ends because it was told to. */
void peer_bye(struct peer *peer);

/* Sends a line, which is taken. A peer that leaves too much unread is ended a moment later. */
void peer_send(struct peer *peer, char *line, size_t len);

/* Looks at WANTED from now on. A frame follows at once. On failure all stays as it was. */
HAUL_CHECKED enum haul_err peer_watch(struct peer *peer, const struct haul_view *wanted,
                                      struct haul_error *err);
void peer_unwatch(struct peer *peer);

/* Sends the log's new lines from now on, those that LOOK wants; they follow at once. NULL ends it.
 */
void peer_watch_log(struct peer *peer, const struct log_look *look);

/* The same with hosts. */
void peer_watch_hosts(struct peer *peer, const struct haul_hosts_view *wanted);

/* Something in the engine changed: a frame is due at its time. */
void peer_changed(struct peer *peer);

#endif
