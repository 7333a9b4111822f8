/* Whether an answer continues the file that is here: every way in which it may not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/validate.h"

#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER    "Sun, 06 Nov 1994 08:50:37 GMT"

static void content_ranges_are_read(void **state)
{
    static const struct {
        const char *header;
        struct content_range range;
    } cases[] = {
        {"bytes 0-0/1", {true, 0, 0, 1}},
        {"bytes 5-99/100", {true, 5, 99, 100}},
        {"bytes 5-99/*", {true, 5, 99, -1}},
        {"bytes */100", {false, 0, 0, 100}},
        {"bytes */0", {false, 0, 0, 0}},
        {" BYTES  5-9/10\t", {true, 5, 9, 10}},
        {"bytes 0-4611686018427387903/4611686018427387904",
         {true, 0, VALIDATE_SIZE_MAX - 1, VALIDATE_SIZE_MAX}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct content_range range;

        assert_true(content_range_parse(text_raw_from(cases[i].header), &range));
        assert_int_equal(range.has_range, cases[i].range.has_range);
        assert_int_equal(range.first, cases[i].range.first);
        assert_int_equal(range.last, cases[i].range.last);
        assert_int_equal(range.total, cases[i].range.total);
    }
}

static void odd_content_ranges_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "bytes",
        "bytes ",
        "bytes 5-9",
        "bytes 5-9/",
        "bytes -9/10",
        "bytes 5-/10",
        "bytes 9-5/10",
        "bytes 5-4/10",
        "bytes 5-10/10",
        "bytes 0-0/0",
        "bytes */*",
        "bytes *",
        "bytes 5-9/10x",
        "bytes 5-9/10 10",
        "bytes 5 - 9/10",
        "bytes 5-9/ 10",
        "bytes +5-9/10",
        "bytes 0x5-9/10",
        "bytes=5-9/10",
        "bytes5-9/10",
        "items 5-9/10",
        "bytes 5-9/10, 11-12/20",
        "bytes 0-4611686018427387904/*",
        "bytes 0-4/4611686018427387905",
        "bytes 18446744073709551616-18446744073709551617/*",
        "bytes 0-9223372036854775808/18446744073709551615",
        "bytes 5-9/-1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct content_range range = {.first = 7};

        assert_false(content_range_parse(text_raw_from(cases[i]), &range));
        assert_int_equal(range.first, 7);
    }
    {
        struct content_range range;

        assert_false(content_range_parse((struct text_raw){"bytes 5-9/10\0", 13}, &range));
    }
}

static void etags_are_strong_or_weak(void **state)
{
    static const char *const bad[] = {
        "",       "a",        "\"",      "\"a",       "a\"",       "W/",          "W/a", "w/\"a\"",
        "W\"a\"", "\"a\"b\"", "\"a b\"", "\"a\x1b\"", "\"a\x7f\"", "\"a\" \"b\"", "*"};
    struct etag etag;

    (void)state;
    assert_true(etag_parse(text_raw_from(" \"a-1\" "), &etag));
    assert_false(etag.weak);
    assert_int_equal(etag.tag.len, 3);
    assert_memory_equal(etag.tag.bytes, "a-1", 3);
    assert_true(etag_parse(text_raw_from("W/\"\xFF\""), &etag));
    assert_true(etag.weak);
    assert_int_equal(etag.tag.len, 1);
    assert_true(etag_parse(text_raw_from("\"\""), &etag));
    assert_int_equal(etag.tag.len, 0);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(etag_parse(text_raw_from(bad[i]), &etag));
}

static bool is_strong(const char *last_modified, const char *date)
{
    struct validators told = {.last_modified = last_modified, .date = date};
    struct identity identity = identity_told(&told, 4096, 0);

    assert_ptr_equal(identity.last_modified, last_modified);
    assert_null(identity.etag);
    assert_int_equal(identity.total, 4096);
    return identity.last_modified_strong;
}

