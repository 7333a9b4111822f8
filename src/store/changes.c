/* What is to be written, in memory.
 *
 * Invariant: an entry holds the item's newest facts, so that the memory used is bounded by the
 * number of items, not by the number of changes, and any of the entries may be written without the
 * others: no two speak of the same row. */

#include "store/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char *copy(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

static void options_unref(struct change_options *options)
{
    if (!options || --options->refs > 0)
        return;
    explicit_bzero(options->text, strlen(options->text)); /* they may hold passwords */
    free(options);
}

/* The options of neighbours are mostly the same, so only the newest ones are compared with. */
static struct change_options *options_ref(struct changes *changes, const char *text)
{
    struct change_options *last = changes->last_options;
    size_t size;

    if (!text)
        return NULL;
    if (!last || strcmp(last->text, text) != 0) {
        size = strlen(text) + 1;
        options_unref(last);
        last = changes->last_options = xmalloc(sizeof *last + size);
        last->refs = 1;
        memcpy(last->text, text, size);
    }
    last->refs++;
    return last;
}

/* The texts that an update replaces. */
static void free_texts(struct change *change)
{
    free((void *)change->item.name);
    free((void *)change->item.base);
    free((void *)change->item.note);
    free((void *)change->item.was);
}

static void change_free(struct change *change)
{
    free_texts(change);
    free((void *)change->item.url);
    free((void *)change->item.mirrors);
    options_unref(change->options);
    free(change);
}

static void drop_item(struct changes *changes, struct change *change)
{
    HASH_DEL(changes->items, change);
    change_free(change);
}

static void drop_setting(struct changes *changes, struct change_setting *setting)
{
    HASH_DEL(changes->settings, setting);
    free(setting->value);
    free(setting);
}

static void drop_host(struct changes *changes, struct change_host *host)
{
    HASH_DEL(changes->hosts, host);
    free(host);
}

static void drop_entry(struct changes *changes, struct change_entry *change)
{
    HASH_DEL(changes->entries, change);
    store_entry_fini(&change->entry);
    free(change);
}

static void drop_tokens(struct changes *changes)
{
    struct change_token *token, *next;

    HASH_ITER(hh, changes->tokens, token, next)
    {
        HASH_DEL(changes->tokens, token);
        free(token);
    }
}

void changes_fini(struct changes *changes)
{
    struct change *change, *next;
    struct change_setting *setting, *next_setting;
    struct change_host *host, *next_host;
    struct change_entry *entry, *next_entry;

    HASH_ITER(hh, changes->items, change, next)
    {
        drop_item(changes, change);
    }
    HASH_ITER(hh, changes->settings, setting, next_setting)
    {
        drop_setting(changes, setting);
    }
    HASH_ITER(hh, changes->hosts, host, next_host)
    {
        drop_host(changes, host);
    }
    HASH_ITER(hh, changes->entries, entry, next_entry)
    {
        drop_entry(changes, entry);
    }
    drop_tokens(changes);
    options_unref(changes->last_options);
    *changes = (struct changes){0};
}

bool changes_any(const struct changes *changes)
{
    return changes->items || changes->settings || changes->hosts || changes->entries ||
           changes->tokens;
}

size_t changes_count(const struct changes *changes)
{
    return HASH_COUNT(changes->items) + HASH_COUNT(changes->settings) + HASH_COUNT(changes->hosts) +
           HASH_COUNT(changes->entries) + HASH_COUNT(changes->tokens);
}

static struct change *find(const struct changes *changes, uint64_t id)
{
    struct change *change;

    HASH_FIND(hh, changes->items, &id, sizeof id, change);
    return change;
}

static struct change *find_or_make(struct changes *changes, uint64_t id)
{
    struct change *change = find(changes, id);

    if (change)
        return change;
    change = xcalloc(1, sizeof *change);
    change->item.id = id;
    HASH_ADD(hh, changes->items, item.id, sizeof change->item.id, change);
    return change;
}

/* Takes over what an update may change. */
static void take_facts(struct change *change, const struct store_item *item)
{
    struct store_item *mine = &change->item;
    const char *url = mine->url, *mirrors = mine->mirrors;

    free_texts(change);
    *mine = *item;
    mine->url = url;
    mine->mirrors = mirrors;
    mine->options = NULL;
    mine->name = copy(item->name);
    mine->base = copy(item->base);
    mine->note = copy(item->note);
    mine->was = copy(item->was);
}

void changes_add(struct changes *changes, const struct store_item *item)
{
    struct change *change = find_or_make(changes, item->id);

    take_facts(change, item);
    xstrset((char **)&change->item.url, item->url);
    xstrset((char **)&change->item.mirrors, item->mirrors);
    options_unref(change->options);
    change->options = options_ref(changes, item->options);
    change->what |= CHANGE_ADD;
    changes->last_id = MAX(changes->last_id, item->id);
    changes->durable = true;
}

/* Lost progress is fetched again; lost ends and decisions would surprise. */
static bool is_hint(const struct store_item *item)
{
    return !haul_state_is_final(item->state) && item->state != HAUL_PAUSED;
}

