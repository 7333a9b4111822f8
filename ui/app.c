/* The screen's process: it ties terminal, model and screen to one loop, and decides when a frame is
 * painted.
 *
 * A frame is painted when something changed, at most ten times a second, and not while the terminal
 * has no room for it. When nothing happens no timer runs. Nothing here touches a download: this
 * process may end at any moment, and what was told to the daemon goes on. */

#include "ui/app.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/run_options.h"
#include "haul/log.h"
#include "ui/announce.h"
#include "ui/bindings.h"
#include "ui/cells.h"
#include "ui/hyperlink.h"
#include "ui/model.h"
#include "ui/pace.h"
#include "ui/palette.h"
#include "ui/screen.h"
#include "ui/script.h"
#include "ui/starting.h"
#include "ui/term.h"
#include "ui/theme.h"
#include "ui/wire.h"

#define ANNOUNCE_BYTES 1024
#define FRAME_MS       100u  /* between two frames */
#define ECHO_MS        1000u /* in which a change is taken for the effect of a key */
#define RUSH_MS        20u   /* keys that are nearer to each other were not typed */
#define LEAVE_MS       2000u /* for answers that are still open when the user leaves */
#define LINKS_MS       10000u /* for each of those that say that links of the command line are there */

struct app {
    const struct ui_start *start;
    const struct clock *clock;
    struct haul_loop *loop;
    struct term *term;
    struct model *model;
    struct screen *screen;
    struct bindings *bindings;
    struct script *script; /* NULL without one */
    struct theme theme;
    struct palette palette;
    struct cells cells;
    uv_timer_t frame_timer;
    uv_timer_t tick_timer;
    uv_timer_t leave_timer;
    uv_idle_t work;    /* while the screen has something to do in slices */
    uint64_t key_at;   /* loop time of the last key */
    uint64_t frame_at; /* of the last frame, loop time */
    uint64_t user_at;  /* of the last thing a user did */
    bool asked;        /* the next frame is for the user, whatever it costs */
    struct pace pace;
    struct announce announce;
    struct starting starting;
    struct hyperlinks links;
    bool has_links; /* the terminal, and they are wanted */
    bool first_connection;
    bool leaving;
    size_t answered; /* of what the command line named, when that was last waited for */
    int status;
    char last_words[HAUL_ERROR_TEXT]; /* for stderr, once the terminal is given back */
};

static void paint(struct app *app);

/* ---- when to paint ---- */

static void on_frame_timer(uv_timer_t *timer)
{
    struct app *app = timer->data;
    paint(app);
}

static void want_frame(struct app *app)
{
    uv_loop_t *loop = loop_uv(app->loop);
    if (!app->term || app->leaving || uv_is_active((uv_handle_t *)&app->frame_timer))
        return;
    uv_update_time(loop);
    uint64_t now = uv_now(loop);
    uint64_t since = now - app->frame_at;
    uint64_t wait = since < FRAME_MS ? FRAME_MS - since : 0;
    app->asked = app->asked || now - app->user_at < ECHO_MS;
    if (!app->asked)
        wait = MAX(wait, pace_wait(&app->pace, now));
    uv_timer_start(&app->frame_timer, on_frame_timer, wait, 0);
}

/* For what a user did: not later than the next frame, whatever the last one cost. */
static void want_frame_now(struct app *app)
{
    uv_loop_t *loop = loop_uv(app->loop);
    uv_update_time(loop);
    app->user_at = uv_now(loop);
    if (!app->asked)
        uv_timer_stop(&app->frame_timer);
    want_frame(app);
}

static void on_tick_timer(uv_timer_t *timer)
{
    struct app *app = timer->data;
    model_tick(app->model);
    want_frame(app);
}

static void want_tick(struct app *app)
{
    uint64_t in = screen_changes_in(app->screen);
    bool waits = uv_is_active((uv_handle_t *)&app->tick_timer);
    if (in == UINT64_MAX)
        uv_timer_stop(&app->tick_timer);
    else if (!waits || uv_timer_get_due_in(&app->tick_timer) > in)
        uv_timer_start(&app->tick_timer, on_tick_timer, in, 0);
}

static void script_go_on(struct app *app)
{
    if (!app->script || !model_loaded(app->model) || !model_settled(app->model) ||
        uv_is_active((uv_handle_t *)&app->work))
        return;
    if (script_step(app->script)) {
        want_frame(app);
        return;
    }
    script_free(app->script);
    app->script = NULL;
}

