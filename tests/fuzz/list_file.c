/* List files: all of a list or nothing, each item usable, each refusal with its line. */

#include "input/list_file.h"
#include "base/url.h"
#include "fuzz.h"

static void check_item(const struct haul_request *request)
{
    struct url parts;

    CHECK(url_split(request->url, &parts, NULL) == HAUL_OK);
    for (size_t i = 0; i < request->mirror_count; i++)
        CHECK(url_split(request->mirrors[i], &parts, NULL) == HAUL_OK);
    CHECK(request->options != NULL);
    CHECK(request->options->out == NULL || strchr(request->options->out, '/') == NULL);
    for (size_t i = 0; i < request->options->headers.count; i++)
        CHECK(strpbrk(request->options->headers.items[i], "\r\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct haul_options *options = haul_options_new();
    struct requests requests = {0};
    struct haul_error err = {0};
    struct list_part part = {"list", 1, (const char *)data, size};
    struct list_set *sets = NULL;
    struct list_size measured = {0};
    enum haul_err checked = list_file_check(&part, options, &measured, &err);
    enum haul_err code = list_file_parse(&part, options, &sets, &requests, &err);

    CHECK(code == checked);
    CHECK(code != HAUL_OK || requests.count == measured.items);

    CHECK(code == HAUL_OK || requests.count == 0);
    CHECK(code == HAUL_OK || strncmp(err.text, "list, line ", 11) == 0);
    for (size_t i = 0; i < requests.count; i++)
        check_item(&requests.items[i]);
    requests_fini(&requests);
    list_sets_free(&sets);
    CHECK(options->refs == 1);
    haul_options_unref(options);
    return 0;
}
