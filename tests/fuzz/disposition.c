/* Any Content-Disposition gives a safe name or none. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/filename.h"
#include "fuzz.h"

static void check_safe(const char *name, size_t len)
{
    char again[FILENAME_SIZE];

    CHECK(strlen(name) == len && len <= FILENAME_MAX_BYTES);
    CHECK(!strpbrk(name, "/\\"));
    CHECK(len == 0 || !strchr(".- ", name[0]));
    CHECK(len == 0 || !strchr(". ", name[len - 1]));
    for (const char *c = name; *c; c++)
        CHECK((unsigned char)*c >= 0x20 && *c != 0x7F);
    CHECK(filename_sanitize(text_raw_from(name), again, sizeof(again)) == len);
    CHECK(strcmp(name, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_raw raw = {(const char *)data, size};
    char *suggested = filename_from_disposition(raw);
    char *chosen = filename_choose(NULL, raw, "http://h/", NULL);
    char *numbered = filename_numbered(chosen, 12);
    char name[FILENAME_SIZE];

    if (suggested)
        check_safe(name, filename_sanitize(text_raw_from(suggested), name, sizeof(name)));
    check_safe(name, filename_sanitize(raw, name, sizeof(name)));
    check_safe(chosen, strlen(chosen));
    CHECK(chosen[0] && strlen(numbered) <= 250);
    free(suggested);
    free(chosen);
    free(numbered);
    return 0;
}
