#ifndef CONTROL_PROTO_H
#define CONTROL_PROTO_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "haul/error.h"

/* The envelope of the control protocol (PROTOCOL.md): lines, and JSON-RPC 2.0 messages in them.
 * Pure: bytes in, messages out; no sockets. */

#define PROTO_LINE_MAX    (4u << 20)  /* bytes of a line into the daemon, without the newline */
#define PROTO_ANSWER_MAX  (64u << 20) /* bytes of a line into a client */
#define PROTO_UNREAD_MAX  (32u << 20) /* bytes a client may leave unread */
#define PROTO_DEPTH_MAX   16          /* of objects and arrays in each other */
#define PROTO_LIST_ROWS   5000        /* items in one answer to `list` */
#define PROTO_HOSTS_ROWS  50000u      /* hosts in one answer to `hosts` */
#define PROTO_WATCH_ROWS  500         /* rows in a view */
#define PROTO_CLIENTS_MAX 64          /* connections to a daemon */

/* Codes of error objects: those of JSON-RPC 2.0, and one for all that haul itself refuses, where
 * `data.name` tells what it was. */
enum proto_code {
    PROTO_NOT_JSON = -32700,
    PROTO_NOT_REQUEST = -32600,
    PROTO_NO_METHOD = -32601,
    PROTO_BAD_PARAMS = -32602,
    PROTO_DEFECT = -32603,
    PROTO_REFUSED = -32000,
};

/* Cuts a stream into lines. */
struct proto_reader {
    struct strbuf rest; /* the beginning of a line whose end has not come yet */
};

/* One line without its newline (and a '\r' before it), valid for the call, not terminated. False
 * ends the feeding. */
typedef bool proto_line_cb(void *ctx, const char *line, size_t len);

void proto_reader_init(struct proto_reader *reader, size_t line_max);
void proto_reader_fini(struct proto_reader *reader);

/* Hands on each line that ends in BYTES; empty lines are skipped. HAUL_E_TOO_BIG when a line is
 * longer than the reader's maximum: nothing after it can be understood. */
HAUL_CHECKED enum haul_err proto_feed(struct proto_reader *reader, const void *bytes, size_t len,
                                      proto_line_cb *line, void *ctx, struct haul_error *err);

/* A parsed message. ROOT owns all the rest. */
struct proto_message {
    json_t *root;
    json_t *id;         /* integer or string; NULL for notifications */
    const char *method; /* of requests and notifications, else NULL */
    json_t *params;     /* an object, or NULL */
    json_t *result;     /* of answers, else NULL */
    json_t *error;      /* an object, of failed answers, else NULL */
};

/* Parses one line. On failure *ret_code tells the kind, and *ret_message is untouched. */
HAUL_CHECKED enum haul_err proto_parse(const char *line, size_t len,
                                       struct proto_message *ret_message, enum proto_code *ret_code,
                                       struct haul_error *err);
void proto_message_fini(struct proto_message *message);

/* A whole line with its newline, newly allocated; *ret_len counts its bytes. PARAMS and RESULT are
 * taken; ID NULL is written as null. */
char *proto_request(uint64_t id, const char *method, json_t *params, size_t *ret_len);
char *proto_notification(const char *method, json_t *params, size_t *ret_len);
char *proto_result(json_t *id, json_t *result, size_t *ret_len);
char *proto_failure(json_t *id, enum proto_code code, const struct haul_error *err,
                    size_t *ret_len);

/* Reads the error object of an answer. Anything unknown in it becomes HAUL_E_RPC. */
void proto_error_read(const json_t *error, struct haul_error *ret_err);

/* VALUE as one compact line of JSON without a newline, newly allocated. */
char *proto_text(const json_t *value, size_t *ret_len);

/* Makes jansson abort when there is no memory, as all of haul does: then no value is ever missing
 * from a message unseen. Call it before the first message. */
void proto_setup(void);

#endif
