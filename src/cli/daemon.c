/* `haul daemon`: engine and control socket on one loop, until there is nothing more to do.
 *
 * The order matters. First the log, so that a failure can be read; then the server, which takes the
 * session's lock, so that nothing of the session is touched twice; then the engine; and only when
 * all of it runs are clients let in and the one that started us is told. SIGTERM and SIGINT end it
 * as `haul stop` does; SIGHUP reads the configuration again, and one that is broken changes
 * nothing.
 *
 * The end waits for the disk, so that all bytes that came are on record, but not for ever: a disk,
 * a name server or a client that does not answer must not hold up a system that goes down. What was
 * acknowledged is kept by then, and what came since the last record is fetched again, as after
 * kill -9. */

#include "cli/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/configure.h"
#include "cli/hooks.h"
#include "cli/report.h"
#include "control/handover.h"
#include "control/knock.h"
#include "control/server.h"
#include "control/spawn.h"
#include "control/systemd.h"
#include "haul/engine.h"
#include "haul/version.h"

#define GRACE_SECONDS     60
#define LEAVE_MS          1500 /* for putting away what can be: the system waits two seconds */
#define GRACE_SECONDS_ENV "HAUL_GRACE_SECONDS" /* for tests */

static const int end_signals[] = {SIGTERM, SIGINT};

struct daemon {
    const struct daemon_args *args;
    struct haul_loop *loop;
    struct server *server;
    struct haul_engine *engine;
    uv_signal_t signals[COUNT_OF(end_signals)];
    uv_timer_t farewell; /* frees the engine, outside of its callback */
    uv_signal_t hangup;
    struct config *config; /* NULL: as it was when it started */
    struct handover door;  /* of the daemon before this one, or for the next */
    struct haul_engine_events to_server;
    struct hooks *hooks;
    struct systemd systemd;
    uv_timer_t watchdog; /* tells it that the loop turns */
    uv_timer_t patience; /* runs while it ends */
    bool has_handles, has_patience;
    bool on_terminal; /* the log is on one */
};

static enum haul_err open_log_file(const struct daemon_args *args, struct haul_error *err)
{
    char *dir, *path;
    enum haul_err code;

    dir = path_state_dir(args->args->run.session);
    path = path_join(dir, "haul.log");
    code = path_make_dirs(dir, 0700, err);
    if (code == HAUL_OK)
        code = haul_log_open(path, args->log_level, err);
    free(path);
    free(dir);
    return code;
}

static enum haul_err open_log(const struct daemon_args *args, struct haul_error *err)
{
    haul_log_remember();
    return args->foreground ? haul_log_open(NULL, args->log_level, err) : open_log_file(args, err);
}

static uint64_t grace_ms(void)
{
    const char *value = getenv(GRACE_SECONDS_ENV);
    uint64_t seconds;

    if (!value || !str_to_u64(value, &seconds, NULL) || seconds > UINT32_MAX)
        seconds = GRACE_SECONDS;
    return seconds * 1000;
}

HAUL_NORETURN static void leave(struct daemon *daemon)
{
    server_leave(daemon->server);
    haul_log_close();
    _exit(0);
}

static void on_patience_over(uv_timer_t *timer)
{
    LOG_WARN(daemon, "not all could be put away in time: the daemon ends without it, and what is "
                     "missing is fetched again");
    leave(OWNER_OF(timer, struct daemon, patience));
}

/* A second signal is from somebody who does not want to wait. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;

    LOG_INFO(daemon, "signal %d: the daemon ends", number);
    if (server_is_stopping(daemon->server) && !server_is_replaced(daemon->server))
        leave(daemon);
    server_stop(daemon->server);
}

/* A terminal that closes tells us so with the signal that means the configuration. We go on without
 * it. */
static void leave_terminal(struct daemon *daemon)
{
    struct haul_error err;

    if (!daemon->on_terminal || isatty(STDERR_FILENO))
        return;
    daemon->on_terminal = false;
    if (open_log_file(daemon->args, &err) == HAUL_OK)
        LOG_INFO(daemon, "the terminal is gone: the daemon goes on, and logs here");
}

