/* The queue and the store.
 *
 * Order is kept as a number per item, so that moving one item changes one row; only when two
 * neighbours leave no number between them is the whole order written anew. A running item is kept
 * as queued: whoever starts next goes on with it. Bytes are not the store's: the records beside the
 * partial files know them (disk/state.h). */

#include "engine/keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "disk/ends.h"
#include "engine/past.h"
#include "engine/repeat.h"
#include "haul/log.h"
#include "store/store.h"

#define OPTIONS_MAX ((size_t)4 * 1024 * 1024)
#define KEY_STEP    1.0
#define KEY_LEAST   1e-6 /* nearer than this to a neighbour: write all keys anew */

/* Items as rows. */

/* A "name=value" line; a line within the value is written behind a tab. */
static bool add_option_line(struct strbuf *text, const char *name, const char *value)
{
    bool fits = strbuf_puts(text, name) && strbuf_puts(text, "=");

    for (const char *end; fits && (end = strchr(value, '\n')); value = end + 1)
        fits = strbuf_add(text, value, (size_t)(end - value)) && strbuf_puts(text, "\n\t");
    return fits && strbuf_puts(text, value) && strbuf_puts(text, "\n");
}

/* The lines of what was given, newly allocated. */
static char *options_text(const struct haul_options *options)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    struct strbuf text;

    strbuf_init(&text, OPTIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope != HAUL_SCOPE_ITEM || !haul_option_given(&table[i], options))
            continue;
        for (size_t nth = 0;; nth++) {
            char *value = haul_option_get(&table[i], options, nth);

            if (!value)
                break;
            if (!add_option_line(&text, table[i].name, value))
                LOG_WARN(engine, "the option %s is too long to be kept", table[i].name);
            secret_free(value);
            if (table[i].type != HAUL_OPTION_LIST)
                break;
        }
    }
    return strbuf_take(&text);
}

/* Takes one option off the front of *REST, NULL at the end. Works in place. */
static char *next_option(char **rest)
{
    char *line = *rest, *end = line, *to;

    if (!line)
        return NULL;
    while ((end = strchr(end, '\n')) && end[1] == '\t')
        end++;
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    to = strchr(line, '\n');
    for (char *from = to; from && *from != '\0'; from++) {
        *to++ = *from;
        from += *from == '\n'; /* over the tab */
    }
    if (to)
        *to = '\0';
    return line;
}

static struct haul_options *options_from_text(const char *text)
{
    struct haul_options *options = haul_options_new();
    char *copy = xstrdup(text ? text : ""), *rest = copy, *line;
    struct haul_error err;

    while ((line = next_option(&rest))) {
        char *equals = strchr(line, '=');
        const struct haul_option *option;

        if (!equals)
            continue;
        *equals = '\0';
        option = haul_option_find(line);
        if (!option || option->scope != HAUL_SCOPE_ITEM ||
            haul_option_set(option, options, equals + 1, &err) != HAUL_OK)
            LOG_WARN(engine, "a kept option is not understood: %s", line);
    }
    secret_free(copy);
    return options;
}

static char *mirrors_text(const struct item *item)
{
    const struct item_work *work = item_work(item);
    struct strbuf text;
    bool fits = true;

    if (work->mirror_count == 0)
        return NULL;
    strbuf_init(&text, OPTIONS_MAX);
    for (size_t i = 0; fits && i < work->mirror_count; i++)
        fits = strbuf_printf(&text, "%s\n", work->mirrors[i]);
    return strbuf_take(&text);
}

/* What is kept of a state: what runs now will want to run again. */
static enum haul_state kept_state(enum haul_state state)
{
    return state == HAUL_ACTIVE || state == HAUL_WAITING ? HAUL_QUEUED : state;
}

/* A request that must not be sent twice is under way: whoever starts next can't know what became of
 * it, and leaves it to the user. */
static bool is_spent(const struct item *item)
{
    return item->state == HAUL_ACTIVE && !haul_options_repeatable(item->options);
}

