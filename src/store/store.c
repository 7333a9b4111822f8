/* The room's face: batches, the worker and the answers.
 *
 * What is to be written collects in `pending` while the batch in `writing` is with the worker: no
 * timer, and the batches are as large as the disk is slow. One job is under way at a time, so the
 * connection is used by one thread at a time, and `writing` belongs to the worker until the job
 * ends.
 *
 * When a batch can't be written, its adds fail and everything else goes back under what is pending.
 * It is tried again after RETRY_MS, with the next add, and once more at the end. So a full disk
 * stops nothing but adds, and the database catches up when there is room.
 *
 * A batch that takes out links or options, which may hold passwords, is not over before the log
 * holds them no more, and in a small database no page (scrub.c). A large one is written anew a
 * while later, when nobody waits for a commit.
 *
 * What is asked of the history goes with the batch that is next, or alone; it is answered first.
 *
 * Never: a call on the connection from the loop once the first batch has begun. */

#include "store/store.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "haul/log.h"
#include "store/asks.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/history.h"
#include "store/jobs.h"
#include "store/known_folders.h"
#include "store/schema.h"
#include "store/scrub.h"

#define RETRY_MS    2000
#define LARGE_BATCH 4096

/* Somebody who waits for an add or another link. */
struct waiter {
    STAILQ_ENTRY(waiter) link;
    store_done_cb *done;
    void *ctx;
};

STAILQ_HEAD(waiters, waiter);

struct store {
    uv_loop_t *loop;
    uv_work_t work;
    uv_timer_t retry; /* runs while the newest batch could not be written */
    char *path;
    char *folders_path;
    struct known_folders *folders;
    char *new_folders; /* of the batch under way, NULL: none */
    sqlite3 *db;
    struct jobs *jobs;
    struct history *history;
    bool has_history;
    bool busy;   /* the connection is in use */
    bool writes; /* the worker has a batch to write, besides what was asked */
    bool scrubs; /* or it writes all anew */
    bool scrub_due;
    struct scrub scrub; /* who has the connection */
    uv_timer_t owed;    /* runs while that waits for its time */
    bool closing, gave_up;
    struct asks asks, asked; /* to be run, and with the worker */
    struct changes pending, writing;
    struct waiters waiting, written;
    struct haul_error outcome; /* of the batch under way: the worker's */
    struct haul_error trouble; /* why the newest batch could not be written; code 0: it was */
    void (*trouble_changed)(void *ctx); /* NULL: nobody asks */
    void *trouble_ctx;
    void (*closed)(void *ctx);
    void *closed_ctx;
};

static enum haul_err refuse_newer(const struct store *store, int version, struct haul_error *err)
{
    return haul_fail(err, HAUL_E_VERSION,
                     "the queue in %s was made by a newer haul (version %d, this one knows %d); "
                     "use that haul, or another session",
                     store->path, version, schema_newest());
}

/* *RET_DAMAGED tells of a failure whether the file is to be moved aside. */
static enum haul_err open_database(struct store *store, bool *ret_damaged, struct haul_error *err)
{
    int version = 0;
    bool unclean = false;
    int rc = db_connect(store->path, &store->db);

    if (rc == SQLITE_OK)
        rc = schema_version(store->db, &version);
    if (rc == SQLITE_OK && version > schema_newest()) {
        db_close(store->db, false);
        return refuse_newer(store, version, err);
    }
    if (rc == SQLITE_OK)
        rc = db_take(store->db, &unclean);
    if (rc == SQLITE_OK)
        rc = schema_migrate(store->db, version);
    if (rc == SQLITE_OK)
        rc = scrub_init(&store->scrub, store->db, unclean);
    if (rc == SQLITE_OK)
        rc = history_new(store->db, &store->scrub, &store->history);
    if (rc == SQLITE_OK)
        rc = history_any(store->history, &store->has_history);
    if (rc == SQLITE_OK)
        rc = jobs_new(store->db, store->history, &store->jobs);
    if (rc == SQLITE_OK)
        return HAUL_OK;
    history_free(store->history);
    store->history = NULL;
    db_fail(err, store->db, rc, store->path);
    *ret_damaged = db_is_damaged(store->db, rc);
    db_close(store->db, false);
    return err->code;
}

static enum haul_err open_or_replace(struct store *store, bool *ret_moved, struct haul_error *err)
{
    bool again = false;
    enum haul_err code = db_make_file(store->path, err);

