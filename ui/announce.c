/* Title, progress and notes.
 *
 * A terminal that does not know a sequence may print it, or take one for another: OSC 9 is a note
 * in some and progress in others. So by default each goes only where it is known to be understood.
 * The title is pushed and popped (XTWINOPS 22 and 23), so that the shell's comes back; where there
 * is no such stack it is at least cleared. All text is clean, and sequences end with ST.
 *
 * A batch is from the first item that has something to do until none has; one that begins and ends
 * between two looks is a batch of its own. */

#include "ui/announce.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

#define TITLE_MS      1000u  /* between two titles */
#define SPARING_MS    10000u /* the same on a slow line */
#define FAILURE_MS    10000u /* between two notes of failures: the batch's end tells how many */
#define TEXT_SIZE     100u
#define NAME_WIDTH    36u /* columns of a name in a note */
#define NAME_SIZE     (4 * NAME_WIDTH + 4)
#define NOTE_SIZE     (NAME_SIZE + 40)
#define BODY_SIZE     (NOTE_SIZE + 20)
#define BUSY          101  /* a percentage that is not known */
#define VTE_KNOWS     8000 /* VTE_VERSION from which on it shows progress */
#define VTE_LINKS     5001 /* from which on it knows links; 0.50.0 could crash over one */
#define KONSOLE_LINKS 201200

/* ---- what is known of terminals ---- */

struct announce_terminal announce_terminal_here(void)
{
    return (struct announce_terminal){.type = getenv("TERM"),
                                      .program = getenv("TERM_PROGRAM"),
                                      .version = getenv("TERM_PROGRAM_VERSION"),
                                      .vte = getenv("VTE_VERSION"),
                                      .windows = getenv("WT_SESSION"),
                                      .conemu = getenv("ConEmuANSI"),
                                      .tmux = getenv("TMUX"),
                                      .sty = getenv("STY"),
                                      .konsole = getenv("KONSOLE_VERSION")};
}

static bool is_set(const char *value)
{
    return value && value[0] != '\0';
}

static bool is_program(const struct announce_terminal *terminal, const char *name)
{
    return terminal->program && strcmp(terminal->program, name) == 0;
}

static bool has_type(const struct announce_terminal *terminal, const char *const *starts,
                     size_t count)
{
    for (size_t i = 0; terminal->type && i < count; i++) {
        if (str_starts(terminal->type, starts[i]))
            return true;
    }
    return false;
}

static bool knows_title(const struct announce_terminal *terminal)
{
    static const char *const types[] = {"xterm", "tmux",    "rxvt",    "alacritty", "foot",
                                        "kitty", "vte",     "wezterm", "gnome",     "konsole",
                                        "st-",   "contour", "putty",   "mintty",    "mlterm"};
    /* The type "screen" is also that of tmux; of GNU screen it is the sequence for something else.
     */
    return has_type(terminal, types, COUNT_OF(types)) ||
           (is_set(terminal->tmux) && has_type(terminal, (const char *const[]){"screen"}, 1));
}

/* What tmux is attached to is not known here, and changes. */
static bool knows_progress(const struct announce_terminal *terminal)
{
    static const char *const types[] = {"xterm-ghostty"};
    if (is_set(terminal->tmux))
        return false;
    if (is_program(terminal, "WezTerm"))
        return terminal->version && strcmp(terminal->version, "2025") > 0;
    return is_set(terminal->windows) || (terminal->conemu && strcmp(terminal->conemu, "ON") == 0) ||
           is_program(terminal, "ghostty") || is_program(terminal, "mintty") ||
           (terminal->vte && strtoul(terminal->vte, NULL, 10) >= VTE_KNOWS) ||
           has_type(terminal, types, COUNT_OF(types));
}

/* "3.4" or more in "3.5a". */
static bool is_version(const char *version, unsigned long major, unsigned long minor)
{
    char *end;
    unsigned long first = version ? strtoul(version, &end, 10) : 0;
    unsigned long second = version && *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
    return first > major || (first == major && second >= minor);
}

static bool is_number(const char *text, unsigned long least)
{
    return text && strtoul(text, NULL, 10) >= least;
}

/* tmux keeps links with its cells, and hands them to terminals that it knows to have them; GNU
 * screen prints some of what it does not know. The names of programs are inherited by what runs in
 * a multiplexer, so they count only outside of one. */
static bool knows_links(const struct announce_terminal *terminal)
{
    static const char *const types[] = {"xterm-kitty", "xterm-ghostty", "foot", "wezterm",
                                        "contour",     "alacritty",     "vte-"};
    static const char *const programs[] = {"WezTerm", "ghostty", "vscode", "mintty", "contour"};
    static const char *const multiplexers[] = {"screen", "tmux"};
    bool known = false;
    if (is_set(terminal->tmux))
        return is_program(terminal, "tmux") && is_version(terminal->version, 3, 4);
    if (is_set(terminal->sty) || has_type(terminal, multiplexers, COUNT_OF(multiplexers)))
        return false;
    for (size_t i = 0; i < COUNT_OF(programs); i++)
        known = known || is_program(terminal, programs[i]);
    return known || has_type(terminal, types, COUNT_OF(types)) || is_set(terminal->windows) ||
           (is_program(terminal, "iTerm.app") && is_version(terminal->version, 3, 1)) ||
           is_number(terminal->vte, VTE_LINKS) || is_number(terminal->konsole, KONSOLE_LINKS);
}

