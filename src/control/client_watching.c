/* A client's calls around what it looks at. */

#include <string.h>

#include "control/client_inside.h"
#include "control/json.h"

static const char *const mark_names[HAUL_MARK_COUNT] = {
    [HAUL_MARK_ADD] = "add",   [HAUL_MARK_DROP] = "drop", [HAUL_MARK_TURN] = "turn",
    [HAUL_MARK_ONLY] = "only", [HAUL_MARK_NONE] = "none",
};

const char *haul_mark_name(enum haul_mark how)
{
    return mark_names[how];
}

int haul_mark_from_name(const char *name)
{
    for (int how = 0; how < HAUL_MARK_COUNT; how++) {
        if (strcmp(name, mark_names[how]) == 0)
            return how;
    }
    return -1;
}

void haul_client_mark(struct haul_client *client, enum haul_mark how,
                      const struct haul_range *range, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "how", json_string(haul_mark_name(how)));
    if (range->first != 0)
        json_object_set_new(params, "first", json_from_u64(range->first));
    if (range->last != 0)
        json_object_set_new(params, "last", json_from_u64(range->last));
    client_call(client, CALL_MARK, params, reply, ctx);
}

void haul_client_find(struct haul_client *client, uint64_t from, bool here, bool backwards,
                      haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    if (from != 0)
        json_object_set_new(params, "from", json_from_u64(from));
    json_object_set_new(params, "here", json_boolean(here));
    json_object_set_new(params, "backwards", json_boolean(backwards));
    client_call(client, CALL_FIND, params, reply, ctx);
}