    if (code != HAUL_OK)
        return code;
    code = open_database(store, ret_moved, err);
    if (!*ret_moved)
        return code;
    code = db_move_aside(store->path, err);
    if (code == HAUL_OK)
        code = db_make_file(store->path, err);
    if (code == HAUL_OK)
        code = open_database(store, &again, err);
    return code;
}

static void begin(struct store *store);

static void on_owed(uv_timer_t *timer)
{
    struct store *store = OWNER_OF(timer, struct store, owed);

    store->scrub_due = true;
    begin(store);
}

/* After the first removal, however many follow. */
static void wait_to_scrub(struct store *store)
{
    uint64_t wait_ms = scrub_owed_ms(&store->scrub);

    if (wait_ms == 0)
        uv_timer_stop(&store->owed);
    else if (!store->closing && !uv_is_active((uv_handle_t *)&store->owed))
        uv_timer_start(&store->owed, on_owed, wait_ms, 0);
}

enum haul_err store_open(struct haul_loop *loop, const char *path, struct store **ret_store,
                         bool *ret_moved, struct haul_error *err)
{
    struct store *store = xcalloc(1, sizeof *store);
    struct haul_error ignored;
    bool moved = false;
    enum haul_err code;

    store->path = xstrdup(path);
    store->folders_path = xasprintf("%s.folders", path);
    code = open_or_replace(store, &moved, err ? err : &ignored);
    if (code != HAUL_OK) {
        free(store->folders_path);
        free(store->path);
        free(store);
        return code;
    }
    store->folders = known_folders_new(store->folders_path);
    store->loop = loop_uv(loop);
    uv_timer_init(store->loop, &store->retry);
    uv_timer_init(store->loop, &store->owed);
    STAILQ_INIT(&store->waiting);
    STAILQ_INIT(&store->written);
    STAILQ_INIT(&store->asks);
    STAILQ_INIT(&store->asked);
    wait_to_scrub(store);
    *ret_moved = moved;
    *ret_store = store;
    return HAUL_OK;
}

/* A large batch is some hundred bytes an item: back to the system with them. */
static void drop_written(struct changes *changes)
{
    bool large = changes_count(changes) >= LARGE_BATCH;

    changes_fini(changes);
    if (large)
        malloc_trim(0);
}

static void run_batch(struct store *store)
{
    int rc = jobs_write(store->jobs, &store->writing);

    if (rc != SQLITE_OK) {
        db_fail(&store->outcome, store->db, rc, store->path);
        return;
    }
    store->outcome = (struct haul_error){0};
    if (scrub_commit(&store->scrub, store->db, store->writing.taken_out) != SQLITE_OK)
        LOG_DEBUG(store, "what was taken out may still be in the log");
    drop_written(&store->writing);
    if (store->new_folders)
        known_folders_write(store->folders_path, store->new_folders);
}

static void run_asks(struct store *store)
{
    struct ask *ask;

    STAILQ_FOREACH(ask, &store->asked, link)
    {
        int rc = ask->run(ask, store->history);

        ask->err = (struct haul_error){0};
        if (rc != SQLITE_OK)
            db_fail(&ask->err, store->db, rc, store->path);
    }
}

static void run_work(uv_work_t *work)
{
    struct store *store = OWNER_OF(work, struct store, work);

    run_asks(store);
    if (store->writes)
        run_batch(store);
    if (store->scrubs && scrub_anew(&store->scrub, store->db) != SQLITE_OK)
        LOG_DEBUG(store, "the queue can't be written anew now");
}

/* Logs the begin and the end of trouble, not each try. */
static void note_outcome(struct store *store)
{
    bool changed = store->outcome.code != store->trouble.code;

    store->trouble = store->outcome;
    if (!changed)
        return;
    if (store->trouble.code == HAUL_OK)
        LOG_INFO(store, "the queue is written again");
    else
        LOG_WARN(store, "%s; it goes on in memory", store->trouble.text);
    if (store->trouble_changed)
        store->trouble_changed(store->trouble_ctx);
}

static void on_retry(uv_timer_t *timer)
{
    begin(OWNER_OF(timer, struct store, retry));
}

static void settle_batch(struct store *store)
{
    if (store->trouble.code == HAUL_OK) {
        uv_timer_stop(&store->retry);
        return;
    }
    changes_join_failed(&store->pending, &store->writing);
    store->gave_up = store->closing;
    uv_timer_start(&store->retry, on_retry, RETRY_MS, 0);
}

