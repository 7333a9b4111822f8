/* The envelope of the control protocol: splitting a stream into lines and reading and writing the
 * JSON-RPC 2.0 messages in them.
 *
 * What comes in may be anything: a line has a cap, nesting has a cap (checked before the parser
 * recurses), and a message that is not one is refused with a sentence. This file knows nothing of
 * sockets and methods, and must never keep a pointer into a line that it has handed back. */

#include "control/proto.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define KEEP_MAX (64u << 10) /* a buffer that grew larger than this is given back */

void proto_setup(void)
{
    json_set_alloc_funcs(xmalloc, free);
}

void proto_reader_init(struct proto_reader *reader, size_t line_max)
{
    strbuf_init(&reader->rest, line_max);
}

void proto_reader_fini(struct proto_reader *reader)
{
    strbuf_fini(&reader->rest);
}

/* Forgets the buffered line; a large buffer is not kept for the next one. */
static void reader_clear(struct proto_reader *reader)
{
    size_t cap = reader->rest.cap;

    if (reader->rest.size <= KEEP_MAX) {
        strbuf_clear(&reader->rest);
        return;
    }
    strbuf_fini(&reader->rest);
    strbuf_init(&reader->rest, cap);
}

static enum haul_err fail_too_long(const struct proto_reader *reader, struct haul_error *err)
{
    return haul_fail(err, HAUL_E_TOO_BIG, "a protocol line is longer than %zu bytes",
                     reader->rest.cap);
}

/* Hands on a whole line; one that holds nothing is skipped. */
static bool hand_on(const char *text, size_t len, proto_line_cb *line, void *ctx)
{
    if (len > 0 && text[len - 1] == '\r')
        len--;
    return len == 0 || line(ctx, text, len);
}

/* Ends a line whose last LEN bytes are at BYTES and whose beginning may be in the reader. */
static enum haul_err line_end(struct proto_reader *reader, const char *bytes, size_t len,
                              proto_line_cb *line, void *ctx, bool *ret_more,
                              struct haul_error *err)
{
    *ret_more = true;
    if (len > reader->rest.cap - reader->rest.len)
        return fail_too_long(reader, err);
    if (reader->rest.len == 0) {
        *ret_more = hand_on(bytes, len, line, ctx);
        return HAUL_OK;
    }
    if (!strbuf_add(&reader->rest, bytes, len))
        return fail_too_long(reader, err);
    *ret_more = hand_on(reader->rest.data, reader->rest.len, line, ctx);
    reader_clear(reader);
    return HAUL_OK;
}

enum haul_err proto_feed(struct proto_reader *reader, const void *bytes, size_t len,
                         proto_line_cb *line, void *ctx, struct haul_error *err)
{
    const char *at = bytes;
    const char *end = at + len;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        bool more;
        enum haul_err code;

        if (!newline)
            break;
        code = line_end(reader, at, (size_t)(newline - at), line, ctx, &more, err);
        if (code != HAUL_OK || !more)
            return code;
        at = newline + 1;
    }
    if (at < end && !strbuf_add(&reader->rest, at, (size_t)(end - at)))
        return fail_too_long(reader, err);
    return HAUL_OK;
}

/* True when brackets nest deeper than PROTO_DEPTH_MAX. Strings are skipped; text that is not JSON
 * may be judged either way, the parser refuses it later. */
static bool is_too_deep(const char *line, size_t len)
{
    bool in_string = false;
    size_t depth = 0;

    for (size_t i = 0; i < len; i++) {
        char c = line[i];

        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > PROTO_DEPTH_MAX)
                return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

/* Reads the members of the envelope; returns what is wrong with it, or NULL. */
static const char *read_envelope(json_t *root, struct proto_message *message)
{
    const char *version;
    json_t *method, *id;

    if (!json_is_object(root))
        return "a message is one JSON object";
    version = json_string_value(json_object_get(root, "jsonrpc"));
    if (!version || strcmp(version, "2.0") != 0)
        return "\"jsonrpc\" must be \"2.0\"";
    id = json_object_get(root, "id");
    if (id && !json_is_integer(id) && !json_is_string(id) && !json_is_null(id))
        return "\"id\" must be an integer or a string";
    method = json_object_get(root, "method");
    if (method && !json_is_string(method))
        return "\"method\" must be a string";
    message->root = root;
    message->id = json_is_null(id) ? NULL : id;
    message->method = json_string_value(method);
    message->params = json_object_get(root, "params");
    message->result = json_object_get(root, "result");
    message->error = json_object_get(root, "error");
    if (message->params && !json_is_object(message->params))
        return "\"params\" must be an object";
    if (message->error && !json_is_object(message->error))
        return "\"error\" must be an object";
    if (!message->method + !message->result + !message->error != 2)
        return "a message has one of \"method\", \"result\" and \"error\"";
    return NULL;
}

enum haul_err proto_parse(const char *line, size_t len, struct proto_message *ret_message,
                          enum proto_code *ret_code, struct haul_error *err)
{
    struct proto_message message = {0};
    json_error_t where;
    const char *wrong;
    json_t *root;

    if (is_too_deep(line, len)) {
        *ret_code = PROTO_NOT_REQUEST;
        return haul_fail(err, HAUL_E_RPC, "a message is nested deeper than %d", PROTO_DEPTH_MAX);
    }
    root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &where);
    if (!root) {
        *ret_code = PROTO_NOT_JSON;
        return haul_fail(err, HAUL_E_RPC, "a line is not JSON: %s", where.text);
    }
    wrong = read_envelope(root, &message);
    if (wrong) {
        json_decref(root);
        *ret_code = PROTO_NOT_REQUEST;
        return haul_fail(err, HAUL_E_RPC, "a message is not JSON-RPC 2.0: %s", wrong);
    }
    *ret_message = message;
    return HAUL_OK;
}

