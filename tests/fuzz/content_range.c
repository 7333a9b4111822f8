/* Content-Range and ETag: what is taken holds together. The input up to the first newline is the
 * one, what follows the other. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/validate.h"
#include "fuzz.h"

static void check_range(const struct content_range *range)
{
    CHECK(range->total >= -1 && range->total <= VALIDATE_SIZE_MAX);
    CHECK(range->has_range || range->total >= 0);
    CHECK(range->first <= range->last && range->last <= (uint64_t)VALIDATE_SIZE_MAX);
    CHECK(!range->has_range || range->total < 0 || range->last < (uint64_t)range->total);
}

static void check_resume(const char *content_range, const char *etag, int status)
{
    struct resume_case asked = {
        .offset = 5,
        .end = 100,
        .stored = {.etag = "\"a\"", .total = 100},
        .status = status,
        .seen = {.etag = etag},
        .content_range = content_range,
        .content_length = -1,
    };
    struct resume_result result = validate_resume(&asked);

    CHECK(result.reason[0]);
    if (result.verdict == RESUME_CONTINUE)
        CHECK(status == 206 && result.end > 5 && result.end <= 100 && result.total == 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    char *newline = strchr(text, '\n');
    struct content_range range;
    struct etag etag;

    if (newline)
        *newline = '\0';
    if (content_range_parse(text_raw_from(text), &range))
        check_range(&range);
    if (etag_parse((struct text_raw){(const char *)data, size}, &etag))
        CHECK(etag.tag.len + 2 <= size);
    check_resume(text, newline ? newline + 1 : NULL, 206);
    check_resume(text, newline ? newline + 1 : NULL, 416);
    free(text);
    return 0;
}
