/* Any bytes on the control socket: lines come out the same however the bytes were cut, a message is
 * parsed or refused with a sentence, and whatever a message holds can be read as any of haul's
 * structs or is refused. The first byte decides how the rest is cut. */

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "control/json_options.h"
#include "control/json_views.h"
#include "control/proto.h"
#include "fuzz.h"

#define LINE_MAX_HERE 4096

/* What came out of one way of feeding. */
struct lines {
    size_t count;
    uint64_t hash;
};

static bool on_line(void *ctx, const char *line, size_t len)
{
    struct lines *lines = ctx;

    CHECK(len > 0 && len <= LINE_MAX_HERE);
    CHECK(!memchr(line, '\n', len));
    for (size_t i = 0; i < len; i++)
        lines->hash = (lines->hash ^ (uint8_t)line[i]) * UINT64_C(1099511628211);
    lines->hash += len;
    lines->count++;
    return true;
}

/* Feeds in pieces of STEP bytes; false when a line was too long. */
static bool feed(const uint8_t *data, size_t size, size_t step, proto_line_cb *line, void *ctx)
{
    struct proto_reader reader;
    struct haul_error err;
    enum haul_err code = HAUL_OK;

    proto_reader_init(&reader, LINE_MAX_HERE);
    for (size_t at = 0; at < size && code == HAUL_OK; at += step)
        code = proto_feed(&reader, data + at, size - at < step ? size - at : step, line, ctx, &err);
    proto_reader_fini(&reader);
    CHECK(code == HAUL_OK || (code == HAUL_E_TOO_BIG && err.text[0]));
    return code == HAUL_OK;
}

static void read_as_everything(json_t *value)
{
    struct haul_error err;
    struct haul_item item;
    struct haul_detail detail;
    struct haul_totals totals;
    struct haul_settings settings;
    struct haul_options *options;
    struct haul_view view = {0};
    uint64_t *ids;
    size_t count;

    if (json_to_item(value, &item, &err) == HAUL_OK) {
        json_t *again = json_from_item(&item);
        struct haul_item copy;

        CHECK(json_to_item(again, &copy, &err) == HAUL_OK && strcmp(copy.name, item.name) == 0);
        CHECK(copy.total == item.total && copy.state == item.state && copy.eta == item.eta);
        haul_item_fini(&copy);
        haul_item_fini(&item);
        json_decref(again);
    }
    if (json_to_detail(value, &detail, &err) == HAUL_OK)
        haul_detail_fini(&detail);
    if (json_to_totals(value, &totals, &err) == HAUL_OK)
        CHECK(totals.left >= -1);
    if (json_to_options(value, &options, &err) == HAUL_OK) {
        CHECK(options->dir && options->dir[0] == '/');
        haul_options_unref(options);
    }
    if (json_to_settings(value, true, &settings, &err) == HAUL_OK)
        CHECK(settings.jobs >= 1 && settings.jobs <= 10000);
    if (json_to_view(value, &view, &err) == HAUL_OK)
        CHECK(view.sort < HAUL_SORT_COUNT && view.states < 1u << HAUL_STATE_COUNT);
    if (json_to_ids(json_object_get(value, "ids"), &ids, &count, &err) == HAUL_OK)
        free(ids);
}

static void check_message(struct proto_message *message)
{
    struct haul_error err;
    char *text;

    CHECK(message->method || message->result || message->error);
    if (message->error) {
        proto_error_read(message->error, &err);
        CHECK(err.code != HAUL_OK && err.text[0]);
    }
    if (message->params)
        read_as_everything(message->params);
    if (message->result)
        read_as_everything(message->result);
    message->root = json_cleaned(message->root);
    text = proto_text(message->root, NULL);
    CHECK(!strchr(text, '\n'));
    free(text);
}

static bool parse_line(void *ctx, const char *line, size_t len)
{
    struct proto_message message;
    enum proto_code code = 0;
    struct haul_error err;

    (void)ctx;
    if (proto_parse(line, len, &message, &code, &err) == HAUL_OK) {
        check_message(&message);
        proto_message_fini(&message);
    } else {
        CHECK(code == PROTO_NOT_JSON || code == PROTO_NOT_REQUEST);
        CHECK(err.code == HAUL_E_RPC && err.text[0]);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lines whole = {0}, cut = {0};
    bool fits;

    if (size < 2)
        return 0;
    fits = feed(data + 1, size - 1, size, on_line, &whole);
    CHECK(feed(data + 1, size - 1, data[0] % 64 + 1u, on_line, &cut) == fits);
    if (fits)
        CHECK(whole.count == cut.count && whole.hash == cut.hash);
    (void)feed(data + 1, size - 1, size, parse_line, NULL);
    return 0;
}
