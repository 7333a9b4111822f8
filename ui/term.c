/* The terminal under a loop that is not curses' own.
 *
 * - Input and output go through /dev/tty, opened again and non-blocking: stdin and stdout of a
 *   terminal are one open file, which belongs to the shell too. Curses never reads, and writes to
 *   memory (ui/wire.c): a terminal that takes nothing holds up nothing here.
 * - The modes of the line are ours, since curses no longer sees the line.
 * - The terminal is in raw mode: a control character within a paste must not become a signal.
 * - Sizes are applied when a frame begins, the last one only, however many came.
 * - Whatever ends the process gives the terminal back: term_close(), atexit, or the handler of
 * fatal signals, which writes constant bytes and restores the line's modes, nothing else.
 * - A terminal that is gone is neither read nor written any more. */

#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include "base/fmt.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "haul/log.h"
#include "ui/clipboard.h"
#include "ui/wire.h"

#define READ_BUDGET   4096  /* bytes for one turn of the loop: a huge paste must not hold it */
#define DRAIN_MS      3000  /* for the last bytes to a slow terminal, each time it takes some */
#define ANSWER_MS     1000u /* in which a terminal answers a question, or does not know it */
#define FALLBACK_COLS 80    /* when the terminal does not know its size */
#define FALLBACK_ROWS 24

static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";
static const char sync_ask[] = "\033[?2026$p"; /* DECRQM; answered with CSI ? 2026 ; STATE $ y */
static const char sync_begin[] = "\033[?2026h";
static const char sync_end[] = "\033[?2026l";
static const char mouse_on[] = "\033[?1000h\033[?1006h"; /* presses, with decimal places */
static const char mouse_off[] = "\033[?1006l\033[?1000l";
/* Synchronized output, mouse and pastes off, cursor on, main screen, plain characters. */
static const char give_back[] =
    "\033[?2026l\033[?1006l\033[?1000l\033[?2004l\033[?25h\033[?1049l\033[0m\r\n";

enum { WATCH_SIZE, WATCH_STOP, WATCH_CONTINUE, WATCH_HANGUP, WATCH_TERM, WATCH_INT, WATCH_COUNT };
static const int watched[WATCH_COUNT] = {SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT};
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

struct term {
    struct term_events events;
    struct input input;
    FILE *tty;      /* non-blocking */
    FILE *out;      /* what curses believes to be the terminal */
    SCREEN *screen; /* curses' */
    struct wire wire;
    struct termios modes; /* while the screen is up */
    int saved_stderr;
    bool mouse; /* it is asked to tell of it */
    char *hello;
    size_t said;       /* bytes of this frame by term_say() */
    bool synchronized; /* the terminal said that it knows synchronized output */
    bool answered;
    bool refused; /* a frame, because the one before was not taken yet */
    uint64_t asked_at;
    bool closing;
    bool gone;
    bool cursor_shown;
    uv_poll_t line;
    int watching; /* events of it */
    uv_timer_t patience;
    uv_signal_t signals[WATCH_COUNT];
    unsigned open_handles;
};

/* For the end that nobody planned: a signal handler gets no context. */
static struct {
    volatile sig_atomic_t armed;
    int fd;                           /* non-blocking */
    struct termios modes;             /* of the shell */
    char farewell[TERM_FAREWELL_MAX]; /* what else is to be undone */
    size_t farewell_len;
    struct sigaction before[COUNT_OF(fatal)];
} last_resort;

/* ---- the end that nobody planned ---- */

static void restore_roughly(void)
{
    if (!last_resort.armed)
        return;
    last_resort.armed = 0;
    ssize_t written = write(last_resort.fd, last_resort.farewell, last_resort.farewell_len);
    written = write(last_resort.fd, give_back, sizeof(give_back) - 1);
    (void)written;
    tcsetattr(STDOUT_FILENO, TCSANOW, &last_resort.modes);
}

