#ifndef CONTROL_ADD_H
#define CONTROL_ADD_H

#include "base/clock.h"
#include "haul/options.h"

/* One message of an `add`. */
struct add_message {
    char *line; /* the caller's */
    size_t len;
    size_t taken; /* requests that are in it */
};

#define ADD_TOKEN_SIZE 33

/* A name for one add that nobody else gives. */
void add_token(const struct clock *clock, char token[ADD_TOKEN_SIZE]);

/* TOKEN is what the daemon knows the message by when it comes again, together with its id; "": it
 * is not sent again. Writes the first of the COUNT requests, at least one, into a request with this
 * id. Fails when one of them can't travel: a text that is not UTF-8 (HAUL_E_BAD_URL,
 * HAUL_E_BAD_OPTION), or one that alone is longer than a line may be (HAUL_E_TOO_BIG).
 * ONLY_NEW: what is here already is left out, which daemons before protocol 1.4 do not know. */
HAUL_CHECKED enum haul_err add_message(uint64_t id, const char *token, bool only_new,
                                       const struct haul_request *requests, size_t count,
                                       struct add_message *ret_message, struct haul_error *err);

#endif