static void note_spent(const struct item *item, struct store_item *row)
{
    if (!is_spent(item))
        return;
    row->state = HAUL_FAILED;
    row->err = HAUL_E_INTERRUPTED;
    row->note = "haul ended before the answer was here; it does not send such a request again by "
                "itself";
}

static enum store_look look_of(const struct item *item)
{
    if (!item->only_new)
        return STORE_LOOK_NONE;
    return item->unlooked ? STORE_LOOK_FIRST : STORE_LOOK_BACK;
}

/* OPTIONS and MIRRORS are borrowed; NULL for an update, which leaves them alone. */
static struct store_item row_of(const struct queue *queue, const struct item *item,
                                const char *options, const char *mirrors)
{
    const struct queue_kept *kept = &queue->kept[item->place];
    const struct item_more *more = item_more(item);

    struct store_item row = {.id = item->id,
                             .place = kept->key,
                             .state = kept_state(item->state),
                             .err = more->err,
                             .http_status = more->http_status,
                             .total = more->total,
                             .done = more->done,
                             .added_at = kept->added_at,
                             .started_at = more->started_at,
                             .finished_at = more->finished_at,
                             .url = item_url(item),
                             .options = options,
                             .mirrors = mirrors,
                             .name = item_name(item),
                             .base = item_work(item)->base,
                             .note = more->note,
                             .was = item_work(item)->was,
                             .look = look_of(item)};

    note_spent(item, &row);
    return row;
}

/* Loading. */

struct loading {
    struct haul_engine *engine;
    char *text; /* of the row before: neighbours often share their options */
    struct haul_options *options;
    struct item **items;
    struct queue_kept *kept; /* of each */
    size_t count, size, kept_size;
};

/* Is there more to tell of it than of one that was just added? */
static bool is_told(const struct store_item *row)
{
    return row->err != HAUL_OK || row->total >= 0 || row->done > 0 || row->started_at != 0 ||
           row->finished_at != 0 || (row->note && row->note[0]);
}

static struct item *item_from_row(const struct store_item *row, struct haul_options *options)
{
    struct haul_request request = {.url = row->url, .options = options};
    struct item *item = item_new(row->id, &request);

    item->state = kept_state(row->state);
    item->only_new = row->look != STORE_LOOK_NONE;
    item->unlooked = row->look == STORE_LOOK_FIRST;
    if (is_told(row)) {
        struct item_more *more = item_need_more(item);

        more->err = row->err;
        more->http_status = row->http_status;
        more->total = row->total;
        more->done = row->done;
        more->started_at = row->started_at;
        more->finished_at = row->finished_at;
        item_set_note(item, row->note);
    }
    if (row->name)
        item_set_name(item, row->name);
    if (row->base)
        xstrset(&item_need_work(item)->base, row->base);
    if (row->was)
        xstrset(&item_need_work(item)->was, row->was);
    item_set_mirrors(item, row->mirrors);
    return item;
}

static void note_folder(struct haul_engine *engine, const struct haul_options *options)
{
    if (options->dir)
        store_folder(engine->store, options->dir);
}

static void take_item(struct loading *loading, struct item *item, double key, int64_t added_at)
{
    loading->items =
        array_reserve(loading->items, loading->count, &loading->size, sizeof(struct item *));
    loading->kept =
        array_reserve(loading->kept, loading->count, &loading->kept_size, sizeof *loading->kept);
    loading->kept[loading->count] = (struct queue_kept){key, added_at};
    loading->items[loading->count++] = item;
}

static void load_row(void *ctx, const struct store_item *row)
{
    struct loading *loading = ctx;
    const char *text = row->options ? row->options : "";

    if (row->id > ITEM_ID_MAX) {
        LOG_ERROR(engine, "item %llu is not one of ours", (unsigned long long)row->id);
        return;
    }
    if (!loading->options || strcmp(text, loading->text) != 0) {
        haul_options_unref(loading->options);
        secret_free(loading->text);
        loading->options = options_from_text(text);
        loading->text = xstrdup(text);
        note_folder(loading->engine, loading->options);
    }
    take_item(loading, item_from_row(row, loading->options), row->place, row->added_at);
}

