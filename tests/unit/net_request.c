/* Which schemes libcurl is allowed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "net/transfer.h"

static void all_that_is_fetched_is_allowed_and_no_more(void **state)
{
    const char *const known[] = {"dict",  "file", "ftp",  "ftps", "gopher", "http",
                                 "https", "scp",  "sftp", "smb",  "telnet", NULL};
    char list[NET_PROTOCOLS];

    (void)state;
    transfer_protocols(known, list);
    assert_string_equal(list, "http,https,ftp,ftps,sftp");
}

/* One that it does not know would make it refuse the list, and allow everything. */
static void what_libcurl_lacks_is_not_named(void **state)
{
    const char *const known[] = {"file", "ftp", "http", "https", NULL}, *const none[] = {NULL};
    CURL *easy = curl_easy_init();
    char list[NET_PROTOCOLS];

    (void)state;
    transfer_protocols(known, list);
    assert_string_equal(list, "http,https,ftp");
    transfer_protocols(none, list);
    assert_string_equal(list, "");
    transfer_protocols(curl_version_info(CURLVERSION_NOW)->protocols, list);
    assert_int_equal(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, list), CURLE_OK);
    curl_easy_cleanup(easy);
}

static bool says(const char *variable)
{
    char first[] = "PATH=/bin", second[] = "X=http_proxy=y", text[32];
    char *environment[] = {first, second, text, NULL};

    snprintf(text, sizeof text, "%s", variable);
    return transfer_environment_proxies(environment);
}

static void what_the_environment_says_of_proxies_is_seen(void **state)
{
    static const char *const some[] = {"http_proxy=x", "HTTPS_PROXY=", "all_proxy", "NO_PROXY=*"};
    static const char *const none[] = {"http_proxy_of_mine=x", "_prox=1", "", "="};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_true(says(some[i]));
        assert_false(says(none[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_fetched_is_allowed_and_no_more),
        cmocka_unit_test(what_libcurl_lacks_is_not_named),
        cmocka_unit_test(what_the_environment_says_of_proxies_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
