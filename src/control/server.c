/* The control socket of a session's daemon and the daemon's life.
 *
 * The lock is taken first and held to the end, so there is one daemon a session, whatever happens
 * to the socket file. The daemon ends when it is told to, or by itself: nobody is connected, the
 * engine has nothing to do, and this has been so for the grace time: the queue is on disk. An idle
 * daemon has no timer but that one, and none while a client is connected. */

#include "control/server.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "control/endpoint.h"
#include "control/knock.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/systemd.h"
#include "haul/log.h"

#define GOODBYE_MS 1000 /* for clients that don't read their last answers */
#define LOCK_TRIES 50   /* rests for a daemon that has the lock and does not answer */

struct server {
    struct server_config config;
    struct haul_loop *loop;
    struct haul_engine *engine;
    struct view_source source;
    struct hosts_source hosts;
    int lock_fd;
    int listen_fd; /* -1 once the listener owns it */
    int talk_fd;   /* to the daemon that takes our place; -1: none does */
    int64_t asked; /* id of its request */
    char *path;
    uv_pipe_t *listener;      /* NULL: shut */
    struct endpoint_mark own; /* of the socket's file, so that no other one is taken for it */
    uv_timer_t grace;
    uv_async_t logged;      /* a line was written, in whatever thread */
    unsigned log_followers; /* peers that want to hear of it */
    bool has_socket;        /* and made it: one of a service manager stays */
    bool started;
    bool stopping;
    bool told_to_stop; /* by a client: that is no accident to the others */
    int open_handles;  /* while it is being freed */
    LIST_HEAD(, peer) peers;
    LIST_HEAD(, call) calls;
    struct conn_list parting;
};

/* The engine as a source of views. */

static size_t source_count(void *ctx)
{
    return haul_engine_count(((struct server *)ctx)->engine);
}

static void source_at(void *ctx, size_t position, struct haul_brief *ret_brief)
{
    haul_engine_at(((struct server *)ctx)->engine, position, ret_brief);
}

static bool source_item(void *ctx, uint64_t id, struct haul_item *ret_item)
{
    return haul_engine_item(((struct server *)ctx)->engine, id, ret_item);
}

static void source_totals(void *ctx, struct haul_totals *ret_totals)
{
    haul_engine_totals(((struct server *)ctx)->engine, ret_totals);
}

static uint64_t source_version(void *ctx)
{
    return haul_engine_version(((struct server *)ctx)->engine);
}

static uint64_t source_order_version(void *ctx)
{
    return haul_engine_order_version(((struct server *)ctx)->engine);
}

static bool source_look(void *ctx, uint64_t id, struct haul_brief *ret_brief, size_t *ret_position)
{
    return haul_engine_look(((struct server *)ctx)->engine, id, ret_brief, ret_position);
}

static bool source_changes(void *ctx, uint64_t since, void (*changed)(void *ctx, uint64_t id),
                           void *changed_ctx)
{
    return haul_engine_changes(((struct server *)ctx)->engine, since, changed, changed_ctx);
}

static void hosts_each(void *ctx, void (*host)(void *host_ctx, const struct haul_host_brief *brief),
                       void *host_ctx)
{
    haul_engine_hosts(((struct server *)ctx)->engine, host, host_ctx);
}

static bool hosts_one(void *ctx, const char *name, struct haul_host_brief *ret_brief)
{
    return haul_engine_host(((struct server *)ctx)->engine, name, ret_brief);
}

static uint64_t hosts_most(void *ctx)
{
    struct haul_settings settings;

    haul_engine_settings(((struct server *)ctx)->engine, &settings);
    return settings.per_host;
}

struct haul_engine *server_engine(const struct server *server)
{
    return server->engine;
}

const struct view_source *server_source(const struct server *server)
{
    return &server->source;
}

const struct hosts_source *server_hosts(const struct server *server)
{
    return &server->hosts;
}

const char *server_session(const struct server *server)
{
    return server->config.session;
}