static void a_date_is_strong_when_the_answer_is_a_minute_younger(void **state)
{
    (void)state;
    assert_true(is_strong(MODIFIED, LATER));
    assert_true(is_strong(MODIFIED, "Sun Nov  6 09:49:37 1994"));
    assert_false(is_strong(MODIFIED, "Sun, 06 Nov 1994 08:50:36 GMT"));
    assert_false(is_strong(MODIFIED, MODIFIED));
    assert_false(is_strong(LATER, MODIFIED));
    assert_false(is_strong(NULL, LATER));
    assert_false(is_strong(MODIFIED, NULL));
    assert_false(is_strong("yesterday", LATER));
}

/* Nothing tells what time it is at the server: ours counts, but for what the clocks can differ. */
static void a_date_without_another_one_is_strong_when_it_is_old(void **state)
{
    const int64_t modified = INT64_C(784111777000), doubt = 3600000;
    struct validators told = {.last_modified = MODIFIED, .clock_doubt_ms = doubt};

    (void)state;
    assert_true(identity_told(&told, 100, modified + doubt + 60000).last_modified_strong);
    assert_false(identity_told(&told, 100, modified + doubt + 59999).last_modified_strong);
    assert_false(identity_told(&told, 100, modified - doubt).last_modified_strong);
    told.last_modified = NULL;
    assert_false(identity_told(&told, 100, modified + 2 * doubt).last_modified_strong);
}

static bool proves(const char *etag, const char *last_modified, const char *date, int64_t total)
{
    struct validators told = {.etag = etag, .last_modified = last_modified, .date = date};
    struct identity identity = identity_told(&told, total, 0);

    assert_true(!identity.etag || identity.etag == etag);
    return identity.etag != NULL;
}

/* 784111777 in hexadecimal, and 4096: as nginx makes them of MODIFIED and the size. */
static void an_etag_made_of_a_date_proves_nothing_in_that_second(void **state)
{
    const char *made = "\"2ebc98a1-1000\"", *other = "\"2ebc98a1-1001\"";
    const char *next = "Sun, 06 Nov 1994 08:49:38 GMT", *over = "Sun, 06 Nov 1994 08:49:39 GMT";

    (void)state;
    assert_false(proves(made, MODIFIED, MODIFIED, 4096));
    assert_false(proves(made, MODIFIED, next, 4096)); /* clocks are not read at once */
    assert_true(proves(made, MODIFIED, over, 4096));
    assert_true(proves(made, MODIFIED, MODIFIED, 4097));
    assert_true(proves(other, MODIFIED, MODIFIED, 4096));
    assert_true(proves(made, MODIFIED, NULL, 4096));
    assert_true(proves(made, NULL, MODIFIED, 4096));
    assert_false(proves(NULL, MODIFIED, MODIFIED, 4096));
}

static void if_range_takes_only_what_is_strong(void **state)
{
    struct identity stored = {.etag = "\"a\"", .last_modified = MODIFIED, .total = -1};

    (void)state;
    assert_string_equal(identity_if_range(&stored), "\"a\"");
    stored.last_modified_strong = true;
    stored.etag = "W/\"a\"";
    assert_null(identity_if_range(&stored));
    stored.etag = "broken";
    assert_null(identity_if_range(&stored));
    stored.etag = NULL;
    assert_string_equal(identity_if_range(&stored), MODIFIED);
    stored.last_modified_strong = false;
    assert_null(identity_if_range(&stored));
}

static enum identity_verdict compare(const char *etag, const char *date, int64_t total,
                                     const char *seen_etag, const char *seen_date,
                                     int64_t seen_total)
{
    struct identity stored = {
        .etag = etag, .last_modified = date, .last_modified_strong = true, .total = total};
    struct identity seen = {.etag = seen_etag, .last_modified = seen_date, .total = seen_total};
    char reason[VALIDATE_REASON] = "";
    enum identity_verdict verdict = validate_identity(&stored, &seen, reason);

    assert_true(strlen(reason) > 5);
    return verdict;
}

