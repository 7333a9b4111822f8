/* Retry-After and dates, at several times of day. */

#include <stdint.h>

#include "engine/http_date.h"
#include "engine/retry.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t nows[] = {0, INT64_C(784111777000), INT64_C(1795255451999)};
    struct text_raw raw = {(const char *)data, size};

    for (size_t i = 0; i < sizeof(nows) / sizeof(nows[0]); i++) {
        int64_t seconds = retry_after_parse(raw, nows[i]);
        int64_t at = 0;

        CHECK(seconds >= -1 && seconds <= INT32_MAX);
        if (http_date_parse(raw, nows[i], &at))
            CHECK(at % 1000 == 0 && seconds >= 0);
    }
    return 0;
}
