/* Filter expressions: what fits, and what is said of those that make no sense. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/filter.h"
#include "base/mem.h"

#define NOW INT64_C(1732190651000)
#define MIB (UINT64_C(1) << 20)

static const struct haul_brief movie = {
    .id = 1,
    .state = HAUL_FAILED,
    .priority = HAUL_PRIORITY_HIGH,
    .http_status = 403,
    .total = 3000 * (int64_t)MIB,
    .done = 1000 * MIB,
    .rate = 2 * MIB,
    .eta = 500,
    .added_at = NOW - 3600 * 1000,
    .connections = 4,
    .tries = 2,
    .name = "Big Movie (final).mkv",
    .url = "https://user@files.example.org:8080/pub/big.mkv",
    .dir = "/home/me/films",
};

static const struct haul_brief unknown = {
    .id = 2,
    .state = HAUL_QUEUED,
    .total = -1,
    .eta = -1,
    .name = "x",
    .url = "ftp://[::1]/x",
    .dir = "/tmp",
};

static bool fits(const char *text, const struct haul_brief *brief)
{
    struct filter_problem problem = {0};
    struct filter *filter = filter_new(text, NOW, &problem);
    bool fit;

    if (!filter)
        fail_msg("%s: %s", text, problem.text);
    fit = filter_fits(filter, brief);
    filter_free(filter);
    return fit;
}

static void each_of_these_fits_and_its_negation_does_not(void **state)
{
    static const char *const texts[] = {
        "movie",
        "MOVIE",
        "pub/big",
        "\"Movie (fin\"",
        "name:movie",
        "name:\"big movie\"",
        "name=\"big movie (final).mkv\"",
        "host:example",
        "host=files.example.org",
        "host=files.example.org:8080",
        "host:org:8080",
        "url:8080",
        "dir:films",
        "state:failed",
        "state:fai",
        "state:done,failed",
        "priority:high",
        "priority=hi",
        "priority:low,high",
        "size>1G",
        "size<=3000M",
        "size=3000M",
        "done<50%",
        "done>33%",
        "done>=1000M",
        "rate>1M",
        "rate>=2M",
        "connections=4",
        "connections:4",
        "tries>1",
        "status:403",
        "status>=400",
        "eta<10m",
        "added<2h",
        "added>=1h",
        "added<1d",
        "https://user",
    };
    char negated[128];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!fits(texts[i], &movie))
            fail_msg("%s should fit", texts[i]);
        (void)snprintf(negated, sizeof negated, "-%s", texts[i]);
        if (fits(negated, &movie))
            fail_msg("%s should not fit", negated);
    }
}

static void each_of_these_does_not_fit(void **state)
{
    static const char *const texts[] = {
        "other",
        "name:8080",
        "name=movie",
        "host:pub",
        "host:8080",
        "host:user",
        "state:active",
        "size>3000M",
        "size<3000M",
        "done>50%",
        "done=33%",
        "eta>10m",
        "priority:normal",
        "priority:low",
        "finished>0s",
        "finished<99d",
        "\"state:failed\"",
        "tries=0",
        "added<1h",
        "host=files.example.org:80",
        "host=files.example.org:808",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (fits(texts[i], &movie))
            fail_msg("%s should not fit", texts[i]);
    }
}

static void what_is_not_known_fits_no_comparison(void **state)
{
    (void)state;
    assert_false(fits("size>0", &unknown));
    assert_false(fits("size<1T", &unknown));
    assert_false(fits("done<50%", &unknown));
    assert_false(fits("done>50%", &unknown));
    assert_false(fits("eta<10h", &unknown));
    assert_false(fits("status<600", &unknown));
    assert_true(fits("-size>0", &unknown));
    assert_true(fits("host:::1", &unknown));
}

static void all_words_must_fit(void **state)
{
    (void)state;
    assert_true(fits("", &movie));
    assert_true(fits("  \t ", &movie));
    assert_true(fits("state:failed host:example.org size>1G", &movie));
    assert_false(fits("state:failed host:example.org size>1G -movie", &movie));
    assert_true(fits("-", &movie) == (strchr(movie.name, '-') != NULL));
}

static void assert_problem(const char *text, const char *part, size_t start, size_t end)
{
    struct filter_problem problem = {0};
    struct filter *filter = filter_new(text, NOW, &problem);

    if (filter)
        fail_msg("%s should be refused", text);
    if (!strstr(problem.text, part))
        fail_msg("%s: %s", text, problem.text);
    assert_int_equal(problem.start, start);
    assert_int_equal(problem.end, end);
}

static void mistakes_are_told_with_their_word(void **state)
{
    (void)state;
    assert_problem("a size>", "size takes a size: size>20M", 2, 7);
    assert_problem("size>much b", "size takes a size", 0, 9);
    assert_problem("done>150%", "a share to 100%", 0, 9);
    assert_problem("stat:failed", "no field \"stat\": name host", 0, 11);
    assert_problem("state:gone", "no state \"gone\": queued", 0, 10);
    assert_problem("state:", "state: queued active", 0, 6);
    assert_problem("state>failed", "takes : and one of", 0, 12);
    assert_problem("host>x", "(part of it)", 0, 6);
    assert_problem("name:", "what is looked for?", 0, 5);
    assert_problem("eta<soon", "takes a time", 0, 8);
    assert_problem("tries>x", "takes a number", 0, 7);
    assert_problem("a \"b c", "is missing at the end", 2, 6);
    assert_null(filter_new("size>", NOW, NULL));
}

static void too_much_is_refused(void **state)
{
    char text[FILTER_SIZE + 1];
    struct filter_problem problem;

    (void)state;
    memset(text, 'x', FILTER_SIZE);
    text[FILTER_SIZE] = '\0';
    assert_null(filter_new(text, NOW, &problem));
    text[FILTER_SIZE - 1] = '\0';
    filter_free(filter_new(text, NOW, &problem));
    for (size_t i = 0; i < 2 * (FILTER_TERM_MAX + 1); i++)
        text[i] = i % 2 ? ' ' : 'a';
    text[2 * FILTER_TERM_MAX + 1] = '\0';
    assert_null(filter_new(text, NOW, &problem));
    assert_non_null(strstr(problem.text, "no more than"));
}

static bool moves(const char *text)
{
    struct filter *filter = filter_new(text, NOW, NULL);
    bool does = filter_moves(filter);

    filter_free(filter);
    return does;
}

static void knows_what_moves(void **state)
{
    (void)state;
    assert_true(moves("x rate>1M"));
    assert_true(moves("done<50%"));
    assert_false(moves("x state:done size>1M"));
    assert_false(moves("added<2h"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_these_fits_and_its_negation_does_not),
        cmocka_unit_test(each_of_these_does_not_fit),
        cmocka_unit_test(what_is_not_known_fits_no_comparison),
        cmocka_unit_test(all_words_must_fit),
        cmocka_unit_test(mistakes_are_told_with_their_word),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(knows_what_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
