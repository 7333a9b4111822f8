#ifndef NET_WATCH_H
#define NET_WATCH_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "haul/attr.h"

/* The sockets that libcurl wants watched. Loop thread only. */

struct watch;

struct watches {
    uv_loop_t *loop;
    struct watch **by_fd; /* NULL where a descriptor is not watched */
    size_t size;
    size_t resting; /* connections that libcurl has given up for now */
    /* Something happened: MASK is CURL_CSELECT_*, 0 for libcurl to look itself. */
    void (*ready)(void *ctx, curl_socket_t fd, int mask);
    void *ctx;
};

void watches_init(struct watches *watches, uv_loop_t *loop,
                  void (*ready)(void *ctx, curl_socket_t fd, int mask), void *ctx);
/* Stops everything; the loop must run on for the handles' close callbacks. */
void watches_fini(struct watches *watches);

/* What libcurl says in its socket callback: WHAT is CURL_POLL_*. False when the descriptor can't be
 * watched. */
HAUL_CHECKED bool watches_set(struct watches *watches, curl_socket_t fd, int what);

/* From now on libcurl hears nothing of FD any more, whatever it says, until it closes it. */
void watches_mute(struct watches *watches, curl_socket_t fd);

/* For CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION; CTX is the struct watches. */
curl_socket_t watches_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address);
int watches_close(void *ctx, curl_socket_t fd);

#endif
