/* The queues that HAUL_FAKE names: see fake_client.c. */

#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

bool is_wanted(const char *name)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strcmp(which, name) == 0;
}

bool is_away_wanted(void)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strncmp(which, "away", 4) == 0;
}

struct haul_item *item_add(struct haul_client *client, enum haul_state state, const char *name,
                           uint64_t done, int64_t total)
{
    struct haul_item *item = &client->items[client->count++];
    *item = (struct haul_item){
        .id = client->next_id++, .version = ++client->version, .state = state, .total = total};
    item->done = done;
    item->eta = -1;
    item->added_at = NOW - 600000;
    item->name = xstrdup(name);
    item->dir = xstrdup("/home/user/Downloads");
    item->url = xasprintf("https://example.org/files/%s", name);
    item->note = xstrdup("");
    return item;
}

static struct haul_item *item_run(struct haul_client *client, const char *name, uint64_t done,
                                  int64_t total, uint64_t rate, uint32_t connections)
{
    struct haul_item *item = item_add(client, HAUL_ACTIVE, name, done, total);
    item->phase = HAUL_PHASE_RECEIVING;
    item->rate = rate;
    item->connections = connections;
    item->started_at = NOW - 300000;
    item->eta = total < 0 || rate == 0 ? -1 : (total - (int64_t)done) / (int64_t)rate;
    return item;
}

void item_note(struct haul_item *item, enum haul_err err, int status, const char *note)
{
    item->err = err;
    item->http_status = status;
    xstrset(&item->note, note);
}

static void fill_busy(struct haul_client *client)
{
    struct haul_item *item;
    char name[64];
    item_run(client, "debian-12.7.0-amd64-DVD-1.iso", 2150 * MIB, 3774873600, 13002342, 4);
    item_run(client, "2024-annual-report.pdf", 1153434, 6710886, 1258291, 1);
    item = item_add(client, HAUL_WAITING, "dataset-part-0007.tar.zst", 921 * MIB, 3328599654);
    item->retry_at = NOW + 11500;
    item_note(item, HAUL_E_HTTP, 503, "the server answered 503 Service Unavailable");
    item_add(client, HAUL_PAUSED, "backup.tar", 120 * MIB, 1000 * (int64_t)MIB);
    item = item_add(client, HAUL_FAILED, "video.mp4", 0, -1);
    item_note(item, HAUL_E_HTTP, 403, "the server refused: 403 Forbidden; paste a new link");
    item = item_add(client, HAUL_DONE, "資料-日本語のファイル名-第三版.pdf", 734003200, 734003200);
    item->started_at = NOW - 200000;
    item->finished_at = NOW - 66000;
    item_add(client, HAUL_CANCELLED, "unwanted.bin", 5 * MIB, 80 * (int64_t)MIB);
    item = item_run(client, "stream-without-length.ts", 44 * MIB, -1, 800 * KIB, 1);
    item = item_run(client, "just-begun.zip", 0, -1, 0, 1);
    item->phase = HAUL_PHASE_CONNECTING;
    item = item_run(client, "almost-there.img", 4 * GIB, 4 * (int64_t)GIB, 0, 0);
    item->phase = HAUL_PHASE_FINISHING;
    for (int i = 1; i <= 30; i++) {
        snprintf(name, sizeof(name), "photos-%03d.zip", i);
        item_add(client, HAUL_QUEUED, name, 0, -1);
    }
}

/* Busy, of several hosts and for several folders, and with all that only a wide row has room for.
 */
