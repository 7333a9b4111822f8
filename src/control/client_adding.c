/* The client's calls that add links, and those before: what the queue knows of them, what their
 * servers tell.
 *
 * A large add is cut into several requests that are sent at once; it is answered when all of them
 * are, with their answers as one. */

#include <stdlib.h>

#include "base/mem.h"
#include "control/add.h"
#include "control/client_inside.h"
#include "control/json_options.h"

#define HAD_MINOR      4 /* of the protocol: from there on the history is asked, too */
#define NEW_MINOR      4 /* of the protocol: from there on what is here already can be left out */
#define NEW_ONCE_MINOR 6 /* and of an add that may be sent again */

/* Their indices are those of the part, which begins at FIRST. */
static void join_had(json_t *all, json_t *rows, size_t first)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        json_int_t index = json_integer_value(json_object_get(row, "index"));

        json_object_set_new(row, "index", json_integer(index + (json_int_t)first));
    }
    json_array_extend(all, rows);
}

/* All ids of a cut-up add in the first part's result. */
static void add_join(struct open_call *call)
{
    json_t *ids = json_object_get(call->parts[0], "ids");
    json_t *had = json_object_get(call->parts[0], "had");

    for (size_t i = 1; i < call->part_count; i++) {
        join_had(had, json_object_get(call->parts[i], "had"), json_array_size(ids));
        json_array_extend(ids, json_object_get(call->parts[i], "ids"));
    }
}

/* What is answered with "replaced" is asked again as a whole: not so when a part of it is done. */
static void add_half_done(struct open_call *call)
{
    size_t taken = 0;

    for (size_t i = 0; i < call->part_count; i++)
        taken += json_array_size(json_object_get(call->parts[i], "ids"));
    if (call->err.code == HAUL_E_REPLACED && taken > 0)
        (void)haul_fail(&call->err, HAUL_E_DAEMON_LOST,
                        "another haul took the daemon's place after %zu links were added; add "
                        "those that 'haul list' does not show",
                        taken);
}

void client_add_over(struct open_call *call)
{
    if (call->failed)
        add_half_done(call);
    else
        add_join(call);
}

/* The messages of one call. */
struct lines {
    char **texts;
    size_t *lens;
    size_t count;
};

static void lines_add(struct lines *lines, char *text, size_t len)
{
    lines->texts = xreallocarray(lines->texts, lines->count + 1, sizeof *lines->texts);
    lines->lens = xreallocarray(lines->lens, lines->count + 1, sizeof *lines->lens);
    lines->texts[lines->count] = text;
    lines->lens[lines->count++] = len;
}

/* Keeps what is sent of an add, for a line that drops before it is answered. */
static void keep_copies(struct open_call *call, const struct lines *lines)
{
    call->copies = xcalloc(lines->count, sizeof *call->copies);
    for (size_t i = 0; i < lines->count; i++)
        call->copies[i] =
            (struct line_copy){xstrndup(lines->texts[i], lines->lens[i]), lines->lens[i]};
}

/* NEW: without what is here already. */
static void add(struct haul_client *client, const struct haul_request *requests, size_t count,
                bool new, haul_reply_cb *reply, void *ctx)
{
    struct open_call *call = client_call_new(client, CALL_ADD, reply, ctx);
    uint64_t first_id = client->next_id;
    struct lines lines = {0};
    char token[ADD_TOKEN_SIZE] = "";
    struct haul_error err;
    enum haul_err code = HAUL_OK;

    if (count == 0)
        code = haul_fail(&err, HAUL_E_USAGE, "there is nothing to add");
    if (client_line_repeats(client))
        add_token(&clock_system, token);
    for (size_t done = 0; done < count && code == HAUL_OK;) {
        struct add_message message = {0};

        code = add_message(client->next_id++, token,
                           new && client->daemon.minor >= (token[0] ? NEW_ONCE_MINOR : NEW_MINOR),
                           requests + done, count - done, &message, &err);
        if (code == HAUL_OK)
            lines_add(&lines, message.line, message.len);
        done += message.taken;
    }
    if (code == HAUL_OK) {
        if (token[0] && !client->lost && !client->closed)
            keep_copies(call, &lines);
        client_call_send(client, call, first_id, lines.texts, lines.lens, lines.count);
    } else {
        for (size_t i = 0; i < lines.count; i++)
            free(lines.texts[i]);
        client_call_fail(client, call, &err);
    }
    free(lines.texts);
    free(lines.lens);
}

void haul_client_add(struct haul_client *client, const struct haul_request *requests, size_t count,
                     haul_reply_cb *reply, void *ctx)
{
    add(client, requests, count, false, reply, ctx);
}

void haul_client_add_new(struct haul_client *client, const struct haul_request *requests,
                         size_t count, haul_reply_cb *reply, void *ctx)
{
    add(client, requests, count, true, reply, ctx);
}

void haul_client_known(struct haul_client *client, const char *const *urls, size_t count,
                       haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();
    json_t *list = json_array();

    /* A link that is not UTF-8 can't be in the queue: it would not have come there. */
    for (size_t i = 0; i < count; i++) {
        json_t *url = json_string(urls[i]);
        json_array_append_new(list, url ? url : json_string(""));
    }
    json_object_set_new(params, "urls", list);
    if (client->daemon.minor >= HAD_MINOR)
        json_object_set_new(params, "had", json_true());
    client_call(client, CALL_KNOWN, params, reply, ctx);
}

void haul_client_probe(struct haul_client *client, const struct haul_request *request,
                       haul_reply_cb *reply, void *ctx)
{
    struct haul_error err = {0};
    json_t *params = json_object();
    json_t *options = json_from_options(request->options, &err);

    if (options)
        json_object_set_new(params, "options", options);
    if (json_object_set_new(params, "url", json_string(request->url)) != 0)
        (void)haul_fail(&err, HAUL_E_BAD_URL, "the link is not valid UTF-8");
    if (err.code == HAUL_OK) {
        client_call(client, CALL_PROBE, params, reply, ctx);
        return;
    }
    json_decref(params);
    client_call_failed(client, CALL_PROBE, &err, reply, ctx);
}

void haul_client_unprobe(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_UNPROBE, NULL, reply, ctx);
}
