/* The way to a daemon on another machine: `ssh HOST haul bridge`.
 *
 * The user's own ssh does everything that is hard: keys, host keys, jumps, shared connections. It
 * gets one socket as standard input and output. What it writes to standard error is kept, for its
 * end says what was wrong; its questions go to the terminal itself. No shell is started here, and
 * what the shell over there reads consists of checked words, and of the one the user gave for it.
 */

#include "control/remote.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "control/spawn.h"

#define PROGRAM_ENV        "HAUL_SSH"            /* words, split at blanks */
#define REMOTE_PROGRAM_ENV "HAUL_REMOTE_PROGRAM" /* haul on the other machine */
#define TEXT_MAX           4096u                 /* bytes of standard error that are kept */
#define PATIENCE_MS        2000u                 /* for ssh to end after we hung up */
#define TEXT_MS            300u                  /* for the rest of standard error, after its end */

struct remote {
    uv_process_t process;
    uv_pipe_t errors;
    uv_timer_t timer;
    struct remote_events events;
    char *host;
    struct strbuf text; /* the end of standard error */
    bool hung_up, was_good, may_ask;
    bool exited, text_over;
    bool closing;
    int64_t status;
    int signal;
    int handles; /* open ones; the last one's close callback frees */
    char buffer[1024];
};

static void on_closed(uv_handle_t *handle)
{
    struct remote *remote = handle->data;

    if (--remote->handles > 0)
        return;
    strbuf_fini(&remote->text);
    free(remote->host);
    free(remote);
}

void remote_free(struct remote *remote, bool kill)
{
    if (!remote || remote->closing)
        return;
    remote->closing = true;
    if (kill && !remote->exited)
        (void)uv_process_kill(&remote->process, SIGKILL);
    uv_close((uv_handle_t *)&remote->process, on_closed);
    uv_close((uv_handle_t *)&remote->errors, on_closed);
    uv_close((uv_handle_t *)&remote->timer, on_closed);
}

/* The last line of what was said that holds anything, cut off in place; "" without one. */
static const char *last_line(struct strbuf *text)
{
    char *end;

    if (text->len == 0)
        return "";
    end = text->data + text->len;
    while (end > text->data && strchr(" \r\n\t", end[-1]))
        *--end = '\0';
    while (end > text->data && end[-1] != '\n')
        end--;
    return end;
}

static bool said(const struct remote *remote, const char *words)
{
    return remote->text.data && strstr(remote->text.data, words);
}

/* What the user has to settle: coming again without that would be refused again, and be taken for
 * an attack by some. */
static bool is_settled_by_user(const struct remote *remote)
{
    static const char *const words[] = {"Permission denied", "Too many authentication",
                                        "Host key verification failed",
                                        "REMOTE HOST IDENTIFICATION HAS CHANGED"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (remote->status == 255 && said(remote, words[i]))
            return true;
    }
    return remote->status == 127 || remote->status == 126;
}

/* It was refused: with what ssh could do without asking, where it was not allowed to ask. */
static void explain_refusal(const struct remote *remote, const char *line, struct haul_error *err)
{
    const char *host = remote->host;

    if (remote->may_ask)
        (void)haul_fail(err, HAUL_E_DAEMON_LOST, "%s does not let you in: %s (does 'ssh %s' work?)",
                        host, line, host);
    else
        (void)haul_fail(err, HAUL_E_DAEMON_LOST,
                        "%s wants to ask, and ssh can't do so here: use ssh-add, or quit and start "
                        "again",
                        host);
}

/* What kept ssh from joining us, from what is known of it: its status is 255 for all that went
 * wrong on the way, and that of the command when there was one. */
static void explain(struct remote *remote, struct haul_error *err)
{
    const enum haul_err code = HAUL_E_DAEMON_LOST;
    const char *host = remote->host;
    bool refused = said(remote, "Permission denied") || said(remote, "Too many authentication");
    bool stranger = said(remote, "Host key verification failed") ||
                    said(remote, "REMOTE HOST IDENTIFICATION HAS CHANGED");
    bool users = is_settled_by_user(remote);
    const char *line = last_line(&remote->text);

    if (remote->was_good)
        (void)haul_fail(err, code, "the line to %s broke%s%s", host, *line ? ": " : "", line);
    else if (remote->signal != 0)
        (void)haul_fail(err, code, "ssh to %s was ended by signal %d", host, remote->signal);
    else if (remote->status == 127 || remote->status == 126)
        (void)haul_fail(err, code,
                        "there is no haul to be run on %s (%s); install it there, or say where it "
                        "is: " REMOTE_PROGRAM_ENV "=/path/to/haul",
                        host, line);
    else if (remote->status == 255 && stranger)
        (void)haul_fail(err, code,
                        "the host key of %s is not known or has changed; settle that with: ssh %s",
                        host, host);
    else if (remote->status == 255 && refused)
        explain_refusal(remote, line, err);
    else if (remote->status == 255)
        (void)haul_fail(err, code, "can't reach %s: %s", host,
                        *line ? line : "ssh does not say why");
    else if (*line)
        (void)haul_fail(err, code, "on %s: %s", host,
                        str_starts(line, "haul: ") ? line + strlen("haul: ") : line);
    else
        (void)haul_fail(err, code, "haul on %s ended at once (status %d)", host,
                        (int)remote->status);
    err->retryable = remote->was_good || !users;
}

static void tell(struct remote *remote)
{
    struct haul_error err;

    if (remote->closing || !remote->hung_up || !remote->exited)
        return;
    explain(remote, &err);
    remote->events.over(remote->events.ctx, &err);
}

/* Who keeps standard error open after ssh has ended, a shared connection in the background, is not
 * waited for. */
