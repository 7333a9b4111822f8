/* Digests as people write them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/checksum.h"
#include "base/mem.h"

#define EMPTY_MD5 "d41d8cd98f00b204e9800998ecf8427e"

static void every_kind_has_its_length(void **state)
{
    static const size_t sizes[CHECKSUM_KIND_COUNT] = {16, 20, 28, 32, 48, 64};
    char hex[2 * CHECKSUM_BYTES_MAX + 2], text[CHECKSUM_TEXT + 8], buf[CHECKSUM_TEXT];
    struct checksum checksum;

    (void)state;
    memset(hex, 'a', sizeof hex);
    for (int kind = 0; kind < CHECKSUM_KIND_COUNT; kind++) {
        const char *name = checksum_name((enum checksum_kind)kind);
        int digits = (int)sizes[kind] * 2;

        assert_int_equal(checksum_size((enum checksum_kind)kind), sizes[kind]);
        snprintf(text, sizeof text, "%s:%.*s", name, digits, hex);
        assert_null(checksum_parse(text, &checksum));
        assert_int_equal(checksum.kind, kind);
        assert_string_equal(checksum_text(&checksum, buf), text);
        snprintf(text, sizeof text, "%s:%.*s", name, digits - 1, hex);
        assert_non_null(checksum_parse(text, NULL));
        snprintf(text, sizeof text, "%s:%.*s", name, digits + 1, hex);
        assert_non_null(checksum_parse(text, NULL));
    }
}

static void case_does_not_matter(void **state)
{
    struct checksum small, large;
    char buf[CHECKSUM_TEXT];

    (void)state;
    assert_null(checksum_parse("md5:" EMPTY_MD5, &small));
    assert_null(checksum_parse("MD5:D41D8CD98F00B204E9800998ECF8427E", &large));
    assert_true(checksum_equal(&small, &large));
    assert_string_equal(checksum_text(&large, buf), "md5:" EMPTY_MD5);
}

static void what_is_wrong_is_told(void **state)
{
    static const char *const unknown[] = {"", ":", EMPTY_MD5, "md4:" EMPTY_MD5, "md:" EMPTY_MD5};
    static const char *const wrong[] = {"md5", "md5:", "md5:g41d8cd98f00b204e9800998ecf8427e",
                                        "md5: " EMPTY_MD5, "md5:" EMPTY_MD5 " "};
    struct checksum untouched = {.kind = CHECKSUM_SHA1};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        assert_non_null(strstr(checksum_parse(unknown[i], &untouched), "sha256"));
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_non_null(strstr(checksum_parse(wrong[i], &untouched), "32 hexadecimal digits"));
    assert_int_equal(untouched.kind, CHECKSUM_SHA1);
}

static void one_bit_makes_another_one(void **state)
{
    struct checksum a, b;

    (void)state;
    assert_null(checksum_parse("md5:" EMPTY_MD5, &a));
    b = a;
    b.bytes[15] ^= 1;
    assert_false(checksum_equal(&a, &b));
    b = a;
    b.kind = CHECKSUM_SHA1;
    assert_false(checksum_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_length),
        cmocka_unit_test(case_does_not_matter),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(one_bit_makes_another_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
