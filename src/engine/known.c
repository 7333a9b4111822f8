/* What the queue knows of links that are about to be added.
 *
 * The links are put into a table, and the queue is gone through once: so a paste of many links
 * costs no more than one look at each item. A link is known by how it is shown, without user info
 * and fragment: that is one file. */

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/url.h"
#include "engine/filename.h"
#include "engine/item.h"
#include "engine/probe.h"

struct entry {
    UT_hash_handle hh;
    char *key;
    struct haul_known *known;
    struct entry *next; /* with the same key: two links may suggest one name */
};

/* Adds KNOWN below KEY, which is taken. */
static void table_add(struct entry **table, char *key, struct haul_known *known)
{
    struct entry *entry = xcalloc(1, sizeof *entry);
    struct entry *first;

    entry->key = key;
    entry->known = known;
    HASH_FIND_STR(*table, key, first);
    if (first) {
        entry->next = first->next;
        first->next = entry;
    } else {
        HASH_ADD_KEYPTR(hh, *table, entry->key, strlen(entry->key), entry);
    }
}

static struct entry *table_find(struct entry *table, const char *key)
{
    struct entry *entry;

    HASH_FIND_STR(table, key, entry);
    return entry;
}

static void table_free(struct entry *table)
{
    struct entry *entry, *later;

    HASH_ITER(hh, table, entry, later)
    {
        HASH_DEL(table, entry);
        for (struct entry *next; entry; entry = next) {
            next = entry->next;
            free(entry->key);
            free(entry);
        }
    }
}

/* Which of several items with one link is told of: one that still comes before one that is there,
 * and that before one that did not work. */
static int rank(enum haul_state state)
{
    if (!haul_state_is_final(state))
        return 3;
    return state == HAUL_DONE ? 2 : 1;
}

/* Its server refuses the link: whether bytes came before or not, another one may have the file. */
static bool is_refused(const struct item *item)
{
    const struct item_more *more;

    if (item->state != HAUL_FAILED)
        return false;
    more = item_more(item);
    return more->err == HAUL_E_EXPIRED || more->http_status == 401 || more->http_status == 403 ||
           more->http_status == 404 || more->http_status == 410;
}

static void note_same(struct haul_known *known, const struct item *item)
{
    if (known->id != 0 && rank(known->state) >= rank(item->state))
        return;
    known->id = item->id;
    known->state = item->state;
    known->finished_at = item_more(item)->finished_at;
}

void haul_engine_known(const struct haul_engine *engine, const char *const *urls, size_t count,
                       struct haul_known *ret_known)
{
    const struct queue *queue = &engine->queue;
    struct entry *links = NULL, *names = NULL;
    bool any_failed = queue->counts[HAUL_FAILED] > 0;

    memset(ret_known, 0, count * sizeof *ret_known);
    for (size_t i = 0; i < count; i++) {
        table_add(&links, url_shown(urls[i]), &ret_known[i]);
        if (any_failed)
            table_add(&names, filename_choose(NULL, text_raw_from(""), urls[i], NULL),
                      &ret_known[i]);
    }
    for (size_t i = 0; i < queue->count; i++) {
        const struct item *item = queue->order[i];

        for (struct entry *entry = table_find(links, item_shown(item)); entry; entry = entry->next)
            note_same(entry->known, item);
        if (!any_failed || !is_refused(item))
            continue;
        for (struct entry *entry = table_find(names, item_name(item)); entry; entry = entry->next) {
            if (entry->known->id != item->id) /* its own link is refused */
                entry->known->heals = item->id;
        }
    }
    table_free(links);
    table_free(names);
}

uint64_t known_heals(const struct haul_engine *engine, const char *name, int64_t size)
{
    const struct queue *queue = &engine->queue;
    uint64_t by_size = 0;

    for (size_t i = 0; i < queue->count && queue->counts[HAUL_FAILED] > 0; i++) {
        const struct item *item = queue->order[i];

        if (!is_refused(item))
            continue;
        if (strcmp(item_name(item), name) == 0)
            return item->id;
        if (size > 0 && item_more(item)->total == size)
            by_size = item->id;
    }
    return by_size;
}
