#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"

/* The parts of an absolute URL (RFC 3986, section 3), as views into the text: not terminated, not
 * decoded. Only as much as naming, showing and grouping by host need; fetching is the net room's.
 */
struct url_part {
    const char *at;
    size_t len;
};

struct url {
    struct url_part scheme;
    struct url_part userinfo; /* at NULL when there is none */
    struct url_part host;     /* with [] for IPv6 */
    struct url_part port;     /* digits, empty when absent */
    struct url_part path;     /* from the first '/', may be empty */
    struct url_part query;    /* without '?' ; at NULL when absent */
};

#define URL_MAX 65536 /* longest URL that is accepted, RELIABILITY.md R8 */

/* Checks and splits. HAUL_E_BAD_URL with a sentence otherwise: no scheme, one that haul can't
 * fetch (only http, https, ftp, ftps, sftp), no host, bad port, a control character or space, over
 * URL_MAX. The sentence never holds user info. */
HAUL_CHECKED enum haul_err url_split(const char *text, struct url *ret_url, struct haul_error *err);

/* The port that is asked: the scheme's when none is named. URL is one that was split. */
unsigned url_port(const struct url *url);

/* How the link that was checked before begins. */
struct url_known {
    size_t len;
    char start[120]; /* scheme, host and port, with the '/' behind them */
};

/* Whether url_split() would take TEXT. Quick when it begins like the one before, as the links of a
 * list do; KNOWN, all zero at first, remembers that from call to call. */
HAUL_CHECKED enum haul_err url_check(const char *text, struct url_known *known,
                                     struct haul_error *err);
/* The same for a link at the start of LEN bytes: how long it is, 0 when it begins in another way or
 * is too long. It ends before the first byte that no link can hold. */
size_t url_known_length(const struct url_known *known, const char *text, size_t len);
/* Whether LEN bytes are nothing but ends of lines and what links can hold. */
bool url_lines_only(const char *text, size_t len);
/* In such bytes: as url_known_length() for a line that is one link. */
size_t url_known_line(const struct url_known *known, const char *text, size_t len);

/* The text without user info and fragment, newly allocated and clean: what may be shown and logged.
 */
char *url_shown(const char *text);
/* True when that is TEXT, as for most links. */
bool url_is_shown_as_it_is(const char *text);

/* "https://example.org:8443": scheme, host, port in lower case with the default port left out, as
 * the key of everything that is kept per origin (RFC 6454). NULL when it does not split. */
char *url_origin(const char *text);
/* "example.org", "example.org:8443": the same without its scheme, as the key of everything that is
 * kept per server: https and http at their default ports are one. NULL when it does not split. */
char *url_host(const char *text);

/* The host within a link as it is shown, without user info and port: a view into SHOWN, of *ret_len
 * bytes, 0 when there is none. Checks nothing: for comparing many links with little work. */
const char *url_host_within(const char *shown, size_t *ret_len);

/* The last path segment, percent-decoded once, as raw bytes: newly allocated, "" when there is
 * none. *ret_len counts its bytes (it may hold NUL). Not a safe file name yet: engine/filename
 * decides. */
char *url_last_segment(const char *text, size_t *ret_len);

#endif
