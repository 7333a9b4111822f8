/* A connection: finds out whether it speaks TLS, collects requests and carries out their plans, one
 * after the other. Never more than one piece of a body is on its way, so thousands of slow
 * connections cost little; content is sent from static memory without a copy.
 *
 * The loop is pump → step → send: a step that has to wait (for the socket, for the pace, for ever)
 * leaves, and whatever it waits for pumps again. */

#include "conn.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "auth.h"
#include "content.h"
#include "plan.h"
#include "script.h"
#include "tls.h"

#define HEAD_MAX    (1 << 20) /* longest request head that is read */
#define SCRATCH_MAX (CONTENT_BLOCK + 64)
#define STEPS_MAX   32 /* steps in one turn of the loop, so that all connections get theirs */
#define LOOK_MS     50 /* between two looks whether a gate is open */
#define OPEN        "/_open/"

enum step { STEP_IDLE, STEP_DELAY, STEP_HEAD, STEP_BODY, STEP_TAIL, STEP_END };

struct conn {
    struct origin *origin;
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_shutdown_t shutdown;
    int port;
    bool six;
    uint64_t number;
    int handles; /* open ones; the last close frees */
    bool closing;
    bool ending;  /* shut down, waiting for the last bytes to leave */
    bool sniffed; /* plain or TLS is decided */
    bool secure;
    bool tunnel; /* came through CONNECT */
    bool waiting;
    unsigned writing;
    uint64_t answered; /* requests on this connection */
    size_t head_sent;  /* of a head that trickles */
    struct tls tls;
    char *in;
    size_t in_len;
    enum step step;
    struct plan plan;
    struct tally *tally;
    bool opens_tunnel;
    uint64_t sent;      /* body bytes so far */
    uint64_t allowance; /* bytes that the pace lets go now */
    uint64_t owed;      /* rest below one byte, in thousandths */
    char *scratch;      /* for pieces that are made */
};

/* The remainder of a write that the socket did not take at once. */
struct send {
    uv_write_t write;
    char *owned;
};

static void conn_pump(struct conn *conn);

static void conn_free(struct conn *conn)
{
    if (conn->tally)
        ledger_end(&conn->origin->ledger, conn->tally);
    ledger_disconnected(&conn->origin->ledger);
    plan_fini(&conn->plan);
    if (conn->secure)
        tls_fini(&conn->tls);
    free(conn->scratch);
    free(conn->in);
    free(conn);
}

static void on_closed(uv_handle_t *handle)
{
    struct conn *conn = handle->data;
    if (--conn->handles == 0)
        conn_free(conn);
}

static void conn_close(struct conn *conn)
{
    if (conn->closing)
        return;
    conn->closing = true;
    uv_close((uv_handle_t *)&conn->timer, on_closed);
    uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

static void conn_reset(struct conn *conn)
{
    conn->closing = true;
    uv_close((uv_handle_t *)&conn->timer, on_closed);
    if (uv_tcp_close_reset(&conn->tcp, on_closed) != 0)
        uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
    struct send *send = (struct send *)(void *)write;
    struct conn *conn = write->data;
    free(send->owned);
    free(send);
    conn->writing--;
    if (status < 0)
        conn_close(conn);
    else
        conn_pump(conn);
}

/* Hands DATA to the socket. It stays valid until written; OWNED is freed then. */
static void conn_push(struct conn *conn, const char *data, size_t len, char *owned)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
    int took = uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
    if (took == (int)len || (took < 0 && took != UV_EAGAIN)) {
        free(owned);
        if (took < 0)
            conn_close(conn);
        return;
    }
    if (took > 0)
        buf = uv_buf_init(buf.base + took, (unsigned)len - (unsigned)took);
    struct send *send = calloc(1, sizeof(*send));
    if (!send)
        abort();
    send->owned = owned;
    send->write.data = conn;
    conn->writing++;
    if (uv_write(&send->write, (uv_stream_t *)&conn->tcp, &buf, 1, on_written) != 0)
        on_written(&send->write, UV_EPIPE);
}

/* Sends what TLS wants to send. */
static void conn_flush(struct conn *conn)
{
    size_t len = 0;
    char *out = tls_take_output(&conn->tls, &len);
    if (out)
        conn_push(conn, out, len, out);
}

