#ifndef CONTROL_CLIENT_INSIDE_H
#define CONTROL_CLIENT_INSIDE_H

#include <jansson.h>

#include "control/reply.h"
#include "haul/client.h"

/* What the files of the client share. */

/* One call that is one request. PARAMS is taken; NULL: there are none. */
void client_call(struct haul_client *client, enum call_kind kind, json_t *params,
                 haul_reply_cb *reply, void *ctx);
/* One that can't be sent: it is answered with ERR, later. */
void client_call_failed(struct haul_client *client, enum call_kind kind,
                        const struct haul_error *err, haul_reply_cb *reply, void *ctx);

/* The hosts of the last notification. */
struct hosts_rows {
    struct haul_host *hosts;
    size_t count;
};
void hosts_rows_clear(struct hosts_rows *rows);
/* Those of the next one: what it carries, and what was there. */
HAUL_CHECKED enum haul_err hosts_rows_take(struct hosts_rows *rows, const json_t *params,
                                           struct haul_error *err);

#endif
