/* What libcurl calls while a transfer runs: headers and bytes come in, a body goes out.
 *
 * Nothing is added, removed or unpaused from here (see multi.c): who wants an end says so by what
 * is returned, and why by ->stop. */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/mem.h"
#include "net/ftp.h"
#include "net/transfer.h"

#define DISCARD_MAX         (64 * 1024)
#define SFTP_CLOCK_DOUBT_MS 3600000 /* seconds since 1970, of a clock that nobody looks after */
#define FTP_CLOCK_DOUBT_MS  (24 * 3600000) /* some tell the time where they are, not UTC */

size_t transfer_stop_with(struct net_transfer *transfer, enum haul_err code)
{
    if (!fault_is(&transfer->stop))
        haul_fail(fault_need(&transfer->stop), code, "%s", haul_err_sentence(code));
    return 0;
}

size_t transfer_stop_surplus(struct net_transfer *transfer)
{
    if (!fault_is(&transfer->stop))
        haul_fail(fault_need(&transfer->stop), HAUL_E_LENGTH,
                  "the server announces %lld bytes and sends more",
                  (long long)transfer->response.content_length);
    return 0;
}

/* Some servers end a body with a line that they do not count, and one that lost patience with the
 * connection says so, unasked: these are no part of the body. */
bool net_is_surplus(const char *bytes, size_t len)
{
    static const char answer[] = "HTTP/";

    while (len > 0 && (*bytes == '\r' || *bytes == '\n')) {
        bytes++;
        len--;
    }
    return len > 0 && memcmp(bytes, answer, MIN(len, strlen(answer))) != 0;
}

/* Only here does libcurl tell of what it read behind the body's announced end. It is asked to from
 * the end of the headers on, for it tells of much else. */
int transfer_on_told(CURL *easy, curl_infotype what, char *data, size_t len, void *ctx)
{
    struct net_transfer *transfer = ctx;
    const struct net_response *response = &transfer->response;
    uint64_t left;

    (void)easy;
    if (what != CURLINFO_DATA_IN || response->chunked || response->content_length < 0)
        return 0;
    left = (uint64_t)response->content_length -
           MIN((uint64_t)response->content_length, transfer->body_bytes);
    transfer->surplus =
        transfer->surplus || (len > left && net_is_surplus(data + left, len - left));
    return 0;
}

bool transfer_wants_body(const struct net_transfer *transfer)
{
    int status = transfer->response.status;

    return !transfer->is_http || (status >= 200 && status < 300);
}

/* libcurl 7.88 ends paused streams too early, or never. So over HTTP/2 comes only what need not be
 * paused: what fits into memory. Anything else is asked for again, over a connection of its own. */
static bool too_large_for_http2(const struct net_transfer *transfer)
{
    int64_t length = transfer->response.content_length;
    long version = 0;

    if (!transfer->http2 || (length >= 0 && length <= NET_HTTP2_BODY_MAX))
        return false;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    return version == CURL_HTTP_VERSION_2_0 || version == CURL_HTTP_VERSION_3;
}

size_t transfer_on_header(char *data, size_t size, size_t count, void *ctx)
{
    struct net_transfer *transfer = ctx;
    size_t len = size * count;
    struct haul_error err;

    if (transfer->ftp && !ftp_line(transfer, data, len))
        return 0;
    if (!transfer->is_http)
        return len;
    if (net_response_line(&transfer->response, data, len, &err) != HAUL_OK) {
        fault_put(&transfer->stop, &err);
        return 0;
    }
    if (transfer->response.complete && transfer_wants_body(transfer)) {
        transfer->again = too_large_for_http2(transfer);
        if (transfer->again)
            return 0;
        transfer_watch_end(transfer);
        if (transfer->response.content_length >= 0 && !transfer->response.chunked)
            curl_easy_setopt(transfer->easy, CURLOPT_VERBOSE, 1L); /* see transfer_on_told() */
    }
    return len;
}

