/* What the fake daemon tells beside the list: an item's details, the log, the hosts. */

#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define HOSTS_MAX 120

#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* The first item has all that there can be; of the others what most have. */
struct haul_detail *detail_make(struct haul_client *client, uint64_t id)
{
    static struct haul_fact facts[] = {
        {TEXT("checksum"),
         TEXT("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0")},
        {TEXT("digest"), TEXT("computing, 41%")},
        {TEXT("status"), TEXT("200")},
        {TEXT("address"), TEXT("[2001:db8::5]:443")},
        {TEXT("protocol"), TEXT("HTTP/1.1")},
        {TEXT("tls"), TEXT("TLSv1.3, TLS_AES_256_GCM_SHA384")},
        {TEXT("server"), TEXT("nginx/1.22.1")},
        {TEXT("redirect"),
         TEXT("302 https://mirror.example.net/pub/debian-12.7.0-amd64-DVD-1.iso")},
        {TEXT("type"), TEXT("application/octet-stream")},
        {TEXT("etag"), TEXT("\"66d3f2a1-e1000000\"")},
        {TEXT("modified"), TEXT("Sat, 31 Aug 2024 16:04:11 GMT")},
        {TEXT("timing"), TEXT("connected in 21 ms, first byte after 64 ms")},
        {TEXT("source"), TEXT("https://example.org/files/debian-12.7.0-amd64-DVD-1.iso: in use, 3 "
                              "connections, 9.3 MB/s")},
        {TEXT("source"),
         TEXT("https://mirror.example.net/debian.iso: in use, 1 connections, 3.1 MB/s")},
    };
    static struct haul_event events[] = {
        {NOW - 300000, TEXT("active")},
        {NOW - 290000, TEXT("waiting: the server answered 503 Service Unavailable")},
        {NOW - 280000, TEXT("queued")},
        {NOW - 279000, TEXT("active")},
        {NOW - 278000, TEXT("resumed: the server proves that the file is still the same (ETag)")}};
    static struct haul_connection connections[] = {
        {0, 0, 512 * MIB, 3270000, TEXT("example.org"), TEXT("receiving")},
        {0, 0, 512 * MIB, 3251000, TEXT("example.org"), TEXT("receiving")},
        {0, 0, 80 * MIB, 3268000, TEXT("example.org"), TEXT("waits for the disk")},
        {0, 0, 0, 0, TEXT("mirror.example.net"), TEXT("connecting")}};
    static struct haul_span spans[5];
    static uint64_t rates[90];
    static struct haul_detail detail;
    const struct haul_item *item = item_find(client, id);
    if (!item)
        return NULL;
    uint64_t part = item->total > 0 ? (uint64_t)item->total / 5 : 0;
    bool rich = id == 1, runs = item->state == HAUL_ACTIVE;
    for (size_t i = 0; i < COUNT_OF(spans); i++)
        spans[i] = (struct haul_span){i * part, i * part + (i == 0 ? part : part / 5 * i),
                                      (i + 1) * part, runs ? 1000 : 0, runs};
    for (size_t i = 0; i < COUNT_OF(connections); i++) {
        connections[i].pos = spans[i + 1].pos;
        connections[i].end = spans[i + 1].end;
    }
    for (size_t i = 0; i < COUNT_OF(rates); i++)
        rates[i] = i < 12 ? i * MIB : (i % 30 < 3 ? 4 : 11 + i % 3) * MIB;
    detail = (struct haul_detail){.item = *item,
                                  .facts = rich ? facts : facts + 5,
                                  .fact_count = rich ? COUNT_OF(facts) : 2,
                                  .spans = spans,
                                  .span_count = part > 0 ? COUNT_OF(spans) : 0,
                                  .events = events,
                                  .event_count = rich ? COUNT_OF(events) : 1};
    if (runs && rich) {
        detail.connections = connections;
        detail.connection_count = COUNT_OF(connections);
        detail.rates = rates;
        detail.rate_count = COUNT_OF(rates);
        detail.diagnosis = TEXT("server allows about 3.1 MB/s per connection, 4 in use");
    }
    if (item->state == HAUL_WAITING)
        detail.diagnosis = TEXT("waiting: host is backing off until 12:04:22");
    return &detail;
}

#define LOG_DONE 24 /* lines of items that were complete, before the others */

/* The log from its first line on; the texts are borrowed. */
static void log_fill(struct haul_log_line lines[LOG_LINES])
{
    static char texts[LOG_DONE][64], names[LOG_DONE][32];
    static const struct haul_log_line last[] = {
        {0, NOW - 310000, HAUL_LOG_DEBUG, TEXT("net"), TEXT("HTTP/1.1 503"), 0, NULL},
        {0, NOW - 300000, HAUL_LOG_INFO, TEXT("engine"),
         TEXT("item 3: 503 from example.org: Service Unavailable"), 3,
         TEXT("dataset-part-0007.tar.zst")},
        {0, NOW - 290000, HAUL_LOG_WARN, TEXT("engine"),
         TEXT("item 3: example.org asks to be left alone until 12:04:22; what was queued for it "
              "waits as long"),
         3, TEXT("dataset-part-0007.tar.zst")},
        {0, NOW - 200000, HAUL_LOG_ERROR, TEXT("store"),
         TEXT("the queue can't be written: No space left on device"), 0, NULL},
        {0, NOW - 199000, HAUL_LOG_INFO, TEXT("engine"), TEXT("item 5: 403 Forbidden"), 5,
         TEXT("資料-日本語のファイル名-第三版.pdf")},
        {0, NOW - 120000, HAUL_LOG_INFO, TEXT("control"), TEXT("a client left: it closed"), 0,
         NULL}};
    for (int i = 0; i < LOG_DONE; i++) {
        snprintf(texts[i], sizeof(texts[i]), "item %d: one connection from now on: no ranges",
                 i + 100);
        snprintf(names[i], sizeof(names[i]), "photos-%03d.zip", i);
        lines[i] = (struct haul_log_line){.at = NOW - 400000 + i * 1000,
                                          .level = HAUL_LOG_INFO,
                                          .room = TEXT("engine"),
                                          .text = texts[i],
                                          .item = (uint64_t)i + 100,
                                          .name = names[i]};
    }
    memcpy(lines + LOG_DONE, last, sizeof(last));
    for (size_t i = 0; i < LOG_LINES; i++)
        lines[i].number = i + 1;
}

