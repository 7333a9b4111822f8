#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

#include <sqlite3.h>

/* Short words for prepared statements. Each is reset right after its use, so that none keeps a
 * transaction or a text of the caller. Any one thread at a time. */

/* TEXT is borrowed until the statement is reset, NULL is fine. Its bytes are kept as they are,
 * UTF-8 or not. */
static inline void statement_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static inline void statement_number(sqlite3_stmt *statement, int at, sqlite3_int64 number)
{
    sqlite3_bind_int64(statement, at, number);
}

static inline void statement_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

/* For statements that give no row. */
static inline int statement_run(sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);

    statement_reset(statement);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* A text of the present row, valid until the next step; NULL for none. */
static inline const char *statement_text_at(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

#endif
