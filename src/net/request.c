/* A net_request as the settings of a libcurl easy handle.
 *
 * Everything a server could turn against us is set here and nowhere else: protocols, no following
 * of redirects by libcurl (redirect.c decides), no decoding, no netrc (netrc.c), no signals.
 * Secrets are set only while the transfer is at the origin that they were given for (RELIABILITY.md
 * R6). */

#include "net/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include "haul/version.h"
#include "net/able.h"
#include "net/ftp.h"
#include "net/jars.h"
#include "net/netrc.h"
#include "net/transfer.h"

/* Large reads halve the system calls of a quick transfer; two thousand slow ones must not own a
 * large buffer each. So all of them share READ_TOTAL, within bounds for each. Of HTTP what is large
 * is read past libcurl, and its buffer comes and goes with each request: it stays below the 64 KiB
 * from which on malloc tidies up its whole heap whenever one is freed. */
#define READ_TOTAL    ((size_t)3 * 1024 * 1024)
#define READ_MIN      ((size_t)1536)
#define READ_MAX      ((size_t)512 * 1024)
#define HTTP_READ_MAX ((size_t)60 * 1024)
#define HTTP2_READ    (16 * 1024L) /* what a server sends in one frame */

#define CROWD ((size_t)64) /* transfers, from which on it matters what each costs the next */

static char *given_user(const struct net_transfer *transfer)
{
    const char *user = transfer->foreign ? NULL : transfer->options->user;

    return user ? xstrdup(user) : NULL;
}

/* Moves the user info of the URL into ->user, so that the URL can be shown and logged. */
static enum haul_err split_user(struct net_transfer *transfer, const char *url,
                                struct haul_error *err)
{
    char *name = NULL, *password = NULL, *bare = NULL;
    CURLUcode status;
    CURLU *parts;

    if (!strpbrk(url, "@#")) { /* as most are: nothing to take out */
        transfer->user = given_user(transfer);
        transfer->url = xstrdup(url);
        return HAUL_OK;
    }
    parts = curl_url();
    if (!parts)
        return haul_fail(err, HAUL_E_INTERNAL, "out of memory");
    status = curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    if (status == CURLUE_OK) {
        curl_url_get(parts, CURLUPART_USER, &name, CURLU_URLDECODE);
        curl_url_get(parts, CURLUPART_PASSWORD, &password, CURLU_URLDECODE);
        curl_url_set(parts, CURLUPART_USER, NULL, 0);
        curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0);
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
        status = curl_url_get(parts, CURLUPART_URL, &bare, 0);
    }
    if (status == CURLUE_OK) {
        if (name)
            transfer->user = xasprintf("%s:%s", name, password ? password : "");
        else
            transfer->user = given_user(transfer);
        transfer->url = xstrdup(bare);
    } else {
        haul_fail(err, HAUL_E_BAD_URL, "the link is malformed: %s", curl_url_strerror(status));
    }
    curl_free(name);
    curl_free(password);
    curl_free(bare);
    curl_url_cleanup(parts);
    return status == CURLUE_OK ? HAUL_OK : HAUL_E_BAD_URL;
}

static bool same_host(const char *url, const char *other)
{
    struct url one, two;

    return url_split(url, &one, NULL) == HAUL_OK && url_split(other, &two, NULL) == HAUL_OK &&
           one.host.len == two.host.len && strncasecmp(one.host.at, two.host.at, one.host.len) == 0;
}

static bool is_given(const struct haul_options *options, const char *name);

/* The user's word for the origin goes before what is kept for its host. */
static bool has_login(const struct net_transfer *transfer)
{
    bool home = transfer->same_origin && !transfer->foreign;

    return transfer->user ||
           (home && (transfer->options->bearer || is_given(transfer->options, "Authorization")));
}

enum haul_err transfer_look_up_login(struct net_transfer *transfer, struct haul_error *err)
{
    bool elsewhere = transfer->origin && !same_host(transfer->origin, transfer->url);
    enum haul_err code;
    struct url parts;
    char *host;