static void read_configuration(struct daemon *daemon)
{
    struct config *config = NULL;
    struct haul_settings settings;
    struct run_options run;
    struct haul_error err;

    run_options_init(&run);
    systemd_tell_reloading(&daemon->systemd);
    if (configure_session(daemon->args->args, &config, &settings, &run, &err) != HAUL_OK) {
        LOG_ERROR(daemon, "the configuration stays as it was: %s", err.text);
    } else if (hooks_configure(daemon->hooks, &run, &err) != HAUL_OK) {
        LOG_ERROR(daemon, "the configuration stays as it was: %s", err.text);
        config_free(config);
    } else {
        config_free(daemon->config);
        daemon->config = config;
        haul_engine_configure(daemon->engine, &settings);
        haul_engine_schedule(daemon->engine, config_schedule(config));
        LOG_INFO(daemon, "read the configuration %s", config_path(config));
    }
    run_options_fini(&run);
    systemd_tell(&daemon->systemd, "READY=1");
}

/* Somebody wants us to look at the outside again. */
static void on_hangup(uv_signal_t *handle, int number)
{
    struct daemon *daemon = OWNER_OF(handle, struct daemon, hangup);

    (void)number;
    leave_terminal(daemon);
    read_configuration(daemon);
    server_mend(daemon->server);
}

static void on_item(void *ctx, uint64_t id, enum haul_happening what)
{
    struct daemon *daemon = ctx;

    daemon->to_server.item(daemon->to_server.ctx, id, what);
    hooks_item(daemon->hooks, daemon->engine, id, what);
}

static void on_changed(void *ctx)
{
    struct daemon *daemon = ctx;

    daemon->to_server.changed(daemon->to_server.ctx);
    if (haul_engine_idle(daemon->engine))
        hooks_rest(daemon->hooks);
    hooks_run(daemon->hooks);
}

static void on_watchdog(uv_timer_t *timer)
{
    struct daemon *daemon = OWNER_OF(timer, struct daemon, watchdog);

    systemd_tell(&daemon->systemd, "WATCHDOG=1");
}

/* Unreferenced: signs of life keep nothing alive. */
static void start_watchdog(struct daemon *daemon)
{
    uint64_t interval = MAX(daemon->systemd.watchdog_ms / 2, 1);

    (void)uv_timer_init(loop_uv(daemon->loop), &daemon->watchdog);
    uv_unref((uv_handle_t *)&daemon->watchdog);
    if (daemon->systemd.watchdog_ms > 0)
        (void)uv_timer_start(&daemon->watchdog, on_watchdog, interval, interval);
}

/* The one that takes our place waits for all to be put away, however long that takes. */
static void on_stopping(void *ctx)
{
    struct daemon *daemon = ctx;

    systemd_tell(&daemon->systemd, "STOPPING=1");
    if (!server_is_replaced(daemon->server))
        (void)uv_timer_start(&daemon->patience, on_patience_over, LEAVE_MS, 0);
}

static void open_handles(struct daemon *daemon)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    uv_loop_t *uv = loop_uv(daemon->loop);

    for (size_t i = 0; i < COUNT_OF(end_signals); i++) {
        uv_signal_t *handle = &daemon->signals[i];

        (void)uv_signal_init(uv, handle);
        handle->data = daemon;
        (void)uv_signal_start(handle, on_signal, end_signals[i]);
    }
    (void)uv_signal_init(uv, &daemon->hangup);
    (void)uv_signal_start(&daemon->hangup, on_hangup, SIGHUP);
    (void)uv_timer_init(uv, &daemon->farewell);
    (void)uv_timer_init(uv, &daemon->patience);
    uv_unref((uv_handle_t *)&daemon->patience);
    daemon->has_patience = true;
    start_watchdog(daemon);
    daemon->has_handles = true;
    (void)sigaction(SIGPIPE, &ignored, NULL);
}

static void close_handles(struct daemon *daemon)
{
    if (!daemon->has_handles)
        return;
    for (size_t i = 0; i < COUNT_OF(end_signals); i++)
        uv_close((uv_handle_t *)&daemon->signals[i], NULL);
    uv_close((uv_handle_t *)&daemon->hangup, NULL);
    uv_close((uv_handle_t *)&daemon->watchdog, NULL);
    uv_close((uv_handle_t *)&daemon->farewell, NULL);
    daemon->has_handles = false;
}

