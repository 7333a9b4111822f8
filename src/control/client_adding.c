/* The client's calls before links are added: what the queue knows of them, what their servers tell.
 */

#include "control/client_inside.h"
#include "control/json_options.h"

#define HAD_MINOR 4 /* of the protocol: from there on the history is asked, too */

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
