/* The decrypting end of the short way (direct.c): reads from libcurl's TLS session past libcurl.
 *
 * libcurl reads one record at a time: two receives, a poll and a round through its states for each
 * 16 KiB. Here the session gets its bytes from a buffer that is filled with as much as the socket
 * has. libcurl keeps the session, and closes it through the same buffer's socket.
 *
 * Invariants: no bytes are lost between libcurl's way of reading and this one, because OpenSSL
 * without read-ahead takes no more from the socket than the record it wants; libcurl, which would
 * read on as long as there is anything, finds nothing, because the buffer is open for us only;
 * bytes that stand in the buffer are no event of the socket, so whoever stops before the session
 * says "no more" must look at direct_tls_pending(). */

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/transfer.h"

#define FEED_BYTES ((size_t)64 * 1024)

/* What stands between the socket and the session. Belongs to its BIO. */
struct feed {
    alignas(MEM_PAGE) char bytes[FEED_BYTES];
    curl_socket_t fd; /* libcurl's: it closes it after the session */
    bool open;        /* we read, not libcurl */
    size_t at, len;
};

static int refill(BIO *bio, struct feed *feed)
{
    ssize_t got = recv(feed->fd, feed->bytes, sizeof feed->bytes, 0);

    feed->at = 0;
    feed->len = got > 0 ? (size_t)got : 0;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    return got > 0 ? 1 : (int)got;
}

static int feed_read(BIO *bio, char *to, int size)
{
    struct feed *feed = BIO_get_data(bio);
    size_t take;

    BIO_clear_retry_flags(bio);
    if (!feed->open) {
        BIO_set_retry_read(bio);
        return -1;
    }
    if (feed->at == feed->len) {
        int more = refill(bio, feed);

        if (more <= 0)
            return more;
    }
    take = MIN((size_t)size, feed->len - feed->at);
    memcpy(to, feed->bytes + feed->at, take);
    feed->at += take;
    return (int)take;
}

static int feed_write(BIO *bio, const char *from, int len)
{
    const struct feed *feed = BIO_get_data(bio);
    ssize_t put = send(feed->fd, from, (size_t)len, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (put < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)put;
}

static long feed_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int feed_free(BIO *bio)
{
    free(BIO_get_data(bio));
    return 1;
}

/* One for the life of the process, as OpenSSL's own are. */
static const BIO_METHOD *feed_method(void)
{
    static BIO_METHOD *method = NULL;

    if (method)
        return method;
    method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "haul feed");
    if (method) {
        BIO_meth_set_read(method, feed_read);
        BIO_meth_set_write(method, feed_write);
        BIO_meth_set_ctrl(method, feed_ctrl);
        BIO_meth_set_destroy(method, feed_free);
    }
    return method;
}

bool direct_tls_take(const struct net_transfer *transfer, struct direct_tls *ret_tls)
{
    return direct_tls_open(transfer_ssl(transfer), transfer->fd, ret_tls);
}

bool direct_tls_open(SSL *ssl, int fd, struct direct_tls *ret_tls)
{
    struct feed *feed;
    BIO *bio;

    if (!ssl || !feed_method() || SSL_get_read_ahead(ssl))
        return false;
    bio = BIO_new(feed_method());
    if (!bio)
        return false;
    feed = xaligned(MEM_PAGE, sizeof *feed);
    feed->fd = fd;
    feed->open = false;
    feed->at = feed->len = 0;
    BIO_set_data(bio, feed);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio); /* takes it, and frees libcurl's */
    *ret_tls = (struct direct_tls){.ssl = ssl, .feed = feed};
    return true;
}

typedef int ssl_take(SSL *ssl, void *to, size_t size, size_t *ret_got);

static ssize_t take(struct direct_tls *tls, ssl_take *how, char *to, size_t size)
{
    size_t got = 0;
    int status;

    ERR_clear_error(); /* what another session left would be taken for this one's */
    tls->feed->open = true;
    status = how(tls->ssl, to, size, &got);
    tls->feed->open = false;
    if (status > 0)
        return (ssize_t)got;
    switch (SSL_get_error(tls->ssl, status)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: /* an answer to a key update: sent with the next read */
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        return errno == 0 ? 0 : -1;
    default:
        errno = EPROTO;
        return -1;
    }
}

ssize_t direct_tls_read(struct direct_tls *tls, char *to, size_t size)
{
    return take(tls, SSL_read_ex, to, size);
}

ssize_t direct_tls_peek_pending(SSL *ssl, char *to, size_t size)
{
    size_t got = 0;

    return SSL_pending(ssl) > 0 && SSL_peek_ex(ssl, to, size, &got) > 0 ? (ssize_t)got : 0;
}

ssize_t direct_tls_peek(struct direct_tls *tls, char *to, size_t size)
{
    return take(tls, SSL_peek_ex, to, size);
}

bool direct_tls_pending(const struct direct_tls *tls)
{
    return tls->feed->at < tls->feed->len || SSL_pending(tls->ssl) > 0;
}
