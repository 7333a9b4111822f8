/* Splits URLs for naming, showing and grouping.
 *
 * Stricter than RFC 3986 where parsers are known to disagree about which host is meant (several
 * '@', a backslash, odd characters in the host): what is split here must not be fetched from
 * elsewhere. User info never leaves this file but as the view that url_split() hands out. */

#include "base/url.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define PORT_MAX 65535

struct known_scheme {
    const char *name;
    unsigned port;
};

static const struct known_scheme known_schemes[] = {
    {"http", 80}, {"https", 443}, {"ftp", 21}, {"ftps", 990}, {"sftp", 22},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool part_is(struct url_part part, const char *text)
{
    size_t at = 0;

    while (at < part.len && text[at] && lower(part.at[at]) == text[at])
        at++;
    return at == part.len && text[at] == '\0';
}

static const struct known_scheme *scheme_find(struct url_part scheme)
{
    for (size_t i = 0; i < COUNT_OF(known_schemes); i++) {
        if (part_is(scheme, known_schemes[i].name))
            return &known_schemes[i];
    }
    return NULL;
}

/* Length of the scheme when TEXT begins with one and "://", else 0. */
static size_t scheme_length(const char *text)
{
    size_t len = 0;

    if (!is_letter(text[0]))
        return 0;
    while (is_letter(text[len]) || is_digit(text[len]) || strchr("+-.", text[len])) {
        if (text[len] == '\0')
            return 0;
        len++;
    }
    return strncmp(text + len, "://", 3) == 0 ? len : 0;
}

static enum haul_err check_bytes(const char *text, struct haul_error *err)
{
    size_t len = strnlen(text, URL_MAX + 1);

    if (len > URL_MAX)
        return haul_fail(err, HAUL_E_BAD_URL, "the link is longer than %d bytes", URL_MAX);
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == ' ')
            return haul_fail(err, HAUL_E_BAD_URL, "the link holds a space; write it as %%20");
        if (byte < 0x20 || byte == 0x7F)
            return haul_fail(err, HAUL_E_BAD_URL, "the link holds a control character");
    }
    return HAUL_OK;
}

/* "[…]" with an IPv6 address, perhaps with a zone (RFC 6874). */
static bool is_ipv6_literal(struct url_part host)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr parsed;
    size_t len = 0;

    if (host.len < 4 || host.at[host.len - 1] != ']')
        return false;
    while (len + 2 < host.len && host.at[len + 1] != '%')
        len++;
    if (len >= sizeof(address))
        return false;
    for (size_t i = len + 2; i + 1 < host.len; i++) {
        if (!is_letter(host.at[i]) && !is_digit(host.at[i]) && !strchr("-._~", host.at[i]))
            return false;
    }
    memcpy(address, host.at + 1, len);
    address[len] = '\0';
    return inet_pton(AF_INET6, address, &parsed) == 1;
}

/* Letters, digits, "-._~" and whatever is not ASCII (an internationalised name). */
static bool is_host_name(struct url_part host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.at[i];

        if (!is_letter(c) && !is_digit(c) && !strchr("-._~", c) && (unsigned char)c < 0x80)
            return false;
    }
    return true;
}

static enum haul_err check_host(struct url_part host, struct haul_error *err)
{
    if (host.len == 0)
        return haul_fail(err, HAUL_E_BAD_URL, "the link names no host");
    if (host.at[0] == '[' ? !is_ipv6_literal(host) : !is_host_name(host))
        return haul_fail(err, HAUL_E_BAD_URL, "the link's host name is not a valid one");
    return HAUL_OK;
}

/* *ret_number is 0 when no port is given. */
static bool port_number(struct url_part port, unsigned *ret_number)
{
    unsigned number = 0;

    for (size_t i = 0; i < port.len; i++) {
        if (!is_digit(port.at[i]))
            return false;
        number = number * 10 + (unsigned)(port.at[i] - '0');
        if (number > PORT_MAX)
            return false;
    }
    *ret_number = number;
    return port.len == 0 || number > 0;
}

/* [userinfo@]host[:port], RFC 3986 section 3.2. */
static enum haul_err split_authority(struct url_part whole, struct url *url, struct haul_error *err)
{
    const char *end = whole.at + whole.len;
    const char *at = memchr(whole.at, '@', whole.len);
    const char *host = at ? at + 1 : whole.at;
    const char *stop = host;
    unsigned number;