/* A fault comes again when this returns, and then meets the handler that was there before; a signal
 * that was sent is sent once more. */
static void on_fatal(int signum, siginfo_t *info, void *context)
{
    (void)context;
    restore_roughly();
    for (size_t i = 0; i < COUNT_OF(fatal); i++) {
        if (fatal[i] == signum)
            sigaction(signum, &last_resort.before[i], NULL);
    }
    if (info->si_code <= 0)
        raise(signum);
}

static void last_resort_arm(void)
{
    static bool registered;
    struct sigaction action = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT_OF(fatal); i++)
        sigaction(fatal[i], &action, &last_resort.before[i]);
    if (!registered)
        registered = atexit(restore_roughly) == 0;
    last_resort.armed = 1;
}

static void last_resort_disarm(void)
{
    last_resort.armed = 0;
    for (size_t i = 0; i < COUNT_OF(fatal); i++)
        sigaction(fatal[i], &last_resort.before[i], NULL);
}

/* ---- modes ---- */

static void on_ready(uv_poll_t *handle, int status, int events);

/* Wakes for output only while some is waiting. */
static void watch_line(struct term *term)
{
    int events = UV_READABLE | UV_DISCONNECT;
    if (term->gone || term->closing)
        return;
    if (wire_pending(&term->wire))
        events |= UV_WRITABLE;
    if (events != term->watching)
        uv_poll_start(&term->line, events, on_ready);
    term->watching = events;
}

/* What the terminal is to do for us while we have it. */
static void ask_for_all(struct term *term)
{
    wire_puts(&term->wire, paste_on);
    if (term->mouse)
        wire_puts(&term->wire, mouse_on);
    wire_puts(&term->wire, term->hello);
}

static void enter(struct term *term)
{
    tcsetattr(STDOUT_FILENO, TCSANOW, &term->modes);
    ask_for_all(term);
    last_resort.armed = 1;
    term_redraw(term);
}

/* An answer that is still under way would be typed into the shell. */
static bool answer_due(const struct term *term)
{
    return !term->answered && term->asked_at > 0 &&
           uv_hrtime() / 1000000 - term->asked_at < ANSWER_MS;
}

static void leave(struct term *term)
{
    wire_puts(&term->wire, last_resort.farewell);
    if (term->mouse)
        wire_puts(&term->wire, mouse_off);
    wire_puts(&term->wire, paste_off);
    endwin();
    wire_collect(&term->wire, "", "");
    wire_flush(&term->wire, DRAIN_MS);
    tcsetattr(STDOUT_FILENO, answer_due(term) ? TCSAFLUSH : TCSANOW, &last_resort.modes);
    last_resort.armed = 0;
}

/* Where stderr goes while the screen is up: a line in the middle of it would stay there. */
static void stderr_redirect(struct term *term, const char *log_path)
{
    FILE *log = fopen(log_path ? log_path : "/dev/null", "ae");
    if (!log)
        return;
    fflush(stderr);
    term->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (term->saved_stderr >= 0)
        dup2(fileno(log), STDERR_FILENO);
    fclose(log);
}

static void stderr_restore(struct term *term)
{
    if (term->saved_stderr < 0)
        return;
    fflush(stderr);
    dup2(term->saved_stderr, STDERR_FILENO);
    close(term->saved_stderr);
    term->saved_stderr = -1;
}

/* ---- what the loop brings ---- */

/* The terminal can't be used any more, or TERMINATED: the process is asked to end. */
static void give_up(struct term *term, bool terminated)
{
    if (term->gone || term->closing)
        return;
    term->gone = true;
    uv_poll_stop(&term->line);
    uv_timer_stop(&term->patience);
    term->events.gone(term->events.ctx, terminated);
}

static void on_patience(uv_timer_t *timer)
{
    struct term *term = timer->data;
    input_expire(&term->input);
}

