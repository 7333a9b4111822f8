#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include <sqlite3.h>

#include "store/changes.h"
#include "store/store.h"

/* Items, settings and hosts in the database, through statements that are prepared once. Any one
 * thread at a time. Functions that return int return SQLite's result code. */

struct history;
struct jobs;

/* DB, with the newest tables, and HISTORY must live longer. */
HAUL_CHECKED int jobs_new(sqlite3 *db, struct history *history, struct jobs **ret_jobs);
void jobs_free(struct jobs *jobs); /* NULL is fine */

/* Writes all of CHANGES in one transaction, or nothing. */
HAUL_CHECKED int jobs_write(struct jobs *jobs, const struct changes *changes);

/* Calls EACH for every item in the order of the places. Neighbours with the same options get the
 * same pointer. */
HAUL_CHECKED int jobs_load(struct jobs *jobs,
                           void (*each)(void *ctx, const struct store_item *item), void *ctx,
                           uint64_t *ret_next_id);

/* A setting's value, newly allocated; NULL when there is none or it can't be read. */
char *jobs_setting(struct jobs *jobs, const char *name);

/* Calls EACH for the adds that are remembered, the oldest first. */
HAUL_CHECKED int jobs_load_tokens(struct jobs *jobs,
                                  void (*each)(void *ctx, const struct store_token *token),
                                  void *ctx);
/* Drops the hosts noted before SINCE, and calls EACH for the others. */
HAUL_CHECKED int jobs_load_hosts(struct jobs *jobs, int64_t since,
                                 void (*each)(void *ctx, const struct store_host *host), void *ctx);

#endif