bool server_is_replaced(const struct server *server)
{
    return server->talk_fd >= 0;
}

bool server_is_stopping(const struct server *server)
{
    return server->stopping;
}

struct conn_list *server_parting(struct server *server)
{
    return &server->parting;
}

void server_hold(struct server *server, struct call *call)
{
    LIST_INSERT_HEAD(&server->calls, call, of_server);
}

/* Connections, or only those that have said hello. */
static size_t count_peers(const struct server *server, bool only_greeted)
{
    const struct peer *peer;
    size_t count = 0;

    LIST_FOREACH(peer, &server->peers, of_server)
    {
        count += peer->greeted || !only_greeted;
    }
    return count;
}

bool server_is_full(const struct server *server)
{
    return count_peers(server, true) >= PROTO_CLIENTS_MAX;
}

static void on_grace_over(uv_timer_t *timer)
{
    struct server *server = OWNER_OF(timer, struct server, grace);

    LOG_INFO(control, "nothing to do and nobody here: the daemon ends");
    server_stop(server);
}

/* Sets or takes back the end that comes by itself. */
static void consider_ending(struct server *server)
{
    bool active = uv_is_active((uv_handle_t *)&server->grace);
    bool wanted = !server->stopping && count_peers(server, true) == 0 &&
                  haul_engine_idle(server->engine) && haul_engine_is_kept(server->engine);

    if (wanted && !active)
        (void)uv_timer_start(&server->grace, on_grace_over, server->config.grace_ms, 0);
    else if (!wanted && active)
        (void)uv_timer_stop(&server->grace);
}

void server_peer_greeted(struct server *server)
{
    consider_ending(server);
}

void server_peer_gone(struct server *server, struct peer *peer)
{
    LIST_REMOVE(peer, of_server);
    if (!server->stopping)
        consider_ending(server);
}

/* Tells a `wait` what became of an item. */
static void note_happening(struct call *call, uint64_t id, enum haul_happening what)
{
    struct haul_item item;

    if (!wait_has(call->wait, id))
        return;
    if (what == HAUL_ITEM_REMOVED) {
        wait_removed(call->wait, id);
    } else if (haul_engine_item(call->server->engine, id, &item)) {
        wait_add(call->wait, id, item.state, item.err);
        haul_item_fini(&item);
    }
    if (wait_over(call->wait))
        call_finish_wait(call);
}

static void on_item(void *ctx, uint64_t id, enum haul_happening what)
{
    struct server *server = ctx;
    struct call *call, *next;

    for (call = LIST_FIRST(&server->calls); call; call = next) {
        next = LIST_NEXT(call, of_server);
        if (call->wait)
            note_happening(call, id, what);
    }
}

static void on_changed(void *ctx)
{
    struct server *server = ctx;
    struct peer *peer;

    if (!server->started || server->stopping)
        return;
    LIST_FOREACH(peer, &server->peers, of_server)
    {
        peer_changed(peer);
    }
    consider_ending(server);
}

/* In the thread that logs. */
static void on_line_written(void *ctx)
{
    struct server *server = ctx;

    (void)uv_async_send(&server->logged);
}

static void on_logged(uv_async_t *async)
{
    struct server *server = OWNER_OF(async, struct server, logged);
    struct peer *peer;

    LIST_FOREACH(peer, &server->peers, of_server)
    {
        feed_changed(peer->log);
    }
}

void server_follow_log(struct server *server, bool follows)
{
    if (follows)
        server->log_followers++;
    else
        server->log_followers--;
    haul_log_listen(server->log_followers > 0 ? on_line_written : NULL, server);
}

struct haul_engine_events server_events(struct server *server)
{
    return (struct haul_engine_events){.item = on_item, .changed = on_changed, .ctx = server};
}

/* Of those who have not said hello the one that has had the most time to. */
static void end_silent(struct server *server)
{
    struct peer *peer, *oldest = NULL;

    LIST_FOREACH(peer, &server->peers, of_server)
    {
        oldest = peer->greeted ? oldest : peer;
    }
    LOG_WARN(control, "too many connections: one that says nothing is closed");
    peer_end(oldest, false);
}

