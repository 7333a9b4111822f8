/* What a libcurl can't do is refused by name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "net/able.h"

static const struct able all = {"9.9.9", true, true, true, true};
static const struct able nothing = {"7.88.1", false, false, false, false};

static void option_of(const char *name, const char *value, const char *missing)
{
    struct haul_options *options = haul_options_new();
    struct haul_error err;

    assert_int_equal(haul_option_set(haul_option_find(name), options, value, NULL), HAUL_OK);
    assert_int_equal(able_check(&all, options, &err), HAUL_OK);
    assert_int_equal(able_check(&nothing, options, &err), HAUL_E_BAD_OPTION);
    assert_non_null(strstr(err.text, name));
    assert_non_null(strstr(err.text, missing));
    assert_non_null(strstr(err.text, "7.88.1"));
    haul_options_unref(options);
}

static void each_option_names_what_it_takes(void **state)
{
    (void)state;
    option_of("http3", "true", "HTTP/3");
    option_of("dns-servers", "192.0.2.1", "c-ares");
    option_of("save-cookies", "/tmp/jar", "libpsl");
    option_of("doh", "https://dns.example/", "DNS over HTTPS");
}

static void usual_options_take_nothing(void **state)
{
    struct haul_options *options = haul_options_new();

    (void)state;
    assert_int_equal(able_check(&nothing, options, NULL), HAUL_OK);
    assert_int_equal(net_able(options, NULL), HAUL_OK);
    options->http3 = options->http1 = true;
    assert_int_equal(able_check(&nothing, options, NULL), HAUL_OK);
    haul_options_unref(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_option_names_what_it_takes),
        cmocka_unit_test(usual_options_take_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
