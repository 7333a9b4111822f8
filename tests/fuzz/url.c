/* Any text as a URL: the parts lie within it, and no user info gets out. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"

static void check_part(const char *text, struct url_part part)
{
    if (part.at)
        CHECK(part.at >= text && part.at + part.len <= text + strlen(text));
}

static void check_parts(const char *text, const struct url *url)
{
    check_part(text, url->scheme);
    check_part(text, url->userinfo);
    check_part(text, url->host);
    check_part(text, url->port);
    check_part(text, url->path);
    check_part(text, url->query);
    CHECK(url->scheme.len > 0 && url->host.len > 0);
    CHECK(url->path.len == 0 || url->path.at[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct haul_error err;
    struct url url;
    size_t segment_len;
    char *shown = url_shown(text);
    char *origin = url_origin(text);
    char *segment = url_last_segment(text, &segment_len);
    bool split = url_split(text, &url, &err) == HAUL_OK;

    CHECK(split == (origin != NULL));
    CHECK(segment_len <= size);
    if (split) {
        struct url again;

        check_parts(text, &url);
        CHECK(url_split(origin, &again, NULL) == HAUL_OK && !again.userinfo.at);
        if (url_split(shown, &again, NULL) == HAUL_OK)
            CHECK(!again.userinfo.at && again.host.len > 0);
    } else {
        CHECK(err.code == HAUL_E_BAD_URL && err.text[0]);
    }
    free(shown);
    free(origin);
    free(segment);
    free(text);
    return 0;
}
