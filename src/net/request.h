#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/options.h"

/* One request: what to ask for and how. Everything is borrowed until net_start() returns, except
 * OPTIONS, which is referenced until the transfer is over. */
struct net_request {
    const char *url;
    struct haul_options *options; /* headers, user, proxy, time-outs, TLS */
    uint64_t from;                /* first byte wanted */
    uint64_t to;                  /* last byte wanted, inclusive; UINT64_MAX: to the end */
    bool ranged;                  /* ask with Range even when it is from 0 to the end */
    const char *if_range;         /* validator for If-Range, or NULL */
};

#endif
