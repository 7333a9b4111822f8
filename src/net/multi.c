/* libcurl's multi socket interface on libuv: the only place where libcurl, its timer and its
 * sockets meet.
 *
 * Invariants:
 *   - libcurl calls back only while ->in_curl is above 0, and then nothing is added, removed or
 *     unpaused; what ends is queued and told by drain(), after libcurl has returned;
 *   - libcurl's timer is one single-shot uv timer; its sockets are watched by watch.c;
 *   - a second timer gives libcurl a chance twice a second while anything runs, because 7.88 can
 *     miss to re-arm its own; an error of the multi itself means a new multi and failed transfers;
 *   - bodies of errors and redirects are read to their end if that is near and comes soon, to keep
 *     the connection; the answer is told in any case. */

#include "net/multi.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "haul/log.h"
#include "net/easies.h"
#include "net/ftp.h"
#include "net/jars.h"
#include "net/transfer.h"

#define WATCHDOG_MS 500

struct net {
    uv_loop_t *loop;
    CURLM *multi;
    struct net_shared shared;
    uv_timer_t timer;    /* libcurl's */
    uv_timer_t watchdog; /* ours */
    unsigned open_handles;
    LIST_HEAD(, net_transfer) transfers;
    STAILQ_HEAD(, net_transfer) ended;
    size_t running;
    size_t expected; /* to run at once, soon */
    struct easies easies;
    struct jars jars;
    unsigned in_curl;
    bool broken; /* the multi gave an error: rebuild it */
    bool closing;
    bool multiplexes; /* the multi was told that connections may be shared */
    long cache;       /* idle connections worth keeping, 0: libcurl decides */
    struct direct_shared direct;
    void (*settled)(void *ctx);
    void *ctx;
};

void transfer_note_end(struct net_transfer *transfer, CURLcode result)
{
    if (transfer->ended)
        return;
    transfer->ended = true;
    transfer->result = result;
    STAILQ_INSERT_TAIL(&transfer->net->ended, transfer, end);
}

static void drain(struct net *net);

static void act(struct net *net, curl_socket_t fd, int events)
{
    int running = 0;
    CURLMcode status;

    net->in_curl++;
    status = curl_multi_socket_action(net->multi, fd, events, &running);
    net->in_curl--;
    if (status != CURLM_OK && status != CURLM_BAD_SOCKET) {
        LOG_ERROR(net, "libcurl: %s", curl_multi_strerror(status));
        net->broken = true;
    }
    drain(net);
}

/* Libcurl asks us to watch sockets and time. */

static void on_ready(void *ctx, curl_socket_t fd, int mask)
{
    act(ctx, fd, mask);
}

/* NULL for one of libcurl's own handles. */
static struct net_transfer *transfer_of(CURL *easy)
{
    struct net_transfer *transfer = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer) != CURLE_OK)
        return NULL;
    return transfer;
}

/* One transfer less, not all of them. */
static void give_up(CURL *easy)
{
    struct net_transfer *transfer = transfer_of(easy);

    if (transfer)
        transfer_note_end(transfer, CURLE_RECV_ERROR);
}

/* Remembers the socket that EASY reads from: libcurl tells it in no other way while a transfer
 * runs. */
static void note_socket(CURL *easy, curl_socket_t fd, bool reads)
{
    struct net_transfer *transfer = transfer_of(easy);

    if (transfer && (reads || transfer->fd == fd))
        transfer->fd = reads ? fd : CURL_SOCKET_BAD;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct net *net = ctx;

    (void)socket_ctx;
    note_socket(easy, fd, what == CURL_POLL_IN || what == CURL_POLL_INOUT);
    if (!watches_set(&net->shared.watches, fd, what))
        give_up(easy);
    return 0;
}

static void on_timeout(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct net *net = ctx;

    if (net->closing || multi != net->multi)
        return 0; /* one that is being cleaned up */
    if (timeout_ms < 0)
        uv_timer_stop(&net->timer);
    else
        uv_timer_start(&net->timer, on_timeout, (uint64_t)timeout_ms, 0);
    return 0;
}

/* The server said no, or elsewhere, and what comes now is only the body that tells why. Not so in a
 * round of authentication: the next answer may already be on its way. */
static bool only_body_is_missing(const struct net_transfer *transfer)
{
    int status = transfer->response.status;

    return transfer->is_http && transfer->response.complete && status >= 300 &&
           !(status == 401 && transfer->user) && status != 407;
}

