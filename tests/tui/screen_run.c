/* The program of the golden screens in its pseudo-terminal: what it is given, what it writes into
 * libvterm, and how it ends. */

#include "screens.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_S 50 /* a hang is for ever; ctest waits 60 */

static const char hard_links[] =
    "https://example.org/0 https://example.org/1 https://example.org/2 https://example.org/3\n"
    "https://example.org/5 https://example.org/6 https://example.org/7 https://example.org/8\n"
    "https://example.org/9 https://example.org/10 https://example.org/12 https://example.org/13\n"
    "https://example.org/14 https://example.org/15 https://example.org/17 https://example.org/18\n";

static const char reviewed[] =
    "https://example.org/files/report.pdf https://example.org/files/old.zip\n"
    "https://new.example.net/token/film.mp4\n"
    "https://example.org/files/資料-第三版.pdf and https://example.org/mute.bin\n"
    "https://cdn.example.org/2024/gone.iso\n"
    "curl 'https://example.org/export?id=7' -H 'Authorization: Bearer hunter2' \\\n"
    "  -b 'session=hunter2' -H 'X-Requested-With: page' --data-raw 'a=hunter2' --resolve x:1:2\n"
    "https://example.org/a/name/that/is/long-enough-to-be-cut-somewhere-in-the-middle-01.tar.zst\n";

static const char pasted[] =
    "Good morning, the files are at https://example.org/pub/report.pdf (final), and\n"
    "<a href=\"http://example.net/a%20b.zip\">here</a>; the old one is at\n"
    "gopher://example.org/9/old and https://user:secret@example.com/private.tar.gz.\n"
    "\033[31mhttps://example.org/red.txt\033[0m and again https://example.org/pub/report.pdf\n";

_Noreturn void die(const char *text)
{
    fprintf(stderr, "%s: %s\n", text, strerror(errno));
    exit(1);
}

char *file_path(const struct run *run, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", run->dir, name) < 0)
        die("memory");
    return path;
}

void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        die(path);
}

char *file_read(const char *path)
{
    char *text = calloc(1, TEXT_MAX);
    FILE *file = fopen(path, "re");
    if (!text)
        die("memory");
    if (file) {
        size_t len = fread(text, 1, TEXT_MAX - 1, file);
        text[len] = '\0';
        fclose(file);
    }
    return text;
}

static void script_write(const struct run *run)
{
    char *script = file_path(run, "script");
    char *paste = file_path(run, "paste");
    char *dump = file_path(run, "dump");
    FILE *file = fopen(script, "we");
    if (!file)
        die(script);
    for (const char *at = run->what->script ? run->what->script : ""; *at; at++) {
        if (*at == '@')
            fputs(paste, file);
        else
            fputc(*at, file);
    }
    fprintf(file, ":dump-screen %s\n", dump);
    fclose(file);
    file_write(paste, run->what->hard ? hard_links : run->what->review ? reviewed : pasted);
    if (run->what->config) {
        char *config = file_path(run, "config");
        file_write(config, run->what->config);
        free(config);
    }
    free(script);
    free(paste);
    free(dump);
}

static void child_run(const struct run *run, const char *program)
{
    char *script = file_path(run, "script");
    char *log = file_path(run, "stderr");
    char sanitizer[160];
    const struct screen_case *what = run->what;
    snprintf(sanitizer, sizeof(sanitizer), "exitcode=99:log_path=%s/sanitizer", run->dir);
    setenv("HAUL_SCRIPT", script, 1);
    setenv("HAUL_FAKE", what->fake, 1);
    setenv("HAUL_FAKE_STDERR", log, 1);
    setenv("ASAN_OPTIONS", sanitizer, 1);
    setenv("LC_ALL", what->locale ? what->locale : "C.UTF-8", 1);
    setenv("TERM", what->type ? what->type : "xterm-256color", 1);
    setenv("COLORTERM", "", 1);
    if (run->depth) {
        setenv("TERM", run->depth->type, 1);
        setenv("COLORTERM", run->depth->colorterm, 1);
    }
    setenv("HAUL_ASCII", what->ascii ? "1" : "", 1);
    setenv("HAUL_HYPERLINKS", what->links ? "on" : "off", 1);
    setenv("NO_COLOR", what->no_color ? "1" : "", 1);
    setenv("HAUL_THEME", what->theme ? what->theme : "", 1);
    setenv("HAUL_FAKE_WATCH", what->watch ? "1" : "", 1);
    setenv("HAUL_FAKE_PLAIN", run->plain ? "1" : "", 1);
    setenv("TZ", "UTC", 1);
    if (what->config)
        setenv("HAUL_FAKE_CONFIG", file_path(run, "config"), 1);
    unsetenv("TMUX");
    unsetenv("STY");
    unsetenv("COLUMNS");
    unsetenv("LINES");
    execl(program, program, (char *)NULL);
    _exit(127);
}

