/* `haul watch`: the screen that changes nothing, or, with --plain, a line for each change.
 *
 * The lines are for pipes and readers, so they are plain text whatever the terminal can do, each
 * written whole and at once. Nobody is woken for it: without a daemon there is nothing to watch. A
 * reader that goes away ends it without a word, as it would end any other filter. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <uthash.h>
#include <uv.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/watch_line.h"
#include "config/args.h"
#include "haul/client.h"

#define INTERVAL_MS 1000

struct seen {
    uint64_t id;
    struct watch_told told;
    UT_hash_handle hh;
};

struct watch {
    const struct args *args;
    struct haul_loop *loop;
    struct haul_client *client;
    struct seen *seen;
    int hangups;      /* an epoll set that is readable when standard output's reader went, or -1 */
    uv_poll_t reader; /* of ->hangups */
    bool ending;      /* all is over; what is still to be told is told first */
    bool over;
    int status;
};

static const struct haul_view everything = {.rows = 1, .changed = true, .interval_ms = INTERVAL_MS};

static void finish(struct watch *watch, int status)
{
    if (watch->over)
        return;
    watch->over = true;
    watch->status = status;
    haul_loop_stop(watch->loop);
}

/* ---- telling ---- */

static struct seen *seen_of(struct watch *watch, uint64_t id)
{
    struct seen *seen;
    HASH_FIND(hh, watch->seen, &id, sizeof(id), seen);
    if (!seen) {
        seen = xcalloc(1, sizeof(*seen));
        seen->id = id;
        HASH_ADD(hh, watch->seen, id, sizeof(seen->id), seen);
    }
    return seen;
}

/* A reader that went away wants nothing more, and no complaint either. */
static void tell(struct watch *watch, const char *line)
{
    if (watch->over || (printf("%s\n", line) >= 0 && fflush(stdout) == 0))
        return;
    finish(watch, errno == EPIPE ? 0 : report_written(1));
}

static void tell_items(struct watch *watch, const struct haul_item *items, size_t count)
{
    int64_t now = clock_wall(&clock_system);
    for (size_t i = 0; i < count; i++) {
        char *line = watch_line(&seen_of(watch, items[i].id)->told, &items[i], now);
        if (line)
            tell(watch, line);
        free(line);
    }
}

/* ---- what the daemon tells ---- */

static void on_frame(void *ctx, const struct haul_frame *frame)
{
    struct watch *watch = ctx;
    tell_items(watch, frame->rows, frame->row_count);
    if (!watch->ending)
        return;
    if (frame->row_count == 0)
        finish(watch, watch->status);
    else
        haul_client_watch(watch->client, &everything, NULL, NULL); /* for what is left */
}

static void failed(struct watch *watch, const struct haul_error *err)
{
    if (err->code != HAUL_E_CANCELLED)
        finish(watch, report_error(err));
}

/* The next frame comes at once. */
static void on_all_over(void *ctx, const struct haul_reply *reply)
{
    struct watch *watch = ctx;
    if (reply->err) {
        failed(watch, reply->err);
        return;
    }
    watch->status = reply->exit_status;
    watch->ending = true;
    haul_client_watch(watch->client, &everything, NULL, NULL);
}

static void on_watching(void *ctx, const struct haul_reply *reply)
{
    if (reply->err)
        failed(ctx, reply->err);
}

/* What moves already; from here on the changes follow. */
static void on_listed(void *ctx, const struct haul_reply *reply)
{
    struct watch *watch = ctx;
    if (reply->err) {
        failed(watch, reply->err);
        return;
    }
    tell_items(watch, reply->items, reply->item_count);
    if (watch->args->run.until_done)
        haul_client_wait(watch->client, NULL, 0, on_all_over, watch);
}

static void on_ready(void *ctx, const struct haul_hello *hello)
{
    struct watch *watch = ctx;
    struct haul_view moving = {.states = 1u << HAUL_ACTIVE | 1u << HAUL_WAITING};
    (void)hello;
    haul_client_watch(watch->client, &everything, on_watching, watch);
    haul_client_list(watch->client, &moving, on_listed, watch);
}

static void on_lost(void *ctx, const struct haul_error *err)
{
    struct watch *watch = ctx;
    if (!watch->over)
        finish(watch, report_error(err));
}

/* ---- the reader ---- */

static void on_reader(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    finish(poll->data, 0);
}

/* A pipe that nobody reads is noticed while there is nothing to write, too. Files can't be watched
 * and don't need to be. The loop would make what it watches non-blocking, for whoever shares it,
 * and lines for a slow reader would be lost: it gets an epoll set, which tells of hang-ups alone.
 */
static void reader_watch(struct watch *watch)
{
    struct epoll_event hangup = {.events = 0};
    watch->hangups = epoll_create1(EPOLL_CLOEXEC);
    if (watch->hangups < 0)
        return;
    if (epoll_ctl(watch->hangups, EPOLL_CTL_ADD, STDOUT_FILENO, &hangup) != 0 ||
        uv_poll_init(loop_uv(watch->loop), &watch->reader, watch->hangups) != 0) {
        close(watch->hangups);
        watch->hangups = -1;
        return;
    }
    watch->reader.data = watch;
    (void)uv_poll_start(&watch->reader, UV_READABLE, on_reader);
}

static void reader_forget(struct watch *watch)
{
    if (watch->hangups < 0)
        return;
    uv_close((uv_handle_t *)&watch->reader, NULL);
    close(watch->hangups);
}

static void seen_free(struct watch *watch)
{
    struct seen *seen;
    struct seen *next;
    HASH_ITER(hh, watch->seen, seen, next)
    {
        HASH_DEL(watch->seen, seen);
        free(seen);
    }
}

static int watch_plain(const struct args *args)
{
    struct watch watch = {.args = args};
    struct haul_client_events events = {
        .ready = on_ready, .frame = on_frame, .lost = on_lost, .ctx = &watch};
    struct haul_place place = {.session = args->run.session, .host = args->run.host};
    struct haul_error err;
    signal(SIGPIPE, SIG_IGN);
    if (haul_loop_new(&watch.loop, &err) != HAUL_OK)
        return report_error(&err);
    reader_watch(&watch);
    if (haul_client_open(watch.loop, &place, false, &events, &watch.client, &err) == HAUL_OK) {
        haul_loop_run(watch.loop);
        haul_client_close(watch.client);
    } else {
        on_lost(&watch, &err);
    }
    reader_forget(&watch);
    haul_loop_free(watch.loop);
    seen_free(&watch);
    return watch.status;
}

int watch_run(const struct args *args)
{
    struct haul_error err;
    if (args->run.plain)
        return watch_plain(args);
    if (args->run.until_done) {
        (void)haul_fail(&err, HAUL_E_USAGE, "--until-done goes with --plain");
        return report_usage("watch", &err);
    }
    return args->screen->show(&(struct cli_start){
        .session = args->run.session,
        .host = args->run.host,
        .config = args->config,
        .log_path = args->run.log,
        .run = &args->run,
        .only_watch = true,
    });
}
