/* Pastes with copied commands: whatever comes out is usable and clean, the same however the text is
 * cut into slices. */

#include "input/pasted.h"
#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"

static void read_text(struct pasted *pasted, const char *text, size_t size, size_t budget)
{
    pasted_init(pasted, 1 << 20);
    CHECK(pasted_add(pasted, text, size));
    while (pasted_work(pasted, budget))
        continue;
    CHECK(!pasted_busy(pasted));
}

static void check_link(const struct pasted *pasted, size_t index)
{
    const struct haul_options *options = pasted_options(pasted, index);
    const char *notes = pasted_notes(pasted, index);
    struct url parts;

    CHECK(url_split(pasted->urls.items[index], &parts, NULL) == HAUL_OK);
    if (notes) {
        char clean[2048];

        CHECK(text_clean(text_raw_from(notes), clean, sizeof clean) == strlen(notes));
    }
    for (size_t i = 0; options && i < options->headers.count; i++)
        CHECK(strpbrk(options->headers.items[i], "\r\n") == NULL);
    for (size_t i = 0; options && i < options->cookies.count; i++)
        CHECK(strpbrk(options->cookies.items[i], "\r\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pasted whole, sliced;
    struct requests requests = {0};
    struct haul_options *base = haul_options_new();

    read_text(&whole, (const char *)data, size, 1 << 20);
    read_text(&sliced, (const char *)data, size, 7);
    for (size_t i = 0; i < whole.urls.count; i++) {
        check_link(&whole, i);
        pasted_request(&whole, i, base, &requests);
    }
    CHECK(requests.count == whole.urls.count);
    while (sliced.urls.count > 0)
        pasted_remove(&sliced, sliced.urls.count / 2);
    requests_fini(&requests);
    haul_options_unref(base);
    pasted_fini(&whole);
    pasted_fini(&sliced);
    return 0;
}
