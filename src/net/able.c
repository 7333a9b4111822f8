/* Options that not every libcurl can do: found out before anything starts, and refused by name. An
 * option that is not obeyed would be worse than one that is missing. */

#include "net/able.h"

#include <curl/curl.h>

enum haul_err able_check(const struct able *able, const struct haul_options *options,
                         struct haul_error *err)
{
    if (options->http3 && !options->http1 && !able->http3)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "--http3: libcurl %s here is built without HTTP/3; install one that has "
                         "it, or leave the option out",
                         able->version);
    if (options->dns_servers && !able->dns_servers)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "--dns-servers: libcurl %s here is built without c-ares, which it takes "
                         "to ask servers of one's own; --doh URL needs no such thing",
                         able->version);
    if (options->doh && !able->doh)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "--doh: libcurl %s here is built without DNS over HTTPS", able->version);
    if (options->save_cookies && !able->public_suffixes)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "--save-cookies: libcurl %s here is built without libpsl, and would let "
                         "one site set the cookies of another",
                         able->version);
    return HAUL_OK;
}

/* No feature bit tells of these two. */
static void ask_handle(struct able *able)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        return;
    able->dns_servers = curl_easy_setopt(easy, CURLOPT_DNS_SERVERS, NULL) == CURLE_OK;
    able->doh = curl_easy_setopt(easy, CURLOPT_DOH_URL, "https://192.0.2.1/") == CURLE_OK;
    curl_easy_cleanup(easy);
}

enum haul_err net_able(const struct haul_options *options, struct haul_error *err)
{
    const curl_version_info_data *info;
    struct able able;

    if (!options->http3 && !options->dns_servers && !options->doh && !options->save_cookies)
        return HAUL_OK;
    info = curl_version_info(CURLVERSION_NOW);
    able = (struct able){.version = info->version,
                         .http3 = (info->features & CURL_VERSION_HTTP3) != 0,
                         .public_suffixes = (info->features & CURL_VERSION_PSL) != 0};
    if (options->dns_servers || options->doh)
        ask_handle(&able);
    return able_check(&able, options, err);
}
