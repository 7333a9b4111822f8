#ifndef ENGINE_ITEM_H
#define ENGINE_ITEM_H

#include <sys/queue.h>
#include <uthash.h>

#include "haul/options.h"
#include "haul/snapshot.h"

/* One entry of the queue: what is known of it whether it runs or not. There may be a hundred
 * thousand of them, so what only a running one needs is in struct transfer, and texts that most do
 * not have are NULL. */

struct transfer;

#define ITEM_EVENTS_MAX 32u

struct item {
    UT_hash_handle hh;         /* by id */
    TAILQ_ENTRY(item) waiting; /* while HAUL_WAITING */
    uint64_t id;
    uint64_t version;
    size_t place; /* index in the queue's order */
    double key;   /* the store's way of keeping the order: grows with the place */
    char *url;    /* as asked for: may hold user info, never shown */
    char *shown;  /* without it; the same memory as ->url when there is none */
    char *name;   /* clean; a guess until the answer came */
    char *base;   /* name of the partial that we left, NULL: none known */
    char *note;   /* sentence for the row, NULL: none */
    char **mirrors;
    size_t mirror_count;
    struct haul_options *options;
    struct transfer *transfer; /* while it runs or is being put away */
    struct haul_event *events; /* oldest first, NULL while none is kept */
    unsigned event_count;
    enum haul_state state;
    enum haul_phase phase;
    enum haul_err err;
    int http_status;
    uint32_t tries;
    bool removing; /* taken out of the queue */
    bool removed;  /* and freed when its transfer is over */
    int64_t total;
    uint64_t done;
    uint64_t best;     /* the most bytes that any attempt had: more is progress */
    uint64_t due;      /* ticks at which a waiting item runs again */
    uint64_t deadline; /* ticks at which its time is up, 0: none or not begun */
    int64_t retry_at, added_at, started_at, finished_at;
};

/* Copies the texts of REQUEST, references its options. */
struct item *item_new(uint64_t id, const struct haul_request *request, int64_t wall_now);
void item_free(struct item *item);

/* TEXT: one URL a line, NULL for none; what was there is forgotten. */
void item_set_mirrors(struct item *item, const char *text);

/* Sets or clears (NULL) the sentence of the row. TEXT is clean. */
void item_set_note(struct item *item, const char *text);
/* Appends to the history, dropping the oldest beyond ITEM_EVENTS_MAX. */
void item_log(struct item *item, int64_t wall_now, const char *format, ...) HAUL_PRINTF(3, 4);

/* The folder, absolute. */
const char *item_dir(const struct item *item);

/* True when STATE may follow the item's present one. */
bool item_may_become(const struct item *item, enum haul_state state);

#endif
