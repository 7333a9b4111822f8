#ifndef HAUL_ENGINE_H
#define HAUL_ENGINE_H

#include "haul/error.h"
#include "haul/loop.h"
#include "haul/options.h"
#include "haul/snapshot.h"

/* The engine: a queue of items and what fetches them. It lives on one loop, on that loop's thread;
 * every function here is called from that thread and none blocks.
 *
 * Two users: the daemon (through the control socket) and `haul get` (in its own process). */

struct haul_engine;

/* What happened to an item. */
enum haul_happening {
    HAUL_ITEM_ADDED,
    HAUL_ITEM_STARTED, /* has a slot now */
    HAUL_ITEM_NAMED,   /* the answer came: name and size are known */
    HAUL_ITEM_NOTED,   /* its note says what was done about what lay there, or starts over */
    HAUL_ITEM_RETRY,   /* failed for now, will try again; retry_at and err are set */
    HAUL_ITEM_DONE,
    HAUL_ITEM_FAILED,
    HAUL_ITEM_PAUSED,
    HAUL_ITEM_CANCELLED,
    HAUL_ITEM_QUEUED, /* by resume or retry */
    HAUL_ITEM_REMOVED,
    HAUL_HAPPENING_COUNT
};

/* Called on the loop thread while the engine works: record and return. Snapshots may be taken
 * inside; nothing that changes the engine may be called. Either may be NULL. */
struct haul_engine_events {
    void (*item)(void *ctx, uint64_t id, enum haul_happening what);
    /* Anything at all may have changed (bytes too); at most once a loop turn. Compare
     * haul_engine_version(). */
    void (*changed)(void *ctx);
    /* An item has a connection, and its request goes out now. May be NULL. */
    void (*asks)(void *ctx);
    /* Requests were answered, and nothing was made of that yet. Called outside of the work: here
     * the engine may be stopped. May be NULL. */
    void (*answers)(void *ctx);
    /* Something that belongs to no item in particular could not be done. May be NULL. */
    void (*trouble)(void *ctx, const struct haul_error *err);
    void *ctx;
};

/* SETTINGS is copied; what was set while an earlier engine ran overrules the rows of it that are
 * not given. SESSION names the store to use; NULL keeps the queue in memory only (`get`). For the
 * whole process: raises RLIMIT_NOFILE, ignores SIGPIPE and SIGXFSZ, and sets how many threads libuv
 * has, so it comes before the first job of any loop. On failure nothing else is left behind. */
HAUL_CHECKED enum haul_err haul_engine_new(struct haul_loop *loop,
                                           const struct haul_settings *settings,
                                           const char *session,
                                           const struct haul_engine_events *events,
                                           struct haul_engine **ret_engine, struct haul_error *err);

/* Ends all transfers, keeping what came (partial files are written out and synced), then calls
 * STOPPED once, on the loop. The engine may then be freed. */
void haul_engine_stop(struct haul_engine *engine, void (*stopped)(void *ctx), void *ctx);
void haul_engine_free(struct haul_engine *engine); /* after stopped, or if nothing ever ran */

/* Called when the items of one haul_engine_add are kept by the store and so can't be lost. ERR is
 * NULL then; otherwise none of them was taken. IDS are valid during the call. */
typedef void haul_added_cb(void *ctx, const uint64_t *ids, size_t count,
                           const struct haul_error *err);

/* Adds all or none, in order, at the end of the queue. A request that can't be used fails the call
 * at once with a sentence that names it; ADDED is then not called. ADDED may come before this
 * returns; it may be NULL. */
HAUL_CHECKED enum haul_err haul_engine_add(struct haul_engine *engine,
                                           const struct haul_request *requests, size_t count,
                                           haul_added_cb *added, void *ctx, struct haul_error *err);

/* The same, but once for each TOKEN, 1 to 64 letters, digits and '-' that the caller made up: with
 * one that was used lately, and be it by a daemon before this one, nothing is added, and ADDED
 * brings the ids that it got then. So who lost the answer asks again. ONLY_NEW: what was fetched
 * before and is still there is added, too, but is done without a transfer when its turn comes. */
