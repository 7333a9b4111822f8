/* A session that does what a test says: the client's contract (haul/client.h) without a daemon.
 *
 * Linked with the ui room it makes a program whose screens are the same on every run: numbers and
 * clocks stand still. HAUL_FAKE names the queue it begins with: "empty", "busy", "hostile", "long"
 * (100,000 items), "wide" (all that only a large screen has room for), "hard" (to measure, names),
 * "levels" (of priority), "off-hours", "off-until-tomorrow", "off-for-good" (nothing starts, by
 * the schedule), "slow-hours" (which has a limit and one job), "review" (some of what is pasted is
 * there, or has expired), "away" (as "busy", on another machine, to which the line drops after the
 * first frame). Every answer comes later, on the loop, as the contract says. What it is asked to do
 * it does to its items in the plainest way, and logs it to $HAUL_FAKE_LOG, one line a call. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "base/clock.h"
#include "base/filter.h"
#include "base/idset.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/url.h"
#include "config/config.h"
#include "haul/client.h"
#include "ui/app.h"

#define NOW             INT64_C(1732190651000) /* 2024-11-21 12:04:11 UTC */
#define ITEM_MAX        100000
#define HOSTS_MAX       120
#define KIB             UINT64_C(1024)
#define HISTORY_SECONDS UINT64_C(1100)
#define MIB             (1024 * KIB)
#define GIB             (1024 * MIB)

struct answer {
    struct answer *next;
    haul_reply_cb *callback;
    void *ctx;
    struct haul_error err;
    bool failed;
    uint64_t count;
    uint64_t *ids;
    size_t id_count;
    uint64_t *item_ids; /* list */
    size_t item_count;
    uint64_t show;
    bool settings;
    struct haul_known_link *known; /* known */
    size_t known_count;
    struct haul_had_link *had; /* known: paths are their own */
    size_t had_count;
    struct haul_probe_answer probed; /* probe: its name is set */
    uint64_t found, index;           /* find */
    bool log;
    bool hosts_pushed;
    bool log_pushed; /* through the event, not the answer */
    uint64_t log_after;
    enum haul_log_level log_level;
};

struct haul_client {
    struct haul_client_events events;
    uv_timer_t timer;
    struct answer *first;
    struct answer **last;
    struct haul_item *items;
    size_t count;
    uint64_t next_id;
    uint64_t version;
    struct haul_totals totals;
    uint64_t per_host;
    struct haul_hosts_view hosts; /* its texts are ours */
    struct haul_view view;
    char filter[FILTER_SIZE];
    char find[FILTER_SIZE];
    struct idset marks;
    bool watching;
    bool said_ready;
    bool dirty;
    struct strbuf log;
};

/* ---- the items ---- */

static struct haul_item *item_add(struct haul_client *client, enum haul_state state,
                                  const char *name, uint64_t done, int64_t total)
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

static void item_note(struct haul_item *item, enum haul_err err, int status, const char *note)
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

/* A name that is hard to measure; with HAUL_FAKE_PLAIN one of '~' and of the same width. */
static char *hard_name(size_t nth)
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

static bool is_hard_wanted(void)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strcmp(which, "hard") == 0;
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

static bool is_wanted(const char *name)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strcmp(which, name) == 0;
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

static bool is_away_wanted(void)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strncmp(which, "away", 4) == 0;
}

static bool is_wide_wanted(void)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strcmp(which, "wide") == 0;
}

static bool is_trouble_wanted(void)
{
    const char *which = getenv("HAUL_FAKE");
    return which && strcmp(which, "trouble") == 0;
}

