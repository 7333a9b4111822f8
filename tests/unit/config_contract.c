/* The contract of the command line, on which scripts rely: names, short forms, defaults and ranges
 * of options, as they were promised. Something may be added; what is here stays. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/args.h"
#include "config/commands.h"
#include "haul/options.h"

enum { GET = 1, ADD = 2, BOTH = GET | ADD };

static const struct promise {
    int commands;
    char letter;
    const char *name;
    const char *initial; /* NULL: none */
    int64_t min, max;    /* of numbers; both 0: not promised */
} promises[] = {
    {BOTH, 'd', "dir", NULL, 0, 0},
    {BOTH, 'o', "out", NULL, 0, 0},
    {BOTH, 'i', "input-file", NULL, 0, 0},
    {BOTH, 'j', "jobs", "8", 1, 10000},
    {BOTH, 'x', "connections", "4", 1, 64},
    {BOTH, 0, "per-host", "16", 0, 10000},
    {BOTH, 0, "min-split", "8M", 0, 0},
    {BOTH, 0, "limit", "0", 0, 0},
    {BOTH, 0, "item-limit", "0", 0, 0},
    {BOTH, 'H', "header", NULL, 0, 0},
    {BOTH, 'A', "user-agent", NULL, 0, 0},
    {BOTH, 'e', "referer", NULL, 0, 0},
    {BOTH, 'b', "cookie", NULL, 0, 0},
    {BOTH, 0, "cookies", NULL, 0, 0},
    {BOTH, 0, "save-cookies", NULL, 0, 0},
    {BOTH, 'u', "user", NULL, 0, 0},
    {BOTH, 0, "netrc", "false", 0, 0},
    {BOTH, 0, "bearer", NULL, 0, 0},
    {BOTH, 0, "proxy", NULL, 0, 0},
    {BOTH, 0, "noproxy", NULL, 0, 0},
    {BOTH, 'X', "request", NULL, 0, 0},
    {BOTH, 0, "data", NULL, 0, 0},
    {BOTH, 0, "json-data", NULL, 0, 0},
    {BOTH, 0, "form", NULL, 0, 0},
    {BOTH, 0, "upload", NULL, 0, 0},
    {BOTH, 0, "checksum", NULL, 0, 0},
    {BOTH, 0, "if-exists", "rename", 0, 0},
    {BOTH, 0, "retries", "5", -1, 1000000},
    {BOTH, 0, "retry-wait", "2", 0, 0},
    {BOTH, 0, "retry-on", NULL, 0, 0},
    {BOTH, 0, "connect-timeout", "15", 0, 0},
    {BOTH, 0, "stall-timeout", "30", 0, 0},
    {BOTH, 0, "timeout", "0", 0, 0},
    {BOTH, 0, "min-speed", "0", 0, 0},
    {BOTH, 0, "cacert", NULL, 0, 0},
    {BOTH, 0, "insecure", "false", 0, 0},
    {BOTH, 0, "cert", NULL, 0, 0},
    {BOTH, 0, "key", NULL, 0, 0},
    {BOTH, 0, "http1", "false", 0, 0},
    {BOTH, 0, "http2", "false", 0, 0},
    {BOTH, 0, "http3", "false", 0, 0},
    {BOTH, 0, "resolve", NULL, 0, 0},
    {BOTH, 0, "dns-servers", NULL, 0, 0},
    {BOTH, 0, "doh", NULL, 0, 0},
    {BOTH, '4', "ipv4", "false", 0, 0},
    {BOTH, '6', "ipv6", "false", 0, 0},
    {BOTH, 0, "no-resume", "false", 0, 0},
    {GET, 0, "progress", "auto", 0, 0},
    {GET, 'q', "quiet", "false", 0, 0},
    {GET, 'v', "verbose", "false", 0, 0},
    {GET, 0, "log", NULL, 0, 0},
    {BOTH, 0, "config", NULL, 0, 0},
    {ADD, 0, "session", NULL, 0, 0},
};

static const struct command *command_of(const char *name)
{
    size_t count;
    const struct command *table = command_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    }
    fail_msg("there is no command %s", name);
    return NULL;
}

static void each_option_is_taken_where_it_was_promised(void **state)
{
    const struct command *get = command_of("get"), *add = command_of("add");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(promises); i++) {
        const struct haul_option *option = haul_option_find(promises[i].name);

        if (!option)
            fail_msg("--%s is missing", promises[i].name);
        if ((promises[i].commands & GET) && !args_takes(get, option))
            fail_msg("get does not take --%s", promises[i].name);
        if ((promises[i].commands & ADD) && !args_takes(add, option))
            fail_msg("add does not take --%s", promises[i].name);
    }
}

static void short_forms_defaults_and_ranges_are_as_promised(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(promises); i++) {
        const struct promise *promise = &promises[i];
        const struct haul_option *option = haul_option_find(promise->name);

        assert_non_null(option);
        if (option->letter != promise->letter)
            fail_msg("the short form of --%s", promise->name);
        if (promise->initial ? !option->initial || strcmp(option->initial, promise->initial) != 0
                             : option->initial != NULL)
            fail_msg("the default of --%s", promise->name);
        if ((promise->min || promise->max) &&
            (option->min != promise->min || option->max != promise->max))
            fail_msg("the range of --%s", promise->name);
    }
}

static void choices_are_as_promised(void **state)
{
    static const char *const values[][2] = {{"if-exists", "rename"},
                                            {"if-exists", "skip"},
                                            {"if-exists", "overwrite"},
                                            {"if-exists", "fail"},
                                            {"limit", "20M"},
                                            {"limit", "500K"},
                                            {"min-split", "1G"},
                                            {"retries", "-1"},
                                            {"per-host", "0"},
                                            {"timeout", "90"},
                                            {"checksum", "md5:d41d8cd98f00b204e9800998ecf8427e"},
                                            {"resolve", "h:1:192.0.2.1"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const struct haul_option *option = haul_option_find(values[i][0]);
        struct haul_options *options = haul_options_new();
        struct haul_settings settings;
        bool of_session = option->scope == HAUL_SCOPE_SESSION;

        haul_settings_init(&settings);
        if (haul_option_set(option, of_session ? (void *)&settings : (void *)options, values[i][1],
                            NULL) != HAUL_OK)
            fail_msg("--%s %s is refused", values[i][0], values[i][1]);
        haul_options_unref(options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_option_is_taken_where_it_was_promised),
        cmocka_unit_test(short_forms_defaults_and_ranges_are_as_promised),
        cmocka_unit_test(choices_are_as_promised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
