#ifndef NET_RESPONSE_H
#define NET_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "haul/error.h"

/* The facts of one answer, gathered header by header (RFC 9110). Texts are as the server sent them:
 * raw, NULL when absent. A repeated header of these keeps the first value; two Content-Lengths that
 * differ, or one that is no number, make the answer unusable (RFC 9112, section 6.3). */
struct net_response {
    int status;             /* HTTP status; 0 for other protocols */
    int64_t content_length; /* of this body, -1 when not announced */
    int64_t chunked_length; /* announced along with chunks, which decide; -1 when not */
    bool chunked;
    bool refuses_ranges; /* "Accept-Ranges: none" */
    bool believed;       /* the last line was one that is read, so it may not go on */
    bool complete;       /* the empty line behind the headers came */
    char *content_range;
    char *content_type;
    char *content_encoding;
    char *disposition;
    char *etag;
    char *last_modified;    /* of other protocols made here, from the file's time */
    int64_t clock_doubt_ms; /* how far from ours the clock of that may be; of other protocols */
    char *date;
    char *location;
    char *retry_after;
    char *server;
    /* bounds, RELIABILITY.md R8 */
    size_t header_bytes;
    unsigned header_lines;
    unsigned interim; /* 1xx answers seen before this one */
    unsigned logins;  /* answers in a row, up to this one, that ask for a login (401) */
};

#define NET_HEADER_BYTES_MAX (256 * 1024)
#define NET_HEADER_LINES_MAX 1000
#define NET_INTERIM_MAX      10
#define NET_LOGINS_MAX       5

void net_response_init(struct net_response *response);
void net_response_fini(struct net_response *response);
/* Forgets what an answer said before the next one; the bounds' counters go on. */
void net_response_restart(struct net_response *response);

/* Takes one line as libcurl hands it over: with its line end, or without. A status line starts the
 * next answer (redirects, 1xx, 401 rounds), keeping the bounds' counters. Lines behind the headers
 * of a 2xx are trailers: counted, not believed. */
HAUL_CHECKED enum haul_err net_response_line(struct net_response *response, const char *line,
                                             size_t len, struct haul_error *err);

#endif
