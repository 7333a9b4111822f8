/* Redirects, decided by haul and not by libcurl: which ones are followed, and what may go along.
 *
 * Only http and https are gone to, from https only https unless the user said --allow-downgrade, at
 * most REDIRECTS_MAX times. Leaving the origin (scheme, host, port) drops every header, name and
 * password that the user gave for it, for the rest of the way (RELIABILITY.md R5, R6). What stands
 * in
 * ~/.netrc is looked up for each host anew, and not after a step from https to http.
 *
 * After 301, 302 and 303 the answer to a request with a body is fetched with a plain GET; 307 and
 * 308 (RFC 9110, section 15.4) repeat it, but what the user sends to one origin is sent to no
 * other.
 */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "net/transfer.h"

#define REDIRECTS_MAX 10

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The absolute URL that LOCATION means at URL (RFC 3986, section 5), without user info; libcurl's
 * memory, or NULL. */
static char *resolve(const char *url, const char *location)
{
    CURLU *parts = curl_url();
    char *target = NULL;

    if (!parts)
        return NULL;
    if (strlen(location) <= URL_MAX && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_URL, location, CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK) {
        curl_url_set(parts, CURLUPART_USER, NULL, 0);
        curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0);
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
        if (curl_url_get(parts, CURLUPART_URL, &target, 0) != CURLUE_OK)
            target = NULL;
    }
    curl_url_cleanup(parts);
    return target;
}

static bool has_scheme(const char *url, const char *scheme)
{
    size_t len = strlen(scheme);

    return strncasecmp(url, scheme, len) == 0 && strncmp(url + len, "://", 3) == 0;
}

static enum haul_err check_target(const struct net_transfer *transfer, const char *target,
                                  struct haul_error *err)
{
    char *shown = url_shown(target);
    enum haul_err code = HAUL_OK;

    if (!has_scheme(target, "http") && !has_scheme(target, "https"))
        code = haul_fail(err, HAUL_E_REDIRECT, "the server redirects to another scheme: %.120s",
                         shown);
    else if (has_scheme(transfer->url, "https") && has_scheme(target, "http") &&
             !transfer->options->allow_downgrade)
        code = haul_fail(err, HAUL_E_REDIRECT,
                         "the server redirects from https to %.120s; --allow-downgrade follows it",
                         shown);
    else if (transfer->redirects >= REDIRECTS_MAX)
        code = haul_fail(err, HAUL_E_REDIRECT, "more than %d redirects, the last one to %.120s",
                         REDIRECTS_MAX, shown);
    free(shown);
    return code;
}

/* Forgets what was given for the first origin only, when TARGET is at another one. */
static void keep_secrets_home(struct net_transfer *transfer, const char *target)
{
    char *origin = url_origin(target);

    if (!transfer->origin)
        transfer->origin = url_origin(transfer->url);
    if (!origin || !transfer->origin || strcmp(origin, transfer->origin) != 0)
        transfer->same_origin = false;
    if (!transfer->same_origin) {
        secret_free(transfer->user);
        transfer->user = NULL;
    }
    transfer->downgraded |= has_scheme(transfer->url, "https") && has_scheme(target, "http");
    free(origin);
}

/* To get what is there would look like success, with nothing sent; to send it there is more than
 * the user said. */
static enum haul_err refuse_moved(const char *target, int status, struct haul_error *err)
{
    char *shown = url_shown(target);

    haul_fail(err, HAUL_E_REDIRECT,
              "the server sends the upload elsewhere (%d), which haul does not follow; name that "
              "link if it is right: %.120s",
              status, shown);
    free(shown);
    return HAUL_E_REDIRECT;
}

/* Becomes a GET, or stays what it is where that does no harm. */
static enum haul_err keep_request(struct net_transfer *transfer, const char *target,
                                  struct haul_error *err)
{
    int status = transfer->response.status;

    if (transfer->bare)
        return HAUL_OK;
    if (transfer->upload_size >= 0 && (status == 301 || status == 302))
        return refuse_moved(target, status, err);
    if (status != 307 && status != 308) {
        transfer->bare = true;
    } else if (!transfer->same_origin) {
        char *shown = url_shown(target);

        haul_fail(err, HAUL_E_REDIRECT,
                  "the server redirects a %s to another host, which haul does not follow: %.120s",
                  haul_options_method(transfer->options), shown);
        free(shown);
        return HAUL_E_REDIRECT;
    }
    return HAUL_OK;
}

/* At most REDIRECTS_MAX times, and each no longer than a line that somebody reads. */
static void note_step(struct net_transfer *transfer, const char *target)
{
    char *shown = url_shown(target);
    char *trail = xasprintf("%s%s%d %.500s", transfer->trail ? transfer->trail : "",
                            transfer->trail ? "\n" : "", transfer->response.status, shown);

    free(transfer->trail);
    transfer->trail = trail;
    free(shown);
}

bool transfer_redirect(struct net_transfer *transfer, struct haul_error *err)
{
    const struct net_response *response = &transfer->response;
    char *target = NULL;
    bool follow = false;

    *err = (struct haul_error){0};
    if (!is_redirect(response->status))
        return false;
    if (response->location && response->location[0] != '\0')
        target = resolve(transfer->url, response->location);
    if (!target) {
        char *shown = text_clean_dup(text_raw_from(response->location), 120);

        haul_fail(err, HAUL_E_REDIRECT, "the server redirects (%d) to nowhere usable: \"%s\"",
                  response->status, shown);
        free(shown);
    } else if (check_target(transfer, target, err) == HAUL_OK) {
        keep_secrets_home(transfer, target);
        if (keep_request(transfer, target, err) == HAUL_OK) {
            transfer->redirects++;
            note_step(transfer, target);
            xstrset(&transfer->url, target);
            follow = transfer_look_up_login(transfer, err) == HAUL_OK;
        }
    }
    if (!follow)
        err->http_status = response->status;
    curl_free(target);
    return follow;
}
