/* Header lines → facts. Pure: no curl in here, so that a fuzzer can feed it.
 *
 * Invariants: never more than NET_HEADER_BYTES_MAX of header text and NET_HEADER_LINES_MAX lines
 * are taken over a whole transfer, so a server that never stops sending headers costs bounded
 * memory and time. What the values mean is for the engine (engine/validate, engine/filename). */

#include "net/response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define LINE_MOSTLY 256 /* most are shorter */

void net_response_init(struct net_response *response)
{
    *response = (struct net_response){.content_length = -1, .chunked_length = -1};
}

void net_response_fini(struct net_response *response)
{
    free(response->content_range);
    free(response->content_type);
    free(response->content_encoding);
    free(response->disposition);
    free(response->etag);
    free(response->last_modified);
    free(response->date);
    free(response->location);
    free(response->retry_after);
    free(response->server);
    net_response_init(response);
}

void net_response_restart(struct net_response *response)
{
    struct net_response kept = *response;

    net_response_fini(response);
    response->header_bytes = kept.header_bytes;
    response->header_lines = kept.header_lines;
    response->interim = kept.interim;
    response->logins = kept.logins;
}

/* Three digits (RFC 9112, section 4), else 0: no status that anything is done with. */
static int read_status(const char *line)
{
    const char *text = strchr(line, ' ');
    const char *end;
    uint64_t status;

    if (!text || !str_to_u64(text + strspn(text, " "), &status, &end))
        return 0;
    return status <= 999 && strchr(" \r\n", *end) ? (int)status : 0; /* or the end */
}

/* "HTTP/1.1 206 Partial Content" begins a new answer; what the old one said is over. */
static enum haul_err start_answer(struct net_response *response, const char *line,
                                  struct haul_error *err)
{
    bool was_interim = response->status >= 100 && response->status < 200;

    net_response_restart(response);
    response->interim += was_interim;
    response->status = read_status(line);
    response->logins = response->status == 401 ? response->logins + 1 : 0;
    if (response->logins > NET_LOGINS_MAX)
        return haul_fail(err, HAUL_E_LOGIN, "the server asks for the same login again and again");
    if (response->interim > NET_INTERIM_MAX)
        return haul_fail(err, HAUL_E_BAD_RESPONSE,
                         "the server sends too many interim answers (over %d)", NET_INTERIM_MAX);
    return HAUL_OK;
}

static void keep_first(char **slot, const char *value)
{
    if (!*slot)
        *slot = xstrdup(value);
}

static enum haul_err take_length(struct net_response *response, const char *value,
                                 struct haul_error *err)
{
    uint64_t length;

    if (!str_to_u64(value, &length, NULL) || length > INT64_MAX / 2)
        return haul_fail(err, HAUL_E_BAD_RESPONSE, "the server announces the length \"%.40s\"",
                         value);
    if (response->content_length >= 0 && (uint64_t)response->content_length != length)
        return haul_fail(err, HAUL_E_BAD_RESPONSE,
                         "the server announces two lengths, %lld and %llu",
                         (long long)response->content_length, (unsigned long long)length);
    response->content_length = (int64_t)length;
    return HAUL_OK;
}

/* The fields that are read. */
struct field {
    const char *name; /* in lower case */
    enum { FIELD_TEXT, FIELD_LENGTH, FIELD_CODING, FIELD_RANGES } kind;
    size_t slot; /* of a text: where it is kept */
};

static const struct field fields[] = {
    {"content-range", FIELD_TEXT, offsetof(struct net_response, content_range)},
    {"content-type", FIELD_TEXT, offsetof(struct net_response, content_type)},
    {"content-encoding", FIELD_TEXT, offsetof(struct net_response, content_encoding)},
    {"content-disposition", FIELD_TEXT, offsetof(struct net_response, disposition)},
    {"etag", FIELD_TEXT, offsetof(struct net_response, etag)},
    {"last-modified", FIELD_TEXT, offsetof(struct net_response, last_modified)},
    {"date", FIELD_TEXT, offsetof(struct net_response, date)},
    {"location", FIELD_TEXT, offsetof(struct net_response, location)},
    {"retry-after", FIELD_TEXT, offsetof(struct net_response, retry_after)},
    {"server", FIELD_TEXT, offsetof(struct net_response, server)},
    {"content-length", FIELD_LENGTH, 0},
    {"transfer-encoding", FIELD_CODING, 0},
    {"accept-ranges", FIELD_RANGES, 0},
};

