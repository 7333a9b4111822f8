/* Commands of the user that run when items end.
 *
 * There is no shell: a command is split as bash would split it, and what bash would fill in is
 * refused, so that no file name is ever taken for a part of a program. At most a few run at once,
 * each for a limited time. Only what happens is told: items that ended before this process began
 * never are.
 */
#include "cli/hooks.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "haul/client.h"
#include "haul/log.h"
#include "input/shell_words.h"

#define RUNNING_MAX 4
#define WAITING_MAX 10000 /* then further ones are dropped, and said to be */
#define OUTPUT_MAX  8192  /* bytes of a command's output that are logged */
#define KILL_MS     5000  /* between asking it to end and ending it */
#define SILENCE_MS  1000  /* for output that children of it keep open */

enum hook { HOOK_DONE, HOOK_FAILED, HOOK_BATCH, HOOK_COUNT };

static const char *const option_names[HOOK_COUNT] = {"on-done", "on-failed", "on-batch-done"};
static const char *const event_names[HOOK_COUNT] = {"done", "failed", "batch-done"};

/* A run of a command, waiting or running. */
struct job {
    STAILQ_ENTRY(job) link;        /* while it waits */
    LIST_ENTRY(job) among_running; /* afterwards */
    struct hooks *hooks;
    enum hook hook;
    uint64_t id;
    char **argv;
    char **environment;
    char *input; /* JSON */
    struct strbuf output;
    uv_process_t process;
    uv_pipe_t in, out;
    uv_write_t write;
    uv_timer_t limit;
    int open_handles;
    bool has_process;
    bool asked;  /* to end */
    bool ended;  /* it has */
    bool silent; /* its output is at its end */
    char buffer[2048];
};

struct hooks {
    struct haul_loop *loop;
    char *session;
    char **argv[HOOK_COUNT]; /* NULL: none */
    uint64_t timeout_ms;     /* 0: none */
    STAILQ_HEAD(, job) waiting;
    LIST_HEAD(, job) running;
    size_t waiting_count, running_count;
    uint64_t done, failed; /* since the last batch */
    void (*idle)(void *ctx);
    void *idle_ctx;
    bool freed;
};

static void words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static void words_add(char ***words, size_t *count, char *word)
{
    *words = xreallocarray(*words, *count + 2, sizeof **words);
    (*words)[(*count)++] = word;
    (*words)[*count] = NULL;
}

/* A program below the home, or as the search path has it. */
static char *program_of(const char *word)
{
    return str_starts(word, "~/") ? path_absolute(word) : xstrdup(word);
}

static enum haul_err split(enum hook hook, const char *command, char ***ret_argv,
                           struct haul_error *err)
{
    struct shell_words words;
    char **argv = NULL;
    size_t count = 0;
    const char *wrong = NULL;

    shell_words_init(&words, SHELL_BASH, command, strlen(command));
    for (const char *word; (word = shell_words_next(&words)) != NULL;)
        words_add(&argv, &count, count == 0 ? program_of(word) : xstrdup(word));
    if (words.unclosed)
        wrong = "a quote is not closed";
    else if (words.expands)
        wrong = "nothing is filled in, for there is no shell; the facts are in the environment";
    else if (words.at < strlen(command))
        wrong = "it is more than one command; put them into a script";
    else if (count == 0)
        wrong = "there is no command";
    shell_words_fini(&words);
    if (!wrong) {
        *ret_argv = argv;
        return HAUL_OK;
    }
    words_free(argv);
    return haul_fail(err, HAUL_E_BAD_OPTION, "%s: %s", option_names[hook], wrong);
}

enum haul_err hooks_configure(struct hooks *hooks, const struct run_options *run,
                              struct haul_error *err)
{
    const char *commands[HOOK_COUNT] = {run->on_done, run->on_failed, run->on_batch_done};
    char **argv[HOOK_COUNT] = {NULL};
    enum haul_err code = HAUL_OK;

    for (unsigned hook = 0; hook < HOOK_COUNT && code == HAUL_OK; hook++) {
        if (commands[hook] && commands[hook][0] != '\0')
            code = split((enum hook)hook, commands[hook], &argv[hook], err);
    }
    for (unsigned hook = 0; hook < HOOK_COUNT; hook++) {
        words_free(code == HAUL_OK ? hooks->argv[hook] : argv[hook]);
        if (code == HAUL_OK)
            hooks->argv[hook] = argv[hook];
    }
    if (code == HAUL_OK)
        hooks->timeout_ms = run->hook_timeout * 1000;
    return code;
}