HAUL_CHECKED enum haul_err haul_engine_add_once(struct haul_engine *engine, const char *token,
                                                bool only_new, const struct haul_request *requests,
                                                size_t count, haul_added_cb *added, void *ctx,
                                                struct haul_error *err);

/* A file that was fetched before and lies where it was put. */
struct haul_had {
    char *path;          /* NULL: there is none; as it is, not clean */
    int64_t size;        /* bytes */
    int64_t finished_at; /* ms since 1970 */
    bool by_digest;      /* it has the digest that was asked for; else it is of the same link */
};

/* As haul_added_cb, but IDS has 0 for each request whose file is here already, as HAD tells. */
typedef void haul_added_new_cb(void *ctx, const uint64_t *ids, const struct haul_had *had,
                               size_t count, const struct haul_error *err);

/* As haul_engine_add(), but for requests whose file the history knows and that is still there: by
 * the link, by the link that a redirect led to, or by the digest that is asked for. Requests with
 * the option `again`, those that write over what is there, and those that are no plain GETs are
 * always added. Adds are carried out in the order of the calls. */
HAUL_CHECKED enum haul_err haul_engine_add_new(struct haul_engine *engine,
                                               const struct haul_request *requests, size_t count,
                                               haul_added_new_cb *added, void *ctx,
                                               struct haul_error *err);

/* Does ACTION on each of the items it applies to; *ret_count tells how many. COUNT 0 with IDS NULL
 * means every item. An unknown id fails the call before anything is changed; an item in a state
 * that the action does not fit is left out. */
HAUL_CHECKED enum haul_err haul_engine_act(struct haul_engine *engine, enum haul_action action,
                                           const uint64_t *ids, size_t count, size_t *ret_count,
                                           struct haul_error *err);

/* Undoes the newest removal or cancellation that still can be: removed items come back where they
 * were, with their bytes, for a minute after they were removed; cancelled ones are queued or paused
 * as before. Several calls go back several steps. Only in a session; HAUL_E_BAD_STATE when there is
 * nothing to undo. *ret_action tells what was undone, *ret_count of how many items. */
HAUL_CHECKED enum haul_err haul_engine_undo(struct haul_engine *engine,
                                            enum haul_action *ret_action, size_t *ret_count,
                                            struct haul_error *err);

/* Called when what was changed of an item is kept by the store. ERR is NULL then; otherwise the
 * item has it all the same, and a daemon that ends now may have forgotten it when it starts again.
 */
typedef void haul_changed_cb(void *ctx, const struct haul_error *err);

/* Gives an item that is not done another link to the same file; one that runs is stopped and starts
 * again, a failed one is queued, a paused or cancelled one stays so. The bytes that are here are
 * kept when the new link proves to have the same file, else it starts over. GIVEN (NULL: nothing)
 * holds options to be set with it. Those that belong to the origin of the old link (passwords,
 * headers, the referer) are dropped when the new one is of another origin. URL may be NULL: then
 * the item goes on as it is, and GIVEN, which must hold live options only, takes effect at once.
 * CHANGED as with haul_engine_add(); it may be NULL, and haul_engine_flush() tell instead. */
HAUL_CHECKED enum haul_err haul_engine_change(struct haul_engine *engine, uint64_t id,
                                              const char *url, const struct haul_options *given,
                                              haul_changed_cb *changed, void *ctx,
                                              struct haul_error *err);

/* Gives each of the items that is not done the options in GIVEN, which must be live ones; they take
 * effect at once, also where an item runs. The rest is as with haul_engine_act(). */
HAUL_CHECKED enum haul_err haul_engine_tune(struct haul_engine *engine, const uint64_t *ids,
                                            size_t count, const struct haul_options *given,
                                            size_t *ret_count, struct haul_error *err);

/* ---- before adding ---- */

/* What the queue knows of a link that somebody wants to add. */
struct haul_known {
    uint64_t id; /* the item that has this link; 0: none */
    enum haul_state state;
    int64_t finished_at; /* 0: it did not end */
    uint64_t heals; /* a failed item whose link is refused and whose file is called as this link
                       suggests; 0: none */
};