/* Who connects is served, or refused, when it says hello; only when far too many are there at once,
 * who may never say it, the others are sent away unheard. */
static void on_connection(uv_stream_t *listener, int status)
{
    struct server *server = listener->data;
    struct haul_error err;
    struct peer *peer;

    if (server->stopping || listener != (uv_stream_t *)server->listener)
        return;
    if (status != 0) {
        LOG_WARN(control, "a connection came to nothing: %s", uv_strerror(status));
        return;
    }
    peer = peer_new(server, listener, &err);
    if (!peer) {
        LOG_WARN(control, "a connection is refused: %s", err.text);
        return;
    }
    LIST_INSERT_HEAD(&server->peers, peer, of_server);
    if (count_peers(server, false) > (size_t)2 * PROTO_CLIENTS_MAX)
        end_silent(server);
}

/* What the daemon before this one had. Its socket is ours only once we serve. */
static enum haul_err take_door(struct server *server, struct handover *door)
{
    server->lock_fd = door->lock_fd;
    server->listen_fd = door->listen_fd;
    door->lock_fd = door->listen_fd = -1;
    return HAUL_OK;
}

/* The session's lock. A daemon that holds it without answering is just ending or just starting:
 * it is waited for, but not for ever, as it may have lost its socket (knock.h). */
static enum haul_err take_lock(struct server *server, struct haul_error *err)
{
    const char *session = server->config.session;
    enum haul_err code;

    for (unsigned tries = 0;; tries++) {
        code = endpoint_lock(session, ENDPOINT_LIFE, false, &server->lock_fd, err);
        /* A service manager's socket answers in any case. */
        if (code != HAUL_E_BUSY || server->listen_fd >= 0 || tries == LOCK_TRIES)
            return code;
        if (endpoint_answers(server->path))
            return haul_fail(err, HAUL_E_BUSY, "a daemon is already running in session %s",
                             session);
        knock_rest();
    }
}

/* The socket, unless a service manager made it, and before it the lock. */
static enum haul_err make_door(struct server *server, struct haul_error *err)
{
    enum haul_err code = systemd_socket(server->path, &server->listen_fd, err);

    if (code == HAUL_OK)
        code = take_lock(server, err);
    if (code == HAUL_OK && server->listen_fd < 0) {
        code = endpoint_listen(server->path, &server->listen_fd, err);
        server->has_socket = code == HAUL_OK;
    }
    return code;
}

enum haul_err server_new(struct haul_loop *loop, const struct server_config *config,
                         struct server **ret_server, struct haul_error *err)
{
    struct server *server = xcalloc(1, sizeof *server);
    enum haul_err code;

    server->config = *config;
    server->loop = loop;
    server->lock_fd = server->listen_fd = server->talk_fd = -1;
    server->source = (struct view_source){
        .count = source_count,
        .at = source_at,
        .item = source_item,
        .totals = source_totals,
        .version = source_version,
        .order_version = source_order_version,
        .look = source_look,
        .changes = source_changes,
        .ctx = server,
    };
    server->hosts = (struct hosts_source){
        .each = hosts_each, .one = hosts_one, .per_host = hosts_most, .ctx = server};
    proto_setup();
    code = endpoint_path(config->session, &server->path, err);
    if (code == HAUL_OK)
        code = config->door ? take_door(server, config->door) : make_door(server, err);
    if (code != HAUL_OK)
        server_free(server);
    else
        *ret_server = server;
    return code;
}

static void on_listener_closed(uv_handle_t *handle)
{
    free(handle);
}

static void shut(struct server *server)
{
    if (server->listener)
        uv_close((uv_handle_t *)server->listener, on_listener_closed);
    server->listener = NULL;
}

/* Lets clients in at listen_fd, and nowhere else. */
static enum haul_err let_in(struct server *server, struct haul_error *err)
{
    int status;

