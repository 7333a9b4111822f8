/* The history in the database.
 *
 * An entry is found by the key of its link, of its final link, or by its digest: each has an index
 * that ends with the time, so that the newest few are read and nothing else, however often one link
 * was fetched. What can't be found (it failed, its size is not known) is in none of them.
 *
 * Invariant: no call here looks at more than some ten thousand entries: the one connection there is
 * also has adds to write. */

#include "store/history.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/filter.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/scrub.h"
#include "store/statement.h"

#define LOOKED_AT_MOST  20000
#define FORGOTTEN_MOST  2000
#define MATCHES_OF_EACH "8"

enum sql {
    SQL_WRITE,
    SQL_ANY,
    SQL_BY_URL,
    SQL_BY_FINAL,
    SQL_BY_DIGEST,
    SQL_WALK,
    SQL_DELETE,
    SQL_BEHIND,
    SQL_COUNT
};

#define COLUMNS                                                                                    \
    "id, state, skipped, error, http_status, size, added_at, finished_at, url, final_url, host,"   \
    " dir, name, digest, etag"

#define FIND(key)                                                                                  \
    "SELECT " COLUMNS " FROM history WHERE " key " = ?1 ORDER BY finished_at DESC"                 \
    " LIMIT " MATCHES_OF_EACH

static const char *const texts[SQL_COUNT] = {
    [SQL_WRITE] = "INSERT OR REPLACE INTO history (" COLUMNS ", url_key, final_key, digest_key)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
                  " ?16, ?17, ?18)",
    [SQL_ANY] = "SELECT EXISTS (SELECT 1 FROM history)",
    [SQL_BY_URL] = FIND("url_key"),
    [SQL_BY_FINAL] = FIND("final_key"),
    [SQL_BY_DIGEST] = FIND("digest_key"),
    [SQL_WALK] = "SELECT " COLUMNS " FROM history WHERE (finished_at, id) <= (?1, ?2)"
                 " ORDER BY finished_at DESC, id DESC LIMIT ?3",
    [SQL_DELETE] = "DELETE FROM history WHERE id = ?1",
    [SQL_BEHIND] = "SELECT finished_at, id FROM history ORDER BY finished_at DESC, id DESC"
                   " LIMIT 1 OFFSET ?1",
};

struct history {
    sqlite3 *db;
    struct scrub *scrub;
    sqlite3_stmt *statements[SQL_COUNT];
};

int history_new(sqlite3 *db, struct scrub *scrub, struct history **ret_history)
{
    struct history *history = xcalloc(1, sizeof *history);
    int rc = SQLITE_OK;

    history->db = db;
    history->scrub = scrub;
    for (size_t i = 0; rc == SQLITE_OK && i < SQL_COUNT; i++)
        rc = sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                &history->statements[i], NULL);
    if (rc != SQLITE_OK) {
        history_free(history);
        return rc;
    }
    *ret_history = history;
    return SQLITE_OK;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(history->statements[i]);
    free(history);
}

static void bind_key(sqlite3_stmt *statement, int at, uint64_t key)
{
    if (key != 0)
        statement_number(statement, at, (sqlite3_int64)key);
}

static int write_entry(struct history *history, const struct store_entry *entry)
{
    sqlite3_stmt *statement = history->statements[SQL_WRITE];
    const struct haul_past *past = &entry->past;

    statement_number(statement, 1, (sqlite3_int64)past->id);
    statement_text(statement, 2, haul_state_name(past->state));
    statement_number(statement, 3, past->skipped);
    statement_text(statement, 4, past->err == HAUL_OK ? NULL : haul_err_name(past->err));
    statement_number(statement, 5, past->http_status);
    statement_number(statement, 6, past->size);
    statement_number(statement, 7, past->added_at);
    statement_number(statement, 8, past->finished_at);
    statement_text(statement, 9, past->url);
    statement_text(statement, 10, past->final_url);
    statement_text(statement, 11, past->host);
    statement_text(statement, 12, past->dir);
    statement_text(statement, 13, past->name);
    statement_text(statement, 14, past->digest);
    statement_text(statement, 15, entry->etag);
    bind_key(statement, 16, entry->url_key);
    bind_key(statement, 17, entry->final_key);
    statement_text(statement, 18, entry->by_digest ? past->digest : NULL);
    return statement_run(statement);
}