static int on_setting(VTermProp prop, VTermValue *value, void *user)
{
    struct run *run = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        run->alternate = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        run->cursor = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_setting};

void run_start(struct run *run, const char *program)
{
    struct winsize size = {.ws_row = (unsigned short)run->what->rows,
                           .ws_col = (unsigned short)run->what->cols};
    script_write(run);
    run->cursor = true;
    run->vterm = vterm_new(run->what->rows, run->what->cols);
    vterm_set_utf8(run->vterm, 1);
    run->screen = vterm_obtain_screen(run->vterm);
    vterm_screen_set_callbacks(run->screen, &callbacks, run);
    vterm_screen_enable_altscreen(run->screen, 1);
    vterm_screen_reset(run->screen, 1);
    run->pid = forkpty(&run->pty, NULL, NULL, &size);
    if (run->pid < 0)
        die("forkpty");
    if (run->pid == 0)
        child_run(run, program);
    run->deadline = time(NULL) + DEADLINE_S;
}

/* Shows the terminal what the program wrote. False at the end of output. */
static bool pump(struct run *run)
{
    char bytes[8192];
    struct pollfd pfd = {.fd = run->pty, .events = POLLIN};
    if (time(NULL) > run->deadline) {
        fprintf(stderr, "%s: nothing happened in time\n", run->what->name);
        kill(run->pid, SIGKILL);
        return false;
    }
    if (poll(&pfd, 1, 20) <= 0)
        return true;
    ssize_t len = read(run->pty, bytes, sizeof(bytes));
    if (len <= 0)
        return false;
    vterm_input_write(run->vterm, bytes, (size_t)len);
    vterm_screen_flush_damage(run->screen);
    return true;
}

bool screen_settle(struct run *run, char *text)
{
    char *path = file_path(run, "dump");
    bool same = false;
    while (!same && pump(run)) {
        char *dump = file_read(path);
        screen_text(run, text);
        same = dump[0] != '\0' && strcmp(dump, text) == 0;
        free(dump);
    }
    if (!same) {
        char *dump = file_read(path);
        fprintf(stderr, "the terminal shows\n%s\nthe program\n%s\n", text, dump);
        free(dump);
    }
    free(path);
    return same;
}

void dump_remove(const struct run *run)
{
    char *path = file_path(run, "dump");
    unlink(path);
    free(path);
}

/* Tells what a sanitizer said of the program, in a file with its number; false when it did. */
static bool reports_tell(const struct run *run)
{
    char name[32];
    snprintf(name, sizeof(name), "sanitizer.%d", (int)run->pid);
    char *path = file_path(run, name);
    char *text = file_read(path);
    bool none = text[0] == '\0';
    if (!none)
        fprintf(stderr, "%s\n", text);
    unlink(path);
    free(text);
    free(path);
    return none;
}

/* What a program that ends badly said last, which only the terminal heard. */
static void end_tell(const struct run *run, int status)
{
    char *text = calloc(1, TEXT_MAX);
    if (!text)
        die("memory");
    screen_text(run, text);
    fprintf(stderr, "the program ended with status %#x, and its terminal showed\n%s\n",
            (unsigned)status, text);
    free(text);
}

bool run_end(struct run *run)
{
    int status;
    kill(run->pid, SIGTERM);
    while (pump(run))
        ;
    waitpid(run->pid, &status, 0);
    bool sane = !run->alternate && run->cursor;
    bool clean = reports_tell(run) && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!sane)
        fprintf(stderr, "the terminal was not given back\n");
    if (!clean)
        end_tell(run, status);
    vterm_free(run->vterm);
    close(run->pty);
    return sane && clean;
}

void files_remove(const struct run *run)
{
    static const char *const names[] = {"script", "paste", "dump", "stderr", "config"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = file_path(run, names[i]);
        char *text = file_read(path);
        if (strcmp(names[i], "stderr") == 0 && text[0])
            fprintf(stderr, "the program said:\n%s\n", text);
        unlink(path);
        free(text);
        free(path);
    }
    rmdir(run->dir);
}