static void on_text_late(uv_timer_t *timer)
{
    struct remote *remote = OWNER_OF(timer, struct remote, timer);

    remote->text_over = true;
    tell(remote);
}

static void on_patience_over(uv_timer_t *timer)
{
    struct remote *remote = OWNER_OF(timer, struct remote, timer);

    (void)uv_process_kill(&remote->process, SIGKILL);
}

static void consider_telling(struct remote *remote)
{
    if (!remote->hung_up || remote->closing)
        return;
    if (!remote->exited)
        (void)uv_timer_start(&remote->timer, on_patience_over, PATIENCE_MS, 0);
    else if (!remote->text_over)
        (void)uv_timer_start(&remote->timer, on_text_late, TEXT_MS, 0);
    else
        (void)uv_timer_start(&remote->timer, on_text_late, 0, 0);
}

void remote_hang_up(struct remote *remote, bool was_good)
{
    remote->hung_up = true;
    remote->was_good = was_good;
    consider_telling(remote);
}

static void on_exited(uv_process_t *process, int64_t status, int signal)
{
    struct remote *remote = OWNER_OF(process, struct remote, process);

    remote->exited = true;
    remote->status = status;
    remote->signal = signal;
    consider_telling(remote);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    struct remote *remote = handle->data;

    (void)wanted;
    *buf = uv_buf_init(remote->buffer, sizeof remote->buffer);
}

static void on_text(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct remote *remote = stream->data;

    if (count < 0) {
        (void)uv_read_stop(stream);
        remote->text_over = true;
        consider_telling(remote);
        return;
    }
    if (remote->text.len + (size_t)count >= TEXT_MAX)
        strbuf_drop(&remote->text, remote->text.len / 2);
    (void)!strbuf_add(&remote->text, buf->base, (size_t)count);
}

/* The words of ssh's command line. */
struct words {
    char **argv; /* ends in NULL */
    size_t count, size;
    char *program; /* holds the words of the user's */
    char *command; /* for the shell over there */
};

static void words_add(struct words *words, char *word)
{
    words->argv = array_reserve(words->argv, words->count + 1, &words->size, sizeof *words->argv);
    words->argv[words->count++] = word;
    words->argv[words->count] = NULL;
}

static void words_make(struct words *words, const struct haul_place *place, bool may_ask)
{
    static char quiet[] = "-T", option[] = "-o", batch[] = "BatchMode=yes";
    const char *ssh = getenv(PROGRAM_ENV);
    const char *haul = getenv(REMOTE_PROGRAM_ENV);
    bool holds = getenv(SPAWN_HOLD_ENV) != NULL;
    char *rest = NULL;

    *words = (struct words){0};
    words->program = xstrdup(ssh && ssh[strspn(ssh, " \t")] != '\0' ? ssh : "ssh");
    words->command = xasprintf("%s%s bridge --session %s", holds ? "env " SPAWN_HOLD_ENV "=1 " : "",
                               haul && *haul != '\0' ? haul : "haul", place->session);
    for (char *word = strtok_r(words->program, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest))
        words_add(words, word);
    words_add(words, quiet);
    if (!may_ask) {
        words_add(words, option);
        words_add(words, batch);
    }
    words_add(words, (char *)(uintptr_t)place->host);
    words_add(words, words->command);
}

static void words_fini(struct words *words)
{
    free((void *)words->argv);
    free(words->program);
    free(words->command);
}

/* Where it may not ask it gets no terminal at all: a key for the screen is none for ssh. */
static int run(struct remote *remote, const struct haul_place *place, bool may_ask, int fd)
{
    uv_stdio_container_t streams[] = {
        {.flags = UV_INHERIT_FD, .data.fd = fd},
        {.flags = UV_INHERIT_FD, .data.fd = fd},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&remote->errors},
    };
    struct words words;
    uv_process_options_t options = {
        .exit_cb = on_exited,
        .stdio = streams,
        .stdio_count = COUNT_OF(streams),
        .flags = may_ask ? 0 : UV_PROCESS_DETACHED,
    };
    int status;

    words_make(&words, place, may_ask);
    options.file = words.argv[0];
    options.args = words.argv;
    status = uv_spawn(remote->process.loop, &remote->process, &options);
    words_fini(&words);
    return status;
}

static struct remote *remote_new(uv_loop_t *loop, const char *host,
                                 const struct remote_events *events)
{
    struct remote *remote = xcalloc(1, sizeof *remote);

    remote->events = *events;
    remote->host = xstrdup(host);
    strbuf_init(&remote->text, (size_t)TEXT_MAX * 2);
    (void)uv_pipe_init(loop, &remote->errors, 0);
    (void)uv_timer_init(loop, &remote->timer);
    remote->process.loop = loop;
    remote->process.data = remote->errors.data = remote->timer.data = remote;
    remote->handles = 3;
    return remote;
}

enum haul_err remote_start(uv_loop_t *loop, const struct haul_place *place, bool may_ask,
                           const struct remote_events *events, struct remote **ret_remote,
                           int *ret_fd, struct haul_error *err)
{
    struct remote *remote;
    int fds[2], status;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't make a socket for ssh");
    remote = remote_new(loop, place->host, events);
    remote->may_ask = may_ask;
    status = run(remote, place, may_ask, fds[1]);
    remote->exited = status != 0; /* there is nobody to be killed: its number would be 0 */
    close(fds[1]);
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&remote->errors, on_alloc, on_text);
    if (status != 0) {
        close(fds[0]);
        remote_free(remote, true);
        return haul_fail(
            err, HAUL_E_SOCKET,
            "can't run ssh: %s; install OpenSSH's client, or name one with " PROGRAM_ENV,
            uv_strerror(status));
    }
    *ret_remote = remote;
    *ret_fd = fds[0];
    return HAUL_OK;
}
