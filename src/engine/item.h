#ifndef ENGINE_ITEM_H
#define ENGINE_ITEM_H

#include <assert.h>
#include <stddef.h>

#include "haul/options.h"
#include "haul/snapshot.h"

/* One entry of the queue: what is known of it whether it runs or not.
 *
 * There may be a hundred thousand of them, so an item comes in three pieces, and only the first one
 * is there from the start: struct item for what each has, its link in the same allocation; struct
 * item_more for what became of it; struct item_work for what it takes to run it.
 *
 * item_more() and item_work() are for reading and never NULL: of a piece that is not there they
 * give one that says so. item_need_more() and item_need_work() are for writing, and make what is
 * missing. While a transfer runs both are there. */

struct transfer;

#define ITEM_EVENTS_MAX 32u
#define ITEMS_MAX       ((1u << 28) - 1)
#define ITEM_ID_MAX     ((UINT64_C(1) << 54) - 1)

/* What it takes to run an item. */
struct item_work {
    struct transfer *transfer; /* while it runs or is being put away */
    char *base;                /* name of the partial that we left, NULL: none known */
    char *was;                 /* link in its record, as shown, when that is an older one */
    char **mirrors;
    size_t mirror_count;
    uint64_t best;     /* the most bytes that any attempt had: more is progress */
    uint64_t due;      /* ticks at which a waiting item runs again */
    uint64_t deadline; /* ticks at which its time is up, 0: none or not begun */
    int64_t retry_at;
    bool pardoned; /* its last failure was perhaps not its own and was not counted */
    size_t due_at; /* where it is among the waiting ones, see due.h */
};

/* What became of an item. */
struct item_more {
    struct item_work *work;
    char *texts;               /* as item->texts, when it has another link than it was added with */
    char *name;                /* clean; NULL: the one that its link suggests */
    char *note;                /* sentence for the row, NULL: none */
    struct haul_event *events; /* oldest first, NULL while none is kept */
    int64_t total;
    uint64_t done;
    int64_t started_at, finished_at;
    unsigned event_count;
    enum haul_err err;
    int http_status;
    uint32_t tries;
};

struct item {
    uint64_t id : 54; /* 1 to ITEM_ID_MAX */
    enum haul_phase phase : 3;
    bool removing : 1; /* taken out of the queue */
    bool removed : 1;  /* and freed when its transfer is over */
    bool in_lane : 1;  /* the queue's, see lane.h */
    bool has_shown : 1;
    bool has_name : 1;
    bool only_new : 1;   /* not wanted when it turns out to be here */
    bool unlooked : 1;   /* and its own link was not looked for yet */
    uint32_t version;    /* grows with every change */
    uint32_t place : 28; /* index in the queue's order, below ITEMS_MAX */
    enum haul_state state : 4;
    struct haul_options *options;
    struct item_more *more; /* NULL: nothing became of it yet */
    /* The link; behind its NUL how it is shown, and what it suggests as a name, each only when that
     * is not what the link itself, or its last segment, says. */
    char texts[];
};

static_assert(offsetof(struct item, texts) == 32,
              "with a link of 39 bytes an item takes 80 bytes of the heap, not 96");

/* Copies the texts of REQUEST, references its options. */
struct item *item_new(uint64_t id, const struct haul_request *request);
void item_free(struct item *item);

const struct item_more *item_more(const struct item *item);
const struct item_work *item_work(const struct item *item);
struct item_more *item_need_more(struct item *item);
struct item_work *item_need_work(struct item *item);

/* Gives back what an item that is over, and whose transfer is, does not need any more. */
void item_settle(struct item *item);

/* As asked for: may hold user info, never shown. All three are valid until the link is changed. */
const char *item_url(const struct item *item);
const char *item_shown(const struct item *item); /* without it, clean */
const char *item_name(const struct item *item);  /* clean; a guess until the answer came */

/* Gives it another link. Its name, when it has one by now, stays. */
void item_set_url(struct item *item, const char *url);
/* RAW is made clean. */
void item_set_name(struct item *item, const char *raw);

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
