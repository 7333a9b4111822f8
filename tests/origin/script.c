/* Turns a query string into what to serve and what to spoil. The parameters are one table; a name
 * that is not in it is an error, so that a misspelt fault never passes as a healthy server. */

#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_NUMBER, KIND_FLAG, KIND_BYTES, KIND_HEADER };

struct parameter {
    const char *name;
    enum kind kind;
    size_t offset;
};

#define ROW(name, kind, field)                                                                     \
    {                                                                                              \
        name, kind, offsetof(struct script, field)                                                 \
    }

static const struct parameter parameters[] = {
    ROW("size", KIND_NUMBER, size),
    ROW("seed", KIND_NUMBER, seed),
    ROW("rate", KIND_NUMBER, rate),
    ROW("tick", KIND_NUMBER, tick),
    ROW("chunk-size", KIND_NUMBER, chunk_size),
    ROW("faults", KIND_NUMBER, heal_after),
    ROW("sound", KIND_NUMBER, sound),
    ROW("change-after", KIND_NUMBER, change_after),
    ROW("max", KIND_NUMBER, max),
    ROW("hops", KIND_NUMBER, hops),
    ROW("gate", KIND_NUMBER, gate),
    ROW("meet", KIND_NUMBER, meet),
    ROW("keep", KIND_FLAG, keep),
    ROW("key", KIND_BYTES, key),
    ROW("ranges", KIND_BYTES, ranges),
    ROW("if-range", KIND_BYTES, if_range),
    ROW("etag", KIND_BYTES, etag),
    ROW("modified", KIND_BYTES, modified),
    ROW("change", KIND_BYTES, change),
    ROW("retry-after", KIND_BYTES, retry_after),
    ROW("disposition", KIND_BYTES, disposition),
    ROW("type", KIND_BYTES, type),
    ROW("encoding", KIND_BYTES, encoding),
    ROW("auth", KIND_BYTES, auth),
    ROW("user", KIND_BYTES, user),
    ROW("require", KIND_BYTES, require),
    ROW("header", KIND_HEADER, headers),
    ROW("status", KIND_NUMBER, faults.status),
    ROW("delay", KIND_NUMBER, faults.delay),
    ROW("range-delay", KIND_NUMBER, faults.range_delay),
    ROW("stall", KIND_NUMBER, faults.stall),
    ROW("stall-ms", KIND_NUMBER, faults.stall_ms),
    ROW("close", KIND_NUMBER, faults.close),
    ROW("reset", KIND_NUMBER, faults.reset),
    ROW("interim", KIND_NUMBER, faults.interim),
    ROW("headers", KIND_NUMBER, faults.headers),
    ROW("header-size", KIND_NUMBER, faults.header_size),
    ROW("trickle", KIND_NUMBER, faults.trickle),
    ROW("extension", KIND_NUMBER, faults.extension),
    ROW("redirect-size", KIND_NUMBER, faults.redirect_size),
    ROW("http09", KIND_FLAG, faults.http09),
    ROW("truncate", KIND_FLAG, faults.truncate),
    ROW("refuse-reuse", KIND_FLAG, faults.refuse_reuse),
    ROW("nonce-stale", KIND_FLAG, faults.nonce_stale),
    ROW("length", KIND_BYTES, faults.length),
    ROW("length2", KIND_BYTES, faults.length2),
    ROW("chunked", KIND_BYTES, faults.chunked),
    ROW("range-lie", KIND_BYTES, faults.range_lie),
    ROW("raw", KIND_BYTES, faults.raw),
    ROW("redirect", KIND_BYTES, faults.redirect),
    ROW("date", KIND_BYTES, faults.date),
    ROW("behind", KIND_BYTES, faults.behind),
    ROW("twist", KIND_NUMBER, faults.twist),
};

#define PARAMETER_COUNT (sizeof(parameters) / sizeof(parameters[0]))

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