    if (memchr(whole.at, '\\', whole.len))
        return haul_fail(err, HAUL_E_BAD_URL,
                         "the link has a '\\' before its host; write it as %%5C");
    if (at && memchr(host, '@', (size_t)(end - host)))
        return haul_fail(err, HAUL_E_BAD_URL,
                         "the link has more than one '@' before its host; write "
                         "the one in the name or password as %%40");
    if (at)
        url->userinfo = (struct url_part){whole.at, (size_t)(at - whole.at)};
    if (host < end && *host == '[') {
        while (stop < end && *stop != ']')
            stop++;
        stop += stop < end;
    } else {
        while (stop < end && *stop != ':')
            stop++;
    }
    url->host = (struct url_part){host, (size_t)(stop - host)};
    if (stop < end && *stop != ':')
        return haul_fail(err, HAUL_E_BAD_URL, "the link's host name is not a valid one");
    url->port = (struct url_part){stop < end ? stop + 1 : end, 0};
    url->port.len = (size_t)(end - url->port.at);
    if (!port_number(url->port, &number))
        return haul_fail(err, HAUL_E_BAD_URL, "the link's port is not a number from 1 to %d",
                         PORT_MAX);
    return check_host(url->host, err);
}

enum haul_err url_split(const char *text, struct url *ret_url, struct haul_error *err)
{
    struct url url = {0};
    struct url_part authority;
    const char *rest;
    enum haul_err code;

    code = check_bytes(text, err);
    if (code)
        return code;
    url.scheme = (struct url_part){text, scheme_length(text)};
    if (url.scheme.len == 0)
        return haul_fail(err, HAUL_E_BAD_URL, "a link begins with https://, http://, ftp:// …");
    if (!scheme_find(url.scheme))
        return haul_fail(err, HAUL_E_BAD_URL, "haul does not fetch %.*s:// links",
                         (int)MIN(url.scheme.len, 32), text);
    authority.at = text + url.scheme.len + 3;
    authority.len = strcspn(authority.at, "/?#");
    code = split_authority(authority, &url, err);
    if (code)
        return code;
    rest = authority.at + authority.len;
    url.path = (struct url_part){rest, strcspn(rest, "?#")};
    rest += url.path.len;
    if (*rest == '?')
        url.query = (struct url_part){rest + 1, strcspn(rest + 1, "#")};
    *ret_url = url;
    return HAUL_OK;
}

/* No space, no control character. */
static bool is_of_url(char c)
{
    return (unsigned char)c > ' ' && c != 0x7F;
}

/* How many of the eight characters at TEXT are so before one is not: most of a long list is looked
 * at only here. Of each that is ASCII the highest bit tells: of c + 0x5F whether it is above ' ',
 * of c + 1 whether it is 0x7F. 0 where one is not ASCII: those are looked at one by one. */
static size_t count_of_eight(const char *text)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    uint64_t eight, wrong;

    memcpy(&eight, text, sizeof eight);
    eight = le64toh(eight);
    if (eight & high)
        return 0;
    wrong = ~(eight + UINT64_C(0x5F5F5F5F5F5F5F5F)) | (eight + UINT64_C(0x0101010101010101));
    wrong &= high;
    return wrong ? (size_t)(ffsll((long long)wrong) - 1) / 8 : sizeof eight;
}

size_t url_known_length(const struct url_known *known, const char *text, size_t len)
{
    size_t end = known->len;

    if (end == 0 || len < end || memcmp(text, known->start, end) != 0)
        return 0;
    for (size_t count = 8; count == 8 && end + 8 <= len; end += count)
        count = count_of_eight(text + end);
    while (end < len && is_of_url(text[end]))
        end++;
    return end <= URL_MAX ? end : 0;
}

/* As many at once as compilers put into registers without being asked to. */
static bool is_wrong_of_64(const char *text)
{
    unsigned char wrong = 0;

    for (size_t i = 0; i < 64; i++) {
        unsigned char c = (unsigned char)text[i];

        wrong |= (unsigned char)((c <= ' ') & (c != '\n')) | (unsigned char)(c == 0x7F);
    }
    return wrong != 0;
}

bool url_lines_only(const char *text, size_t len)
{
    size_t at = 0;

    for (; at + 64 <= len; at += 64) {
        if (is_wrong_of_64(text + at))
            return false;
    }
    while (at < len && (is_of_url(text[at]) || text[at] == '\n'))
        at++;
    return at == len;
}

size_t url_known_line(const struct url_known *known, const char *text, size_t len)
{
    const char *end;
    size_t line;

    if (known->len == 0 || len < known->len || memcmp(text, known->start, known->len) != 0)
        return 0;
    end = memchr(text + known->len, '\n', len - known->len);
    line = end ? (size_t)(end - text) : len;
    return line <= URL_MAX ? line : 0;
}

unsigned url_port(const struct url *url)
{
    const struct known_scheme *scheme = scheme_find(url->scheme);
    unsigned number;

    if (url->port.len > 0 && port_number(url->port, &number))
        return number;
    return scheme ? scheme->port : 0;
}

enum haul_err url_check(const char *text, struct url_known *known, struct haul_error *err)
{
    struct url url;
    enum haul_err code;
    size_t len = strlen(text);