static void fill(struct haul_client *client)
{
    const char *which = getenv("HAUL_FAKE");
    client->totals = (struct haul_totals){.rate = 15073280,
                                          .left = -1,
                                          .eta = 252,
                                          .disk_free = 81 * (int64_t)GIB,
                                          .jobs = 8,
                                          .connections = 6};
    if (which && (strcmp(which, "busy") == 0 || is_trouble_wanted() || is_away_wanted()))
        fill_busy(client);
    else if (is_wide_wanted())
        fill_wide(client);
    else if (which && strcmp(which, "hostile") == 0)
        fill_hostile(client);
    else if (is_hard_wanted())
        fill_hard(client);
    else if (which && strcmp(which, "long") == 0)
        fill_long(client);
    else if (which && strcmp(which, "levels") == 0)
        fill_levels(client);
    else if (is_wanted("off-hours"))
        fill_off_hours(client, TONIGHT);
    else if (is_wanted("off-until-tomorrow"))
        fill_off_hours(client, TOMORROW);
    else if (is_wanted("off-for-good"))
        fill_off_hours(client, 0);
    else if (is_wanted("slow-hours"))
        fill_slow_hours(client);
    else if (which && strcmp(which, "review") == 0)
        fill_review(client);
    else
        client->totals = (struct haul_totals){.eta = -1, .disk_free = 81 * (int64_t)GIB, .jobs = 8};
    if (is_trouble_wanted())
        str_copy(client->totals.trouble, sizeof(client->totals.trouble),
                 "the queue can't be written: No space left on device; what is added now is "
                 "refused");
}

static void totals_count(struct haul_client *client)
{
    memset(client->totals.counts, 0, sizeof(client->totals.counts));
    for (size_t i = 0; i < client->count; i++)
        client->totals.counts[client->items[i].state]++;
}

static struct haul_item *item_find(struct haul_client *client, uint64_t id)
{
    for (size_t i = 0; i < client->count; i++) {
        if (client->items[i].id == id)
            return &client->items[i];
    }
    return NULL;
}

/* ---- frames ---- */

static bool matches(const struct haul_item *item, const char *expression)
{
    struct haul_brief brief = {
        .id = item->id,
        .state = item->state,
        .http_status = item->http_status,
        .total = item->total,
        .done = item->done,
        .rate = item->rate,
        .eta = item->eta,
        .added_at = item->added_at,
        .finished_at = item->finished_at,
        .connections = item->connections,
        .name = item->name,
        .url = item->url,
        .dir = item->dir,
    };
    struct filter *filter = filter_new(expression ? expression : "", NOW, NULL);
    bool fit = filter && filter_fits(filter, &brief);
    filter_free(filter);
    return fit;
}

static bool fits(const struct haul_client *client, const struct haul_item *item,
                 const struct haul_view *view)
{
    if (view->states != 0 && !(view->states & 1u << item->state))
        return false;
    if (view->marked && !idset_has(&client->marks, item->id))
        return false;
    return !view->filter || view->filter[0] == '\0' || matches(item, view->filter);
}

