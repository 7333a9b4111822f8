#ifndef ORIGIN_CONN_H
#define ORIGIN_CONN_H

#include <openssl/ssl.h>
#include <uv.h>

#include "ledger.h"

/* What all connections share. */
struct origin {
    uv_loop_t *loop;
    SSL_CTX *tls;
    const char *proxy_user; /* "name:password" that proxied requests must carry, or NULL */
    struct ledger ledger;
};

/* Takes the next connection that waits on LISTENER, which is bound to PORT, SIX: at ::1. It frees
 * itself when it ends. */
void conn_accept(struct origin *origin, uv_stream_t *listener, int port, bool six);

#endif
