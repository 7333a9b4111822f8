#ifndef ENGINE_OVER_H
#define ENGINE_OVER_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/error.h"

struct haul_engine;
struct host;
struct item;

/* How a transfer ended. */
struct outcome {
    const struct haul_error *err; /* HAUL_OK: the file is complete; NULL: the user ended it, and the
                                     item's state says so already */
    int64_t retry_after;          /* seconds that the server asked for, -1: none */
    bool progress;                /* more bytes are here than ever before */
    bool unheard;                 /* its last request brought no answer */
    bool crowded;                 /* others worked at its host when that was sent */
    bool spent;                   /* a request went out that must not be sent twice unasked */
    const char *final_url;        /* behind redirects, NULL: no answer came */
    const char *etag;             /* a strong one, or NULL */
    const char *had;              /* where the file is that it led to, NULL: not here */
    struct host *host;            /* of that request */
    uint64_t held_until;          /* another host could be asked then, which rests; 0: none */
};

/* The transfer of ITEM is over and freed. */
void engine_transfer_over(struct haul_engine *engine, struct item *item,
                          const struct outcome *outcome);

#endif
