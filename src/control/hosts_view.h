#ifndef CONTROL_HOSTS_VIEW_H
#define CONTROL_HOSTS_VIEW_H

#include <jansson.h>

#include "haul/client.h"
#include "haul/snapshot.h"

/* The hosts that one client looks at, and what it was last sent of them. */
struct hosts_view;

/* Where the hosts come from: the engine, or a test. */
struct hosts_source {
    void (*each)(void *ctx, void (*host)(void *host_ctx, const struct haul_host_brief *brief),
                 void *host_ctx);
    bool (*one)(void *ctx, const char *name, struct haul_host_brief *ret_brief);
    uint64_t (*per_host)(void *ctx);
    void *ctx;
};

/* SOURCE is borrowed for the view's life. */
struct hosts_view *hosts_view_new(const struct hosts_source *source);
void hosts_view_free(struct hosts_view *view); /* NULL is fine */

/* Looks at something else from now on; WANTED is copied. */
void hosts_view_look(struct hosts_view *view, const struct haul_hosts_view *wanted);

/* At most one notification in this many milliseconds. */
uint32_t hosts_view_interval(const struct hosts_view *view);

/* The params of the next notification; NULL: the client has all of it. The first one after
 * hosts_view_look() is never NULL. The client is then taken to have it. */
json_t *hosts_view_frame(struct hosts_view *view);

/* The answer to `hosts`: the rows of WANTED whole, PROTO_HOSTS_ROWS at the most, and so many when
 * it wants 0. */
json_t *hosts_view_list(const struct hosts_source *source, const struct haul_hosts_view *wanted);

#endif
