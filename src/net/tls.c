/* The end of a TLS connection. A body without a length ends with the connection, and anybody on the
 * way can end a connection; only the server can send close_notify. libcurl before 8.15 does not
 * tell the two apart under OpenSSL, so the alert is listened for here (RELIABILITY.md R4).
 *
 * Only the SSL object of such a transfer is touched: a callback on the context would cost the cache
 * of parsed CA certificates. */

#include <openssl/ssl.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/transfer.h"

struct tls_end {
    SSL *ssl; /* libcurl's, for as long as the connection lives */
    bool notified;
};

static void on_info(const SSL *ssl, int where, int value)
{
    struct tls_end *end = SSL_get_app_data(ssl);

    if (end && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
        (value & 0xff) == SSL3_AD_CLOSE_NOTIFY)
        end->notified = true;
}

void transfer_watch_end(struct net_transfer *transfer)
{
    const struct net_response *response = &transfer->response;
    struct curl_tlssessioninfo *info = NULL;

    if (transfer->tls_end || response->content_length >= 0 || response->chunked ||
        curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info ||
        info->backend != CURLSSLBACKEND_OPENSSL || !info->internals)
        return;
    transfer->tls_end = xcalloc(1, sizeof *transfer->tls_end);
    transfer->tls_end->ssl = info->internals;
    SSL_set_app_data(transfer->tls_end->ssl, transfer->tls_end);
    SSL_set_info_callback(transfer->tls_end->ssl, on_info);
}

bool transfer_ended_cleanly(const struct net_transfer *transfer)
{
    return !transfer->tls_end || transfer->tls_end->notified;
}

void transfer_unwatch_end(struct net_transfer *transfer)
{
    free(transfer->tls_end);
    transfer->tls_end = NULL;
}
