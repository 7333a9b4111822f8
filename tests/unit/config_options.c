/* The option table: every row parses, prints, copies and refuses as it says. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/run_options.h"
#include "haul/options.h"

/* A target of each scope. */
struct targets {
    struct haul_options *item;
    struct haul_settings settings;
    struct run_options run;
};

static void targets_init(struct targets *targets)
{
    targets->item = haul_options_new();
    haul_settings_init(&targets->settings);
    run_options_init(&targets->run);
}

static void targets_fini(struct targets *targets)
{
    haul_options_unref(targets->item);
    run_options_fini(&targets->run);
}

static void *target_of(struct targets *targets, const struct haul_option *option)
{
    if (option->scope == HAUL_SCOPE_ITEM)
        return targets->item;
    return option->scope == HAUL_SCOPE_SESSION ? (void *)&targets->settings : &targets->run;
}

/* A value that the row accepts and that is not its default, in the form that it prints. */
static const char *sample_of(const struct haul_option *option)
{
    switch (option->type) {
    case HAUL_OPTION_FLAG:
        return "true";
    case HAUL_OPTION_NUMBER:
    case HAUL_OPTION_SECONDS:
        return "7";
    case HAUL_OPTION_SIZE:
    case HAUL_OPTION_RATE:
        return "20M";
    case HAUL_OPTION_TIME:
        return "2099-12-01T02:00:00Z";
    case HAUL_OPTION_CHOICE:
        return option->choices[1];
    default:
        if (strcmp(option->name, "checksum") == 0)
            return "md5:d41d8cd98f00b204e9800998ecf8427e";
        if (strcmp(option->name, "cookie") == 0 || strcmp(option->name, "form") == 0)
            return "id=7";
        if (strcmp(option->name, "retry-on") == 0)
            return "403:5x10m";
        if (strcmp(option->name, "dns-servers") == 0)
            return "192.0.2.1,[2001:db8::1]:53";
        if (strcmp(option->name, "doh") == 0)
            return "https://dns.example/dns-query";
        if (strcmp(option->name, "resolve") == 0)
            return "example.org:443:[2001:db8::7]";
        return strcmp(option->name, "header") == 0 ? "X-Word: a b" : "word";
    }
}

static void every_row_round_trips(void **state)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct targets targets;
        void *target;
        char *value;

        targets_init(&targets);
        target = target_of(&targets, &table[i]);
        assert_false(haul_option_given(&table[i], target));
        assert_int_equal(haul_option_set(&table[i], target, sample_of(&table[i]), NULL), HAUL_OK);
        assert_true(haul_option_given(&table[i], target));
        value = haul_option_get(&table[i], target, 0);
        assert_string_equal(value, sample_of(&table[i]));
        assert_null(haul_option_get(&table[i], target, 1));
        free(value);
        targets_fini(&targets);
    }
}

static void rows_are_found_by_name_and_letter(void **state)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(haul_option_find(table[i].name), &table[i]);
        if (table[i].letter != 0)
            assert_ptr_equal(haul_option_find_letter(table[i].letter), &table[i]);
        assert_true(strlen(table[i].help) > 0);
        assert_true((table[i].type == HAUL_OPTION_FLAG) == (table[i].value_name == NULL));
    }
    assert_null(haul_option_find("no-such-option"));
    assert_null(haul_option_find_letter('?'));
    assert_null(haul_option_find_letter('\0'));
}

static void defaults_are_those_of_the_design(void **state)
{
    struct haul_options *options = haul_options_new();
    struct haul_settings settings;

    (void)state;
    haul_settings_init(&settings);
    assert_int_equal(settings.jobs, 8);
    assert_int_equal(settings.limit, 0);
    assert_int_equal(options->retries, 5);
    assert_int_equal(options->connect_timeout, 15);
    assert_int_equal(options->stall_timeout, 30);
    assert_int_equal(options->timeout, 0);
    assert_int_equal(options->if_exists, HAUL_EXISTS_RENAME);
    assert_false(options->insecure);
    assert_null(options->dir);
    assert_false(haul_given_any(&options->given));
    haul_options_unref(options);
}

static void choices_are_the_names_of_their_values(void **state)
{
    const struct haul_option *option = haul_option_find("if-exists");

    (void)state;
    for (int i = 0; i < HAUL_IF_EXISTS_COUNT; i++)
        assert_int_equal(haul_if_exists_from_name(option->choices[i]), i);
}

