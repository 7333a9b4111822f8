/* `haul doctor`: what is wrong here, and what to do about it. Looks only; nothing is changed but
 * for the socket folder, which is made as any command makes it. */
#include "cli/doctor.h"

#include <errno.h>
#include <jansson.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/call.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/configure.h"
#include "cli/report.h"
#include "config/args.h"
#include "haul/engine.h"
#include "haul/version.h"

#define LITTLE_SPACE  ((uint64_t)1 << 30)
#define NO_SPACE      ((uint64_t)64 << 20)
#define DESCRIPTORS   1024 /* for a few hundred connections and their files */
#define WHAT_COLUMNS  16
#define STATE_COLUMNS 5

static const char *const state_names[FINDING_STATE_COUNT] = {"ok", "note", "bad"};

/* Folders and variables may hold anything: what is told of them is clean. */
void findings_add(struct findings *findings, enum finding_state state, const char *what,
                  const char *advice, const char *format, ...)
{
    char text[HAUL_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    findings->items =
        array_reserve(findings->items, findings->count, &findings->size, sizeof *findings->items);
    findings->items[findings->count++] =
        (struct finding){.state = state,
                         .what = what,
                         .text = text_clean_dup(text_raw_from(text), sizeof text * 3),
                         .advice = advice};
}

static void findings_fini(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->items[i].text);
    free(findings->items);
}

static void look_at_socket_folder(struct findings *findings)
{
    struct haul_error err;
    char *dir;

    if (path_runtime_dir(&dir, &err) != HAUL_OK) {
        findings_add(findings, FINDING_BAD, "socket folder", NULL, "%s", err.text);
        return;
    }
    findings_add(findings, FINDING_OK, "socket folder", NULL, "%s", dir);
    free(dir);
}

static void look_at_locale(struct findings *findings)
{
    const char *codeset = nl_langinfo(CODESET);

    if (strcmp(codeset, "UTF-8") == 0)
        findings_add(findings, FINDING_OK, "locale", NULL, "%s", codeset);
    else
        findings_add(findings, FINDING_NOTE, "locale", "set LC_ALL=C.UTF-8",
                     "%s: the screen is drawn with ASCII only", codeset);
}

static bool has_terminfo(const char *name)
{
    static const char *const folders[] = {"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"};
    char *own = path_absolute("~/.terminfo");
    const char *wanted = getenv("TERMINFO");
    bool found = false;

    for (size_t i = 0; i < COUNT_OF(folders) + 2 && !found; i++) {
        const char *folder = i < COUNT_OF(folders)    ? folders[i]
                             : i == COUNT_OF(folders) ? own
                                                      : wanted;
        char *path = xasprintf("%s/%c/%s", folder ? folder : "", name[0], name);

        found = access(path, R_OK) == 0;
        free(path);
    }
    free(own);
    return found;
}

static void look_at_terminal(struct findings *findings)
{
    const char *name = getenv("TERM");

    if (!name || name[0] == '\0' || strcmp(name, "dumb") == 0)
        findings_add(findings, FINDING_NOTE, "terminal", "set TERM to your terminal's type",
                     "TERM is \"%s\": there can be no screen here; the commands work",
                     name ? name : "");
    else if (strchr(name, '/') || !has_terminfo(name))
        findings_add(findings, FINDING_NOTE, "terminal",
                     "install ncurses-term, or set TERM=xterm-256color",
                     "the system does not know a terminal of the type \"%s\"", name);
    else
        findings_add(findings, FINDING_OK, "terminal", NULL, "%s", name);
}

static void look_at_descriptors(struct findings *findings)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < DESCRIPTORS)
        findings_add(findings, FINDING_NOTE, "descriptors",
                     "raise the hard limit: ulimit -Hn, or LimitNOFILE= of the service",
                     "%ju: fewer items than asked for can run at once", (uintmax_t)limit.rlim_max);
    else if (limit.rlim_max == RLIM_INFINITY)
        findings_add(findings, FINDING_OK, "descriptors", NULL, "no limit");
    else
        findings_add(findings, FINDING_OK, "descriptors", NULL, "%ju", (uintmax_t)limit.rlim_max);
}

static void look_at_libraries(struct findings *findings)
{
    const char *libraries = haul_engine_libraries();

    if (!strstr(libraries, "libssh"))
        findings_add(findings, FINDING_NOTE, "libcurl", "install a libcurl with libssh2",
                     "%s: sftp links can't be fetched", libraries);
    else if (!strstr(libraries, "nghttp2"))
        findings_add(findings, FINDING_NOTE, "libcurl", "install a libcurl with nghttp2",
                     "%s: --http2 does nothing", libraries);
    else
        findings_add(findings, FINDING_OK, "libcurl", NULL, "%s", libraries);
}

/* The nearest folder of PATH that is there: the caller's. */
static char *nearest(const char *path)
{
    char *at = xstrdup(path);

    while (strcmp(at, "/") != 0 && access(at, F_OK) != 0) {
        char *slash = strrchr(at, '/');

        slash[slash == at] = '\0';
    }
    return at;
}

