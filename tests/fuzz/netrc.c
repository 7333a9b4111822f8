/* Logins out of a .netrc: the first line is the host, the rest is the file. What is found is a
 * login, and no later entry changes it. */

#include "net/netrc.h"
#include "base/mem.h"
#include "fuzz.h"

static void check(const char *text, const char *host, bool only_named)
{
    char *login = netrc_find(text, host, only_named);
    char *longer = xasprintf("%s\nmachine \"%s\" login late password late\n", text, host);
    char *again = netrc_find(longer, host, only_named);

    if (login) {
        CHECK(strchr(login, ':') > login);
        CHECK(again && strcmp(login, again) == 0);
    }
    secret_free(again);
    free(longer);
    secret_free(login);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    char *end = strchr(text, '\n');

    if (end) {
        *end = '\0';
        check(end + 1, text, false);
        check(end + 1, text, true);
    }
    free(text);
    return 0;
}
