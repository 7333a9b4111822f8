/* A configuration file: its form, who gets which lines of it, and the options of links. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/ini.h"

static struct config *loaded(const char *text)
{
    char path[] = "/tmp/config-XXXXXX";
    int fd = mkstemp(path);
    struct haul_error err = {0};
    struct config *config = NULL;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    if (config_load(path, &config, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    unlink(path);
    return config;
}

static void the_form_is_read_as_it_stands(void **state)
{
    static const char text[] = "\xef\xbb\xbf# first\r\n a = b = c \r\n\n;no\n[ one ]\n\tkey=\n"
                               "[host \"x y\"]\nv = 1 ; # \"2\"";
    struct ini ini;

    (void)state;
    assert_int_equal(ini_parse("f", text, sizeof text - 1, &ini, NULL), HAUL_OK);
    assert_int_equal(ini.count, 5);
    assert_string_equal(ini.entries[0].section, "");
    assert_string_equal(ini.entries[0].key, "a");
    assert_string_equal(ini.entries[0].value, "b = c");
    assert_int_equal(ini.entries[0].line, 2);
    assert_null(ini.entries[1].key);
    assert_string_equal(ini.entries[2].section, "one");
    assert_string_equal(ini.entries[2].value, "");
    assert_string_equal(ini.entries[4].section, "host");
    assert_string_equal(ini.entries[4].subject, "x y");
    assert_string_equal(ini.entries[4].value, "1 ; # \"2\"");
    assert_int_equal(ini.entries[4].line, 8);
    ini_fini(&ini);
}

static void other_sections_are_handed_on(void **state)
{
    struct config *config =
        loaded("jobs = 3\n[keys]\np = pause\np = resume\n[host \"a\"]\nretries = 1\n"
               "[keys]\nx = quit\n");
    struct config_line line;
    size_t cursor = 0;

    (void)state;
    assert_true(config_next(config, "keys", &cursor, &line));
    assert_string_equal(line.key, "p");
    assert_string_equal(line.value, "pause");
    assert_int_equal(line.line, 3);
    assert_true(config_next(config, "keys", &cursor, &line));
    assert_string_equal(line.value, "resume");
    assert_true(config_next(config, "keys", &cursor, &line));
    assert_string_equal(line.key, "x");
    assert_int_equal(line.line, 8);
    assert_false(config_next(config, "keys", &cursor, &line));
    cursor = 0;
    assert_false(config_next(config, "schedule", &cursor, &line));
    config_free(config);
}

static void the_schedule_is_read_with_the_rest(void **state)
{
    struct config *config = loaded("jobs = 3\n[schedule]\n22:00-06:00 = full\nelse = 2M, 1 job\n");
    struct config *without = loaded("[schedule]\n");
    struct config_line line;
    struct schedule_now now;
    size_t cursor = 0;

    (void)state;
    setenv("TZ", "UTC", 1);
    schedule_look(config_schedule(config), 12 * 3600 * 1000, &now); /* at noon */
    assert_int_equal(now.line, 4);
    assert_int_equal(now.effect.limit, 2 << 20);
    assert_int_equal(now.effect.jobs, 1);
    assert_true(config_next(config, "schedule", &cursor, &line));
    assert_string_equal(line.key, "22:00-06:00"); /* as it is written */
    assert_null(config_schedule(without));
    config_free(config);
    config_free(without);
}

/* The user agent that a link gets. */
static void assert_agent(struct config *config, struct haul_options *base, const char *url,
                         const char *wanted)
{
    struct haul_options *options = config_options(config, url, base);

    assert_string_equal(options->user_agent ? options->user_agent : "", wanted);
    haul_options_unref(options);
}

static void the_more_exact_section_counts(void **state)
{
    struct config *config = loaded("[host \"a.org:8080\"]\nuser-agent = port\n"
                                   "[host \"a.org\"]\nuser-agent = exact\n"
                                   "[host \"*.a.org\"]\nuser-agent = below\n"
                                   "[host \"*.b.a.org\"]\nuser-agent = further below\n"
                                   "[host \"[::1]\"]\nuser-agent = six\n"
                                   "[host \"A.org:443\"]\nuser-agent = secure\n");
    struct haul_options *base = haul_options_new();

    (void)state;
    assert_agent(config, base, "http://a.org/", "exact");
    assert_agent(config, base, "http://A.ORG/", "exact");
    assert_agent(config, base, "http://a.org:8080/", "port");
    assert_agent(config, base, "https://a.org/", "secure");
    assert_agent(config, base, "http://x.a.org/", "below");
    assert_agent(config, base, "http://x.b.a.org/", "further below");
    assert_agent(config, base, "http://b.a.org/", "below");
    assert_agent(config, base, "http://xa.org/", "");
    assert_agent(config, base, "http://a.org.evil.example/", "");
    assert_agent(config, base, "http://a.org@evil.example/", "");
    assert_agent(config, base, "http://[::1]:80/", "six");
    haul_options_unref(base);
    config_free(config);
}

static void sections_add_up(void **state)
{
    struct config *config = loaded("retries = 1\nretry-wait = 1\ntimeout = 1\n"
                                   "[host \"*.org\"]\nretries = 2\nretry-wait = 2\n"
                                   "[host \"a.org\"]\nretries = 3\n");
    struct haul_options *base = haul_options_new();
    struct haul_options *options = config_options(config, "http://a.org/", base);

    (void)state;
    assert_int_equal(options->retries, 3);
    assert_int_equal(options->retry_wait, 2);
    assert_int_equal(options->timeout, 1);
    haul_options_unref(options);
    haul_options_unref(base);
    config_free(config);
}

static void links_of_one_host_share_their_options(void **state)
{
    struct config *config = loaded("retries = 1\n[host \"a.org\"]\nretries = 2\n");
    struct haul_options *base = haul_options_new();
    struct haul_options *one = config_options(config, "http://a.org/1", base);
    struct haul_options *two = config_options(config, "http://a.org/2", base);
    struct haul_options *other = config_options(config, "http://b.org/", base);

    (void)state;
    assert_ptr_equal(one, two);
    assert_int_equal(one->retries, 2);
    assert_int_equal(other->retries, 1);
    assert_true(haul_option_given(haul_option_find("retries"), other));
    haul_options_unref(one);
    haul_options_unref(two);
    haul_options_unref(other);
    haul_options_unref(base);
    config_free(config);
}

static void without_anything_to_add_the_options_stay(void **state)
{
    struct config *config = loaded("jobs = 3\n[host \"a.org\"]\nretries = 2\n");
    struct haul_options *base = haul_options_new();
    struct haul_options *same = config_options(config, "http://b.org/", base);

    (void)state;
    assert_ptr_equal(same, base);
    haul_options_unref(same);
    haul_options_unref(base);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_is_read_as_it_stands),
        cmocka_unit_test(other_sections_are_handed_on),
        cmocka_unit_test(the_schedule_is_read_with_the_rest),
        cmocka_unit_test(the_more_exact_section_counts),
        cmocka_unit_test(sections_add_up),
        cmocka_unit_test(links_of_one_host_share_their_options),
        cmocka_unit_test(without_anything_to_add_the_options_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
