/* What the origin saw: one line of JSON per request in the log, counters per key (for faults that
 * heal) and over all (for tests of concurrency). A request's line is written before its answer, so
 * a test that has the answer finds the line. */

#include "ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

struct tally {
    char *key;
    uint64_t count;
    uint64_t active;
    uint64_t most;
    UT_hash_handle hh;
};

struct gate {
    char *path;
    UT_hash_handle hh;
};

bool ledger_init(struct ledger *ledger, const char *log_path)
{
    *ledger = (struct ledger){0};
    if (!log_path)
        return true;
    ledger->log = fopen(log_path, "ae");
    return ledger->log != NULL;
}

void ledger_fini(struct ledger *ledger)
{
    struct tally *tally = NULL;
    struct tally *next = NULL;
    HASH_ITER(hh, ledger->tallies, tally, next)
    {
        HASH_DEL(ledger->tallies, tally);
        free(tally->key);
        free(tally);
    }
    ledger_shut(ledger);
    if (ledger->log)
        fclose(ledger->log);
}

void ledger_connected(struct ledger *ledger)
{
    ledger->connections++;
    if (++ledger->open > ledger->peak_open)
        ledger->peak_open = ledger->open;
}

void ledger_disconnected(struct ledger *ledger)
{
    ledger->open--;
}

/* Bytes above 127 are written as the code points of the same number, so nothing is lost. */
static void write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte >= 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            fputc(byte, out);
    }
    fputc('"', out);
}

void ledger_request(struct ledger *ledger, const struct request *request,
                    const struct ledger_place *place)
{
    ledger->requests++;
    FILE *out = ledger->log;
    if (!out)
        return;
    fprintf(out, "{\"n\":%" PRIu64 ",\"connection\":%" PRIu64 ",\"port\":%d,\"tls\":%s",
            ledger->requests, place->connection, place->port, place->tls ? "true" : "false");
    fprintf(out, ",\"six\":%s,\"client\":%s", place->six ? "true" : "false",
            place->client ? "true" : "false");
    fprintf(out, ",\"proxied\":%s,\"method\":", request->proxied ? "true" : "false");
    write_string(out, request->method);
    fprintf(out, ",\"target\":");
    write_string(out, request->target);
    fprintf(out, ",\"path\":");
    write_string(out, request->path);
    fprintf(out, ",\"headers\":[");
    for (size_t i = 0; i < request->header_count; i++) {
        fprintf(out, i ? ",[" : "[");
        write_string(out, request->headers[i].name);
        fputc(',', out);
        write_string(out, request->headers[i].value);
        fputc(']', out);
    }
    fprintf(out, "],\"body\":");
    write_string(out, request->body ? request->body : "");
    fprintf(out, "}\n");
    fflush(out);
}

struct tally *ledger_begin(struct ledger *ledger, const char *key, uint64_t *ret_count,
                           uint64_t *ret_active)
{
    struct tally *tally = NULL;
    HASH_FIND_STR(ledger->tallies, key, tally);
    if (!tally) {
        tally = calloc(1, sizeof(*tally));
        if (!tally || !(tally->key = strdup(key)))
            abort();
        HASH_ADD_KEYPTR(hh, ledger->tallies, tally->key, strlen(tally->key), tally);
    }
    *ret_count = ++tally->count;
    *ret_active = ++tally->active;
    if (tally->active > tally->most)
        tally->most = tally->active;
    if (++ledger->active > ledger->peak_active)
        ledger->peak_active = ledger->active;
    return tally;
}

void ledger_end(struct ledger *ledger, struct tally *tally)
{
    tally->active--;
    ledger->active--;
}

uint64_t ledger_most(const struct tally *tally)
{
    return tally->most;
}

void ledger_open(struct ledger *ledger, const char *path)
{
    if (ledger_is_open(ledger, path))
        return;
    struct gate *gate = calloc(1, sizeof(*gate));
    if (!gate || !(gate->path = strdup(path)))
        abort();
    HASH_ADD_KEYPTR(hh, ledger->gates, gate->path, strlen(gate->path), gate);
}

void ledger_shut(struct ledger *ledger)
{
    struct gate *gate = NULL;
    struct gate *next = NULL;
    HASH_ITER(hh, ledger->gates, gate, next)
    {
        HASH_DEL(ledger->gates, gate);
        free(gate->path);
        free(gate);
    }
}

bool ledger_is_open(const struct ledger *ledger, const char *path)
{
    const struct gate *gate = NULL;
    HASH_FIND_STR(ledger->gates, path, gate);
    return gate != NULL;
}

char *ledger_stats(const struct ledger *ledger)
{
    char *text = NULL;
    if (asprintf(&text,
                 "{\"connections\":%" PRIu64 ",\"open\":%" PRIu64 ",\"peak_open\":%" PRIu64
                 ",\"requests\":%" PRIu64 ",\"active\":%" PRIu64 ",\"peak_active\":%" PRIu64
                 ",\"bytes\":%" PRIu64 "}\n",
                 ledger->connections, ledger->open, ledger->peak_open, ledger->requests,
                 ledger->active, ledger->peak_active, ledger->bytes) < 0)
        abort();
    return text;
}