enum haul_err hooks_new(struct haul_loop *loop, const char *session, const struct run_options *run,
                        struct hooks **ret_hooks, struct haul_error *err)
{
    struct hooks *hooks = xcalloc(1, sizeof *hooks);

    hooks->loop = loop;
    hooks->session = session ? xstrdup(session) : NULL;
    STAILQ_INIT(&hooks->waiting);
    LIST_INIT(&hooks->running);
    enum haul_err code = hooks_configure(hooks, run, err);
    if (code == HAUL_OK)
        *ret_hooks = hooks;
    else
        hooks_free(hooks);
    return code;
}

static void hooks_release(struct hooks *hooks)
{
    for (unsigned hook = 0; hook < HOOK_COUNT; hook++)
        words_free(hooks->argv[hook]);
    free(hooks->session);
    free(hooks);
}

static void job_free(struct job *job)
{
    words_free(job->argv);
    words_free(job->environment);
    free(job->input);
    strbuf_fini(&job->output);
    free(job);
}

static void start_waiting(struct hooks *hooks);

static void tell_idle(struct hooks *hooks)
{
    void (*idle)(void *ctx) = hooks->idle;

    if (!idle || hooks->running_count > 0 || hooks->waiting_count > 0)
        return;
    hooks->idle = NULL;
    idle(hooks->idle_ctx);
}

/* What it wrote, a line of the log for each of its lines. */
static void log_output(struct job *job)
{
    char *rest = strbuf_take(&job->output);
    char *text = rest;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line != '\0')
            LOG_INFO(hooks, "%s, item %" PRIu64 ": %s", option_names[job->hook], job->id, line);
    }
    free(text);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct job *job = handle->data;
    struct hooks *hooks = job->hooks;

    if (--job->open_handles > 0)
        return;
    log_output(job);
    LIST_REMOVE(job, among_running);
    job_free(job);
    hooks->running_count--;
    if (hooks->freed) {
        if (hooks->running_count == 0)
            hooks_release(hooks);
        return;
    }
    start_waiting(hooks);
    tell_idle(hooks);
}

static void close_handle(struct job *job, uv_handle_t *handle)
{
    handle->data = job;
    if (!uv_is_closing(handle))
        uv_close(handle, on_handle_closed);
}

/* Ends all that belongs to the run. A grandchild that keeps the output open is not waited for. */
static void job_close(struct job *job)
{
    if (job->has_process)
        close_handle(job, (uv_handle_t *)&job->process);
    close_handle(job, (uv_handle_t *)&job->in);
    close_handle(job, (uv_handle_t *)&job->out);
    close_handle(job, (uv_handle_t *)&job->limit);
}

static void on_limit(uv_timer_t *timer)
{
    struct job *job = OWNER_OF(timer, struct job, limit);

    if (job->ended) {
        job_close(job);
        return;
    }
    if (!job->asked)
        LOG_WARN(hooks, "%s, item %" PRIu64 ": takes longer than --hook-timeout and is ended",
                 option_names[job->hook], job->id);
    /* It leads a process group of its own. */
    (void)kill(-job->process.pid, job->asked ? SIGKILL : SIGTERM);
    job->asked = true;
    (void)uv_timer_start(timer, on_limit, KILL_MS, 0);
}

static void consider_closing(struct job *job)
{
    if (job->ended && job->silent)
        job_close(job);
    else if (job->ended)
        (void)uv_timer_start(&job->limit, on_limit, SILENCE_MS, 0);
}

static void on_ended(uv_process_t *process, int64_t status, int number)
{
    struct job *job = OWNER_OF(process, struct job, process);

    if (number != 0)
        LOG_WARN(hooks, "%s, item %" PRIu64 ": ended by signal %d", option_names[job->hook],
                 job->id, number);
    else if (status != 0)
        LOG_WARN(hooks, "%s, item %" PRIu64 ": ended with status %" PRId64, option_names[job->hook],
                 job->id, status);
    job->ended = true;
    consider_closing(job);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret_buffer)
{
    struct job *job = OWNER_OF(handle, struct job, out);

    (void)wanted;
    *ret_buffer = uv_buf_init(job->buffer, sizeof job->buffer);
}