void changes_update(struct changes *changes, const struct store_item *item)
{
    struct change *change = find_or_make(changes, item->id);

    take_facts(change, item);
    change->what |= CHANGE_UPDATE;
    if (!is_hint(item))
        changes->durable = true;
}

void changes_change(struct changes *changes, const struct store_item *item)
{
    struct change *change = find_or_make(changes, item->id);

    changes_update(changes, item);
    xstrset((char **)&change->item.url, item->url);
    options_unref(change->options);
    change->options = options_ref(changes, item->options);
    change->what |= CHANGE_LINK;
    changes->taken_out++;
    changes->durable = true;
}

void changes_remove(struct changes *changes, uint64_t id)
{
    find_or_make(changes, id)->what = CHANGE_REMOVE;
    changes->taken_out++;
    changes->durable = true;
}

void changes_move(struct changes *changes, uint64_t id, double place)
{
    struct change *change = find_or_make(changes, id);

    change->item.place = place;
    change->what |= CHANGE_MOVE;
    changes->durable = true;
}

void changes_set(struct changes *changes, const char *name, const char *value)
{
    size_t size = strlen(name) + 1;
    struct change_setting *setting;

    HASH_FIND_STR(changes->settings, name, setting);
    if (!setting) {
        setting = xcalloc(1, sizeof *setting + size);
        memcpy(setting->name, name, size);
        HASH_ADD_STR(changes->settings, name, setting);
    }
    xstrset(&setting->value, value);
    changes->durable = true;
}

void changes_token(struct changes *changes, const struct store_token *token)
{
    size_t size = strlen(token->token) + 1;
    struct change_token *change;

    HASH_FIND_STR(changes->tokens, token->token, change);
    if (!change) {
        change = xcalloc(1, sizeof *change + size);
        memcpy(change->name, token->token, size);
        HASH_ADD_STR(changes->tokens, name, change);
    }
    change->first = token->first;
    change->count = token->count;
}

/* What a power cut takes of this is learned again. */
void changes_host(struct changes *changes, const struct store_host *host)
{
    size_t size = strlen(host->name) + 1;
    struct change_host *change;

    HASH_FIND_STR(changes->hosts, host->name, change);
    if (!change) {
        change = xcalloc(1, sizeof *change + size);
        memcpy(change->name, host->name, size);
        HASH_ADD_STR(changes->hosts, name, change);
    }
    change->host = *host;
    change->host.name = change->name;
}

void store_entry_fini(struct store_entry *entry)
{
    haul_past_fini(&entry->past);
    free(entry->etag);
    *entry = (struct store_entry){0};
}

void changes_entry(struct changes *changes, const struct store_entry *entry)
{
    uint64_t id = entry->past.id;
    struct change_entry *change;

    HASH_FIND(hh, changes->entries, &id, sizeof id, change);
    if (change)
        drop_entry(changes, change);
    change = xcalloc(1, sizeof *change);
    change->entry = *entry;
    haul_past_copy(&change->entry.past, &entry->past);
    change->entry.etag = copy(entry->etag);
    HASH_ADD(hh, changes->entries, entry.past.id, sizeof change->entry.past.id, change);
    changes->durable = true;
}

/* Who asked for the adds is told that they failed, so nothing of them may be left. */
static void drop_adds(struct changes *changes)
{
    struct change *change, *next;

    drop_tokens(changes);
    HASH_ITER(hh, changes->items, change, next)
    {
        if ((change->what & CHANGE_REMOVE) && (change->what & CHANGE_ADD))
            change->what = CHANGE_REMOVE;
        else if (change->what & CHANGE_ADD)
            drop_item(changes, change);
    }
}

/* Carries out on the older entry what the newer one says. */
static void replay(struct changes *changes, const struct change *newer)
{
    struct store_item item = newer->item;

    item.options = newer->options ? newer->options->text : NULL;
    if (newer->what & CHANGE_REMOVE)
        changes_remove(changes, item.id);
    if (newer->what & CHANGE_ADD)
        changes_add(changes, &item);
    if (newer->what & CHANGE_LINK)
        changes_change(changes, &item);
    else if (newer->what & CHANGE_UPDATE)
        changes_update(changes, &item);
    if (newer->what & CHANGE_MOVE)
        changes_move(changes, item.id, item.place);
}

void changes_join_failed(struct changes *changes, struct changes *failed)
{
    struct changes joined = *failed;
    struct change *change, *next;
    struct change_setting *setting, *next_setting;
    struct change_host *host, *next_host;
    struct change_entry *entry, *next_entry;
    struct change_token *token, *next_token;

    drop_adds(&joined);
    HASH_ITER(hh, changes->items, change, next)
    {
        replay(&joined, change);
    }
    HASH_ITER(hh, changes->settings, setting, next_setting)
    {
        changes_set(&joined, setting->name, setting->value);
    }
    HASH_ITER(hh, changes->hosts, host, next_host)
    {
        changes_host(&joined, &host->host);
    }
    HASH_ITER(hh, changes->tokens, token, next_token)
    {
        changes_token(&joined, &(struct store_token){token->name, token->first, token->count});
    }
    HASH_ITER(hh, changes->entries, entry, next_entry)
    {
        changes_entry(&joined, &entry->entry);
    }
    changes_fini(changes);
    *changes = joined;
    *failed = (struct changes){0};
}