    if (!transfer->options->netrc || transfer->downgraded || has_login(transfer))
        return HAUL_OK;
    code = url_split(transfer->url, &parts, err);
    if (code != HAUL_OK)
        return code;
    host = xstrndup(parts.host.at, parts.host.len);
    code = netrc_login(host, elsewhere, &transfer->user, err);
    free(host);
    return code;
}

/* WHAT names it in a sentence. */
static enum haul_err check_file(const char *path, const char *what, struct haul_error *err)
{
    if (!path || access(path, R_OK) == 0)
        return HAUL_OK;
    return haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "the %s %s can't be read", what, path);
}

/* Without its cookies or certificate a transfer would begin, and the server refuse. */
static enum haul_err check_files(const struct haul_options *options, struct haul_error *err)
{
    enum haul_err code = check_file(options->cookie_file, "cookie file", err);

    if (code == HAUL_OK)
        code = check_file(options->cert, "certificate", err);
    if (code == HAUL_OK)
        code = check_file(options->key, "key", err);
    return code;
}

/* libcurl would fetch a listing of it, as text that depends on the server. */
static enum haul_err check_names_file(const struct url *parts, struct haul_error *err)
{
    const char *end = parts->path.at + parts->path.len;
    bool is_http = parts->scheme.len >= 4 && strncasecmp(parts->scheme.at, "http", 4) == 0;
    bool lists = parts->path.len > 7 && strncasecmp(end - 7, ";type=d", 7) == 0;

    if (is_http || (parts->path.len > 0 && end[-1] != '/' && !lists))
        return HAUL_OK;
    return haul_fail(
        err, HAUL_E_BAD_URL,
        "this link names a folder, and haul fetches files: put a file's name behind it");
}

enum haul_err transfer_describe(struct net_transfer *transfer, const struct net_request *request,
                                struct haul_error *err)
{
    struct url parts;
    enum haul_err code = url_split(request->url, &parts, err);

    if (code == HAUL_OK)
        code = check_names_file(&parts, err);
    if (code == HAUL_OK)
        code = check_files(request->options, err);
    if (code == HAUL_OK)
        code = net_able(request->options, err);
    if (code != HAUL_OK)
        return code;
    transfer->options = haul_options_ref(request->options);
    transfer->upload_size = request->options->upload ? request->upload_size : -1;
    transfer->from = request->from;
    transfer->to = request->to;
    transfer->ranged = request->ranged || request->from > 0 || request->to != UINT64_MAX;
    transfer->if_range = request->if_range ? xstrdup(request->if_range) : NULL;
    transfer->is_http = parts.scheme.len >= 4 && strncasecmp(parts.scheme.at, "http", 4) == 0;
    transfer->http2 = request->http2 && !transfer->ranged &&
                      (transfer->options->http2 || transfer->options->http3) &&
                      !transfer->options->http1 && haul_options_plain(transfer->options);
    transfer->same_origin = true;
    transfer->foreign = request->foreign;
    transfer->bare = request->foreign || haul_options_plain(transfer->options);
    if (ftp_is(request->url))
        transfer->ftp = ftp_talk_new(request->url);
    net_response_init(&transfer->response);
    code = split_user(transfer, request->url, err);
    return code == HAUL_OK ? transfer_look_up_login(transfer, err) : code;
}

static bool names_header(const char *line, const char *name)
{
    size_t len = strlen(name);

    return strncasecmp(line, name, len) == 0 && line[len] == ':';
}

static void append(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (!longer)
        abort();
    *list = longer;
}

/* "Cookie: a=1; b=2" (RFC 6265, section 5.4: one header), newly allocated, secret. */
static char *cookie_header(const struct haul_strings *cookies)
{
    char *line = xstrdup("Cookie:");

    for (size_t i = 0; i < cookies->count; i++) {
        char *longer = xasprintf("%s%s %s", line, i == 0 ? "" : ";", cookies->items[i]);

        secret_free(line);
        line = longer;
    }
    return line;
}

static void append_secret(struct curl_slist **list, char *line)
{
    append(list, line);
    secret_free(line);
}

static bool is_given(const struct haul_options *options, const char *name)
{
    for (size_t i = 0; i < options->headers.count; i++) {
        if (names_header(options->headers.items[i], name))
            return true;
    }
    return false;
}

