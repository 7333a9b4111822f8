#ifndef NET_MULTI_H
#define NET_MULTI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"
#include "haul/loop.h"
#include "net/request.h"
#include "net/response.h"

/* Transfers over libcurl's multi socket interface, on the process's loop. All functions are called
 * on the loop thread. net_start, net_unpause and net_cancel must not be called from `connected`,
 * `head` or `body`: those run inside libcurl. They may be called from `done` and `settled`. */

struct net;
struct net_transfer;

#define NET_CHUNK_MAX ((size_t)256 * 1024)

enum net_body {
    NET_BODY_TAKEN,
    NET_BODY_PAUSE, /* the same bytes come again after net_unpause() */
    NET_BODY_STOP   /* end the transfer; `done` brings HAUL_E_CANCELLED */
};

struct net_result {
    struct haul_error err;               /* HAUL_OK: the answer ended as it should */
    const struct net_response *response; /* of the last answer; status 0 when there was none */
    int64_t mtime;                       /* seconds since 1970, -1: HTTP, or not told */
    bool unclean_end; /* nobody vouches for its end, and the options let that pass */
};

struct net_handlers {
    /* A connection is there and the request goes out. May be NULL. */
    void (*connected)(void *ctx);
    /* The headers of an answer of 2xx are complete (for other protocols: the length is known), body
     * bytes follow. False ends the transfer like NET_BODY_STOP. FINAL_URL is after redirects. Comes
     * before the first `body`, and also when there are no bytes at all. */
    bool (*head)(void *ctx, const struct net_response *response, const char *final_url);
    enum net_body (*body)(void *ctx, const char *data, size_t len); /* LEN ≤ NET_CHUNK_MAX */
    /* Only after net_go_direct(), and both NULL where that is never called: how the next bytes are
     * wanted. TAKEN: as many as *ret_most at the most, by `piped` when *pipe, else by `body`. Where
     * *pipe is false before, they can't come by a pipe. */
    enum net_body (*offer)(void *ctx, size_t *ret_most, bool *pipe);
    /* The next LEN bytes stand in the pipe PIPE and have to be taken out now: TAKEN or STOP. */
    enum net_body (*piped)(void *ctx, int pipe, size_t len);
    /* Of a request that sends a file, else both NULL: its next bytes. TAKEN with *ret_len 0 is the
     * end; PAUSE: none are here now. */
    enum net_body (*want)(void *ctx, char *to, size_t size, size_t *ret_len);
    /* What comes next is the first byte again. */
    void (*rewind)(void *ctx);
    /* It is over; the transfer is freed when this returns. Not after net_cancel(). */
    void (*done)(void *ctx, const struct net_result *result);
};

/* Who is at the other end, for people. Clean text. */
struct net_peer {
    char address[64];  /* "192.0.2.1:443" */
    char protocol[16]; /* "HTTP/1.1" */
    char tls[64];      /* "TLSv1.3, TLS_AES_256_GCM_SHA384"; "" without TLS */
    uint64_t connect_ms;
    uint64_t first_byte_ms;
    unsigned redirects;
};

/* SETTLED is called on the loop after libcurl was given a chance to work and everything that ended
 * was told: the place for work that must not happen inside libcurl. */
HAUL_CHECKED enum haul_err net_new(struct haul_loop *loop, void (*settled)(void *ctx), void *ctx,
                                   struct net **ret_net, struct haul_error *err);
/* Cancels what still runs and closes; the loop must run on for the handles' close callbacks. */
void net_free(struct net *net);

/* SAVE is called on the loop when the cookies for the file PATH have changed (--save-cookies): it
 * takes TEXT, a secret, and how it ended is told with net_cookies_saved(). Not after net_free(). */
void net_keep_cookies(struct net *net, void (*save)(void *ctx, const char *path, char *text),
                      void *ctx);
void net_cookies_saved(struct net *net, const char *path, bool ok);

/* How many idle connections are worth keeping: the number of jobs. */
void net_set_cache(struct net *net, long connections);

/* How many transfers are going to run at once: they share the memory for reading. */
void net_expect(struct net *net, size_t transfers);

HAUL_CHECKED enum haul_err net_start(struct net *net, const struct net_request *request,
                                     const struct net_handlers *handlers, void *ctx,
                                     struct net_transfer **ret_transfer, struct haul_error *err);
void net_unpause(struct net_transfer *transfer); /* `body` may be called before this returns */
void net_cancel(struct net_transfer *transfer);  /* frees it; no `done` */
/* From how many bytes on a body takes the short way, with TLS and without. */
struct net_least {
    uint64_t tls, plain;
};
/* Lets the rest of the body, if it is LEAST bytes or more, come the short way: past libcurl, from
 * the socket through a pipe or, over TLS, in large pieces. For HTTP/1 with a known length; the
 * connection is not used again afterwards. False: nothing has changed, which may be so only now.
 * Not from inside libcurl. */
bool net_go_direct(struct net_transfer *transfer, struct net_least least);
void net_transfer_peer(const struct net_transfer *transfer, struct net_peer *ret_peer);

/* The redirects that were followed, one a line: "302 https://example.org/x". Clean, NULL: none.
 * Borrowed until the transfer is over. */
const char *net_transfer_trail(const struct net_transfer *transfer);

const char *net_library_version(void); /* "libcurl/7.88.1 OpenSSL/3.0.x …" */

#endif