static void tell(struct waiters *waiters, const struct haul_error *err)
{
    struct waiter *waiter;

    while ((waiter = STAILQ_FIRST(waiters))) {
        STAILQ_REMOVE_HEAD(waiters, link);
        if (waiter->done)
            waiter->done(waiter->ctx, err);
        free(waiter);
    }
}

/* Those that are not over are asked again. */
static void answer_asks(struct store *store, struct asks *asked)
{
    struct ask *ask;

    while ((ask = STAILQ_FIRST(asked))) {
        STAILQ_REMOVE_HEAD(asked, link);
        if (ask->done(ask, ask->err.code == HAUL_OK ? NULL : &ask->err, store->closing))
            store_ask(store, ask);
    }
}

static void end_batch(struct store *store)
{
    struct haul_error outcome = store->outcome;

    if (store->new_folders && outcome.code != HAUL_OK)
        known_folders_put_back(store->folders, store->new_folders);
    xstrset(&store->new_folders, NULL);
    note_outcome(store);
    settle_batch(store);
}

/* The answers come last: a callback may close the store. */
static void end_work(uv_work_t *work, int status)
{
    struct store *store = OWNER_OF(work, struct store, work);
    struct waiters told = STAILQ_HEAD_INITIALIZER(told);
    struct asks asked = STAILQ_HEAD_INITIALIZER(asked);
    struct haul_error outcome = store->outcome;

    (void)status; /* never cancelled */
    store->busy = false;
    STAILQ_CONCAT(&asked, &store->asked);
    STAILQ_CONCAT(&told, &store->written);
    if (store->writes)
        end_batch(store);
    wait_to_scrub(store);
    begin(store);
    answer_asks(store, &asked);
    tell(&told, outcome.code == HAUL_OK ? NULL : &outcome);
}

static void on_retry_closed(uv_handle_t *handle)
{
    struct store *store = OWNER_OF(handle, struct store, retry);
    void (*closed)(void *ctx) = store->closed;
    void *ctx = store->closed_ctx;

    known_folders_free(store->folders);
    free(store->folders_path);
    free(store->path);
    free(store);
    closed(ctx);
}

static void on_owed_closed(uv_handle_t *handle)
{
    struct store *store = OWNER_OF(handle, struct store, owed);

    uv_close((uv_handle_t *)&store->retry, on_retry_closed);
}

static void run_close(uv_work_t *work)
{
    struct store *store = OWNER_OF(work, struct store, work);

    jobs_free(store->jobs);
    history_free(store->history);
    if (scrub_close(&store->scrub, store->db) != SQLITE_OK)
        LOG_WARN(store, "what was removed from the queue in %s may be left in its files",
                 store->path);
    db_close(store->db, true);
}

static void end_close(uv_work_t *work, int status)
{
    struct store *store = OWNER_OF(work, struct store, work);

    (void)status; /* never cancelled */
    uv_close((uv_handle_t *)&store->owed, on_owed_closed);
}

static void begin_close(struct store *store)
{
    if (changes_any(&store->pending))
        LOG_ERROR(store, "%zu changes of the queue are lost: %s", changes_count(&store->pending),
                  store->trouble.text);
    changes_fini(&store->pending);
    store->busy = true;
    uv_queue_work(store->loop, &store->work, run_close, end_close);
}

static bool due(const struct store *store)
{
    if (!STAILQ_EMPTY(&store->waiting))
        return true;
    if (!changes_any(&store->pending))
        return false;
    return store->closing ? !store->gave_up : !uv_is_active((const uv_handle_t *)&store->retry);
}

static void take_batch(struct store *store)
{
    store->writing = store->pending;
    store->pending = (struct changes){0};
    store->new_folders = known_folders_take(store->folders);
    STAILQ_CONCAT(&store->written, &store->waiting);
}

/* Hands what is pending to the worker, if it is free and it is time. */
static void begin(struct store *store)
{
    if (store->busy)
        return;
    store->writes = due(store);
    store->scrubs = !store->writes && store->scrub_due && !store->closing;
    if (!store->writes && !store->scrubs && STAILQ_EMPTY(&store->asks)) {
        if (store->closing)
            begin_close(store);
        return;
    }
    if (store->writes)
        take_batch(store);
    if (store->scrubs)
        store->scrub_due = false;
    STAILQ_CONCAT(&store->asked, &store->asks);
    store->busy = true;
    uv_queue_work(store->loop, &store->work, run_work, end_work);
}

void store_ask(struct store *store, struct ask *ask)
{
    STAILQ_INSERT_TAIL(&store->asks, ask, link);
    begin(store);
}

bool store_has_history(const struct store *store)
{
    return store->has_history;
}

