/* Rules of --retry-on: any text is a rule within bounds, or is refused with a sentence. */

#include "config/retry_rule.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct haul_strings rules = {&text, 1};
    const char *wrong = retry_rule_check(text);
    bool named = false;

    for (int status = 0; status < 700; status++) {
        struct retry_rule rule;

        if (!retry_rule_find(&rules, status, &rule))
            continue;
        named = true;
        CHECK(status >= 400 && status <= 599);
        CHECK(rule.retries >= -1 && rule.retries <= 1000000);
        CHECK(rule.wait <= (uint64_t)366 * 24 * 3600);
    }
    CHECK(named == !wrong);
    CHECK(!wrong || wrong[0] != '\0');
    free(text);
    return 0;
}