static const struct field *field_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        /* The first letter settles most, in lower case. */
        if ((name[0] | 0x20) == fields[i].name[0] && strcasecmp(name, fields[i].name) == 0)
            return &fields[i];
    }
    return NULL;
}

/* It is kept for others, or decides where the body ends. */
static bool is_believed(const struct field *field)
{
    return field && field->kind != FIELD_RANGES;
}

static enum haul_err take_field(struct net_response *response, const struct field *field,
                                const char *value, struct haul_error *err)
{
    switch (field->kind) {
    case FIELD_TEXT:
        keep_first((char **)(void *)((char *)response + field->slot), value);
        break;
    case FIELD_LENGTH:
        return take_length(response, value, err);
    case FIELD_CODING:
        response->chunked |= str_find_nocase(value, "chunked") != NULL;
        break;
    case FIELD_RANGES:
        response->refuses_ranges = strcasecmp(value, "none") == 0;
        break;
    }
    return HAUL_OK;
}

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]))
        text[--len] = '\0';
    return text;
}

static enum haul_err check_bounds(struct net_response *response, size_t len, struct haul_error *err)
{
    response->header_bytes += len;
    response->header_lines++;
    if (response->header_bytes > NET_HEADER_BYTES_MAX ||
        response->header_lines > NET_HEADER_LINES_MAX)
        return haul_fail(err, HAUL_E_BAD_RESPONSE,
                         "the server sends too many headers (over %d KiB or %d lines)",
                         NET_HEADER_BYTES_MAX / 1024, NET_HEADER_LINES_MAX);
    return HAUL_OK;
}

/* What comes now are trailers: they may not change what was told, least of all begin an answer. */
static bool body_began(const struct net_response *response)
{
    return response->complete && response->status >= 200 && response->status < 300;
}

/* "Name: value". A space in front of the colon, or a line that goes on in the next one, is read one
 * way here and another way there (RFC 9112, sections 5.1 and 5.2): for a field that decides about
 * the body that is refused, any other such line is passed over. */
static enum haul_err take_line(struct net_response *response, char *line, struct haul_error *err)
{
    char *colon = strchr(line, ':');
    bool goes_on = line[0] == ' ' || line[0] == '\t';
    const struct field *field;

    if (goes_on && response->believed)
        return haul_fail(err, HAUL_E_BAD_RESPONSE, "the server breaks a header into two lines");
    if (goes_on || !colon)
        return HAUL_OK;
    *colon = '\0';
    for (char *at = colon + 1; (at = strchr(at, '\r')); at++)
        *at = ' '; /* RFC 9110, section 5.5 */
    field = field_find(line);
    response->believed = is_believed(field);
    if (colon == line || !strchr(" \t", colon[-1]))
        return field ? take_field(response, field, trim(colon + 1), err) : HAUL_OK;
    if (is_believed(field_find(trim(line))))
        return haul_fail(err, HAUL_E_BAD_RESPONSE,
                         "the server puts a space behind a header's name");
    return HAUL_OK;
}

/* Chunks say where a body ends, whatever length is announced with them (RFC 9112, section 6.3); at
 * the end both must agree. */
static void end_headers(struct net_response *response)
{
    response->complete = true;
    if (!response->chunked)
        return;
    response->chunked_length = response->content_length;
    response->content_length = -1;
}

enum haul_err net_response_line(struct net_response *response, const char *line, size_t len,
                                struct haul_error *err)
{
    enum haul_err code = check_bounds(response, len, err);
    char small[LINE_MOSTLY], *copy = small;

    if (code != HAUL_OK || body_began(response))
        return code;
    /* Cut at a NUL byte: no field that matters may hold one. */
    if (len >= sizeof small) {
        copy = xstrndup(line, len);
    } else {
        memcpy(small, line, len);
        small[len] = '\0';
    }
    if (strncasecmp(copy, "HTTP/", 5) == 0)
        code = start_answer(response, copy, err);
    else if (copy[strspn(copy, "\r\n")] == '\0')
        end_headers(response);
    else
        code = take_line(response, copy, err);
    if (copy != small)
        free(copy);
    return code;
}
