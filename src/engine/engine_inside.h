#ifndef ENGINE_ENGINE_INSIDE_H
#define ENGINE_ENGINE_INSIDE_H

#include <sys/queue.h>
#include <uv.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "disk/small.h"
#include "engine/host.h"
#include "engine/hours.h"
#include "engine/limiter.h"
#include "engine/queue.h"
#include "engine/speed.h"
#include "engine/starts.h"
#include "haul/engine.h"
#include "net/multi.h"

/* Inside of the engine room: what engine.c, transfer.c and snapshot.c share. */

struct folder;
struct past_end;
struct recall;
struct repeat;
struct segment;
struct store;
struct undo;

struct haul_engine {
    uv_loop_t *loop;
    struct haul_loop *haul_loop; /* the same */
    struct store *store;         /* NULL: nothing outlives the process, see keep.h */
    const struct clock *clock;
    struct haul_engine_events events;
    struct haul_settings settings;
    struct haul_settings configured; /* what rows are that nobody has set */
    struct queue queue;
    struct net *net;
    struct disk *disk;
    struct disk_small *small;
    size_t small_bytes;     /* in memory for small files, see ending.c */
    struct undo *undo;      /* see undo.h; NULL: nothing yet */
    struct repeat *repeats; /* uthash: adds that may come again, see repeat.h */
    struct recall *recall;  /* of transfers that are over, see recall.h; NULL: nothing yet */
    struct folder *folders; /* uthash: which partials lie where, see folder.h */
    uv_idle_t soon;         /* runs the step in the next turn of the loop */
    uv_timer_t tick;        /* once a second while something runs, else at the next due time */
    uint64_t tick_due;      /* ticks */
    uv_timer_t limit_timer; /* when the bucket has tokens again */
    uv_timer_t nudge;       /* soon: transfers that put off a decision for a moment */
    struct alarm alarm;     /* when the wall clock lets something start */
    struct starts starts;
    struct hours hours;
    unsigned open_handles;
    struct limiter limiter;
    struct speed speed;
    uint64_t received;
    uint64_t told_version;
    int64_t disk_free;
    bool asking_space;
    uint64_t space_asked;  /* ticks */
    unsigned past_written; /* entries of the history since it was last cut */
    uint64_t past_cut_at;  /* ticks */
    size_t looks;          /* questions about what is here already, see had.h */
    char *news;            /* of the session, until the user does something; NULL: none */
    bool keep_history;     /* a daemon's: items remember what happened */
    bool held;             /* nothing is started */
    bool answered;         /* requests were, since the last step */
    bool closing;
    bool store_closing;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
    size_t transfer_count;
    size_t expected;     /* transfers that are going to run at once, soon */
    uint64_t slots_room; /* what the limit of open files leaves room for */
    uint64_t slots_max;  /* lowered when descriptors run short all the same */
    struct hosts hosts;
    struct probes *probes;          /* NULL: none were asked for so far, see probe.h */
    STAILQ_HEAD(, adding_new) adds; /* see add_new.c */
    LIST_HEAD(, transfer) transfers;
    LIST_HEAD(, transfer) held_up;        /* wait for a host that has enough connections */
    STAILQ_HEAD(, transfer) attention;    /* have something to do outside of libcurl */
    TAILQ_HEAD(limited, segment) limited; /* wait for tokens, the longest waiting first */
};

uint64_t engine_now(const struct haul_engine *engine); /* ticks, cached by the loop */

/* As haul_engine_add(); TOKEN, when there is one, is remembered with the items (repeat.h). */
HAUL_CHECKED enum haul_err engine_add(struct haul_engine *engine, const char *token, bool only_new,
                                      const struct haul_request *requests, size_t count,
                                      haul_added_cb *added, void *ctx, struct haul_error *err);

/* When a queued item starts that waits for its time; 0: it does not. */
int64_t engine_starts_at(const struct haul_engine *engine, const struct item *item);

/* When HOST's rest ends, ms since 1970: the time of day that was told first, unless somebody has
 * set the clock since. 0: it does not rest. */
int64_t engine_rest_until(const struct haul_engine *engine, struct host *host);

/* Something changed that the step should look at. */
void engine_wake(struct haul_engine *engine);

/* Gives transfers that ->put_off a decision attention in MS at the latest. */
void engine_nudge(struct haul_engine *engine, uint64_t ms);

/* State changes and what goes with them: history, events. */
void engine_set_state(struct haul_engine *engine, struct item *item, enum haul_state state);
void engine_tell(struct haul_engine *engine, const struct item *item, enum haul_happening what);
void engine_tell_asks(struct haul_engine *engine); /* an item does */
/* As engine_set_state() to HAUL_DONE; END is what the history keeps of it. */
void engine_done(struct haul_engine *engine, struct item *item, const struct past_end *end);
void engine_keep_error(struct item *item, const struct haul_error *err);
void engine_clear_error(struct item *item);
/* Removes what an item that does not run left on the disk; a complete file stays. */
void engine_drop_partial(struct haul_engine *engine, const struct item *item);

/* HOST asked for more time than is waited for; the error of an item that would need it. */
bool engine_is_shut(const struct haul_engine *engine, const struct host *host);
void engine_refuse_shut(const struct haul_engine *engine, const struct host *host,
                        struct haul_error *err);

/* Takes items out of the queue for good, also what they left on the disk. */
void engine_remove(struct haul_engine *engine, const uint64_t *ids, size_t count);

/* Whether the files that the options name can be used. Paths are absolute: a daemon's working
 * directory is not that of whoever names them. Nor may one be a pipe there, which would hold up
 * everybody; who runs an engine of his own may wait for his own pipes. */
HAUL_CHECKED enum haul_err engine_check_files(const struct haul_engine *engine,
                                              const struct haul_options *options,
                                              struct haul_error *err);

/* The two halves of haul_engine_add(): whether the requests can be used, and items of them, which
 * get their numbers and are taken. */
HAUL_CHECKED enum haul_err engine_check(const struct haul_engine *engine,
                                        const struct haul_request *requests, size_t count,
                                        struct haul_error *err);
void engine_append(struct haul_engine *engine, struct item **items, size_t count,
                   haul_added_cb *added, void *ctx);

#endif
