/* The file of a database and the connection to it.
 *
 * The connection is this process's alone (locking_mode EXCLUSIVE): a second haul can't get between,
 * and the write-ahead log needs no shared memory, which home folders on a network don't have. One
 * thread uses the connection at a time; which one may change.
 *
 * What a commit survives: with synchronous=NORMAL the log is written but not synced, which is
 * enough for kill -9 (the pages are the kernel's then) and not for a power cut; with FULL each
 * commit syncs the log, and it survives both. In either mode a power cut loses the newest commits
 * at most and never damages the database. */

#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "haul/log.h"

#define BUSY_MS      200 /* for somebody who looks into it; who has it is asked then (knock.c) */
#define LOG_KEPT     "4194304"
#define ASIDE_MAX    1000u
#define CHECK_ALWAYS 16384 /* pages up to which the database is checked at each start */

static enum haul_err make_folder(const char *path, struct haul_error *err)
{
    char *copy = xstrdup(path);
    enum haul_err code = path_make_dirs(dirname(copy), 0700, err);

    free(copy);
    return code;
}

enum haul_err db_make_file(const char *path, struct haul_error *err)
{
    struct stat st;
    int fd;

    if (make_folder(path, err) != HAUL_OK)
        return err->code;
    fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return haul_fail_errno(err, HAUL_E_STORE, errno, "can't open the queue's file %s", path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return haul_fail(err, HAUL_E_STORE, "the queue's file %s is not a plain file; remove it",
                         path);
    }
    /* The log gets the mode of the database, so this covers both. */
    if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) != 0) {
        int saved = errno;

        close(fd);
        return haul_fail_errno(err, HAUL_E_STORE, saved,
                               "can't close the queue's file %s to other users", path);
    }
    close(fd);
    return HAUL_OK;
}

int db_exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int db_number(sqlite3 *db, const char *sql, sqlite3_int64 *ret_value)
{
    sqlite3_stmt *statement;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int db_connect(const char *path, sqlite3 **ret_db)
{
    int rc = sqlite3_open_v2(path, ret_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc != SQLITE_OK)
        return rc;
    sqlite3_extended_result_codes(*ret_db, 1);
    sqlite3_busy_timeout(*ret_db, BUSY_MS);
    return db_exec(*ret_db, "PRAGMA locking_mode = EXCLUSIVE");
}

/* The errno of the last read or write that failed, 0 when none did. Calls that deal with an I/O
 * error by themselves (a commit, a check) leave it only with the file. */
static int cause_of(sqlite3 *db)
{
    sqlite3_file *log = NULL;
    int sys_errno = 0;

    if (!db)
        return 0;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &sys_errno);
    if (sys_errno == 0)
        sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &sys_errno);
    return sys_errno ? sys_errno : sqlite3_system_errno(db);
}

/* Damage comes from power cuts on disks that lie, so after a clean end a large database is
 * believed: the check reads all of it, 2 ms a MiB. */
static int check(sqlite3 *db, bool unclean)
{
    sqlite3_int64 pages = 0, findings = 0;
    int rc = db_number(db, "PRAGMA page_count", &pages);

    if (rc != SQLITE_OK || pages == 0)
        return rc;
    if (pages > CHECK_ALWAYS && !unclean)
        return SQLITE_OK;
    rc = db_number(db, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'",
                   &findings);
    return rc == SQLITE_OK && findings > 0 ? SQLITE_CORRUPT : rc;
}

int db_take(sqlite3 *db, bool *ret_unclean)
{
    const char *log = sqlite3_filename_wal(sqlite3_db_filename(db, "main"));
    struct stat st;
    int rc;

    *ret_unclean = stat(log, &st) == 0 && st.st_size > 0;
    rc = check(db, *ret_unclean);
    if (rc != SQLITE_OK)
        return rc;
    return db_exec(db, "PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL;"
                       "PRAGMA journal_size_limit = " LOG_KEPT ";"
                       "PRAGMA temp_store = MEMORY;"
                       "PRAGMA secure_delete = ON;" /* options may hold passwords */
                       "PRAGMA cell_size_check = ON;");
}

void db_close(sqlite3 *db, bool checkpoint)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !checkpoint, NULL);
    sqlite3_close(db);
}

int db_set_durable(sqlite3 *db, bool durable)
{
    return db_exec(db, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

bool db_is_damaged(sqlite3 *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:            /* another program's tables */
        return cause_of(db) == 0; /* SQLite takes a page that can't be read for a bad one */
    default:
        return false;
    }
}

enum haul_err db_fail(struct haul_error *err, sqlite3 *db, int rc, const char *path)
{
    int sys_errno = cause_of(db);

    switch (rc & 0xff) {
    case SQLITE_FULL:
        return haul_fail_errno(err, HAUL_E_DISK, ENOSPC, "can't keep the queue in %s", path);
    case SQLITE_BUSY:
        return haul_fail(err, HAUL_E_STORE, "another haul has the queue in %s", path);
    default:
        break;
    }
    if (sys_errno == ENOSPC || sys_errno == EDQUOT)
        return haul_fail_errno(err, HAUL_E_DISK, sys_errno, "can't keep the queue in %s", path);
    if (sys_errno != 0)
        return haul_fail_errno(err, HAUL_E_STORE, sys_errno, "can't keep the queue in %s", path);
    if (db_is_damaged(db, rc))
        return haul_fail(err, HAUL_E_STORE, "the queue in %s is damaged; move it away", path);
    return haul_fail(err, HAUL_E_STORE, "can't keep the queue in %s: %s", path, sqlite3_errstr(rc));
}

/* Where SQLite's locks are in a file, by its file format: they belong to a process. */
#define LOCKS_AT  0x40000000
#define LOCKS_LEN 512

long db_holder(const char *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_start = LOCKS_AT, .l_len = LOCKS_LEN};
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    bool told = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

    if (fd >= 0)
        close(fd);
    return told ? (long)lock.l_pid : 0;
}

/* The log goes first: left beside a new database it would be taken for the new one's. */
static const char *const suffixes[] = {"-wal", "-shm", ""};

static char *aside_path(const char *path, const char *suffix, unsigned number)
{
    return xasprintf("%s.damaged-%u%s", path, number, suffix);
}

/* No file has that number, so that what belongs together gets the same one. */
static bool is_free(const char *path, unsigned number)
{
    bool found = false;

    for (size_t i = 0; !found && i < COUNT_OF(suffixes); i++) {
        char *aside = aside_path(path, suffixes[i], number);
        struct stat st;

        found = lstat(aside, &st) == 0;
        free(aside);
    }
    return !found;
}

/* False when a file of that name is in the way or the rename failed; a missing file is fine. */
static bool move_one(const char *path, const char *suffix, unsigned number)
{
    char *from = xasprintf("%s%s", path, suffix);
    char *to = aside_path(path, suffix, number);
    bool moved = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;

    if (!moved)
        moved = errno == ENOENT;
    free(from);
    free(to);
    return moved;
}

enum haul_err db_move_aside(const char *path, struct haul_error *err)
{
    unsigned number = 1;

    while (number < ASIDE_MAX && !is_free(path, number))
        number++;
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        if (!move_one(path, suffixes[i], number))
            return haul_fail_errno(err, HAUL_E_STORE, errno,
                                   "the queue in %s is damaged and can't be moved aside", path);
    }
    LOG_WARN(store, "the queue in %s is damaged; it is kept as %s.damaged-%u", path, path, number);
    return HAUL_OK;
}