/* Downloads that were found again must not go the way of an add that fails, which is taken back
 * with its partial. */
static void on_found_kept(void *ctx, const struct haul_error *err)
{
    (void)ctx;
    if (err)
        LOG_ERROR(engine, "downloads that were found again are not kept: %s", err->text);
}

static void keep_found(struct haul_engine *engine, struct item *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *text = options_text(items[i]->options);
        struct store_item row = row_of(&engine->queue, items[i], text, NULL);

        store_add(engine->store, &row, 1, on_found_kept, NULL);
        secret_free(text);
    }
}

/* What a damaged queue left in the folders that it used. */
static void load_found(void *ctx, struct item *item)
{
    struct loading *loading = ctx;

    take_item(loading, item, (double)(loading->count + 1) * KEY_STEP,
              clock_wall(loading->engine->clock));
}

static void rebuild(struct loading *loading, const char *path)
{
    struct haul_engine *engine = loading->engine;
    char *ends = xasprintf("%s.ends", path);

    LOG_WARN(engine, "%s was damaged and is moved aside", path);
    disk_ends_forget(ends);
    free(ends);
    keep_find_again(engine, load_found, loading);
    xstrset(&engine->news, NULL);
    engine->news = xasprintf("the queue was damaged and is moved aside; unfinished downloads that "
                             "were found again: %zu, paused",
                             loading->count);
    LOG_WARN(engine, "%s", engine->news);
}

static void load_settings(struct haul_engine *engine)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    struct haul_error err;

    for (size_t i = 0; i < count; i++) {
        char *value;

        if (table[i].scope != HAUL_SCOPE_SESSION || haul_option_given(&table[i], &engine->settings))
            continue;
        value = store_get(engine->store, table[i].name);
        if (value && haul_option_set(&table[i], &engine->settings, value, &err) != HAUL_OK)
            LOG_WARN(engine, "a kept setting is not usable: %s", err.text);
        free(value);
    }
}

/* What is told of the session as a whole is different now. */
static void on_trouble(void *ctx)
{
    struct haul_engine *engine = ctx;

    engine->queue.version++;
    engine_wake(engine);
}

/* Everything that is read at once: the connection is the worker's afterwards. */
static enum haul_err load_all(struct loading *loading, struct haul_error *err)
{
    struct haul_engine *engine = loading->engine;
    enum haul_err code = store_load(engine->store, load_row, loading, &engine->queue.next_id, err);

    if (code != HAUL_OK)
        return code;
    load_settings(engine);
    code = repeat_load(engine, err);
    return code == HAUL_OK ? keep_load_hosts(engine, err) : code;
}

enum haul_err keep_open(struct haul_engine *engine, const char *session, struct haul_error *err)
{
    struct loading loading = {.engine = engine};
    char *dir = path_state_dir(session);
    char *path = path_join(dir, "queue.db");
    bool moved = false;
    enum haul_err code = store_open(engine->haul_loop, path, &engine->store, &moved, err);

    if (code == HAUL_OK)
        code = load_all(&loading, err);
    if (code == HAUL_OK && moved)
        rebuild(&loading, path);
    queue_keep(&engine->queue);
    queue_load(&engine->queue, loading.items, loading.kept, loading.count);
    if (code == HAUL_OK)
        store_on_trouble(engine->store, on_trouble, engine);
    if (code == HAUL_OK && moved)
        keep_found(engine, loading.items, loading.count);
    free(loading.items);
    free(loading.kept);
    haul_options_unref(loading.options);
    secret_free(loading.text);
    free(path);
    free(dir);
    return code;
}

long haul_engine_holder(const char *session)
{
    char *dir = path_state_dir(session);
    char *path = path_join(dir, "queue.db");
    long pid = store_holder(path);

    free(path);
    free(dir);
    return pid;
}

/* Changes. */

