/* libcurl's result codes and HTTP's statuses as errors with a class and a sentence. A table: the
 * sentence says what failed and, where there is one, what to do; libcurl's own words follow. */

#include "net/neterr.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct row {
    CURLcode curl;
    enum haul_err code;
    const char *what; /* "%s" is the host */
};

static const struct row rows[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, HAUL_E_BAD_URL, "this scheme is not supported (%s)"},
    {CURLE_URL_MALFORMAT, HAUL_E_BAD_URL, "the link is malformed (%s)"},
    {CURLE_COULDNT_RESOLVE_PROXY, HAUL_E_PROXY, "the proxy's name can't be resolved, for %s"},
    {CURLE_PROXY, HAUL_E_PROXY, "the proxy refused the connection to %s"},
    {CURLE_COULDNT_RESOLVE_HOST, HAUL_E_RESOLVE, "the name %s can't be resolved"},
    {CURLE_COULDNT_CONNECT, HAUL_E_CONNECT, "no connection to %s"},
    {CURLE_QUIC_CONNECT_ERROR, HAUL_E_CONNECT, "no connection to %s"},
    {CURLE_OPERATION_TIMEDOUT, HAUL_E_TIMEOUT, "%s took too long"},
    {CURLE_FTP_ACCEPT_TIMEOUT, HAUL_E_TIMEOUT, "%s took too long"},
    {CURLE_PARTIAL_FILE, HAUL_E_TRUNCATED, "%s ended before the announced length"},
    {CURLE_RECV_ERROR, HAUL_E_RESET, "the connection to %s broke"},
    {CURLE_SEND_ERROR, HAUL_E_RESET, "the connection to %s broke"},
    {CURLE_GOT_NOTHING, HAUL_E_RESET, "%s closed the connection without an answer"},
    {CURLE_AGAIN, HAUL_E_RESET, "the connection to %s broke"},
    {CURLE_HTTP2, HAUL_E_RESET, "the HTTP/2 connection to %s broke"},
    {CURLE_HTTP2_STREAM, HAUL_E_RESET, "the HTTP/2 stream from %s broke"},
    {CURLE_HTTP3, HAUL_E_RESET, "the HTTP/3 connection to %s broke"},
    {CURLE_SSH, HAUL_E_RESET, "the SSH connection to %s broke"},
    {CURLE_SSL_CONNECT_ERROR, HAUL_E_TLS, "no secure connection to %s"},
    {CURLE_PEER_FAILED_VERIFICATION, HAUL_E_TLS,
     "%s can't prove who it is (--cacert FILE trusts it, --insecure does not check)"},
    {CURLE_SSL_ENGINE_NOTFOUND, HAUL_E_TLS, "no secure connection to %s"},
    {CURLE_SSL_ENGINE_SETFAILED, HAUL_E_TLS, "no secure connection to %s"},
    {CURLE_SSL_ENGINE_INITFAILED, HAUL_E_TLS, "no secure connection to %s"},
    {CURLE_SSL_CERTPROBLEM, HAUL_E_TLS,
     "the certificate of --cert can't be used with its --key and --key-pass, for %s"},
    {CURLE_SSL_CIPHER, HAUL_E_TLS, "no common cipher with %s"},
    {CURLE_SSL_CACERT_BADFILE, HAUL_E_TLS, "the file of --cacert can't be read, for %s"},
    {CURLE_SSL_CRL_BADFILE, HAUL_E_TLS, "a revocation list can't be read, for %s"},
    {CURLE_SSL_ISSUER_ERROR, HAUL_E_TLS, "%s can't prove who it is"},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, HAUL_E_TLS, "%s shows another key"},
    {CURLE_SSL_INVALIDCERTSTATUS, HAUL_E_TLS, "%s can't prove who it is"},
    {CURLE_USE_SSL_FAILED, HAUL_E_TLS, "%s offers no secure connection"},
    {CURLE_BAD_FUNCTION_ARGUMENT, HAUL_E_BAD_RESPONSE, "%s sends trailers that make no sense"},
    {CURLE_WEIRD_SERVER_REPLY, HAUL_E_BAD_RESPONSE, "%s sends an answer that makes no sense"},
    {CURLE_HTTP_POST_ERROR, HAUL_E_BAD_RESPONSE, "%s sends an answer that makes no sense"},
    {CURLE_BAD_CONTENT_ENCODING, HAUL_E_BAD_RESPONSE, "%s sends an encoding that is broken"},
    {CURLE_FTP_WEIRD_PASS_REPLY, HAUL_E_BAD_RESPONSE, "%s sends an answer that makes no sense"},
    {CURLE_FTP_WEIRD_PASV_REPLY, HAUL_E_BAD_RESPONSE, "%s sends an answer that makes no sense"},
    {CURLE_FTP_WEIRD_227_FORMAT, HAUL_E_BAD_RESPONSE, "%s sends an answer that makes no sense"},
    {CURLE_FTP_CANT_GET_HOST, HAUL_E_BAD_RESPONSE, "%s names a data address that can't be used"},
    {CURLE_FTP_COULDNT_SET_TYPE, HAUL_E_BAD_RESPONSE, "%s refuses binary transfers"},
    {CURLE_FTP_ACCEPT_FAILED, HAUL_E_CONNECT, "no data connection with %s"},
    {CURLE_FTP_PRET_FAILED, HAUL_E_BAD_RESPONSE, "%s sends an answer that makes no sense"},
    {CURLE_TOO_MANY_REDIRECTS, HAUL_E_REDIRECT, "too many redirects at %s"},
    {CURLE_LOGIN_DENIED, HAUL_E_LOGIN, "%s wants another user name or password (-u NAME:PASSWORD)"},
    {CURLE_AUTH_ERROR, HAUL_E_LOGIN, "%s wants another user name or password (-u NAME:PASSWORD)"},
    {CURLE_REMOTE_ACCESS_DENIED, HAUL_E_REMOTE_FILE, "%s denies access to the file"},
    {CURLE_REMOTE_FILE_NOT_FOUND, HAUL_E_REMOTE_FILE, "%s has no such file"},
    {CURLE_BAD_DOWNLOAD_RESUME, HAUL_E_CHANGED, "%s has less of the file than is here"},
    {CURLE_FTP_COULDNT_RETR_FILE, HAUL_E_REMOTE_FILE, "%s has no such file or denies it"},
    {CURLE_TFTP_NOTFOUND, HAUL_E_REMOTE_FILE, "%s has no such file"},
    {CURLE_OUT_OF_MEMORY, HAUL_E_INTERNAL, "out of memory, for %s"},
};

