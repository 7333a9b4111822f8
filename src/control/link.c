/* How a client reaches its daemon.
 *
 * On this machine: the socket; nobody there, or an end before hello, is a reason to start a daemon,
 * once. The start happens on a thread of the pool. On another machine: ssh, whose own words tell
 * what went wrong, so its end is waited for before anything is told. */

#include "control/link.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "control/conn.h"
#include "control/endpoint.h"
#include "control/proto.h"
#include "control/remote.h"
#include "control/spawn.h"

/* The start of a daemon, on a thread of the pool. */
struct spawn_job {
    uv_work_t work;
    struct link *link; /* NULL once that is freed */
    char session[64];
    enum haul_err code;
    struct haul_error err;
};

struct link {
    uv_loop_t *loop;
    struct link_events events;
    char *session;
    char *host; /* NULL: this machine */
    char *path; /* of the socket here */
    struct conn *conn;
    struct remote *remote;
    struct spawn_job *spawn;
    bool may_start;
    bool greeted;
    uv_timer_t later; /* tells what was found out while it can't be told */
    struct haul_error failure;
};

static void drop_conn(struct link *link)
{
    conn_free(link->conn);
    link->conn = NULL;
}

/* Ends it before telling, so that the owner may connect again. */
static void end(struct link *link, const struct haul_error *err)
{
    struct haul_error copy = *err;

    drop_conn(link);
    remote_free(link->remote, false);
    link->remote = NULL;
    link->events.ended(link->events.ctx, &copy);
}

static void on_later(uv_timer_t *timer)
{
    struct link *link = OWNER_OF(timer, struct link, later);

    end(link, &link->failure);
}

static void end_later(struct link *link, const struct haul_error *err)
{
    link->failure = *err;
    (void)uv_timer_start(&link->later, on_later, 0, 0);
}

/* ---- this machine ---- */

static void connect_socket(struct link *link);

static void on_spawn_work(uv_work_t *work)
{
    struct spawn_job *job = OWNER_OF(work, struct spawn_job, work);

    job->code = spawn_daemon(job->session, &job->err);
}

static void on_spawned(uv_work_t *work, int status)
{
    struct spawn_job *job = OWNER_OF(work, struct spawn_job, work);
    struct link *link = job->link;

    if (link) {
        link->spawn = NULL;
        if (status != 0)
            (void)haul_fail(&job->err, HAUL_E_CANCELLED, "the start of a daemon was cancelled");
        if (status != 0 || job->code != HAUL_OK)
            end(link, &job->err);
        else
            connect_socket(link);
    }
    free(job);
}

static void start_daemon(struct link *link)
{
    struct spawn_job *job = xcalloc(1, sizeof *job);

    link->may_start = false;
    link->spawn = job;
    job->link = link;
    (void)str_copy(job->session, sizeof job->session, link->session);
    /* It can only fail without a work callback. */
    (void)uv_queue_work(link->loop, &job->work, on_spawn_work, on_spawned);
}

void link_refused(struct link *link, const struct haul_error *err)
{
    bool nobody = err->code == HAUL_E_NO_DAEMON || err->code == HAUL_E_DAEMON_LOST;

    if (link->greeted || !link->may_start || !nobody || link->host) {
        end(link, err);
        return;
    }
    drop_conn(link);
    start_daemon(link);
}

static void on_line(void *ctx, const char *line, size_t len)
{
    struct link *link = ctx;

    link->events.line(link->events.ctx, line, len);
}

static void on_connected(void *ctx)
{
    struct link *link = ctx;

    link->events.connected(link->events.ctx);
}

/* Of ssh only its own end tells why; a broken protocol is told at once. */
static void on_ended(void *ctx, const struct haul_error *err)
{
    struct link *link = ctx;

    if (!link->remote || err->code != HAUL_E_DAEMON_LOST) {
        link_refused(link, err);
        return;
    }
    drop_conn(link);
    remote_hang_up(link->remote, link->greeted);
}

static void open_conn(struct link *link)
{
    struct conn_events events = {
        .line = on_line, .ended = on_ended, .connected = on_connected, .ctx = link};

    link->conn = conn_new(link->loop, PROTO_ANSWER_MAX, &events);
}

static void connect_socket(struct link *link)
{
    open_conn(link);
    conn_connect(link->conn, link->path);
}

/* ---- another machine ---- */

static void on_remote_over(void *ctx, const struct haul_error *err)
{
    end(ctx, err);
}

static void on_joined(uv_timer_t *timer)
{
    struct link *link = OWNER_OF(timer, struct link, later);

    link->events.connected(link->events.ctx);
}

/* ssh takes what is sent before the other side is there. */
static void connect_remote(struct link *link, bool may_ask)
{
    struct haul_place place = {.session = link->session, .host = link->host};
    struct remote_events events = {.over = on_remote_over, .ctx = link};
    struct haul_error err;
    int fd;

    if (remote_start(link->loop, &place, may_ask, &events, &link->remote, &fd, &err) != HAUL_OK) {
        end_later(link, &err);
        return;
    }
    open_conn(link);
    if (conn_adopt(link->conn, fd, &err) != HAUL_OK)
        end_later(link, &err);
    else
        (void)uv_timer_start(&link->later, on_joined, 0, 0);
}

/* ---- the way in ---- */

void link_connect(struct link *link, bool may_start, bool may_ask)
{
    link->may_start = may_start;
    link->greeted = false;
    if (link->host)
        connect_remote(link, may_ask);
    else
        connect_socket(link);
}

void link_greeted(struct link *link)
{
    link->greeted = true;
}

bool link_is_open(const struct link *link)
{
    return link->conn != NULL;
}

uint64_t link_moved(const struct link *link)
{
    return link->conn ? conn_moved(link->conn) : 0;
}

void link_send(struct link *link, char *line, size_t len)
{
    conn_send(link->conn, line, len);
}

void link_cut(struct link *link, const struct haul_error *err)
{
    drop_conn(link);
    remote_free(link->remote, true);
    link->remote = NULL;
    end_later(link, err);
}

static void on_later_closed(uv_handle_t *handle)
{
    struct link *link = OWNER_OF(handle, struct link, later);

    free(link->session);
    free(link->host);
    free(link->path);
    free(link);
}

void link_free(struct link *link)
{
    if (!link)
        return;
    drop_conn(link);
    remote_free(link->remote, false);
    if (link->spawn)
        link->spawn->link = NULL;
    uv_close((uv_handle_t *)&link->later, on_later_closed);
}

enum haul_err link_new(uv_loop_t *loop, const struct haul_place *place,
                       const struct link_events *events, struct link **ret_link,
                       struct haul_error *err)
{
    struct link *link;
    char *path = NULL;

    enum haul_err code = place->host ? HAUL_OK : endpoint_path(place->session, &path, err);

    if (code != HAUL_OK)
        return code;
    link = xcalloc(1, sizeof *link);
    link->loop = loop;
    link->events = *events;
    link->session = xstrdup(place->session);
    link->host = place->host ? xstrdup(place->host) : NULL;
    link->path = path;
    (void)uv_timer_init(loop, &link->later);
    *ret_link = link;
    return HAUL_OK;
}