static void conn_send(struct conn *conn, const void *data, size_t len)
{
    if (len == 0)
        return;
    if (!conn->secure) {
        conn_push(conn, data, len, NULL);
        return;
    }
    if (!tls_write(&conn->tls, data, len)) {
        conn_close(conn);
        return;
    }
    conn_flush(conn);
}

static void on_timer(uv_timer_t *timer)
{
    struct conn *conn = timer->data;
    conn->waiting = false;
    conn_pump(conn);
}

/* Stops the pump for MS, or for ever. */
static void conn_wait(struct conn *conn, uint64_t ms)
{
    conn->waiting = true;
    if (ms != NEVER)
        uv_timer_start(&conn->timer, on_timer, ms, 0);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)status;
    conn_close(shutdown->data);
}

/* Ends the stream in the proper order: close_notify unless the plan truncates, FIN, close. */
static void conn_end(struct conn *conn)
{
    if (conn->secure && !conn->plan.truncate) {
        tls_close_notify(&conn->tls);
        conn_flush(conn);
    }
    if (conn->closing)
        return;
    conn->ending = true;
    conn->shutdown.data = conn;
    if (uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, on_shutdown) != 0)
        conn_close(conn);
}

static char *conn_scratch(struct conn *conn)
{
    if (!conn->scratch && !(conn->scratch = malloc(SCRATCH_MAX)))
        abort();
    return conn->scratch;
}

/* A piece of an endless answer: as many repeats as fit. */
static void send_endless(struct conn *conn)
{
    char *scratch = conn_scratch(conn);
    size_t len = strlen(conn->plan.endless);
    size_t used = 0;
    for (; used + len <= CONTENT_BLOCK / 4; used += len)
        memcpy(scratch + used, conn->plan.endless, len);
    conn_send(conn, scratch, used);
}

/* A chunk's head with an extension of LEN bytes, which mean nothing. */
static void send_extension(struct conn *conn, size_t chunk, uint64_t len)
{
    char *text = malloc(len + 32);
    if (!text)
        abort();
    size_t head = (size_t)snprintf(text, 32, "%zx;", chunk);
    memset(text + head, 'x', len);
    memcpy(text + head + len, "\r\n", 2);
    if (!conn->secure) {
        conn_push(conn, text, head + len + 2, text);
        return;
    }
    conn_send(conn, text, head + len + 2);
    free(text);
}

/* LEN body bytes as one chunk (RFC 9112, section 7.1). */
static void send_chunk(struct conn *conn, const void *data, size_t len)
{
    char *scratch = conn_scratch(conn);
    size_t head = (size_t)snprintf(scratch, 32, "%zx\r\n", len);
    if (conn->plan.extension) {
        send_extension(conn, len, conn->plan.extension);
        conn->plan.extension = 0;
        head = 0;
    }
    memcpy(scratch + head, data, len);
    memcpy(scratch + head + len, "\r\n", 2);
    conn_send(conn, scratch, head + len + 2);
}

static size_t at_most(size_t len, uint64_t limit)
{
    return limit < len ? (size_t)limit : len;
}

/* The next bytes of the body and how many of them are in one piece. */
static const void *body_at(const struct plan *plan, uint64_t sent, size_t *ret_len)
{
    uint64_t at = plan->pos + sent;
    if (!plan->text && at >= plan->twist)
        return content_at(plan->seed + CONTENT_OTHER, at, ret_len);
    if (!plan->text) {
        const void *data = content_at(plan->seed, at, ret_len);
        *ret_len = at_most(*ret_len, plan->twist - at);
        return data;
    }
    *ret_len = plan->text_len - (size_t)sent;
    return plan->text + sent;
}

static uint64_t body_total(const struct plan *plan)
{
    return plan->text ? plan->text_len : plan->end - plan->pos;
}

/* How many of LEN bytes go before the next break, chunk border or pause of the pace. */
static size_t body_piece(const struct conn *conn, size_t len)
{
    const struct plan *plan = &conn->plan;
    len = at_most(len, body_total(plan) - conn->sent);
    if (plan->stall > conn->sent)
        len = at_most(len, plan->stall - conn->sent);
    if (plan->close > conn->sent)
        len = at_most(len, plan->close - conn->sent);
    if (plan->reset > conn->sent)
        len = at_most(len, plan->reset - conn->sent);
    if (plan->gate > plan->pos + conn->sent)
        len = at_most(len, plan->gate - plan->pos - conn->sent);
    if (plan->chunked)
        len = at_most(len, plan->chunk_size);
    return plan->rate ? at_most(len, conn->allowance) : len;
}