/* What is to follow the sentence; NULL: nothing. libcurl 7.88 only says that it could not connect,
 * where the system said why, and of a name that can't be resolved it says that once more. */
static const char *reason_of(CURLcode curl, const char *detail, long sys_errno)
{
    const char *said = strerrordesc_np((int)sys_errno);

    if (curl == CURLE_COULDNT_CONNECT && sys_errno > 0 && said)
        return said;
    if (curl == CURLE_COULDNT_RESOLVE_HOST && detail && str_starts(detail, "Could not resolve"))
        return NULL;
    return detail && detail[0] ? detail : curl_easy_strerror(curl);
}

/* A TLS connection that broke, rather than one that can't be trusted, is worth another try. */
static bool tls_broke(CURLcode curl, long sys_errno)
{
    return curl == CURLE_SSL_CONNECT_ERROR && sys_errno != 0;
}

enum haul_err neterr_from_curl(int curlcode, const char *detail, const char *host, long sys_errno,
                               struct haul_error *err)
{
    CURLcode curl = (CURLcode)curlcode;
    const char *what = "the transfer from %s failed";
    const char *reason = reason_of(curl, detail, sys_errno);
    enum haul_err code = HAUL_E_RESET;
    char text[HAUL_ERROR_TEXT];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].curl == curl) {
            code = rows[i].code;
            what = rows[i].what;
            break;
        }
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, what, host);
#pragma GCC diagnostic pop
    haul_fail(err, code, "%s%s%s", text, reason ? ": " : "", reason ? reason : "");
    err->sys_errno = (int)sys_errno;
    if (tls_broke(curl, sys_errno))
        err->retryable = true;
    return code;
}

/* The statuses that pass by themselves: RFC 9110 section 15, RFC 6585, RFC 8470, and the 52x of
 * proxies in front of origins. */
static bool status_passes(int status)
{
    switch (status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return true;
    default:
        return status >= 520 && status <= 529;
    }
}

#define PROXY_LOGIN "the proxy wants a user name and password (--proxy http://NAME:PASSWORD@HOST)"

static const char *status_words(int status)
{
    switch (status) {
    case 400:
        return "bad request";
    case 401:
        return "wants a user name and password (-u NAME:PASSWORD)";
    case 403:
        return "denies access; the link may have expired";
    case 404:
        return "not found";
    case 407:
        return PROXY_LOGIN;
    case 410:
        return "gone for good";
    case 416:
        return "has no such range of the file";
    case 429:
        return "too many requests";
    case 451:
        return "withheld for legal reasons";
    case 500:
        return "server error";
    case 502:
    case 504:
        return "a server behind it does not answer";
    case 503:
        return "not available for now";
    default:
        return status >= 500 ? "server error" : "refused";
    }
}

enum haul_err neterr_from_status(int status, const char *host, struct haul_error *err)
{
    enum haul_err code = status == 401 || status == 407 ? HAUL_E_LOGIN : HAUL_E_HTTP;

    haul_fail(err, code, "%d from %s: %s", status, host, status_words(status));
    err->http_status = status;
    err->retryable = status_passes(status);
    return code;
}

enum haul_err neterr_from_proxy(int status, const char *host, struct haul_error *err)
{
    if (status == 407)
        haul_fail(err, HAUL_E_PROXY, "no connection to %s: %s", host, PROXY_LOGIN);
    else
        haul_fail(err, HAUL_E_PROXY, "the proxy refused the connection to %s (%d)", host, status);
    err->http_status = status;
    err->retryable = status_passes(status);
    return HAUL_E_PROXY;
}