static void on_output(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct job *job = OWNER_OF(stream, struct job, out);

    if (count > 0) /* what is too much is read and dropped, so that it need not wait */
        (void)!strbuf_add(&job->output, buffer->base, (size_t)count);
    if (count >= 0)
        return;
    job->silent = true;
    (void)uv_read_stop(stream);
    consider_closing(job);
}

/* Whether it reads its input is its own business. */
static void on_written(uv_write_t *write, int status)
{
    struct job *job = OWNER_OF(write, struct job, write);

    (void)status;
    close_handle(job, (uv_handle_t *)&job->in);
}

/* Spawns it with WRITE_FD as both its outputs. */
static int spawn(struct job *job, int write_fd)
{
    uv_stdio_container_t stdio[3] = {
        {.flags = (uv_stdio_flags)(UV_CREATE_PIPE | UV_READABLE_PIPE),
         .data.stream = (uv_stream_t *)&job->in},
        {.flags = UV_INHERIT_FD, .data.fd = write_fd},
        {.flags = UV_INHERIT_FD, .data.fd = write_fd},
    };
    uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = job->argv[0],
        .args = job->argv,
        .env = job->environment,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = 3,
        .stdio = stdio,
    };

    return uv_spawn(loop_uv(job->hooks->loop), &job->process, &options);
}

static int job_open(struct job *job)
{
    uv_loop_t *uv = loop_uv(job->hooks->loop);
    uv_file fds[2];
    int status = uv_pipe(fds, UV_NONBLOCK_PIPE, 0);

    (void)uv_pipe_init(uv, &job->in, 0);
    (void)uv_pipe_init(uv, &job->out, 0);
    (void)uv_timer_init(uv, &job->limit);
    job->open_handles = 3;
    if (status != 0)
        return status;
    job->has_process = true; /* to be closed, even if it can't be begun */
    job->open_handles++;
    (void)uv_pipe_open(&job->out, fds[0]);
    status = spawn(job, fds[1]);
    close(fds[1]);
    return status;
}

static void job_start(struct job *job)
{
    uv_buf_t input = uv_buf_init(job->input, (unsigned)strlen(job->input));
    int status;

    LIST_INSERT_HEAD(&job->hooks->running, job, among_running);
    job->hooks->running_count++;
    status = job_open(job);
    if (status != 0) {
        LOG_WARN(hooks, "%s: can't run %s: %s", option_names[job->hook], job->argv[0],
                 uv_strerror(status));
        job_close(job);
        return;
    }
    (void)uv_read_start((uv_stream_t *)&job->out, on_room, on_output);
    (void)uv_write(&job->write, (uv_stream_t *)&job->in, &input, 1, on_written);
    if (job->hooks->timeout_ms > 0)
        (void)uv_timer_start(&job->limit, on_limit, job->hooks->timeout_ms, 0);
}

static void start_waiting(struct hooks *hooks)
{
    while (hooks->running_count < RUNNING_MAX && !STAILQ_EMPTY(&hooks->waiting)) {
        struct job *job = STAILQ_FIRST(&hooks->waiting);

        STAILQ_REMOVE_HEAD(&hooks->waiting, link);
        hooks->waiting_count--;
        job_start(job);
    }
}

/* A fact takes the place of a variable of that name. */
static void set_fact(struct job *job, size_t *count, char *assignment)
{
    size_t len = strcspn(assignment, "=") + 1;

    for (size_t i = 0; i < *count; i++) {
        if (strncmp(job->environment[i], assignment, len) == 0) {
            free(job->environment[i]);
            job->environment[i] = assignment;
            return;
        }
    }
    words_add(&job->environment, count, assignment);
}

static struct job *job_new(struct hooks *hooks, enum hook hook, uint64_t id, size_t *ret_count)
{
    struct job *job = xcalloc(1, sizeof *job);
    size_t argc = 0, count = 0;