/* Fills RET_KNOWN for each of the COUNT urls. Takes one pass over the queue. */
void haul_engine_known(const struct haul_engine *engine, const char *const *urls, size_t count,
                       struct haul_known *ret_known);

/* HAD: one for each url, its path NULL when there is none. Borrowed for the callback. */
typedef void haul_had_cb(void *ctx, const struct haul_had *had, size_t count);

/* Looks which of the urls' files are here already, as haul_engine_add_new() does. False: certainly
 * none is, and DONE is never called; else it is, later. */
bool haul_engine_had(struct haul_engine *engine, const char *const *urls, size_t count,
                     haul_had_cb *done, void *ctx);

/* What a server says of a file without being asked for it. Borrowed for the callback. */
struct haul_probed {
    const struct haul_error *err; /* NULL: it answered */
    int64_t size;                 /* bytes, -1: it does not tell */
    const char *name;             /* clean; what the file would be called */
    bool ranges;                  /* it sends parts */
    uint64_t heals; /* a failed item whose link is refused, with this name or size; 0: none */
};
typedef void haul_probed_cb(void *ctx, const struct haul_probed *probed);

struct haul_probe;

/* Asks for size and name: a request for the file's first byte that ends at the answer's head. What
 * holds for a transfer holds for it, secrets and redirects too. Only a few are asked at a time, and
 * fewer of one host; who has to wait for too long is told so. PROBED comes once, later, unless it
 * is cancelled; the probe is gone then. Requests other than plain GETs are refused: to ask would do
 * what they do. */
HAUL_CHECKED enum haul_err haul_engine_probe(struct haul_engine *engine,
                                             const struct haul_request *request,
                                             haul_probed_cb *probed, void *ctx,
                                             struct haul_probe **ret_probe, struct haul_error *err);
void haul_probe_cancel(struct haul_probe *probe);

/* ---- the history ---- */

/* Where an entry stands in the history. */
struct haul_past_at {
    int64_t finished_at;
    uint64_t id;
};
/* ENTRIES are borrowed; their `dir` is as it is, not clean. NEXT: where to go on, NULL: there are
 * no more. */
typedef void haul_history_cb(void *ctx, const struct haul_past *entries, size_t count,
                             const struct haul_past_at *next, const struct haul_error *err);
/* Asks for at most COUNT entries that fit FILTER (an expression, see base/filter.h; NULL or "":
 * all), from FROM on (NULL: the newest), the newest first. PAGE comes later, once; it may have
 * fewer of them, or none, and a NEXT all the same. */
HAUL_CHECKED enum haul_err haul_engine_history(struct haul_engine *engine, const char *filter,
                                               const struct haul_past_at *from, size_t count,
                                               haul_history_cb *page, void *ctx,
                                               struct haul_error *err);

typedef void haul_forgot_cb(void *ctx, uint64_t count, const struct haul_error *err);
/* Forgets all entries that fit FILTER. FORGOT comes later, once, with how many that were. */
HAUL_CHECKED enum haul_err haul_engine_forget(struct haul_engine *engine, const char *filter,
                                              haul_forgot_cb *forgot, void *ctx,
                                              struct haul_error *err);

/* Calls DONE when all that was changed so far (items acted on, moved, settings) is kept by the
 * store; it may come before this returns. ERR as with haul_changed_cb. */
void haul_engine_flush(struct haul_engine *engine, haul_changed_cb *done, void *ctx);

/* Moves the items, as a block in their present order. POSITION, counted from 1, is used by
 * HAUL_MOVE_TO only. */
HAUL_CHECKED enum haul_err haul_engine_move(struct haul_engine *engine, enum haul_move how,
                                            uint64_t position, const uint64_t *ids, size_t count,
                                            struct haul_error *err);

/* Takes over every row that is marked as given in SETTINGS, and lets go of those that it drops:
 * they are as configured again. Takes effect at once and is kept. */