    shut(server);
    server->listener = xcalloc(1, sizeof *server->listener);
    server->listener->data = server;
    (void)uv_pipe_init(loop_uv(server->loop), server->listener, 0);
    status = uv_pipe_open(server->listener, server->listen_fd);
    if (status == 0) {
        server->listen_fd = -1;
        status = uv_listen((uv_stream_t *)server->listener, SOMAXCONN, on_connection);
    }
    if (status != 0)
        return haul_fail(err, HAUL_E_SOCKET, "can't listen at %s: %s", server->path,
                         uv_strerror(status));
    server->own = endpoint_mark(server->path);
    return HAUL_OK;
}

enum haul_err server_start(struct server *server, struct haul_engine *engine,
                           struct haul_error *err)
{
    uv_loop_t *uv = loop_uv(server->loop);
    enum haul_err code;

    server->engine = engine;
    server->started = true;
    (void)uv_timer_init(uv, &server->grace);
    (void)uv_async_init(uv, &server->logged, on_logged);
    uv_unref((uv_handle_t *)&server->logged);
    code = let_in(server, err);
    if (code != HAUL_OK)
        return code;
    server->has_socket = server->has_socket || server->config.door;
    consider_ending(server);
    return HAUL_OK;
}

/* The lock that is where it should be; the one we had may have lost its name. */
static enum haul_err renew_lock(struct server *server, struct haul_error *err)
{
    enum haul_err code;
    int fd;

    if (endpoint_has_lock(server->config.session, server->lock_fd))
        return HAUL_OK;
    code = endpoint_lock(server->config.session, ENDPOINT_LIFE, false, &fd, err);
    if (code != HAUL_OK)
        return code;
    close(server->lock_fd);
    server->lock_fd = fd;
    return HAUL_OK;
}

void server_mend(struct server *server)
{
    struct haul_error err;
    struct endpoint_mark there;
    enum haul_err code;

    if (!server->started || server->stopping || !server->has_socket)
        return;
    there = endpoint_mark(server->path);
    if (endpoint_same(&there, &server->own))
        return;
    code = renew_lock(server, &err);
    if (code == HAUL_OK)
        code = endpoint_listen(server->path, &server->listen_fd, &err);
    if (code == HAUL_OK)
        code = let_in(server, &err);
    if (code == HAUL_OK)
        LOG_WARN(control, "the socket %s was gone: it is there again", server->path);
    else
        LOG_ERROR(control, "the socket %s is gone: %s", server->path, err.text);
}

/* A client that does not read its last answers must not keep the daemon. */
static void on_goodbye_over(uv_timer_t *timer)
{
    struct server *server = OWNER_OF(timer, struct server, grace);

    conn_list_free(&server->parting);
}

/* A client that hears this knows where to find the next one: here. */
static void tell_replaced(struct peer *peer)
{
    size_t len;
    char *line = proto_notification("replaced", NULL, &len);

    peer_send(peer, line, len);
}

enum haul_err server_refuse(const struct server *server, struct haul_error *err)
{
    if (server_is_replaced(server))
        return haul_fail(err, HAUL_E_REPLACED, "another haul takes the daemon's place; ask again");
    return haul_fail(err, HAUL_E_DAEMON_LOST, "the daemon is ending; try again");
}

/* Answers who waits, and good-bye to all. */
static void part_from_all(struct server *server)
{
    struct haul_error err;
    struct call *call, *next;
    struct peer *peer, *next_peer;

    if (server_is_replaced(server))
        (void)server_refuse(server, &err);
    else
        (void)haul_fail(&err, HAUL_E_DAEMON_LOST, "the daemon was stopped");
    for (call = LIST_FIRST(&server->calls); call; call = next) {
        next = LIST_NEXT(call, of_server);
        if (call->awaits_stop)
            call_succeed(call, json_object());
        else
            method_fail(call, PROTO_REFUSED, &err);
    }
    for (peer = LIST_FIRST(&server->peers); peer; peer = next_peer) {
        next_peer = LIST_NEXT(peer, of_server);
        if (server->told_to_stop)
            peer_bye(peer);
        if (server_is_replaced(server) && peer->greeted)
            tell_replaced(peer);
        peer_end(peer, true);
    }
}