    job->hooks = hooks;
    job->hook = hook;
    job->id = id;
    strbuf_init(&job->output, OUTPUT_MAX);
    for (char **word = hooks->argv[hook]; *word; word++)
        words_add(&job->argv, &argc, xstrdup(*word));
    for (char **variable = environ; *variable; variable++)
        words_add(&job->environment, &count, xstrdup(*variable));
    set_fact(job, &count, xasprintf("HAUL_EVENT=%s", event_names[hook]));
    if (hooks->session)
        set_fact(job, &count, xasprintf("HAUL_SESSION=%s", hooks->session));
    *ret_count = count;
    return job;
}

static void enqueue(struct hooks *hooks, struct job *job)
{
    STAILQ_INSERT_TAIL(&hooks->waiting, job, link);
    hooks->waiting_count++;
}

static void tell_of_item(struct hooks *hooks, enum hook hook, const struct haul_item *item)
{
    size_t count;
    struct job *job = job_new(hooks, hook, item->id, &count);
    char *path = path_join(item->dir, item->name);

    set_fact(job, &count, xasprintf("HAUL_ID=%" PRIu64, item->id));
    set_fact(job, &count, xasprintf("HAUL_NAME=%s", item->name));
    set_fact(job, &count, xasprintf("HAUL_PATH=%s", path));
    set_fact(job, &count, xasprintf("HAUL_URL=%s", item->url));
    set_fact(job, &count, xasprintf("HAUL_SIZE=%" PRIu64, item->done));
    set_fact(job, &count,
             xasprintf("HAUL_ERROR=%s", hook == HOOK_FAILED ? haul_err_name(item->err) : ""));
    set_fact(job, &count, xasprintf("HAUL_NOTE=%s", item->note));
    job->input = haul_item_json(item);
    enqueue(hooks, job);
    free(path);
}

void hooks_item(struct hooks *hooks, const struct haul_engine *engine, uint64_t id,
                enum haul_happening what)
{
    enum hook hook = what == HAUL_ITEM_DONE ? HOOK_DONE : HOOK_FAILED;
    struct haul_item item;

    if (what != HAUL_ITEM_DONE && what != HAUL_ITEM_FAILED)
        return;
    hooks->done += what == HAUL_ITEM_DONE;
    hooks->failed += what == HAUL_ITEM_FAILED;
    if (!hooks->argv[hook])
        return;
    if (hooks->waiting_count >= WAITING_MAX) {
        LOG_WARN(hooks, "%s: too many wait; item %" PRIu64 " is left out", option_names[hook], id);
    } else if (haul_engine_item(engine, id, &item)) {
        tell_of_item(hooks, hook, &item);
        haul_item_fini(&item);
    }
}

void hooks_rest(struct hooks *hooks)
{
    size_t count;
    struct job *job;

    if (hooks->done + hooks->failed == 0)
        return;
    if (hooks->argv[HOOK_BATCH]) {
        job = job_new(hooks, HOOK_BATCH, 0, &count);
        job->input =
            xasprintf("{\"done\":%" PRIu64 ",\"failed\":%" PRIu64 "}", hooks->done, hooks->failed);
        set_fact(job, &count, xasprintf("HAUL_DONE=%" PRIu64, hooks->done));
        set_fact(job, &count, xasprintf("HAUL_FAILED=%" PRIu64, hooks->failed));
        enqueue(hooks, job);
    }
    hooks->done = hooks->failed = 0;
}

void hooks_run(struct hooks *hooks)
{
    start_waiting(hooks);
}

void hooks_when_idle(struct hooks *hooks, void (*idle)(void *ctx), void *ctx)
{
    hooks->idle = idle;
    hooks->idle_ctx = ctx;
    start_waiting(hooks);
    tell_idle(hooks);
}

void hooks_free(struct hooks *hooks)
{
    struct job *running;

    if (!hooks)
        return;
    while (!STAILQ_EMPTY(&hooks->waiting)) {
        struct job *job = STAILQ_FIRST(&hooks->waiting);

        STAILQ_REMOVE_HEAD(&hooks->waiting, link);
        job_free(job);
    }
    hooks->waiting_count = 0;
    hooks->idle = NULL;
    hooks->freed = true;
    LIST_FOREACH(running, &hooks->running, among_running)
    {
        job_close(running);
    }
    if (hooks->running_count == 0)
        hooks_release(hooks);
}
