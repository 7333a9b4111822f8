/* Easy handles between transfers.
 *
 * Invariants: a spare handle points to nothing of the transfer it served; what it is set up for is
 * known by the address of the options, so those are referenced as long; one that was on a shared
 * connection serves such transfers only (see request.c: read_buffer()). */

#include "net/easies.h"

#include <stdlib.h>

#include "base/array.h"

#define SPARE_MAX 64

struct spare {
    CURL *easy;
    struct easy_use use; /* its options are referenced */
};

/* The last one that is set up for USE, or else the last one; there is one. */
static size_t find(const struct easies *easies, const struct easy_use *use)
{
    for (size_t i = easies->count; use->options && i > 0; i--) {
        const struct easy_use *other = &easies->spare[i - 1].use;

        if (other->options == use->options && other->http2 == use->http2)
            return i - 1;
    }
    return easies->count - 1;
}

/* For another use, if it can be used for that. */
static void renew(struct spare *spare)
{
    if (spare->use.http2) {
        curl_easy_cleanup(spare->easy);
        spare->easy = curl_easy_init();
    } else if (spare->use.options) {
        curl_easy_reset(spare->easy);
    }
}

CURL *easies_get(struct easies *easies, const struct easy_use *use, bool *ret_ready)
{
    struct spare spare;
    size_t at;

    *ret_ready = false;
    if (easies->count == 0)
        return curl_easy_init();
    at = find(easies, use);
    spare = easies->spare[at];
    easies->spare[at] = easies->spare[--easies->count];
    *ret_ready = use->options && spare.use.options == use->options && spare.use.http2 == use->http2;
    if (!*ret_ready)
        renew(&spare);
    haul_options_unref(spare.use.options);
    return spare.easy;
}

void easies_put(struct easies *easies, CURL *easy, const struct easy_use *use)
{
    if (!easy)
        return;
    if (easies->count >= SPARE_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    if (use->options) {
        haul_options_ref(use->options);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    } else {
        curl_easy_reset(easy);
    }
    easies->spare =
        array_reserve(easies->spare, easies->count, &easies->size, sizeof *easies->spare);
    easies->spare[easies->count++] = (struct spare){easy, *use};
}

void easies_fini(struct easies *easies)
{
    while (easies->count > 0) {
        struct spare *spare = &easies->spare[--easies->count];

        curl_easy_cleanup(spare->easy);
        haul_options_unref(spare->use.options);
    }
    free(easies->spare);
}