static void strong_validators_prove_it(void **state)
{
    (void)state;
    assert_int_equal(compare("\"a\"", NULL, 9, "\"a\"", NULL, 9), IDENTITY_SAME);
    assert_int_equal(compare("\"a\"", MODIFIED, 9, "\"a\"", NULL, -1), IDENTITY_SAME);
    assert_int_equal(compare(NULL, MODIFIED, 9, NULL, MODIFIED, 9), IDENTITY_SAME);
    assert_int_equal(compare("W/\"a\"", MODIFIED, 9, "W/\"a\"", MODIFIED, 9), IDENTITY_SAME);
}

static void anything_that_differs_is_a_change(void **state)
{
    (void)state;
    assert_int_equal(compare("\"a\"", MODIFIED, 9, "\"a\"", MODIFIED, 8), IDENTITY_CHANGED);
    assert_int_equal(compare("\"a\"", MODIFIED, 9, "\"b\"", MODIFIED, 9), IDENTITY_CHANGED);
    assert_int_equal(compare("\"a\"", MODIFIED, 9, "\"a\"", LATER, 9), IDENTITY_CHANGED);
    assert_int_equal(compare("W/\"a\"", NULL, 9, "W/\"b\"", NULL, 9), IDENTITY_CHANGED);
    assert_int_equal(compare("\"a\"", NULL, 9, "W/\"b\"", NULL, 9), IDENTITY_CHANGED);
    assert_int_equal(compare("\"a\"", NULL, 9, "\"ab\"", NULL, 9), IDENTITY_CHANGED);
    assert_int_equal(compare("\"ab\"", NULL, 9, "\"a\"", NULL, 9), IDENTITY_CHANGED);
    assert_int_equal(compare(NULL, MODIFIED, 9, NULL, MODIFIED "+1", 9), IDENTITY_CHANGED);
    assert_int_equal(compare("\"a\"", NULL, 0, "\"a\"", NULL, 9), IDENTITY_CHANGED);
    assert_int_equal(compare("\"a\"", NULL, 9, "\"a\"", NULL, 0), IDENTITY_CHANGED);
}

static void without_proof_nothing_is_known(void **state)
{
    struct identity weak_date = {.last_modified = MODIFIED, .total = 9};
    char reason[VALIDATE_REASON];

    (void)state;
    assert_int_equal(compare(NULL, NULL, 9, NULL, NULL, 9), IDENTITY_UNKNOWN);
    assert_int_equal(compare("W/\"a\"", NULL, 9, "W/\"a\"", NULL, 9), IDENTITY_UNKNOWN);
    assert_int_equal(compare("\"a\"", NULL, 9, "W/\"a\"", NULL, 9), IDENTITY_UNKNOWN);
    assert_int_equal(compare("W/\"a\"", NULL, 9, "\"a\"", NULL, 9), IDENTITY_UNKNOWN);
    assert_int_equal(compare("\"a\"", MODIFIED, 9, NULL, MODIFIED, 9), IDENTITY_UNKNOWN);
    assert_int_equal(compare("broken", NULL, 9, "broken", NULL, 9), IDENTITY_UNKNOWN);
    assert_int_equal(validate_identity(&weak_date, &weak_date, reason), IDENTITY_UNKNOWN);
}

/* Bytes 50 to 99 of a file of 100 with the ETag "a": asked for and got. */
static struct resume_case good(void)
{
    return (struct resume_case){
        .offset = 50,
        .end = 100,
        .if_range = "\"a\"",
        .stored = {.etag = "\"a\"", .total = 100},
        .status = 206,
        .seen = {.etag = "\"a\""},
        .content_range = "bytes 50-99/100",
        .content_length = 50,
    };
}

static void assert_result(const struct resume_case *asked, enum resume_verdict verdict,
                          enum haul_err err)
{
    struct resume_result result = validate_resume(asked);

