#ifndef ENGINE_MIRRORS_H
#define ENGINE_MIRRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/speed.h"
#include "engine/validate.h"
#include "haul/error.h"

struct haul_detail;
struct host;
struct net_transfer;
struct proof;
struct transfer;

/* The sources of one file: the link of an item and its mirrors, for one run of the item.
 *
 * The first one that answers is the lead: what it sends is the file. No byte of another one is used
 * before that has proved to be the same file: it sends a sample of what is here already, of a file
 * of the same size, and has a validator of its own that its further answers must show. What it
 * brought then is looked at once more in the end (doubt.h). */

enum source_state {
    SOURCE_UNTRIED,  /* nothing is known of it, or it failed and may be tried again */
    SOURCE_CHECKING, /* the sample is on its way */
    SOURCE_PROVEN,   /* sends the same file */
    SOURCE_DROPPED,  /* another file, or failed too often: never again in this run */
};

struct source {
    char *url;
    char *shown;
    struct host *host;
    bool foreign; /* at another origin than the item's link, whose secrets it must not see */
    enum source_state state;
    char *etag; /* its own validators; weak ones are left out */
    char *modified;
    bool no_if;          /* sends the whole file where If-Range is said: so it is not */
    bool no_if_works;    /* and that brought a part */
    char *why;           /* it failed or was dropped, NULL: it did not */
    unsigned strikes;    /* failures in a row */
    uint64_t not_before; /* ticks */
    unsigned connections;
    uint64_t came;
    bool differs; /* it sends another file */
    struct speed speed;
    struct proof *proof; /* while it is checked */
};

/* Which of COUNT sources gets the next connection: the one where it will bring most, if the rate
 * that each has now is shared by one more. One without a rate counts as the mean of the others.
 * ROOM tells of each whether it may have one. COUNT when none may. Pure. */
size_t source_pick(const struct source *sources, const bool *room, size_t count, uint64_t now);

/* The sources of TRANSFER's item; the first one is the lead. */
void mirrors_begin(struct transfer *transfer);
/* Ends checks that are under way and frees all. */
void mirrors_end(struct transfer *transfer);
/* Ends checks only. */
void mirrors_stop(struct transfer *transfer);

/* Can parts of what SOURCE sends be put together? By its validator, or by the size where the user
 * takes that for proof. */
bool mirrors_provable(const struct transfer *transfer, const struct source *source);
/* What SOURCE's version of the file is known by; borrowed. */
struct identity source_identity(const struct source *source, int64_t total);
/* Keeps the validators of an answer of SOURCE. MODIFIED: NULL unless strong. */
void source_learn(struct source *source, const char *etag, const char *modified);

/* The source that a record calls LINK, NULL there: the item's own link. NULL: none is called so. */
struct source *mirrors_find(const struct transfer *transfer, const char *link);
/* What a record calls the lead, borrowed; NULL where that is the item's own link. */
char *mirrors_source(const struct transfer *transfer);
/* Does the host of SOURCE take a request of TRANSFER, which has none under way? */
bool mirrors_takes(const struct transfer *transfer, const struct source *source);

/* A source for the next piece, or NULL; how many further connections there may be now. */
struct source *mirrors_next(struct transfer *transfer);
unsigned mirrors_room(const struct transfer *transfer);

/* Is it known of another source than SOURCE that it works, or may that be known soon? */
bool mirrors_has_other(const struct transfer *transfer, const struct source *source);

/* Checks sources that were not tried yet against what is here, as many as there may be connections.
 */
void mirrors_check(struct transfer *transfer);
/* May a check of SOURCE begin? It is a request as any other, and can wait while others bring bytes.
 */
bool mirrors_may_check(const struct transfer *transfer, const struct source *source);
/* Connections that TRANSFER counts for at HOST without having them. */
unsigned mirrors_places(const struct transfer *transfer, const struct host *host);
/* One may still turn out to be usable: checks are under way. */
bool mirrors_checking(const struct transfer *transfer);

/* Tells people WHAT became of SOURCE. */
void mirrors_tell(struct transfer *transfer, const struct source *source, const char *what);
/* A request to SOURCE failed before it brought a byte, or was no use. */
void source_failed(struct transfer *transfer, struct source *source, const struct haul_error *err);
/* It is not asked again. */
void source_drop(struct transfer *transfer, struct source *source, const char *why);
/* The same, since it sends another file now. */
void source_differs(struct transfer *transfer, struct source *source, const char *why);

/* Nobody works, the last request failed with ERR: is another source worth a try? Then the transfer
 * is told to go on with that. Else *ERR names all of them. */
bool mirrors_go_on(struct transfer *transfer, struct haul_error *err);

/* Nobody works, and what could be asked may not be now: its host rests, or has enough connections.
 * Then the transfer waits for that, or the item does, and nobody is asked meanwhile. False: there
 * is nothing to wait for. */
HAUL_CHECKED bool mirrors_wait(struct transfer *transfer);
/* A host that it waits for may have room: false when there is nothing to do for all that. */
HAUL_CHECKED bool mirrors_wait_over(struct transfer *transfer);
/* The file begins anew: with the lead, or with another source where that one's host does not take a
 * request now. False: none does. */
HAUL_CHECKED bool mirrors_take_lead(struct transfer *transfer);

/* The first answer says that the file of the record is not its own. With several sources that may
 * be because the record's validator is another one's: each is compared with what is here then.
 * False when there is only one, or nothing to compare. */
bool mirrors_compare_all(struct transfer *transfer);
/* The file begins anew: what was proven was proven for the old one. */
void mirrors_forget(struct transfer *transfer);

/* One fact a source, where there are several. */
void mirrors_facts(const struct transfer *transfer,
                   void (*add)(void *ctx, const char *name, const char *value), void *ctx);

#endif
