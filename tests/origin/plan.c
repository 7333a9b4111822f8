/* Decides how a request is answered, from its head and the URL's script alone: no input or output
 * here. Everything that the origin can do wrong on the level of HTTP is written in this file; what
 * it does wrong in time and on the connection is in conn.c, which carries the plan out. */

#include "plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth.h"
#include "content.h"

/* What a file is at the moment of this request. */
struct identity {
    uint64_t seed;
    uint64_t twist;
    char etag[128];
    char modified[64];
};

static const char *status_reason(uint64_t status)
{
    static const struct {
        uint64_t status;
        const char *reason;
    } reasons[] = {{200, "OK"},
                   {204, "No Content"},
                   {206, "Partial Content"},
                   {302, "Found"},
                   {304, "Not Modified"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {407, "Proxy Authentication Required"},
                   {416, "Range Not Satisfiable"},
                   {429, "Too Many Requests"},
                   {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Status";
}

static void date_write(time_t at, char *buf, size_t size)
{
    struct tm parts;
    gmtime_r(&at, &parts);
    strftime(buf, size, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

static void put_bytes(FILE *out, const char *name, const struct bytes *value)
{
    if (!value->data)
        return;
    fprintf(out, "%s: ", name);
    fwrite(value->data, 1, value->len, out);
    fputs("\r\n", out);
}

void plan_refuse(struct plan *plan, int status, const char *header, const char *text)
{
    int len = asprintf(&plan->head,
                       "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                       "%s\r\n",
                       status, status_reason((uint64_t)status), strlen(text) + 1, header);
    int text_len = asprintf(&plan->text, "%s\n", text);
    if (len < 0 || text_len < 0)
        abort();
    plan->head_len = (size_t)len;
    plan->text_len = (size_t)text_len;
}

void plan_text(struct plan *plan, const char *type, char *text)
{
    plan->text = text;
    plan->text_len = strlen(text);
    int len =
        asprintf(&plan->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                 type, plan->text_len);
    if (len < 0)
        abort();
    plan->head_len = (size_t)len;
}

void plan_fini(struct plan *plan)
{
    free(plan->head);
    free(plan->text);
    free(plan->endless);
    free(plan->behind);
    free(plan->gate_path);
    *plan = (struct plan){0};
}

/* The file changes after `change-after` requests: bytes, validators or both. */
static void identity_make(struct identity *identity, const struct script *script, uint64_t count,
                          uint64_t connection)
{
    bool changed = count > script->change_after;
    bool tail = bytes_are(&script->change, "tail");
    bool new_bytes = changed && !tail && !bytes_are(&script->change, "validators");
    bool new_validators = changed && !bytes_are(&script->change, "content");
    identity->seed = script->seed + (new_bytes ? CONTENT_OTHER : 0);
    identity->twist = changed && tail ? script->size / 2 : NEVER;

    const char *weak = bytes_are(&script->etag, "weak") ? "W/" : "";
    if (bytes_are(&script->etag, "none"))
        identity->etag[0] = '\0';
    else if (bytes_are(&script->etag, "request") || bytes_are(&script->etag, "connection"))
        snprintf(identity->etag, sizeof(identity->etag), "\"%s-%" PRIu64 "\"", script->etag.data,
                 bytes_are(&script->etag, "request") ? count : connection);
    else if (script->etag.data && !*weak && !bytes_are(&script->etag, "strong"))
        snprintf(identity->etag, sizeof(identity->etag), "%s", script->etag.data);
    else
        snprintf(identity->etag, sizeof(identity->etag), "%s\"s%" PRIu64 "-n%" PRIu64 "-v%d\"",
                 weak, script->seed, script->size, new_validators);

    if (bytes_are(&script->modified, "none")) {
        identity->modified[0] = '\0';
        return;
    }
    time_t at = script->modified.data ? (time_t)strtoll(script->modified.data, NULL, 10)
                                      : (time_t)1700000000;
    date_write(at + (new_validators ? 3600 : 0), identity->modified, sizeof(identity->modified));
}

/* True when the Range is to be obeyed (RFC 9110, section 13.1.5: strong comparison). */
static bool if_range_holds(const struct request *request, const struct script *script,
                           const struct identity *identity)
{
    const char *value = request_header(request, "If-Range");
    if (!value || bytes_are(&script->if_range, "ignore"))
        return true;
    if (bytes_are(&script->if_range, "fail"))
        return false;
    if (*value == '"')
        return strcmp(value, identity->etag) == 0;
    return strcmp(value, identity->modified) == 0;
}

/* Reads "bytes=A-B", "bytes=A-" and "bytes=-N" of a file of SIZE. False for anything else. */
static bool range_parse(const char *value, uint64_t size, uint64_t *ret_from, uint64_t *ret_end)
{
    if (!value || strncmp(value, "bytes=", 6) != 0 || strchr(value, ','))
        return false;
    const char *at = value + 6;
    char *end = NULL;
    if (*at == '-') {
        uint64_t last = strtoull(at + 1, &end, 10);
        *ret_from = last < size ? size - last : 0;
        *ret_end = size;
        return *end == '\0';
    }
    *ret_from = strtoull(at, &end, 10);
    if (*end++ != '-')
        return false;
    uint64_t last = *end ? strtoull(end, &end, 10) : NEVER;
    *ret_end = last < size ? last + 1 : size;
    return *end == '\0';
}

/* The Content-Range of [FROM, END), true or as `range-lie` wants it. */
static void put_content_range(FILE *out, const struct script *script, uint64_t from, uint64_t end)
{
    const struct bytes *lie = &script->faults.range_lie;
    uint64_t total = script->size;
    uint64_t last = end - 1;
    if (bytes_are(lie, "missing"))
        return;
    if (bytes_are(lie, "garbage")) {
        fputs("Content-Range: bytes of the file\r\n", out);
        return;
    }
    if (bytes_are(lie, "overflow")) {
        fprintf(out,
                "Content-Range: bytes 18446744073709551616-18446744073709551617/"
                "%" PRIu64 "\r\n",
                total);
        return;
    }
    if (bytes_are(lie, "multipart")) {
        fputs("Content-Type: multipart/byteranges; boundary=b\r\n", out);
        return;
    }
    if (bytes_are(lie, "star")) {
        fprintf(out, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/*\r\n", from, last);
        return;
    }
    from += bytes_are(lie, "start");
    last += bytes_are(lie, "end");
    total += bytes_are(lie, "total");
    fprintf(out, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", from, last, total);
}

static void put_retry_after(FILE *out, const struct bytes *value)
{
    if (!value->data)
        return;
    if (strncmp(value->data, "date:", 5) != 0) {
        put_bytes(out, "Retry-After", value);
        return;
    }
    char date[64];
    date_write(time(NULL) + (time_t)strtoll(value->data + 5, NULL, 10), date, sizeof(date));
    fprintf(out, "Retry-After: %s\r\n", date);
}

static void put_fillers(FILE *out, uint64_t count, uint64_t size)
{
    for (uint64_t i = 0; i < count; i++) {
        fprintf(out, "X-Filler-%" PRIu64 ": ", i);
        for (uint64_t k = 0; k < size; k++)
            fputc('a', out);
        fputs("\r\n", out);
    }
}

/* Headers that any answer with a script carries. */
static void put_common(FILE *out, const struct script *script, const struct plan *plan)
{
    char date[64];
    date_write(time(NULL), date, sizeof(date));
    if (script->faults.date.data)
        put_bytes(out, "Date", &script->faults.date);
    else
        fprintf(out, "Date: %s\r\n", date);
    fputs("Server: haul-origin\r\n", out);
    put_bytes(out, "Content-Disposition", &script->disposition);
    put_bytes(out, "Content-Encoding", &script->encoding);
    for (size_t i = 0; i < script->header_count; i++) {
        fwrite(script->headers[i].data, 1, script->headers[i].len, out);
        fputs("\r\n", out);
    }
    if (script->faults.headers != NEVER)
        put_fillers(out, script->faults.headers, script->faults.header_size);
    if (plan->close_after)
        fputs("Connection: close\r\n", out);
}

/* LEN: NEVER where the end is to be told by chunks. */
static void put_length(FILE *out, const struct script *script, uint64_t len)
{
    const struct bytes *length = &script->faults.length;
    if (script->faults.chunked.data || len == NEVER)
        fputs("Transfer-Encoding: chunked\r\n", out);
    else if (!length->data)
        fprintf(out, "Content-Length: %" PRIu64 "\r\n", len);
    else if (!bytes_are(length, "none"))
        put_bytes(out, "Content-Length", length);
    put_bytes(out, "Content-Length", &script->faults.length2);
}

/* What follows the last chunk, by kind of damage. NULL: no such kind. */
static const char *chunk_tail(const struct bytes *kind)
{
    static const struct {
        const char *kind;
        const char *tail;
    } tails[] = {{"1", "0\r\n\r\n"},
                 {"trailer", "0\r\nX-Trailer: yes\r\n\r\n"},
                 {"trailer-answer", "0\r\nHTTP/1.1 404 Not Found\r\n\r\n"},
                 {"trailer-lies", "0\r\nContent-Length: 1\r\n"
                                  "ETag: \"other\"\r\nLocation: /elsewhere\r\n\r\n"},
                 {"size-space", "1 0\r\nmore\r\n0\r\n\r\n"},
                 {"no-break", "5\r\nmore.and0\r\n\r\n"},
                 {"no-end", ""},
                 {"bad-size", "zz\r\nmore\r\n0\r\n\r\n"},
                 {"huge-size", "FFFFFFFFFFFFFFFFFF\r\nmore\r\n0\r\n\r\n"},
                 {"negative", "-5\r\nmore.\r\n0\r\n\r\n"},
                 {"cut", "400\r\nless than it says"}};
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        if (bytes_are(kind, tails[i].kind))
            return tails[i].tail;
    }
    return NULL;
}

/* Interim answers (RFC 9110, section 15.2) before the real one. */
static void put_interim(FILE *out, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        fputs("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", out);
}

/* Floods never end: the plan repeats one piece. */
static void plan_floods(struct plan *plan, const struct faults *faults)
{
    if (faults->interim == NEVER)
        plan->endless = strdup("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
    else if (faults->headers == NEVER)
        plan->endless = strdup("X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
}

/* Pace and breaks, as the script says. */
static void plan_pace(struct plan *plan, const struct request *request, const struct script *script)
{
    const struct faults *faults = &script->faults;
    bool bad_chunks = faults->chunked.data && !bytes_are(&faults->chunked, "1") &&
                      strncmp(faults->chunked.data, "trailer", 7) != 0;
    plan->delay = faults->range_delay && request_header(request, "Range") ? faults->range_delay
                                                                          : faults->delay;
    plan->rate = script->rate;
    plan->tick = script->tick ? script->tick : 1;
    plan->gate = script->gate;
    plan->gate_path = script->gate != NEVER ? strdup(request->path) : NULL;
    plan->meet = script->meet;
    plan->stall = faults->stall;
    plan->stall_ms = faults->stall_ms;
    plan->close = faults->close;
    plan->reset = faults->reset;
    plan->truncate = faults->truncate;
    plan->trickle = faults->trickle;
    plan->extension = faults->extension;
    plan->refuse_reuse = faults->refuse_reuse;
    plan->twist = NEVER;
    plan->close_after = !script->keep || faults->truncate || faults->raw.data || faults->http09 ||
                        faults->length.data || faults->length2.data || bad_chunks;
}

/* The login or header that the script asks for is there; otherwise the plan refuses. */
static bool plan_admits(struct plan *plan, const struct request *request,
                        const struct script *script)
{
    const char *login = request_header(request, "Authorization");
    const char *user = script->user.data ? script->user.data : "user:pass";
    if (bytes_are(&script->auth, "basic") && !auth_basic_ok(login, user)) {
        plan_refuse(plan, 401, "WWW-Authenticate: Basic realm=\"" AUTH_REALM "\"\r\n", "log in");
        return false;
    }
    bool digest = bytes_are(&script->auth, "digest");
    if (digest && script->faults.nonce_stale && auth_digest_ok(login, user, request->method)) {
        plan_refuse(plan, 401, AUTH_CHALLENGE ", stale=true\r\n", "log in again");
        return false;
    }
    if (digest && !auth_digest_ok(login, user, request->method)) {
        plan_refuse(plan, 401, AUTH_CHALLENGE "\r\n", "log in");
        return false;
    }
    const char *colon = script->require.data ? strchr(script->require.data, ':') : NULL;
    if (!colon)
        return true;
    char *name = strndup(script->require.data, (size_t)(colon - script->require.data));
    const char *value = name ? request_header(request, name) : NULL;
    free(name);
    if (value && strcmp(value, colon + 1 + strspn(colon + 1, " ")) == 0)
        return true;
    plan_refuse(plan, 403, "", "a header is missing");
    return false;
}

static void put_long_location(FILE *out, uint64_t size)
{
    fputs("Location: /", out);
    for (uint64_t i = 1; i < size; i++)
        fputc('a', out);
    fputs("\r\n", out);
}

/* A status the script asks for, or a redirect. */
static void plan_status(struct plan *plan, const struct request *request,
                        const struct script *script, uint64_t count)
{
    const struct bytes *redirect = &script->faults.redirect;
    bool again = bytes_are(redirect, "loop") || (script->hops && count <= script->hops);
    uint64_t status = script->faults.status ? script->faults.status : 302;
    bool bodiless = status == 204 || status == 304;
    FILE *out = open_memstream(&plan->head, &plan->head_len);
    if (!out)
        abort();
    fprintf(out, "HTTP/1.1 %" PRIu64 " %s\r\n", status, status_reason(status));
    if (again)
        fprintf(out, "Location: %s?%s\r\n", request->path, request->query);
    else if (script->faults.redirect_size)
        put_long_location(out, script->faults.redirect_size);
    else
        put_bytes(out, "Location", redirect);
    put_retry_after(out, &script->retry_after);
    put_common(out, script, plan);
    fputs(bodiless ? "\r\n" : "Content-Length: 12\r\n\r\n", out);
    fclose(out);
    if (bodiless || strcmp(request->method, "HEAD") == 0)
        return;
    plan->text = strdup("not a file.\n");
    plan->text_len = 12;
}

/* The file itself, whole or a range of it. */
static void plan_file(struct plan *plan, const struct request *request, struct script *script,
                      const struct identity *identity)
{
    const struct faults *faults = &script->faults;
    bool refuses = bytes_are(&script->ranges, "refuse");
    bool obeys = refuses || !script->ranges.data || bytes_are(&script->ranges, "on") ||
                 bytes_are(&script->ranges, "silent");
    uint64_t from = 0;
    uint64_t end = script->size;
    bool asked = range_parse(request_header(request, "Range"), script->size, &from, &end);
    bool partial = asked && obeys && if_range_holds(request, script, identity);
    if (partial && (from >= script->size || refuses)) {
        char header[64];
        snprintf(header, sizeof(header), "Content-Range: bytes */%" PRIu64 "\r\n", script->size);
        plan_refuse(plan, 416, header, "no such range");
        return;
    }
    bool unasked = !asked && bytes_are(&faults->range_lie, "unasked");
    if (!partial || bytes_are(&faults->range_lie, "whole")) {
        from = 0;
        end = script->size;
    }
    if (partial && bytes_are(&faults->range_lie, "short"))
        end = from + (end - from + 1) / 2;
    bool nothing = partial && bytes_are(&faults->range_lie, "nothing");
    FILE *out = open_memstream(&plan->head, &plan->head_len);
    if (!out)
        abort();
    if (faults->interim != NEVER)
        put_interim(out, faults->interim);
    bool says_partial = partial || unasked;
    fprintf(out, "HTTP/1.1 %s\r\n", says_partial ? "206 Partial Content" : "200 OK");
    if (says_partial && end > from)
        put_content_range(out, script, from, end);
    if (obeys && !bytes_are(&script->ranges, "silent"))
        fputs("Accept-Ranges: bytes\r\n", out);
    if (identity->etag[0])
        fprintf(out, "ETag: %s\r\n", identity->etag);
    if (identity->modified[0])
        fprintf(out, "Last-Modified: %s\r\n", identity->modified);
    if (script->type.data)
        put_bytes(out, "Content-Type", &script->type);
    else
        fputs("Content-Type: application/octet-stream\r\n", out);
    put_length(out, script, nothing ? NEVER : end - from);
    put_common(out, script, plan);
    if (!plan->endless)
        fputs("\r\n", out);
    fclose(out);
    if (plan->endless || strcmp(request->method, "HEAD") == 0)
        return;
    bool shifted = partial && bytes_are(&faults->range_lie, "shift");
    plan->seed = identity->seed;
    plan->twist = identity->twist < faults->twist ? identity->twist : faults->twist;
    plan->pos = from + shifted;
    plan->end = nothing ? plan->pos : end + shifted;
    plan->chunked = nothing || faults->chunked.data;
    plan->chunk_size = script->chunk_size ? script->chunk_size : 1;
    plan->tail = nothing ? "0\r\n\r\n" : plan->chunked ? chunk_tail(&faults->chunked) : NULL;
}

/* Answers that are no HTTP/1.1 at all. */
static bool plan_is_raw(struct plan *plan, struct script *script)
{
    struct bytes *raw = &script->faults.raw;
    if (raw->data) {
        plan->text = raw->data;
        plan->text_len = raw->len;
        raw->data = NULL;
        return true;
    }
    if (script->faults.http09) {
        plan->seed = script->seed;
        plan->end = script->size;
        return true;
    }
    if (script->faults.interim == NEVER)
        return true;
    return false;
}

void plan_make(struct plan *plan, const struct request *request, struct script *script,
               uint64_t count, uint64_t active, uint64_t connection)
{
    if (count > script->heal_after || count <= script->sound)
        script_heal(script);
    const struct faults *faults = &script->faults;
    plan_pace(plan, request, script);
    plan_floods(plan, faults);
    if (active > script->max) {
        plan_refuse(plan, 503, "", "too many at once");
        return;
    }
    if (faults->chunked.data && !chunk_tail(&faults->chunked)) {
        plan_refuse(plan, 599, "", "unknown kind of chunked");
        return;
    }
    if (plan_is_raw(plan, script) || !plan_admits(plan, request, script))
        return;
    bool redirects =
        faults->redirect.data || faults->redirect_size || (script->hops && count <= script->hops);
    if (redirects || faults->status) {
        plan_status(plan, request, script, count);
        return;
    }
    struct identity identity;
    identity_make(&identity, script, count, connection);
    plan_file(plan, request, script, &identity);
    plan->behind = script->faults.behind.data;
    plan->behind_len = script->faults.behind.len;
    script->faults.behind.data = NULL;
}
