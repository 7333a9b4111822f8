#ifndef ENGINE_VALIDATE_H
#define ENGINE_VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "haul/error.h"

/* Is the file on the server still the one whose bytes are here, and is the answer to a range what
 * was asked for? (DESIGN.md section 6, RELIABILITY.md R3 and R4.) Pure. Header values are as they
 * came, NULL when absent. Sizes are at most VALIDATE_SIZE_MAX, -1 when not known. */

#define VALIDATE_SIZE_MAX ((int64_t)1 << 62)
#define VALIDATE_REASON   160

/* Content-Range (RFC 9110, section 14.4) in bytes. */
struct content_range {
    bool has_range; /* false for the form that 416 carries */
    uint64_t first, last;
    int64_t total; /* -1 for '*' */
};
HAUL_CHECKED bool content_range_parse(struct text_raw header, struct content_range *ret_range);

/* An entity tag (RFC 9110, section 8.8.3); TAG is the part within the quotes, borrowed. */
struct etag {
    struct text_raw tag;
    bool weak;
};
HAUL_CHECKED bool etag_parse(struct text_raw header, struct etag *ret_etag);

/* What tells a file from its other versions. */
struct identity {
    const char *etag;
    const char *last_modified;
    bool last_modified_strong; /* as found when the first bytes came; of the stored one only */
    int64_t total;
};

/* Headers of an answer, NULL where there is none; borrowed. */
struct validators {
    const char *etag;
    const char *last_modified;
    const char *date;
    int64_t clock_doubt_ms; /* of protocols without a Date: how far their clock may be from ours */
};

/* What an answer tells of the version that it is of, as far as it proves anything; borrowed.
 *
 * May Last-Modified stand for exactly these bytes (RFC 9110, section 8.8.2.2)? A file can change
 * twice within the second that the header names, so the answer's own Date must be later. The RFC
 * asks for a second and for reason to believe in one clock; there is none behind caches and network
 * file systems, so a minute is asked for.
 *
 * nginx makes its ETag of that second and the size: as long as the answer's own Date is of that
 * very moment, the file can become another one under the same ETag, and there is none then. TOTAL:
 * the size as far as it is known.
 *
 * Other protocols than HTTP have a time of the file too (MDTM of RFC 3659, section 3), but nothing
 * that says what time it is there: then it must be older than the clocks can differ. */
struct identity identity_told(const struct validators *told, int64_t total, int64_t wall_now_ms);

/* What to send as If-Range for the stored identity; NULL when nothing is strong enough, or when
 * there is an ETag but a weak one (RFC 9110, section 13.1.5). Borrowed from it. */
const char *identity_if_range(const struct identity *stored);

enum identity_verdict {
    IDENTITY_SAME,    /* a strong validator says so and nothing speaks against it */
    IDENTITY_CHANGED, /* something differs */
    IDENTITY_UNKNOWN, /* nothing differs, nothing proves it */
    IDENTITY_VERDICT_COUNT
};

/* REASON is a clean sentence's part in every case: "the ETag is the same". */
enum identity_verdict validate_identity(const struct identity *stored, const struct identity *seen,
                                        char reason[VALIDATE_REASON]);

/* A range request and its answer. */
struct resume_case {
    uint64_t offset;        /* first byte asked for */
    uint64_t end;           /* behind the last one, UINT64_MAX when the range was open */
    const char *if_range;   /* as sent, NULL when it was not */
    bool trust_size;        /* the user takes an equal size for proof */
    struct identity stored; /* what is known of the bytes that are here */

    int status;                /* 0: another protocol than HTTP */
    struct identity seen;      /* its total is not looked at: content_range and length tell it */
    const char *content_range; /* as it came */
    int64_t content_length;    /* of this answer's body */
};

enum resume_verdict {
    RESUME_CONTINUE,        /* the body is [offset, end) of the same file */
    RESUME_START_OVER,      /* the bytes that are here are of no use; see whole */
    RESUME_RANGES_IGNORED,  /* the same file, but from its first byte; the bytes stay right */
    RESUME_NOT_SATISFIABLE, /* 416: the range is outside; total tells the size when it is known */
    RESUME_FAIL,            /* no answer to such a request; see err */
    RESUME_VERDICT_COUNT
};

struct resume_result {
    enum resume_verdict verdict;
    enum haul_err err;            /* HAUL_OK for the first, third and fourth */
    bool whole;                   /* the body is the whole file from its first byte */
    uint64_t end;                 /* continue: behind the last byte to take, never past the asked */
    int64_t total;                /* of the file by this answer */
    char reason[VALIDATE_REASON]; /* clean, a sentence's part: why */
};

struct resume_result validate_resume(const struct resume_case *asked);

/* An answer to a request for some bytes that are here already, to be compared with them: for a
 * partial that is of another link, or of nobody known. */
enum sample_verdict {
    SAMPLE_COMPARE, /* the body is [offset, end) of a file that may be the same one */
    SAMPLE_SAME,    /* it is: nothing need be compared */
    SAMPLE_OTHER,   /* it is not, or can't be compared */
    SAMPLE_VERDICT_COUNT
};

struct sample_result {
    enum sample_verdict verdict;
    int64_t total; /* of the file by this answer */
    char reason[VALIDATE_REASON];
};

/* ASKED->stored: what is known of the bytes that are here, its total -1 when that is not; HERE: the
 * least size that a file with them has. FIRST: what an earlier of these answers said of the file,
 * NULL for the first one: all of them must be of one version. */
struct sample_result validate_sample(const struct resume_case *asked, const struct identity *first,
                                     uint64_t here);

#endif
