#ifndef NET_EASIES_H
#define NET_EASIES_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "haul/options.h"

/* Easy handles that wait for their next transfer. To set one up costs as much as a small transfer
 * itself; so one that served a usual request stays as it is set up, for the next usual request with
 * the same options. */

struct spare;

struct easies {
    struct spare *spare;
    size_t count, size;
};

/* What a handle is set up for. */
struct easy_use {
    struct haul_options *options; /* borrowed; NULL: for nothing, all is as libcurl makes it */
    bool http2;
};

/* One that is set up for USE, if there is one, else any; NULL when libcurl has none left.
 * *ret_ready: it is. */
CURL *easies_get(struct easies *easies, const struct easy_use *use, bool *ret_ready);
/* Takes EASY back, which is set up for USE; NULL is fine. It must not be in a multi. */
void easies_put(struct easies *easies, CURL *easy, const struct easy_use *use);
void easies_fini(struct easies *easies);

#endif