static void patience_set(struct term *term)
{
    unsigned ms = input_patience(&term->input);
    if (term->closing || term->gone || ms == 0)
        uv_timer_stop(&term->patience);
    else
        uv_timer_start(&term->patience, on_patience, ms, 0);
}

static void read_some(struct term *term)
{
    char bytes[READ_BUDGET];
    ssize_t len = read(fileno(term->tty), bytes, sizeof(bytes));
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (len <= 0) {
        give_up(term, false);
        return;
    }
    input_feed(&term->input, bytes, (size_t)len);
    patience_set(term);
    if (!term->closing && input_pasting(&term->input) > 0)
        term->events.pasting(term->events.ctx);
}

static void write_some(struct term *term)
{
    if (!wire_drain(&term->wire)) {
        give_up(term, false);
        return;
    }
    watch_line(term);
    if (!term->refused || wire_pending(&term->wire))
        return;
    term->refused = false;
    term->events.drained(term->events.ctx);
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
    struct term *term = handle->data;
    if (status < 0) {
        give_up(term, false);
        return;
    }
    if (events & UV_WRITABLE)
        write_some(term);
    if (!term->gone && !term->closing && (events & (UV_READABLE | UV_DISCONNECT)))
        read_some(term);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct term *term = handle->data;
    switch (signum) {
    case SIGWINCH:
        /* Also when the size comes back to what it was: the terminal cut what it showed. */
        term_redraw(term);
        term->events.resized(term->events.ctx);
        break;
    case SIGTSTP:
        term_suspend(term);
        break;
    case SIGCONT:
        leave(term);
        enter(term);
        term->events.resized(term->events.ctx);
        break;
    default:
        give_up(term, signum != SIGHUP);
        break;
    }
}

static void on_key(void *ctx, const struct input_key *key)
{
    struct term *term = ctx;
    if (!term->closing)
        term->events.key(term->events.ctx, key);
}

/* States 1 and 2: known, and to be switched. */
static void on_mode(void *ctx, unsigned mode, unsigned state)
{
    struct term *term = ctx;
    if (mode != 2026)
        return;
    term->answered = true;
    term->synchronized = state == 1 || state == 2;
}

static void on_mouse(void *ctx, const struct input_mouse *mouse)
{
    struct term *term = ctx;
    if (!term->closing)
        term->events.mouse(term->events.ctx, mouse);
}

static void on_paste(void *ctx, const char *bytes, size_t len, bool too_big)
{
    struct term *term = ctx;
    if (!term->closing)
        term->events.paste(term->events.ctx, bytes, len, too_big);
}

/* ---- opening and closing ---- */

static void watch(struct term *term, uv_loop_t *loop)
{
    uv_poll_init(loop, &term->line, fileno(term->tty));
    uv_timer_init(loop, &term->patience);
    term->line.data = term;
    term->patience.data = term;
    for (size_t i = 0; i < WATCH_COUNT; i++) {
        uv_signal_init(loop, &term->signals[i]);
        term->signals[i].data = term;
        uv_signal_start(&term->signals[i], on_signal, watched[i]);
    }
    term->open_handles = 2 + WATCH_COUNT;
}

static void on_closed(uv_handle_t *handle)
{
    struct term *term = handle->data;
    if (--term->open_handles > 0)
        return;
    wire_fini(&term->wire);
    if (term->out)
        fclose(term->out);
    fclose(term->tty);
    input_fini(&term->input);
    free(term->hello);
    free(term);
}

static void unwatch(struct term *term)
{
    uv_close((uv_handle_t *)&term->line, on_closed);
    uv_close((uv_handle_t *)&term->patience, on_closed);
    for (size_t i = 0; i < WATCH_COUNT; i++)
        uv_close((uv_handle_t *)&term->signals[i], on_closed);
}

/* Refuses, before anything is touched. Keeps the shell's modes. */
static enum haul_err check(struct haul_error *err)
{
    if (!isatty(STDOUT_FILENO) || tcgetattr(STDOUT_FILENO, &last_resort.modes) != 0)
        return haul_fail(err, HAUL_E_USAGE,
                         "the screen needs a terminal; without one use 'haul get' or 'haul add'");
    return HAUL_OK;
}

