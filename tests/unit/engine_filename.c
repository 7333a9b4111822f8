/* Names from headers and links: the usual ones right, the hostile ones harmless. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/filename.h"

struct pair {
    const char *given;
    const char *expected; /* NULL: none */
};

static void assert_dispositions(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *name = filename_from_disposition(text_raw_from(pairs[i].given));

        if (pairs[i].expected) {
            assert_non_null(name);
            assert_string_equal(name, pairs[i].expected);
        } else {
            assert_null(name);
        }
        free(name);
    }
}

static void assert_sanitized(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[FILENAME_SIZE], again[FILENAME_SIZE];
        size_t len = filename_sanitize(text_raw_from(pairs[i].given), name, sizeof(name));

        assert_string_equal(name, pairs[i].expected);
        assert_int_equal(len, strlen(name));
        filename_sanitize(text_raw_from(name), again, sizeof(again));
        assert_string_equal(again, name);
    }
}

static void plain_parameters_are_read(void **state)
{
    static const struct pair pairs[] = {
        {"attachment; filename=\"a b.txt\"", "a b.txt"},
        {"attachment; filename=a.txt", "a.txt"},
        {"inline;filename=a.txt", "a.txt"},
        {"ATTACHMENT; FileName = \"a.txt\" ; size=5", "a.txt"},
        {"attachment; size=5; filename=a.txt;", "a.txt"},
        {"attachment; name=\"x;filename=evil\"; filename=good", "good"},
        {"attachment; xfilename=evil; filename=good", "good"},
        {"attachment", NULL},
        {"", NULL},
        {";;;===;;\"", NULL},
        {"attachment; filename", NULL},
        {"attachment; filename=", NULL},
        {"attachment; filename=\"\"", NULL},
        {"attachment; filename=; filename=a.txt", "a.txt"},
    };

    (void)state;
    assert_dispositions(pairs, COUNT_OF(pairs));
}

static void quoted_pairs_are_undone(void **state)
{
    static const struct pair pairs[] = {
        {"attachment; filename=\"a\\\"b\\\\c.txt\"", "a\"b\\c.txt"},
        {"attachment; filename=\"f\\oo.html\"", "foo.html"},
        {"attachment; filename=\"a;b=c.txt\"", "a;b=c.txt"},
        {"attachment; filename=\"a\\\"; filename=\"b\"", "a\"; filename="},
        {"attachment; filename=\"a\\", "a\\"},
    };

    (void)state;
    assert_dispositions(pairs, COUNT_OF(pairs));
}

static void careless_headers_are_understood(void **state)
{
    static const struct pair pairs[] = {
        {"attachment; filename=\"a b.txt", "a b.txt"},
        {"attachment; filename=a b.txt", "a b.txt"},
        {"attachment; filename= a b.txt  ; x=y", "a b.txt"},
        {"filename=a.txt", "a.txt"},
        {"attachment filename=a.txt", "a.txt"},
        {"attachment; filename=\"a.txt\" filename=\"b.txt\"", "a.txt"},
        {"attachment; filename=a.txt; filename=b.txt", "a.txt"},
        {"attachment; filename*=UTF-8''a.txt; filename*=UTF-8''b.txt", "a.txt"},
        {"attachment; filename=\"100%.txt\"", "100%.txt"},
    };

    (void)state;
    assert_dispositions(pairs, COUNT_OF(pairs));
}

static void ext_values_win_when_they_decode(void **state)
{
    static const struct pair pairs[] = {
        {"attachment; filename=\"x\"; filename*=UTF-8''%e2%82%ac%20rates.txt", "€ rates.txt"},
        {"attachment; filename*=utf-8'en'%C3%A4; filename=x", "ä"},
        {"attachment; filename*=iso-8859-1'en'%A3%20rates", "£ rates"},
        {"attachment; filename*=\"UTF-8''a%20b\"", "a b"},
        {"attachment; filename*=UTF-8''%ff; filename=x", "x"},
        {"attachment; filename*=UTF-8''%4; filename=x", "x"},
        {"attachment; filename*=UTF-8''a%zz; filename=x", "x"},
        {"attachment; filename*=KOI8-R''%C1; filename=x", "x"},
        {"attachment; filename*=a.txt; filename=x", "x"},
        {"attachment; filename*='a.txt; filename=x", "x"},
        {"attachment; filename*=UTF-8''%ED%A0%80; filename=x", "x"},
        {"attachment; filename*=''a.txt", NULL},
        {"attachment; filename*=UTF-8''a%00.exe", "a"},
    };

    (void)state;
    assert_dispositions(pairs, COUNT_OF(pairs));
}