/* True when a break is due at this byte, and made. */
static bool body_breaks(struct conn *conn)
{
    struct plan *plan = &conn->plan;
    if (conn->sent == plan->reset) {
        conn_reset(conn);
        return true;
    }
    if (conn->sent == plan->close) {
        conn_end(conn);
        return true;
    }
    if (conn->sent == plan->stall) {
        plan->stall = NEVER;
        conn_wait(conn, plan->stall_ms);
        return true;
    }
    return false;
}

/* True while the next byte has to wait for others, or for the gate. Once that is open nothing holds
 * the body back, and no pace either. */
static bool body_is_held(struct conn *conn)
{
    struct plan *plan = &conn->plan;
    if (plan->text || conn->sent == body_total(plan))
        return false;
    if (plan->meet > 0 && ledger_most(conn->tally) < plan->meet)
        return true;
    plan->meet = 0;
    if (plan->gate_path && ledger_is_open(&conn->origin->ledger, plan->gate_path)) {
        plan->gate = NEVER;
        plan->rate = 0;
    }
    return plan->pos + conn->sent >= plan->gate;
}

static void step_body(struct conn *conn)
{
    struct plan *plan = &conn->plan;
    if (plan->endless) {
        send_endless(conn);
        return;
    }
    if (body_is_held(conn)) {
        conn_wait(conn, LOOK_MS);
        return;
    }
    if (body_breaks(conn))
        return;
    if (conn->sent == body_total(plan)) {
        conn->step = STEP_TAIL;
        return;
    }
    if (plan->rate && conn->allowance == 0) {
        conn->owed += plan->rate * plan->tick;
        conn->allowance = conn->owed / 1000;
        conn->owed %= 1000;
        conn_wait(conn, plan->tick);
        return;
    }
    size_t len = 0;
    const void *data = body_at(plan, conn->sent, &len);
    len = body_piece(conn, len);
    conn->sent += len;
    if (!plan->text)
        conn->origin->ledger.bytes += len;
    if (plan->rate)
        conn->allowance -= len;
    if (plan->chunked)
        send_chunk(conn, data, len);
    else
        conn_send(conn, data, len);
}

static void conn_next_request(struct conn *conn);

/* The answer is out: the next request, the tunnel, or the end. */
static void step_end(struct conn *conn)
{
    bool close_after = conn->plan.close_after;
    if (conn->tally)
        ledger_end(&conn->origin->ledger, conn->tally);
    conn->tally = NULL;
    conn->step = STEP_IDLE;
    if (close_after) {
        conn_end(conn);
        return;
    }
    plan_fini(&conn->plan);
    if (conn->opens_tunnel) {
        conn->opens_tunnel = false;
        conn->tunnel = true;
        conn->sniffed = false;
    }
    conn_next_request(conn);
}

/* What goes behind a body leaves together with it: a client that is quick would ask anew in
 * between, and nobody could tell then that the answer is not his. */
static void conn_cork(struct conn *conn, int on)
{
    uv_os_fd_t fd;
    if (uv_fileno((const uv_handle_t *)&conn->tcp, &fd) == 0)
        setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
}

static void step_head(struct conn *conn)
{
    const struct plan *plan = &conn->plan;
    size_t len = plan->trickle ? 1 : plan->head_len;
    if (plan->behind && conn->head_sent == 0)
        conn_cork(conn, 1);
    if (conn->head_sent < plan->head_len) {
        conn_send(conn, plan->head + conn->head_sent, len);
        conn->head_sent += len;
    }
    if (conn->head_sent == plan->head_len)
        conn->step = STEP_BODY;
    else
        conn_wait(conn, plan->trickle);
}