static void fill_wide(struct haul_client *client)
{
    static const char *const hosts[] = {"example.org", "cdimage.debian.example", "photos.example",
                                        "a.very.long.name.of.a.mirror.example.net"};
    static const char *const folders[] = {"/home/user/Downloads", "/srv/iso/debian/12.7.0",
                                          "/home/user/Pictures/2026/Journeys/North"};
    fill_busy(client);
    item_run(client,
             "The.Long.Name.of.a.Recording.of.Which.There.Are.Many.S01E01.2160p.10bit.HDR.mkv",
             9 * GIB, 41 * (int64_t)GIB, 300 * KIB, 2);
    for (size_t i = 0; i < client->count; i++) {
        struct haul_item *item = &client->items[i];
        char *url = xasprintf("https://%s/files/%s", hosts[i % COUNT_OF(hosts)], item->name);
        xstrset(&item->url, url);
        free(url);
        xstrset(&item->dir, folders[i % COUNT_OF(folders)]);
        item->tries = i % 5 == 2 ? 3 : 1;
        if (i % 7 == 1)
            item->priority = i % 2 ? HAUL_PRIORITY_HIGH : HAUL_PRIORITY_LOW;
        item->added_at = NOW - (int64_t)i * 7000000;
    }
    client->totals.left = 61 * (int64_t)GIB;
    client->totals.received = 12 * GIB;
}

/* Names as a server might send them, after the client's cleaning. */
static void fill_hostile(struct haul_client *client)
{
    static const char *const raw[] = {
        "red\033[31malert\033]52;c;ZXZpbA==\007.txt",
        "gpj.\xe2\x80\xae"
        "exe.txt",
        "two\nlines\tand\ra\bback.txt",
        "\xc2\x9b"
        "2J-c1.txt",
        "broken-\xff\xfe-bytes.bin",
        "family-\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7.png",
        "zalgo-e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85.txt",
    };
    char *clean;
    for (size_t i = 0; i < COUNT_OF(raw); i++) {
        clean = text_clean_dup(text_raw_from(raw[i]), 4096);
        item_run(client, clean, 50 * MIB, 100 * (int64_t)MIB, MIB, 1);
        free(clean);
    }
    char *lengthy = xmalloc(4001);
    memset(lengthy, 'W', 4000);
    lengthy[4000] = '\0';
    item_run(client, lengthy, 50 * MIB, 100 * (int64_t)MIB, MIB, 1);
    struct haul_item *item = item_add(client, HAUL_FAILED, "refused.txt", 0, -1);
    clean = text_clean_dup(text_raw_from("server said: \033[2J\033[1;1Hgone\nand more"), 400);
    item_note(item, HAUL_E_HTTP, 500, clean);
    free(clean);
    free(lengthy);
}

char *hard_name(size_t nth)
{
    static const char *const raw[] = {
        "\u8cc7\u6599\u65e5\u672c-e\u0301\u0302-\U0001F44D\U0001F3FD-\U0001F1E9\U0001F1EA-"
        "\u05e9\u05dc.pdf",
        "\u8cc7\u6599-\u65e5\u672c\u8a9e\u306e\u30d5\u30a1\u30a4\u30eb.pdf",
        "e\u0301\u0302o\u0308-combining-n\u0303.txt",
        "family-\U0001F468\u200d\U0001F469\u200d\U0001F467.png",
        "heart-\u2764\ufe0f-\u2714\ufe0f.png",
        "flags-\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7\U0001F1E9.svg",
        "tones-\U0001F44D\U0001F3FD\U0001F44B\U0001F3FF.gif",
        "keycap-1\ufe0f\u20e3-#\ufe0f\u20e3.txt",
        "zero\u200bwidth\u200d\u2060\u00adjoiner.bin",
        "\u05e9\u05dc\u05d5\u05dd-\u0645\u0644\u0641-\u202eexe.doc",
        "tab\there\tand\tthere.txt",
        "\uff21\uff22\uff23-\uff76\uff9e-\u3000-wide.txt",
        "\u1112\u1161\u11ab\u1100\u1173\u11af-jamo.hwp",
        "\u0e17\u0e35\u0e48\u0e19\u0e35\u0e48-\u0939\u093f\u0928\u094d\u0926\u0940.mp3",
        "\u2460\u03a9\u00b1\u2588\u2591-ambiguous-\u4dc0\u3248.txt",
        "new-\U0001FAE8\U0001FADA-\u2e3b-\ufdfd.txt",
        "black-flag-\U0001F3F4\U000E0067\U000E0062\U000E007F.svg",
        "\u0301\u20e3-bare-\U0001F3FD.txt",
        "\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7"
        "\u6599\u8cc7\u6599\u8cc7\u6599"
        "\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7\u6599\u8cc7"
        "\u6599\u8cc7\u6599\u8cc7\u6599"
        "\U0001F44D\U0001F3FDe\u0301\U0001F1E9\U0001F1EAe\u0301\u8cc7\u6599\u8cc7\u6599.tar.zst",
    };
    const char *plain = getenv("HAUL_FAKE_PLAIN");
    char *clean = text_clean_dup(text_raw_from(raw[nth % COUNT_OF(raw)]), 4096);
    if (!plain || plain[0] == '\0')
        return clean;
    size_t width = text_width(clean);
    char *name = xcalloc(1, width + 1);
    memset(name, '~', width);
    free(clean);
    return name;
}

