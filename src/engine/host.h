#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "engine/lane.h"

/* What the engine knows of a host over all items: how many connections it has, how many it may have
 * and was found to allow, and which queued items wait for it.
 *
 * A host is a name and a port as links have them; https and http at their default ports are one. A
 * connection counts where its link points to: where a redirect leads is not known before. Kept for
 * the life of the engine: a handful of bytes a host. */

#define HOST_CONNECTING 128u /* at once: more only overflow a server's queue of new connections */

struct host {
    UT_hash_handle hh;
    LIST_ENTRY(host) full; /* in ->full, while ->is_full */
    bool is_full;
    struct hosts *hosts;
    struct lane lane;     /* queued items that wait for this host */
    unsigned connections; /* requests under way, and items that are about to make one */
    unsigned connecting;  /* requests without a connection yet */
    unsigned allowed;     /* learned: more were refused; 0: nothing learned */
    bool no_ranges;       /* it was asked for a part and sent the whole */
    bool spread;          /* an item has, or had, more than one of the connections */
    char name[];
};

/* All hosts of an engine. */
struct hosts {
    struct host *table; /* uthash, by name */
    struct lanes *lanes;
    uint64_t most;          /* --per-host: connections to each, 0: no limit */
    bool hungry;            /* items could start if hosts had room: these go first */
    LIST_HEAD(, host) full; /* an item was held up though others have several connections */
};

void hosts_init(struct hosts *hosts, struct lanes *lanes);
void hosts_fini(struct hosts *hosts);
/* Finds or makes the host of URL. Never NULL. */
struct host *host_of(struct hosts *hosts, const char *url);

/* Counts a connection, or an item that is about to make one; and takes it back. */
void host_enter(struct host *host);
void host_leave(struct host *host);
/* The same for a request that has no connection yet. */
void host_connecting(struct host *host);
void host_connected(struct host *host);

/* The lane where the first connection of an item has to wait, NULL: it may be made now. */
struct lane *host_wait(struct host *host);
/* How many further connections for parts of a file may be made. */
unsigned host_room(const struct host *host);
/* A connection was refused while others work. */
void host_refused(struct host *host);

#endif