/* A header of the request's body belongs to no request without one. */
static bool is_of_body(const char *line)
{
    return names_header(line, "Content-Type") || names_header(line, "Content-Encoding") ||
           names_header(line, "Content-Language") || names_header(line, "Content-Length");
}

/* libcurl sends cookies too, and all of them go into one header (RFC 6265, section 5.4). */
static bool joins_cookies(const struct net_transfer *transfer)
{
    return (transfer->jar || transfer->options->cookie_file) &&
           transfer->options->cookies.count > 0 && !is_given(transfer->options, "Cookie");
}

/* What the user gave for the origin. */
static void add_given(struct curl_slist **list, const struct net_transfer *transfer)
{
    const struct haul_options *options = transfer->options;
    const struct haul_strings *given = &options->headers;
    bool bare = transfer->bare; /* the request has no body any more */

    for (size_t i = 0; i < given->count; i++) {
        if (!bare || !haul_options_has_body(options) || !is_of_body(given->items[i]))
            append(list, given->items[i]);
    }
    if (options->cookies.count > 0 && !joins_cookies(transfer))
        append_secret(list, cookie_header(&options->cookies));
    if (options->bearer)
        append_secret(list, xasprintf("Authorization: Bearer %s", options->bearer));
}

/* What is to be said of a body that the user did not say. */
static void add_of_body(struct curl_slist **list, const struct haul_options *options)
{
    if (!options->upload)
        append(list, "Expect:"); /* it is small: not worth another round trip */
    if (options->json_data && !is_given(options, "Content-Type"))
        append(list, "Content-Type: application/json");
    if (options->json_data && !is_given(options, "Accept"))
        append(list, "Accept: application/json");
    if (!haul_options_has_body(options) && !is_given(options, "Content-Type"))
        append(list, "Content-Type:");
}

/* The headers of this request, or NULL when the common list is all there is to send. */
static struct curl_slist *own_headers(const struct net_transfer *transfer,
                                      const struct curl_slist *common)
{
    const struct haul_options *options = transfer->options;
    bool give = transfer->same_origin && !transfer->foreign && transfer->is_http &&
                (options->headers.count > 0 || options->cookies.count > 0 || options->bearer);
    bool has_body = transfer->is_http && !transfer->bare;
    struct curl_slist *list = NULL;

    if (!give && !has_body && !transfer->if_range)
        return NULL;
    if (give)
        add_given(&list, transfer);
    if (has_body)
        add_of_body(&list, options);
    if (!give || !is_given(options, "Accept-Encoding"))
        append(&list, common->data);
    if (transfer->if_range) {
        char *line = xasprintf("If-Range: %s", transfer->if_range);

        append(&list, line);
        free(line);
    }
    return list;
}

/* Each "name=value" as a part. */
static void set_form(struct net_transfer *transfer)
{
    const struct haul_strings *fields = &transfer->options->form;

    transfer->form = curl_mime_init(transfer->easy);
    for (size_t i = 0; i < fields->count; i++) {
        curl_mimepart *part = curl_mime_addpart(transfer->form);
        const char *equals = strchr(fields->items[i], '=');
        char *name = xstrndup(fields->items[i], (size_t)(equals - fields->items[i]));

        if (!part || curl_mime_name(part, name) != CURLE_OK ||
            curl_mime_data(part, equals + 1, CURL_ZERO_TERMINATED) != CURLE_OK)
            abort();
        free(name);
    }
    curl_easy_setopt(transfer->easy, CURLOPT_MIMEPOST, transfer->form);
}

/* A file: sent with a question before it where it is large, so that a server that wants a login or
 * refuses need not take all of it. */
static void set_upload(struct net_transfer *transfer)
{
    CURL *easy = transfer->easy;

    transfer->handlers->rewind(transfer->ctx);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->upload_size);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, transfer_on_want);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, transfer_on_rewind);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
}

/* What libcurl would do by itself with a POST whose old connection turns out to be closed: send it
 * again. The server may have seen the first one, so it gets a connection of its own. */