#define HARD_NAMES 19

static void fill_hard(struct haul_client *client)
{
    for (size_t i = 0; i < HARD_NAMES; i++) {
        char *name = hard_name(i);
        struct haul_item *item = i % 4 == 3
                                     ? item_add(client, HAUL_FAILED, name, 0, -1)
                                     : item_run(client, name, 50 * MIB, 100 * (int64_t)MIB, MIB, 1);
        if (i % 4 == 3) {
            char *note = xasprintf("%s: no space left", name);
            item_note(item, HAUL_E_DISK_FULL, 0, note);
            free(note);
        }
        free(name);
    }
}

static void fill_long(struct haul_client *client)
{
    char name[64];
    for (int i = 1; i <= ITEM_MAX - 1000; i++) {
        snprintf(name, sizeof(name), "item-%06d.bin", i);
        item_add(client, HAUL_QUEUED, name, 0, -1);
    }
}

/* What may start, and when. */
static void fill_levels(struct haul_client *client)
{
    struct haul_item *item = item_run(client, "running.iso", 10 * MIB, 50 * (int64_t)MIB, MIB, 4);
    item->priority = HAUL_PRIORITY_HIGH;
    item_add(client, HAUL_QUEUED, "first.iso", 0, -1)->priority = HAUL_PRIORITY_HIGH;
    item_add(client, HAUL_QUEUED, "usual.iso", 0, -1);
    item_add(client, HAUL_QUEUED, "tonight.iso", 0, -1)->start_at = INT64_C(1732226400000);
    item_add(client, HAUL_QUEUED, "next-year.iso", 0, -1)->start_at = INT64_C(1735696800000);
    item_add(client, HAUL_QUEUED, "last.iso", 0, -1)->priority = HAUL_PRIORITY_LOW;
    item = item_add(client, HAUL_PAUSED, "halted.iso", 20 * MIB, 40 * (int64_t)MIB);
    item->priority = HAUL_PRIORITY_HIGH;
}

#define TONIGHT  INT64_C(1732226400000)
#define TOMORROW INT64_C(1732255200000)

/* Hours in which nothing starts, up to UNTIL. */
static void fill_off_hours(struct haul_client *client, int64_t until)
{
    struct haul_item *item = item_run(client, "urgent.iso", 10 * MIB, 50 * (int64_t)MIB, MIB, 4);
    item = item_add(client, HAUL_QUEUED, "halted.iso", 20 * MIB, 40 * (int64_t)MIB);
    item->off_hours = true;
    item->start_at = until;
    item = item_add(client, HAUL_QUEUED, "not-yet.iso", 0, -1);
    item->off_hours = true;
    item->start_at = until;
    item->priority = HAUL_PRIORITY_HIGH;
    item_add(client, HAUL_QUEUED, "next-year.iso", 0, -1)->start_at = INT64_C(1735696800000);
    item_add(client, HAUL_PAUSED, "paused.iso", 20 * MIB, 40 * (int64_t)MIB);
    client->totals.off_hours = true;
    client->totals.hours_until = until;
}

