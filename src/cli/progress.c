/* Progress of `get` on standard error.
 *
 * Lines about events are never lost to a slow reader, only late; live lines are drawn only when
 * everything before them is out. The live lines stand at the bottom and the cursor always rests at
 * the start of the line below them, so that an abrupt end leaves a clean prompt. Text is built in
 * progress_line.c.
 */
#include "cli/progress.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/outlet.h"
#include "cli/progress_line.h"

#define JSON_PROGRESS_TICKS 5 /* a JSON line for an active item once a second */

struct live {
    uint64_t id;
    uint64_t version; /* when it was last told */
};

struct progress {
    enum run_progress mode;
    bool quiet;
    bool verbose;
    bool utf8;
    bool late; /* the reader has not yet taken what it was given */
    struct outlet out;
    size_t drawn; /* live lines on the screen */
    struct live *live;
    size_t live_count;
    size_t live_size;
    unsigned ticks;
};

static enum run_progress choose_mode(enum run_progress wanted)
{
    const char *term = getenv("TERM");
    bool can_draw = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;

    if (wanted == RUN_PROGRESS_AUTO || (wanted == RUN_PROGRESS_BAR && !can_draw))
        return can_draw ? RUN_PROGRESS_BAR : RUN_PROGRESS_PLAIN;
    return wanted;
}

struct progress *progress_new(const struct run_options *run)
{
    struct progress *progress = xcalloc(1, sizeof(*progress));

    progress->mode = choose_mode(run->progress);
    progress->quiet = run->quiet;
    progress->verbose = run->verbose;
    progress->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (progress->quiet && progress->mode == RUN_PROGRESS_BAR)
        progress->mode = RUN_PROGRESS_PLAIN;
    outlet_init(&progress->out, STDERR_FILENO);
    return progress;
}

/* Puts the cursor at the start of the live lines, to draw over them. */
static void go_back(struct progress *progress)
{
    if (progress->drawn > 0)
        (void)!strbuf_printf(outlet_text(&progress->out), "\033[%zuA\r", progress->drawn);
    progress->drawn = 0;
}

/* Takes the live lines off the screen, so that lasting ones can stand there. */
static void wipe(struct progress *progress)
{
    if (progress->drawn == 0)
        return;
    go_back(progress);
    (void)!strbuf_puts(outlet_text(&progress->out), "\033[J");
}

static void live_add(struct progress *progress, uint64_t id)
{
    progress->live = array_reserve(progress->live, progress->live_count, &progress->live_size,
                                   sizeof(*progress->live));
    progress->live[progress->live_count++] = (struct live){.id = id};
}

static void live_remove(struct progress *progress, uint64_t id)
{
    for (size_t i = 0; i < progress->live_count; i++) {
        if (progress->live[i].id != id)
            continue;
        progress->live_count--;
        memmove(&progress->live[i], &progress->live[i + 1],
                (progress->live_count - i) * sizeof(*progress->live));
        return;
    }
}

/* Follows which items are active. */
static void track(struct progress *progress, uint64_t id, enum haul_happening what)
{
    if (what == HAUL_ITEM_STARTED)
        live_add(progress, id);
    else if (what != HAUL_ITEM_NAMED && what != HAUL_ITEM_NOTED && what != HAUL_ITEM_ADDED)
        live_remove(progress, id);
}

/* True when the chosen mode tells of it. */
static bool is_told(const struct progress *progress, enum haul_happening what)
{
    if (progress->mode == RUN_PROGRESS_NONE)
        return false;
    if (what == HAUL_ITEM_FAILED)
        return true;
    if (progress->quiet)
        return false;
    if (progress->mode == RUN_PROGRESS_JSON)
        return progress_line_event(what) != NULL;
    if (what == HAUL_ITEM_STARTED || what == HAUL_ITEM_NAMED)
        return progress->verbose;
    return what == HAUL_ITEM_DONE || what == HAUL_ITEM_RETRY || what == HAUL_ITEM_NOTED;
}