/* Those behind ->log_after that are bad enough. */
size_t log_make(const struct answer *answer, struct haul_log_line lines[LOG_LINES])
{
    size_t count = 0;
    log_fill(lines);
    for (size_t i = 0; i < LOG_LINES; i++) {
        if (lines[i].number > answer->log_after && lines[i].level <= answer->log_level)
            lines[count++] = lines[i];
    }
    return count;
}

/* Hosts in every state; with many of them one that has a long name and more that wait. */
static size_t hosts_fill(const struct haul_client *client, struct haul_host hosts[HOSTS_MAX])
{
    static const struct haul_host all[] = {
        {.name = TEXT("example.org"),
         .connections = 12,
         .cap = 16,
         .rate = 13002342,
         .counts = {[HAUL_ACTIVE] = 4, [HAUL_QUEUED] = 31, [HAUL_DONE] = 1310, [HAUL_FAILED] = 2}},
        {.name = TEXT("mirror.example.net:8443"),
         .connections = 2,
         .cap = 2,
         .learned = true,
         .rate = 1258291,
         .counts = {[HAUL_ACTIVE] = 2, [HAUL_QUEUED] = 7}},
        {.name = TEXT("archive.a-very-long-name-of-a-host.example.com"),
         .rest_until = NOW + 611000,
         .cap = 16,
         .learned = false,
         .no_ranges = true,
         .counts = {[HAUL_WAITING] = 3, [HAUL_QUEUED] = 118, [HAUL_FAILED] = 1}},
        {.name = TEXT("slow.example"),
         .cap = 1,
         .learned = true,
         .rest_until = NOW + 11500,
         .no_ranges = true,
         .counts = {[HAUL_WAITING] = 1}},
        {.name = TEXT("資料.example"), .cap = 16, .counts = {[HAUL_QUEUED] = 12345}},
        {.name = TEXT("[2001:db8::5]:8080"), .cap = 16, .counts = {[HAUL_PAUSED] = 1}},
        {.name = TEXT("over.example"), .cap = 16, .counts = {[HAUL_DONE] = 9}},
        {.name = TEXT("refused.example"), .cap = 16, .counts = {[HAUL_FAILED] = 1}}};
    static char names[HOSTS_MAX][32];
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(all) && client->count > 0; i++) {
        hosts[count] = all[i];
        if (!hosts[count].learned)
            hosts[count].cap = (uint32_t)client->per_host;
        count++;
    }
    for (size_t i = 0; is_wanted("hard") && i < count; i++) {
        static char *hard[COUNT_OF(all)];
        if (!hard[i])
            hard[i] = hard_name(i);
        hosts[i].name = hard[i];
    }
    while (client->count > 1000 && count < HOSTS_MAX) {
        snprintf(names[count], sizeof(names[count]), "host-%03zu.example", count);
        hosts[count] = (struct haul_host){.name = names[count],
                                          .cap = (uint32_t)client->per_host,
                                          .counts = {[HAUL_QUEUED] = count}};
        count++;
    }
    return count;
}

static int hosts_by_rate(const void *a, const void *b)
{
    const struct haul_host *left = a, *right = b;
    return (left->rate < right->rate) - (left->rate > right->rate);
}

/* It searches, and sorts by the rate only. */
void hosts_send(struct haul_client *client)
{
    const struct haul_hosts_view *view = &client->hosts;
    struct haul_host all[HOSTS_MAX];
    size_t count = 0, filled = hosts_fill(client, all);
    for (size_t i = 0; i < filled; i++) {
        if (str_find_nocase(all[i].name, view->search))
            all[count++] = all[i];
    }
    if (view->sort == HAUL_HOST_SORT_RATE)
        qsort(all, count, sizeof(all[0]), hosts_by_rate);
    for (size_t i = 0; view->descending != (view->sort == HAUL_HOST_SORT_RATE) && i < count / 2;
         i++) {
        struct haul_host kept = all[i];
        all[i] = all[count - 1 - i];
        all[count - 1 - i] = kept;
    }
    struct haul_hosts hosts = {
        .matching = count, .follow_index = UINT64_MAX, .per_host = client->per_host};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, view->follow) == 0)
            hosts.follow_index = i;
    }
    hosts.offset = MIN(view->offset, count > view->rows ? count - view->rows : 0);
    hosts.rows = all + hosts.offset;
    hosts.row_count = MIN(count - (size_t)hosts.offset, (size_t)view->rows);
    client->events.hosts(client->events.ctx, &hosts);
}
