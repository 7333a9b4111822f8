/* What users ask of the queue: adding items, acting on them, moving them.
 *
 * Every call checks all of what it was given before it changes anything, so one that fails has done
 * nothing. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "base/url.h"
#include "disk/replace.h"
#include "disk/source.h"
#include "engine/had.h"
#include "engine/keep.h"
#include "engine/repeat.h"
#include "engine/transfer.h"
#include "engine/undo.h"
#include "net/able.h"

/* What is sent belongs to one link of HTTP, and is one thing. */
static enum haul_err check_body(const struct haul_request *request, struct haul_error *err)
{
    const struct haul_options *options = request->options;
    int bodies = (options->data != NULL) + (options->json_data != NULL) +
                 (options->form.count > 0) + (options->upload != NULL);

    if (haul_options_plain(options))
        return HAUL_OK;
    if (bodies > 1)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "only one of --data, --json-data, --form and --upload can be sent");
    if (request->mirror_count > 0)
        return haul_fail(err, HAUL_E_BAD_OPTION, "a %s has one link and no mirrors",
                         haul_options_method(options));
    if (strncasecmp(request->url, "http", strlen("http")) != 0)
        return haul_fail(err, HAUL_E_BAD_OPTION, "a %s is for links of http and https only",
                         haul_options_method(options));
    return HAUL_OK;
}

enum haul_err engine_check_files(const struct haul_engine *engine,
                                 const struct haul_options *options, struct haul_error *err)
{
    const struct file {
        const char *path, *what;
    } files[] = {
        {options->cookie_file, "cookie file"}, {options->save_cookies, "cookie file"},
        {options->upload, "file to send"},     {options->cacert, "file of certificate authorities"},
        {options->cert, "certificate"},        {options->key, "key"},
    };

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (files[i].path && files[i].path[0] != '/')
            return haul_fail(err, HAUL_E_BAD_OPTION, "the %s \"%s\" is not an absolute path",
                             files[i].what, files[i].path);
        if (files[i].path && engine->store && disk_may_hang(files[i].path))
            return haul_fail(err, HAUL_E_BAD_OPTION, "the %s %s is not a file of the usual kind",
                             files[i].what, files[i].path);
    }
    return HAUL_OK;
}

static enum haul_err check_key(const struct haul_options *options, struct haul_error *err)
{
    if ((options->key || options->key_pass) && !options->cert)
        return haul_fail(err, HAUL_E_BAD_OPTION, "--%s goes with --cert",
                         options->key ? "key" : "key-pass");
    return HAUL_OK;
}

/* Nothing comes of it that could have a name or a digest. */
static enum haul_err check_upload(const struct haul_options *options, struct haul_error *err)
{
    if (options->out || options->checksum)
        return haul_fail(err, HAUL_E_BAD_OPTION, "--%s is of a file that comes, not of an --upload",
                         options->out ? "out" : "checksum");
    return disk_source_test(options->upload, err);
}

static enum haul_err check_request(const struct haul_engine *engine,
                                   const struct haul_request *request, struct url_known *known,
                                   struct haul_error *err)
{
    const struct haul_options *options = request->options;
    enum haul_err code = url_check(request->url, known, err);

    if (code != HAUL_OK)
        return code;
    for (size_t i = 0; i < request->mirror_count; i++) {
        code = url_check(request->mirrors[i], known, err);
        if (code != HAUL_OK)
            return code;
    }
    code = check_body(request, err);
    if (code != HAUL_OK)
        return code;
    if (!options->dir || options->dir[0] != '/')
        return haul_fail(err, HAUL_E_BAD_OPTION, "the folder \"%s\" is not an absolute path",
                         options->dir ? options->dir : "");
    code = engine_check_files(engine, options, err);
    if (code == HAUL_OK)
        code = check_key(options, err);
    if (code == HAUL_OK)
        code = net_able(options, err);
    if (code == HAUL_OK && options->upload)
        code = check_upload(options, err);
    if (code == HAUL_OK && options->save_cookies)
        code = disk_replace_check(options->save_cookies, err);
    if (code != HAUL_OK)
        return code;
    if (options->out && (options->out[0] == '\0' || strchr(options->out, '/')))
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "the name \"%s\" is not a file name; use --dir for the folder",
                         options->out);
    return HAUL_OK;
}

