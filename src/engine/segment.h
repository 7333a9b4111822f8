#ifndef ENGINE_SEGMENT_H
#define ENGINE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "disk/writer.h"
#include "engine/engine_inside.h"
#include "engine/trace.h"

/* One connection of a transfer: asks for a range of the file, checks nothing by itself, and puts
 * what comes into the transfer's file or its memory. It records what happens and asks for the
 * transfer's attention; the transfer decides. */
struct segment {
    LIST_ENTRY(segment) link;
    TAILQ_ENTRY(segment) limited;
    struct transfer *transfer;
    struct net_transfer *net; /* NULL once the answer is over */
    struct source *source;
    struct host *host;
    struct disk_writer writer;
    bool writing;    /* the writer works on ->range */
    size_t range;    /* of the file's ranges */
    uint64_t from;   /* first byte asked for */
    uint64_t to;     /* behind the last one, UINT64_MAX: to the end of the file */
    uint64_t skip;   /* bytes of the body that are here already */
    uint64_t came;   /* bytes that were new */
    bool part;       /* was asked for with Range: 206 is the answer */
    bool has_if;     /* and with If-Range */
    bool accepted;   /* its answer was: the body belongs to the file */
    bool crowded;    /* others worked at its host when it was asked */
    bool connected;  /* the stall clock runs */
    bool works;      /* its answer is wanted */
    bool waits;      /* `body` said pause */
    bool is_limited; /* and waits for tokens */
    size_t wants;    /* for so many bytes */
    bool full;       /* its range is complete */
    bool overrun;    /* and bytes behind it were dropped: nothing can be joined to it */
    bool unwanted;   /* what comes is of no use: end it quietly */
    int status;      /* of the answer, 0 before it */
    int64_t retry_after;
    uint64_t asked_at;   /* ticks */
    uint64_t last_byte;  /* ticks */
    uint64_t gap_ms;     /* the longest time without bytes between two that came */
    uint64_t slow_since; /* ticks from when on it brings less than --min-speed */
    uint64_t slow_from;  /* ->came at that time */
    bool was_held;       /* by ourselves since then: its slowness says nothing */
    struct speed speed;
    enum trace_hold held_by; /* while it waits: since when, in ticks, and for what */
    uint64_t held_since;
    struct recent recent;
    struct fault err; /* why it ended; none: as it should */
};

/* Sends a request of TRANSFER to SOURCE for [FROM, TO) of RANGE. IF_RANGE may be NULL. A request
 * that can't even be made ends at once: the segment is there and has ->err. */
struct segment *segment_start(struct transfer *transfer, struct source *source, size_t range,
                              uint64_t from, uint64_t to, const char *if_range);

/* The file is ready: bytes may go to it. */
void segment_write_to(struct segment *segment, struct disk_file *file);
/* Lets it go on if it was held up for something that may be over now. */
void segment_go_on(struct segment *segment);
/* How long until there are tokens for what it waits for, and lets it go on with that. */
uint64_t segment_limit_wait(const struct segment *segment, uint64_t now);
void segment_unlimit(struct segment *segment);
/* Books for how long it has been held up by now. */
void segment_book_hold(struct segment *segment);
/* Ends the request. Not from inside libcurl. */
void segment_hang_up(struct segment *segment);
/* Writes out what is in memory (FLUSH) or drops it; false while bytes are on their way to the disk.
 */
HAUL_CHECKED bool segment_quiesce(struct segment *segment, bool flush);
/* After hanging up and quiescing. */
void segment_free(struct segment *segment);

#endif