    assert_int_equal(result.verdict, verdict);
    assert_int_equal(result.err, err);
    assert_true(strlen(result.reason) > 5);
}

static void the_right_answer_continues(void **state)
{
    struct resume_case asked = good();
    struct resume_result result = validate_resume(&asked);

    (void)state;
    assert_int_equal(result.verdict, RESUME_CONTINUE);
    assert_int_equal(result.err, HAUL_OK);
    assert_int_equal(result.end, 100);
    assert_int_equal(result.total, 100);
    assert_false(result.whole);
    asked.content_length = -1;
    assert_result(&asked, RESUME_CONTINUE, HAUL_OK);
    asked.stored.total = -1; /* the first answer did not tell, this one does */
    assert_result(&asked, RESUME_CONTINUE, HAUL_OK);
}

/* A part may be shorter than what was asked for: without a total nobody knows where the file ends.
 */
static void a_part_of_a_file_without_a_size_starts_over(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.content_range = "bytes 50-99/*";
    assert_result(&asked, RESUME_START_OVER, HAUL_E_BAD_RESPONSE);
    asked.stored.total = -1;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_BAD_RESPONSE);
}

static void a_shorter_end_is_fine_and_a_longer_one_is_clipped(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.content_range = "bytes 50-59/100";
    asked.content_length = 10;
    assert_int_equal(validate_resume(&asked).end, 60);
    asked = good();
    asked.end = 70;
    assert_int_equal(validate_resume(&asked).end, 70);
    asked.end = UINT64_MAX;
    assert_int_equal(validate_resume(&asked).end, 100);
}

static void wrong_numbers_start_over(void **state)
{
    static const char *const ranges[] = {
        NULL,
        "",
        "bytes 0-49/100",
        "bytes 49-98/100",
        "bytes 51-100/101",
        "bytes 50-99/*",
        "bytes */100",
        "bytes 50-99/18446744073709551716",
        "bytes 50-98/100",
    };
    struct resume_case asked = good();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        asked.content_range = ranges[i];
        assert_result(&asked, RESUME_START_OVER, HAUL_E_BAD_RESPONSE);
        assert_false(validate_resume(&asked).whole);
    }
    asked.content_range = "bytes 50-99/200";
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked = good();
    asked.content_length = 0;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_BAD_RESPONSE);
    asked = good();
    asked.offset = 0; /* where no range at all would begin */
    asked.content_range = "bytes */100";
    asked.content_length = -1;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_BAD_RESPONSE);
}

static void another_version_starts_over(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.seen.etag = "\"b\"";
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.trust_size = true;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
}

static void no_proof_starts_over_unless_the_size_is_trusted(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.seen.etag = NULL;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.trust_size = true;
    assert_result(&asked, RESUME_CONTINUE, HAUL_OK);
    asked.stored.total = -1;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
}

static struct resume_case good_without_http(void)
{
    struct resume_case asked = good();

    asked.status = 0;
    asked.content_range = NULL;
    asked.stored.etag = NULL;
    asked.seen = (struct identity){.total = -1};
    return asked;
}

static void without_http_size_and_date_continue(void **state)
{
    struct resume_case asked = good_without_http();

    (void)state;
    asked.stored.last_modified = asked.seen.last_modified = MODIFIED;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.stored.last_modified_strong = true;
    assert_result(&asked, RESUME_CONTINUE, HAUL_OK);
    assert_int_equal(validate_resume(&asked).end, 100);
    asked.end = 70;
    assert_int_equal(validate_resume(&asked).end, 70);
    asked.seen.last_modified = LATER;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.trust_size = true;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.seen.last_modified = MODIFIED;
    asked.content_length = 49;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
}

