/* The tables, and the steps from each of their versions to the next.
 *
 * The version stands in user_version. A step that was released is never changed: a new version is a
 * new row at the end of the table, and every older database takes the steps one by one.
 *
 * States and errors are kept by their names, which are part of the protocol and so never change;
 * the numbers of an enum do. */

#include "store/schema.h"

#include <stdio.h>

#include "base/mem.h"
#include "store/db.h"

static const char *const steps[] = {
    [0] = "CREATE TABLE options ("
          "  id INTEGER PRIMARY KEY,"
          "  text TEXT NOT NULL UNIQUE" /* one row for all items that share it */
          ") STRICT;"
          "CREATE TABLE items ("
          "  id INTEGER PRIMARY KEY,"
          "  place REAL NOT NULL,"
          "  state TEXT NOT NULL,"
          "  error TEXT," /* NULL: none */
          "  http_status INTEGER NOT NULL,"
          "  tries INTEGER NOT NULL,"
          "  total INTEGER NOT NULL," /* -1: not known */
          "  done INTEGER NOT NULL,"
          "  added_at INTEGER NOT NULL," /* ms since 1970; 0: never */
          "  started_at INTEGER NOT NULL,"
          "  finished_at INTEGER NOT NULL,"
          "  url TEXT NOT NULL,"
          "  options INTEGER REFERENCES options (id),"
          "  mirrors TEXT,"
          "  name TEXT,"
          "  base TEXT,"
          "  note TEXT"
          ") STRICT;"
          "CREATE INDEX items_by_options ON items (options);"
          "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
          "  STRICT, WITHOUT ROWID;"
          "CREATE TABLE given (last INTEGER NOT NULL) STRICT;" /* the highest id there ever was */
          "INSERT INTO given VALUES (0);",
    [1] = "ALTER TABLE items ADD COLUMN was TEXT;", /* link in the partial's record, NULL: url */
    [2] = "CREATE TABLE hosts ("
          "  name TEXT PRIMARY KEY,"
          "  no_ranges INTEGER NOT NULL,"
          "  allowed INTEGER NOT NULL," /* connections; 0: nothing learned */
          "  rounds INTEGER NOT NULL,"
          "  rest_until INTEGER NOT NULL," /* ms since 1970; 0: none */
          "  noted_at INTEGER NOT NULL"
          ") STRICT, WITHOUT ROWID;",
    [3] = "CREATE TABLE history ("
          "  id INTEGER PRIMARY KEY," /* the item's, which may be gone */
          "  state TEXT NOT NULL,"
          "  skipped INTEGER NOT NULL,"
          "  error TEXT,"
          "  http_status INTEGER NOT NULL,"
          "  size INTEGER NOT NULL," /* -1: not known */
          "  added_at INTEGER NOT NULL,"
          "  finished_at INTEGER NOT NULL,"
          "  url TEXT NOT NULL," /* links without anything secret */
          "  final_url TEXT,"    /* NULL: the same, or not known */
          "  host TEXT NOT NULL,"
          "  dir TEXT NOT NULL,"
          "  name TEXT NOT NULL,"
          "  digest TEXT,"
          "  etag TEXT,"
          "  url_key INTEGER," /* what it is found by; NULL: it is not */
          "  final_key INTEGER,"
          "  digest_key TEXT"
          ") STRICT;"
          "CREATE INDEX history_by_end ON history (finished_at);"
          "CREATE INDEX history_by_url ON history (url_key, finished_at)"
          "  WHERE url_key IS NOT NULL;"
          "CREATE INDEX history_by_final ON history (final_key, finished_at)"
          "  WHERE final_key IS NOT NULL;"
          "CREATE INDEX history_by_digest ON history (digest_key, finished_at)"
          "  WHERE digest_key IS NOT NULL;",
    [4] = "CREATE TABLE adds (" /* those that may be asked for again, the newest last */
          "  number INTEGER PRIMARY KEY,"
          "  token TEXT NOT NULL UNIQUE,"
          "  first INTEGER NOT NULL," /* the ids that it got */
          "  count INTEGER NOT NULL"
          ") STRICT;",
    [5] = "ALTER TABLE items ADD COLUMN look INTEGER NOT NULL DEFAULT 0;", /* enum store_look */
};

int schema_newest(void)
{
    return (int)COUNT_OF(steps);
}

int schema_version(sqlite3 *db, int *ret_version)
{
    sqlite3_int64 version = 0, tables = 0;
    int rc = db_number(db, "PRAGMA user_version", &version);

    if (rc == SQLITE_OK && version <= 0)
        rc = db_number(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != SQLITE_OK)
        return rc;
    if (version < 0 || tables > 0)
        return SQLITE_NOTADB;
    *ret_version = (int)version;
    return SQLITE_OK;
}

static int take_step(sqlite3 *db, int from)
{
    char finish[64];
    int rc = db_exec(db, "BEGIN IMMEDIATE");

    snprintf(finish, sizeof finish, "PRAGMA user_version = %d; COMMIT", from + 1);
    if (rc == SQLITE_OK)
        rc = db_exec(db, steps[from]);
    if (rc == SQLITE_OK)
        rc = db_exec(db, finish);
    return rc;
}

int schema_migrate(sqlite3 *db, int version)
{
    int rc = SQLITE_OK;

    for (int from = version; rc == SQLITE_OK && from < schema_newest(); from++)
        rc = take_step(db, from);
    return rc;
}