static void announce(struct app *app)
{
    struct strbuf bytes;
    if (!model_loaded(app->model))
        return;
    strbuf_init(&bytes, ANNOUNCE_BYTES);
    const struct model_ended *ended = model_ended(app->model);
    struct announce_ended names = {app->cells.ascii ? "" : ended->done,
                                   app->cells.ascii ? "" : ended->failed, ended->between};
    announce_look(&app->announce, model_totals(app->model), &names, app->frame_at,
                  app->cells.sparing, &bytes);
    model_ended_clear(app->model);
    if (bytes.len > 0)
        term_say(app->term, bytes.data);
    strbuf_fini(&bytes);
}

/* They may be longer than all else on a line, so a slow one goes without. */
static void links_begin(struct app *app)
{
    const struct haul_hello *hello = model_hello(app->model);
    hyperlinks_frame(&app->links);
    if (hello)
        str_copy(app->links.host, sizeof(app->links.host), hello->host);
    app->cells.links = app->has_links && !app->cells.sparing ? &app->links : NULL;
}

/* No key is read while a frame is drawn: that time is not the user's. */
static void frame_over(struct app *app)
{
    uv_loop_t *loop = loop_uv(app->loop);
    uv_update_time(loop);
    app->key_at += uv_now(loop) - app->frame_at;
}

static void paint(struct app *app)
{
    int y;
    int x;
    app->frame_at = uv_now(loop_uv(app->loop));
    if (!term_frame_begin(app->term)) {
        pace_refused(&app->pace, app->frame_at);
        return; /* on_drained() comes when there is room again */
    }
    app->cells.sparing = pace_sparing(&app->pace, app->frame_at);
    links_begin(app);
    term_size(app->term, &app->cells.width, &app->cells.height);
    erase();
    screen_paint(app->screen, &app->cells, &y, &x);
    term_cursor(app->term, x >= 0, y, x);
    announce(app);
    uint64_t before = term_figures(app->term)->painted;
    term_frame_end(app->term, clock_ticks(app->clock));
    if (!app->asked)
        pace_spend(&app->pace, app->frame_at, term_figures(app->term)->painted - before);
    app->asked = false;
    frame_over(app);
    want_tick(app);
    script_go_on(app);
}

/* ---- leaving ---- */

static void leave(struct app *app, int status)
{
    app->leaving = true;
    app->status = status;
    if (model_unsure(app->model))
        str_copy(app->last_words, sizeof(app->last_words),
                 "the line dropped before what was added last was answered; look whether it is "
                 "there, with: haul list --host");
    haul_loop_stop(app->loop);
}

static void on_leave_timer(uv_timer_t *timer)
{
    struct app *app = timer->data;
    leave(app, app->status);
}

/* As long as links of a long list are answered, however many they are, so long it is waited. */
static void leave_later(struct app *app)
{
    bool links = !starting_is_over(&app->starting);
    app->answered = starting_answered(&app->starting);
    uv_update_time(loop_uv(app->loop)); /* to send them all takes its time */
    uv_timer_start(&app->leave_timer, on_leave_timer, links ? LINKS_MS : LEAVE_MS, 0);
}

/* The user is done; what was just asked of the daemon is waited for. */
static void on_quit(void *ctx)
{
    struct app *app = ctx;
    while (screen_work(app->screen)) /* links that were accepted are on their way */
        continue;
    starting_hurry(&app->starting);
    if (model_settled(app->model) || app->leaving) {
        leave(app, 0);
        return;
    }
    app->leaving = true;
    leave_later(app);
}

/* ---- what the model tells ---- */

static void on_ready(void *ctx)
{
    struct app *app = ctx;
    const struct ui_start *start = app->start;
    if (!app->term)
        haul_loop_stop(app->loop); /* see connect_first() */
    screen_connected(app->screen);
    if (app->first_connection && start->settings && haul_given_any(&start->settings->given))
        model_set(app->model, start->settings);
    app->first_connection = false;
    starting_go_on(&app->starting);
}

static void on_changed(void *ctx)
{
    struct app *app = ctx;
    if (app->leaving && model_settled(app->model))
        leave(app, app->status);
    else if (app->leaving && starting_answered(&app->starting) != app->answered)
        leave_later(app);
    want_frame(app);
}

static void on_notice(void *ctx, bool bad, const char *text)
{
    struct app *app = ctx;
    screen_notice(app->screen, bad, text);
    want_frame(app);
}

static void on_stopped(void *ctx)
{
    leave(ctx, 0);
}

static void on_lost(void *ctx, const char *sentence, bool ever)
{
    struct app *app = ctx;
    if (app->leaving) {
        leave(app, app->status);
    } else if (!ever && app->first_connection) {
        str_copy(app->last_words, sizeof(app->last_words), sentence);
        leave(app, 1);
    } else {
        screen_lost(app->screen, sentence);
        want_frame(app);
    }
}

/* ---- what the terminal tells ---- */

