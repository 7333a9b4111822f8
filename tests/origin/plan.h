#ifndef ORIGIN_PLAN_H
#define ORIGIN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"
#include "script.h"

/* How one request is answered: what bytes, at what pace, and where it breaks. */
struct plan {
    char *head; /* all before the body */
    size_t head_len;
    char *text; /* a body that is not content, or NULL */
    size_t text_len;
    char *endless; /* sent again and again in place of a body, or NULL */

    uint64_t seed;  /* content: [pos, end) of file SEED */
    uint64_t twist; /* from this byte of the file on it is another one's */
    uint64_t pos;
    uint64_t end;
    bool chunked;
    uint64_t chunk_size;
    uint64_t extension; /* bytes of an extension that the first chunk carries */
    const char *tail;   /* after the body */
    char *behind;       /* after all of it, as if it were another answer; or NULL */
    size_t behind_len;

    uint64_t delay;    /* ms before the head, NEVER: for ever */
    uint64_t trickle;  /* ms between two bytes of the head, 0: all at once */
    uint64_t rate;     /* bytes per second, 0: as fast as it goes */
    uint64_t tick;     /* ms between two pieces at that rate */
    uint64_t gate;     /* bytes of the file from here on stay until GATE_PATH is open, or NEVER */
    char *gate_path;   /* of the request; NULL without a gate */
    uint64_t meet;     /* no body before so many of the key are answered at once */
    uint64_t stall;    /* body bytes before which it stalls, closes, resets */
    uint64_t stall_ms; /* NEVER: for ever */
    uint64_t close;
    uint64_t reset;
    bool close_after;  /* the connection ends with the answer */
    bool truncate;     /* and does so without close_notify */
    bool refuse_reuse; /* a second request on the connection finds it closed */
};

/* Makes the plan for REQUEST, which is the COUNTth of its key and came on CONNECTION, while ACTIVE
 * of them are being answered. SCRIPT is used up in parts; free both. */
void plan_make(struct plan *plan, const struct request *request, struct script *script,
               uint64_t count, uint64_t active, uint64_t connection);

/* An answer of STATUS with a line of TEXT; HEADER is a whole further header line or "". */
void plan_refuse(struct plan *plan, int status, const char *header, const char *text);

/* A body that is made, 200 or otherwise; takes TEXT. */
void plan_text(struct plan *plan, const char *type, char *text);

void plan_fini(struct plan *plan);

#endif