static void assert_refused(const char *name, const char *value, const char *sentence)
{
    struct targets targets;
    const struct haul_option *option = haul_option_find(name);
    struct haul_error err;
    void *target;
    char *before, *after;

    targets_init(&targets);
    target = target_of(&targets, option);
    before = haul_option_get(option, target, 0);
    assert_int_equal(haul_option_set(option, target, value, &err), HAUL_E_BAD_OPTION);
    assert_string_equal(err.text, sentence);
    assert_false(haul_option_given(option, target));
    after = haul_option_get(option, target, 0);
    assert_true((before == NULL) == (after == NULL));
    if (before != NULL)
        assert_string_equal(before, after);
    free(before);
    free(after);
    targets_fini(&targets);
}

static void bad_values_are_refused_with_a_sentence(void **state)
{
    (void)state;
    assert_refused("jobs", "0", "jobs: \"0\" is not a number from 1 to 10000");
    assert_refused("jobs", "10001", "jobs: \"10001\" is not a number from 1 to 10000");
    assert_refused("jobs", "8x", "jobs: \"8x\" is not a whole number");
    assert_refused("jobs", "", "jobs: \"\" is not a whole number");
    assert_refused("jobs", "99999999999999999999",
                   "jobs: \"99999999999999999999\" is not a whole number");
    assert_refused("retries", "-2", "retries: \"-2\" is not a number from -1 to 1000000");
    assert_refused("limit", "fast",
                   "limit: \"fast\" is not a number of bytes like 500K, 20M or 1.5G");
    assert_refused("limit", "-1", "limit: \"-1\" is not a number of bytes like 500K, 20M or 1.5G");
    assert_refused("timeout", "soon",
                   "timeout: \"soon\" is not a time like 90, 90s, 5m, 1h or 30d");
    assert_refused("if-exists", "ask",
                   "if-exists: \"ask\" is not one of rename, skip, overwrite, fail");
    assert_refused("schedule", "maybe",
                   "schedule: \"maybe\" is not one of on, off, skip, and is not a time like 22:00, "
                   "tomorrow 06:30, 2026-12-01 02:00 or +2h");
    assert_refused("insecure", "perhaps", "insecure: \"perhaps\" is neither true nor false");
    assert_refused("session", "a/b",
                   "session: \"a/b\" must be 1 to 32 letters, digits, '-' or '_'");
}

static void an_output_name_is_never_a_path(void **state)
{
    (void)state;
    assert_refused("out", "a/b",
                   "out: \"a/b\" must be a name without '/'; use --dir for the folder");
    assert_refused("out", "..", "out: \"..\" must be the name of a file");
    assert_refused("out", "", "out: \"\" must not be empty");
    assert_refused("out", "a\nb", "out: \"a b\" must not hold control characters");
    assert_refused("out", "a\xFF", "out: \"a�\" must be UTF-8");
    assert_refused(
        "out", "a.PART",
        "out: \"a.PART\" must not end in .part or .haul, which haul's own files beside it "
        "do");
}

/* It is refused, not cut: whoever gives a name looks for the file under it. */
static void an_output_name_leaves_room_for_the_files_beside_it(void **state)
{
    struct haul_options *options = haul_options_new();
    char name[HAUL_OUT_MAX + 2];

    (void)state;
    memset(name, 'n', sizeof name);
    name[HAUL_OUT_MAX + 1] = '\0';
    assert_refused(
        "out", name,
        "out: \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
        "nnnnnnnnnnnnnnnnnnnn…\" must be at most 246 bytes long, so that the files beside "
        "it fit too");
    name[HAUL_OUT_MAX] = '\0';
    assert_int_equal(haul_option_set(haul_option_find("out"), options, name, NULL), HAUL_OK);
    assert_string_equal(options->out, name);
    haul_options_unref(options);
}

static void a_header_is_one_line_with_a_name(void **state)
{
    (void)state;
    assert_refused("header", "no colon", "header: the value must have the form 'Name: value'");
    assert_refused("header", ": value", "header: the value must have the form 'Name: value'");
    assert_refused("header", "Two Words: value",
                   "header: the value must have the form 'Name: value'");
    assert_refused("header", "A: b\r\nEvil: c",
                   "header: the value must be a single line without control characters");
    assert_refused("user-agent", "a\nb", "user-agent: \"a b\" must not hold control characters");
    assert_refused("referer", "a\rb", "referer: \"a^Mb\" must not hold control characters");
}

