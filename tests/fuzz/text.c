/* The gate: whatever goes in, what comes out is printable, bounded, and passes again unchanged.
 * The first byte chooses the size of the buffer. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"

static void check_printable(const char *clean)
{
    uint32_t code;

    for (size_t step; (step = text_next(clean, &code)) > 0; clean += step) {
        CHECK(code >= 0x20 && (code < 0x7F || code >= 0xA0));
        CHECK(code < 0x202A || code > 0x202E);
        CHECK(code < 0x2066 || code > 0x2069);
        CHECK(code != 0xFFFD || strncmp(clean, "\xEF\xBF\xBD", 3) == 0);
    }
}

static void check_elided(const char *clean, size_t columns)
{
    size_t size = 4 * columns + 4;
    char *buf = xmalloc(size);
    size_t used;

    for (int ascii = 0; ascii < 2; ascii++) {
        text_elide(clean, columns, ascii, buf, size);
        CHECK(strlen(buf) < size && text_width(buf) <= columns);
        check_printable(buf);
    }
    CHECK(text_fit(clean, columns, &used) <= strlen(clean) && used <= columns);
    free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = size ? data[0] : 0;
    struct text_raw raw = {(const char *)data, size};
    char *buf = xmalloc(room + 1);
    char *again = xmalloc(room + 1);
    char *whole = text_clean_dup(raw, SIZE_MAX);
    size_t len = text_clean(raw, buf, room + 1);

    CHECK(len <= room && strlen(buf) == len);
    check_printable(buf);
    CHECK(text_clean(text_raw_from(buf), again, room + 1) == len && strcmp(buf, again) == 0);
    check_printable(whole);
    check_elided(whole, room);
    free(buf);
    free(again);
    free(whole);
    return 0;
}