static void conn_step(struct conn *conn)
{
    struct plan *plan = &conn->plan;
    switch (conn->step) {
    case STEP_IDLE:
        break;
    case STEP_DELAY:
        conn->step = STEP_HEAD;
        if (plan->delay)
            conn_wait(conn, plan->delay);
        break;
    case STEP_HEAD:
        step_head(conn);
        break;
    case STEP_BODY:
        step_body(conn);
        break;
    case STEP_TAIL:
        conn->step = STEP_END;
        if (plan->tail)
            conn_send(conn, plan->tail, strlen(plan->tail));
        if (plan->behind) {
            conn_send(conn, plan->behind, plan->behind_len);
            conn_cork(conn, 0);
        }
        break;
    case STEP_END:
        step_end(conn);
        break;
    }
}

static void conn_pump(struct conn *conn)
{
    for (unsigned steps = 0; conn->step != STEP_IDLE; steps++) {
        if (conn->closing || conn->ending || conn->waiting || conn->writing > 0)
            return;
        if (steps == STEPS_MAX) {
            conn_wait(conn, 0);
            return;
        }
        conn_step(conn);
    }
}

/* Whether the proxy is asked for HOST. */
static bool is_for(const struct request *request, const char *host)
{
    const char *target = request->target;
    if (strncmp(target, "http://", 7) == 0)
        target += 7;
    return strncmp(target, host, strlen(host)) == 0;
}

/* CONNECT and absolute form: the origin is its own proxy and answers for any host but these. */
static void plan_proxy(struct conn *conn, const struct request *request)
{
    const char *user = conn->origin->proxy_user;
    const char *login = request_header(request, "Proxy-Authorization");
    struct plan *plan = &conn->plan;
    if (user && !auth_basic_ok(login, user)) {
        plan_refuse(plan, 407, "Proxy-Authenticate: Basic realm=\"" AUTH_REALM "\"\r\n", "log in");
    } else if (is_for(request, "refused.test")) {
        plan_refuse(plan, 403, "", "not that host");
    } else if (is_for(request, "broken.test")) {
        plan_refuse(plan, 502, "", "that host does not answer");
    } else if (is_for(request, "garbage.test")) {
        plan->head = strdup("What a tunnel!\r\n\r\n");
        plan->head_len = plan->head ? strlen(plan->head) : 0;
        plan->close_after = true;
    } else if (is_for(request, "mute.test")) {
        plan_refuse(plan, 200, "", "never sent");
        plan->delay = NEVER;
    } else if (is_for(request, "hangup.test")) {
        plan->head = strdup("");
        plan->close_after = true;
    } else if (strcmp(request->method, "CONNECT") == 0) {
        plan->head = strdup("HTTP/1.1 200 Connection established\r\n\r\n");
        plan->head_len = plan->head ? strlen(plan->head) : 0;
        conn->opens_tunnel = true;
    }
}

/* What the URL's own script says. */
static void plan_script(struct conn *conn, const struct request *request)
{
    struct script script;
    const char *bad = NULL;
    if (!script_parse(&script, request->query, &bad)) {
        char text[128];
        snprintf(text, sizeof(text), "not a parameter: %.80s", bad);
        plan_refuse(&conn->plan, 599, "", text);
        script_fini(&script);
        return;
    }
    const char *key = script.key.data ? script.key.data : request->target;
    uint64_t count = 0;
    uint64_t active = 0;
    conn->tally = ledger_begin(&conn->origin->ledger, key, &count, &active);
    plan_make(&conn->plan, request, &script, count, active, conn->number);
    script_fini(&script);
}

/* Chooses the answer to one request. */
static void conn_answer(struct conn *conn, struct request *request)
{
    struct plan *plan = &conn->plan;
    struct ledger_place place = {conn->number, conn->port, conn->six, conn->secure,
                                 conn->secure && tls_knows_client(&conn->tls)};
    bool by_proxy = request->proxied;
    request->proxied = by_proxy || conn->tunnel;
    ledger_request(&conn->origin->ledger, request, &place);
    if (by_proxy)
        plan_proxy(conn, request);
    if (plan->head)
        return;
    bool known = strcmp(request->method, "TRACE") != 0;
    if (known)
        plan_script(conn, request);
    else
        plan_refuse(plan, 405, "Allow: GET, HEAD, POST, PUT\r\n", "no TRACE");
    plan->close_after |= !known;
}

