/* Requests with owned strings, as the list file and the command line make them.
 *
 * Items share one set of options until one of them needs its own: a list of 100,000 plain lines
 * holds one. Must never look at what a URL or an option means.
 */
#include "input/requests.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"

/* The contract shows strings as const because engine and client only borrow them; here is their
 * owner. */
static void request_fini(struct haul_request *request)
{
    const char **mirrors = (const char **)(uintptr_t)request->mirrors;

    for (size_t i = 0; i < request->mirror_count; i++)
        free((char *)(uintptr_t)mirrors[i]);
    free(mirrors);
    free((char *)(uintptr_t)request->url);
    haul_options_unref(request->options);
}

void requests_truncate(struct requests *requests, size_t count)
{
    while (requests->count > count)
        request_fini(&requests->items[--requests->count]);
}

void requests_fini(struct requests *requests)
{
    requests_truncate(requests, 0);
    free(requests->items);
    *requests = (struct requests){0};
}

void requests_add(struct requests *requests, const char *url, struct haul_options *options)
{
    requests->items =
        array_reserve(requests->items, requests->count, &requests->size, sizeof(*requests->items));
    requests->items[requests->count++] = (struct haul_request){
        .url = xstrdup(url),
        .options = haul_options_ref(options),
    };
}

void requests_add_mirror(struct requests *requests, const char *url)
{
    struct haul_request *last = &requests->items[requests->count - 1];
    const char **mirrors = (const char **)(uintptr_t)last->mirrors;

    mirrors = xreallocarray(mirrors, last->mirror_count + 1, sizeof(*mirrors));
    mirrors[last->mirror_count++] = xstrdup(url);
    last->mirrors = mirrors;
}

void requests_set_options(struct requests *requests, struct haul_options *options)
{
    struct haul_request *last = &requests->items[requests->count - 1];

    haul_options_ref(options);
    haul_options_unref(last->options);
    last->options = options;
}

struct haul_options *requests_own_options(struct requests *requests)
{
    struct haul_request *last = &requests->items[requests->count - 1];

    if (last->options->refs > 1) {
        struct haul_options *own = haul_options_copy(last->options);
        haul_options_unref(last->options);
        last->options = own;
    }
    return last->options;
}
