/* A session that does what a test says: the client's contract (haul/client.h) without a daemon.
 *
 * Linked with the ui room it makes a program whose screens are the same on every run: numbers and
 * clocks stand still. HAUL_FAKE names the queue it begins with: "empty", "busy", "hostile", "long"
 * (100,000 items), "done" (600 that are complete), "wide" (all that only a large screen has room
 * for), "hard" (to measure, names), "levels" (of priority), "off-hours", "off-until-tomorrow",
 * "off-for-good" (nothing starts, by the schedule), "slow-hours" (which has a limit and one job),
 * "review" (some of what is pasted is there, or has expired), "away" (as "busy", on another
 * machine, to which the line drops after the first frame). Every answer comes later, on the loop,
 * as the contract says. What it is asked to do it does to its items in the plainest way, and logs
 * it to $HAUL_FAKE_LOG, one line a call. With HAUL_FAKE_END the process is asked to end, in that
 * turn of its loop. HAUL_FAKE_HOST names the other machine that all of it is on. */

#include "fake.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "config/config.h"
#include "ui/app.h"

#define HISTORY_SECONDS UINT64_C(1100)

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

/* The oldest answer that waits. */
static struct answer *answer_take(struct haul_client *client)
{
    struct answer *answer = client->first;
    client->first = answer->next;
    if (!client->first)
        client->last = &client->first;
    return answer;
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
        answer_give(client, answer_take(client));
    }
    if (client->watching && client->dirty && !uv_is_closing((uv_handle_t *)timer)) {
        client->dirty = false;
        if (is_wanted("wide") && ticks_now < HISTORY_SECONDS * 1000)
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

/* HAUL_FAKE_END: the turn of the loop in which the process is asked to end. */
static void on_turn(uv_prepare_t *turns)
{
    struct haul_client *client = turns->data;
    if (client->turns_left == 0 || --client->turns_left > 0)
        return;
    calls_log(client, "asked to end");
    log_write(client);
    raise(SIGTERM);
}

static void turns_count(struct haul_client *client, uv_loop_t *loop)
{
    const char *end = getenv("HAUL_FAKE_END");
    client->turns_left = end ? strtoul(end, NULL, 10) : 0;
    client->turns.data = client;
    uv_prepare_init(loop, &client->turns);
    uv_prepare_start(&client->turns, on_turn);
    uv_unref((uv_handle_t *)&client->turns);
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
    turns_count(client, loop_uv(loop));
    client->open_handles = 2;
    uv_timer_start(&client->timer, on_timer, 1, 0);
    *ret_client = client;
    return HAUL_OK;
}

static void on_closed(uv_handle_t *handle)
{
    struct haul_client *client = handle->data;
    if (--client->open_handles > 0)
        return;
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
    uv_close((uv_handle_t *)&client->turns, on_closed);
    while (client->first) {
        struct answer *answer = answer_take(client);
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

static void certificate_log(struct haul_client *client, const struct haul_options *options)
{
    if (options && options->cert)
        calls_log(client, "  certificate %s", options->cert);
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
        certificate_log(client, options);
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
    certificate_log(client, given);
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
    if (is_wanted("hard")) {
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
                          : is_wanted("hard")
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

/* The ids that are meant, newly allocated. */
static uint64_t *named_ids(const struct haul_client *client, const struct haul_named *named,
                           size_t *ret_count)
{
    uint64_t *ids = xcalloc(named->span_count + client->count + 1, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < named->span_count; i++) {
        if (named->spans[i].first == named->spans[i].last)
            ids[count++] = named->spans[i].first;
    }
    for (size_t i = 0; i < client->count; i++) {
        const struct haul_item *item = &client->items[i];
        if (haul_named_has(named, item->id, item->state))
            ids[count++] = item->id;
    }
    *ret_count = count;
    return ids;
}

void haul_client_act_named(struct haul_client *client, enum haul_action action,
                           const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    size_t count;
    uint64_t *ids = named_ids(client, named, &count);
    if (count > 0)
        haul_client_act(client, action, ids, count, reply, ctx);
    else
        answer_later(client, reply, ctx);
    free(ids);
}

void haul_client_move_named(struct haul_client *client, enum haul_move how, uint64_t position,
                            const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    size_t count;
    uint64_t *ids = named_ids(client, named, &count);
    haul_client_move(client, how, position, ids, count, reply, ctx);
    free(ids);
}

void haul_client_change_named(struct haul_client *client, const struct haul_options *given,
                              const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    size_t count;
    uint64_t *ids = named_ids(client, named, &count);
    haul_client_change_all(client, given, ids, count, reply, ctx);
    free(ids);
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
                             .host = is_away_wanted() ? "me@box" : getenv("HAUL_FAKE_HOST"),
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