static void set_method(struct net_transfer *transfer)
{
    const struct haul_options *options = transfer->options;
    const char *body = options->data ? options->data : options->json_data;
    CURL *easy = transfer->easy;

    curl_mime_free(transfer->form);
    transfer->form = NULL;
    if (transfer->bare || !transfer->is_http)
        return;
    if (transfer->upload_size >= 0) {
        set_upload(transfer);
    } else if (options->form.count > 0) {
        set_form(transfer);
    } else {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(body ? strlen(body) : 0));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body ? body : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, haul_options_method(options));
    if (!haul_options_repeatable(options))
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_range(struct net_transfer *transfer)
{
    char range[48];

    if (!transfer->ranged)
        return;
    if (!transfer->is_http) {
        curl_easy_setopt(transfer->easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)transfer->from);
        return;
    }
    if (transfer->to == UINT64_MAX)
        snprintf(range, sizeof range, "%llu-", (unsigned long long)transfer->from);
    else
        snprintf(range, sizeof range, "%llu-%llu", (unsigned long long)transfer->from,
                 (unsigned long long)transfer->to);
    curl_easy_setopt(transfer->easy, CURLOPT_RANGE, range);
}

/* "HOST:PORT:ADDRESS" as libcurl takes it to connect elsewhere: a connection that was made so is
 * used by nobody else. (To give it as a name's address would be for all transfers, and for ever.)
 */
static char *elsewhere(const char *rule)
{
    const char *port = strchr(*rule == '[' ? strchr(rule, ']') : rule, ':') + 1;
    const char *address = strchr(port, ':') + 1;
    bool bare = *address != '[' && strchr(address, ':');

    return xasprintf("%.*s:%s%s%s:%.*s", (int)(address - 1 - rule), rule, bare ? "[" : "", address,
                     bare ? "]" : "", (int)(address - 1 - port), port);
}

/* Of two rules for a host the later one counts; libcurl takes the first one. */
static void set_addresses(struct net_transfer *transfer)
{
    const struct haul_strings *rules = &transfer->options->resolve;

    curl_slist_free_all(transfer->elsewhere);
    transfer->elsewhere = NULL;
    for (size_t i = rules->count; i > 0; i--) {
        char *rule = elsewhere(rules->items[i - 1]);

        append(&transfer->elsewhere, rule);
        free(rule);
    }
    if (transfer->elsewhere)
        curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->elsewhere);
}

/* Names that are not resolved as those of all others are kept for nobody; neither are those of
 * transfers that share other things. */
static void set_names(struct net_transfer *transfer, const struct net_shared *shared)
{
    const struct haul_options *options = transfer->options;
    CURL *easy = transfer->easy;

    bool own = options->ipv4 || options->ipv6 || options->doh || options->dns_servers;

    curl_easy_setopt(easy, CURLOPT_SHARE,
                     transfer->jar ? jar_share(transfer->jar)
                     : own         ? shared->apart
                                   : shared->share);
    if (!own && !transfer->jar)
        return;
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    if (options->ipv4 || options->ipv6)
        curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
                         options->ipv4 ? (long)CURL_IPRESOLVE_V4 : (long)CURL_IPRESOLVE_V6);
    if (options->doh)
        curl_easy_setopt(easy, CURLOPT_DOH_URL, options->doh);
    if (options->dns_servers)
        curl_easy_setopt(easy, CURLOPT_DNS_SERVERS, options->dns_servers);
}

/* Who we are. Without a passphrase OpenSSL would ask the terminal for that of a key which has one,
 * and all transfers would wait. */
static void set_certificate(const struct net_transfer *transfer)
{
    const struct haul_options *options = transfer->options;
    CURL *easy = transfer->easy;

    if (!options->cert)
        return;
    curl_easy_setopt(easy, CURLOPT_SSLCERT, options->cert);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key ? options->key : options->cert);
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, options->key_pass ? options->key_pass : "");
}

static void set_trust(struct net_transfer *transfer)
{
    const struct haul_options *options = transfer->options;
    CURL *easy = transfer->easy;

    if (options->cacert)
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->cacert);
    if (options->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (!transfer->is_http) {
        char *known_hosts = path_absolute("~/.ssh/known_hosts");

        curl_easy_setopt(easy, CURLOPT_SSH_KNOWNHOSTS, known_hosts);
        free(known_hosts);
    }
}

