/* What became of a transfer that is over: by libcurl's result, the answer, and what the body was to
 * be. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/str.h"
#include "base/text.h"
#include "base/url.h"
#include "net/ftp.h"
#include "net/neterr.h"
#include "net/transfer.h"

/* The host of the present URL, clean, for sentences. */
static void host_of(const struct net_transfer *transfer, char *buf, size_t size)
{
    struct url parts;

    if (url_split(transfer->url, &parts, NULL) != HAUL_OK)
        parts.host = (struct url_part){"", 0};
    text_clean((struct text_raw){parts.host.at, parts.host.len}, buf, size);
}

bool transfer_is_ssh(const struct net_transfer *transfer)
{
    return strncasecmp(transfer->url, "sftp:", 5) == 0;
}

/* NAME, as libcurl writes it, is the host of the URL: without brackets, and what is not ASCII in
 * another form. */
static bool is_host(const struct url *parts, const char *name, size_t len)
{
    struct url_part host = parts->host;

    if (host.len > 2 && host.at[0] == '[')
        host = (struct url_part){host.at + 1, host.len - 2};
    for (size_t i = 0; i < host.len; i++) {
        if ((unsigned char)host.at[i] >= 0x80)
            return true;
    }
    return len == host.len && strncasecmp(name, host.at, len) == 0;
}

/* libcurl names whom it could not connect to: SAID is "Failed to connect to HOST port N after ...".
 * Is that the proxy? Then *ret_port is where it was looked for, and *ret_len how long its name is,
 * which *ret_name begins with. */
static bool is_about_proxy(const struct net_transfer *transfer, const char *said,
                           const char **ret_name, size_t *ret_len, unsigned *ret_port)
{
    static const char words[] = "Failed to connect to ";
    const char *name = said + strlen(words), *port;
    struct url parts;

    if (!transfer->options->proxy && !transfer_environment_proxies(environ))
        return false;
    if (transfer->elsewhere || !str_starts(said, words) || !(port = strstr(name, " port ")) ||
        url_split(transfer->url, &parts, NULL) != HAUL_OK)
        return false;
    *ret_name = name;
    *ret_len = (size_t)(port - name);
    *ret_port = (unsigned)strtoul(port + strlen(" port "), NULL, 10);
    return *ret_port != url_port(&parts) || !is_host(&parts, name, *ret_len);
}

static bool judge_proxy(const struct net_transfer *transfer, const char *said, const char *host,
                        long sys_errno, struct haul_error *err)
{
    bool late = transfer->result == CURLE_OPERATION_TIMEDOUT, ipv6;
    const char *name;
    unsigned port;
    size_t len;

    if ((transfer->result != CURLE_COULDNT_CONNECT && !late) ||
        !is_about_proxy(transfer, said, &name, &len, &port))
        return false;
    ipv6 = memchr(name, ':', len) != NULL;
    haul_fail_errno(err, HAUL_E_PROXY, late ? ETIMEDOUT : (int)sys_errno,
                    "no connection to the proxy %s%.*s%s:%u, for %s", ipv6 ? "[" : "", (int)len,
                    name, ipv6 ? "]" : "", port, host);
    return true;
}

/* The server ends handshakes that offer HTTP/1.1 alone (RFC 7301, section 3.2): it speaks HTTP/2
 * only. SAID is what OpenSSL calls that. */
static bool speaks_no_http1(const struct net_transfer *transfer, const char *said)
{
    return transfer->is_http && !transfer->http2 && transfer->result == CURLE_SSL_CONNECT_ERROR &&
           strstr(said, "alert no application protocol");
}

static void fail_no_http1(const struct net_transfer *transfer, const char *host,
                          struct haul_error *err)
{
    haul_fail(err, HAUL_E_TLS,
              transfer->options->http2 || transfer->options->http3
                  ? "%s speaks no HTTP/1.1, over which haul fetches all but files up to 64 KiB; "
                    "another server may have the file"
                  : "%s speaks no HTTP/1.1; --http2 fetches files up to 64 KiB from it, haul can't "
                    "fetch larger ones",
              host);
}

