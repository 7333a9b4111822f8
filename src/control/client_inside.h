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

#endif