static FILE *line_open(void)
{
    FILE *tty = fopen("/dev/tty", "r+e");
    if (!tty && ttyname(STDOUT_FILENO))
        tty = fopen(ttyname(STDOUT_FILENO), "r+e");
    if (!tty)
        return NULL;
    int flags = fcntl(fileno(tty), F_GETFL);
    if (flags < 0 || fcntl(fileno(tty), F_SETFL, flags | O_NONBLOCK) < 0) {
        fclose(tty);
        return NULL;
    }
    return tty;
}

static void modes_set(void)
{
    raw();
    noecho();
    nonl();
    curs_set(0);
    typeahead(-1); /* curses would look at the input to cut frames short */
    leaveok(stdscr, FALSE);
}

/* The line's modes are set by curses once, while it still sees the line. */
static bool screen_open(struct term *term)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    term->out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!term->out || !wire_init(&term->wire, fileno(term->tty)))
        return false;
    term->screen = newterm(NULL, term->out, term->tty);
    if (!term->screen)
        return false;
    modes_set();
    return tcgetattr(STDOUT_FILENO, &term->modes) == 0 && wire_catch(&term->wire, term->out);
}

/* Asks what the terminal can; one that is known for printing what it does not know is spared. */
static void ask(struct term *term)
{
    const char *type = getenv("TERM");
    ask_for_all(term);
    if (!type || str_starts(type, "linux") || str_starts(type, "dumb"))
        return;
    wire_puts(&term->wire, sync_ask);
    term->asked_at = uv_hrtime() / 1000000;
}

static void setup_take(struct term *term, const struct term_setup *setup)
{
    term->hello = xstrdup(setup->hello ? setup->hello : "");
    str_copy(last_resort.farewell, sizeof(last_resort.farewell),
             setup->farewell ? setup->farewell : "");
    last_resort.farewell_len = strlen(last_resort.farewell);
    const char *known = setup->mouse == RUN_AUTO ? tigetstr("kmous") : NULL;
    term->mouse = setup->mouse == RUN_ON || (known && known != (const char *)-1);
    term->input.mouse = term->mouse;
}

enum haul_err term_open(struct haul_loop *loop, const struct term_setup *setup,
                        const struct term_events *events, struct term **ret_term,
                        struct haul_error *err)
{
    enum haul_err code = check(err);
    if (code != HAUL_OK)
        return code;
    FILE *tty = line_open();
    if (!tty)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "the terminal can't be read");

    struct term *term = xcalloc(1, sizeof(*term));
    term->events = *events;
    term->tty = tty;
    term->saved_stderr = -1;
    struct input_events from_input = {
        .key = on_key, .mouse = on_mouse, .paste = on_paste, .mode = on_mode, .ctx = term};
    input_init(&term->input, &from_input);
    watch(term, loop_uv(loop)); /* before curses, which then leaves the signals alone */
    if (!screen_open(term) || !tigetstr("cup")) {
        const char *type = getenv("TERM");
        tcsetattr(STDOUT_FILENO, TCSANOW, &last_resort.modes);
        term->closing = true;
        unwatch(term);
        return haul_fail(err, HAUL_E_USAGE,
                         "a terminal of the type '%s' can't show a screen; use 'haul get'",
                         type ? type : "");
    }
    setup_take(term, setup);
    last_resort.fd = fileno(tty);
    last_resort_arm();
    ask(term);
    stderr_redirect(term, setup->log_path);
    watch_line(term);
    *ret_term = term;
    return HAUL_OK;
}

/* A terminal that hung up is left alone; one that does not take bytes gets its modes only. */
void term_close(struct term *term)
{
    struct termios modes;
    if (!term)
        return;
    term->closing = true;
    if (tcgetattr(STDOUT_FILENO, &modes) == 0)
        leave(term);
    last_resort_disarm();
    delscreen(term->screen);
    stderr_restore(term);
    unwatch(term);
}