enum haul_err engine_check(const struct haul_engine *engine, const struct haul_request *requests,
                           size_t count, struct haul_error *err)
{
    struct url_known known = {0};

    if (count > ITEMS_MAX - engine->queue.count || engine->queue.next_id > ITEM_ID_MAX - count)
        return haul_fail(err, HAUL_E_TOO_BIG, "the queue takes no more items");
    for (size_t i = 0; i < count; i++) {
        enum haul_err code = check_request(engine, &requests[i], &known, err);

        if (code != HAUL_OK)
            return code;
    }
    return HAUL_OK;
}

void engine_append(struct haul_engine *engine, struct item **items, size_t count,
                   haul_added_cb *added, void *ctx)
{
    int64_t now = clock_wall(engine->clock);

    for (size_t i = 0; i < count; i++) {
        items[i]->id = engine->queue.next_id++ & ITEM_ID_MAX;
        queue_append(&engine->queue, items[i], now);
        engine_tell(engine, items[i], HAUL_ITEM_ADDED);
    }
    haul_engine_hold(engine, false);
    keep_add(engine, items, count, added, ctx);
}

enum haul_err haul_engine_add(struct haul_engine *engine, const struct haul_request *requests,
                              size_t count, haul_added_cb *added, void *ctx, struct haul_error *err)
{
    return engine_add(engine, NULL, false, requests, count, added, ctx, err);
}

enum haul_err engine_add(struct haul_engine *engine, const char *token, bool only_new,
                         const struct haul_request *requests, size_t count, haul_added_cb *added,
                         void *ctx, struct haul_error *err)
{
    struct item **items;

    if (engine_check(engine, requests, count, err) != HAUL_OK)
        return err->code;
    if (token)
        repeat_note(engine, token, engine->queue.next_id, count);
    items = xreallocarray(NULL, count, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        items[i] = item_new(0, &requests[i]);
        items[i]->only_new = items[i]->unlooked = only_new && had_may_be(requests[i].options);
    }
    engine_append(engine, items, count, added, ctx);
    free(items);
    return HAUL_OK;
}

/* The items of the ids, newly allocated; NULL with *err set when one is unknown. */
static struct item **look_up(const struct haul_engine *engine, const uint64_t *ids, size_t *count,
                             struct haul_error *err)
{
    struct item **items;

    if (!ids) {
        *count = engine->queue.count;
        items = xreallocarray(NULL, *count, sizeof *items);
        if (*count > 0)
            memcpy(items, engine->queue.order, *count * sizeof *items);
        return items;
    }
    items = xreallocarray(NULL, *count, sizeof *items);
    for (size_t i = 0; i < *count; i++) {
        items[i] = queue_find(&engine->queue, ids[i]);
        if (!items[i]) {
            haul_fail_item(err, ids[i]);
            free(items);
            return NULL;
        }
    }
    return items;
}

static bool is_finishing(const struct item *item)
{
    return item->state == HAUL_ACTIVE && item->phase == HAUL_PHASE_FINISHING;
}

/* What ACTION makes of an item in this state; HAUL_STATE_COUNT when it does not apply. */
static enum haul_state result_of(enum haul_action action, const struct item *item)
{
    enum haul_state now = item->state;

    switch (action) {
    case HAUL_PAUSE:
        if (now == HAUL_QUEUED || now == HAUL_WAITING ||
            (now == HAUL_ACTIVE && !is_finishing(item)))
            return HAUL_PAUSED;
        break;
    case HAUL_RESUME:
        if (now == HAUL_PAUSED || now == HAUL_CANCELLED)
            return HAUL_QUEUED;
        break;
    case HAUL_CANCEL:
        if (!haul_state_is_final(now) && !is_finishing(item))
            return HAUL_CANCELLED;
        break;
    case HAUL_RETRY:
        if (now == HAUL_FAILED || now == HAUL_CANCELLED || now == HAUL_WAITING)
            return HAUL_QUEUED;
        break;
    case HAUL_REMOVE:
    case HAUL_ACTION_COUNT:
        break;
    }
    return HAUL_STATE_COUNT;
}