static enum run_notify known_note(const struct announce_terminal *terminal)
{
    static const char *const types[] = {"xterm-kitty", "xterm-ghostty", "foot"};
    static const char *const silent[] = {"dumb"};
    if (!is_set(terminal->tmux) &&
        (is_program(terminal, "iTerm.app") || is_program(terminal, "WezTerm") ||
         is_program(terminal, "ghostty") || has_type(terminal, types, COUNT_OF(types))))
        return RUN_NOTIFY_OSC9;
    return has_type(terminal, silent, COUNT_OF(silent)) ? RUN_NOTIFY_OFF : RUN_NOTIFY_BELL;
}

static bool is_on(enum run_switch wanted, bool known)
{
    return wanted == RUN_ON || (wanted == RUN_AUTO && known);
}

bool announce_links(enum run_switch wanted, const struct announce_terminal *terminal)
{
    return is_on(wanted, knows_links(terminal));
}

void announce_init(struct announce *announce, const struct run_options *run,
                   const struct announce_terminal *terminal, const char *session)
{
    *announce = (struct announce){
        .note = run->notify == RUN_NOTIFY_AUTO ? known_note(terminal) : run->notify,
        .title = is_on(run->title, knows_title(terminal)),
        .progress = is_on(run->tab_progress, knows_progress(terminal)),
        .tmux = is_set(terminal->tmux),
        .session = session,
        .percent = -1,
    };
}

/* ---- sequences ---- */

/* "ESC ] BODY ST", handed through by tmux where it has to be: each ESC in there is doubled. */
static const char *osc(const struct announce *announce, bool through, const char *body, char *buf)
{
    if (through && announce->tmux)
        snprintf(buf, ANNOUNCE_SIZE, "\033Ptmux;\033\033]%.*s\033\033\\\033\\", (int)BODY_SIZE,
                 body);
    else
        snprintf(buf, ANNOUNCE_SIZE, "\033]%.*s\033\\", (int)BODY_SIZE, body);
    return buf;
}

const char *announce_hello(const struct announce *announce, char *buf)
{
    str_copy(buf, ANNOUNCE_SIZE, announce->title ? "\033[22;2t" : "");
    return buf;
}

const char *announce_farewell(const struct announce *announce, char *buf)
{
    char none[ANNOUNCE_SIZE] = "";
    if (announce->progress)
        osc(announce, true, "9;4;0;0", none);
    str_copy(buf, ANNOUNCE_SIZE, announce->title ? "\033]2;\033\\\033[23;2t" : "");
    size_t len = strlen(buf);
    str_copy(buf + len, ANNOUNCE_SIZE - len, none);
    return buf;
}

static void say(struct strbuf *out, const char *bytes)
{
    if (!strbuf_add(out, bytes, strlen(bytes)))
        strbuf_clear(out); /* half a sequence would swallow what comes after it */
}

static void say_note(const struct announce *announce, const char *text, struct strbuf *out)
{
    char body[BODY_SIZE];
    char buf[ANNOUNCE_SIZE];
    switch (announce->note) {
    case RUN_NOTIFY_BELL:
        say(out, "\a");
        break;
    case RUN_NOTIFY_OSC9:
        snprintf(body, sizeof(body), "9;haul: %s", text);
        say(out, osc(announce, true, body, buf));
        break;
    case RUN_NOTIFY_OSC777:
        snprintf(body, sizeof(body), "777;notify;haul;%s", text);
        say(out, osc(announce, true, body, buf));
        break;
    default:
        break;
    }
}

/* ---- what is told ---- */

static uint64_t unfinished(const struct haul_totals *totals)
{
    return totals->counts[HAUL_ACTIVE] + totals->counts[HAUL_QUEUED] + totals->counts[HAUL_WAITING];
}

/* "a.iso done" of one whose name is known, else "3 done". A ";" would end the text for terminals
 * that look for more fields. */
static void note_text(uint64_t count, const char *name, const char *what, char text[NOTE_SIZE])
{
    char cut[NAME_SIZE];
    if (count != 1 || name[0] == '\0') {
        snprintf(text, NOTE_SIZE, "%" PRIu64 " %s", count, what);
        return;
    }
    text_elide(name, NAME_WIDTH, false, cut, sizeof(cut));
    for (char *at = cut; (at = strchr(at, ';')); at++)
        *at = ',';
    snprintf(text, NOTE_SIZE, "%s %s", cut, what);
}