/* EACH may queue changes: they wait until the connection is free. */
enum haul_err store_load(struct store *store,
                         void (*each)(void *ctx, const struct store_item *item), void *ctx,
                         uint64_t *ret_next_id, struct haul_error *err)
{
    enum haul_err code = HAUL_OK;
    int rc;

    assert(!store->busy);
    store->busy = true;
    rc = jobs_load(store->jobs, each, ctx, ret_next_id);
    if (rc != SQLITE_OK)
        code = db_fail(err, store->db, rc, store->path);
    store->busy = false;
    begin(store);
    return code;
}

char *store_get(struct store *store, const char *name)
{
    assert(!store->busy);
    return jobs_setting(store->jobs, name);
}

static void add_waiter(struct store *store, store_done_cb *done, void *ctx)
{
    struct waiter *waiter = xcalloc(1, sizeof *waiter);

    waiter->done = done;
    waiter->ctx = ctx;
    STAILQ_INSERT_TAIL(&store->waiting, waiter, link);
}

void store_change(struct store *store, const struct store_item *item, store_done_cb *done,
                  void *ctx)
{
    add_waiter(store, done, ctx);
    changes_change(&store->pending, item);
    begin(store);
}

void store_add(struct store *store, const struct store_item *items, size_t count,
               store_done_cb *done, void *ctx)
{
    add_waiter(store, done, ctx);
    for (size_t i = 0; i < count; i++)
        changes_add(&store->pending, &items[i]);
    begin(store);
}

void store_update(struct store *store, const struct store_item *item)
{
    changes_update(&store->pending, item);
    begin(store);
}

void store_end(struct store *store, const struct store_item *item, const struct store_entry *entry)
{
    changes_update(&store->pending, item);
    changes_entry(&store->pending, entry);
    store->has_history = true;
    begin(store);
}

void store_remove(struct store *store, const uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        changes_remove(&store->pending, ids[i]);
    begin(store);
}

void store_move(struct store *store, const uint64_t *ids, const double *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        changes_move(&store->pending, ids[i], places[i]);
    begin(store);
}

void store_flush(struct store *store, store_done_cb *done, void *ctx)
{
    if (!store->busy && !changes_any(&store->pending)) {
        done(ctx, NULL);
        return;
    }
    add_waiter(store, done, ctx);
    begin(store);
}

void store_set(struct store *store, const char *name, const char *value)
{
    changes_set(&store->pending, name, value);
    begin(store);
}

void store_host(struct store *store, const struct store_host *host)
{
    changes_host(&store->pending, host);
    begin(store);
}

enum haul_err store_load_hosts(struct store *store, int64_t since,
                               void (*each)(void *ctx, const struct store_host *host), void *ctx,
                               struct haul_error *err)
{
    int rc;

    assert(!store->busy);
    rc = jobs_load_hosts(store->jobs, since, each, ctx);
    return rc == SQLITE_OK ? HAUL_OK : db_fail(err, store->db, rc, store->path);
}

/* No begin(): the add that it belongs to comes next. */
void store_token(struct store *store, const struct store_token *token)
{
    changes_token(&store->pending, token);
}

enum haul_err store_load_tokens(struct store *store,
                                void (*each)(void *ctx, const struct store_token *token), void *ctx,
                                struct haul_error *err)
{
    int rc;

    assert(!store->busy);
    rc = jobs_load_tokens(store->jobs, each, ctx);
    return rc == SQLITE_OK ? HAUL_OK : db_fail(err, store->db, rc, store->path);
}

/* It is written with the add that it comes with. */
void store_folder(struct store *store, const char *dir)
{
    known_folders_note(store->folders, dir);
}

void store_folders(const struct store *store, void (*each)(void *ctx, const char *dir), void *ctx)
{
    known_folders_each(store->folders, each, ctx);
}

bool store_busy(const struct store *store)
{
    return store->busy || changes_any(&store->pending);
}

bool store_in_trouble(const struct store *store, struct haul_error *ret_err)
{
    if (store->trouble.code == HAUL_OK)
        return false;
    *ret_err = store->trouble;
    return true;
}

void store_on_trouble(struct store *store, void (*changed)(void *ctx), void *ctx)
{
    store->trouble_changed = changed;
    store->trouble_ctx = ctx;
}

long store_holder(const char *path)
{
    return db_holder(path);
}

void store_close(struct store *store, void (*closed)(void *ctx), void *ctx)
{
    store->closing = true;
    store->closed = closed;
    store->closed_ctx = ctx;
    begin(store);
}