void progress_event(struct progress *progress, const struct haul_engine *engine, uint64_t id,
                    enum haul_happening what)
{
    struct strbuf *text = outlet_text(&progress->out);
    struct haul_item item;

    track(progress, id, what);
    if (!is_told(progress, what) || !haul_engine_item(engine, id, &item))
        return;
    wipe(progress);
    if (progress->mode == RUN_PROGRESS_JSON)
        progress_line_json(text, progress_line_event(what), &item);
    else
        progress_line_plain(text, what, &item, clock_wall(&clock_system));
    haul_item_fini(&item);
}

static void draw_item(struct progress *progress, const struct haul_engine *engine, uint64_t id,
                      const struct progress_style *style)
{
    struct strbuf *text = outlet_text(&progress->out);
    struct haul_item item;

    if (!haul_engine_item(engine, id, &item))
        return;
    progress_line_bar(text, &item, style);
    (void)!strbuf_puts(text, "\033[K\n");
    progress->drawn++;
    haul_item_fini(&item);
}

/* One live line for each active item, in a quarter of the screen at most, and one for all. */
static void draw(struct progress *progress, const struct haul_engine *engine,
                 const struct outcome *outcome)
{
    struct strbuf *text = outlet_text(&progress->out);
    struct progress_style style = {.columns = 80, .utf8 = progress->utf8};
    struct haul_totals totals;
    struct winsize size;
    size_t lines = 6;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        style.columns = size.ws_col;
        lines = MAX(size.ws_row / 4, 1);
    }
    go_back(progress);
    for (size_t i = 0; i < MIN(progress->live_count, lines); i++)
        draw_item(progress, engine, progress->live[i].id, &style);
    haul_engine_totals(engine, &totals);
    progress_line_total(text, &totals, outcome, &style);
    (void)!strbuf_puts(text, "\033[K\n\033[J");
    progress->drawn++;
}

/* A line for each active item that moved. */
static void tell_json(struct progress *progress, const struct haul_engine *engine)
{
    for (size_t i = 0; i < progress->live_count; i++) {
        struct live *live = &progress->live[i];
        struct haul_item item;

        if (!haul_engine_item(engine, live->id, &item))
            continue;
        if (item.version != live->version)
            progress_line_json(outlet_text(&progress->out), "progress", &item);
        live->version = item.version;
        haul_item_fini(&item);
    }
}

void progress_tick(struct progress *progress, const struct haul_engine *engine,
                   const struct outcome *outcome)
{
    if (progress->late && !outlet_flush(&progress->out))
        return;
    if (progress->mode == RUN_PROGRESS_BAR)
        draw(progress, engine, outcome);
    else if (progress->mode == RUN_PROGRESS_JSON && !progress->quiet &&
             ++progress->ticks % JSON_PROGRESS_TICKS == 0)
        tell_json(progress, engine);
    progress->late = !outlet_flush(&progress->out);
}

void progress_say(struct progress *progress, const char *sentence)
{
    if (progress->mode == RUN_PROGRESS_JSON || progress->mode == RUN_PROGRESS_NONE)
        return;
    wipe(progress);
    (void)!strbuf_printf(outlet_text(&progress->out), "haul: %s\n", sentence);
    progress->late = !outlet_flush(&progress->out);
}

void progress_trouble(struct progress *progress, const struct haul_error *err)
{
    if (progress->mode == RUN_PROGRESS_JSON)
        progress_line_trouble_json(outlet_text(&progress->out), err);
    else
        progress_say(progress, err->text);
}

void progress_free(struct progress *progress)
{
    wipe(progress);
    outlet_finish(&progress->out);
    free(progress->live);
    free(progress);
}

void progress_finish(struct progress *progress, const struct outcome *outcome)
{
    struct strbuf *text = outlet_text(&progress->out);

    wipe(progress);
    if (progress->mode == RUN_PROGRESS_JSON)
        progress_line_summary_json(text, outcome);
    else if (progress->mode != RUN_PROGRESS_NONE && !progress->quiet && outcome->added > 1)
        progress_line_summary(text, outcome);
    progress_free(progress);
}
