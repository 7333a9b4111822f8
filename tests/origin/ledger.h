#ifndef ORIGIN_LEDGER_H
#define ORIGIN_LEDGER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "request.h"

/* What is known of one key (by default: one target). */
struct tally;

/* A path whose files come to their ends. */
struct gate;

struct ledger {
    FILE *log; /* NULL: none */
    struct tally *tallies;
    struct gate *gates;
    uint64_t connections; /* ever */
    uint64_t open;        /* now */
    uint64_t peak_open;
    uint64_t requests; /* ever */
    uint64_t active;   /* being answered now */
    uint64_t peak_active;
    uint64_t bytes; /* of files, handed to the system */
};

/* Opens the log, appending. False when that fails. */
bool ledger_init(struct ledger *ledger, const char *log_path);
void ledger_fini(struct ledger *ledger);

void ledger_connected(struct ledger *ledger);
void ledger_disconnected(struct ledger *ledger);

/* Where a request came in. */
struct ledger_place {
    uint64_t connection;
    int port;
    bool six; /* at ::1 */
    bool tls;
    bool client; /* which showed a certificate */
};

/* Writes the request to the log, before anything is answered. */
void ledger_request(struct ledger *ledger, const struct request *request,
                    const struct ledger_place *place);

/* A request of KEY begins: *ret_count is its number, from 1, *ret_active how many of the key are
 * being answered now, this one included. ledger_end() later, once. */
struct tally *ledger_begin(struct ledger *ledger, const char *key, uint64_t *ret_count,
                           uint64_t *ret_active);
void ledger_end(struct ledger *ledger, struct tally *tally);

/* How many requests of the key were answered at once, at most. */
uint64_t ledger_most(const struct tally *tally);

/* Opens the gate of PATH, for all requests so far and to come until all are shut. */
void ledger_open(struct ledger *ledger, const char *path);
void ledger_shut(struct ledger *ledger);
bool ledger_is_open(const struct ledger *ledger, const char *path);

/* The counters as one line of JSON; the caller frees it. */
char *ledger_stats(const struct ledger *ledger);

#endif