void haul_engine_set(struct haul_engine *engine, const struct haul_settings *settings);
/* What the session was configured with has changed: rows that nobody has set otherwise follow. */
void haul_engine_configure(struct haul_engine *engine, const struct haul_settings *settings);
/* What [schedule] of the configuration says, copied; NULL: nothing. Takes effect at once, as far as
 * the session's setting `schedule` lets it. */
struct schedule;
void haul_engine_schedule(struct haul_engine *engine, const struct schedule *schedule);
/* A row counts as given when it was set by haul_engine_set(), now or earlier, or given to
 * haul_engine_new(). */
void haul_engine_settings(const struct haul_engine *engine, struct haul_settings *ret_settings);

/* Grows with every change of anything that a snapshot shows. */
uint64_t haul_engine_version(const struct haul_engine *engine);
/* Grows when items come, go or move: the places of others may have changed, too. */
uint64_t haul_engine_order_version(const struct haul_engine *engine);

/* Items in queue order: POSITION is 0-based and below haul_engine_count(). */
size_t haul_engine_count(const struct haul_engine *engine);
void haul_engine_at(const struct haul_engine *engine, size_t position,
                    struct haul_brief *ret_brief);

/* The item with that id, and its place. False when there is none. */
HAUL_CHECKED bool haul_engine_look(const struct haul_engine *engine, uint64_t id,
                                   struct haul_brief *ret_brief, size_t *ret_position);

/* Tells CHANGED the ids of all items that came, went, moved or changed after version SINCE; one may
 * be told more than once. False, and nothing is told: that is too long ago, or too much has
 * happened. From the first call on, what happens is remembered; CHANGED may be NULL. */
HAUL_CHECKED bool haul_engine_changes(struct haul_engine *engine, uint64_t since,
                                      void (*changed)(void *ctx, uint64_t id), void *ctx);

/* Is there something to tell of ->start_at or ->off_hours of that item? For a look at each of very
 * many. */
HAUL_CHECKED bool haul_engine_waits_for_time(const struct haul_engine *engine, uint64_t id);

/* Snapshots; the caller frees them with _fini. False when there is no such item. What is secret is
 * masked in links, and in options unless SECRETS is set. */
HAUL_CHECKED bool haul_engine_item(const struct haul_engine *engine, uint64_t id,
                                   struct haul_item *ret_item);
HAUL_CHECKED bool haul_engine_detail(const struct haul_engine *engine, uint64_t id, bool secrets,
                                     struct haul_detail *ret_detail);
/* The link as it was asked for, with what is secret in it; newly allocated, to be freed as a
 * secret. NULL: there is no such item. */
char *haul_engine_link(const struct haul_engine *engine, uint64_t id);
void haul_engine_totals(const struct haul_engine *engine, struct haul_totals *ret_totals);

/* Tells EACH the hosts of which there is something to say: that have items or connections, or that
 * are left alone. The first call goes over all items, the next ones over the hosts only. NAME is
 * valid as long as the engine. */
void haul_engine_hosts(struct haul_engine *engine,
                       void (*each)(void *ctx, const struct haul_host_brief *host), void *ctx);
/* That one as it is now; false: there is none. */
HAUL_CHECKED bool haul_engine_host(const struct haul_engine *engine, const char *name,
                                   struct haul_host_brief *ret_brief);

/* While held, no item is started: for a daemon that was woken only to answer a question. Adding,
 * acting on, moving items and changing settings end it too. */
void haul_engine_hold(struct haul_engine *engine, bool held);
HAUL_CHECKED bool haul_engine_held(const struct haul_engine *engine);

/* True when nothing runs, and nothing will without a user: no item waits or is queued, or all are
 * held. */
bool haul_engine_idle(const struct haul_engine *engine);

/* False while changes are in memory only, because the store can't be written: who ends now loses
 * them. */
bool haul_engine_is_kept(const struct haul_engine *engine);

/* The network libraries it runs on with their versions, one line without a line end:
 * "libcurl/7.88.1 OpenSSL/3.0.15 …". Valid for ever. */
const char *haul_engine_libraries(void);

/* The process that has the queue of SESSION; 0: none, or it can't be told. Not to be asked while
 * this process has it. */
long haul_engine_holder(const char *session);

#endif