struct adding {
    struct haul_engine *engine;
    haul_added_cb *added;
    void *ctx;
    size_t count;
    uint64_t ids[];
};

/* What can't be kept is not taken: out with it, as far as the user has not removed it himself. */
static void take_back(struct haul_engine *engine, const uint64_t *ids, size_t count)
{
    uint64_t *there = xreallocarray(NULL, count, sizeof *there);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (queue_find(&engine->queue, ids[i]))
            there[found++] = ids[i];
    }
    engine_remove(engine, there, found);
    free(there);
}

static void on_added(void *ctx, const struct haul_error *err)
{
    struct adding *adding = ctx;

    if (err) {
        LOG_ERROR(engine, "%s", err->text);
        take_back(adding->engine, adding->ids, adding->count);
    }
    if (adding->added)
        adding->added(adding->ctx, adding->ids, adding->count, err);
    free(adding);
}

void keep_add(struct haul_engine *engine, struct item *const *items, size_t count,
              haul_added_cb *added, void *ctx)
{
    struct adding *adding = xcalloc(1, sizeof *adding + count * sizeof *adding->ids);
    struct store_item *rows;
    const struct haul_options *options = NULL;
    char **texts; /* one of each set of options, and the mirrors */
    size_t text_count = 0;
    const char *text = NULL;

    adding->engine = engine;
    adding->added = added;
    adding->ctx = ctx;
    adding->count = count;
    for (size_t i = 0; i < count; i++)
        adding->ids[i] = items[i]->id;
    if (!engine->store) {
        on_added(adding, NULL);
        return;
    }
    rows = xcalloc(count, sizeof *rows);
    texts = xcalloc(2 * count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        char *mirrors = mirrors_text(items[i]);

        if (items[i]->options != options) {
            options = items[i]->options;
            note_folder(engine, options);
            text = texts[text_count++] = options_text(options);
        }
        if (mirrors)
            texts[text_count++] = mirrors;
        rows[i] = row_of(&engine->queue, items[i], text, mirrors);
    }
    store_add(engine->store, rows, count, on_added, adding);
    while (text_count > 0)
        secret_free(texts[--text_count]);
    free(texts);
    free(rows);
}

struct changing {
    struct haul_engine *engine;
    haul_changed_cb *changed;
    void *ctx;
};

static void on_changed(void *ctx, const struct haul_error *err)
{
    struct changing *changing = ctx;

    if (err)
        LOG_ERROR(engine, "%s", err->text);
    if (changing->changed)
        changing->changed(changing->ctx, err);
    free(changing);
}

void keep_link(struct haul_engine *engine, const struct item *item, haul_changed_cb *changed,
               void *ctx)
{
    struct changing *changing = xcalloc(1, sizeof *changing);
    struct store_item row;
    char *options;

    *changing = (struct changing){engine, changed, ctx};
    if (!engine->store) {
        on_changed(changing, NULL);
        return;
    }
    options = options_text(item->options);
    row = row_of(&engine->queue, item, options, NULL);
    store_change(engine->store, &row, on_changed, changing);
    secret_free(options);
}

void keep_options(struct haul_engine *engine, struct item *const *items, size_t count)
{
    const struct haul_options *options = NULL; /* those of TEXT: neighbours often share them */
    char *text = NULL;

    for (size_t i = 0; engine->store && i < count; i++) {
        struct store_item row;

        if (items[i]->options != options) {
            secret_free(text);
            options = items[i]->options;
            text = options_text(options);
        }
        row = row_of(&engine->queue, items[i], text, NULL);
        store_change(engine->store, &row, NULL, NULL);
    }
    secret_free(text);
}

void keep_item(struct haul_engine *engine, const struct item *item)
{
    struct store_item row;

    if (!engine->store || item->removing)
        return;
    row = row_of(&engine->queue, item, NULL, NULL);
    store_update(engine->store, &row);
}

