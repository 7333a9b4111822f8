#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "store/store.h"

/* What is to be written, in memory: at most one entry an item, a setting and a host, however
 * often they change, and an entry of the history. Plain data, without a thread or a database of its
 * own. */

/* What happens to the row of an item. They are carried out in this order, so that all of them may
 * be set. */
enum change_what {
    CHANGE_REMOVE = 1,
    CHANGE_ADD = 2,
    CHANGE_UPDATE = 4, /* all but id, url, options and mirrors */
    CHANGE_MOVE = 8,   /* the place; said by CHANGE_UPDATE too */
    CHANGE_LINK = 16   /* url and options; goes with CHANGE_UPDATE */
};

/* One text for all the items of an add that share it. */
struct change_options {
    size_t refs;
    char text[];
};

struct change {
    UT_hash_handle hh; /* by item.id; hh.next is the order in which they came */
    unsigned what;
    struct store_item item; /* the texts are its own, but for the options */
    struct change_options *options;
};

struct change_setting {
    UT_hash_handle hh; /* by name */
    char *value;       /* NULL: to be forgotten */
    char name[];
};

struct change_host {
    UT_hash_handle hh;      /* by name */
    struct store_host host; /* its name is the one below */
    char name[];
};

struct change_entry {
    UT_hash_handle hh; /* by entry.past.id */
    struct store_entry entry;
};

struct change_token {
    UT_hash_handle hh; /* by name */
    uint64_t first, count;
    char name[];
};

/* All zero is empty. */
struct changes {
    struct change *items;
    struct change_setting *settings;
    struct change_host *hosts;
    struct change_entry *entries;
    struct change_token *tokens;         /* of adds */
    struct change_options *last_options; /* of the newest add; a reference */
    uint64_t last_id;                    /* the highest that was added, 0: none */
    bool durable;     /* holds what a power cut must not undo once it is told as written */
    size_t taken_out; /* links and options, which may be secret, that it deletes or replaces */
};

void changes_fini(struct changes *changes); /* leaves it empty */
bool changes_any(const struct changes *changes);
size_t changes_count(const struct changes *changes);

void changes_add(struct changes *changes, const struct store_item *item);
void changes_update(struct changes *changes, const struct store_item *item);
void changes_change(struct changes *changes, const struct store_item *item);
void changes_remove(struct changes *changes, uint64_t id);
void changes_move(struct changes *changes, uint64_t id, double place);
void changes_set(struct changes *changes, const char *name, const char *value);
void changes_host(struct changes *changes, const struct store_host *host);
void changes_token(struct changes *changes, const struct store_token *token);
void changes_entry(struct changes *changes, const struct store_entry *entry);

/* FAILED could not be written and CHANGES came since: makes one of the two, in CHANGES, in which
 * the newer says more. The adds of FAILED are dropped. FAILED is empty after. */
void changes_join_failed(struct changes *changes, struct changes *failed);

#endif
