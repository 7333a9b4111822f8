/* The messages of one `add`: as many requests in each as fit. Options that the requests of a
 * message have in common are written once. Pure. */

#include "control/add.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/json_options.h"
#include "control/proto.h"

#define ITEMS_MAX 5000       /* requests in one message */
#define BYTES_MAX (1u << 20) /* of URLs in one message, about */

/* One entry of `items`; NULL with a sentence when it can't travel. SHARED are the options that the
 * message carries for all. */
static json_t *add_item(const struct haul_request *request, const struct haul_options *shared,
                        struct haul_error *err)
{
    json_t *item = json_object();
    json_t *mirrors = json_array();
    bool good = json_object_set_new(item, "url", json_string(request->url)) == 0;

    for (size_t i = 0; i < request->mirror_count; i++)
        good = json_array_append_new(mirrors, json_string(request->mirrors[i])) == 0 && good;
    json_object_set_new(item, "mirrors", mirrors);
    if (request->paused)
        json_object_set_new(item, "paused", json_true());
    if (!good) {
        (void)haul_fail(err, HAUL_E_BAD_URL, "a link is not valid UTF-8");
    } else if (request->options != shared) {
        json_t *options = json_from_options(request->options, err);

        good = options != NULL;
        if (good)
            json_object_set_new(item, "options", options);
    }
    if (good)
        return item;
    json_decref(item);
    return NULL;
}

/* The params for as many of the requests as fit one message; *ret_taken of them. */
static json_t *add_params(const struct haul_request *requests, size_t count, size_t *ret_taken,
                          struct haul_error *err)
{
    const struct haul_options *shared = requests[0].options;
    json_t *params = json_object();
    json_t *items = json_array();
    json_t *options = json_from_options(shared, err);
    size_t taken = 0, bytes = 0;

    json_object_set_new(params, "items", items);
    if (!options)
        goto fail;
    json_object_set_new(params, "options", options);
    while (taken < count && taken < ITEMS_MAX && bytes < BYTES_MAX) {
        const struct haul_request *request = &requests[taken++];
        json_t *item = add_item(request, shared, err);

        if (!item)
            goto fail;
        json_array_append_new(items, item);
        bytes += strlen(request->url);
        for (size_t i = 0; i < request->mirror_count; i++)
            bytes += strlen(request->mirrors[i]);
    }
    *ret_taken = taken;
    return params;
fail:
    json_decref(params);
    return NULL;
}

void add_token(const struct clock *clock, char token[ADD_TOKEN_SIZE])
{
    (void)snprintf(token, ADD_TOKEN_SIZE, "%016" PRIx64 "%016" PRIx64, clock_chance(clock),
                   clock_chance(clock));
}

enum haul_err add_message(uint64_t id, const char *token, bool only_new,
                          const struct haul_request *requests, size_t count,
                          struct add_message *ret_message, struct haul_error *err)
{
    struct add_message message = {0};
    json_t *params = add_params(requests, count, &message.taken, err);

    if (!params)
        return err->code;
    if (token[0])
        json_object_set_new(params, "token",
                            json_sprintf("%s-%llu", token, (unsigned long long)id));
    if (only_new)
        json_object_set_new(params, "new", json_true());
    message.line = proto_request(id, "add", params, &message.len);
    if (message.len > PROTO_LINE_MAX) {
        free(message.line);
        return haul_fail(err, HAUL_E_TOO_BIG, "a link is too long with its options");
    }
    *ret_message = message;
    return HAUL_OK;
}