/* To try an item now that is queued means not to wait for its host any longer. */
static bool end_rest_of(struct haul_engine *engine, const struct item *item)
{
    struct host *host = NULL;

    if (!LIST_EMPTY(&engine->hosts.restrained))
        host = host_of(&engine->hosts, item_url(item));
    if (!host || host->until <= engine_now(engine))
        return false;
    host_forgive(host);
    return true;
}

/* Other options for many items, of which neighbours often share theirs. */
struct tuning {
    const struct haul_options *given;
    struct haul_options *before, *after; /* of the last one; referenced */
};

static struct haul_options *tuned(struct tuning *tuning, struct haul_options *options)
{
    if (options != tuning->before) {
        haul_options_unref(tuning->before);
        haul_options_unref(tuning->after);
        tuning->before = haul_options_ref(options);
        tuning->after = haul_options_copy(options);
        haul_options_merge(tuning->after, tuning->given);
    }
    return haul_options_ref(tuning->after);
}

static void tuning_fini(struct tuning *tuning)
{
    haul_options_unref(tuning->before);
    haul_options_unref(tuning->after);
}

static void tune_item(struct haul_engine *engine, struct item *item, struct tuning *tuning)
{
    queue_set_options(&engine->queue, item, tuned(tuning, item->options));
    if (item_work(item)->transfer)
        transfer_limit(item_work(item)->transfer);
}

static bool waits_for_time(const struct haul_engine *engine, const struct item *item)
{
    return item->state == HAUL_QUEUED &&
           (engine_starts_at(engine, item) != 0 || hours_hold(engine, item));
}

/* Lets those go that wait for their time, or for hours in which they may start; the others of ITEMS
 * are left alone. */
static size_t start_now(struct haul_engine *engine, struct item *const *items, size_t count)
{
    struct haul_options *given = haul_options_new();
    struct tuning tuning = {.given = given};
    struct item **fit = xreallocarray(NULL, count, sizeof *fit);
    size_t found = 0;

    haul_option_mark(haul_option_find("start-at"), given, true);
    if (engine->hours.now.off) {
        given->any_time = true;
        haul_option_mark(haul_option_find("any-time"), given, true);
    }
    for (size_t i = 0; i < count; i++) {
        if (!waits_for_time(engine, items[i]))
            continue;
        tune_item(engine, items[i], &tuning);
        fit[found++] = items[i];
    }
    keep_options(engine, fit, found);
    tuning_fini(&tuning);
    haul_options_unref(given);
    free(fit);
    return found;
}

static bool act_on(struct haul_engine *engine, enum haul_action action, struct item *item)
{
    enum haul_state next = result_of(action, item);
    bool was_active = item->state == HAUL_ACTIVE;
    struct transfer *transfer = item_work(item)->transfer;

    if (action == HAUL_RETRY && item->state == HAUL_QUEUED)
        return end_rest_of(engine, item);
    if (next == HAUL_STATE_COUNT)
        return false;
    engine_clear_error(item);
    if (next == HAUL_QUEUED) {
        if (item->more) {
            item->more->tries = 0;
            item->more->finished_at = 0;
        }
        if (item_work(item)->deadline > 0)
            item->more->work->deadline = 0;
    }
    if (action == HAUL_RETRY)
        host_forgive(host_of(&engine->hosts, item_url(item)));
    engine_set_state(engine, item, next);
    if (was_active && transfer)
        transfer_stop(transfer, false);
    return true;
}

/* Its partial goes too, and its memory when nothing uses it any more. */
static void forget(struct haul_engine *engine, struct item *item)
{
    struct transfer *transfer = item_work(item)->transfer;

    if (transfer) {
        item->removed = true;
        transfer_stop(transfer, true);
        return;
    }
    engine_drop_partial(engine, item);
    item_free(item);
}

/* Takes them out of queue and store: *count of them, an id that was given twice counts once. What
 * the queue knew of each, newly allocated; NULL in one that is not kept. */
static struct queue_kept *take_out(struct haul_engine *engine, struct item **items, size_t *count)
{
    const struct queue *queue = &engine->queue;
    struct queue_kept *kept = NULL;
    size_t taken = 0;

