#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"
#include "haul/loop.h"
#include "haul/snapshot.h"
#include "haul/types.h"

/* The queue on disk: one SQLite database a session. Opening and loading block (a daemon has nothing
 * else to do then); everything else is queued, written by one worker in batches of one transaction,
 * and told on the loop after the commit. What is queued is written in the order of the calls. */

struct filter;
struct store;

/* What of an item is looked for in the history when its turn comes. Kept by these numbers. */
enum store_look {
    STORE_LOOK_NONE,
    STORE_LOOK_BACK,  /* where its link redirects to */
    STORE_LOOK_FIRST, /* and before that its own link */
};

/* An item as it is kept. Texts are borrowed for the call; NULL stands for "none". */
struct store_item {
    uint64_t id;
    double place; /* items are loaded in the order of their places; the engine chooses them */
    enum haul_state state;
    enum haul_err err;
    int http_status;
    uint32_t tries;
    int64_t total;
    uint64_t done;
    int64_t added_at, started_at, finished_at; /* ms since 1970, 0: never */
    const char *url;                           /* as asked for: may hold user info */
    const char *options; /* "name=value" lines of the options that were given, may hold secrets */
    const char *mirrors; /* one URL a line, or NULL */
    const char *name;    /* file name */
    const char *base;    /* of the partial */
    const char *note;
    const char *was; /* link in the partial's record, when that is an older one */
    enum store_look look;
};

/* What is remembered of a host: how it treated the requests before. NAME is borrowed for the call.
 */
struct store_host {
    const char *name;
    bool no_ranges;     /* asked for a part it sends the whole */
    uint32_t allowed;   /* connections, 0: nothing learned */
    uint32_t rounds;    /* rests in a row without an answer in between */
    int64_t rest_until; /* ms since 1970, 0: it does not rest */
    int64_t noted_at;   /* ms since 1970 */
};

/* An entry of the history as it is kept. */
struct store_entry {
    struct haul_past past;
    char *etag;         /* a strong one, NULL: none */
    uint64_t url_key;   /* of its links (base/same_link.h), 0: it is not found by that */
    uint64_t final_key; /* 0 also when it has no other link */
    bool by_digest;     /* it may be found by its digest */
};

void store_entry_fini(struct store_entry *entry);

/* ERR is NULL when the change is on disk and survives a power cut. Otherwise it was not kept and
 * will not be. */
typedef void store_done_cb(void *ctx, const struct haul_error *err);

/* The process that has the store at PATH; 0: none, or it can't be told. Not of a store that this
 * process has open itself: that would give its lock away. */
long store_holder(const char *path);

/* Opens or makes PATH (0600; WAL). A database of a newer haul is refused with a sentence
 * (HAUL_E_VERSION) and left alone; one that is no database or is damaged is moved aside
 * (PATH.damaged-N), *ret_moved then tells so. */
HAUL_CHECKED enum haul_err store_open(struct haul_loop *loop, const char *path,
                                      struct store **ret_store, bool *ret_moved,
                                      struct haul_error *err);

/* Calls EACH for every item in the order of the places; blocks. Texts are valid for that call only.
 * *ret_next_id is above every id that was ever given, removed items too. On failure the items that
 * could be read were handed over. */
HAUL_CHECKED enum haul_err store_load(struct store *store,
                                      void (*each)(void *ctx, const struct store_item *item),
                                      void *ctx, uint64_t *ret_next_id, struct haul_error *err);

/* Keeps new items: all of a call or none. DONE may be NULL. */
void store_add(struct store *store, const struct store_item *items, size_t count,
               store_done_cb *done, void *ctx);
/* An add that may come again: its items have the COUNT ids from FIRST on. TOKEN is borrowed for the
 * call. */
struct store_token {
    const char *token;
    uint64_t first, count;
};
#define STORE_TOKENS_MAX 4096u /* of which the newest are remembered */

/* Remembers TOKEN together with the items of the next store_add(), or not at all. */
void store_token(struct store *store, const struct store_token *token);
/* Calls EACH for those that are remembered, the oldest first; blocks: at start only. */
HAUL_CHECKED enum haul_err
store_load_tokens(struct store *store, void (*each)(void *ctx, const struct store_token *token),
                  void *ctx, struct haul_error *err);

/* Keeps what changed of an item: everything but id, url, options and mirrors. Several updates of
 * one item that wait are written as one. A power cut may undo the newest updates of items that are
 * still to be fetched; ends, pauses, moves and removals are synced.
 *
 * What can't be written (a full disk) is kept in memory and tried again, so that the queue goes on:
 * that holds for everything but adds, which fail. */
void store_update(struct store *store, const struct store_item *item);
/* Keeps an item's other link and options as well; DONE may be NULL. When it can't be written DONE
 * brings the error, and it is tried again all the same: the item has them by now. */