/* PATH is one at which the test asks the origin itself, which then does what it is told. */
static bool conn_is_told(struct conn *conn, const char *path)
{
    struct ledger *ledger = &conn->origin->ledger;
    if (strncmp(path, OPEN, strlen(OPEN)) == 0)
        ledger_open(ledger, path + strlen(OPEN) - 1);
    else if (strcmp(path, "/_shut") == 0)
        ledger_shut(ledger);
    else
        return strcmp(path, "/_stats") == 0;
    return true;
}

/* Begins the next answer when a whole request is there. */
static void conn_next_request(struct conn *conn)
{
    size_t len = conn->in_len ? request_head_len(conn->in, conn->in_len) : 0;
    size_t body = len ? request_body_len(conn->in, len) : 0;
    if (len == 0 || conn->in_len - len < body)
        return;
    struct request request;
    if (!request_parse(&request, conn->in, len)) {
        request_fini(&request);
        conn_close(conn);
        return;
    }
    char *sent = strndup(conn->in + len, body);
    if (!sent)
        abort();
    request.body = sent;
    request.body_len = body;
    conn->in_len -= len + body;
    memmove(conn->in, conn->in + len + body, conn->in_len);
    conn->sent = 0;
    conn->head_sent = 0;
    conn->allowance = 0;
    conn->owed = 0;
    conn->plan = (struct plan){.stall = NEVER, .close = NEVER, .reset = NEVER, .gate = NEVER};
    if (conn_is_told(conn, request.path))
        plan_text(&conn->plan, "application/json", ledger_stats(&conn->origin->ledger));
    else
        conn_answer(conn, &request);
    const char *connection = request_header(&request, "Connection");
    conn->plan.close_after |= connection && strcasecmp(connection, "close") == 0;
    request_fini(&request);
    free(sent);
    conn->answered++;
    if (conn->plan.refuse_reuse && conn->answered > 1)
        conn_end(conn);
    conn->step = STEP_DELAY;
}

/* Takes in plain request bytes. False when a client sends more than a head may hold. */
static bool conn_take(struct conn *conn, const char *data, size_t len)
{
    if (conn->in_len + len > HEAD_MAX)
        return false;
    char *grown = realloc(conn->in, conn->in_len + len + 1);
    if (!grown)
        abort();
    memcpy(grown + conn->in_len, data, len);
    conn->in = grown;
    conn->in_len += len;
    conn->in[conn->in_len] = '\0';
    return true;
}

/* The first byte tells TLS (a handshake record, RFC 8446, section 5.1) from plain HTTP. */
static bool conn_sniff(struct conn *conn, char first)
{
    conn->sniffed = true;
    if (first != 0x16)
        return true;
    if (conn->secure || !tls_init(&conn->tls, conn->origin->tls))
        return false;
    conn->secure = true;
    return true;
}

static bool conn_receive(struct conn *conn, const char *data, size_t len)
{
    if (!conn->sniffed && !conn_sniff(conn, data[0]))
        return false;
    if (!conn->secure)
        return conn_take(conn, data, len);
    bool ok = tls_feed(&conn->tls, data, len);
    conn_flush(conn);
    char plain[16384];
    size_t got = 0;
    while (ok && (got = tls_read(&conn->tls, plain, sizeof(plain))) > 0)
        ok = conn_take(conn, plain, got);
    return ok;
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct conn *conn = stream->data;
    if (got < 0 || (got > 0 && !conn_receive(conn, buf->base, (size_t)got))) {
        conn_close(conn);
        return;
    }
    if (conn->step == STEP_IDLE && !conn->ending && !conn->closing)
        conn_next_request(conn);
    conn_pump(conn);
}

/* All connections read into one buffer: what was read is used up before the next read. */
static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    static char shared[65536];
    (void)handle;
    (void)wanted;
    *buf = uv_buf_init(shared, sizeof(shared));
}

void conn_accept(struct origin *origin, uv_stream_t *listener, int port, bool six)
{
    struct conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        abort();
    conn->origin = origin;
    conn->port = port;
    conn->six = six;
    conn->handles = 2;
    uv_tcp_init(origin->loop, &conn->tcp);
    uv_timer_init(origin->loop, &conn->timer);
    conn->tcp.data = conn;
    conn->timer.data = conn;
    ledger_connected(&origin->ledger);
    conn->number = origin->ledger.connections;
    if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read) != 0) {
        conn_close(conn);
        return;
    }
    uv_tcp_nodelay(&conn->tcp, 1);
}