int history_write(struct history *history, const struct changes *changes)
{
    int rc = SQLITE_OK;

    for (const struct change_entry *change = changes->entries; rc == SQLITE_OK && change;
         change = change->hh.next)
        rc = write_entry(history, &change->entry);
    return rc;
}

int history_any(struct history *history, bool *ret_any)
{
    sqlite3_stmt *statement = history->statements[SQL_ANY];
    int rc = sqlite3_step(statement);

    if (rc == SQLITE_ROW)
        *ret_any = sqlite3_column_int(statement, 0) != 0;
    statement_reset(statement);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* The present row, its texts valid until the next step. */
static struct haul_past read_past(sqlite3_stmt *row)
{
    const char *state = statement_text_at(row, 1), *error = statement_text_at(row, 3);
    int known = state ? haul_state_from_name(state) : -1;

    return (struct haul_past){.id = (uint64_t)sqlite3_column_int64(row, 0),
                              .state = known < 0 ? HAUL_FAILED : (enum haul_state)known,
                              .skipped = sqlite3_column_int(row, 2) != 0,
                              .err = error ? haul_err_from_name(error) : HAUL_OK,
                              .http_status = sqlite3_column_int(row, 4),
                              .size = sqlite3_column_int64(row, 5),
                              .added_at = sqlite3_column_int64(row, 6),
                              .finished_at = sqlite3_column_int64(row, 7),
                              .url = (char *)(uintptr_t)statement_text_at(row, 8),
                              .final_url = (char *)(uintptr_t)statement_text_at(row, 9),
                              .host = (char *)(uintptr_t)statement_text_at(row, 10),
                              .dir = (char *)(uintptr_t)statement_text_at(row, 11),
                              .name = (char *)(uintptr_t)statement_text_at(row, 12),
                              .digest = (char *)(uintptr_t)statement_text_at(row, 13)};
}

static void add_match(struct history_matches *matches, sqlite3_stmt *row, size_t index,
                      enum store_found_by by)
{
    struct haul_past past = read_past(row);
    const char *etag = statement_text_at(row, 14);
    struct store_match *match;

    matches->items =
        array_reserve(matches->items, matches->count, &matches->size, sizeof *matches->items);
    match = &matches->items[matches->count++];
    *match = (struct store_match){.question = index, .by = by};
    haul_past_copy(&match->entry.past, &past);
    match->entry.etag = etag ? xstrdup(etag) : NULL;
}

/* What FIND gives for the value that is bound. */
static int read_matches(sqlite3_stmt *row, size_t index, enum store_found_by by,
                        struct history_matches *matches)
{
    int rc;

    while ((rc = sqlite3_step(row)) == SQLITE_ROW)
        add_match(matches, row, index, by);
    statement_reset(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int history_find(struct history *history, const struct store_question *question, size_t index,
                 struct history_matches *matches)
{
    sqlite3_stmt *by_url = history->statements[SQL_BY_URL];
    sqlite3_stmt *by_final = history->statements[SQL_BY_FINAL];
    sqlite3_stmt *by_digest = history->statements[SQL_BY_DIGEST];
    int rc = SQLITE_OK;

    if (question->url_key != 0) {
        bind_key(by_url, 1, question->url_key);
        rc = read_matches(by_url, index, STORE_BY_URL, matches);
    }
    if (question->url_key != 0 && rc == SQLITE_OK) {
        bind_key(by_final, 1, question->url_key);
        rc = read_matches(by_final, index, STORE_BY_FINAL, matches);
    }
    if (question->digest && rc == SQLITE_OK) {
        statement_text(by_digest, 1, question->digest);
        rc = read_matches(by_digest, index, STORE_BY_DIGEST, matches);
    }
    return rc;
}

void history_matches_fini(struct history_matches *matches)
{
    for (size_t i = 0; i < matches->count; i++)
        store_entry_fini(&matches->items[i].entry);
    free(matches->items);
    *matches = (struct history_matches){0};
}

static bool fits(const struct filter *filter, const struct haul_past *past)
{
    struct haul_brief brief = {
        .id = past->id,
        .state = past->state,
        .http_status = past->http_status,
        .total = past->size,
        .done = past->state == HAUL_DONE && past->size > 0 ? (uint64_t)past->size : 0,
        .eta = -1,
        .added_at = past->added_at,
        .finished_at = past->finished_at,
        .name = past->name,
        .url = past->url,
        .dir = past->dir};

    return !filter || filter_fits(filter, &brief);
}

/* Goes on behind PAST. */
static void move_on(struct history_walk *walk, const struct haul_past *past)
{
    walk->from = past->id > 0 ? (struct store_mark){past->finished_at, past->id - 1}
                              : (struct store_mark){past->finished_at - 1, INT64_MAX};
}

/* Calls TAKE for each that fits. */
static int go_through(struct history *history, struct history_walk *walk,
                      void (*take)(struct history_walk *walk, const struct haul_past *past))
{
    sqlite3_stmt *row = history->statements[SQL_WALK];
    size_t looked_at = 0;
    int rc = SQLITE_ROW;

    statement_number(row, 1, walk->from.finished_at);
    statement_number(row, 2, (sqlite3_int64)walk->from.id);
    statement_number(row, 3, LOOKED_AT_MOST);
    while (walk->count < walk->most && (rc = sqlite3_step(row)) == SQLITE_ROW) {
        struct haul_past past = read_past(row);

        looked_at++;
        move_on(walk, &past);
        if (fits(walk->filter, &past))
            take(walk, &past);
    }
    statement_reset(row);
    walk->over = rc == SQLITE_DONE && looked_at < LOOKED_AT_MOST;
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static void take_copy(struct history_walk *walk, const struct haul_past *past)
{
    haul_past_copy(&walk->entries[walk->count++], past);
}

int history_page(struct history *history, struct history_walk *walk)
{
    walk->entries = xcalloc(walk->most + 1, sizeof *walk->entries);
    return go_through(history, walk, take_copy);
}

void history_walk_fini(struct history_walk *walk)
{
    for (size_t i = 0; walk->entries && i < walk->count; i++)
        haul_past_fini(&walk->entries[i]);
    free(walk->entries);
    walk->entries = NULL;
    walk->count = 0;
}

/* Only the number: to delete within the walk would move what it goes through. */
static void take_id(struct history_walk *walk, const struct haul_past *past)
{
    walk->entries[walk->count++].id = past->id;
}

static int delete_taken(struct history *history, const struct history_walk *walk)
{
    sqlite3_stmt *statement = history->statements[SQL_DELETE];
    int rc = db_exec(history->db, "BEGIN IMMEDIATE");

    for (size_t i = 0; rc == SQLITE_OK && i < walk->count; i++) {
        statement_number(statement, 1, (sqlite3_int64)walk->entries[i].id);
        rc = statement_run(statement);
    }
    if (rc == SQLITE_OK)
        rc = db_exec(history->db, "COMMIT");
    if (rc != SQLITE_OK && !sqlite3_get_autocommit(history->db))
        sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL); /* can't make it worse */
    return rc;
}

int history_forget(struct history *history, struct history_walk *walk)
{
    size_t count;
    int rc;

    walk->most = FORGOTTEN_MOST;
    walk->entries = xcalloc(walk->most, sizeof *walk->entries);
    rc = go_through(history, walk, take_id);
    if (rc == SQLITE_OK && walk->count > 0)
        rc = delete_taken(history, walk);
    count = walk->count;
    history_walk_fini(walk);
    walk->count = rc == SQLITE_OK ? count : 0;
    return rc;
}

int history_end_of_kept(struct history *history, uint64_t kept, int64_t since,
                        struct store_mark *ret_mark)
{
    sqlite3_stmt *row = history->statements[SQL_BEHIND];
    struct store_mark mark = {since - 1, INT64_MAX};
    int rc;

    statement_number(row, 1, (sqlite3_int64)MIN(kept, (uint64_t)INT64_MAX));
    rc = sqlite3_step(row);
    if (rc == SQLITE_ROW && sqlite3_column_int64(row, 0) >= since)
        mark = (struct store_mark){sqlite3_column_int64(row, 0),
                                   (uint64_t)sqlite3_column_int64(row, 1)};
    statement_reset(row);
    *ret_mark = mark;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int history_scrub(struct history *history, uint64_t count)
{
    return scrub_commit(history->scrub, history->db, count);
}