static void on_watchdog(uv_timer_t *timer)
{
    struct net *net = timer->data;
    struct net_transfer *transfer;

    LIST_FOREACH(transfer, &net->transfers, link)
    {
        if (!only_body_is_missing(transfer))
            continue;
        if (transfer->lingers)
            transfer_note_end(transfer, CURLE_OK);
        transfer->lingers = true;
    }
    act(net, CURL_SOCKET_TIMEOUT, 0);
}

/* Transfers. */

/* libcurl 7.88 lets a transfer that may share a connection join any one that is in use, or not made
 * yet, if the server last agreed to HTTP/2. Behind one address there may be servers that do and
 * others that don't, and connections that others want for themselves: then two answers would be
 * read from one stream, and files get each other's bytes. */
bool transfer_intrudes(const struct net_transfer *transfer)
{
    const struct ssl_st *ssl = transfer->http2 ? transfer_ssl(transfer) : NULL;
    const struct net_transfer *other;

    if (!ssl || tls_agreed_on_http2(ssl))
        return false;
    LIST_FOREACH(other, &transfer->net->transfers, link)
    {
        if (other != transfer && other->easy && transfer_ssl(other) == ssl)
            return true;
    }
    return false;
}

void transfer_set_held(struct net_transfer *transfer, bool held)
{
    struct net_shared *shared = &transfer->net->shared;

    if (held && !transfer->held)
        shared->held++;
    else if (!held && transfer->held)
        shared->held--;
    transfer->held = held;
}

static enum haul_err take_easy(struct net_transfer *transfer, struct haul_error *err)
{
    struct easy_use use = transfer_use(transfer);

    transfer->easy = easies_get(&transfer->net->easies, &use, &transfer->prepared);
    if (!transfer->easy)
        return haul_fail(err, HAUL_E_INTERNAL, "libcurl has no handle left");
    return HAUL_OK;
}

/* It keeps cookies, also over a reset; or a buffer of one size: see request.c: read_buffer(). */
static bool is_for_nobody_else(const struct net_transfer *transfer, const struct easy_use *use)
{
    return (transfer->options && (transfer->options->cookie_file || transfer->jar)) ||
           (transfer->shared && !use->http2);
}

/* After a failure nobody knows what libcurl keeps in it. */
static void give_easy(struct net_transfer *transfer)
{
    struct easy_use use = {0};

    if (transfer->prepared && transfer->result == CURLE_OK && transfer->ended)
        use = transfer_use(transfer);
    if (transfer->easy && is_for_nobody_else(transfer, &use)) {
        curl_easy_cleanup(transfer->easy);
        transfer->easy = NULL;
        return;
    }
    easies_put(&transfer->net->easies, transfer->easy, &use);
    transfer->easy = NULL;
}

static void transfer_free(struct net_transfer *transfer)
{
    transfer_set_held(transfer, false);
    direct_close(transfer);
    curl_mime_free(transfer->form); /* while its handle is there */
    give_easy(transfer);
    if (transfer->jar)
        jar_leave(transfer->jar);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->elsewhere);
    haul_options_unref(transfer->options);
    net_response_fini(&transfer->response);
    fault_fini(&transfer->stop);
    transfer_unwatch_end(transfer);
    ftp_talk_free(transfer->ftp);
    secret_free(transfer->user);
    free(transfer->url);
    free(transfer->trail);
    free(transfer->origin);
    free(transfer->if_range);
    free(transfer);
}

static void unlink_transfer(struct net_transfer *transfer)
{
    struct net *net = transfer->net;

    LIST_REMOVE(transfer, link);
    net->running--;
    if (net->running == 0)
        uv_timer_stop(&net->watchdog);
}