/* With its entry of the history, which is taken. */
static void keep_end(struct haul_engine *engine, const struct item *item, struct store_entry *entry)
{
    struct store_item row = row_of(&engine->queue, item, NULL, NULL);

    store_end(engine->store, &row, entry);
    store_entry_fini(entry);
    past_written(engine);
}

void keep_state(struct haul_engine *engine, const struct item *item, const struct past_end *end)
{
    bool over = item->state == HAUL_DONE || item->state == HAUL_FAILED;
    struct store_entry entry;

    if (over && past_entry(engine, item, end, &entry))
        keep_end(engine, item, &entry);
    else
        keep_item(engine, item);
    if (item->state == HAUL_DONE)
        keep_tend_ends(engine);
}

void keep_removal(struct haul_engine *engine, struct item *const *items, size_t count)
{
    uint64_t *ids;

    if (!engine->store || count == 0)
        return;
    ids = xreallocarray(NULL, count, sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = items[i]->id;
    store_remove(engine->store, ids, count);
    free(ids);
}

void keep_flush(struct haul_engine *engine, haul_changed_cb *done, void *ctx)
{
    if (engine->store)
        store_flush(engine->store, done, ctx);
    else
        done(ctx, NULL);
}

bool haul_engine_is_kept(const struct haul_engine *engine)
{
    struct haul_error why;

    return !engine->store || !store_in_trouble(engine->store, &why);
}

/* Gives the items from place FIRST on, COUNT of them, evenly spaced keys. False when there is not
 * enough between the neighbours. */
static bool spread_keys(struct queue *queue, size_t first, size_t count)
{
    double low = first > 0 ? queue->kept[first - 1].key : 0.0;
    double high = first + count < queue->count ? queue->kept[first + count].key
                                               : low + (double)(count + 1) * KEY_STEP;
    double step = (high - low) / (double)(count + 1);

    if (step < KEY_LEAST)
        return false;
    for (size_t i = 0; i < count; i++)
        queue->kept[first + i].key = low + step * (double)(i + 1);
    return true;
}

static void send_keys(struct haul_engine *engine, size_t first, size_t count)
{
    uint64_t *ids = xreallocarray(NULL, count, sizeof *ids);
    double *keys = xreallocarray(NULL, count, sizeof *keys);

    for (size_t i = 0; i < count; i++) {
        ids[i] = engine->queue.order[first + i]->id;
        keys[i] = engine->queue.kept[first + i].key;
    }
    store_move(engine->store, ids, keys, count);
    free(ids);
    free(keys);
}

void keep_order(struct haul_engine *engine, struct item *const *items, size_t count)
{
    struct queue *queue = &engine->queue;
    size_t first = SIZE_MAX, last = 0;

    if (!engine->store || count == 0)
        return;
    for (size_t i = 0; i < count; i++) { /* a block now; an id may have been given twice */
        first = MIN(first, (size_t)items[i]->place);
        last = MAX(last, (size_t)items[i]->place);
    }
    count = last - first + 1;
    if (!spread_keys(queue, first, count)) {
        for (size_t i = 0; i < queue->count; i++)
            queue->kept[i].key = (double)(i + 1) * KEY_STEP;
        first = 0;
        count = queue->count;
    }
    send_keys(engine, first, count);
}

void keep_settings(struct haul_engine *engine, const struct haul_settings *settings)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; engine->store && i < count; i++) {
        char *value;

        if (table[i].scope == HAUL_SCOPE_SESSION && haul_settings_drops(settings, &table[i]))
            store_set(engine->store, table[i].name, NULL);
        if (table[i].scope != HAUL_SCOPE_SESSION || !haul_option_given(&table[i], settings))
            continue;
        value = haul_option_get(&table[i], settings, 0);
        store_set(engine->store, table[i].name, value);
        free(value);
    }
}

void keep_close(struct haul_engine *engine, void (*closed)(void *ctx), void *ctx)
{
    struct store *store = engine->store;

    engine->store = NULL;
    if (!store) {
        closed(ctx);
        return;
    }
    store_on_trouble(store, NULL, NULL);
    store_close(store, closed, ctx);
}