/* Whether files can be written below PATH, which need not be there yet. */
static void look_at_folder(struct findings *findings, const char *what, const char *path)
{
    char *dir = nearest(path);
    char room[FMT_SIZE];
    struct statvfs st;
    uint64_t left;

    if (access(dir, W_OK | X_OK) != 0) {
        findings_add(findings, FINDING_BAD, what, "choose another folder, or change its mode",
                     "%s can't be written to: %s", dir, strerror(errno));
    } else if (statvfs(dir, &st) != 0) {
        findings_add(findings, FINDING_NOTE, what, NULL, "%s: %s", path, strerror(errno));
    } else {
        left = (uint64_t)st.f_bavail * st.f_frsize;
        (void)fmt_bytes(left, room);
        findings_add(findings,
                     left < NO_SPACE       ? FINDING_BAD
                     : left < LITTLE_SPACE ? FINDING_NOTE
                                           : FINDING_OK,
                     what, left < LITTLE_SPACE ? "make room" : NULL, "%s, %s free", path, room);
    }
    free(dir);
}

static void look_at_folders(struct findings *findings, const struct args *args)
{
    char *state = path_state_dir(args->run.session);

    collect_settle_dir(args, args->item);
    look_at_folder(findings, "download folder", args->item->dir);
    look_at_folder(findings, "queue folder", state);
    free(state);
}

static void look_at_config(struct findings *findings, struct args *args)
{
    struct haul_error err;

    if (configure(args, &err) != HAUL_OK)
        findings_add(findings, FINDING_BAD, "configuration", NULL, "%s", err.text);
    else if (config_warning(args->config))
        findings_add(findings, FINDING_NOTE, "configuration", NULL, "%s",
                     config_warning(args->config));
    else
        findings_add(findings, FINDING_OK, "configuration", NULL, "%s%s", config_path(args->config),
                     config_found(args->config) ? "" : " (not there)");
}

/* What the screen would refuse to start with. */
static void look_at_screen(struct findings *findings, const struct args *args)
{
    struct haul_error err;

    if (!args->config)
        return; /* which is told as the configuration's */
    if (args->screen->keys(args->config, NULL, NULL, &err) != HAUL_OK)
        findings_add(findings, FINDING_BAD, "keys", NULL, "%s", err.text);
    if (args->screen->theme(args->run.theme, &err) != HAUL_OK)
        findings_add(findings, FINDING_BAD, "theme", NULL, "%s", err.text);
    else
        findings_add(findings, FINDING_OK, "theme", NULL, "%s", args->run.theme);
}

static void send_question(struct call *call, struct haul_client *client)
{
    haul_client_settings(client, call_reply, call);
}

static int on_daemon(struct call *call, const struct haul_reply *reply)
{
    const struct haul_hello *hello = &call->hello;

    (void)reply;
    if (strcmp(hello->version, HAUL_VERSION) == 0)
        findings_add(call->ctx, FINDING_OK, "daemon", NULL, "%s, process %d", hello->version,
                     hello->pid);
    else
        findings_add(call->ctx, FINDING_NOTE, "daemon",
                     "run 'haul stop'; the next command starts it anew",
                     "version %s runs, and this is %s", hello->version, HAUL_VERSION);
    return 0;
}

static int on_no_daemon(struct call *call, const struct haul_error *err)
{
    if (err->code == HAUL_E_NO_DAEMON)
        findings_add(call->ctx, FINDING_OK, "daemon", NULL, "none is running in session '%s'",
                     call->args->run.session);
    else
        findings_add(call->ctx, FINDING_BAD, "daemon", NULL, "%s", err->text);
    return 0;
}

static void look_at_daemon(struct findings *findings, const struct args *args)
{
    struct call call = {.args = args,
                        .send = send_question,
                        .show = on_daemon,
                        .no_answer = on_no_daemon,
                        .own_json = true,
                        .ctx = findings};

    (void)call_run(&call);
}

static void print_json(const struct findings *findings)
{
    json_t *list = json_array();
    json_t *answer = json_object();
    char *text;

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_t *row = json_object();

        json_object_set_new(row, "what", json_string(finding->what));
        json_object_set_new(row, "state", json_string(state_names[finding->state]));
        json_object_set_new(row, "text", json_string(finding->text));
        if (finding->advice)
            json_object_set_new(row, "advice", json_string(finding->advice));
        json_array_append_new(list, row);
    }
    json_object_set_new(answer, "findings", list);
    text = json_dumps(answer, JSON_COMPACT);
    puts(text);
    free(text);
    json_decref(answer);
}

static void print_rows(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];

        printf("%-*s %-*s %s\n", STATE_COLUMNS, state_names[finding->state], WHAT_COLUMNS,
               finding->what, finding->text);
        if (finding->advice)
            printf("%-*s %-*s -> %s\n", STATE_COLUMNS, "", WHAT_COLUMNS, "", finding->advice);
    }
}

int doctor_run(const struct args *args)
{
    struct findings findings = {0};
    /* The configuration is one of the things to look at: it is read here, not before. */
    struct args own = *args;
    bool bad = false;

    own.item = haul_options_copy(args->item);
    run_options_init(&own.run);
    run_options_merge(&own.run, &args->run);
    look_at_config(&findings, &own);
    look_at_socket_folder(&findings);
    look_at_folders(&findings, &own);
    doctor_look_at_system(&findings);
    look_at_locale(&findings);
    look_at_terminal(&findings);
    look_at_screen(&findings, &own);
    look_at_descriptors(&findings);
    look_at_libraries(&findings);
    look_at_daemon(&findings, &own);
    if (args->run.json)
        print_json(&findings);
    else
        print_rows(&findings);
    for (size_t i = 0; i < findings.count; i++)
        bad |= findings.items[i].state == FINDING_BAD;
    findings_fini(&findings);
    own.operands = NULL;
    args_fini(&own);
    return report_written(bad ? 1 : 0);
}
