/* What libcurl calls while a transfer runs: headers and bytes come in, a body goes out.
 *
 * Nothing is added, removed or unpaused from here (see multi.c): who wants an end says so by what
 * is returned, and why by ->stop. */

#include <stdio.h>
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

    if (transfer->ftp && !ftp_line(transfer->ftp, data, len))
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
    transfer->connected = true;
    if (transfer->handlers->connected)
        transfer->handlers->connected(transfer->ctx);
    return CURL_PREREQFUNC_OK;
}