void store_change(struct store *store, const struct store_item *item, store_done_cb *done,
                  void *ctx);
/* As store_update(), and in the same commit a new entry of the history, which takes the place of
 * the one that the item had. ENTRY is copied. */
void store_end(struct store *store, const struct store_item *item, const struct store_entry *entry);
void store_remove(struct store *store, const uint64_t *ids, size_t count);
/* Only the places: IDS get PLACES. */
void store_move(struct store *store, const uint64_t *ids, const double *places, size_t count);

/* DONE comes when all that was changed so far is written, or could not be (see store_update); at
 * once when nothing waits. */
void store_flush(struct store *store, store_done_cb *done, void *ctx);

/* Settings changed live: kept as text. VALUE NULL forgets it. */
void store_set(struct store *store, const char *name, const char *value);
/* The value, newly allocated, NULL when it was never set; blocks: at start only. */
char *store_get(struct store *store, const char *name);

/* Remembers HOST; one of which there is nothing to say any more is forgotten. A power cut may undo
 * the newest ones. */
void store_host(struct store *store, const struct store_host *host);
/* Forgets the hosts that were noted before SINCE, and calls EACH for the others; blocks: at start
 * only. On failure those that could be read were handed over. */
HAUL_CHECKED enum haul_err store_load_hosts(struct store *store, int64_t since,
                                            void (*each)(void *ctx, const struct store_host *host),
                                            void *ctx, struct haul_error *err);

/* Notes, outside of the database, that items go to DIR, an absolute path. */
void store_folder(struct store *store, const char *dir);
/* Calls EACH for the folders that were noted, also by the database that was moved aside. */
void store_folders(const struct store *store, void (*each)(void *ctx, const char *dir), void *ctx);

/* ---- the history ----
 *
 * What is asked of it is answered on the loop, in the order of the calls, after what a worker had
 * to do before; what was to be written before may still wait. ERR is NULL when it could be read. */

/* False only when there is certainly no entry: nothing need be asked then. */
bool store_has_history(const struct store *store);

/* What may be the same file, by any of these. */
struct store_question {
    uint64_t url_key;   /* 0: not by that */
    const char *digest; /* NULL: not by that */
};
enum store_found_by { STORE_BY_URL, STORE_BY_FINAL, STORE_BY_DIGEST };
struct store_match {
    size_t question;
    enum store_found_by by;
    struct store_entry entry;
};
typedef void store_found_cb(void *ctx, const struct store_match *matches, size_t count,
                            const struct haul_error *err);
/* Some of the newest entries for each question, its own together. Different links may have one key,
 * so who asks looks again. QUESTIONS are copied. */
void store_find(struct store *store, const struct store_question *questions, size_t count,
                store_found_cb *found, void *ctx);

/* Where an entry stands among the others, the newest being the first. All zero is behind all. */
struct store_mark {
    int64_t finished_at;
    uint64_t id;
};
#define STORE_TOP ((struct store_mark){INT64_MAX, INT64_MAX})

/* MORE: the entries at and behind *next were not looked at yet. */
typedef void store_page_cb(void *ctx, const struct haul_past *entries, size_t count, bool more,
                           const struct store_mark *next, const struct haul_error *err);
/* At most COUNT entries that fit, from FROM on, the newest first. It may be fewer, and none, when
 * many do not fit. FILTER (NULL: all) is taken. */
void store_page(struct store *store, struct filter *filter, struct store_mark from, size_t count,
                store_page_cb *page, void *ctx);

/* Forgets the entries from FROM on that fit, many at a time, so that others get their turn. FILTER
 * is taken. DONE is told how many went, also when not all of them could: HAUL_E_INTERRUPTED when
 * the store was closed before. It may be NULL. */
typedef void store_forgot_cb(void *ctx, uint64_t count, const struct haul_error *err);
void store_forget(struct store *store, struct filter *filter, struct store_mark from,
                  store_forgot_cb *done, void *ctx);
/* The same for all but the newest KEPT entries, and for those that ended before SINCE. */
void store_expire(struct store *store, uint64_t kept, int64_t since);

/* True while something is not written yet. */
bool store_busy(const struct store *store);
/* True while what was to be written last could not be: *ret_err tells why, else it is untouched. */
bool store_in_trouble(const struct store *store, struct haul_error *ret_err);
/* CHANGED is called on the loop when that begins and when it ends. */
void store_on_trouble(struct store *store, void (*changed)(void *ctx), void *ctx);
/* Everything queued is written (or given up after one more try), the database is checkpointed and
 * closed, then CLOSED is called once, on the loop; the store is freed. No further calls. */
void store_close(struct store *store, void (*closed)(void *ctx), void *ctx);

#endif
