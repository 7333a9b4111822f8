/* What was removed leaves nothing behind.
 *
 * SQLite overwrites what it deletes (secure_delete), but copies of rows that it moved between pages
 * stay in the pages' free space, and the log has the pages of before. So the log is emptied after
 * each commit that took something out, and the database is written anew: at once where that takes
 * some milliseconds or much was taken out, else a while later, or by the next haul.
 *
 * Invariant: the log is emptied only when no copies are left, or the database says that there are
 * (NOTE). So the next one finds a log, or the note. */

#include "store/scrub.h"

#include <malloc.h>

#include "store/db.h"

#define SMALL       512  /* pages that are written anew in some milliseconds */
#define QUICK       8192 /* and in some tenths of a second */
#define PAGES_A_ROW 8    /* what a row that was taken out has to pay for at most */
#define MS_A_PAGE   2    /* some thirty times what a page takes */

#define NOTE "copies-left" /* among the settings, whose other names are those of options */

int scrub_init(struct scrub *scrub, sqlite3 *db, bool unclean)
{
    sqlite3_int64 notes = 0;
    int rc = db_number(db, "SELECT count(*) FROM settings WHERE name = '" NOTE "'", &notes);

    if (rc == SQLITE_OK)
        rc = db_number(db, "PRAGMA page_count", &scrub->pages);
    scrub->log_left = unclean;
    scrub->noted = notes > 0;
    scrub->copies_left = unclean || notes > 0;
    return rc;
}

static int note(struct scrub *scrub, sqlite3 *db)
{
    int rc = SQLITE_OK;

    if (!scrub->noted)
        rc = db_exec(db, "INSERT OR REPLACE INTO settings VALUES ('" NOTE "', '1')");
    scrub->noted = scrub->noted || rc == SQLITE_OK;
    return rc;
}

static int write_anew(struct scrub *scrub, sqlite3 *db)
{
    int rc = db_exec(db, "VACUUM");

    if (rc == SQLITE_OK && scrub->noted)
        rc = db_exec(db, "DELETE FROM settings WHERE name = '" NOTE "'");
    if (rc != SQLITE_OK)
        return rc;
    scrub->noted = scrub->copies_left = false;
    scrub->taken_out = 0;
    malloc_trim(0); /* it was all in memory */
    return SQLITE_OK;
}

static int empty_log(struct scrub *scrub, sqlite3 *db)
{
    int rc = db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)");

    scrub->log_left = rc != SQLITE_OK;
    return rc;
}

/* Pages that hold something. */
static sqlite3_int64 count_pages(struct scrub *scrub, sqlite3 *db)
{
    sqlite3_int64 unused = 0;
    int rc = db_number(db, "PRAGMA page_count", &scrub->pages);

    if (rc == SQLITE_OK)
        rc = db_number(db, "PRAGMA freelist_count", &unused);
    return rc == SQLITE_OK ? scrub->pages - unused : scrub->pages;
}

/* A database that can't be written anew now (a full disk) is one with copies. */
int scrub_commit(struct scrub *scrub, sqlite3 *db, uint64_t taken_out)
{
    sqlite3_int64 pages;
    int rc = SQLITE_BUSY;

    if (taken_out == 0 && !scrub->log_left)
        return SQLITE_OK;
    scrub->log_left = true;
    scrub->copies_left = scrub->copies_left || taken_out > 0;
    scrub->taken_out += taken_out;
    pages = count_pages(scrub, db);
    if (pages <= SMALL || scrub->taken_out >= (uint64_t)pages / PAGES_A_ROW)
        rc = write_anew(scrub, db);
    if (rc != SQLITE_OK)
        rc = note(scrub, db);
    return rc == SQLITE_OK ? empty_log(scrub, db) : rc;
}

uint64_t scrub_owed_ms(const struct scrub *scrub)
{
    return scrub->copies_left ? (uint64_t)(scrub->pages + 1) * MS_A_PAGE : 0;
}

int scrub_anew(struct scrub *scrub, sqlite3 *db)
{
    int rc = write_anew(scrub, db);

    return rc == SQLITE_OK ? empty_log(scrub, db) : rc;
}

int scrub_close(struct scrub *scrub, sqlite3 *db)
{
    int rc;

    if (!scrub->copies_left)
        return SQLITE_OK;
    if (count_pages(scrub, db) <= QUICK)
        return scrub_anew(scrub, db);
    rc = note(scrub, db);
    return rc == SQLITE_OK ? empty_log(scrub, db) : rc;
}
