#ifndef CONTROL_SKEW_H
#define CONTROL_SKEW_H

#include <jansson.h>

#include "control/proto.h"
#include "haul/client.h"

/* Client and daemon of different ages: what the user is told. Pure. */

/* Who the daemon said it is. */
struct skew {
    char version[32]; /* of its program; "" before it has said hello */
    uint64_t major, minor;
};

/* Reads who the daemon is out of its answer to hello; HAUL_E_VERSION with what to do when its major
 * is another one. */
HAUL_CHECKED enum haul_err skew_read(const json_t *hello, const struct haul_place *place,
                                     struct skew *ret_skew, struct haul_error *err);

/* The daemon refused a request with CODE and ERR: adds what to do when that is because it is the
 * older one. */
void skew_explain(const struct skew *daemon, const struct haul_place *place, enum proto_code code,
                  struct haul_error *err);

/* The daemon's side: the client is of another major. Always HAUL_E_VERSION. */
enum haul_err skew_refuse(uint64_t major, uint64_t minor, const char *version,
                          struct haul_error *err);

#endif
