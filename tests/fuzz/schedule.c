/* Hours of the day: each line is "WHEN = THEN". What is refused is told with a clean sentence, and
 * what is said of the next change is so, also on the days on which clocks are set. */

#include <time.h>

#include "base/text.h"
#include "config/schedule.h"
#include "fuzz.h"

#define HOUR_MS INT64_C(3600000)
#define LINES   64

static bool is_same(const struct schedule_effect *a, const struct schedule_effect *b)
{
    return a->off == b->off && a->limit == b->limit && a->jobs == b->jobs;
}

static void check_same(const struct schedule *schedule, const struct schedule_now *now,
                       int64_t when, bool same)
{
    struct schedule_now then;

    schedule_look(schedule, when, &then);
    CHECK(is_same(&now->effect, &then.effect) == same);
}

static void check_at(const struct schedule *schedule, int64_t when)
{
    struct schedule_now now;

    schedule_look(schedule, when, &now);
    CHECK(now.until > when);
    for (int64_t hour = 1; hour <= INT64_C(7) * 24 && when + hour * HOUR_MS < now.until; hour++)
        check_same(schedule, &now, when + hour * HOUR_MS, true);
    if (now.until == INT64_MAX)
        return;
    check_same(schedule, &now, now.until - 1000, true);
    check_same(schedule, &now, now.until, false);
}

static void add(struct schedule *schedule, char *line, size_t number)
{
    struct haul_error err = {0};
    char *then = strchr(line, '=');

    if (!then)
        return;
    *then++ = '\0';
    if (schedule_add(schedule, line, then, number, &err) != HAUL_OK) {
        char *clean = text_clean_dup(text_raw_from(err.text), 4 * sizeof err.text);

        CHECK(err.text[0] != '\0' && strcmp(clean, err.text) == 0);
        free(clean);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Around both days on which the clock is set, and on another one. */
    static const int64_t times[] = {INT64_C(1774738800000), INT64_C(1774745999000),
                                    INT64_C(1792880000000), INT64_C(1792889999000),
                                    INT64_C(1792893600000), INT64_C(1780000000123)};
    struct schedule *schedule = schedule_new();
    char *text = fuzz_text(data, size), *rest = text;
    size_t number = 0;

    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    for (char *line; number < LINES && (line = strsep(&rest, "\n")) != NULL;)
        add(schedule, line, ++number);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        check_at(schedule, times[i]);
    schedule_free(schedule);
    free(text);
    return 0;
}