/* ---- frames ---- */

static void size_apply(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return;
    int rows = size.ws_row > 0 ? size.ws_row : FALLBACK_ROWS;
    int cols = size.ws_col > 0 ? size.ws_col : FALLBACK_COLS;
    if (rows == LINES && cols == COLS)
        return;
    /* Not resizeterm(): that would also queue a key, and nobody reads keys from curses. */
    resize_term(rows, cols);
    clearok(curscr, TRUE);
}

bool term_frame_begin(struct term *term)
{
    if (term->gone)
        return false;
    if (wire_drain(&term->wire) && wire_pending(&term->wire)) {
        term->refused = true;
        term->wire.figures.dropped++;
        watch_line(term);
        return false;
    }
    size_apply();
    return true;
}

void term_frame_end(struct term *term, uint64_t now)
{
    wnoutrefresh(stdscr);
    doupdate();
    size_t len = wire_collect(&term->wire, term->synchronized ? sync_begin : "",
                              term->synchronized ? sync_end : "");
    len += term->said;
    term->said = 0;
    if (len > 0)
        wire_count(&term->wire, now, len);
    if (!wire_drain(&term->wire))
        give_up(term, false);
    watch_line(term);
}

void term_true_color(struct term *term, struct true_color *colors)
{
    term->wire.colors = colors->any ? colors : NULL;
}

void term_links(struct term *term, struct hyperlinks *links)
{
    term->wire.links = links;
}

const struct wire_figures *term_figures(const struct term *term)
{
    return &term->wire.figures;
}

void term_say(struct term *term, const char *bytes)
{
    term->said += strlen(bytes);
    wire_puts(&term->wire, bytes);
}

void term_cursor(struct term *term, bool shown, int y, int x)
{
    if (shown)
        move(y, x);
    if (shown != term->cursor_shown)
        curs_set(shown ? 1 : 0);
    term->cursor_shown = shown;
}

enum haul_err term_copy(struct term *term, const char *text, size_t len, struct haul_error *err)
{
    enum clipboard_way way = clipboard_way(getenv("TERM"), getenv("TMUX"), getenv("STY"));
    char *sequence = clipboard_sequence(way, text, len);
    char size[FMT_SIZE];
    char most[FMT_SIZE];
    if (way == CLIPBOARD_NONE)
        return haul_fail(err, HAUL_E_USAGE, "this terminal takes nothing for a clipboard");
    if (!sequence)
        return haul_fail(err, HAUL_E_TOO_BIG,
                         "%s is too much for a terminal's clipboard, which takes %s",
                         fmt_bytes(len, size), fmt_bytes(clipboard_max(way), most));
    wire_puts(&term->wire, sequence);
    free(sequence);
    watch_line(term);
    return HAUL_OK;
}

void term_redraw(struct term *term)
{
    (void)term;
    clearok(curscr, TRUE);
}

void term_suspend(struct term *term)
{
    uv_signal_t *stop = &term->signals[WATCH_STOP];
    uv_signal_t *go_on = &term->signals[WATCH_CONTINUE];
    leave(term);
    /* Back to the default action; and the whole group, as the terminal itself would do, so that a
     * script that started haul stops too. */
    uv_signal_stop(stop);
    uv_signal_stop(go_on);
    kill(0, SIGTSTP);
    uv_signal_start(stop, on_signal, SIGTSTP);
    uv_signal_start(go_on, on_signal, SIGCONT);
    enter(term);
    term->events.resized(term->events.ctx);
}

void term_size(const struct term *term, int *ret_width, int *ret_height)
{
    (void)term;
    *ret_width = COLS;
    *ret_height = LINES;
}

size_t term_pasting(const struct term *term)
{
    return input_pasting(&term->input);
}
