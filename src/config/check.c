/* What the values of options may look like, as far as their types do not say.
 *
 * A check answers what is wrong with a value, to follow the option's name in a sentence, or NULL.
 * The sentence never repeats the value, which may be a secret. */

#include "config/check.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "haul/options.h"

/* Anything that would end a header line or move a cursor. */
static bool has_control(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return true;
    }
    return false;
}

const char *check_line(const char *value)
{
    return has_control(value) ? "must not hold control characters" : NULL;
}

const char *check_filled(const char *value)
{
    return *value == '\0' ? "must not be empty" : NULL;
}

const char *check_filled_line(const char *value)
{
    const char *wrong = check_filled(value);
    return wrong ? wrong : check_line(value);
}

const char *check_checksum(const char *value)
{
    return checksum_parse(value, NULL);
}

const char *check_session(const char *value)
{
    return path_session_ok(value) ? NULL : "must be 1 to 32 letters, digits, '-' or '_'";
}

/* A word for ssh's command line, which must not be taken for an option of ssh, nor mean anything to
 * a shell that the user's configuration of ssh hands it to. */
const char *check_host(const char *value)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@:/[]%+~";

    if (*value == '\0' || *value == '-')
        return "must be a host as ssh takes it, like user@box";
    if (strlen(value) > 255 || strspn(value, allowed) != strlen(value))
        return "must be a host as ssh takes it, of letters, digits and . _ - @ : / [ ] % + ~";
    return NULL;
}

/* The name is one file in DIR: a path here would let a list file write anywhere. What can't be
 * taken as it is is refused, for whoever gives a name looks for the file under it. */
const char *check_out(const char *value)
{
    if (*value == '\0')
        return "must not be empty";
    if (strchr(value, '/') != NULL)
        return "must be a name without '/'; use --dir for the folder";
    if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
        return "must be the name of a file";
    static_assert(HAUL_OUT_MAX == 246, "the sentence below says so");
    if (strlen(value) > HAUL_OUT_MAX)
        return "must be at most 246 bytes long, so that the files beside it fit too";
    if (path_ends_like_ours(value))
        return "must not end in .part or .haul, which haul's own files beside it do";
    if (!text_is_utf8(text_raw_from(value)))
        return "must be UTF-8";
    return check_line(value);
}

/* RFC 9110, section 5.6.2: the characters of a header's name. */
static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* libcurl would quote a proxy that it does not understand, password and all. */
const char *check_proxy(const char *value)
{
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
    const char *rest = strstr(value, "://");
    const char *host = strrchr(value, '@');
    bool known = !rest;

    for (size_t i = 0; rest && i < COUNT_OF(schemes); i++)
        known |= strlen(schemes[i]) == (size_t)(rest - value) &&
                 strncasecmp(value, schemes[i], strlen(schemes[i])) == 0;
    if (!known)
        return "must be http://, https://, socks4://, socks4a://, socks5:// or socks5h://";
    host = host ? host + 1 : rest ? rest + 3 : value;
    if (host[0] == '\0' || host[0] == ':' || host[0] == '/')
        return "must have a host, as in http://proxy.example.org:3128";
    if (host[0] != '[' && strchr(host, ':') &&
        strspn(strchr(host, ':') + 1, "0123456789/") != strlen(strchr(host, ':') + 1))
        return "must have a number for its port";
    return check_filled_line(value);
}

static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    size_t len = strlen(text);
    char bare[INET6_ADDRSTRLEN];

    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        return true;
    if (len < 2 || len - 2 >= sizeof bare || text[0] != '[' || text[len - 1] != ']')
        return false;
    memcpy(bare, text + 1, len - 2);
    bare[len - 2] = '\0';
    return inet_pton(AF_INET6, bare, address) == 1;
}

static bool is_port(const char *text, size_t len)
{
    long port = 0;

    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]) || len > 5)
            return false;
        port = port * 10 + (text[i] - '0');
    }
    return port >= 1 && port <= 65535;
}

/* HOST:PORT:ADDRESS, as in a link the host in brackets if it is an address of IPv6. */
const char *check_resolve(const char *value)
{
    size_t host = *value == '[' ? strcspn(value, "]") + 1 : strcspn(value, ":");
    const char *port = host < strlen(value) && value[host] == ':' ? value + host + 1 : "";
    size_t digits = strcspn(port, ":");

    if (host == 0 || strcspn(value, "/@ \t") < host || !is_port(port, digits) ||
        port[digits] == '\0' || !is_address(port + digits + 1))
        return "must have the form HOST:PORT:ADDRESS, as example.org:443:192.0.2.7";
    return check_line(value);
}

/* Servers by their addresses, with a port or without one. */
const char *check_dns_servers(const char *value)
{
    static const char wrong[] = "must be addresses like 192.0.2.1,192.0.2.2:53,[2001:db8::1]:53";
    char server[64];

    for (const char *at = value;; at++) {
        size_t len = strcspn(at, ",");
        char *colon;

        if (len >= sizeof server)
            return wrong;
        memcpy(server, at, len);
        server[len] = '\0';
        colon = strrchr(server, ':');
        if (colon && !is_address(server) && is_port(colon + 1, strlen(colon + 1)))
            *colon = '\0';
        if (!is_address(server))
            return wrong;
        at += len;
        if (*at == '\0')
            return NULL;
    }
}

/* Names go where nobody on the way reads them, or nowhere. */
const char *check_doh(const char *value)
{
    if (strncasecmp(value, "https://", 8) != 0 || strchr("/:?#@", value[8]))
        return "must be a link that begins with https://, as https://dns.example/dns-query";
    return has_control(value) || strchr(value, ' ') ? "must not hold spaces or control characters"
                                                    : NULL;
}

const char *check_header(const char *value)
{
    const char *at = value;

    while (is_token_char(*at))
        at++;
    if (at == value || *at != ':')
        return "must have the form 'Name: value'";
    /* A tab is the one control character that a header's value may hold. */
    for (; *at != '\0'; at++) {
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return "must be a single line without control characters";
    }
    return NULL;
}

const char *check_user(const char *value)
{
    if (*value == '\0' || *value == ':')
        return "must have the form NAME:PASSWORD";
    return check_line(value);
}

/* One cookie or several, as a browser's header has them. */
const char *check_cookie(const char *value)
{
    if (*value == '=' || strchr(value, '=') == NULL)
        return "must have the form NAME=VALUE";
    return check_line(value);
}

/* RFC 6750, section 2.1. */
const char *check_bearer(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && !strchr("-._~+/=", *at))
            return "must be a token of letters, digits and -._~+/=";
    }
    return check_filled(value);
}

/* RFC 9110, section 9.1. Answers to HEAD and CONNECT hold no file. */
const char *check_method(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (!is_token_char(*at))
            return "must be a method like GET, POST or PUT";
    }
    if (strcasecmp(value, "HEAD") == 0 || strcasecmp(value, "CONNECT") == 0)
        return "brings no file";
    return check_filled(value);
}

/* It travels as JSON, so it has to be text. */
const char *check_body(const char *value)
{
    if (strlen(value) > HAUL_BODY_MAX)
        return "must not be longer than 512 KiB";
    return text_is_utf8(text_raw_from(value)) ? NULL : "must be text in UTF-8";
}

const char *check_form(const char *value)
{
    if (*value == '=' || strchr(value, '=') == NULL)
        return "must have the form NAME=VALUE";
    return check_body(value);
}
