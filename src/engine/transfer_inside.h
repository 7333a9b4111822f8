#ifndef ENGINE_TRANSFER_INSIDE_H
#define ENGINE_TRANSFER_INSIDE_H

#include "base/checksum.h"
#include "base/fault.h"
#include "engine/mirrors.h"
#include "engine/segment.h"
#include "engine/trace.h"
#include "engine/transfer.h"
#include "engine/validate.h"

/* Inside of the engine room: a transfer's parts, for transfer.c, segment.c and their kin. */

enum goal {
    GOAL_RECEIVE,
    GOAL_FINISH,  /* all is here: sync, rename */
    GOAL_KEEP,    /* failed or stopped: put the partial away */
    GOAL_DISCARD, /* removed: the partial goes too */
};

struct transfer {
    LIST_ENTRY(transfer) link;
    STAILQ_ENTRY(transfer) attention;
    LIST_ENTRY(transfer) held_up; /* while ->waits */
    struct haul_engine *engine;
    struct item *item;
    struct host *host;
    bool has_place; /* is counted there, though it has no request under way */
    enum goal goal;
    bool needs_attention;

    /* Where it comes from. */
    struct source *sources;
    size_t source_count;
    struct source *lead;   /* whose answer is the file */
    struct doubts *doubts; /* of bytes that others brought, NULL: none */
    struct fault last_err; /* of the source that failed last */
    struct host *blamed;   /* that one's; NULL: none failed */

    /* Its connections. */
    LIST_HEAD(, segment) segments;
    unsigned segment_count;
    bool single;           /* one connection is all that works here */
    unsigned refusals;     /* times in a row that further connections failed */
    uint64_t refused_at;   /* ticks, the last time */
    uint64_t spread_after; /* ticks before which no further one is tried */
    struct host *reset_by; /* a connection of ours, which may be a refusal; NULL: by none */
    uint64_t reset_at;     /* ticks */
    uint64_t began_at;     /* ticks, of the youngest of them that was not the first */
    uint64_t free_since;   /* ticks since when a connection has had nothing to do, 0: all have */
    bool put_off;          /* look again soon, see engine_nudge() */
    bool waits;            /* for a host that has enough connections; it has none itself */
    uint64_t held_until;   /* it ends because a host rests: ticks until when, 0: it does not */
    uint64_t pace;         /* bytes per second that a new one will bring, 0: none has ended */
    uint64_t wait_ms;      /* from asking to the first byte, as it was last */
    unsigned drops;        /* of lagging connections, since one did its part */

    /* What the file is. */
    char *name; /* safe, as chosen from the answer; NULL before it */
    char *final_url;
    char *etag;
    char *modified; /* only when strong enough to prove identity */
    char *content_type;
    char *content_encoding;
    char *server;
    char *disposition;
    char *last_modified; /* whether it proves anything or not */
    char *trail;         /* of redirects, see net_transfer_trail() */
    int status;          /* of the answer that told all this */
    struct net_peer peer;
    int64_t total;
    int64_t mtime;
    bool no_ranges; /* the server said so */

    /* Where its bytes go: one of these two. */
    bool is_small;
    char *small;
    size_t small_len;
    size_t small_held; /* of the engine's small_bytes, until the file is put away */
    struct disk_file *file;

    struct disk_source *upload; /* what is sent (--upload); NULL: not opened, or nothing is */
    size_t answer_len;          /* bytes of the answer to it */

    bool disk_pending; /* a disk job will call back */
    bool planned;      /* the file knows identity and ranges */
    bool ready;        /* and bytes may go to it */
    bool want_open, want_plan, plan_fresh;
    struct led_here *led_here; /* is being looked at, NULL: nothing is */
    char *had;                 /* the file that its redirects led to is here; NULL: not known */
    bool want_rest;            /* ask for the rest once more, in other words */
    bool ended;                /* the last answer did, as it should */
    bool start_over;           /* ask from the first byte, dropping what is here */
    bool begun_anew;           /* since the file had changed */

    struct limiter limiter; /* --item-limit */
    struct speed speed;
    struct trace trace;
    uint64_t told_rate;              /* as of the last tick */
    uint64_t recorded_at, synced_at; /* ticks */
    uint64_t recorded_bytes;         /* that were written then */
    uint64_t reached;                /* the most bytes that were here in this attempt */
    struct sample *sample;           /* is being compared, NULL: none; see sample.h */
    bool compared;                   /* and was equal: stands for a validator in this attempt */
    bool hashes;                     /* the file's digest is being computed, if one is wanted */
    bool checks;                     /* all is here, and the rest of the digest under way */
    bool checked;                    /* and right */
    bool unclean_end;                /* nobody vouched for the end of the file */
    bool stopped;                    /* by the user: the item's state is set already */
    int64_t retry_after;
    bool unheard; /* its last request brought no answer */
    bool crowded; /* others worked at the host when it was sent */
    bool asked;   /* a request of this run went out */
    struct fault fail;
};

/* The parts of the room that make up a transfer, by file.
 *
 * transfer.c */
/* Tells the user, in the row, the history and the log: "what: why". */
void transfer_note(struct transfer *transfer, const char *what, const char *why);
void transfer_set_phase(struct transfer *transfer, enum haul_phase phase);
/* What the file's version is known by; borrowed. */
struct identity transfer_identity(const struct transfer *transfer);
/* What RESPONSE tells of it, of a file of TOTAL bytes; borrowed. */
struct identity transfer_told(const struct transfer *transfer, const struct net_response *response,
                              int64_t total);
