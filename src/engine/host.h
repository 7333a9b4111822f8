#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

/* What the engine knows of an origin (scheme, host, port), over all items: how many connections it
 * has, and how many it was found to allow. Kept for the life of the engine: a handful of bytes an
 * origin. */

#define HOST_CONNECTING  128u /* at once: more only overflow a server's queue of new connections */
#define HOST_CONNECTIONS 16u  /* to one origin, when files are cut into parts */

struct host {
    UT_hash_handle hh;
    unsigned connections; /* requests under way */
    unsigned connecting;  /* of these: without a connection yet */
    unsigned allowed;     /* learned: more were refused; 0: nothing learned */
    bool no_ranges;       /* it was asked for a part and sent the whole */
    char origin[];
};

/* Finds or makes the host of URL in the table *HOSTS. Never NULL. */
struct host *host_of(struct host **hosts, const char *url);
void hosts_free(struct host **hosts);

/* How many further connections for parts of a file may be made. (The first one of a file always
 * may.) */
unsigned host_room(const struct host *host);
/* A connection beyond the first was refused while others worked. */
void host_refused(struct host *host);

#endif
