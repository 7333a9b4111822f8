/* Hosts and their connections.
 *
 * Whole items go first: while one is held up only because a host has enough connections, no item
 * gets a further one there, and those that have several give some back (->full). */

#include "engine/host.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "haul/log.h"

void hosts_init(struct hosts *hosts, struct lanes *lanes)
{
    *hosts = (struct hosts){.lanes = lanes};
    LIST_INIT(&hosts->full);
}

void hosts_fini(struct hosts *hosts)
{
    struct host *host, *next;

    HASH_ITER(hh, hosts->table, host, next)
    {
        HASH_DEL(hosts->table, host);
        lane_fini(&host->lane);
        free(host);
    }
}

struct host *host_of(struct hosts *hosts, const char *url)
{
    char *name = url_host(url);
    const char *key = name ? name : "";
    struct host *host;

    HASH_FIND_STR(hosts->table, key, host);
    if (!host) {
        size_t len = strlen(key);

        host = xcalloc(1, sizeof *host + len + 1);
        host->hosts = hosts;
        lane_init(&host->lane, hosts->lanes);
        memcpy(host->name, key, len + 1);
        HASH_ADD_STR(hosts->table, name, host);
    }
    free(name);
    return host;
}

void host_enter(struct host *host)
{
    host->connections++;
}

void host_leave(struct host *host)
{
    host->connections--;
    lane_open(&host->lane);
}

void host_connecting(struct host *host)
{
    host->connecting++;
}

void host_connected(struct host *host)
{
    host->connecting--;
    lane_open(&host->lane);
}

/* How many connections it may have. */
static unsigned most_of(const struct host *host)
{
    uint64_t most = host->hosts->most > 0 ? host->hosts->most : UINT_MAX;

    if (host->allowed > 0)
        most = MIN(most, (uint64_t)host->allowed);
    return (unsigned)MIN(most, (uint64_t)UINT_MAX);
}

/* An item waits that could start if others had fewer connections. */
static void note_full(struct host *host)
{
    if (host->is_full || !host->spread)
        return;
    host->is_full = true;
    LIST_INSERT_HEAD(&host->hosts->full, host, full);
}

struct lane *host_wait(struct host *host)
{
    if (host->connections >= most_of(host)) {
        note_full(host);
        return &host->lane;
    }
    return host->connecting < HOST_CONNECTING ? NULL : &host->lane;
}

unsigned host_room(const struct host *host)
{
    unsigned most = most_of(host);

    if (host->no_ranges || host->connections >= most ||
        (host->hosts->hungry && host->lane.count > 0))
        return 0;
    return most - host->connections;
}

void host_refused(struct host *host)
{
    unsigned works = MAX(host->connections, 1u);

    if (host->allowed == 0 || works < host->allowed) {
        LOG_INFO(engine, "%s allows %u connections", host->name, works);
        host->allowed = works;
    }
}