/* So much came since the last record that it is time for another one. */
bool transfer_record_due(const struct transfer *transfer, uint64_t now);
/* Begins a connection to SOURCE for the bytes FROM up to TO of RANGE. */
void transfer_ask(struct transfer *transfer, struct source *source, size_t range, uint64_t from,
                  uint64_t to, const char *if_range);
/* Asks a source that is proven for what is missing of RANGE; false when there is none now. */
bool transfer_ask_range(struct transfer *transfer, size_t range);

/* answer.c: the file is to be received: into memory, or into a file that is to be opened. */
void transfer_take_body(struct transfer *transfer);

/* opening.c */
/* Out of the slot: looks whether the file has a place, then asks. */
void transfer_begin(struct transfer *transfer);
/* The same where the disk was full: there must be room for the rest first. */
void transfer_begin_with_room(struct transfer *transfer);
/* Asks for all of the file. */
void transfer_ask_from_start(struct transfer *transfer);
/* Where the file is to lie, borrowed. */
struct disk_place transfer_place(const struct transfer *transfer);
/* Opens the file, or ONLY a PARTIAL of it that lies there. A disk job. */
void transfer_open_file(struct transfer *transfer, bool only_partial);
/* Tells the file what it shall hold: the ranges it has, or one over everything. A disk job. */
void transfer_plan(struct transfer *transfer);
/* The first range that misses bytes; false when there is none. */
HAUL_CHECKED bool transfer_first_missing(const struct disk_state *state, size_t *ret_range);
/* What was found is of the file (BELIEVED), or of another one and not to be used. */
void transfer_go_on(struct transfer *transfer, bool believed);

/* led_here.c */
/* The same for the link that was asked for, before anything is: transfer_begin() comes again. */
HAUL_CHECKED bool transfer_look_first(struct transfer *transfer);
/* The answer is for another link than was asked for: looks whether the history knows that one.
 * Until then the bytes of the answer wait. False when there is nothing to look for. */
HAUL_CHECKED bool transfer_look_back(struct transfer *transfer);
/* What is found is of no interest any more. */
void transfer_forget_look(struct transfer *transfer);

/* ending.c */
/* Takes the file into memory if it is small and there is room. */
HAUL_CHECKED bool transfer_take_small(struct transfer *transfer);
/* Ends all requests and frees the segments; false while bytes are on their way to the disk. */
HAUL_CHECKED bool transfer_drop_segments(struct transfer *transfer, bool flush);
/* GOAL_FINISH: checks the digest, syncs, gives the name. */
void transfer_finish(struct transfer *transfer);
/* GOAL_KEEP and GOAL_DISCARD. */
void transfer_put_away(struct transfer *transfer);

/* Frees the transfer, and tells the engine how it ended. */
void transfer_over(struct transfer *transfer);

/* check.c */
/* The digest that was given for the file; false when none was. */
HAUL_CHECKED bool transfer_checksum(const struct transfer *transfer, struct checksum *ret_checksum);
/* The file is planned, or planned anew: its digest is computed from now on. */
void transfer_hash(struct transfer *transfer);
/* The record that was found says that these bytes do not have the digest they should have. */
bool transfer_is_rejected(const struct transfer *transfer, const struct disk_state *found);
/* Must the file's digest be looked at before it gets its name? Does so, as a disk job. */
bool transfer_must_check(const struct transfer *transfer);
void transfer_check(struct transfer *transfer);
void transfer_check_stop(struct transfer *transfer);

/* spread.c */
/* Ends connections that have all they need, wakes what waits, takes leave of what is over. */
void transfer_tend(struct transfer *transfer);
/* Begins further connections as long as that makes sense. */
void transfer_spread(struct transfer *transfer);
/* HOST said for how many seconds it wants to be left alone, or -1; other sources do the work. */
void transfer_rest_host(const struct transfer *transfer, struct host *host, int64_t retry_after);
/* Ends a connection that lags, so that another one takes the rest of its range; false when that was
 * done too often already. */
bool transfer_drop_slow(struct transfer *transfer, struct segment *segment);
/* Once a second: drops connections that are silent while others bring bytes, long before
 * --stall-timeout is over. */
void transfer_watch_silence(struct transfer *transfer, uint64_t now);

/* stall.c: once a second, ends connections that stall, and the transfer when its time is up. */
void transfer_watch_time(struct transfer *transfer, uint64_t now);
/* Nobody looked for LATE ms, because this process was stopped or had no processor: what came
 * meanwhile is still to be read, so that none of it counts as silence. */
void transfer_forgive(struct transfer *transfer, uint64_t late);

/* Counts with its host while it has no request under way but will have one. */
void transfer_keep_place(struct transfer *transfer);
void transfer_give_place(struct transfer *transfer);

/* For segments. The first two may be called inside libcurl. */
void transfer_wants_attention(struct transfer *transfer);
/* Ends with an error; what came is kept. */
void transfer_fail(struct transfer *transfer, const struct haul_error *err);
/* answer.c: an answer of 2xx to SEGMENT's request; false when its body is not wanted. Inside
 * libcurl. */
HAUL_CHECKED bool transfer_take_answer(struct transfer *transfer, struct segment *segment,
                                       const struct net_response *response, const char *final_url);
/* spread.c: gives SEGMENT the range behind its own, when its request goes on there anyway, nobody
 * works on it and nothing of it is here. May be called inside libcurl. */
HAUL_CHECKED bool transfer_join_next(struct transfer *transfer, const struct segment *segment);

#endif
