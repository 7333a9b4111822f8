#ifndef ENGINE_TRANSFER_INSIDE_H
#define ENGINE_TRANSFER_INSIDE_H

#include "disk/writer.h"
#include "engine/transfer.h"

/* Inside of the engine room: a transfer's parts, for transfer.c and transfer_facts.c. */

enum goal {
    GOAL_RECEIVE,
    GOAL_FINISH,  /* all is here: sync, rename */
    GOAL_KEEP,    /* failed or stopped: put the partial away */
    GOAL_DISCARD, /* removed: the partial goes too */
};

struct transfer {
    LIST_ENTRY(transfer) link;
    STAILQ_ENTRY(transfer) attention;
    TAILQ_ENTRY(transfer) limited;
    struct haul_engine *engine;
    struct item *item;
    enum goal goal;

    /* The request that is under way, and what its answer said. */
    struct net_transfer *net;
    uint64_t asked_from;
    uint64_t skip; /* bytes of the body that are here already */
    bool needs_attention, is_limited;
    bool waits;     /* `body` said pause */
    bool connected; /* a connection is there: the stall clock runs */
    bool ask_again; /* from the first byte, dropping what is here */
    bool got_all;
    int64_t retry_after;

    /* What the file is. */
    char *name; /* safe, as chosen from the answer; NULL before it */
    char *final_url;
    char *etag;
    char *modified; /* only when strong enough to prove identity */
    char *content_type;
    char *content_encoding;
    char *server;
    struct net_peer peer;
    int64_t total;
    int64_t mtime;

    /* Where its bytes go: one of these two. */
    bool is_small;
    char *small;
    size_t small_len;
    struct disk_file *file;
    struct disk_writer writer;
    bool writing;
    size_t range; /* of the file's ranges, the one that is being fetched */

    bool disk_pending; /* a disk job will call back */
    bool want_open, want_plan, plan_fresh;

    struct speed speed;
    uint64_t began, last_byte, recorded_at, synced_at; /* ticks */
    uint64_t recorded_bytes;
    uint64_t reached; /* the most bytes that were here in this attempt */
    bool stopped;     /* by the user: the item's state is set already */
    struct haul_error fail;
};

#endif
