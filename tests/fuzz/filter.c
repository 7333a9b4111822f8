/* Filter expressions: any text is one within bounds, or is refused with a sentence and its word. */

#include "base/filter.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct haul_brief brief = {.id = 1,
                               .state = HAUL_ACTIVE,
                               .total = 1000000,
                               .done = 999999,
                               .eta = 3,
                               .added_at = 5,
                               .name = "a name.zip",
                               .url = text,
                               .dir = "/x"};
    struct filter_problem problem = {0};
    struct filter *filter = filter_new(text, INT64_C(1732190651000), &problem);

    if (!filter) {
        CHECK(problem.text[0] != '\0' && memchr(problem.text, '\0', sizeof problem.text));
        CHECK(problem.start <= problem.end && problem.end <= strlen(text));
        free(text);
        return 0;
    }
    CHECK(filter_fits(filter, &brief) == filter_fits(filter, &brief));
    (void)filter_moves(filter);
    filter_free(filter);
    free(text);
    return 0;
}
