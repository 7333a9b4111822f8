/* One client of the daemon: what it sends goes to the methods, what it watches is pushed to it.
 *
 * Frames: when something changed, a timer is set to the end of the view's interval; the frame is
 * made when it fires, so it is of the newest state. A peer that has not read the last frame gets
 * none until it has, and then one of that moment: never a backlog. With nothing changed no timer
 * runs. Answers are not skipped; a peer that lets more than PROTO_UNREAD_MAX of them pile up is
 * ended. */

#include "control/peer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "control/proto.h"
#include "control/server.h"
#include "haul/log.h"

#define LOG_INTERVAL_MS 250 /* between two notifications of lines */
#define HOSTS_SHARE     20  /* of the time at the most, however many there are: one in so many */

static void on_timer_closed(uv_handle_t *handle)
{
    free(OWNER_OF(handle, struct peer, timer));
}

void peer_end(struct peer *peer, bool flush)
{
    struct call *call, *next;

    if (!peer->conn)
        return;
    if (flush)
        conn_finish(peer->conn, server_parting(peer->server));
    else
        conn_free(peer->conn);
    peer->conn = NULL;
    for (call = LIST_FIRST(&peer->calls); call; call = next) {
        next = LIST_NEXT(call, of_peer);
        if (!call->engine_has_it) {
            call_drop(call);
            continue;
        }
        LIST_REMOVE(call, of_peer);
        call->peer = NULL;
    }
    view_free(peer->view);
    peer->view = NULL;
    peer_watch_log(peer, NULL);
    peer_watch_hosts(peer, NULL);
    server_peer_gone(peer->server, peer);
    uv_close((uv_handle_t *)&peer->timer, on_timer_closed);
}

void peer_bye(struct peer *peer)
{
    size_t len;
    char *line;

    if (!peer->greeted)
        return;
    line = proto_notification("bye", json_object(), &len);
    peer_send(peer, line, len);
}

static void on_timer(uv_timer_t *timer);

void peer_send(struct peer *peer, char *line, size_t len)
{
    if (!peer->conn || peer->overrun) {
        free(line);
        return;
    }
    conn_send(peer->conn, line, len);
    if (conn_unsent(peer->conn) > PROTO_UNREAD_MAX) {
        /* Not at once: callers walk lists that the peer's calls are in. */
        peer->overrun = true;
        (void)uv_timer_start(&peer->timer, on_timer, 0, 0);
    }
}

static void on_line(void *ctx, const char *line, size_t len)
{
    methods_run(ctx, line, len);
}

/* A line that was too long is told to the peer before the end. */
static void on_ended(void *ctx, const struct haul_error *err)
{
    struct peer *peer = ctx;
    char *line;
    size_t len;

    if (err->code != HAUL_E_TOO_BIG) {
        LOG_DEBUG(control, "a client left: %s", err->text);
        peer_end(peer, false);
        return;
    }
    LOG_WARN(control, "a client is dropped: %s", err->text);
    line = proto_failure(NULL, PROTO_NOT_REQUEST, err, &len);
    peer_send(peer, line, len);
    peer_end(peer, true);
}

static void send_frame(struct peer *peer)
{
    json_t *frame = view_frame(peer->view, peer->forced);
    size_t len;
    char *line;

    peer->forced = false;
    peer->changed = false;
    peer->framed_at = clock_ticks(&clock_system);
    if (!frame)
        return;
    line = proto_notification("frame", frame, &len);
    peer_send(peer, line, len);
}