/* Some tell nothing but how much is left. */
static void without_http_and_dates_only_a_trusted_size_continues(void **state)
{
    struct resume_case asked = good_without_http();

    (void)state;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    assert_false(validate_resume(&asked).whole);
    asked.trust_size = true;
    assert_result(&asked, RESUME_CONTINUE, HAUL_OK);
    assert_int_equal(validate_resume(&asked).end, 100);
    asked.content_length = 51;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.content_length = -1;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.content_length = INT64_MAX;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.content_length = VALIDATE_SIZE_MAX; /* but for what is here */
    assert_int_equal(validate_resume(&asked).total, -1);
    asked = good_without_http();
    asked.trust_size = true;
    asked.stored.total = -1; /* there is none to trust */
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
}

static void assert_sample(const struct resume_case *asked, const struct identity *first,
                          enum sample_verdict verdict)
{
    struct sample_result result = validate_sample(asked, first, 50);

    assert_int_equal(result.verdict, verdict);
    if (verdict != SAMPLE_COMPARE)
        assert_true(strlen(result.reason) > 5);
}

static void a_sample_is_compared_when_no_validator_tells(void **state)
{
    struct resume_case asked = good();

    (void)state;
    assert_sample(&asked, NULL, SAMPLE_SAME); /* the ETag is on record */
    asked.seen.etag = "\"b\"";
    assert_sample(&asked, NULL, SAMPLE_COMPARE);
    assert_int_equal(validate_sample(&asked, NULL, 50).total, 100);
    asked.seen.etag = NULL;
    assert_sample(&asked, NULL, SAMPLE_COMPARE);
    asked.stored = (struct identity){.total = -1}; /* of nobody known */
    assert_sample(&asked, NULL, SAMPLE_COMPARE);
}

static void another_size_needs_no_sample(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.content_range = "bytes 50-99/101";
    assert_sample(&asked, NULL, SAMPLE_OTHER);
    asked.stored.total = -1;
    asked.seen.etag = NULL;
    assert_sample(&asked, NULL, SAMPLE_COMPARE);
    assert_int_equal(validate_sample(&asked, NULL, 101).verdict, SAMPLE_COMPARE);
    assert_int_equal(validate_sample(&asked, NULL, 102).verdict, SAMPLE_OTHER);
}

static void all_of_a_sample_is_of_one_version(void **state)
{
    struct identity first = {.etag = "\"b\"", .total = 100};
    struct resume_case asked = good();

    (void)state;
    asked.seen.etag = "\"b\"";
    assert_sample(&asked, &first, SAMPLE_COMPARE);
    asked.seen.etag = "\"c\"";
    assert_sample(&asked, &first, SAMPLE_OTHER);
    asked.seen.etag = "\"a\""; /* the one on record, but not what the others were of */
    assert_sample(&asked, &first, SAMPLE_OTHER);
    first.etag = NULL; /* the pieces before were of nobody known: this one proves nothing of them */
    assert_sample(&asked, &first, SAMPLE_COMPARE);
    first.total = 99;
    asked.seen.etag = "\"b\"";
    assert_sample(&asked, &first, SAMPLE_OTHER);
}

static void answers_that_are_no_sample_prove_nothing(void **state)
{
    static const char *const ranges[] = {NULL, "bytes 49-98/100", "bytes 50-98/100",
                                         "bytes 50-99/*", "bytes */100"};
    static const int statuses[] = {0, 204, 404, 416};
    struct resume_case asked = good();

    (void)state;
    asked.content_length = -1;
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        asked.content_range = ranges[i];
        assert_sample(&asked, NULL, SAMPLE_OTHER);
    }
    asked = good();
    asked.seen.etag = "\"b\"";
    asked.end = 99; /* more than was asked for */
    assert_sample(&asked, NULL, SAMPLE_OTHER);
    asked = good();
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        asked.status = statuses[i];
        assert_sample(&asked, NULL, SAMPLE_OTHER);
    }
}

