#ifndef STORE_ASKS_H
#define STORE_ASKS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "haul/error.h"

struct history;
struct store;

/* A question to the database, embedded in what it works on. RUN is called on a worker with the
 * connection and returns SQLite's result code; DONE then on the loop, ERR being NULL when that was
 * SQLITE_OK. DONE frees it and returns false, or returns true to be run again after what else there
 * is to do; which it must not when it is the LAST time. */
struct ask {
    STAILQ_ENTRY(ask) link;
    int (*run)(struct ask *ask, struct history *history);
    bool (*done)(struct ask *ask, const struct haul_error *err, bool last);
    struct haul_error err;
};

STAILQ_HEAD(asks, ask);

/* store.c: takes ASK. */
void store_ask(struct store *store, struct ask *ask);

#endif
