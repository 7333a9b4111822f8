#ifndef STORE_SCRUB_H
#define STORE_SCRUB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "haul/attr.h"

/* Sees to it that what was deleted or replaced is in no file of the database any more: links and
 * options may be secret. For the thread that has the connection, but for scrub_owed_ms(). Functions
 * that return int return SQLite's result code. */
struct scrub {
    bool log_left;      /* the log may hold what was taken out */
    bool copies_left;   /* and so may pages */
    bool noted;         /* which the database says itself */
    uint64_t taken_out; /* rows, since it was last written anew */
    sqlite3_int64 pages;
};

/* At start. UNCLEAN: the log was left by one who was killed. */
HAUL_CHECKED int scrub_init(struct scrub *scrub, sqlite3 *db, bool unclean);

/* After a commit that took out TAKEN_OUT rows. Empties the log, and writes a small database anew,
 * or one that lost much. */
HAUL_CHECKED int scrub_commit(struct scrub *scrub, sqlite3 *db, uint64_t taken_out);

/* For how long scrub_anew() may wait, in milliseconds, 0: it has nothing to do. The larger the
 * database the longer, so that it takes a small share of the time whatever is removed. */
uint64_t scrub_owed_ms(const struct scrub *scrub);

/* Writes the database anew, as large as it is, and all of it is in memory meanwhile. */
HAUL_CHECKED int scrub_anew(struct scrub *scrub, sqlite3 *db);

/* At the end, where somebody waits: a database that takes longer is left to the next one, which
 * learns of it. */
HAUL_CHECKED int scrub_close(struct scrub *scrub, sqlite3 *db);

#endif