static void on_engine_stopped(void *ctx)
{
    struct server *server = ctx;

    part_from_all(server);
    /* Unreferenced: it ends the loop only while unread answers would keep it. */
    (void)uv_timer_start(&server->grace, on_goodbye_over, GOODBYE_MS, 0);
    uv_unref((uv_handle_t *)&server->grace);
    server->config.ended(server->config.ctx);
}

void server_leave(struct server *server)
{
    part_from_all(server);
}

/* Only the file that is ours: another daemon's may stand in its place. */
static void remove_socket(struct server *server)
{
    struct endpoint_mark there;

    if (!server->has_socket)
        return;
    there = endpoint_mark(server->path);
    if (!server->started || endpoint_same(&there, &server->own))
        endpoint_remove(server->path);
    server->has_socket = false;
}

void server_stop_told(struct server *server)
{
    server->told_to_stop = !server->stopping;
    server_stop(server);
}

void server_stop(struct server *server)
{
    if (server->stopping || !server->started)
        return;
    server->stopping = true;
    (void)uv_timer_stop(&server->grace);
    if (!server_is_replaced(server))
        remove_socket(server);
    server->has_socket = false;
    if (server->config.stopping)
        server->config.stopping(server->config.ctx);
    if (server->listener)
        uv_unref((uv_handle_t *)server->listener);
    haul_engine_stop(server->engine, on_engine_stopped, server);
}

/* From here on who connects waits for the next daemon: libuv would accept one more. */
enum haul_err server_replace(struct server *server, int talk_fd, int64_t asked,
                             struct haul_error *err)
{
    uv_os_fd_t fd = -1;

    if (server->config.managed || !server->has_socket || !server->listener) {
        close(talk_fd);
        return haul_fail(err, HAUL_E_BAD_STATE,
                         "a service manager runs the daemon: let it do that, with: "
                         "systemctl --user restart haul@%s",
                         server->config.session);
    }
    (void)uv_fileno((uv_handle_t *)server->listener, &fd);
    server->listen_fd = endpoint_twin(fd);
    if (server->listen_fd < 0) {
        close(talk_fd);
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't hand the socket over");
    }
    shut(server);
    server->talk_fd = talk_fd;
    server->asked = asked;
    LOG_INFO(control, "another haul takes our place");
    server_stop(server);
    return HAUL_OK;
}

void server_part(struct server *server, struct handover *ret_door)
{
    *ret_door = (struct handover){.lock_fd = server->lock_fd,
                                  .listen_fd = server->listen_fd,
                                  .talk_fd = server->talk_fd,
                                  .asked = server->asked};
    server->lock_fd = server->listen_fd = server->talk_fd = -1;
}

/* The memory goes with the last of the handles that live in it. */
static void on_handle_closed(uv_handle_t *handle)
{
    struct server *server = handle->data;

    if (--server->open_handles == 0)
        free(server);
}

static void close_handle(struct server *server, uv_handle_t *handle)
{
    handle->data = server;
    uv_close(handle, on_handle_closed);
}

void server_free(struct server *server)
{
    struct call *call;

    if (!server)
        return;
    conn_list_free(&server->parting);
    while ((call = LIST_FIRST(&server->calls)) != NULL)
        call_drop(call);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    remove_socket(server);
    if (server->lock_fd >= 0)
        close(server->lock_fd);
    if (server->talk_fd >= 0)
        close(server->talk_fd);
    free(server->path);
    if (!server->started) {
        free(server);
        return;
    }
    haul_log_listen(NULL, NULL);
    shut(server);
    server->open_handles = 2;
    close_handle(server, (uv_handle_t *)&server->logged);
    close_handle(server, (uv_handle_t *)&server->grace);
}