static void a_secret_is_not_in_the_sentence(void **state)
{
    (void)state;
    assert_refused("user", ":secret", "user: the value must have the form NAME:PASSWORD");
    assert_refused("proxy", "http://u:secret@h\n",
                   "proxy: the value must not hold control characters");
}

static void numbers_take_their_suffixes(void **state)
{
    struct haul_settings settings;
    struct haul_options *options = haul_options_new();
    char *text;

    (void)state;
    haul_settings_init(&settings);
    assert_int_equal(haul_option_set(haul_option_find("limit"), &settings, "1.5M", NULL), HAUL_OK);
    assert_int_equal(settings.limit, 1572864);
    text = haul_option_get(haul_option_find("limit"), &settings, 0);
    assert_string_equal(text, "1536K");
    free(text);
    assert_int_equal(haul_option_set(haul_option_find("timeout"), options, "5m", NULL), HAUL_OK);
    assert_int_equal(options->timeout, 300);
    assert_int_equal(haul_option_set(haul_option_find("retries"), options, "-1", NULL), HAUL_OK);
    assert_int_equal(options->retries, -1);
    haul_options_unref(options);
}

static void copies_are_deep(void **state)
{
    struct haul_options *options = haul_options_new();
    const struct haul_option *header = haul_option_find("header");
    struct haul_options *copy;

    (void)state;
    assert_int_equal(haul_option_set(header, options, "A: 1", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(haul_option_find("out"), options, "x", NULL), HAUL_OK);
    copy = haul_options_copy(options);
    assert_int_equal(haul_option_set(header, copy, "B: 2", NULL), HAUL_OK);
    assert_int_equal(options->headers.count, 1);
    haul_options_unref(options);
    assert_int_equal(copy->headers.count, 2);
    assert_string_equal(copy->headers.items[0], "A: 1");
    assert_string_equal(copy->headers.items[1], "B: 2");
    assert_string_equal(copy->out, "x");
    assert_true(haul_option_given(header, copy));
    haul_options_unref(copy);
}

static void merging_takes_only_what_was_given(void **state)
{
    struct haul_options *to = haul_options_new();
    struct haul_options *from = haul_options_new();

    (void)state;
    assert_int_equal(haul_option_set(haul_option_find("retries"), to, "1", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(haul_option_find("header"), to, "A: 1", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(haul_option_find("header"), from, "B: 2", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(haul_option_find("insecure"), from, "true", NULL), HAUL_OK);
    haul_options_merge(to, from);
    assert_int_equal(to->retries, 1);
    assert_true(to->insecure);
    assert_int_equal(to->headers.count, 1);
    assert_string_equal(to->headers.items[0], "B: 2");
    assert_true(haul_option_given(haul_option_find("insecure"), to));
    haul_options_unref(to);
    haul_options_unref(from);
}

static void references_keep_options_alive(void **state)
{
    struct haul_options *options = haul_options_new();

    (void)state;
    assert_ptr_equal(haul_options_ref(options), options);
    haul_options_unref(options);
    assert_int_equal(options->retries, 5);
    haul_options_unref(options);
    haul_options_unref(NULL);
}

static void what_is_cleared_was_never_given(void **state)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct targets fresh, targets;
        char *before, *after;

        targets_init(&fresh);
        targets_init(&targets);
        assert_int_equal(
            haul_option_set(&table[i], target_of(&targets, &table[i]), sample_of(&table[i]), NULL),
            HAUL_OK);
        haul_option_clear(&table[i], target_of(&targets, &table[i]));
        assert_false(haul_option_given(&table[i], target_of(&targets, &table[i])));
        before = haul_option_get(&table[i], target_of(&fresh, &table[i]), 0);
        after = haul_option_get(&table[i], target_of(&targets, &table[i]), 0);
        if (before)
            assert_string_equal(after, before);
        else
            assert_null(after);
        free(before);
        free(after);
        targets_fini(&fresh);
        targets_fini(&targets);
    }
}

/* What may be a secret stays with the origin it was given for, and nothing that is sent is
 * forgotten here. */
static void what_belongs_to_an_origin_is_marked(void **state)
{
    static const char *const marked[] = {"bearer",   "cert",    "cookie", "header", "key",
                                         "key-pass", "referer", "upload", "user"};
    size_t count, found = 0;
    const struct haul_option *table = haul_option_table(&count);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(marked); i++)
        assert_true(haul_option_find(marked[i])->of_origin);
    for (size_t i = 0; i < count; i++) {
        found += table[i].of_origin;
        assert_true(!table[i].of_origin || table[i].scope == HAUL_SCOPE_ITEM);
    }
    assert_true(found >= COUNT_OF(marked));
}

/* Of flags that exclude each other: given one after the other, or merged one over the other. */
static void the_later_one_of_two_flags_counts(void **state)
{
    const struct haul_option *four = haul_option_find("ipv4"), *six = haul_option_find("ipv6");
    struct haul_options *options = haul_options_new(), *others = haul_options_new();

    (void)state;
    assert_int_equal(haul_option_set(six, options, "true", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(four, options, "true", NULL), HAUL_OK);
    assert_true(options->ipv4 && !options->ipv6);
    assert_int_equal(haul_option_set(six, options, "false", NULL), HAUL_OK);
    assert_true(options->ipv4 && !options->ipv6);
    assert_int_equal(haul_option_set(six, others, "true", NULL), HAUL_OK);
    haul_options_merge(options, others);
    assert_true(!options->ipv4 && options->ipv6);
    haul_options_unref(options);
    haul_options_unref(others);
}

static void bodies_are_bounded_text(void **state)
{
    const struct haul_option *data = haul_option_find("data");
    struct haul_options *options = haul_options_new();
    char *text = xmalloc(HAUL_BODY_MAX + 2);

    (void)state;
    memset(text, 'x', HAUL_BODY_MAX + 1);
    text[HAUL_BODY_MAX + 1] = '\0';
    assert_int_equal(haul_option_set(data, options, text, NULL), HAUL_E_BAD_OPTION);
    text[HAUL_BODY_MAX] = '\0';
    assert_int_equal(haul_option_set(data, options, text, NULL), HAUL_OK);
    assert_int_equal(haul_option_set(data, options, "a\xff", NULL), HAUL_E_BAD_OPTION);
    assert_int_equal(haul_option_set(data, options, "a\n\t\xc3\xbc", NULL), HAUL_OK);
    free(text);
    haul_options_unref(options);
}

/* What a request is follows from method and body. */
static void assert_request(const char *name, const char *value, const char *method, bool plain,
                           bool repeatable)
{
    struct haul_options *options = haul_options_new();

    if (name)
        assert_int_equal(haul_option_set(haul_option_find(name), options, value, NULL), HAUL_OK);
    assert_string_equal(haul_options_method(options), method);
    assert_int_equal(haul_options_plain(options), plain);
    assert_int_equal(haul_options_repeatable(options), repeatable);
    haul_options_unref(options);
}

static void requests_are_what_method_and_body_say(void **state)
{
    (void)state;
    assert_request(NULL, NULL, "GET", true, true);
    assert_request("request", "GET", "GET", true, true);
    assert_request("request", "PUT", "PUT", false, true);
    assert_request("request", "POST", "POST", false, false);
    assert_request("request", "PATCH", "PATCH", false, false);
    assert_request("data", "", "POST", false, false);
    assert_request("json-data", "{}", "POST", false, false);
    assert_request("form", "a=b", "POST", false, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_round_trips),
        cmocka_unit_test(rows_are_found_by_name_and_letter),
        cmocka_unit_test(defaults_are_those_of_the_design),
        cmocka_unit_test(choices_are_the_names_of_their_values),
        cmocka_unit_test(bad_values_are_refused_with_a_sentence),
        cmocka_unit_test(an_output_name_is_never_a_path),
        cmocka_unit_test(an_output_name_leaves_room_for_the_files_beside_it),
        cmocka_unit_test(a_header_is_one_line_with_a_name),
        cmocka_unit_test(a_secret_is_not_in_the_sentence),
        cmocka_unit_test(numbers_take_their_suffixes),
        cmocka_unit_test(copies_are_deep),
        cmocka_unit_test(merging_takes_only_what_was_given),
        cmocka_unit_test(references_keep_options_alive),
        cmocka_unit_test(what_is_cleared_was_never_given),
        cmocka_unit_test(what_belongs_to_an_origin_is_marked),
        cmocka_unit_test(the_later_one_of_two_flags_counts),
        cmocka_unit_test(bodies_are_bounded_text),
        cmocka_unit_test(requests_are_what_method_and_body_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