static void on_script_key(void *ctx, const struct input_key *key)
{
    struct app *app = ctx;
    if (app->leaving)
        return;
    screen_key(app->screen, key);
    want_frame_now(app);
}

static void on_key(void *ctx, const struct input_key *key)
{
    struct app *app = ctx;
    struct input_key timed = *key;
    uint64_t now = uv_now(loop_uv(app->loop));
    timed.rushed = now - app->key_at < RUSH_MS;
    app->key_at = now;
    on_script_key(app, &timed);
}

static void on_mouse(void *ctx, const struct input_mouse *mouse)
{
    struct app *app = ctx;
    if (app->leaving)
        return;
    screen_mouse(app->screen, mouse);
    want_frame_now(app);
}

static void on_paste(void *ctx, const char *bytes, size_t len, bool too_big)
{
    struct app *app = ctx;
    if (app->leaving)
        return;
    screen_paste(app->screen, bytes, len, too_big);
    want_frame_now(app);
}

static void on_pasting(void *ctx)
{
    struct app *app = ctx;
    screen_pasting(app->screen, term_pasting(app->term));
    want_frame_now(app);
}

static void on_drained(void *ctx)
{
    want_frame(ctx);
}

static void on_resized(void *ctx)
{
    struct app *app = ctx;
    announce_again(&app->announce);
    want_frame_now(ctx);
}

/* The downloads go on in the daemon; nobody is left to look at them. Links of the command line that
 * are not there yet are brought there first. */
static void on_gone(void *ctx, bool terminated)
{
    struct app *app = ctx;
    LOG_INFO(ui, terminated ? "asked to end" : "the terminal is gone");
    if (starting_is_over(&app->starting))
        leave(app, 0);
    else
        on_quit(app);
}

/* ---- what the screen asks for ---- */

/* A slice a turn of the loop: keys and frames come in between. */
static void on_work(uv_idle_t *idle)
{
    struct app *app = idle->data;
    if (!screen_work(app->screen))
        uv_idle_stop(idle);
    want_frame(app);
}

static void on_work_wanted(void *ctx)
{
    struct app *app = ctx;
    uv_idle_start(&app->work, on_work);
}

static void on_suspend(void *ctx)
{
    struct app *app = ctx;
    if (app->term)
        term_suspend(app->term);
}

static void on_redraw(void *ctx)
{
    struct app *app = ctx;
    term_redraw(app->term);
}

/* Of the last second that is over: the figures know those in which something was painted. */
static void on_cost(void *ctx, struct log_cost *ret_cost)
{
    const struct app *app = ctx;
    const struct wire_figures *figures = term_figures(app->term);
    bool over = clock_ticks(app->clock) / 1000 != figures->second;
    *ret_cost = (struct log_cost){
        .bytes = over ? figures->second_bytes : figures->last_bytes,
        .frames = over ? figures->second_frames : figures->last_frames,
        .budget = app->pace.rate,
        .sparing = app->cells.sparing,
        .slow = app->cells.sparing && !pace_low(&app->pace),
    };
}

static enum haul_err on_copy(void *ctx, const char *text, size_t len, struct haul_error *err)
{
    struct app *app = ctx;
    return term_copy(app->term, text, len, err);
}

/* ---- start and end ---- */

