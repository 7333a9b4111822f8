#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/options.h"

#define NET_HTTP2_BODY_MAX (64 * 1024) /* what is larger comes over HTTP/1.1 */

/* One request: what to ask for and how. Everything is borrowed until net_start() returns, except
 * OPTIONS, which is referenced until the transfer is over. */
struct net_request {
    const char *url;
    struct haul_options *options; /* headers, user, proxy, time-outs, TLS */
    bool foreign;                 /* their headers, user and referer are for another origin */
    uint64_t from;                /* first byte wanted */
    uint64_t to;                  /* last byte wanted, inclusive; UINT64_MAX: to the end */
    bool ranged;                  /* ask with Range even when it is from 0 to the end */
    const char *if_range;         /* validator for If-Range, or NULL */
    int64_t upload_size;          /* bytes that `want` brings, where the options have an upload */
    bool http2;                   /* may use it, if the options say so: `body` won't pause */
};

#endif
