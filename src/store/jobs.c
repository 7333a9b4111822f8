/* Items, settings and hosts in the database.
 *
 * Invariants: every statement is reset right after its use, so that none keeps a transaction or a
 * text of the caller; a failed write leaves no transaction open. */

#include "store/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/history.h"
#include "store/statement.h"

enum sql {
    SQL_INSERT,
    SQL_UPDATE,
    SQL_LINK,
    SQL_MOVE,
    SQL_REMOVE,
    SQL_ADD_OPTIONS,
    SQL_FIND_OPTIONS,
    SQL_WHICH_OPTIONS,
    SQL_DROP_OPTIONS,
    SQL_GIVEN,
    SQL_SET,
    SQL_FORGET,
    SQL_SETTING,
    SQL_NOTE_HOST,
    SQL_FORGET_HOST,
    SQL_DROP_HOSTS,
    SQL_HOSTS,
    SQL_NOTE_TOKEN,
    SQL_DROP_TOKENS,
    SQL_TOKENS,
    SQL_ORDER,
    SQL_ITEM,
    SQL_OPTIONS,
    SQL_LAST_ID,
    SQL_COUNT
};

/* What an update changes: parameters and columns from FACTS_AT on, in this order. */
#define FACTS                                                                                      \
    "place, state, error, http_status, tries, total, done, added_at, started_at, finished_at,"     \
    " name, base, note, was, look"
#define FACTS_VALUES "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16"

static const char *const texts[SQL_COUNT] = {
    [SQL_INSERT] = "INSERT INTO items (id, " FACTS ", url, mirrors, options)"
                   " VALUES (?1, " FACTS_VALUES ", ?17, ?18, ?19)",
    [SQL_UPDATE] = "UPDATE items SET (" FACTS ") = (" FACTS_VALUES ") WHERE id = ?1",
    [SQL_LINK] = "UPDATE items SET url = ?2, options = ?3 WHERE id = ?1",
    [SQL_MOVE] = "UPDATE items SET place = ?2 WHERE id = ?1",
    [SQL_REMOVE] = "DELETE FROM items WHERE id = ?1",
    [SQL_ADD_OPTIONS] = "INSERT INTO options (text) VALUES (?1) ON CONFLICT DO NOTHING",
    [SQL_FIND_OPTIONS] = "SELECT id FROM options WHERE text = ?1",
    [SQL_WHICH_OPTIONS] = "SELECT options FROM items WHERE id = ?1",
    [SQL_DROP_OPTIONS] = "DELETE FROM options WHERE id = ?1 AND NOT EXISTS"
                         " (SELECT 1 FROM items WHERE options = ?1)",
    [SQL_GIVEN] = "UPDATE given SET last = ?1 WHERE last < ?1",
    [SQL_SET] = "INSERT INTO settings VALUES (?1, ?2)"
                " ON CONFLICT DO UPDATE SET value = excluded.value",
    [SQL_FORGET] = "DELETE FROM settings WHERE name = ?1",
    [SQL_SETTING] = "SELECT value FROM settings WHERE name = ?1",
    [SQL_NOTE_HOST] = "INSERT OR REPLACE INTO hosts VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_FORGET_HOST] = "DELETE FROM hosts WHERE name = ?1",
    [SQL_DROP_HOSTS] = "DELETE FROM hosts WHERE noted_at < ?1",
    [SQL_HOSTS] = "SELECT * FROM hosts",
    [SQL_NOTE_TOKEN] = "INSERT OR REPLACE INTO adds (token, first, count) VALUES (?1, ?2, ?3)",
    [SQL_DROP_TOKENS] = "DELETE FROM adds WHERE number <= (SELECT max(number) FROM adds) - ?1",
    [SQL_TOKENS] = "SELECT token, first, count FROM adds ORDER BY number",
    [SQL_ORDER] = "SELECT id FROM items ORDER BY place, id",
    [SQL_ITEM] = "SELECT id, " FACTS ", url, mirrors, options FROM items WHERE id = ?1",
    [SQL_OPTIONS] = "SELECT text FROM options WHERE id = ?1",
    [SQL_LAST_ID] = "SELECT max(last, (SELECT coalesce(max(id), 0) FROM items)) FROM given",
};