/* Hours with a limit and a number of jobs. */
static void fill_slow_hours(struct haul_client *client)
{
    item_run(client, "running.iso", 10 * MIB, 50 * (int64_t)MIB, 2 * MIB, 4);
    item_add(client, HAUL_QUEUED, "usual.iso", 0, -1);
    client->totals.limit = 2 * MIB;
    client->totals.jobs = 1;
    client->totals.limit_scheduled = client->totals.jobs_scheduled = true;
    client->totals.hours_until = TONIGHT;
}

/* More than the screen has links for, by names of which most letters stand where they stood. */
static void fill_done(struct haul_client *client)
{
    char name[64];
    for (int i = 1; i <= 600; i++) {
        snprintf(name, sizeof(name), i % 5 ? "photo-%03d.zip" : "資料 %03d#e\u0301.pdf", i);
        struct haul_item *item = item_add(client, HAUL_DONE, name, MIB, (int64_t)MIB);
        item->finished_at = NOW - 1000;
    }
    item_add(client, HAUL_QUEUED, "photo-601.zip", 0, -1);
}

/* Numbers 1 to 3. */
static void fill_review(struct haul_client *client)
{
    struct haul_item *item;
    item_run(client, "report.pdf", 10 * MIB, 50 * (int64_t)MIB, MIB, 1);
    item = item_add(client, HAUL_DONE, "old.zip", 5 * MIB, 5 * (int64_t)MIB);
    item->finished_at = NOW - 86400000;
    item = item_add(client, HAUL_FAILED, "film.mp4", 700 * MIB, 900 * (int64_t)MIB);
    item_note(item, HAUL_E_EXPIRED, 403, "expired link (403)");
}

static void fill_off_tonight(struct haul_client *client)
{
    fill_off_hours(client, TONIGHT);
}

static void fill_off_until_tomorrow(struct haul_client *client)
{
    fill_off_hours(client, TOMORROW);
}

static void fill_off_for_good(struct haul_client *client)
{
    fill_off_hours(client, 0);
}

static void fill_trouble(struct haul_client *client)
{
    fill_busy(client);
    str_copy(client->totals.trouble, sizeof(client->totals.trouble),
             "the queue can't be written: No space left on device; what is added now is refused");
}

static const struct {
    const char *name;
    void (*fill)(struct haul_client *client);
} queues[] = {
    {"busy", fill_busy},
    {"away", fill_busy},
    {"away-asks", fill_busy},
    {"trouble", fill_trouble},
    {"wide", fill_wide},
    {"hostile", fill_hostile},
    {"hard", fill_hard},
    {"long", fill_long},
    {"done", fill_done},
    {"levels", fill_levels},
    {"off-hours", fill_off_tonight},
    {"off-until-tomorrow", fill_off_until_tomorrow},
    {"off-for-good", fill_off_for_good},
    {"slow-hours", fill_slow_hours},
    {"review", fill_review},
};

void fill(struct haul_client *client)
{
    client->totals = (struct haul_totals){.rate = 15073280,
                                          .left = -1,
                                          .eta = 252,
                                          .disk_free = 81 * (int64_t)GIB,
                                          .jobs = 8,
                                          .connections = 6};
    for (size_t i = 0; i < COUNT_OF(queues); i++) {
        if (is_wanted(queues[i].name)) {
            queues[i].fill(client);
            return;
        }
    }
    client->totals = (struct haul_totals){.eta = -1, .disk_free = 81 * (int64_t)GIB, .jobs = 8};
}

struct haul_item *item_find(struct haul_client *client, uint64_t id)
{
    for (size_t i = 0; i < client->count; i++) {
        if (client->items[i].id == id)
            return &client->items[i];
    }
    return NULL;
}