static void set_login(const struct net_transfer *transfer)
{
    const char *colon = strchr(transfer->user, ':');
    char *name =
        xstrndup(transfer->user, colon ? (size_t)(colon - transfer->user) : strlen(transfer->user));
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_USERNAME, name);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, colon ? colon + 1 : "");
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
    free(name);
}

bool transfer_environment_proxies(char *const *environment)
{
    for (; *environment; environment++) {
        size_t len = strcspn(*environment, "=");

        if (len >= 6 && strncasecmp(*environment + len - 6, "_proxy", 6) == 0)
            return true;
    }
    return false;
}

/* libcurl searches the environment for each request, unless it is told that nobody needs one. */
static void set_proxy(const struct net_transfer *transfer, const struct net_shared *shared)
{
    const struct haul_options *options = transfer->options;
    CURL *easy = transfer->easy;

    if (options->proxy) {
        curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy);
        curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
    }
    if (options->noproxy)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, options->noproxy);
    else if (!options->proxy && !shared->proxies)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

static void set_identity(struct net_transfer *transfer)
{
    const struct haul_options *options = transfer->options;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_USERAGENT,
                     options->user_agent ? options->user_agent : "haul/" HAUL_VERSION);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (transfer->user)
        set_login(transfer);
    if (!transfer->same_origin || transfer->foreign)
        return;
    set_certificate(transfer);
    if (options->referer)
        curl_easy_setopt(easy, CURLOPT_REFERER, options->referer);
}

/* libcurl 7.88 keeps the buffer of a handle that leaves a connection with others on it, and later
 * takes that for as large as it was told last: it would read beyond its end. So with HTTP/2 all get
 * one size, and such handles never get another one. */
static long read_buffer(const struct net_transfer *transfer, size_t running)
{
    size_t most = transfer->is_http ? HTTP_READ_MAX : READ_MAX;

    if (transfer->http2 || transfer->shared)
        return HTTP2_READ;
    return (long)MAX(READ_MIN, MIN(most, READ_TOTAL / MAX(running, (size_t)1)));
}

static long http_version(const struct net_transfer *transfer)
{
    if (!transfer->http2 || strncasecmp(transfer->url, "https:", 6) != 0)
        return CURL_HTTP_VERSION_1_1;
    return transfer->options->http3 ? CURL_HTTP_VERSION_3 : CURL_HTTP_VERSION_2TLS;
}

/* libcurl 7.88 gives a transfer that may share a connection one of HTTP/1.1 that is in use, if it
 * knows that the server can share and finds none that is shared (after a GOAWAY): then two answers
 * are read from one stream. Connections with other words for TLS are no choice, so those that are
 * not to be shared get some: what OpenSSL has anyway. */
static void set_apart(const struct net_transfer *transfer)
{
    bool apart = !transfer->http2 && (transfer->options->http2 || transfer->options->http3);

    curl_easy_setopt(transfer->easy, CURLOPT_TLS13_CIPHERS,
                     apart ? "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                             "TLS_AES_128_GCM_SHA256"
                           : NULL);
}

static void set_manners(struct net_transfer *transfer)
{
    const struct haul_options *options = transfer->options;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, http_version(transfer));
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, transfer->http2 ? 1L : 0L);
    set_apart(transfer);
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (!transfer->is_http) /* of HTTP the header tells, and libcurl parses it slowly */
        curl_easy_setopt(easy, CURLOPT_FILETIME, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)options->connect_timeout);
}

/* Nothing in it but the URL and what the options say. */
static bool is_usual(const struct net_transfer *transfer)
{
    return !transfer->options->cookie_file && !transfer->jar &&
           transfer->options->resolve.count == 0 && transfer->is_http && transfer->bare &&
           transfer->same_origin && !transfer->foreign && !transfer->ranged &&
           !transfer->if_range && !transfer->user && !transfer->headers;
}

