/* The history: entries out of items that are over, and what clients ask of it.
 *
 * Nothing secret goes into it: links are masked, options stay outside. An entry is findable (by a
 * later add of the same file) when it stands for a whole file of a known size that a plain GET
 * brought; what a request with a body answers is another thing each time. */

#include "engine/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/filter.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "base/url.h"
#include "store/store.h"

/* How often it is cut while entries are written. */
#define CUT_EVERY    1000u
#define CUT_EVERY_MS (3600 * UINT64_C(1000))

/* The link, newly allocated, when it leads elsewhere than URL, which is masked. */
static char *other_link(const char *final_url, const char *url)
{
    char *masked;

    if (!final_url)
        return NULL;
    masked = same_link_told(final_url);
    if (strcmp(masked, url) != 0)
        return masked;
    free(masked);
    return NULL;
}

/* That it was verified when the item is done. */
static char *digest_of(const struct item *item)
{
    const char *given = item->options->checksum;
    struct checksum checksum;
    char text[CHECKSUM_TEXT];

    if (item->state != HAUL_DONE || !given || checksum_parse(given, &checksum) != NULL)
        return NULL;
    return xstrdup(checksum_text(&checksum, text));
}

bool past_entry(const struct haul_engine *engine, const struct item *item,
                const struct past_end *end, struct store_entry *ret_entry)
{
    static const struct past_end nothing;
    const struct item_more *more = item_more(item);
    struct store_entry entry = {0};
    struct haul_past *past = &entry.past;
    const char *host;
    size_t host_len;

    if (!engine->store || engine->settings.history_keep == 0)
        return false;
    end = end ? end : &nothing;
    host = url_host_within(item_shown(item), &host_len);
    *past = (struct haul_past){.id = item->id,
                               .state = item->state,
                               .skipped = end->skipped,
                               .err = more->err,
                               .http_status = more->http_status,
                               .size = more->total,
                               .added_at = queue_added_at(&engine->queue, item),
                               .finished_at = more->finished_at,
                               .url = same_link_masked(item_shown(item)),
                               .host = xstrndup(host, host_len),
                               .dir = xstrdup(item_dir(item)),
                               .name = xstrdup(item_name(item)),
                               .digest = digest_of(item)};
    past->final_url = other_link(end->final_url, past->url);
    entry.etag = end->etag ? xstrdup(end->etag) : NULL;
    if (item->state == HAUL_DONE && past->size >= 0 && !end->skipped &&
        haul_options_plain(item->options)) {
        entry.url_key = same_link_key(past->url);
        entry.final_key = past->final_url ? same_link_key(past->final_url) : 0;
        entry.by_digest = past->digest != NULL;
    }
    *ret_entry = entry;
    return true;
}

/* Cutting. */

void past_cut(struct haul_engine *engine)
{
    int64_t age = (int64_t)engine->settings.history_age * 1000;

    if (!engine->store || !store_has_history(engine->store))
        return;
    engine->past_written = 0;
    engine->past_cut_at = engine_now(engine);
    store_expire(engine->store, engine->settings.history_keep,
                 age > 0 ? clock_wall(engine->clock) - age : 0);
}

void past_written(struct haul_engine *engine)
{
    if (++engine->past_written >= CUT_EVERY ||
        engine_now(engine) - engine->past_cut_at >= CUT_EVERY_MS)
        past_cut(engine);
}

/* Asking. */

static enum haul_err check_asked(const struct haul_engine *engine, const char *text,
                                 struct filter **ret_filter, struct haul_error *err)
{
    struct filter_problem problem;

    if (!engine->store)
        return haul_fail(err, HAUL_E_BAD_STATE, "there is no history outside of a session");
    *ret_filter = filter_new(text ? text : "", clock_wall(engine->clock), &problem);
    return *ret_filter ? HAUL_OK : haul_fail(err, HAUL_E_USAGE, "filter: %s", problem.text);
}

struct asking {
    haul_history_cb *page;
    haul_forgot_cb *forgot;
    void *ctx;
};

static void on_page(void *ctx, const struct haul_past *entries, size_t count, bool more,
                    const struct store_mark *next, const struct haul_error *err)
{
    struct asking *asking = ctx;
    struct haul_past_at at = {next->finished_at, next->id};

    asking->page(asking->ctx, entries, count, more ? &at : NULL, err);
    free(asking);
}

static struct asking *asking_new(haul_history_cb *page, haul_forgot_cb *forgot, void *ctx)
{
    struct asking *asking = xcalloc(1, sizeof *asking);

    *asking = (struct asking){page, forgot, ctx};
    return asking;
}

enum haul_err haul_engine_history(struct haul_engine *engine, const char *filter,
                                  const struct haul_past_at *from, size_t count,
                                  haul_history_cb *page, void *ctx, struct haul_error *err)
{
    struct store_mark mark = from ? (struct store_mark){from->finished_at, from->id} : STORE_TOP;
    struct filter *parsed;

    if (check_asked(engine, filter, &parsed, err) != HAUL_OK)
        return err->code;
    store_page(engine->store, parsed, mark, count, on_page, asking_new(page, NULL, ctx));
    return HAUL_OK;
}

static void on_forgot(void *ctx, uint64_t count, const struct haul_error *err)
{
    struct asking *asking = ctx;

    asking->forgot(asking->ctx, count, err);
    free(asking);
}

enum haul_err haul_engine_forget(struct haul_engine *engine, const char *filter,
                                 haul_forgot_cb *forgot, void *ctx, struct haul_error *err)
{
    struct filter *parsed;

    if (check_asked(engine, filter, &parsed, err) != HAUL_OK)
        return err->code;
    store_forget(engine->store, parsed, STORE_TOP, on_forgot, asking_new(NULL, forgot, ctx));
    return HAUL_OK;
}
