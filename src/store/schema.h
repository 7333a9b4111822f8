#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>

#include "haul/attr.h"

/* The tables, and the steps from each of their versions to the next. */

/* The newest version this haul knows. */
int schema_newest(void);

/* The version of the tables in DB, 0 for an empty database; SQLITE_NOTADB when the tables are not
 * ours. Writes nothing. */
HAUL_CHECKED int schema_version(sqlite3 *db, int *ret_version);

/* Takes the tables from VERSION to the newest, one transaction a step; does nothing when they are
 * there already. Returns SQLite's result code. */
HAUL_CHECKED int schema_migrate(sqlite3 *db, int version);

#endif