static void set_timer(struct peer *peer, uint64_t due)
{
    uint64_t now = clock_ticks(&clock_system);

    uv_update_time(peer->timer.loop);
    if (!peer->overrun)
        (void)uv_timer_start(&peer->timer, on_timer, due > now ? due - now : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct peer *peer = OWNER_OF(timer, struct peer, timer);
    uint64_t due;

    if (peer->overrun) {
        LOG_WARN(control, "a client left %zu bytes unread and is dropped", conn_unsent(peer->conn));
        peer_end(peer, false);
        return;
    }
    if (!peer->view)
        return;
    if (conn_unsent(peer->conn) > 0) {
        peer->changed = true;
        return;
    }
    send_frame(peer);
    due = view_due(peer->view);
    if (due != 0)
        set_timer(peer, MAX(due, peer->framed_at + view_interval(peer->view)));
}

void peer_changed(struct peer *peer)
{
    feed_changed(peer->hosts);
    if (!peer->view || uv_is_active((uv_handle_t *)&peer->timer))
        return;
    if (conn_unsent(peer->conn) > 0)
        peer->changed = true;
    else
        set_timer(peer, peer->framed_at + view_interval(peer->view));
}

static void on_drained(void *ctx)
{
    struct peer *peer = ctx;

    if (peer->view && peer->changed)
        set_timer(peer, peer->forced ? 0 : peer->framed_at + view_interval(peer->view));
    feed_drained(peer->log);
    feed_drained(peer->hosts);
}

enum haul_err peer_watch(struct peer *peer, const struct haul_view *wanted, struct haul_error *err)
{
    struct view *view = peer->view;
    enum haul_err code;

    if (!view)
        view = view_new(server_source(peer->server), &clock_system);
    code = view_look(view, wanted, err);
    if (code != HAUL_OK) {
        if (!peer->view)
            view_free(view);
        return code;
    }
    peer->view = view;
    peer->forced = true;
    set_timer(peer, 0);
    return HAUL_OK;
}

void peer_unwatch(struct peer *peer)
{
    if (!peer->overrun)
        (void)uv_timer_stop(&peer->timer);
    view_free(peer->view);
    peer->view = NULL;
}

static json_t *make_log(void *ctx)
{
    struct peer *peer = ctx;

    return log_look(&peer->log_look, server_source(peer->server), true);
}

static void send_pushed(void *ctx, char *line, size_t len)
{
    peer_send(ctx, line, len);
}

void peer_watch_log(struct peer *peer, const struct log_look *look)
{
    struct feed_source source = {
        .method = "log", .make = make_log, .send = send_pushed, .ctx = peer};

    if (look && !peer->log) {
        peer->log = feed_new(peer->timer.loop, peer->conn, &source, LOG_INTERVAL_MS);
        server_follow_log(peer->server, true);
    } else if (!look && peer->log) {
        feed_free(peer->log);
        peer->log = NULL;
        server_follow_log(peer->server, false);
    }
    if (!look)
        return;
    peer->log_look = *look;
    feed_now(peer->log);
}

/* All hosts are sorted for it: very many of them are told of less often. */
static json_t *make_hosts(void *ctx)
{
    struct peer *peer = ctx;
    uint64_t begun = clock_ticks(&clock_system), took;
    json_t *frame = hosts_view_frame(peer->hosts_view);

    took = clock_ticks(&clock_system) - begun;
    feed_pace(peer->hosts,
              (uint32_t)MAX(hosts_view_interval(peer->hosts_view), took * HOSTS_SHARE));
    return frame;
}

void peer_watch_hosts(struct peer *peer, const struct haul_hosts_view *wanted)
{
    struct feed_source source = {
        .method = "hosts", .make = make_hosts, .send = send_pushed, .ctx = peer};

    if (wanted && !peer->hosts) {
        peer->hosts = feed_new(peer->timer.loop, peer->conn, &source, 0);
        peer->hosts_view = hosts_view_new(server_hosts(peer->server));
    } else if (!wanted && peer->hosts) {
        feed_free(peer->hosts);
        hosts_view_free(peer->hosts_view);
        peer->hosts = NULL;
        peer->hosts_view = NULL;
    }
    if (!wanted)
        return;
    hosts_view_look(peer->hosts_view, wanted);
    feed_now(peer->hosts);
}

struct peer *peer_new(struct server *server, uv_stream_t *listener, struct haul_error *err)
{
    struct peer *peer = xcalloc(1, sizeof *peer);
    struct conn_events events = {
        .line = on_line, .ended = on_ended, .drained = on_drained, .ctx = peer};

    peer->server = server;
    LIST_INIT(&peer->calls);
    peer->conn = conn_new(listener->loop, PROTO_LINE_MAX, &events);
    if (conn_accept(peer->conn, listener, err) != HAUL_OK) {
        conn_free(peer->conn);
        free(peer);
        return NULL;
    }
    (void)uv_timer_init(listener->loop, &peer->timer);
    return peer;
}
