/* Links in any text: each one found is usable, holds nothing that could be more than a link, and
 * comes once. */

#include "input/urls.h"
#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"

static void check_link(const char *url, const char *text, size_t size)
{
    struct url parts;

    CHECK(url_split(url, &parts, NULL) == HAUL_OK);
    CHECK(strlen(url) <= size);
    CHECK(strpbrk(url, " \t\r\n<>\"`\\") == NULL);
    if (memmem(text, size, ":\\/\\/", 5) == NULL)
        CHECK(memmem(text, size, url, strcspn(url, "&")) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct urls urls = {0};

    urls_find(&urls, text, size);
    if (urls.count == 0 && urls.refused_total == 0)
        urls_find_word(&urls, text, size);
    for (size_t i = 0; i < urls.count; i++) {
        check_link(urls.items[i], text, size);
        for (size_t j = 0; j < i && i < 50; j++)
            CHECK(strcmp(urls.items[i], urls.items[j]) != 0);
    }
    CHECK(urls.refused_count <= urls.refused_total);
    for (size_t i = 0; i < urls.refused_count; i++) {
        CHECK(urls.refused[i].why[0] != '\0');
        CHECK(strlen(urls.refused[i].text) < 128);
    }
    urls_fini(&urls);
    return 0;
}
