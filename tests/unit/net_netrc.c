/* Logins out of a .netrc. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "net/netrc.h"

static void expect(const char *text, const char *host, bool only_named, const char *wanted)
{
    char *login = netrc_find(text, host, only_named);

    if (wanted) {
        assert_non_null(login);
        assert_string_equal(login, wanted);
    } else {
        assert_null(login);
    }
    secret_free(login);
}

static void a_machine_is_found_by_its_whole_name(void **state)
{
    const char *text = "machine a.example login me password pw\n"
                       "machine b.example\n\tlogin you\r\n\tpassword other";

    (void)state;
    expect(text, "a.example", false, "me:pw");
    expect(text, "A.Example", true, "me:pw");
    expect(text, "b.example", false, "you:other");
    expect(text, "c.example", false, NULL);
    expect(text, "x.a.example", false, NULL);
    expect(text, "example", false, NULL);
    expect("", "a.example", false, NULL);
}

static void the_first_entry_counts(void **state)
{
    const char *text = "machine a login one password 1 machine a login two password 2\n"
                       "default login any password 3 machine b login late password 4";

    (void)state;
    expect(text, "a", false, "one:1");
    expect(text, "b", false, "any:3"); /* as ftp: default is the last one */
    expect(text, "b", true, NULL);
}

static void the_default_is_for_hosts_without_an_entry(void **state)
{
    const char *text = "machine a login one password 1\ndefault login any password 3";

    (void)state;
    expect(text, "a", true, "one:1");
    expect(text, "z", false, "any:3");
    expect(text, "z", true, NULL);
}

static void quotes_macros_accounts_and_comments_are_understood(void **state)
{
    (void)state;
    expect("machine a login \"my name\" password \"p \\\"w\\\\ \\t\"", "a", true,
           "my name:p \"w\\ \t");
    expect("#machine a login x password y\nmachine a account z login b password c#d", "a", true,
           "b:c#d");
    expect("macdef up\nmachine a login bad password bad\ncd /\n\nmachine a login b password c", "a",
           true, "b:c");
    expect("machine a login b password c\nmacdef init\nmachine z login z password z\n", "z", true,
           NULL);
}

static void what_is_broken_gives_no_login(void **state)
{
    char text[8192] = "machine a login b password ";

    (void)state;
    expect("machine a password only", "a", true, NULL);
    expect("machine a login with:colon password x", "a", true, NULL);
    expect("machine", "a", true, NULL);
    expect("machine a login \"open password x", "a", true, NULL);
    memset(text + strlen(text), 'x', 5000);
    expect(text, "a", true, NULL);
}

/* Nothing of another entry becomes a part of a password that is sent. */
static void a_quote_that_is_open_ends_with_its_line(void **state)
{
    const char *text = "machine a login me password \"open\n"
                       "machine b login you password \"closed\"\n";

    (void)state;
    expect(text, "a", true, NULL);
    expect(text, "b", true, NULL);
    expect("machine a login me password \"open\\\nmachine b login you password \"x\"", "a", true,
           NULL);
}

static void a_password_may_be_a_long_token(void **state)
{
    char text[4096] = "machine a login aws password ", wanted[4096] = "aws:";

    (void)state;
    memset(text + strlen(text), 'x', 3000);
    memset(wanted + strlen(wanted), 'x', 3000);
    expect(text, "a", true, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_is_found_by_its_whole_name),
        cmocka_unit_test(the_first_entry_counts),
        cmocka_unit_test(the_default_is_for_hosts_without_an_entry),
        cmocka_unit_test(quotes_macros_accounts_and_comments_are_understood),
        cmocka_unit_test(what_is_broken_gives_no_login),
        cmocka_unit_test(a_quote_that_is_open_ends_with_its_line),
        cmocka_unit_test(a_password_may_be_a_long_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
