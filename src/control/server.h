#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include "control/handover.h"
#include "control/hosts_view.h"
#include "control/view.h"
#include "haul/engine.h"
#include "haul/error.h"
#include "haul/loop.h"

/* The daemon's control socket: it lets clients in, runs what they ask on the engine, and decides
 * when the daemon has nothing more to do. On the engine's loop and thread. */
struct server;

struct server_config {
    const char *session;
    struct handover *door; /* of the daemon before this one, taken; NULL: make one */
    bool managed;          /* a service manager started us, and would miss us */
    uint64_t grace_ms;     /* how long it stays with nothing to do and nobody there */
    /* All is put away and answered: once the owner's own handles are closed too, the loop ends. */
    void (*ended)(void *ctx);
    void (*stopping)(void *ctx); /* the end has begun; may be NULL */
    void *ctx;
};

/* Takes the session's lock and makes its socket, unless a service manager made it; nobody is let in
 * yet. HAUL_E_BUSY when another daemon has the session. Waits for one that is just ending. CONFIG
 * is copied, but its session is borrowed. */
HAUL_CHECKED enum haul_err server_new(struct haul_loop *loop, const struct server_config *config,
                                      struct server **ret_server, struct haul_error *err);

/* What the engine is to be made with. */
struct haul_engine_events server_events(struct server *server);

/* Lets clients in. ENGINE is borrowed until `ended`. */
HAUL_CHECKED enum haul_err server_start(struct server *server, struct haul_engine *engine,
                                        struct haul_error *err);

/* Stops the engine, answers who waits, says good-bye to all; then `ended`. A second call is
 * harmless. */
void server_stop(struct server *server);
/* The same because a client said so: the others are told, and do not come back by themselves. */
void server_stop_told(struct server *server);

/* Before server_stop() has come to its end: answers who waits and says good-bye, as far as that
 * goes at once. The process has to end then. */
void server_leave(struct server *server);

/* Makes the socket and its lock again when somebody took them away, as a system does with a
 * runtime folder when its user has logged out. */
void server_mend(struct server *server);

/* True when it ended for another daemon to take its place. */
bool server_is_replaced(const struct server *server);
/* Moves the door to that one out of it, when all is put away. */
void server_part(struct server *server, struct handover *ret_door);

/* After the loop has ended, or if server_start() was never called. Gives the lock back. NULL is
 * fine. */
void server_free(struct server *server);

/* For the methods and peers of this room. */

struct call;
struct conn_list;
struct peer;

struct haul_engine *server_engine(const struct server *server);
const struct view_source *server_source(const struct server *server);
const struct hosts_source *server_hosts(const struct server *server);
const char *server_session(const struct server *server);
bool server_is_stopping(const struct server *server);
bool server_is_full(const struct server *server); /* of clients that have said hello */

/* Puts everything away, then gives the door to who asked with request ASKED at TALK_FD, which is
 * taken. HAUL_E_BAD_STATE when it is a service manager's. */
HAUL_CHECKED enum haul_err server_replace(struct server *server, int talk_fd, int64_t asked,
                                          struct haul_error *err);
/* What is told to who asks for something while the daemon ends. */
enum haul_err server_refuse(const struct server *server, struct haul_error *err);

/* Where the connections of peers go that are told the last things. */
struct conn_list *server_parting(struct server *server);

/* Keeps an open call until it is answered. */
void server_hold(struct server *server, struct call *call);

/* One peer more, or less, wants to hear of each line of the log. */
void server_follow_log(struct server *server, bool follows);

/* A peer has said hello, or is gone. */
void server_peer_greeted(struct server *server);
void server_peer_gone(struct server *server, struct peer *peer);

#endif