static void encodings_met_in_the_wild_are_decoded(void **state)
{
    static const struct pair pairs[] = {
        {"attachment; filename=\"grün.txt\"", "grün.txt"},
        {"attachment; filename=\"gr\xFCn.txt\"", "grün.txt"},
        {"attachment; filename=\"a%20b%C3%A4.txt\"", "a bä.txt"},
        {"attachment; filename=\"a%FFb.txt\"", "a%FFb.txt"},
        {"attachment; filename=\"=?UTF-8?B?Z3LDvG4udHh0?=\"", "grün.txt"},
        {"attachment; filename=\"=?utf-8?q?gr=C3=BCn_2.txt?=\"", "grün 2.txt"},
        {"attachment; filename=\"=?ISO-8859-1?Q?gr=FCn?=\"", "grün"},
        {"attachment; filename=\"=?UTF-8*de?Q?a?= =?UTF-8?Q?b?=.txt\"", "ab.txt"},
        {"attachment; filename=\"=?UTF-8?B?!!!?=\"", "=?UTF-8?B?!!!?="},
        {"attachment; filename=\"=?UTF-8?B?\"", "=?UTF-8?B?"},
        {"attachment; filename=\"=?\"", "=?"},
        {"attachment; filename=\"=?KOI8-R?Q?a?=\"", "=?KOI8-R?Q?a?="},
        {"attachment; filename=\"=?UTF-8?Q?=FF?=\"", "=?UTF-8?Q?=FF?="},
    };

    (void)state;
    assert_dispositions(pairs, COUNT_OF(pairs));
}

static void paths_are_reduced_to_their_last_part(void **state)
{
    static const struct pair pairs[] = {
        {"../../etc/passwd", "passwd"},
        {"/etc/passwd", "passwd"},
        {"C:\\Windows\\a.exe", "a.exe"},
        {"a/b\\c", "c"},
        {"dir/", "dir"},
        {"..", ""},
        {"../..", ""},
        {"/", ""},
        {"\\", ""},
        {"", ""},
        {"...///", ""},
        {".", ""},
    };

    (void)state;
    assert_sanitized(pairs, COUNT_OF(pairs));
}

static void risky_ends_are_stripped(void **state)
{
    static const struct pair pairs[] = {
        {".bashrc", "bashrc"}, {".ssh", "ssh"},       {"-rf", "rf"},    {"--help", "help"},
        {".-. x", "x"},        {"a.txt. .", "a.txt"}, {" a b ", "a b"}, {"- ", ""},
    };

    (void)state;
    assert_sanitized(pairs, COUNT_OF(pairs));
}

static void control_and_bidi_characters_are_taken_out(void **state)
{
    static const struct pair pairs[] = {
        {"a\x1b[31m\x07\x7f.txt", "a[31m.txt"},
        {"a\nb\tc\r", "abc"},
        {"a\u202Egpj.exe", "agpj.exe"},
        {"\u200B\u2066.a\u2069\uFEFF", "a"},
        {"a\xc2\x9b.txt", "a.txt"},
        {"a\u2028b\uFFFE", "ab"},
        {"\u202E", ""},
        {".\u202E./x\u202E/..", ""},
        {"می\u200Cخواهم.txt", "می\u200Cخواهم.txt"},
        {"東京.iso", "東京.iso"},
    };

    (void)state;
    assert_sanitized(pairs, COUNT_OF(pairs));
}

static void bad_utf8_is_written_in_hex(void **state)
{
    static const struct pair pairs[] = {
        {"a\xFF.txt", "a%FF.txt"},
        {"\xE2\x82", "%E2%82"},
        {"\xC0\xAF", "%C0%AF"},
        {"\uFFFD", "\uFFFD"},
    };

    (void)state;
    assert_sanitized(pairs, COUNT_OF(pairs));
}

static void a_nul_ends_the_name(void **state)
{
    char name[FILENAME_SIZE];

    (void)state;
    assert_int_equal(filename_sanitize((struct text_raw){"a.txt\0.exe", 10}, name, sizeof(name)),
                     5);
    assert_string_equal(name, "a.txt");
    assert_int_equal(filename_sanitize((struct text_raw){"\0a", 2}, name, sizeof(name)), 0);
}

