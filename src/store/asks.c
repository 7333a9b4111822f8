/* What is asked of the history: one struct a kind of question, run by the store's worker.
 *
 * A long work (to forget a lot) is done in parts, each a question of its own, so that what is to be
 * written never waits for all of it. */

#include "store/asks.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/filter.h"
#include "base/mem.h"
#include "haul/log.h"
#include "store/history.h"
#include "store/store.h"

#define PAGE_MOST 5000

/* Finding. */

struct find {
    struct ask ask;
    struct store_question *questions; /* with texts of their own */
    size_t count;
    struct history_matches matches;
    store_found_cb *found;
    void *ctx;
};

static int run_find(struct ask *ask, struct history *history)
{
    struct find *find = OWNER_OF(ask, struct find, ask);
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < find->count; i++)
        rc = history_find(history, &find->questions[i], i, &find->matches);
    return rc;
}

static bool end_find(struct ask *ask, const struct haul_error *err, bool last)
{
    struct find *find = OWNER_OF(ask, struct find, ask);

    (void)last;
    find->found(find->ctx, find->matches.items, find->matches.count, err);
    history_matches_fini(&find->matches);
    for (size_t i = 0; i < find->count; i++)
        free((void *)(uintptr_t)find->questions[i].digest);
    free(find->questions);
    free(find);
    return false;
}

void store_find(struct store *store, const struct store_question *questions, size_t count,
                store_found_cb *found, void *ctx)
{
    struct find *find = xcalloc(1, sizeof *find);

    find->ask = (struct ask){.run = run_find, .done = end_find};
    find->questions = xcalloc(count + 1, sizeof *find->questions);
    find->count = count;
    for (size_t i = 0; i < count; i++) {
        find->questions[i] = questions[i];
        if (questions[i].digest)
            find->questions[i].digest = xstrdup(questions[i].digest);
    }
    find->found = found;
    find->ctx = ctx;
    store_ask(store, &find->ask);
}

/* Reading. */

struct page {
    struct ask ask;
    struct filter *filter;
    struct history_walk walk;
    store_page_cb *page;
    void *ctx;
};

static int run_page(struct ask *ask, struct history *history)
{
    struct page *page = OWNER_OF(ask, struct page, ask);

    return history_page(history, &page->walk);
}

static bool end_page(struct ask *ask, const struct haul_error *err, bool last)
{
    struct page *page = OWNER_OF(ask, struct page, ask);

    (void)last;
    page->page(page->ctx, page->walk.entries, page->walk.count, !page->walk.over, &page->walk.from,
               err);
    history_walk_fini(&page->walk);
    filter_free(page->filter);
    free(page);
    return false;
}

void store_page(struct store *store, struct filter *filter, struct store_mark from, size_t count,
                store_page_cb *done, void *ctx)
{
    struct page *page = xcalloc(1, sizeof *page);

    page->ask = (struct ask){.run = run_page, .done = end_page};
    page->filter = filter;
    page->walk =
        (struct history_walk){.from = from, .filter = filter, .most = MIN(count, PAGE_MOST)};
    page->page = done;
    page->ctx = ctx;
    store_ask(store, &page->ask);
}

/* Forgetting. */

struct forget {
    struct ask ask;
    struct filter *filter;
    struct history_walk walk;
    uint64_t kept; /* of an expiry: finds out where to begin */
    int64_t since;
    bool expires;
    bool begun;
    bool scrubs; /* leaves nothing of it in the log */
    uint64_t count;
    store_forgot_cb *done;
    void *ctx;
};

static int run_forget(struct ask *ask, struct history *history)
{
    struct forget *forget = OWNER_OF(ask, struct forget, ask);
    int rc = SQLITE_OK;

    if (forget->expires && !forget->begun)
        rc = history_end_of_kept(history, forget->kept, forget->since, &forget->walk.from);
    forget->begun = true;
    forget->walk.count = 0;
    if (rc == SQLITE_OK)
        rc = history_forget(history, &forget->walk);
    if (rc == SQLITE_OK && forget->walk.over && forget->scrubs)
        rc = history_scrub(history, forget->count + forget->walk.count);
    return rc;
}

static bool end_forget(struct ask *ask, const struct haul_error *err, bool last)
{
    struct forget *forget = OWNER_OF(ask, struct forget, ask);
    bool over = err || forget->walk.over;
    struct haul_error ended;

    forget->count += forget->walk.count;
    if (!over && !last)
        return true;
    if (!over && forget->done) {
        (void)haul_fail(&ended, HAUL_E_INTERRUPTED,
                        "haul ended before all was forgotten: %llu entries are, ask again for the "
                        "others",
                        (unsigned long long)forget->count);
        err = &ended;
    }
    if (forget->done)
        forget->done(forget->ctx, forget->count, err);
    else if (err)
        LOG_WARN(store, "old entries of the history stay for now: %s", err->text);
    else if (forget->count > 0)
        LOG_INFO(store, "entries of the history that were too old: %llu",
                 (unsigned long long)forget->count);
    filter_free(forget->filter);
    free(forget);
    return false;
}

void store_forget(struct store *store, struct filter *filter, struct store_mark from,
                  store_forgot_cb *done, void *ctx)
{
    struct forget *forget = xcalloc(1, sizeof *forget);

    forget->ask = (struct ask){.run = run_forget, .done = end_forget};
    forget->filter = filter;
    forget->walk = (struct history_walk){.from = from, .filter = filter};
    forget->scrubs = true;
    forget->done = done;
    forget->ctx = ctx;
    store_ask(store, &forget->ask);
}

void store_expire(struct store *store, uint64_t kept, int64_t since)
{
    struct forget *forget = xcalloc(1, sizeof *forget);

    forget->ask = (struct ask){.run = run_forget, .done = end_forget};
    forget->expires = true;
    forget->kept = kept;
    forget->since = since;
    store_ask(store, &forget->ask);
}