void proto_message_fini(struct proto_message *message)
{
    json_decref(message->root);
    *message = (struct proto_message){0};
}

static int add_chunk(const char *chunk, size_t len, void *ctx)
{
    return strbuf_add(ctx, chunk, len) ? 0 : -1;
}

/* The text of VALUE followed by END. */
static char *text_of(const json_t *value, const char *end, size_t *ret_len)
{
    struct strbuf text;

    strbuf_init(&text, SIZE_MAX / 2);
    if (json_dump_callback(value, add_chunk, &text, JSON_COMPACT | JSON_ENCODE_ANY) != 0 ||
        !strbuf_puts(&text, end))
        abort(); /* A tree that jansson built always has a text. */
    if (ret_len)
        *ret_len = text.len;
    return strbuf_take(&text);
}

char *proto_text(const json_t *value, size_t *ret_len)
{
    return text_of(value, "", ret_len);
}

/* An envelope with VALUE, which is taken, as its member NAME. */
static char *envelope(json_t *root, const char *name, json_t *value, size_t *ret_len)
{
    char *line;

    json_object_set_new(root, "jsonrpc", json_string("2.0"));
    if (value)
        json_object_set_new(root, name, value);
    line = text_of(root, "\n", ret_len);
    json_decref(root);
    return line;
}

char *proto_request(uint64_t id, const char *method, json_t *params, size_t *ret_len)
{
    json_t *root = json_object();

    json_object_set_new(root, "id", json_integer((json_int_t)id));
    json_object_set_new(root, "method", json_string(method));
    return envelope(root, "params", params, ret_len);
}

char *proto_notification(const char *method, json_t *params, size_t *ret_len)
{
    json_t *root = json_object();

    json_object_set_new(root, "method", json_string(method));
    return envelope(root, "params", params, ret_len);
}

char *proto_result(json_t *id, json_t *result, size_t *ret_len)
{
    json_t *root = json_object();

    json_object_set(root, "id", id);
    return envelope(root, "result", result, ret_len);
}

char *proto_failure(json_t *id, enum proto_code code, const struct haul_error *err, size_t *ret_len)
{
    json_t *root = json_object();
    json_t *data = json_object();
    json_t *error = json_object();

    json_object_set_new(data, "name", json_string(haul_err_name(err->code)));
    json_object_set_new(data, "retryable", json_boolean(err->retryable));
    if (err->http_status != 0)
        json_object_set_new(data, "http_status", json_integer(err->http_status));
    json_object_set_new(error, "code", json_integer(code));
    json_object_set_new(error, "message", json_string(err->text));
    json_object_set_new(error, "data", data);
    if (id)
        json_object_set(root, "id", id);
    else
        json_object_set_new(root, "id", json_null());
    return envelope(root, "error", error, ret_len);
}

void proto_error_read(const json_t *error, struct haul_error *ret_err)
{
    const json_t *data = json_object_get(error, "data");
    const char *message = json_string_value(json_object_get(error, "message"));
    const char *name = json_string_value(json_object_get(data, "name"));
    enum haul_err code = name ? haul_err_from_name(name) : HAUL_E_RPC;
    json_int_t status = json_integer_value(json_object_get(data, "http_status"));

    if (code == HAUL_OK)
        code = HAUL_E_RPC;
    (void)haul_fail(ret_err, code, "%s", message ? message : haul_err_sentence(code));
    ret_err->retryable = json_is_true(json_object_get(data, "retryable"));
    ret_err->http_status = status >= 100 && status <= 599 ? (int)status : 0;
}