struct bytes bytes_decode(const char *text, size_t len)
{
    struct bytes bytes = {.data = malloc(len + 1)};
    if (!bytes.data)
        abort();
    for (size_t i = 0; i < len; i++) {
        int high = i + 2 < len ? hex_value(text[i + 1]) : -1;
        int low = i + 2 < len ? hex_value(text[i + 2]) : -1;
        if (text[i] == '%' && high >= 0 && low >= 0) {
            bytes.data[bytes.len++] = (char)(high * 16 + low);
            i += 2;
        } else {
            bytes.data[bytes.len++] = text[i];
        }
    }
    bytes.data[bytes.len] = '\0';
    return bytes;
}

bool bytes_are(const struct bytes *bytes, const char *word)
{
    return bytes->data && strlen(word) == bytes->len && memcmp(bytes->data, word, bytes->len) == 0;
}

/* Digits with an optional K, M or G, or "forever". */
static bool parse_number(const char *text, uint64_t *ret_value)
{
    if (strcmp(text, "forever") == 0) {
        *ret_value = NEVER;
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    char *end = NULL;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
    if (errno || end[shift ? 1 : 0])
        return false;
    *ret_value = value << shift;
    return true;
}

static bool parameter_set(struct script *script, const struct parameter *parameter,
                          struct bytes *value)
{
    char *field = (char *)script + parameter->offset;
    uint64_t number = 0;
    switch (parameter->kind) {
    case KIND_NUMBER:
        return parse_number(value->data, (uint64_t *)(void *)field);
    case KIND_FLAG:
        *(bool *)(void *)field = !bytes_are(value, "0");
        return parse_number(value->data, &number) && number <= 1;
    case KIND_HEADER:
        if (script->header_count == SCRIPT_HEADERS)
            return false;
        script->headers[script->header_count++] = *value;
        break;
    case KIND_BYTES:
        free(((struct bytes *)(void *)field)->data);
        *(struct bytes *)(void *)field = *value;
        break;
    }
    *value = (struct bytes){0};
    return true;
}

static const struct parameter *parameter_find(const char *name, size_t len)
{
    for (size_t i = 0; i < PARAMETER_COUNT; i++) {
        if (strlen(parameters[i].name) == len && memcmp(parameters[i].name, name, len) == 0)
            return &parameters[i];
    }
    return NULL;
}

static void faults_init(struct faults *faults)
{
    *faults = (struct faults){.stall = NEVER,
                              .stall_ms = NEVER,
                              .close = NEVER,
                              .reset = NEVER,
                              .twist = NEVER,
                              .header_size = 64};
}

bool script_parse(struct script *script, const char *query, const char **ret_bad)
{
    *script = (struct script){.size = 4096,
                              .seed = 1,
                              .tick = 100,
                              .chunk_size = 16384,
                              .heal_after = NEVER,
                              .change_after = NEVER,
                              .max = NEVER,
                              .gate = NEVER,
                              .keep = true};
    faults_init(&script->faults);
    for (const char *at = query; at && *at;) {
        size_t len = strcspn(at, "&");
        const char *equals = memchr(at, '=', len);
        size_t name_len = equals ? (size_t)(equals - at) : len;
        const struct parameter *parameter = parameter_find(at, name_len);
        struct bytes value =
            equals ? bytes_decode(equals + 1, len - name_len - 1) : bytes_decode("1", 1);
        bool ok = parameter && parameter_set(script, parameter, &value);
        free(value.data);
        if (!ok) {
            *ret_bad = at;
            return false;
        }
        at += len + (at[len] == '&');
    }
    return true;
}

static void faults_fini(struct faults *faults)
{
    free(faults->length.data);
    free(faults->length2.data);
    free(faults->chunked.data);
    free(faults->range_lie.data);
    free(faults->raw.data);
    free(faults->redirect.data);
    free(faults->date.data);
    free(faults->behind.data);
}

void script_heal(struct script *script)
{
    faults_fini(&script->faults);
    faults_init(&script->faults);
}

void script_fini(struct script *script)
{
    for (size_t i = 0; i < PARAMETER_COUNT; i++) {
        if (parameters[i].kind == KIND_BYTES)
            free(((struct bytes *)(void *)((char *)script + parameters[i].offset))->data);
    }
    for (size_t i = 0; i < script->header_count; i++)
        free(script->headers[i].data);
    *script = (struct script){0};
}
