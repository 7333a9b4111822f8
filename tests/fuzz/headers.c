/* Response headers, line by line as libcurl hands them over, and what the engine reads out of them.
 * The first byte says how often the rest is fed: a server may repeat itself for ever. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/filename.h"
#include "engine/http_date.h"
#include "engine/retry.h"
#include "engine/validate.h"
#include "fuzz.h"
#include "net/response.h"

static void check_text(const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (len == 0)
        return;
    CHECK(!strchr(" \t\r\n", text[0]) && !strchr(" \t\r\n", text[len - 1]));
    CHECK(!strchr(text, '\n'));
}

static void check_response(const struct net_response *response)
{
    const char *const texts[] = {
        response->content_range, response->content_type, response->content_encoding,
        response->disposition,   response->etag,         response->last_modified,
        response->date,          response->location,     response->retry_after,
        response->server};

    CHECK(response->status >= 0 && response->status <= 999);
    CHECK(response->content_length >= -1 && response->content_length <= INT64_MAX / 2);
    CHECK(response->header_bytes <= NET_HEADER_BYTES_MAX);
    CHECK(response->header_lines <= NET_HEADER_LINES_MAX);
    CHECK(response->interim <= NET_INTERIM_MAX);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text(texts[i]);
}

/* What the engine makes of it. Nothing in here may fall over, whatever the server wrote. */
static void use(const struct net_response *response)
{
    struct content_range range;
    char *name = filename_choose(NULL, text_raw_from(response->disposition), "http://h/a", NULL);
    int64_t at;

    CHECK(name[0] && !strchr(name, '/'));
    free(name);
    if (content_range_parse(text_raw_from(response->content_range), &range) && range.has_range)
        CHECK(range.first <= range.last);
    CHECK(retry_after_parse(text_raw_from(response->retry_after), 0) >= -1);
    struct validators told = {response->etag, response->last_modified, response->date, 0};
    if (identity_told(&told, response->content_length, 0).last_modified_strong)
        CHECK(http_date_parse(text_raw_from(response->last_modified), 0, &at));
}

/* One line from exact memory, so that a step behind it is seen. What is told stays told once the
 * body of a 2xx has begun. */
static enum haul_err feed_line(struct net_response *response, const uint8_t *data, size_t len,
                               struct haul_error *err)
{
    bool began = response->complete && response->status >= 200 && response->status < 300;
    int status = response->status;
    int64_t length = response->content_length;
    const char *etag = response->etag;
    char *line = fuzz_text(data, len);
    enum haul_err code = net_response_line(response, line, len, err);

    free(line);
    if (code == HAUL_OK)
        check_response(response);
    else
        CHECK((code == HAUL_E_BAD_RESPONSE || code == HAUL_E_LOGIN) && err->code == code &&
              err->text[0]);
    if (began)
        CHECK(response->status == status && response->content_length == length &&
              response->etag == etag && response->complete);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net_response response;
    struct haul_error err;
    enum haul_err code = HAUL_OK;
    unsigned rounds = size > 0 ? data[0] % 8u + 1u : 0;

    net_response_init(&response);
    for (unsigned i = 0; i < rounds && code == HAUL_OK; i++) {
        for (size_t at = 1; at < size && code == HAUL_OK;) {
            const uint8_t *end = memchr(data + at, '\n', size - at);
            size_t len = end ? (size_t)(end - data) + 1 - at : size - at;

            code = feed_line(&response, data + at, len, &err);
            at += len;
        }
    }
    use(&response);
    net_response_fini(&response);
    return 0;
}