static bool is_ascii_wanted(void)
{
    const char *wanted = getenv("HAUL_ASCII");
    bool asked = wanted && wanted[0] != '\0' && strcmp(wanted, "0") != 0;
    return asked || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static void timers_open(struct app *app)
{
    uv_loop_t *loop = loop_uv(app->loop);
    uv_timer_t *timers[] = {&app->frame_timer, &app->tick_timer, &app->leave_timer};
    for (size_t i = 0; i < COUNT_OF(timers); i++) {
        uv_timer_init(loop, timers[i]);
        timers[i]->data = app;
    }
    uv_idle_init(loop, &app->work);
    app->work.data = app;
}

static void timers_close(struct app *app)
{
    uv_close((uv_handle_t *)&app->frame_timer, NULL);
    uv_close((uv_handle_t *)&app->tick_timer, NULL);
    uv_close((uv_handle_t *)&app->leave_timer, NULL);
    uv_close((uv_handle_t *)&app->work, NULL);
}

static enum haul_err script_start(struct app *app, struct haul_error *err)
{
    struct input_events events = {.key = on_script_key, .paste = on_paste, .ctx = app};
    const char *path = getenv("HAUL_SCRIPT");
    if (!path || path[0] == '\0')
        return HAUL_OK;
    return script_open(path, &events, &app->script, err);
}

static enum haul_err keys_read(struct app *app, struct haul_error *err)
{
    const struct config *config = app->start->config;
    return config ? bindings_read(app->bindings, config, err) : HAUL_OK;
}

/* Where the locale has the marks. */
static void links_start(struct app *app, const struct announce_terminal *terminal)
{
    wchar_t first = hyperlink_mark(1);
    wchar_t last = hyperlink_mark(HYPERLINKS);
    hyperlinks_init(&app->links);
    app->has_links = announce_links(app->start->run->hyperlinks, terminal) && wcwidth(first) == 0 &&
                     wcwidth(last) == 0;
}

static void run(struct app *app)
{
    term_links(app->term, app->has_links ? &app->links : NULL);
    app->cells.ascii = is_ascii_wanted();
    palette_start(&app->palette, &app->theme);
    term_true_color(app->term, &app->palette.true_color);
    app->cells.palette = &app->palette;
    pace_init(&app->pace, (uint64_t)app->start->run->ui_rate, uv_now(loop_uv(app->loop)));
    model_connect(app->model);
    want_frame_now(app);
    haul_loop_run(app->loop);
}

/* To another machine before the terminal is ours: until then ssh may ask on it for passwords and
 * the like. False: there is no way there, and it was noted why. */
static bool connect_first(struct app *app)
{
    if (!app->start->host)
        return true;
    model_connect(app->model);
    if (!app->leaving)
        haul_loop_run(app->loop);
    return !app->leaving;
}

static void parts_open(struct app *app)
{
    app->clock = app->start->clock ? app->start->clock : &clock_system;
    struct haul_place place = {.session = app->start->session, .host = app->start->host};
    struct model_events from_model = {.ready = on_ready,
                                      .changed = on_changed,
                                      .notice = on_notice,
                                      .stopped = on_stopped,
                                      .lost = on_lost,
                                      .ctx = app};
    struct screen_events from_screen = {.quit = on_quit,
                                        .suspend = on_suspend,
                                        .redraw = on_redraw,
                                        .copy = on_copy,
                                        .work = on_work_wanted,
                                        .cost = on_cost,
                                        .ctx = app};
    app->bindings = bindings_new();
    app->model = model_new(app->loop, &place, app->clock, &from_model);
    if (app->start->only_watch)
        model_only_watch(app->model);
    starting_init(&app->starting, app->model, app->start->links, on_notice, app);
    app->screen = screen_new(app->model, app->bindings, app->start->options, app->start->config,
                             app->start->history_path, &from_screen);
    timers_open(app);
}

static void parts_close(struct app *app)
{
    script_free(app->script);
    model_free(app->model);
    screen_free(app->screen);
    hyperlinks_fini(&app->links);
    bindings_free(app->bindings);
    timers_close(app);
}

static void say_last_words(const struct app *app)
{
    if (app->last_words[0] == '\0')
        return;
    fputs("haul: ", stderr);
    fputs(app->last_words, stderr);
    fputc('\n', stderr);
}

int ui_main(const struct ui_start *start)
{
    struct app app = {.start = start, .first_connection = true};
    struct haul_error err;
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    if (haul_loop_new(&app.loop, &err) != HAUL_OK) {
        str_copy(app.last_words, sizeof(app.last_words), err.text);
        say_last_words(&app);
        return 1;
    }
    parts_open(&app);
    struct announce_terminal terminal = announce_terminal_here();
    announce_init(&app.announce, start->run, &terminal, start->session);
    links_start(&app, &terminal);
    char hello[ANNOUNCE_SIZE];
    char farewell[ANNOUNCE_SIZE];
    announce_farewell(&app.announce, farewell);
    if (app.has_links)
        str_copy(farewell + strlen(farewell), sizeof(farewell) - strlen(farewell), HYPERLINK_END);
    struct term_setup setup = {.log_path = start->log_path,
                               .mouse = start->run->mouse,
                               .hello = announce_hello(&app.announce, hello),
                               .farewell = farewell};
    struct term_events events = {.key = on_key,
                                 .mouse = on_mouse,
                                 .paste = on_paste,
                                 .pasting = on_pasting,
                                 .resized = on_resized,
                                 .drained = on_drained,
                                 .gone = on_gone,
                                 .ctx = &app};
    if (!connect_first(&app)) {
        app.status = 1;
    } else if (theme_load(start->run->theme, &app.theme, &err) == HAUL_OK &&
               keys_read(&app, &err) == HAUL_OK && script_start(&app, &err) == HAUL_OK &&
               term_open(app.loop, &setup, &events, &app.term, &err) == HAUL_OK) {
        run(&app);
        term_close(app.term);
    } else {
        app.status = 1;
        str_copy(app.last_words, sizeof(app.last_words), err.text);
    }
    parts_close(&app);
    haul_loop_free(app.loop);
    say_last_words(&app);
    return app.status;
}
