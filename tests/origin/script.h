#ifndef ORIGIN_SCRIPT_H
#define ORIGIN_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEVER UINT64_MAX /* a position or count that is not reached; "forever" in a query */

/* Text of a query parameter, percent-decoded; may hold NUL. data is NULL when not given. */
struct bytes {
    char *data;
    size_t len;
};

/* What goes wrong. All of it heals together after `faults=K` requests. */
struct faults {
    uint64_t status;
    uint64_t delay;
    uint64_t range_delay;
    uint64_t stall;
    uint64_t stall_ms;
    uint64_t close;
    uint64_t reset;
    uint64_t interim;
    uint64_t headers;
    uint64_t header_size;
    uint64_t trickle;
    uint64_t extension;
    uint64_t redirect_size;
    bool http09;
    bool truncate;
    bool refuse_reuse;
    bool nonce_stale;
    struct bytes length;
    struct bytes length2;
    struct bytes chunked;
    struct bytes range_lie;
    struct bytes raw;
    struct bytes redirect;
    struct bytes date;
    struct bytes behind;
    uint64_t twist;
};

#define SCRIPT_HEADERS 8

/* What one URL asks for: README.md of this folder describes each parameter. */
struct script {
    uint64_t size;
    uint64_t seed;
    uint64_t rate;
    uint64_t tick;
    uint64_t chunk_size;
    uint64_t heal_after;
    uint64_t sound;
    uint64_t change_after;
    uint64_t max;
    uint64_t hops;
    uint64_t gate;
    uint64_t meet;
    bool keep;
    struct bytes key;
    struct bytes ranges;
    struct bytes if_range;
    struct bytes etag;
    struct bytes modified;
    struct bytes change;
    struct bytes retry_after;
    struct bytes disposition;
    struct bytes type;
    struct bytes encoding;
    struct bytes auth;
    struct bytes user;
    struct bytes require;
    struct bytes headers[SCRIPT_HEADERS];
    size_t header_count;
    struct faults faults;
};

/* Reads QUERY (the text after '?', or NULL). False on a parameter that does not exist or has no
 * usable value, with where it stands in QUERY in *ret_bad. script_fini() in both cases. */
bool script_parse(struct script *script, const char *query, const char **ret_bad);
void script_fini(struct script *script);

/* From now on nothing goes wrong. */
void script_heal(struct script *script);

/* True when the parameter was given and is exactly WORD. */
bool bytes_are(const struct bytes *bytes, const char *word);

/* Percent-decodes LEN bytes of TEXT into new memory, NUL-terminated. */
struct bytes bytes_decode(const char *text, size_t len);

#endif