    for (size_t i = 0; i < *count; i++) {
        if (!items[i]->removing) {
            items[i]->removing = true;
            items[taken++] = items[i];
        }
    }
    *count = taken;
    if (queue->kept) {
        kept = xreallocarray(NULL, taken, sizeof *kept);
        for (size_t i = 0; i < taken; i++)
            kept[i] = queue->kept[items[i]->place];
    }
    queue_take(&engine->queue, items, taken);
    keep_removal(engine, items, taken);
    for (size_t i = 0; i < taken; i++)
        engine_tell(engine, items[i], HAUL_ITEM_REMOVED);
    return kept;
}

/* They may come back for a while. */
static size_t remove_items(struct haul_engine *engine, struct item **items, size_t count)
{
    struct queue_kept *kept = take_out(engine, items, &count);

    for (size_t i = 0; i < count; i++) {
        struct transfer *transfer = item_work(items[i])->transfer;

        if (!kept)
            forget(engine, items[i]);
        else if (transfer)
            transfer_stop(transfer, false);
    }
    if (kept && count > 0)
        undo_hold_removed(engine, items, kept, count);
    free(kept);
    return count;
}

void engine_remove(struct haul_engine *engine, const uint64_t *ids, size_t count)
{
    struct item **items = look_up(engine, ids, &count, NULL);

    if (!items)
        return;
    free(take_out(engine, items, &count));
    for (size_t i = 0; i < count; i++)
        forget(engine, items[i]);
    free(items);
}

/* Of those that will be. */
static void note_cancel(struct haul_engine *engine, struct item *const *items, size_t count)
{
    struct item **fit = xreallocarray(NULL, count, sizeof *fit);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (result_of(HAUL_CANCEL, items[i]) == HAUL_CANCELLED)
            fit[found++] = items[i];
    }
    if (found > 0 && engine->keep_history)
        undo_note_cancel(engine, fit, found);
    free(fit);
}

enum haul_err haul_engine_act(struct haul_engine *engine, enum haul_action action,
                              const uint64_t *ids, size_t count, size_t *ret_count,
                              struct haul_error *err)
{
    struct item **items = look_up(engine, ids, &count, err);
    size_t changed = 0;

    if (!items)
        return HAUL_E_NO_ITEM;
    if (action == HAUL_REMOVE) {
        changed = remove_items(engine, items, count);
    } else {
        if (action == HAUL_CANCEL)
            note_cancel(engine, items, count);
        if (ids && (action == HAUL_RESUME || action == HAUL_RETRY))
            changed += start_now(engine, items, count);
        for (size_t i = 0; i < count; i++)
            changed += act_on(engine, action, items[i]);
    }
    free(items);
    lanes_open(&engine->queue.lanes); /* some of those that wait there may not wait any more */
    haul_engine_hold(engine, false);
    if (ret_count)
        *ret_count = changed;
    return HAUL_OK;
}

enum haul_err haul_engine_move(struct haul_engine *engine, enum haul_move how, uint64_t position,
                               const uint64_t *ids, size_t count, struct haul_error *err)
{
    struct item **items = look_up(engine, ids, &count, err);

    if (!items)
        return HAUL_E_NO_ITEM;
    queue_move(&engine->queue, how, position, items, count);
    keep_order(engine, items, count);
    free(items);
    haul_engine_hold(engine, false);
    return HAUL_OK;
}

/* What is sent only to the origin that it was given for. */
static void drop_origins_options(struct haul_options *options)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (table[i].of_origin)
            haul_option_clear(&table[i], options);
    }
}

static bool same_origin(const char *a, const char *b)
{
    char *left = url_origin(a), *right = url_origin(b);
    bool same = left && right && strcmp(left, right) == 0;

    free(left);
    free(right);
    return same;
}

/* What ITEM's options are with that link (NULL: its own) and with GIVEN; the caller's. */
static struct haul_options *changed_options(const struct item *item, const char *url,
                                            const struct haul_options *given)
{
    struct haul_options *options = haul_options_copy(item->options);

    if (url && !same_origin(item_url(item), url))
        drop_origins_options(options);
    if (given)
        haul_options_merge(options, given);
    return options;
}

/* A partial, if there is one, is of the old link until the new one is proved to have the same file;
 * its name stays the item's. */