struct jobs {
    sqlite3 *db;
    struct history *history;
    sqlite3_stmt *statements[SQL_COUNT];
    /* The newest options that were written, within one transaction. */
    const struct change_options *options;
    sqlite3_int64 options_id;
};

int jobs_new(sqlite3 *db, struct history *history, struct jobs **ret_jobs)
{
    struct jobs *jobs = xcalloc(1, sizeof *jobs);
    int rc = SQLITE_OK;

    jobs->db = db;
    jobs->history = history;
    for (size_t i = 0; rc == SQLITE_OK && i < SQL_COUNT; i++)
        rc = sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &jobs->statements[i],
                                NULL);
    if (rc != SQLITE_OK) {
        jobs_free(jobs);
        return rc;
    }
    *ret_jobs = jobs;
    return SQLITE_OK;
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(jobs->statements[i]);
    free(jobs);
}

static void bind_facts(sqlite3_stmt *statement, const struct store_item *item)
{
    statement_number(statement, 1, (sqlite3_int64)item->id);
    sqlite3_bind_double(statement, 2, item->place);
    statement_text(statement, 3, haul_state_name(item->state));
    statement_text(statement, 4, item->err == HAUL_OK ? NULL : haul_err_name(item->err));
    statement_number(statement, 5, item->http_status);
    statement_number(statement, 6, item->tries);
    statement_number(statement, 7, item->total);
    statement_number(statement, 8, (sqlite3_int64)item->done);
    statement_number(statement, 9, item->added_at);
    statement_number(statement, 10, item->started_at);
    statement_number(statement, 11, item->finished_at);
    statement_text(statement, 12, item->name);
    statement_text(statement, 13, item->base);
    statement_text(statement, 14, item->note);
    statement_text(statement, 15, item->was);
    statement_number(statement, 16, item->look);
}

/* Makes jobs->options_id the row of OPTIONS. */
static int keep_options(struct jobs *jobs, const struct change_options *options)
{
    sqlite3_stmt *add = jobs->statements[SQL_ADD_OPTIONS];
    sqlite3_stmt *find = jobs->statements[SQL_FIND_OPTIONS];
    int rc;

    if (options == jobs->options)
        return SQLITE_OK;
    statement_text(add, 1, options->text);
    rc = statement_run(add);
    if (rc != SQLITE_OK)
        return rc;
    statement_text(find, 1, options->text);
    rc = sqlite3_step(find);
    if (rc == SQLITE_ROW) {
        jobs->options = options;
        jobs->options_id = sqlite3_column_int64(find, 0);
    }
    statement_reset(find);
    return rc == SQLITE_ROW ? SQLITE_OK : SQLITE_CORRUPT;
}

static int insert(struct jobs *jobs, const struct change *change)
{
    sqlite3_stmt *statement = jobs->statements[SQL_INSERT];

    if (change->options) {
        int rc = keep_options(jobs, change->options);

        if (rc != SQLITE_OK)
            return rc;
        statement_number(statement, 19, jobs->options_id);
    }
    bind_facts(statement, &change->item);
    statement_text(statement, 17, change->item.url);
    statement_text(statement, 18, change->item.mirrors);
    return statement_run(statement);
}

static int update(struct jobs *jobs, const struct store_item *item)
{
    sqlite3_stmt *statement = jobs->statements[SQL_UPDATE];

    bind_facts(statement, item);
    return statement_run(statement);
}

