#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "haul/error.h"

/* The file of a database and the connection to it. Functions that return int return SQLite's
 * result code, so that db_fail() and db_is_damaged() can judge it. */

/* Makes the folder (0700) and the file (0600) when they are missing, and closes the file to other
 * users when it is open to them. Blocks. */
HAUL_CHECKED enum haul_err db_make_file(const char *path, struct haul_error *err);

/* Connects; reads and writes nothing yet. On failure *ret_db is set all the same, for db_fail(),
 * and closed with db_close(). */
HAUL_CHECKED int db_connect(const char *path, sqlite3 **ret_db);

/* Takes the database for this process alone, checks it after an unclean end (then *ret_unclean is
 * set), and sets the ways of writing. From here on the file may be changed. */
HAUL_CHECKED int db_take(sqlite3 *db, bool *ret_unclean);

/* Closes, and with CHECKPOINT moves what is in the log into the database first. Without, the files
 * are left as they are. NULL is fine. */
void db_close(sqlite3 *db, bool checkpoint);

/* Runs SQL without results. */
HAUL_CHECKED int db_exec(sqlite3 *db, const char *sql);

/* The first number that the query SQL gives, *ret_value untouched when there is no row. */
HAUL_CHECKED int db_number(sqlite3 *db, const char *sql, sqlite3_int64 *ret_value);

/* Whether commits survive a power cut (one fsync each) or only the end of the process. Not inside a
 * transaction. */
HAUL_CHECKED int db_set_durable(sqlite3 *db, bool durable);

/* True when RC, the result of the last call on DB, says that the content is not a database of ours,
 * and not only that it could not be read. */
bool db_is_damaged(sqlite3 *db, int rc);

/* Fills *err for RC, the result of the last call on DB: what failed, on which file. */
enum haul_err db_fail(struct haul_error *err, sqlite3 *db, int rc, const char *path);

/* Renames PATH and the files that belong to it to PATH.damaged-N. */
HAUL_CHECKED enum haul_err db_move_aside(const char *path, struct haul_error *err);

/* The process that has the database at PATH, which this one has not; 0: none, or it can't be told.
 */
long db_holder(const char *path);

#endif
