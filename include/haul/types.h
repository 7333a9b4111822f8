#ifndef HAUL_TYPES_H
#define HAUL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words that every room and every client shares. Byte counts are uint64_t, or int64_t with -1 for
 * "not known"; points in time are int64_t milliseconds since 1970 UTC, 0 for "never"; an item's id
 * is a uint64_t, never 0 and never used again within a session. */

/* Where an item stands. The names (haul_state_name) are part of the protocol. */
enum haul_state {
    HAUL_QUEUED,    /* wants to run, has no slot yet */
    HAUL_ACTIVE,    /* has a slot: connecting, receiving or finishing */
    HAUL_WAITING,   /* failed for now; tries again at retry_at */
    HAUL_PAUSED,    /* by the user; its bytes are kept */
    HAUL_DONE,      /* complete under its final name */
    HAUL_FAILED,    /* gave up; the error tells why; bytes kept */
    HAUL_CANCELLED, /* by the user; can be taken up again until removed */
    HAUL_STATE_COUNT
};

/* What an active item is doing. */
enum haul_phase {
    HAUL_PHASE_NONE,       /* not active */
    HAUL_PHASE_CONNECTING, /* no answer yet */
    HAUL_PHASE_RECEIVING,
    HAUL_PHASE_SENDING,   /* --upload: bytes go out */
    HAUL_PHASE_CHECKING,  /* all bytes are here: do they have the digest that was given? */
    HAUL_PHASE_FINISHING, /* syncing, renaming */
    HAUL_PHASE_COUNT
};

enum haul_if_exists {
    HAUL_EXISTS_RENAME, /* "name (1).ext" */
    HAUL_EXISTS_SKIP,   /* done at once, the file there is left alone */
    HAUL_EXISTS_OVERWRITE,
    HAUL_EXISTS_FAIL,
    HAUL_IF_EXISTS_COUNT
};

/* Which queued items start first. One that runs is never stopped for another. */
enum haul_priority {
    HAUL_PRIORITY_NORMAL, /* what one has of which nothing was said */
    HAUL_PRIORITY_HIGH,
    HAUL_PRIORITY_LOW,
    HAUL_PRIORITY_COUNT
};

/* What a user can do to items that exist. */
enum haul_action {
    HAUL_PAUSE,
    HAUL_RESUME, /* paused or cancelled → queued; one that waits for its time, and is named: now */
    HAUL_CANCEL,
    HAUL_RETRY,  /* failed, cancelled or waiting → queued, tries counted anew */
    HAUL_REMOVE, /* out of the list; the partial file is deleted, in a session a minute later; a
                    complete one stays */
    HAUL_ACTION_COUNT
};

enum haul_move {
    HAUL_MOVE_UP,
    HAUL_MOVE_DOWN,
    HAUL_MOVE_TOP,
    HAUL_MOVE_BOTTOM,
    HAUL_MOVE_TO, /* to a 1-based position */
    HAUL_MOVE_COUNT
};

/* What a list may be sorted by. Equal ones stay in queue order. */
enum haul_sort {
    HAUL_SORT_QUEUE, /* the user's order */
    HAUL_SORT_NAME,  /* in any case */
    HAUL_SORT_STATE,
    HAUL_SORT_SIZE,
    HAUL_SORT_DONE, /* by the share that is here */
    HAUL_SORT_RATE,
    HAUL_SORT_ETA,
    HAUL_SORT_HOST,
    HAUL_SORT_CONNECTIONS,
    HAUL_SORT_ADDED,
    HAUL_SORT_FINISHED,
    HAUL_SORT_COUNT
};

/* What hosts may be sorted by. Equal ones stand in the order of their names. */
enum haul_host_sort {
    HAUL_HOST_SORT_STATE, /* the ones at work, at rest, with something to do, with nothing */
    HAUL_HOST_SORT_NAME,
    HAUL_HOST_SORT_CONNECTIONS,
    HAUL_HOST_SORT_CAP, /* no limit is the most */
    HAUL_HOST_SORT_RATE,
    HAUL_HOST_SORT_REST, /* who rests longest; the others after those */
    HAUL_HOST_SORT_ACTIVE,
    HAUL_HOST_SORT_WAITING, /* items that are queued, or wait for their next try */
    HAUL_HOST_SORT_DONE,
    HAUL_HOST_SORT_FAILED,
    HAUL_HOST_SORT_ITEMS,
    HAUL_HOST_SORT_COUNT
};

/* Items by what is said of them, without a list of all: "7", "3-7", "failed". */
struct haul_ids_span {
    uint64_t first;
    uint64_t last; /* of one number: the same */
};

struct haul_named {
    const struct haul_ids_span *spans;
    size_t span_count;
    uint32_t states; /* bit (1 << haul_state): all that are in one of these, too */
};

/* Whether an item is meant by its state or a range. A number that stands alone means its item
 * whatever there is. */
bool haul_named_has(const struct haul_named *named, uint64_t id, enum haul_state state);
/* That nothing is meant, as a sentence. */
const char *haul_named_none(const struct haul_named *named);

const char *haul_state_name(enum haul_state state);
const char *haul_phase_name(enum haul_phase phase);
const char *haul_if_exists_name(enum haul_if_exists policy);
const char *haul_priority_name(enum haul_priority priority);
const char *haul_action_name(enum haul_action action);
const char *haul_move_name(enum haul_move move);
const char *haul_sort_name(enum haul_sort sort);
const char *haul_host_sort_name(enum haul_host_sort sort);

/* The value with that name, or -1. */
int haul_state_from_name(const char *name);
int haul_phase_from_name(const char *name);
int haul_if_exists_from_name(const char *name);
int haul_priority_from_name(const char *name);
int haul_action_from_name(const char *name);
int haul_move_from_name(const char *name);
int haul_sort_from_name(const char *name);
int haul_host_sort_from_name(const char *name);

/* True for done, failed and cancelled: nothing will happen without a user. */
bool haul_state_is_final(enum haul_state state);

#endif