static void on_farewell(uv_timer_t *timer)
{
    struct daemon *daemon = OWNER_OF(timer, struct daemon, farewell);

    daemon->door.held = haul_engine_held(daemon->engine);
    haul_engine_free(daemon->engine);
    daemon->engine = NULL;
    hooks_free(daemon->hooks);
    daemon->hooks = NULL;
    close_handles(daemon);
}

/* The server has ended: without the engine's handles and ours the loop ends once the last answers
 * are out. */
static void on_ended(void *ctx)
{
    struct daemon *daemon = ctx;

    (void)uv_timer_start(&daemon->farewell, on_farewell, 0, 0);
}

/* What is in force: read again since it started, or as it was then. */
static const struct config *daemon_config(const struct daemon *daemon)
{
    return daemon->config ? daemon->config : daemon->args->args->config;
}

static enum haul_err start(struct daemon *daemon, struct haul_error *err)
{
    struct server_config config = {
        .session = daemon->args->args->run.session,
        .grace_ms = grace_ms(),
        .door = daemon->door.lock_fd >= 0 ? &daemon->door : NULL,
        .managed = daemon->systemd.notify != NULL,
        .ended = on_ended,
        .stopping = on_stopping,
        .ctx = daemon,
    };
    struct haul_engine_events events;
    enum haul_err code = haul_loop_new(&daemon->loop, err);

    if (code == HAUL_OK)
        code = server_new(daemon->loop, &config, &daemon->server, err);
    if (code != HAUL_OK)
        return code;
    code = hooks_new(daemon->loop, daemon->args->args->run.session, &daemon->args->args->run,
                     &daemon->hooks, err);
    if (code != HAUL_OK)
        return code;
    daemon->to_server = server_events(daemon->server);
    events = (struct haul_engine_events){.item = on_item, .changed = on_changed, .ctx = daemon};
    code = haul_engine_new(daemon->loop, &daemon->args->args->initial,
                           daemon->args->args->run.session, &events, &daemon->engine, err);
    if (code != HAUL_OK)
        return code;
    haul_engine_schedule(daemon->engine, config_schedule(daemon_config(daemon)));
    haul_engine_hold(daemon->engine,
                     config.door ? daemon->door.held : getenv(SPAWN_HOLD_ENV) != NULL);
    open_handles(daemon);
    return server_start(daemon->server, daemon->engine, err);
}

static void finish(struct daemon *daemon)
{
    close_handles(daemon);
    if (daemon->has_patience)
        uv_close((uv_handle_t *)&daemon->patience, NULL);
    if (daemon->engine)
        haul_engine_free(daemon->engine);
    server_free(daemon->server);
    hooks_free(daemon->hooks);
    haul_loop_free(daemon->loop);
    config_free(daemon->config);
    daemon->engine = NULL;
    daemon->server = NULL;
    daemon->hooks = NULL;
    daemon->loop = NULL;
    daemon->config = NULL;
    daemon->has_patience = false;
}

/* The door of the daemon that runs, when we are to take its place and there is one. */
static enum haul_err take_place(struct daemon *daemon, struct haul_error *err)
{
    const struct run_options *run = &daemon->args->args->run;
    enum haul_err code =
        run->replace ? handover_ask(run->session, &daemon->door, err) : HAUL_E_NO_DAEMON;

    return code == HAUL_E_NO_DAEMON ? HAUL_OK : code;
}

/* True when another daemon took our place. When it was to and did not, all begins anew here. */
static bool give_place(struct daemon *daemon)
{
    bool given, held = daemon->door.held;

    server_part(daemon->server, &daemon->door);
    daemon->door.held = held;
    finish(daemon);
    given = handover_give(&daemon->door);
    if (!given)
        LOG_WARN(daemon, "the next daemon does not serve; this one goes on");
    return given;
}

/* We can't be the session's daemon. Perhaps the one that is can't be found: then it makes itself
 * heard again, and serves who started us. ERR tells why we can't; HAUL_E_NO_DAEMON: nobody has the
 * queue any more. */
static enum haul_err yield(struct daemon *daemon, int ready_fd, struct haul_error *err)
{
    const char *session = daemon->args->args->run.session;
    struct haul_error about;
    enum haul_err code;

