#ifndef INPUT_REQUESTS_H
#define INPUT_REQUESTS_H

#include <stddef.h>

#include "haul/error.h"
#include "haul/options.h"

/* A growing array of requests that owns what they point to. */
struct requests {
    struct haul_request *items;
    size_t count;
    size_t size;
};

/* Requests that are made when they are wanted, so that a long list is never there as a whole. NEXT
 * appends the next one, or some hundreds, to REQUESTS, and nothing when there are none left; on
 * failure REQUESTS is as before and none follow. */
struct requests_source {
    enum haul_err (*next)(void *ctx, struct requests *requests, struct haul_error *err);
    void *ctx;
};

void requests_fini(struct requests *requests); /* leaves an empty list, ready for use */

/* Drops all requests from index COUNT on. */
void requests_truncate(struct requests *requests, size_t count);

/* Appends one item for URL (copied); OPTIONS is referenced. */
void requests_add(struct requests *requests, const char *url, struct haul_options *options);

/* Gives the last request one more URL of the same file (copied). */
void requests_add_mirror(struct requests *requests, const char *url);

/* Gives the last request other options (referenced). */
void requests_set_options(struct requests *requests, struct haul_options *options);

/* The options of the last request, its own from now on, so that they may be changed. */
struct haul_options *requests_own_options(struct requests *requests);

#endif