/* As Last-Modified has it (RFC 9110, section 5.6.7); no locale for times is ever set. */
static char *http_date(time_t when)
{
    char text[64];
    struct tm tm;

    if (!gmtime_r(&when, &tm) || strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
        return NULL;
    return xstrdup(text);
}

/* Length and time of the file are what other protocols tell. */
static void learn_plain(struct net_transfer *transfer)
{
    struct net_response *response = &transfer->response;
    curl_off_t length = -1, modified = -1;

    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(transfer->easy, CURLINFO_FILETIME_T, &modified);
    response->content_length = length;
    response->last_modified = modified > 0 ? http_date((time_t)modified) : NULL;
    response->clock_doubt_ms = transfer_is_ssh(transfer) ? SFTP_CLOCK_DOUBT_MS : FTP_CLOCK_DOUBT_MS;
}

bool transfer_tell_head(struct net_transfer *transfer)
{
    transfer->head_told = true;
    if (!transfer->is_http)
        learn_plain(transfer);
    return transfer->handlers->head(transfer->ctx, &transfer->response, transfer->url);
}

/* What stands behind the body, as far as it is here. Of a TLS session only what is decrypted: to
 * make it read is libcurl's. */
static ssize_t peek_behind(const struct net_transfer *transfer, char *to, size_t size)
{
    if (transfer_ssl(transfer))
        return direct_tls_peek_pending(transfer_ssl(transfer), to, size);
    return transfer->fd == CURL_SOCKET_BAD ? 0
                                           : recv(transfer->fd, to, size, MSG_PEEK | MSG_DONTWAIT);
}

/* LEN more bytes came: are they the last ones, and there are more of them? A connection with
 * anything else behind the body serves nobody else. */
static bool ends_in_surplus(struct net_transfer *transfer, size_t len)
{
    const struct net_response *response = &transfer->response;
    char next[8];
    ssize_t more;

    if (!transfer->is_http || transfer->surplus || response->chunked ||
        response->content_length < 0 ||
        transfer->body_bytes + len != (uint64_t)response->content_length)
        return transfer->surplus;
    curl_easy_setopt(transfer->easy, CURLOPT_VERBOSE, 0L); /* it has told what we want to know */
    more = peek_behind(transfer, next, sizeof next);
    if (more > 0)
        curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
    return more > 0 && net_is_surplus(next, (size_t)more);
}

size_t transfer_on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct net_transfer *transfer = ctx;
    size_t len = size * count;

    if (!transfer_wants_body(transfer)) {
        transfer->discarded += len;
        return transfer->discarded > DISCARD_MAX ? 0 : len;
    }
    if (!transfer->head_told && !transfer_tell_head(transfer))
        return transfer_stop_with(transfer, HAUL_E_CANCELLED);
    if (transfer->direct)
        return direct_take(transfer, data, len);
    if (ends_in_surplus(transfer, len))
        return transfer_stop_surplus(transfer);
    transfer_set_held(transfer, false);
    switch (transfer->ftp ? ftp_take(transfer, data, len)
                          : transfer->handlers->body(transfer->ctx, data, len)) {
    case NET_BODY_TAKEN:
        transfer->body_bytes += len;
        return len;
    case NET_BODY_PAUSE:
        transfer_set_held(transfer, true);
        return CURL_WRITEFUNC_PAUSE;
    case NET_BODY_STOP:
        break;
    }
    return transfer_stop_with(transfer, HAUL_E_CANCELLED);
}

size_t transfer_on_want(char *to, size_t size, size_t count, void *ctx)
{
    struct net_transfer *transfer = ctx;
    size_t len = 0;

    switch (transfer->handlers->want(transfer->ctx, to, size * count, &len)) {
    case NET_BODY_TAKEN:
        return len;
    case NET_BODY_PAUSE:
        return CURL_READFUNC_PAUSE;
    case NET_BODY_STOP:
        break;
    }
    transfer_stop_with(transfer, HAUL_E_CANCELLED);
    return CURL_READFUNC_ABORT;
}

int transfer_on_rewind(void *ctx, curl_off_t offset, int origin)
{
    struct net_transfer *transfer = ctx;

    if (offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    transfer->handlers->rewind(transfer->ctx);
    return CURL_SEEKFUNC_OK;
}

int transfer_on_connected(void *ctx, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
    struct net_transfer *transfer = ctx;

    (void)peer_ip;
    (void)own_ip;
    (void)peer_port;
    (void)own_port;
    if (transfer_intrudes(transfer)) {
        transfer->again = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->connected = true;
    if (transfer->handlers->connected)
        transfer->handlers->connected(transfer->ctx);
    return CURL_PREREQFUNC_OK;
}