    finish(daemon);
    code = knock(session, &about);
    if (code == HAUL_OK && ready_fd < 0)
        return haul_fail(err, HAUL_E_BUSY,
                         "a daemon is already running in session '%s'; to take its place write: "
                         "haul daemon --replace",
                         session);
    if (code == HAUL_OK)
        LOG_INFO(daemon, "the daemon that has the queue answers");
    else if (code != HAUL_E_NO_DAEMON)
        *err = about;
    return code;
}

/* As start(), once more when who had the session has just left. *RET_YIELDED: another daemon serves
 * who started us. */
static enum haul_err start_in_turn(struct daemon *daemon, int ready_fd, bool *ret_yielded,
                                   struct haul_error *err)
{
    enum haul_err code = start(daemon, err);

    if (code != HAUL_E_STORE && code != HAUL_E_BUSY)
        return code;
    code = yield(daemon, ready_fd, err);
    if (code == HAUL_E_NO_DAEMON)
        return start(daemon, err);
    *ret_yielded = code == HAUL_OK;
    return code;
}

/* Serves until the end, or until another one does. */
static enum haul_err serve(struct daemon *daemon, int *ready_fd, struct haul_error *err)
{
    const char *session = daemon->args->args->run.session;
    bool yielded = false;
    enum haul_err code;

    for (;;) {
        code = start_in_turn(daemon, *ready_fd, &yielded, err);
        if (code != HAUL_OK || yielded)
            return code;
        LOG_INFO(daemon, "haul %s serves session %s, process %d", HAUL_VERSION, session,
                 (int)getpid());
        handover_taken(&daemon->door);
        spawn_tell(*ready_fd, NULL);
        *ready_fd = -1;
        systemd_tell(&daemon->systemd, "READY=1");
        haul_loop_run(daemon->loop);
        if (!server_is_replaced(daemon->server) || give_place(daemon))
            return HAUL_OK;
    }
}

int daemon_refuse(const struct haul_error *err)
{
    int ready_fd = spawn_ready_fd();

    spawn_tell(ready_fd, err);
    return ready_fd < 0 ? report_error(err) : 1;
}

static int run(const struct daemon_args *args, int ready_fd)
{
    struct daemon daemon = {.args = args, .on_terminal = args->foreground && isatty(STDERR_FILENO)};
    struct haul_error err;
    enum haul_err code = open_log(args, &err);

    handover_init(&daemon.door);
    systemd_init(&daemon.systemd);
    if (ready_fd >= 0) /* a client's service was meant, not us */
        systemd_fini(&daemon.systemd);
    if (code == HAUL_OK)
        code = take_place(&daemon, &err);
    if (code == HAUL_OK)
        code = serve(&daemon, &ready_fd, &err);
    if (code == HAUL_OK && ready_fd >= 0)
        spawn_tell(ready_fd, NULL);
    if (code == HAUL_OK) {
        LOG_INFO(daemon, "the daemon of session %s has ended", args->args->run.session);
    } else {
        LOG_ERROR(daemon, "the daemon can't run: %s", err.text);
        spawn_tell(ready_fd, &err);
    }
    finish(&daemon);
    handover_fini(&daemon.door);
    systemd_fini(&daemon.systemd);
    haul_log_close();
    return code == HAUL_OK ? 0 : 1;
}

/* Who replaces a daemon gets the terminal back: the new one goes on without it, as one does that a
 * client starts. */
static int replace(const struct daemon_args *args)
{
    const char *session = args->args->run.session;
    struct daemon_args detached = *args;
    struct haul_error err;
    int fd;
    enum haul_err code = spawn_copy(session, &fd, &err);

    detached.foreground = false;
    if (code == HAUL_OK && fd < 0)
        printf("haul %s serves session '%s' now\n", HAUL_VERSION, session);
    if (code == HAUL_OK && fd >= 0)
        return run(&detached, fd);
    if (code != HAUL_OK)
        fprintf(stderr, "haul: %s; the daemon that ran, if any, goes on\n", err.text);
    return code == HAUL_OK ? 0 : 1;
}

int daemon_main(const struct daemon_args *args)
{
    int ready_fd = spawn_ready_fd();

    return args->args->run.replace && ready_fd < 0 ? replace(args) : run(args, ready_fd);
}