/* libcurl's result, where its code alone would mislead. */
static void judge_result(struct net_transfer *transfer, const char *host, struct haul_error *err)
{
    char detail[CURL_ERROR_SIZE];
    long sys_errno = transfer->direct_errno, connect_status = 0;

    text_clean(text_raw_from(transfer->error_text), detail, sizeof detail);
    if (strchr(detail, '@'))
        detail[0] = '\0'; /* libcurl quotes a proxy with its password */
    if (!transfer->direct) {
        curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &sys_errno);
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    }
    if (judge_proxy(transfer, detail, host, sys_errno, err))
        return;
    if (connect_status >= 300)
        neterr_from_proxy((int)connect_status, host, err);
    else if (transfer->result == CURLE_PEER_FAILED_VERIFICATION && transfer_is_ssh(transfer))
        haul_fail(err, HAUL_E_TLS, "%s shows a key that is not in ~/.ssh/known_hosts", host);
    else if (speaks_no_http1(transfer, detail))
        fail_no_http1(transfer, host, err);
    else if (transfer->result == CURLE_UNSUPPORTED_PROTOCOL && transfer->connected)
        haul_fail(err, HAUL_E_BAD_RESPONSE, "%s sends no HTTP answer: %s", host, detail);
    else if (transfer->result == CURLE_OUT_OF_MEMORY && transfer->connected && !transfer->head_told)
        haul_fail(err, HAUL_E_BAD_RESPONSE, "%s sends a header line that is too long", host);
    else
        neterr_from_curl((int)transfer->result, detail, host, sys_errno, err);
}

/* The server said no, whatever became of the body that told why. A connection that broke after the
 * headers of a first round (401 before digest) is no answer. */
static bool answered_no(const struct net_transfer *transfer)
{
    return transfer->is_http && transfer->response.complete && !transfer_wants_body(transfer) &&
           transfer->response.status >= 300 &&
           (transfer->result == CURLE_OK || transfer->discarded > 0);
}

/* The chunks of the body must hold as many bytes as the length that was announced with them. */
static void judge_chunks(const struct net_transfer *transfer, struct haul_error *err)
{
    curl_off_t came = 0;
    int64_t announced = transfer->response.chunked_length;

    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
    if (came != announced)
        haul_fail(err, HAUL_E_LENGTH, "the server announces %lld bytes and sends %lld in chunks",
                  (long long)announced, (long long)came);
}

/* As most do: an answer of HTTP that was taken, whose length vouches for its end. */
static bool ended_well(const struct net_transfer *transfer)
{
    return !fault_is(&transfer->stop) && transfer->result == CURLE_OK && transfer->is_http &&
           transfer->head_told && transfer->response.content_length >= 0;
}

/* Less than what is here: libcurl asks for nothing then. What is known of the file tells the rest.
 */
static bool is_shorter(const struct net_transfer *transfer)
{
    return !transfer->is_http && transfer->result == CURLE_BAD_DOWNLOAD_RESUME &&
           !transfer->head_told;
}

void transfer_judge(struct net_transfer *transfer, struct haul_error *ret_err)
{
    char host[128];
    int status = transfer->response.status;

    *ret_err = (struct haul_error){0};
    if (ended_well(transfer))
        return;
    host_of(transfer, host, sizeof host);
    if (transfer->ftp && !fault_is(&transfer->stop))
        ftp_judge(transfer, host, ret_err);
    if (ret_err->code != HAUL_OK)
        return;
    if (fault_is(&transfer->stop)) {
        *ret_err = *fault_get(&transfer->stop);
        ret_err->http_status = status;
    } else if (answered_no(transfer)) {
        neterr_from_status(status, host, ret_err);
    } else if (is_shorter(transfer) && !transfer_tell_head(transfer)) {
        haul_fail(ret_err, HAUL_E_CANCELLED, "%s", haul_err_sentence(HAUL_E_CANCELLED));
    } else if (transfer->result != CURLE_OK) {
        judge_result(transfer, host, ret_err);
    } else if (transfer->is_http && status < 200) {
        haul_fail(ret_err, HAUL_E_BAD_RESPONSE, "%s sends no proper answer (%d)", host, status);
    } else if (transfer->is_http && !transfer->response.complete) {
        haul_fail(ret_err, HAUL_E_TRUNCATED, "%s closed the connection within its headers", host);
    } else if (!transfer->head_told && !transfer_tell_head(transfer)) {
        haul_fail(ret_err, HAUL_E_CANCELLED, "%s", haul_err_sentence(HAUL_E_CANCELLED));
    } else if (!transfer_ended_cleanly(transfer) && !transfer->options->allow_unclean_end) {
        haul_fail(ret_err, HAUL_E_UNCLEAN_END,
                  "%s announced no length and the secure connection was cut off "
                  "(--allow-unclean-end accepts it)",
                  host);
    } else if (transfer->response.chunked_length >= 0) {
        judge_chunks(transfer, ret_err);
    }
}