static int by_name(const void *a, const void *b)
{
    const struct haul_item *const *left = a;
    const struct haul_item *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static int by_rate(const void *a, const void *b)
{
    const struct haul_item *const *left = a;
    const struct haul_item *const *right = b;
    if ((*left)->rate != (*right)->rate)
        return (*left)->rate < (*right)->rate ? -1 : 1;
    return (*left)->id < (*right)->id ? -1 : 1;
}

/* The items of the view in its order; it sorts by name and rate only. The caller frees them. */
static const struct haul_item **select_items(const struct haul_client *client,
                                             const struct haul_view *view, size_t *ret_count)
{
    const struct haul_item **found = xreallocarray(NULL, client->count + 1, sizeof(*found));
    size_t count = 0;
    for (size_t i = 0; i < client->count; i++) {
        if (fits(client, &client->items[i], view))
            found[count++] = &client->items[i];
    }
    if (view->sort == HAUL_SORT_NAME)
        qsort(found, count, sizeof(*found), by_name);
    if (view->sort == HAUL_SORT_RATE)
        qsort(found, count, sizeof(*found), by_rate);
    for (size_t i = 0; view->descending && i < count / 2; i++) {
        const struct haul_item *kept = found[i];
        found[i] = found[count - 1 - i];
        found[count - 1 - i] = kept;
    }
    *ret_count = count;
    return found;
}

static void frame_send(struct haul_client *client)
{
    size_t count;
    struct haul_view *view = &client->view;
    const struct haul_item **found = select_items(client, view, &count);
    struct haul_frame frame = {.matching = count, .follow_index = UINT64_MAX};
    for (size_t i = 0; i < count; i++) {
        if (view->follow != 0 && found[i]->id == view->follow)
            frame.follow_index = i;
        if (!view->find[0] || !matches(found[i], view->find))
            continue;
        frame.found++;
        frame.found_before += frame.follow_index == UINT64_MAX;
    }
    frame.offset = MIN(view->offset, count > view->rows ? count - view->rows : 0);
    if (frame.follow_index != UINT64_MAX && frame.follow_index < frame.offset)
        frame.offset = frame.follow_index;
    if (frame.follow_index != UINT64_MAX && frame.follow_index >= frame.offset + view->rows)
        frame.offset = frame.follow_index - view->rows + 1;
    frame.row_count = MIN((size_t)view->rows, count - (size_t)frame.offset);
    struct haul_item *rows = xreallocarray(NULL, frame.row_count + 1, sizeof(*rows));
    uint8_t *flags = xcalloc(frame.row_count + 1, sizeof(*flags));
    for (size_t i = 0; i < frame.row_count; i++) {
        unsigned bits = 0;
        rows[i] = *found[frame.offset + i];
        if (idset_has(&client->marks, rows[i].id))
            bits |= HAUL_ROW_MARKED;
        if (view->find[0] && matches(&rows[i], view->find))
            bits |= HAUL_ROW_FOUND;
        flags[i] = (uint8_t)bits;
    }
    frame.rows = rows;
    frame.flags = flags;
    frame.marked = client->marks.count;
    totals_count(client);
    frame.totals = client->totals;
    client->events.frame(client->events.ctx, &frame);
    free(flags);
    free(rows);
    free(found);
}

/* ---- answers ---- */

static void calls_log(struct haul_client *client, const char *format, ...) HAUL_PRINTF(2, 3);
static void calls_log(struct haul_client *client, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (!strbuf_puts(&client->log, line) || !strbuf_puts(&client->log, "\n"))
        abort();
}

/* A call is logged when the screen has been told what came of it, so that a test that sees it may
 * go on. */
static void log_write(struct haul_client *client)
{
    const char *path = getenv("HAUL_FAKE_LOG");
    FILE *file = path && client->log.len > 0 ? fopen(path, "ae") : NULL;
    if (file) {
        fputs(client->log.data, file);
        fclose(file);
    }
    strbuf_clear(&client->log);
}

static uint64_t ticks_now = 1000000;

/* The seconds before the one that stands still: the rate goes up, falls and stalls once. */
static void history_send(struct haul_client *client)
{
    struct haul_totals now = client->totals;
    for (uint64_t second = 0; second < HISTORY_SECONDS; second++) {
        uint64_t part = second < 300 ? second : 300 - second % 7 * 20;
        client->totals.rate = second > 950 && second < 980 ? 0 : now.rate * part / 300;
        frame_send(client);
        ticks_now += 1000;
    }
    client->totals = now;
}

#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* The first item has all that there can be; of the others what most have. */
static struct haul_detail *detail_make(struct haul_client *client, uint64_t id)
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

#define LOG_DONE  24 /* lines of items that were complete, before the others */
#define LOG_LINES (LOG_DONE + 6)

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
static size_t log_make(const struct answer *answer, struct haul_log_line lines[LOG_LINES])
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
    for (size_t i = 0; is_hard_wanted() && i < count; i++) {
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
static void hosts_send(struct haul_client *client)
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

static void answer_give(struct haul_client *client, struct answer *answer)
{
    struct haul_reply reply = {.err = answer->failed ? &answer->err : NULL,
                               .count = answer->count,
                               .id = answer->found,
                               .index = answer->index,
                               .ids = answer->ids,
                               .id_count = answer->id_count};
    struct haul_settings settings;
    struct haul_item *items = xcalloc(answer->item_count + 1, sizeof(*items));
    reply.item_count = 0;
    for (size_t i = 0; i < answer->item_count; i++) {
        const struct haul_item *item = item_find(client, answer->item_ids[i]);

        if (item)
            items[reply.item_count++] = *item;
    }
    reply.items = items;
    if (answer->settings) {
        settings = (struct haul_settings){.jobs = client->totals.jobs,
                                          .limit = client->totals.limit,
                                          .per_host = client->per_host};
        reply.settings = &settings;
    }
    struct haul_log_line lines[LOG_LINES];
    if (answer->log_pushed && client->events.log)
        client->events.log(client->events.ctx, lines,
                           client->count > 0 ? log_make(answer, lines) : 0);
    if (answer->log) {
        reply.log_count = log_make(answer, lines);
        reply.log = lines;
        reply.log_last = LOG_LINES;
    }
    reply.action = HAUL_REMOVE;
    if (answer->show != 0)
        reply.detail = detail_make(client, answer->show);
    reply.known = answer->known;
    reply.known_count = answer->known_count;
    reply.had = answer->had;
    reply.had_count = answer->had_count;
    if (answer->probed.name)
        reply.probed = &answer->probed;
    if (answer->callback)
        answer->callback(answer->ctx, &reply);
    if (answer->hosts_pushed)
        hosts_send(client);
    free(items);
    free(answer->ids);
    free(answer->item_ids);
    free(answer->known);
    for (size_t i = 0; i < answer->had_count; i++)
        free(answer->had[i].path);
    free(answer->had);
    free(answer->probed.name);
    free(answer);
}

/* "away": it is tried again in 12 s, "away-asks": only when it is asked for. */
static void drop_line(struct haul_client *client)
{
    bool asks = strcmp(getenv("HAUL_FAKE"), "away-asks") == 0;
    struct haul_error err;
    struct haul_away away = {.err = &err, .tries = 2, .next_at = asks ? 0 : NOW + 12000};
    client->watching = false;
    haul_fail(&err, HAUL_E_DAEMON_LOST, "%s",
              asks ? "box wants to ask, and ssh can't do so here: use ssh-add, or quit and start "
                     "again"
                   : "can't reach box: ssh: connect to host box port 22: Connection refused");
    client->events.away(client->events.ctx, &away);
}

static void on_timer(uv_timer_t *timer)
{
    struct haul_client *client = timer->data;
    struct haul_hello hello = {.session = "default", .host = "box", .pid = 1};
    if (!client->said_ready) {
        client->said_ready = true;
        client->events.ready(client->events.ctx, &hello);
    }
    while (client->first && !uv_is_closing((uv_handle_t *)timer)) {
        struct answer *answer = client->first;
        client->first = answer->next;
        if (!client->first)
            client->last = &client->first;
        answer_give(client, answer);
    }
    if (client->watching && client->dirty && !uv_is_closing((uv_handle_t *)timer)) {
        client->dirty = false;
        if (is_wide_wanted() && ticks_now < HISTORY_SECONDS * 1000)
            history_send(client);
        frame_send(client);
        if (is_away_wanted())
            drop_line(client);
    }
    log_write(client);
}

static struct answer *answer_later(struct haul_client *client, haul_reply_cb *callback, void *ctx)
{
    struct answer *answer = xcalloc(1, sizeof(*answer));
    answer->callback = callback;
    answer->ctx = ctx;
    *client->last = answer;
    client->last = &answer->next;
    client->dirty = true;
    uv_timer_start(&client->timer, on_timer, 1, 0);
    return answer;
}

/* ---- the contract ---- */

enum haul_err haul_client_open(struct haul_loop *loop, const struct haul_place *place, bool start,
                               const struct haul_client_events *events,
                               struct haul_client **ret_client, struct haul_error *err)
{
    (void)place;
    (void)start;
    (void)err;
    struct haul_client *client = xcalloc(1, sizeof(*client));
    client->events = *events;
    client->last = &client->first;
    client->items = xcalloc(ITEM_MAX + 1000, sizeof(*client->items));
    client->next_id = 1;
    client->per_host = 16;
    strbuf_init(&client->log, (size_t)1 << 20);
    fill(client);
    uv_timer_init(loop_uv(loop), &client->timer);
    client->timer.data = client;
    uv_timer_start(&client->timer, on_timer, 1, 0);
    *ret_client = client;
    return HAUL_OK;
}

static void on_closed(uv_handle_t *handle)
{
    struct haul_client *client = handle->data;
    for (size_t i = 0; i < client->count; i++)
        haul_item_fini(&client->items[i]);
    strbuf_fini(&client->log);
    idset_clear(&client->marks);
    free(client->items);
    free((char *)(uintptr_t)client->hosts.search);
    free((char *)(uintptr_t)client->hosts.follow);
    free(client);
}

void haul_client_close(struct haul_client *client)
{
    if (!client)
        return;
    uv_close((uv_handle_t *)&client->timer, on_closed);
    while (client->first) {
        struct answer *answer = client->first;
        client->first = answer->next;
        answer->failed = true;
        answer->show = 0;
        haul_fail(&answer->err, HAUL_E_CANCELLED, "closed");
        answer_give(client, answer);
    }
}

void haul_client_try(struct haul_client *client)
{
    calls_log(client, "try");
    log_write(client);
}

void haul_client_add(struct haul_client *client, const struct haul_request *requests, size_t count,
                     haul_reply_cb *reply, void *ctx)
{
    struct answer *answer = answer_later(client, reply, ctx);
    answer->ids = xreallocarray(NULL, count + 1, sizeof(*answer->ids));
    for (size_t i = 0; i < count && client->count < ITEM_MAX; i++) {
        size_t len;
        char *raw = url_last_segment(requests[i].url, &len);
        char *name = text_clean_dup((struct text_raw){raw, len}, 4096);
        answer->ids[answer->id_count++] = client->next_id;
        item_add(client, HAUL_QUEUED, name, 0, -1);
        free(name);
        free(raw);
    }
    calls_log(client, "add %zu first %s into %s", count, requests[0].url, requests[0].options->dir);
    for (size_t i = 0; i < MIN(count, (size_t)10); i++) {
        const struct haul_options *options = requests[i].options;
        if (!haul_options_plain(options) || options->cookies.count > 0 || options->connections != 4)
            calls_log(client, "  %s %s, %zu cookies, %zu headers, %llu connections",
                      haul_options_method(options), requests[i].url, options->cookies.count,
                      options->headers.count, (unsigned long long)options->connections);
    }
}

void haul_client_add_new(struct haul_client *client, const struct haul_request *requests,
                         size_t count, haul_reply_cb *reply, void *ctx)
{
    haul_client_add(client, requests, count, reply, ctx);
}

void haul_client_change(struct haul_client *client, uint64_t id, const char *url,
                        const struct haul_options *given, haul_reply_cb *reply, void *ctx)
{
    struct haul_item *item = item_find(client, id);
    (void)answer_later(client, reply, ctx);
    if (item) {
        item->state = HAUL_QUEUED;
        item->version = ++client->version;
        item_note(item, HAUL_OK, 0, "");
    }
    calls_log(client, "change %llu to %s with %zu cookies", (unsigned long long)id, url,
              given ? given->cookies.count : 0);
}

static bool gives_priority(const struct haul_options *given)
{
    return haul_option_given(haul_option_find("priority"), given);
}

/* What is selected is only counted. */
void haul_client_change_all(struct haul_client *client, const struct haul_options *given,
                            const uint64_t *ids, size_t count, haul_reply_cb *reply, void *ctx)
{
    struct haul_item *item = count == 1 ? item_find(client, ids[0]) : NULL;
    bool marked = count == HAUL_MARKED;
    uint64_t which = marked ? client->marks.count : ids[0];
    char value[32];
    if (gives_priority(given))
        snprintf(value, sizeof(value), "%s", haul_priority_name(given->priority));
    else
        snprintf(value, sizeof(value), "%" PRIu64, given->item_limit);
    if (item && gives_priority(given)) {
        item->priority = given->priority;
        item->version = ++client->version;
    }
    calls_log(client, "%s of %" PRIu64 "%s %s", gives_priority(given) ? "priority" : "limit", which,
              marked ? " selected" : "", value);
    answer_later(client, reply, ctx)->count = marked ? client->marks.count : count;
}

static char *name_in(const char *url)
{
    size_t len;
    char *raw = url_last_segment(url, &len);
    if (is_hard_wanted()) {
        size_t nth = raw ? strtoul(raw, NULL, 10) : 0;
        free(raw);
        return hard_name(nth);
    }
    char *name = text_clean_dup((struct text_raw){raw, len}, 4096);
    free(raw);
    return name;
}

static bool know_link(const struct haul_client *client, const char *url,
                      struct haul_known_link *known)
{
    char *name = name_in(url);
    for (size_t i = 0; i < client->count; i++) {
        const struct haul_item *item = &client->items[i];
        if (strcmp(item->url, url) == 0) {
            known->id = item->id;
            known->state = item->state;
            known->finished_at = item->finished_at;
        }
        if (item->err == HAUL_E_EXPIRED && strcmp(item->name, name) == 0)
            known->heals = item->id;
    }
    free(name);
    return known->id != 0 || known->heals != 0;
}

/* "kept" files were fetched before. */
static void know_files(struct answer *answer, const char *const *urls, size_t count)
{
    answer->had = xcalloc(count + 1, sizeof(*answer->had));
    for (size_t i = 0; i < count; i++) {
        char *name = name_in(urls[i]);
        if (strncmp(name, "kept", 4) == 0)
            answer->had[answer->had_count++] = (struct haul_had_link){
                .index = i, .path = xasprintf("/home/user/Downloads/%s", name), .size = 20000};
        free(name);
    }
}

void haul_client_known(struct haul_client *client, const char *const *urls, size_t count,
                       haul_reply_cb *reply, void *ctx)
{
    struct answer *answer = answer_later(client, reply, ctx);
    know_files(answer, urls, count);
    answer->known = xcalloc(count + 1, sizeof(*answer->known));
    for (size_t i = 0; i < count && client->count < 1000; i++) {
        struct haul_known_link known = {.index = i};
        if (know_link(client, urls[i], &known))
            answer->known[answer->known_count++] = known;
    }
}

/* As many bytes as the link's letters say; those of "mute" files are not told, "gone" ones not
 * there. */
void haul_client_probe(struct haul_client *client, const struct haul_request *request,
                       haul_reply_cb *reply, void *ctx)
{
    struct answer *answer = answer_later(client, reply, ctx);
    char *name = name_in(request->url);
    if (strstr(name, "gone")) {
        answer->failed = true;
        haul_fail(&answer->err, HAUL_E_HTTP, "404 from example.org: not found");
        answer->err.http_status = 404;
        free(name);
        return;
    }
    answer->probed.size = strstr(name, "mute") ? -1
                          : is_hard_wanted()
                              ? 5 * (int64_t)MIB
                              : (int64_t)(strlen(request->url) * strlen(name)) * 70001;
    answer->probed.name = name;
}

void haul_client_unprobe(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    (void)answer_later(client, reply, ctx);
}

void haul_client_list(struct haul_client *client, const struct haul_view *view,
                      haul_reply_cb *reply, void *ctx)
{
    size_t count;
    struct answer *answer = answer_later(client, reply, ctx);
    const struct haul_item **found = select_items(client, view, &count);
    answer->item_ids = xreallocarray(NULL, count + 1, sizeof(*answer->item_ids));
    answer->item_count = count;
    for (size_t i = 0; i < count; i++)
        answer->item_ids[i] = found[i]->id;
    free(found);
}

void haul_client_show(struct haul_client *client, uint64_t id, bool secrets, haul_reply_cb *reply,
                      void *ctx)
{
    (void)secrets;
    answer_later(client, reply, ctx)->show = id;
}

static void item_act(struct haul_client *client, enum haul_action action, uint64_t id)
{
    static const enum haul_state become[HAUL_ACTION_COUNT] = {
        [HAUL_PAUSE] = HAUL_PAUSED,
        [HAUL_RESUME] = HAUL_QUEUED,
        [HAUL_CANCEL] = HAUL_CANCELLED,
        [HAUL_RETRY] = HAUL_QUEUED,
    };
    struct haul_item *item = item_find(client, id);
    if (!item)
        return;
    if (action != HAUL_REMOVE) {
        item->state = become[action];
        item->phase = HAUL_PHASE_NONE;
        item->version = ++client->version;
        return;
    }
    size_t at = (size_t)(item - client->items);
    idset_drop(&client->marks, id);
    haul_item_fini(item);
    memmove(item, item + 1, (client->count - at - 1) * sizeof(*item));
    client->count--;
}

void haul_client_act(struct haul_client *client, enum haul_action action, const uint64_t *ids,
                     size_t count, haul_reply_cb *reply, void *ctx)
{
    uint64_t done = 0;
    if (count == HAUL_MARKED) {
        uint64_t *marked = idset_list(&client->marks);
        count = client->marks.count;
        if (count > 0)
            haul_client_act(client, action, marked, count, reply, ctx);
        else
            answer_later(client, reply, ctx);
        free(marked);
        return;
    }
    if (count == 0)
        calls_log(client, "%s all", haul_action_name(action));
    for (size_t i = 0; count == 0 && i < client->count; i++) {
        if (!haul_state_is_final(client->items[i].state) && client->items[i].state != HAUL_PAUSED) {
            item_act(client, action, client->items[i].id);
            done++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct haul_item *item = item_find(client, ids[i]);
        bool fits = item && !(action == HAUL_PAUSE && haul_state_is_final(item->state));
        calls_log(client, "%s %" PRIu64, haul_action_name(action), ids[i]);
        if (fits)
            item_act(client, action, ids[i]);
        done += fits ? 1 : 0;
    }
    answer_later(client, reply, ctx)->count = done;
}

void haul_client_move(struct haul_client *client, enum haul_move how, uint64_t position,
                      const uint64_t *ids, size_t count, haul_reply_cb *reply, void *ctx)
{
    if (count == HAUL_MARKED) {
        calls_log(client, "move %s %zu selected", haul_move_name(how), client->marks.count);
        answer_later(client, reply, ctx);
        return;
    }
    struct haul_item *item = item_find(client, ids[0]);
    ptrdiff_t step = how == HAUL_MOVE_UP || how == HAUL_MOVE_TOP ? -1 : 1;
    bool far = how == HAUL_MOVE_TOP || how == HAUL_MOVE_BOTTOM;
    (void)position;
    do {
        struct haul_item *other = item + step;
        if (!item || other < client->items || other >= client->items + client->count)
            break;
        struct haul_item moved = *item;
        *item = *other;
        *other = moved;
        item = other;
    } while (far);
    calls_log(client, "move %s %" PRIu64, haul_move_name(how), ids[0]);
    answer_later(client, reply, ctx)->count = count;
}

void haul_client_undo(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    calls_log(client, "undo");
    answer_later(client, reply, ctx)->count = 1;
}

void haul_client_log(struct haul_client *client, uint64_t after, enum haul_log_level level,
                     uint32_t lines, haul_reply_cb *reply, void *ctx)
{
    struct answer *answer = answer_later(client, reply, ctx);
    (void)lines;
    answer->log_after = after;
    answer->log_level = level;
    answer->log = true;
}

void haul_client_watch_log(struct haul_client *client, uint64_t after, enum haul_log_level level,
                           uint32_t lines, haul_reply_cb *reply, void *ctx)
{
    struct answer *answer = answer_later(client, reply, ctx);
    (void)lines;
    answer->log_after = after;
    answer->log_level = level;
    answer->log_pushed = true;
}

void haul_client_unwatch_log(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    (void)answer_later(client, reply, ctx);
}

void haul_client_set(struct haul_client *client, const struct haul_settings *settings,
                     haul_reply_cb *reply, void *ctx)
{
    if (haul_option_given(haul_option_find("jobs"), settings))
        client->totals.jobs = (uint32_t)settings->jobs;
    if (haul_option_given(haul_option_find("limit"), settings) && !client->totals.limit_scheduled)
        client->totals.limit = settings->limit;
    if (haul_option_given(haul_option_find("per-host"), settings)) {
        client->per_host = settings->per_host;
        calls_log(client, "set per-host %" PRIu64, client->per_host);
        struct answer *answer = answer_later(client, reply, ctx);
        answer->settings = true;
        answer->hosts_pushed = client->hosts.search != NULL;
        return;
    }
    calls_log(client, "set jobs %u limit %" PRIu64, client->totals.jobs, client->totals.limit);
    answer_later(client, reply, ctx)->settings = true;
}

void haul_client_settings(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    answer_later(client, reply, ctx)->settings = true;
}

void haul_client_wait(struct haul_client *client, const uint64_t *ids, size_t count,
                      haul_reply_cb *reply, void *ctx)
{
    (void)ids;
    (void)count;
    answer_later(client, reply, ctx);
}

void haul_client_stop(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    calls_log(client, "stop");
    answer_later(client, reply, ctx);
}

void haul_client_watch(struct haul_client *client, const struct haul_view *view,
                       haul_reply_cb *reply, void *ctx)
{
    client->watching = view != NULL;
    if (view) {
        str_copy(client->filter, sizeof(client->filter), view->filter ? view->filter : "");
        str_copy(client->find, sizeof(client->find), view->find ? view->find : "");
        client->view = *view;
        client->view.filter = client->filter;
        client->view.find = client->find;
    }
    answer_later(client, reply, ctx);
}

void haul_client_watch_hosts(struct haul_client *client, const struct haul_hosts_view *view,
                             haul_reply_cb *reply, void *ctx)
{
    struct answer *answer = answer_later(client, reply, ctx);
    if (!view)
        return;
    free((char *)(uintptr_t)client->hosts.search);
    free((char *)(uintptr_t)client->hosts.follow);
    client->hosts = *view;
    client->hosts.search = xstrdup(view->search);
    client->hosts.follow = xstrdup(view->follow);
    answer->hosts_pushed = true;
}

void haul_client_mark(struct haul_client *client, enum haul_mark how,
                      const struct haul_range *range, haul_reply_cb *reply, void *ctx)
{
    size_t count;
    const struct haul_item **found = select_items(client, &client->view, &count);
    bool within = range->first == 0;
    if (how == HAUL_MARK_NONE)
        idset_clear(&client->marks);
    for (size_t i = 0; i < count && how != HAUL_MARK_NONE; i++) {
        uint64_t id = found[i]->id;
        bool edge = id == range->first || id == range->last;
        bool meant = within || edge;
        if (edge && range->first != range->last)
            within = !within;
        if (meant && how == HAUL_MARK_TURN && idset_has(&client->marks, id))
            idset_drop(&client->marks, id);
        else if (meant)
            idset_add(&client->marks, id);
    }
    free(found);
    answer_later(client, reply, ctx)->count = client->marks.count;
}

void haul_client_find(struct haul_client *client, uint64_t from, bool here, bool backwards,
                      haul_reply_cb *reply, void *ctx)
{
    size_t count;
    size_t start = 0;
    struct answer *answer = answer_later(client, reply, ctx);
    const struct haul_item **found = select_items(client, &client->view, &count);
    while (from != 0 && start < count && found[start]->id != from)
        start++;
    for (size_t step = here ? 0 : 1; count > 0 && step <= count && answer->found == 0; step++) {
        size_t at = (start + (backwards ? count - step % count : step)) % count;
        if (matches(found[at], client->find)) {
            answer->found = found[at]->id;
            answer->index = at;
        }
    }
    free(found);
}

char *haul_item_json(const struct haul_item *item)
{
    return xasprintf("%" PRIu64, item->id);
}

/* ---- the program ---- */

static uint64_t still_ticks(void *ctx)
{
    (void)ctx;
    return ticks_now;
}

static int64_t still_wall(void *ctx)
{
    (void)ctx;
    return NOW;
}

static uint64_t still_chance(void *ctx)
{
    (void)ctx;
    return 4;
}

int main(void)
{
    static const struct clock still = {
        .ticks = still_ticks, .wall = still_wall, .chance = still_chance};
    struct haul_options *options = haul_options_new();
    xstrset(&options->dir, "/home/user/Downloads");
    struct option_set set;
    option_set_init(&set);
    struct config *config = NULL;
    struct haul_error err;
    if (config_environment(&set, &err) != HAUL_OK ||
        (getenv("HAUL_FAKE_CONFIG") &&
         config_load(getenv("HAUL_FAKE_CONFIG"), &config, &err) != HAUL_OK)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (!haul_option_given(haul_option_find("ui-rate"), &set.run))
        set.run.ui_rate = 0; /* no bound */
    struct ui_start start = {.run = &set.run,
                             .session = "default",
                             .host = is_away_wanted() ? "me@box" : NULL,
                             .options = options,
                             .config = config,
                             .only_watch = getenv("HAUL_FAKE_WATCH") != NULL &&
                                           getenv("HAUL_FAKE_WATCH")[0] != '\0',
                             .history_path = getenv("HAUL_FAKE_HISTORY"),
                             .log_path = getenv("HAUL_FAKE_STDERR"),
                             .clock = &still};
    int status = ui_main(&start);
    option_set_fini(&set);
    config_free(config);
    haul_options_unref(options);
    return status;
}
