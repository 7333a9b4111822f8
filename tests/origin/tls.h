#ifndef ORIGIN_TLS_H
#define ORIGIN_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

/* A server context with a key and a self-signed certificate made now, valid for NAMES (an OpenSSL
 * subjectAltName, "DNS:localhost,IP:127.0.0.1") and until EXPIRES seconds from now. The certificate
 * is written to PEM_PATH unless that is NULL. NULL when anything fails. */
SSL_CTX *tls_context_new(const char *names, long expires, const char *pem_path);

/* Asks each client for a certificate that is in PEM_PATH; MUST: none is refused. */
bool tls_ask_clients(SSL_CTX *context, const char *pem_path, bool must);

/* One connection's TLS over memory: the caller moves the bytes. */
struct tls {
    SSL *ssl;
    BIO *in;
    BIO *out;
};

bool tls_init(struct tls *tls, SSL_CTX *context);
void tls_fini(struct tls *tls);

/* Takes in what came from the socket. False when the handshake or a record is bad. */
bool tls_feed(struct tls *tls, const char *data, size_t len);
/* Reads plain text into BUF; 0 when there is none now. */
size_t tls_read(struct tls *tls, char *buf, size_t size);
/* Encrypts all of DATA. */
bool tls_write(struct tls *tls, const void *data, size_t len);
/* True when the client has shown a certificate. */
bool tls_knows_client(const struct tls *tls);
void tls_close_notify(struct tls *tls);
/* Bytes for the socket, newly allocated, or NULL when there are none. */
char *tls_take_output(struct tls *tls, size_t *ret_len);

#endif