/* Only once somebody wants HTTP/2: without, libcurl need not think of it. */
static void share_connections(struct net *net)
{
    if (!net->multiplexes)
        curl_multi_setopt(net->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    net->multiplexes = true;
}

static enum haul_err join_multi(struct net_transfer *transfer, struct haul_error *err)
{
    struct net *net = transfer->net;
    enum haul_err code =
        transfer_prepare(transfer, &net->shared, MAX(net->running + 1, net->expected), err);
    CURLMcode status;

    if (code != HAUL_OK)
        return code;
    if (transfer->http2)
        share_connections(net);
    transfer->shared = transfer->shared || transfer->http2;
    net->in_curl++;
    status = curl_multi_add_handle(net->multi, transfer->easy);
    net->in_curl--;
    if (status != CURLM_OK)
        return haul_fail(err, HAUL_E_INTERNAL, "libcurl: %s", curl_multi_strerror(status));
    return HAUL_OK;
}

static void leave_multi(struct net_transfer *transfer)
{
    struct net *net = transfer->net;

    if (!transfer->easy)
        return;
    net->in_curl++;
    curl_multi_remove_handle(net->multi, transfer->easy);
    net->in_curl--;
}

static int64_t file_time(const struct net_transfer *transfer)
{
    curl_off_t mtime = -1;

    if (!transfer->easy)
        return transfer->mtime;
    curl_easy_getinfo(transfer->easy, CURLINFO_FILETIME_T, &mtime);
    return mtime;
}

void transfer_nudge(struct net_transfer *transfer, curl_socket_t fd)
{
    act(transfer->net, fd, CURL_CSELECT_IN);
}

void transfer_mute(struct net_transfer *transfer)
{
    watches_mute(&transfer->net->shared.watches, transfer->fd);
}

void transfer_leave_libcurl(struct net_transfer *transfer)
{
    transfer->mtime = file_time(transfer);
    leave_multi(transfer);
    give_easy(transfer);
}

enum haul_err net_start(struct net *net, const struct net_request *request,
                        const struct net_handlers *handlers, void *ctx,
                        struct net_transfer **ret_transfer, struct haul_error *err)
{
    struct net_transfer *transfer = xcalloc(1, sizeof *transfer);
    enum haul_err code;

    assert(net->in_curl == 0);
    transfer->net = net;
    transfer->handlers = handlers;
    transfer->ctx = ctx;
    transfer->fd = CURL_SOCKET_BAD;
    code = transfer_describe(transfer, request, err);
    if (code == HAUL_OK && transfer->is_http && transfer->options->save_cookies)
        transfer->jar = jars_use(&net->jars, transfer->options);
    if (code == HAUL_OK)
        code = take_easy(transfer, err);
    if (code == HAUL_OK)
        code = join_multi(transfer, err);
    if (code != HAUL_OK) {
        transfer_free(transfer);
        return code;
    }
    LIST_INSERT_HEAD(&net->transfers, transfer, link);
    if (net->running++ == 0)
        uv_timer_start(&net->watchdog, on_watchdog, WATCHDOG_MS, WATCHDOG_MS);
    *ret_transfer = transfer;
    return HAUL_OK;
}

void net_unpause(struct net_transfer *transfer)
{
    struct net *net = transfer->net;
    CURLcode status;

    assert(net->in_curl == 0);
    if (transfer->ended)
        return;
    if (ftp_waits(transfer)) {
        transfer_note_end(transfer, CURLE_OK);
        uv_timer_start(&net->timer, on_timeout, 0, 0);
        return;
    }
    if (transfer->direct) {
        direct_go_on(transfer);
        if (transfer->ended)
            uv_timer_start(&net->timer, on_timeout, 0, 0);
        return;
    }
    net->in_curl++;
    status = curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
    net->in_curl--;
    if (status == CURLE_OK)
        return;
    transfer_note_end(transfer,
                      status); /* the bytes that waited were not taken: libcurl forgets that */
    uv_timer_start(&net->timer, on_timeout, 0, 0);
}

void net_cancel(struct net_transfer *transfer)
{
    assert(transfer->net->in_curl == 0);
    if (transfer->ended)
        STAILQ_REMOVE(&transfer->net->ended, transfer, net_transfer, end);
    leave_multi(transfer);
    unlink_transfer(transfer);
    transfer_free(transfer);
}

/* Ends. */

/* Starts the next hop, or the same once more, with the same handle. */
static void follow(struct net_transfer *transfer)
{
    struct haul_error err;

    /* A reset would lose the file's name without freeing it. */
    curl_easy_setopt(transfer->easy, CURLOPT_COOKIEFILE, NULL);
    curl_easy_reset(transfer->easy);
    transfer->prepared = false;
    net_response_restart(&transfer->response);
    transfer->ended = false;
    transfer->connected = false;
    transfer->lingers = false;
    transfer->discarded = 0;
    if (join_multi(transfer, &err) != HAUL_OK) {
        fault_put(&transfer->stop, &err);
        transfer_note_end(transfer, CURLE_OK);
    }
}

/* libcurl takes an idle connection, finds that the server closed it, and takes the next one, but
 * not more than five. Where all of them are gone that says nothing of the server. */
static bool met_only_closed_ones(const struct net_transfer *transfer)
{
    return transfer->result == CURLE_SEND_ERROR && !transfer->fresh && !fault_is(&transfer->stop) &&
           str_starts(transfer->error_text, "Connection died, tried ");
}

static void finish(struct net_transfer *transfer)
{
    struct net_result result = {.response = &transfer->response};

    leave_multi(transfer);
    if (met_only_closed_ones(transfer)) {
        transfer->fresh = true;
        follow(transfer);
        return;
    }
    if (transfer->again) {
        transfer->again = transfer->http2 = false;
        follow(transfer);
        return;
    }
    if (transfer->is_http && transfer->response.complete && !fault_is(&transfer->stop)) {
        if (transfer_redirect(transfer, &result.err)) {
            transfer->fresh = false;
            follow(transfer);
            return;
        }
    }
    if (result.err.code == HAUL_OK)
        transfer_judge(transfer, &result.err);
    if (result.err.code == HAUL_OK && transfer->ftp && !ftp_give_last(transfer)) {
        transfer->ended = false;
        return;
    }
    result.unclean_end = result.err.code == HAUL_OK && !transfer_ended_cleanly(transfer);
    result.mtime = file_time(transfer);
    unlink_transfer(transfer);
    transfer->handlers->done(transfer->ctx, &result);
    transfer_free(transfer);
}

static void rebuild(struct net *net);

static void drain(struct net *net)
{
    struct net_transfer *transfer;
    CURLMsg *message;
    int left;

    if (net->in_curl > 0)
        return;
    while ((message = curl_multi_info_read(net->multi, &left))) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
        transfer_note_end(transfer, result);
    }
    if (net->broken)
        rebuild(net);
    while ((transfer = STAILQ_FIRST(&net->ended))) {
        STAILQ_REMOVE_HEAD(&net->ended, end);
        finish(transfer);
    }
    net->settled(net->ctx);
}

