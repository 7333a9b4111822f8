/* Origins and their connections. */

#include "engine/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "haul/log.h"

struct host *host_of(struct host **hosts, const char *url)
{
    char *origin = url_origin(url);
    const char *key = origin ? origin : "";
    struct host *host;

    HASH_FIND_STR(*hosts, key, host);
    if (!host) {
        size_t len = strlen(key);

        host = xcalloc(1, sizeof *host + len + 1);
        memcpy(host->origin, key, len + 1);
        HASH_ADD_STR(*hosts, origin, host);
    }
    free(origin);
    return host;
}

void hosts_free(struct host **hosts)
{
    struct host *host, *next;

    HASH_ITER(hh, *hosts, host, next)
    {
        HASH_DEL(*hosts, host);
        free(host);
    }
}

unsigned host_room(const struct host *host)
{
    unsigned most = host->allowed > 0 ? host->allowed : HOST_CONNECTIONS;

    return host->no_ranges || host->connections >= most ? 0 : most - host->connections;
}

void host_refused(struct host *host)
{
    unsigned works = MAX(host->connections, 1u);

    if (host->allowed == 0 || works < host->allowed) {
        LOG_INFO(engine, "%s allows %u connections", host->origin, works);
        host->allowed = works;
    }
}