static void look_for_notes(struct announce *announce, const struct haul_totals *totals,
                           const struct announce_ended *names, uint64_t now, struct strbuf *out)
{
    uint64_t left = unfinished(totals);
    uint64_t done =
        totals->counts[HAUL_DONE] - MIN(announce->batch_done, totals->counts[HAUL_DONE]);
    uint64_t failed =
        totals->counts[HAUL_FAILED] - MIN(announce->batch_failed, totals->counts[HAUL_FAILED]);
    bool fewer = left < announce->unfinished || names->between;
    bool failing = fewer && totals->counts[HAUL_FAILED] > announce->failed;
    bool ended = fewer && left == 0 && (totals->counts[HAUL_DONE] > announce->done || failing);
    char text[NOTE_SIZE];
    if (ended && failed > 0 && done > 0)
        snprintf(text, sizeof(text), "%" PRIu64 " done, %" PRIu64 " failed", done, failed);
    else if (ended && failed == 0)
        note_text(done, names->done, "done", text);
    else if (ended || (failing && (!announce->noted || now - announce->noted_at >= FAILURE_MS)))
        note_text(failed, names->failed, "failed", text);
    else
        return;
    announce->noted = failing && !ended;
    announce->noted_at = now;
    say_note(announce, text, out);
}

static void batch_update(struct announce *announce, const struct haul_totals *totals)
{
    uint64_t left = unfinished(totals);
    if (!announce->known || (announce->unfinished == 0 && left > 0)) {
        announce->batch_done = announce->known ? announce->done : totals->counts[HAUL_DONE];
        announce->batch_failed = announce->known ? announce->failed : totals->counts[HAUL_FAILED];
    }
    if (left == 0)
        announce->batch_received = totals->received; /* the next one begins here */
    announce->unfinished = left;
    announce->done = totals->counts[HAUL_DONE];
    announce->failed = totals->counts[HAUL_FAILED];
    announce->known = true;
}

/* Of the batch's bytes; -1 when nothing runs, BUSY when sizes are not known. */
static int percentage(const struct announce *announce, const struct haul_totals *totals)
{
    if (totals->counts[HAUL_ACTIVE] == 0)
        return -1;
    if (totals->left < 0)
        return BUSY;
    uint64_t came = totals->received - MIN(announce->batch_received, totals->received);
    uint64_t all = came + (uint64_t)totals->left;
    if (all == 0)
        return 0;
    return (int)(came <= UINT64_MAX / 100 ? came * 100 / all : came / (all / 100));
}

static void title_text(const struct announce *announce, const struct haul_totals *totals,
                       int percent, char text[TEXT_SIZE])
{
    bool plain = strcmp(announce->session, "default") == 0;
    char raw[TEXT_SIZE];
    char rate[FMT_SIZE];
    char part[16] = "";
    if (percent >= 0 && percent < BUSY)
        snprintf(part, sizeof(part), "%d%% ", percent);
    snprintf(raw, sizeof(raw), "%s%s%shaul%s%s", part,
             percent >= 0 ? fmt_rate(totals->rate, rate) : "", percent >= 0 ? " " : "",
             plain ? "" : " ", plain ? "" : announce->session);
    text_clean(text_raw_from(raw), text, TEXT_SIZE);
}

static void show_title(struct announce *announce, const char *text, struct strbuf *out)
{
    char body[BODY_SIZE];
    char buf[ANNOUNCE_SIZE];
    if (!announce->title || strcmp(text, announce->shown) == 0)
        return;
    str_copy(announce->shown, sizeof(announce->shown), text);
    snprintf(body, sizeof(body), "2;%s", text);
    say(out, osc(announce, false, body, buf)); /* tmux has titles of its own */
}

static void show_progress(struct announce *announce, int percent, struct strbuf *out)
{
    char body[32];
    char buf[ANNOUNCE_SIZE];
    if (!announce->progress || percent == announce->percent)
        return;
    announce->percent = percent;
    if (percent < 0)
        str_copy(body, sizeof(body), "9;4;0;0");
    else if (percent == BUSY)
        str_copy(body, sizeof(body), "9;4;3;0");
    else
        snprintf(body, sizeof(body), "9;4;1;%d", percent);
    say(out, osc(announce, true, body, buf));
}

void announce_look(struct announce *announce, const struct haul_totals *totals,
                   const struct announce_ended *ended, uint64_t now, bool sparing,
                   struct strbuf *out)
{
    if (announce->unfinished == 0) {
        announce->batch_done = announce->done;
        announce->batch_failed = announce->failed;
    }
    if (announce->known)
        look_for_notes(announce, totals, ended, now, out);
    batch_update(announce, totals);
    int percent = percentage(announce, totals);
    /* The end is told at once: no frame may come after it. */
    if (announce->shown_at != 0 && percent >= 0 &&
        now - announce->shown_at < (sparing ? SPARING_MS : TITLE_MS))
        return;
    char text[TEXT_SIZE];
    title_text(announce, totals, percent, text);
    announce->shown_at = now;
    show_title(announce, text, out);
    show_progress(announce, percent, out);
}

void announce_again(struct announce *announce)
{
    announce->shown[0] = '\0';
    announce->percent = -1;
    announce->shown_at = 0;
}