void net_settle(struct net *net)
{
    drain(net);
}

uv_loop_t *net_loop(const struct net *net)
{
    return net->loop;
}

struct direct_shared *net_direct_shared(struct net *net)
{
    return &net->direct;
}

struct watches *net_watches(struct net *net)
{
    return &net->shared.watches;
}

/* Life. */

static enum haul_err multi_open(struct net *net, struct haul_error *err)
{
    net->multi = curl_multi_init();
    if (!net->multi)
        return haul_fail(err, HAUL_E_INTERNAL, "libcurl can't be set up");
    curl_multi_setopt(net->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(net->multi, CURLMOPT_SOCKETDATA, net);
    curl_multi_setopt(net->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(net->multi, CURLMOPT_TIMERDATA, net);
    curl_multi_setopt(net->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    net->multiplexes = false;
    if (net->cache > 0)
        curl_multi_setopt(net->multi, CURLMOPT_MAXCONNECTS, net->cache);
    return HAUL_OK;
}

static void multi_close(struct net *net)
{
    net->in_curl++;
    curl_multi_cleanup(net->multi); /* may call on_socket */
    net->in_curl--;
    net->multi = NULL;
}

/* After an error of the multi nothing in it can be trusted: every transfer fails (and is tried
 * again by the engine), and a new multi takes over. */
static void rebuild(struct net *net)
{
    struct net_transfer *transfer;
    CURLM *old = net->multi;
    struct haul_error err;

    net->broken = false;
    LIST_FOREACH(transfer, &net->transfers, link)
    {
        if (!transfer->easy)
            continue; /* it does without */
        leave_multi(transfer);
        transfer_note_end(transfer, CURLE_RECV_ERROR);
    }
    if (multi_open(net, &err) != HAUL_OK) {
        LOG_ERROR(net, "%s", err.text);
        net->multi = old;
        return;
    }
    net->in_curl++;
    curl_multi_cleanup(old);
    net->in_curl--;
}

static void handle_open(struct net *net, uv_handle_t *handle)
{
    handle->data = net;
    net->open_handles++;
}

static void shared_open(struct net *net)
{
    struct net_shared *shared = &net->shared;

    shared->share = curl_share_init();
    curl_share_setopt(shared->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_share_setopt(shared->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    shared->apart = curl_share_init();
    curl_share_setopt(shared->apart, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    shared->headers = curl_slist_append(NULL, "Accept-Encoding: identity");
    watches_init(&shared->watches, net->loop, on_ready, net);
    shared->proxies = transfer_environment_proxies(environ);
    transfer_protocols(curl_version_info(CURLVERSION_NOW)->protocols, shared->protocols);
}

static void shared_close(struct net_shared *shared)
{
    curl_share_cleanup(shared->share);
    curl_share_cleanup(shared->apart);
    curl_slist_free_all(shared->headers);
    watches_fini(&shared->watches);
}

enum haul_err net_new(struct haul_loop *loop, void (*settled)(void *ctx), void *ctx,
                      struct net **ret_net, struct haul_error *err)
{
    struct net *net = xcalloc(1, sizeof *net);
    enum haul_err code;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(net);
        return haul_fail(err, HAUL_E_INTERNAL, "libcurl can't be set up");
    }
    net->loop = loop_uv(loop);
    net->settled = settled;
    net->ctx = ctx;
    LIST_INIT(&net->transfers);
    LIST_INIT(&net->jars.all);
    STAILQ_INIT(&net->ended);
    code = multi_open(net, err);
    if (code != HAUL_OK) {
        free(net);
        return code;
    }
    shared_open(net);
    uv_timer_init(net->loop, &net->timer);
    uv_timer_init(net->loop, &net->watchdog);
    handle_open(net, (uv_handle_t *)&net->timer);
    handle_open(net, (uv_handle_t *)&net->watchdog);
    *ret_net = net;
    return HAUL_OK;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct net *net = handle->data;

    if (--net->open_handles == 0)
        free(net);
}

void net_free(struct net *net)
{
    if (!net)
        return;
    net->closing = true;
    net->jars.save = NULL;
    while (!LIST_EMPTY(&net->transfers))
        net_cancel(LIST_FIRST(&net->transfers));
    easies_fini(&net->easies);
    direct_shared_fini(&net->direct);
    multi_close(net);
    jars_fini(&net->jars);
    shared_close(&net->shared);
    curl_global_cleanup();
    uv_close((uv_handle_t *)&net->timer, on_handle_closed);
    uv_close((uv_handle_t *)&net->watchdog, on_handle_closed);
}

void net_keep_cookies(struct net *net, void (*save)(void *ctx, const char *path, char *text),
                      void *ctx)
{
    net->jars.save = save;
    net->jars.ctx = ctx;
}

void net_cookies_saved(struct net *net, const char *path, bool ok)
{
    jars_saved(&net->jars, path, ok);
}

void net_set_cache(struct net *net, long connections)
{
    net->cache = connections;
    curl_multi_setopt(net->multi, CURLMOPT_MAXCONNECTS, connections);
}

void net_expect(struct net *net, size_t transfers)
{
    net->expected = transfers;
}

void net_transfer_peer(const struct net_transfer *transfer, struct net_peer *ret_peer)
{
    char *ip = NULL;
    long port = 0, version = 0;
    curl_off_t connect = 0, first = 0;

    *ret_peer = (struct net_peer){.redirects = transfer->redirects};
    if (!transfer->easy)
        return;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &ip);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_PORT, &port);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME_T, &connect);
    curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    if (ip && ip[0])
        snprintf(ret_peer->address, sizeof ret_peer->address,
                 strchr(ip, ':') ? "[%s]:%ld" : "%s:%ld", ip, port);
    if (version == CURL_HTTP_VERSION_2_0)
        str_copy(ret_peer->protocol, sizeof ret_peer->protocol, "HTTP/2");
    else if (version == CURL_HTTP_VERSION_3)
        str_copy(ret_peer->protocol, sizeof ret_peer->protocol, "HTTP/3");
    else if (version == CURL_HTTP_VERSION_1_1 || version == CURL_HTTP_VERSION_1_0)
        str_copy(ret_peer->protocol, sizeof ret_peer->protocol,
                 version == CURL_HTTP_VERSION_1_1 ? "HTTP/1.1" : "HTTP/1.0");
    transfer_tls_text(transfer, ret_peer->tls, sizeof ret_peer->tls);
    ret_peer->connect_ms = (uint64_t)connect / 1000;
    ret_peer->first_byte_ms = (uint64_t)first / 1000;
}

const char *net_transfer_trail(const struct net_transfer *transfer)
{
    return transfer->trail;
}

const char *net_library_version(void)
{
    return curl_version();
}