/* The options of item ID, 0: it has none. */
static int which_options(struct jobs *jobs, uint64_t id, sqlite3_int64 *ret_options)
{
    sqlite3_stmt *statement = jobs->statements[SQL_WHICH_OPTIONS];
    int rc;

    statement_number(statement, 1, (sqlite3_int64)id);
    rc = sqlite3_step(statement);
    *ret_options = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    statement_reset(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Options that an item had a moment ago go when nobody else has them. No others are looked at:
 * there may be as many of them as items. */
static int drop_options(struct jobs *jobs, sqlite3_int64 options)
{
    sqlite3_stmt *statement = jobs->statements[SQL_DROP_OPTIONS];

    if (options == 0)
        return SQLITE_OK;
    if (options == jobs->options_id)
        jobs->options = NULL; /* the next one who has the same text looks for its row again */
    statement_number(statement, 1, options);
    return statement_run(statement);
}

static int set_link(struct jobs *jobs, const struct change *change)
{
    sqlite3_stmt *statement = jobs->statements[SQL_LINK];
    int rc = change->options ? keep_options(jobs, change->options) : SQLITE_OK;

    if (rc != SQLITE_OK)
        return rc;
    statement_number(statement, 1, (sqlite3_int64)change->item.id);
    statement_text(statement, 2, change->item.url);
    if (change->options)
        statement_number(statement, 3, jobs->options_id);
    return statement_run(statement);
}

static int update_link(struct jobs *jobs, const struct change *change)
{
    sqlite3_int64 before = 0;
    int rc = which_options(jobs, change->item.id, &before);

    if (rc == SQLITE_OK)
        rc = set_link(jobs, change);
    return rc == SQLITE_OK ? drop_options(jobs, before) : rc;
}

static int move(struct jobs *jobs, const struct store_item *item)
{
    sqlite3_stmt *statement = jobs->statements[SQL_MOVE];

    statement_number(statement, 1, (sqlite3_int64)item->id);
    sqlite3_bind_double(statement, 2, item->place);
    return statement_run(statement);
}

static int remove_row(struct jobs *jobs, uint64_t id)
{
    sqlite3_stmt *statement = jobs->statements[SQL_REMOVE];
    sqlite3_int64 options = 0;
    int rc = which_options(jobs, id, &options);

    if (rc != SQLITE_OK)
        return rc;
    statement_number(statement, 1, (sqlite3_int64)id);
    rc = statement_run(statement);
    return rc == SQLITE_OK ? drop_options(jobs, options) : rc;
}

/* An add and an update hold the newest facts, so each of them makes the ones after it needless. */
static int write_item(struct jobs *jobs, const struct change *change)
{
    if (change->what & CHANGE_REMOVE) {
        int rc = remove_row(jobs, change->item.id);

        if (rc != SQLITE_OK)
            return rc;
    }
    if (change->what & CHANGE_ADD)
        return insert(jobs, change);
    if (change->what & CHANGE_UPDATE) {
        int rc = update(jobs, &change->item);

        return rc == SQLITE_OK && (change->what & CHANGE_LINK) ? update_link(jobs, change) : rc;
    }
    return change->what & CHANGE_MOVE ? move(jobs, &change->item) : SQLITE_OK;
}

static int write_items(struct jobs *jobs, const struct changes *changes)
{
    int rc = SQLITE_OK;

    for (const struct change *change = changes->items; rc == SQLITE_OK && change;
         change = change->hh.next)
        rc = write_item(jobs, change);
    if (rc == SQLITE_OK && changes->last_id > 0) {
        statement_number(jobs->statements[SQL_GIVEN], 1, (sqlite3_int64)changes->last_id);
        rc = statement_run(jobs->statements[SQL_GIVEN]);
    }
    return rc;
}

static int write_setting(struct jobs *jobs, const struct change_setting *setting)
{
    sqlite3_stmt *statement = jobs->statements[setting->value ? SQL_SET : SQL_FORGET];

    statement_text(statement, 1, setting->name);
    if (setting->value)
        statement_text(statement, 2, setting->value);
    return statement_run(statement);
}

static int write_settings(struct jobs *jobs, const struct changes *changes)
{
    int rc = SQLITE_OK;

    for (const struct change_setting *setting = changes->settings; rc == SQLITE_OK && setting;
         setting = setting->hh.next)
        rc = write_setting(jobs, setting);
    return rc;
}

static int write_host(struct jobs *jobs, const struct store_host *host)
{
    bool known = host->no_ranges || host->allowed > 0 || host->rounds > 0 || host->rest_until > 0;
    sqlite3_stmt *statement = jobs->statements[known ? SQL_NOTE_HOST : SQL_FORGET_HOST];

    statement_text(statement, 1, host->name);
    if (known) {
        statement_number(statement, 2, host->no_ranges);
        statement_number(statement, 3, host->allowed);
        statement_number(statement, 4, host->rounds);
        statement_number(statement, 5, host->rest_until);
        statement_number(statement, 6, host->noted_at);
    }
    return statement_run(statement);
}

static int write_hosts(struct jobs *jobs, const struct changes *changes)
{
    int rc = SQLITE_OK;

    for (const struct change_host *host = changes->hosts; rc == SQLITE_OK && host;
         host = host->hh.next)
        rc = write_host(jobs, &host->host);
    return rc;
}

static int write_token(struct jobs *jobs, const struct change_token *token)
{
    sqlite3_stmt *statement = jobs->statements[SQL_NOTE_TOKEN];

    statement_text(statement, 1, token->name);
    statement_number(statement, 2, (sqlite3_int64)token->first);
    statement_number(statement, 3, (sqlite3_int64)token->count);
    return statement_run(statement);
}

static int write_tokens(struct jobs *jobs, const struct changes *changes)
{
    int rc = SQLITE_OK;

    for (const struct change_token *token = changes->tokens; rc == SQLITE_OK && token;
         token = token->hh.next)
        rc = write_token(jobs, token);
    if (rc != SQLITE_OK || !changes->tokens)
        return rc;
    statement_number(jobs->statements[SQL_DROP_TOKENS], 1, STORE_TOKENS_MAX);
    return statement_run(jobs->statements[SQL_DROP_TOKENS]);
}

int jobs_write(struct jobs *jobs, const struct changes *changes)
{
    int rc = db_set_durable(jobs->db, changes->durable);

    jobs->options = NULL;
    if (rc == SQLITE_OK)
        rc = db_exec(jobs->db, "BEGIN IMMEDIATE");
    if (rc == SQLITE_OK)
        rc = write_items(jobs, changes);
    if (rc == SQLITE_OK)
        rc = write_tokens(jobs, changes);
    if (rc == SQLITE_OK)
        rc = write_settings(jobs, changes);
    if (rc == SQLITE_OK)
        rc = write_hosts(jobs, changes);
    if (rc == SQLITE_OK)
        rc = history_write(jobs->history, changes);
    if (rc == SQLITE_OK)
        rc = db_exec(jobs->db, "COMMIT");
    if (rc != SQLITE_OK && !sqlite3_get_autocommit(jobs->db))
        sqlite3_exec(jobs->db, "ROLLBACK", NULL, NULL, NULL); /* can't make it worse */
    return rc;
}

/* A state without a name stops the item, so that a person looks at it. */
static enum haul_state state_from(const char *name)
{
    int state = name ? haul_state_from_name(name) : -1;

    return state < 0 ? HAUL_PAUSED : (enum haul_state)state;
}

static enum store_look look_from(int number)
{
    return number > STORE_LOOK_NONE && number <= STORE_LOOK_FIRST ? (enum store_look)number
                                                                  : STORE_LOOK_NONE;
}

static struct store_item read_row(sqlite3_stmt *row)
{
    const char *error = statement_text_at(row, 3);

    return (struct store_item){.id = (uint64_t)sqlite3_column_int64(row, 0),
                               .place = sqlite3_column_double(row, 1),
                               .state = state_from(statement_text_at(row, 2)),
                               .err = error ? haul_err_from_name(error) : HAUL_OK,
                               .http_status = sqlite3_column_int(row, 4),
                               .tries = (uint32_t)sqlite3_column_int64(row, 5),
                               .total = sqlite3_column_int64(row, 6),
                               .done = (uint64_t)sqlite3_column_int64(row, 7),
                               .added_at = sqlite3_column_int64(row, 8),
                               .started_at = sqlite3_column_int64(row, 9),
                               .finished_at = sqlite3_column_int64(row, 10),
                               .name = statement_text_at(row, 11),
                               .base = statement_text_at(row, 12),
                               .note = statement_text_at(row, 13),
                               .was = statement_text_at(row, 14),
                               .look = look_from(sqlite3_column_int(row, 15)),
                               .url = statement_text_at(row, 16),
                               .mirrors = statement_text_at(row, 17)};
}

/* The options of the item before, read again only when the next item has others. */
struct last_options {
    sqlite3_int64 id;
    char *text;
};

static int read_options(struct jobs *jobs, sqlite3_int64 id, struct last_options *last)
{
    sqlite3_stmt *statement = jobs->statements[SQL_OPTIONS];
    int rc;

    if (last->text && last->id == id)
        return SQLITE_OK;
    statement_number(statement, 1, id);
    rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
        secret_free(last->text);
        last->id = id;
        last->text = xstrdup(statement_text_at(statement, 0));
    }
    statement_reset(statement);
    return rc == SQLITE_ROW ? SQLITE_OK : rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

static int load_one(struct jobs *jobs, sqlite3_int64 id, struct last_options *last,
                    void (*each)(void *ctx, const struct store_item *item), void *ctx)
{
    sqlite3_stmt *row = jobs->statements[SQL_ITEM];
    int rc;

    statement_number(row, 1, id);
    rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        struct store_item item = read_row(row);
        bool optioned = sqlite3_column_type(row, 18) != SQLITE_NULL;

        rc = optioned ? read_options(jobs, sqlite3_column_int64(row, 18), last) : SQLITE_OK;
        item.options = optioned ? last->text : NULL;
        if (rc == SQLITE_OK)
            each(ctx, &item);
    } else if (rc == SQLITE_DONE) {
        rc = SQLITE_CORRUPT;
    }
    statement_reset(row);
    return rc;
}

static int load_next_id(struct jobs *jobs, uint64_t *ret_next_id)
{
    sqlite3_stmt *statement = jobs->statements[SQL_LAST_ID];
    int rc = sqlite3_step(statement);

    if (rc == SQLITE_ROW)
        *ret_next_id = (uint64_t)sqlite3_column_int64(statement, 0) + 1;
    statement_reset(statement);
    return rc == SQLITE_ROW ? SQLITE_OK : rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

/* The order is found first, by ids alone: sorting whole rows would hold all of them in memory. */
int jobs_load(struct jobs *jobs, void (*each)(void *ctx, const struct store_item *item), void *ctx,
              uint64_t *ret_next_id)
{
    sqlite3_stmt *order = jobs->statements[SQL_ORDER];
    struct last_options last = {0};
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && (rc = sqlite3_step(order)) == SQLITE_ROW)
        rc = load_one(jobs, sqlite3_column_int64(order, 0), &last, each, ctx);
    statement_reset(order);
    secret_free(last.text);
    return rc == SQLITE_DONE ? load_next_id(jobs, ret_next_id) : rc;
}

char *jobs_setting(struct jobs *jobs, const char *name)
{
    sqlite3_stmt *statement = jobs->statements[SQL_SETTING];
    char *value = NULL;

    statement_text(statement, 1, name);
    if (sqlite3_step(statement) == SQLITE_ROW)
        xstrset(&value, statement_text_at(statement, 0));
    statement_reset(statement);
    return value;
}

int jobs_load_tokens(struct jobs *jobs, void (*each)(void *ctx, const struct store_token *token),
                     void *ctx)
{
    sqlite3_stmt *row = jobs->statements[SQL_TOKENS];
    int rc;

    while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        struct store_token token = {.token = statement_text_at(row, 0),
                                    .first = (uint64_t)sqlite3_column_int64(row, 1),
                                    .count = (uint64_t)sqlite3_column_int64(row, 2)};

        each(ctx, &token);
    }
    statement_reset(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static struct store_host read_host(sqlite3_stmt *row)
{
    return (struct store_host){.name = statement_text_at(row, 0),
                               .no_ranges = sqlite3_column_int(row, 1) != 0,
                               .allowed = (uint32_t)sqlite3_column_int64(row, 2),
                               .rounds = (uint32_t)sqlite3_column_int64(row, 3),
                               .rest_until = sqlite3_column_int64(row, 4),
                               .noted_at = sqlite3_column_int64(row, 5)};
}

int jobs_load_hosts(struct jobs *jobs, int64_t since,
                    void (*each)(void *ctx, const struct store_host *host), void *ctx)
{
    sqlite3_stmt *row = jobs->statements[SQL_HOSTS];
    int rc;

    statement_number(jobs->statements[SQL_DROP_HOSTS], 1, since);
    rc = statement_run(jobs->statements[SQL_DROP_HOSTS]);
    while (rc == SQLITE_OK && (rc = sqlite3_step(row)) == SQLITE_ROW) {
        struct store_host host = read_host(row);

        each(ctx, &host);
        rc = SQLITE_OK;
    }
    statement_reset(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}
