/* The end of a TLS connection. A body without a length ends with the connection, and anybody on the
 * way can end a connection; only the server can send close_notify. libcurl before 8.15 does not
 * tell the two apart under OpenSSL, so the alert is listened for here (RELIABILITY.md R4).
 *
 * Only the SSL object of such a transfer is touched: a callback on the context would cost the cache
 * of parsed CA certificates. A connection can outlive the transfer that watched it, and the other
 * way round, so both hold what is known; the one that goes last frees it. Loop thread only. */

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/transfer.h"

struct tls_end {
    unsigned refs; /* the transfer, the connection */
    bool notified;
};

static void unref(struct tls_end *end)
{
    if (end && --end->refs == 0)
        free(end);
}

/* OpenSSL frees the connection. */
static void on_ssl_gone(void *ssl, void *end, CRYPTO_EX_DATA *data, int index, long number,
                        void *ctx)
{
    (void)ssl;
    (void)data;
    (void)index;
    (void)number;
    (void)ctx;
    unref(end);
}

/* Where a connection keeps its tls_end: given by OpenSSL once, for the life of the process. */
static int slot(void)
{
    static int index = -1;

    if (index < 0)
        index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_gone);
    return index;
}

static void on_info(const SSL *ssl, int where, int value)
{
    struct tls_end *end = SSL_get_ex_data(ssl, slot());

    if (end && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
        (value & 0xff) == SSL3_AD_CLOSE_NOTIFY)
        end->notified = true;
}

SSL *transfer_ssl(const struct net_transfer *transfer)
{
    struct curl_tlssessioninfo *info = NULL;

    if (curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info ||
        info->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return info->internals;
}

bool tls_agreed_on_http2(const SSL *ssl)
{
    const unsigned char *protocol = NULL;
    unsigned len = 0;

    SSL_get0_alpn_selected(ssl, &protocol, &len);
    return len == 2 && memcmp(protocol, "h2", 2) == 0;
}

void transfer_tls_text(const struct net_transfer *transfer, char *buf, size_t size)
{
    const SSL *ssl = transfer_ssl(transfer);

    buf[0] = '\0';
    if (ssl)
        snprintf(buf, size, "%s, %s", SSL_get_version(ssl), SSL_get_cipher_name(ssl));
}

static bool ends_with_connection(const struct net_response *response)
{
    return response->status != 204 && response->status != 205 && response->content_length < 0 &&
           !response->chunked;
}

void transfer_watch_end(struct net_transfer *transfer)
{
    struct tls_end *end, *before;
    SSL *ssl;

    if (transfer->tls_end || !ends_with_connection(&transfer->response))
        return;
    ssl = transfer_ssl(transfer);
    if (!ssl)
        return;
    end = xcalloc(1, sizeof *end);
    end->refs = 1;
    transfer->tls_end = end;
    before = SSL_get_ex_data(ssl, slot()); /* of an earlier transfer on this connection */
    if (SSL_set_ex_data(ssl, slot(), end)) {
        end->refs++;
        unref(before);
    }
    SSL_set_info_callback(ssl, on_info);
}

bool transfer_ended_cleanly(const struct net_transfer *transfer)
{
    return !transfer->tls_end || transfer->tls_end->notified;
}

void transfer_unwatch_end(struct net_transfer *transfer)
{
    unref(transfer->tls_end);
    transfer->tls_end = NULL;
}