static void device_names_are_marked(void **state)
{
    static const struct pair pairs[] = {
        {"CON", "_CON"},
        {"nul.txt", "_nul.txt"},
        {"Com1.tar.gz", "_Com1.tar.gz"},
        {"lpt9", "_lpt9"},
        {"COM\u00B9.x", "_COM\u00B9.x"},
        {"aux .txt", "_aux .txt"},
        {"console", "console"},
        {"com10", "com10"},
        {"comma", "comma"},
        {"com", "com"},
        {"lpt\u00B4", "lpt\u00B4"},
    };

    (void)state;
    assert_sanitized(pairs, COUNT_OF(pairs));
}

static void names_of_our_own_files_are_marked(void **state)
{
    static const struct pair pairs[] = {
        {"a.part", "a.part_"},        {"a.haul", "a.haul_"},  {"a.PART", "a.PART_"},
        {"a.part.txt", "a.part.txt"}, {"a.part ", "a.part_"}, {"part", "part"},
        {"con.part", "_con.part_"},
    };

    (void)state;
    assert_sanitized(pairs, COUNT_OF(pairs));
}

static void long_names_are_cut_before_their_suffix(void **state)
{
    char raw[4001], name[FILENAME_SIZE];

    (void)state;
    memset(raw, 'a', 4000);
    raw[4000] = '\0';
    memcpy(raw + 3993, ".tar.gz", 7);
    assert_in_range(filename_sanitize(text_raw_from(raw), name, sizeof(name)), 190,
                    FILENAME_MAX_BYTES);
    assert_string_equal(name + strlen(name) - 8, "a.tar.gz");
    for (size_t i = 0; i + 1 < 4000; i += 2)
        memcpy(raw + i, "ä", 2);
    assert_in_range(filename_sanitize(text_raw_from(raw), name, sizeof(name)), 190,
                    FILENAME_MAX_BYTES);
    assert_string_equal(name + strlen(name) - 2, "ä");
}

static void long_names_stay_as_they_are_when_made_safe_again(void **state)
{
    (void)state;
    for (size_t len = 190; len < 210; len++) {
        char raw[256], name[FILENAME_SIZE], again[FILENAME_SIZE];

        memset(raw, 'a', len);
        memcpy(raw + len, ".haul", 6);
        filename_sanitize(text_raw_from(raw), name, sizeof(name));
        filename_sanitize(text_raw_from(name), again, sizeof(again));
        assert_string_equal(again, name);
        assert_string_equal(name + strlen(name) - 6, ".haul_");
    }
}

static void no_cut_makes_a_name_of_our_own(void **state)
{
    (void)state;
    for (size_t at = 150; at < 210; at++) {
        char raw[400], name[FILENAME_SIZE];
        size_t len;

        memset(raw, 'a', sizeof(raw) - 1);
        raw[sizeof(raw) - 1] = '\0';
        raw[sizeof(raw) - 50] = ' ';
        memcpy(raw + at, ".part", 5);
        len = filename_sanitize(text_raw_from(raw), name, sizeof(name));
        assert_true(len > 5 && strcmp(name + len - 5, ".part") != 0);
        assert_true(len <= FILENAME_MAX_BYTES);
    }
}

static void no_size_overruns_the_buffer(void **state)
{
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        char *buf = xmalloc(MAX(size, (size_t)1));
        size_t len =
            filename_sanitize(text_raw_from("con東京東京東京東京.part.tar.gz.part"), buf, size);

        assert_true(size == 0 || (len < size && strlen(buf) == len));
        free(buf);
    }
}

static void assert_chosen(const char *out, const char *disposition, const char *asked,
                          const char *last, const char *expected)
{
    char *name = filename_choose(out, text_raw_from(disposition), asked, last);

    assert_string_equal(name, expected);
    free(name);
}

static void the_users_word_comes_first(void **state)
{
    (void)state;
    assert_chosen("mine.txt", "attachment; filename=x", "http://h/a", "http://h/a", "mine.txt");
    assert_chosen(".hidden", "", "http://h/a", NULL, ".hidden");
    assert_chosen("--odd name--", "", "http://h/a", NULL, "--odd name--");
    assert_chosen("../x", "", "http://h/a", NULL, "x");
    assert_chosen("..", "", "http://h/a", NULL, "a");
    assert_chosen("x.part", "", "http://h/a", NULL, "x.part_");
    assert_chosen("a\x1b.txt", "", "http://h/a", NULL, "a.txt");
    assert_chosen("", "", "http://h/a", NULL, "a");
}