static void a_whole_file_is_known_by_its_validator_only(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.status = 200;
    asked.content_range = NULL;
    asked.content_length = 100;
    assert_sample(&asked, NULL, SAMPLE_SAME);
    asked.content_length = 99;
    assert_sample(&asked, NULL, SAMPLE_OTHER);
    asked.content_length = 100;
    asked.seen.etag = NULL;
    assert_sample(&asked, NULL, SAMPLE_OTHER);
}

static void the_whole_file_is_told_apart(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.status = 200;
    asked.content_range = NULL;
    asked.content_length = 100;
    assert_result(&asked, RESUME_RANGES_IGNORED, HAUL_OK);
    assert_true(validate_resume(&asked).whole);
    asked.seen.etag = "\"b\"";
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    assert_true(validate_resume(&asked).whole);
    asked.seen.etag = NULL;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    asked.seen.etag = "\"a\"";
    asked.content_length = 99;
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
    assert_int_equal(validate_resume(&asked).total, 99);
}

static void an_unsatisfiable_range_tells_the_size(void **state)
{
    struct resume_case asked = good();

    (void)state;
    asked.status = 416;
    asked.offset = 100;
    asked.seen.etag = NULL;
    asked.content_range = "bytes */100";
    assert_result(&asked, RESUME_NOT_SATISFIABLE, HAUL_OK);
    assert_int_equal(validate_resume(&asked).total, 100);
    asked.content_range = NULL;
    assert_result(&asked, RESUME_NOT_SATISFIABLE, HAUL_OK);
    assert_int_equal(validate_resume(&asked).total, -1);
    asked.content_range = "bytes */40";
    assert_result(&asked, RESUME_START_OVER, HAUL_E_CHANGED);
}

static void other_statuses_are_no_answer(void **state)
{
    static const int odd[] = {100, 204, 207, 301, 304};
    static const int refused[] = {400, 404, 503};
    struct resume_case asked = good();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        asked.status = odd[i];
        assert_result(&asked, RESUME_FAIL, HAUL_E_BAD_RESPONSE);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        asked.status = refused[i];
        assert_result(&asked, RESUME_FAIL, HAUL_E_HTTP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_ranges_are_read),
        cmocka_unit_test(odd_content_ranges_are_refused),
        cmocka_unit_test(etags_are_strong_or_weak),
        cmocka_unit_test(a_date_is_strong_when_the_answer_is_a_minute_younger),
        cmocka_unit_test(a_date_without_another_one_is_strong_when_it_is_old),
        cmocka_unit_test(an_etag_made_of_a_date_proves_nothing_in_that_second),
        cmocka_unit_test(if_range_takes_only_what_is_strong),
        cmocka_unit_test(strong_validators_prove_it),
        cmocka_unit_test(anything_that_differs_is_a_change),
        cmocka_unit_test(without_proof_nothing_is_known),
        cmocka_unit_test(the_right_answer_continues),
        cmocka_unit_test(a_part_of_a_file_without_a_size_starts_over),
        cmocka_unit_test(a_shorter_end_is_fine_and_a_longer_one_is_clipped),
        cmocka_unit_test(wrong_numbers_start_over),
        cmocka_unit_test(another_version_starts_over),
        cmocka_unit_test(no_proof_starts_over_unless_the_size_is_trusted),
        cmocka_unit_test(without_http_size_and_date_continue),
        cmocka_unit_test(without_http_and_dates_only_a_trusted_size_continues),
        cmocka_unit_test(a_sample_is_compared_when_no_validator_tells),
        cmocka_unit_test(another_size_needs_no_sample),
        cmocka_unit_test(all_of_a_sample_is_of_one_version),
        cmocka_unit_test(answers_that_are_no_sample_prove_nothing),
        cmocka_unit_test(a_whole_file_is_known_by_its_validator_only),
        cmocka_unit_test(the_whole_file_is_told_apart),
        cmocka_unit_test(an_unsatisfiable_range_tells_the_size),
        cmocka_unit_test(other_statuses_are_no_answer),
    };

    return cmocka_run_group_tests_name("engine/validate", tests, NULL, NULL);
}