struct easy_use transfer_use(const struct net_transfer *transfer)
{
    if (!is_usual(transfer))
        return (struct easy_use){0};
    return (struct easy_use){transfer->options, transfer->http2};
}

/* libcurl looks through all connections to a host for one that is idle: where thousands run that
 * takes longer than to make one. One that rests and keeps no bytes for a transfer is idle; while
 * there is none, there is nothing to look for. (HTTP/2 shares those that are not.) */
static bool nothing_is_idle(const struct net_transfer *transfer, const struct net_shared *shared,
                            size_t running)
{
    return transfer->is_http && !transfer->http2 && running >= CROWD &&
           shared->watches.resting <= shared->held;
}

/* What differs from transfer to transfer. */
static enum haul_err set_own(struct net_transfer *transfer, const struct net_shared *shared,
                             size_t running, struct haul_error *err)
{
    CURL *easy = transfer->easy;
    long fresh = transfer->fresh || nothing_is_idle(transfer, shared, running);

    if (curl_easy_setopt(easy, CURLOPT_URL, transfer->url) != CURLE_OK)
        return haul_fail(err, HAUL_E_BAD_URL, "libcurl can't fetch this link");
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_text);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 0L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, read_buffer(transfer, running));
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, fresh);
    transfer->error_text[0] = '\0';
    return HAUL_OK;
}

/* Of FTP more is to be known than libcurl tells. A connection that is kept is one that libcurl says
 * good-bye to when we don't hear of it. */
static void set_ftp(struct net_transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, ftp_on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, ftp_on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, ftp_on_told);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

static bool is_known(const char *const *known, const char *scheme)
{
    for (; *known; known++) {
        if (strcmp(*known, scheme) == 0)
            return true;
    }
    return false;
}

/* libcurl refuses a whole list for one scheme that it was built without, and would then go on to
 * allow every one that it has, file: among them. */
void transfer_protocols(const char *const *known, char ret_list[NET_PROTOCOLS])
{
    static const char *const fetched[] = {"http", "https", "ftp", "ftps", "sftp"};
    size_t len = 0;

    ret_list[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(fetched); i++) {
        if (is_known(known, fetched[i]))
            len += (size_t)snprintf(ret_list + len, NET_PROTOCOLS - len, "%s%s", len > 0 ? "," : "",
                                    fetched[i]);
    }
}

/* A jar has read its files, and what was read then may have changed since. */
static void set_cookies(const struct net_transfer *transfer)
{
    const char *file = transfer->jar ? "" : transfer->options->cookie_file;

    if (!file || !transfer->is_http)
        return;
    curl_easy_setopt(transfer->easy, CURLOPT_COOKIEFILE, file);
    if (transfer->same_origin && !transfer->foreign && joins_cookies(transfer)) {
        char *line = cookie_header(&transfer->options->cookies);

        curl_easy_setopt(transfer->easy, CURLOPT_COOKIE, line + strlen("Cookie: "));
        secret_free(line);
    }
}

/* How libcurl and this room meet. */
static void set_meeting(CURL *easy, struct net_shared *shared)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, shared->protocols);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, transfer_on_header);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, transfer_on_body);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, transfer_on_connected);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, transfer_on_told);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, watches_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &shared->watches);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, watches_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &shared->watches);
}

enum haul_err transfer_prepare(struct net_transfer *transfer, struct net_shared *shared,
                               size_t running, struct haul_error *err)
{
    enum haul_err code = set_own(transfer, shared, running, err);

    if (code != HAUL_OK || transfer->prepared)
        return code;
    set_meeting(transfer->easy, shared);
    if (transfer->ftp)
        set_ftp(transfer);
    curl_slist_free_all(transfer->headers);
    transfer->headers = own_headers(transfer, shared->headers);
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                     transfer->headers ? transfer->headers : shared->headers);
    set_manners(transfer);
    set_names(transfer, shared);
    set_addresses(transfer);
    set_trust(transfer);
    set_proxy(transfer, shared);
    set_identity(transfer);
    set_method(transfer);
    set_range(transfer);
    set_cookies(transfer);
    transfer->prepared = true;
    return HAUL_OK;
}