static void then_the_header_then_the_links(void **state)
{
    (void)state;
    assert_chosen(NULL, "attachment; filename=x.iso", "http://h/a.bin", "http://h/b.bin", "x.iso");
    assert_chosen(NULL, "attachment; filename=\"..\"", "http://h/a.bin", "http://h/b", "a.bin");
    assert_chosen(NULL, "", "http://h/a.bin?x=/y.z", "http://h/b.bin", "a.bin");
    assert_chosen(NULL, "", "http://h/", "http://h/b.bin", "b.bin");
    assert_chosen(NULL, "", "http://h/download", "http://h/b.bin", "b.bin");
    assert_chosen(NULL, "", "http://h/download", "http://h/other", "download");
    assert_chosen(NULL, "", "http://h/a%2F..%2Fetc%2Fpasswd", NULL, "passwd");
    assert_chosen(NULL, "", "http://h/a%20b.bin", NULL, "a b.bin");
}

static void there_is_always_a_name(void **state)
{
    (void)state;
    assert_chosen(NULL, "", "http://u:p@example.org:81/", "http://other/", "example.org");
    assert_chosen(NULL, "", "http://example.org/..", NULL, "example.org");
    assert_chosen(NULL, "", "http://-/", "http://other/", "other");
    assert_chosen(NULL, "", "http://[::1]/", NULL, "[::1]");
    assert_chosen(NULL, "", "nonsense", NULL, "download");
    assert_chosen(NULL, "", NULL, NULL, "download");
}

static void assert_numbered(const char *name, unsigned number, const char *expected)
{
    char *numbered = filename_numbered(name, number);

    assert_string_equal(numbered, expected);
    free(numbered);
}

static void numbers_go_before_the_suffix(void **state)
{
    (void)state;
    assert_numbered("a.txt", 1, "a (1).txt");
    assert_numbered("a.tar.gz", 2, "a (2).tar.gz");
    assert_numbered("a.b.tar.zst", 99, "a.b (99).tar.zst");
    assert_numbered("README", 1, "README (1)");
    assert_numbered(".bashrc", 1, ".bashrc (1)");
    assert_numbered(".tar.gz", 1, ".tar (1).gz");
    assert_numbered("Mr. Smith", 1, "Mr. Smith (1)");
    assert_numbered("a.", 1, "a. (1)");
    assert_numbered("a (1).txt", 2, "a (1) (2).txt");
}

static void numbered_names_fit_a_directory_entry(void **state)
{
    char name[256];
    char *numbered;

    (void)state;
    for (size_t i = 0; i < 255; i++)
        name[i] = (char)(i % 2 ? 0xA4 : 0xC3);
    name[255] = '\0';
    memcpy(name + 250, ".ext", 5);
    numbered = filename_numbered(name, UINT32_MAX);
    assert_true(strlen(numbered) + strlen(".haul.new") <= 255);
    assert_non_null(strstr(numbered, "ä (4294967295).ext"));
    free(numbered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_parameters_are_read),
        cmocka_unit_test(quoted_pairs_are_undone),
        cmocka_unit_test(careless_headers_are_understood),
        cmocka_unit_test(ext_values_win_when_they_decode),
        cmocka_unit_test(encodings_met_in_the_wild_are_decoded),
        cmocka_unit_test(paths_are_reduced_to_their_last_part),
        cmocka_unit_test(risky_ends_are_stripped),
        cmocka_unit_test(control_and_bidi_characters_are_taken_out),
        cmocka_unit_test(bad_utf8_is_written_in_hex),
        cmocka_unit_test(a_nul_ends_the_name),
        cmocka_unit_test(device_names_are_marked),
        cmocka_unit_test(names_of_our_own_files_are_marked),
        cmocka_unit_test(long_names_are_cut_before_their_suffix),
        cmocka_unit_test(long_names_stay_as_they_are_when_made_safe_again),
        cmocka_unit_test(no_cut_makes_a_name_of_our_own),
        cmocka_unit_test(no_size_overruns_the_buffer),
        cmocka_unit_test(the_users_word_comes_first),
        cmocka_unit_test(then_the_header_then_the_links),
        cmocka_unit_test(there_is_always_a_name),
        cmocka_unit_test(numbers_go_before_the_suffix),
        cmocka_unit_test(numbered_names_fit_a_directory_entry),
    };

    return cmocka_run_group_tests_name("engine/filename", tests, NULL, NULL);
}