    if (len > 0 && url_known_length(known, text, len) == len)
        return HAUL_OK;
    code = url_split(text, &url, err);
    if (code != HAUL_OK || url.path.len == 0)
        return code;
    len = (size_t)(url.path.at - text) + 1;
    if (len <= sizeof(known->start)) {
        memcpy(known->start, text, len);
        known->len = len;
    }
    return HAUL_OK;
}

/* Where the text behind the user info begins. Of a text that does not split everything up to the
 * last '@' may be a password. */
static const char *behind_userinfo(const char *text, const char *start)
{
    struct url url;
    const char *at;

    if (url_split(text, &url, NULL) == HAUL_OK)
        return url.host.at;
    at = strrchr(start, '@');
    return at ? at + 1 : start;
}

/* No user info, no fragment, nothing but printable ASCII: most links are like that. */
bool url_is_shown_as_it_is(const char *text)
{
    const char *at = text;

    while (*at > ' ' && *at <= '~')
        at++;
    return *at == '\0' && !strpbrk(text, "@#");
}

char *url_shown(const char *text)
{
    size_t scheme = scheme_length(text);
    const char *start = text + (scheme ? scheme + 3 : 0);
    const char *rest;
    char *shown, *clean;

    if (url_is_shown_as_it_is(text))
        return xstrndup(text, URL_MAX);
    rest = behind_userinfo(text, start);
    shown = xasprintf("%.*s%.*s", (int)MIN(start - text, URL_MAX), text,
                      (int)MIN(strcspn(rest, "#"), URL_MAX), rest);
    clean = text_clean_dup(text_raw_from(shown), URL_MAX);
    free(shown);
    return clean;
}

char *url_origin(const char *text)
{
    const struct known_scheme *scheme;
    struct url url;
    unsigned port = 0;
    char *origin;

    if (url_split(text, &url, NULL) != HAUL_OK || !port_number(url.port, &port))
        return NULL;
    scheme = scheme_find(url.scheme);
    if (port && port != scheme->port)
        origin = xasprintf("%s://%.*s:%u", scheme->name, (int)url.host.len, url.host.at, port);
    else
        origin = xasprintf("%s://%.*s", scheme->name, (int)url.host.len, url.host.at);
    for (char *c = origin; *c; c++)
        *c = lower(*c);
    return origin;
}

char *url_host(const char *text)
{
    char *origin = url_origin(text);
    char *host = origin ? xstrdup(strstr(origin, "://") + 3) : NULL;

    free(origin);
    return host;
}

const char *url_host_within(const char *shown, size_t *ret_len)
{
    const char *start = strstr(shown, "://"), *part;
    size_t len;

    *ret_len = 0;
    if (!start)
        return shown;
    start += 3;
    len = strcspn(start, "/?#");
    part = memchr(start, '@', len);
    if (part) {
        len -= (size_t)(part + 1 - start);
        start = part + 1;
    }
    part = start[0] == '[' ? NULL : memchr(start, ':', len);
    *ret_len = part ? (size_t)(part - start) : len;
    return start;
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place and terminates; a '%' that two hex digits do not follow stays. */
static size_t percent_decode(char *text, size_t len)
{
    size_t to = 0;

    for (size_t from = 0; from < len; from++) {
        int high = from + 2 < len && text[from] == '%' ? hex_value(text[from + 1]) : -1;
        int low = high >= 0 ? hex_value(text[from + 2]) : -1;

        if (low >= 0) {
            text[to++] = (char)(high * 16 + low);
            from += 2;
        } else {
            text[to++] = text[from];
        }
    }
    text[to] = '\0';
    return to;
}

/* ";type=a" and the like at the end of an FTP path are not part of the name (RFC 1738, 3.2.2). */
static size_t without_ftp_type(struct url_part segment)
{
    static const char mark[] = ";type=";
    size_t tail = sizeof(mark); /* with one letter behind it, for the NUL */

    if (segment.len < tail)
        return segment.len;
    return part_is((struct url_part){segment.at + segment.len - tail, tail - 1}, mark)
               ? segment.len - tail
               : segment.len;
}

char *url_last_segment(const char *text, size_t *ret_len)
{
    struct url_part segment;
    const char *slash;
    struct url url;
    char *name;

    *ret_len = 0;
    if (url_split(text, &url, NULL) != HAUL_OK || url.path.len == 0)
        return xstrdup("");
    slash = memrchr(url.path.at, '/', url.path.len);
    segment.at = slash + 1;
    segment.len = (size_t)(url.path.at + url.path.len - segment.at);
    if (part_is(url.scheme, "ftp") || part_is(url.scheme, "ftps"))
        segment.len = without_ftp_type(segment);
    name = xstrndup(segment.at, segment.len);
    *ret_len = percent_decode(name, segment.len);
    return name;
}