static void change_link(struct queue *queue, struct item *item, const char *url)
{
    char *name = xstrdup(item_name(item)), *shown = xstrdup(item_shown(item));
    struct item_work *work = item_need_work(item);

    queue_set_url(queue, item, url);
    if (work->base) {
        item_set_name(item, name);
        if (!work->was)
            work->was = xstrdup(shown);
        if (strcmp(work->was, item_shown(item)) == 0)
            xstrset(&work->was, NULL);
    }
    free(name);
    free(shown);
}

/* OPTIONS are what comes of it. */
static enum haul_err check_change(const struct haul_engine *engine, const struct item *item,
                                  const char *url, const struct haul_options *given,
                                  struct haul_options *options, struct haul_error *err)
{
    struct haul_request request = {.url = url ? url : item_url(item),
                                   .mirror_count = item_work(item)->mirror_count,
                                   .options = options};
    bool sends = item->options->upload && !(given && given->upload);
    struct url parts;

    if (item->state == HAUL_DONE || is_finishing(item))
        return haul_fail(err, HAUL_E_BAD_STATE, "item %llu is complete, it can't be changed",
                         (unsigned long long)item->id);
    if (url && url_split(url, &parts, err) != HAUL_OK)
        return err->code;
    if (url && sends && !same_origin(item_url(item), url))
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "item %llu sends a file to another server; say with --upload FILE that "
                         "the new one gets it",
                         (unsigned long long)item->id);
    if (given && given->upload && disk_source_test(given->upload, err) != HAUL_OK)
        return err->code;
    if (engine_check_files(engine, options, err) != HAUL_OK || check_key(options, err) != HAUL_OK)
        return err->code;
    return check_body(&request, err);
}

/* Puts the item back to where it begins, with its new link. */
static void start_again(struct haul_engine *engine, struct item *item)
{
    bool was_active = item->state == HAUL_ACTIVE;

    engine_clear_error(item);
    item_need_more(item)->tries = 0;
    item_need_work(item)->deadline = 0;
    if (engine->keep_history) {
        char *masked = same_link_masked(item_shown(item));

        item_log(item, clock_wall(engine->clock), "new link: %s", masked);
        free(masked);
    }
    if (item->state != HAUL_PAUSED && item->state != HAUL_CANCELLED) {
        item->more->finished_at = 0;
        engine_set_state(engine, item, HAUL_QUEUED);
    }
    if (was_active && item_work(item)->transfer)
        transfer_stop(item_work(item)->transfer, false);
    lanes_open(&engine->queue.lanes); /* it may wait for the host of its old link */
    haul_engine_hold(engine, false);
}

enum haul_err haul_engine_change(struct haul_engine *engine, uint64_t id, const char *url,
                                 const struct haul_options *given, haul_changed_cb *changed,
                                 void *ctx, struct haul_error *err)
{
    struct item *item = queue_find(&engine->queue, id);
    struct haul_options *options;

    if (!item)
        return haul_fail_item(err, id);
    options = changed_options(item, url, given);
    if (check_change(engine, item, url, given, options, err) != HAUL_OK) {
        haul_options_unref(options);
        return err->code;
    }
    queue_set_options(&engine->queue, item, options);
    if (url) {
        change_link(&engine->queue, item, url);
        start_again(engine, item);
    } else if (item_work(item)->transfer) {
        transfer_limit(item_work(item)->transfer);
    }
    queue_touch(&engine->queue, item);
    keep_link(engine, item, changed, ctx);
    return HAUL_OK;
}

enum haul_err haul_engine_tune(struct haul_engine *engine, const uint64_t *ids, size_t count,
                               const struct haul_options *given, size_t *ret_count,
                               struct haul_error *err)
{
    struct item **items = look_up(engine, ids, &count, err);
    struct tuning tuning = {.given = given};
    size_t fit = 0;

    if (!items)
        return HAUL_E_NO_ITEM;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->state == HAUL_DONE || is_finishing(items[i]))
            continue;
        tune_item(engine, items[i], &tuning);
        items[fit++] = items[i];
    }
    tuning_fini(&tuning);
    *ret_count = fit;
    hours_follow(engine); /* one may be halted that was to run at any time */
    haul_engine_hold(engine, false);
    keep_options(engine, items, fit);
    free(items);
    return HAUL_OK;
}

void haul_engine_flush(struct haul_engine *engine, haul_changed_cb *done, void *ctx)
{
    keep_flush(engine, done, ctx);
}
