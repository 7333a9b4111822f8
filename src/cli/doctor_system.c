/* What the system does to a daemon and its folders.
 *
 * systemd's files are read rather than its bus asked: what is looked for stands in plain text, and
 * a machine without it has none of them. HAUL_DOCTOR_ROOT is the top of their tree, for tests.
 */
#include "cli/doctor.h"

#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

#define LINE_SIZE 1024

static char *below_root(const char *path)
{
    const char *root = getenv("HAUL_DOCTOR_ROOT");

    return xasprintf("%s%s", root ? root : "", path);
}

static bool exists(const char *path)
{
    char *full = below_root(path);
    bool is_there = access(full, F_OK) == 0;

    free(full);
    return is_there;
}

/* Calls EACH for every line of the file. */
static void read_lines(const char *path, void (*each)(void *ctx, char *line), void *ctx)
{
    char *full = below_root(path);
    FILE *from = fopen(full, "re");
    char line[LINE_SIZE];

    free(full);
    if (!from)
        return;
    while (fgets(line, sizeof line, from)) {
        line[strcspn(line, "\n")] = '\0';
        each(ctx, line);
    }
    fclose(from);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The same for every file of FOLDER whose name ends with ".conf", in the order of their names. */
static void read_folder(const char *folder, void (*each)(void *ctx, char *line), void *ctx)
{
    char *full = below_root(folder);
    DIR *dir = opendir(full);
    char **names = NULL;
    size_t count = 0;

    free(full);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (!str_ends(entry->d_name, ".conf"))
            continue;
        names = xreallocarray(names, count + 1, sizeof *names);
        names[count++] = xstrdup(entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (count > 0)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        char *path = path_join(folder, names[i]);

        read_lines(path, each, ctx);
        free(path);
        free(names[i]);
    }
    free(names);
}

/* "KillUserProcesses=yes"; the last one counts. */
static void note_kill(void *ctx, char *line)
{
    static const char key[] = "KillUserProcesses=";
    const char *value = line + strlen(key);

    if (strncmp(line, key, strlen(key)) == 0)
        *(bool *)ctx = strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 ||
                       strcasecmp(value, "on") == 0 || strcmp(value, "1") == 0;
}

static bool kills_user_processes(void)
{
    bool kills = false;

    read_lines("/etc/systemd/logind.conf", note_kill, &kills);
    read_folder("/usr/lib/systemd/logind.conf.d", note_kill, &kills);
    read_folder("/etc/systemd/logind.conf.d", note_kill, &kills);
    return kills;
}

static bool lingers(void)
{
    struct passwd *entry = getpwuid(getuid());
    char *path;
    bool yes;

    if (!entry)
        return false;
    path = xasprintf("/var/lib/systemd/linger/%s", entry->pw_name);
    yes = exists(path);
    free(path);
    return yes;
}

static void look_at_logout(struct findings *findings)
{
    static const char what[] = "logging out";
    static const char advice[] = "run: loginctl enable-linger";
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    if (!exists("/run/systemd/system"))
        findings_add(findings, FINDING_OK, what, NULL, "no systemd: nothing ends a daemon");
    else if (lingers())
        findings_add(findings, FINDING_OK, what, NULL, "you linger: downloads go on");
    else if (kills_user_processes())
        findings_add(findings, FINDING_BAD, what, advice,
                     "KillUserProcesses is on and you do not linger: downloads end with your last "
                     "session");
    else if (runtime && str_starts(runtime, "/run/user/"))
        findings_add(findings, FINDING_BAD, what, advice,
                     "you do not linger: %s goes away with your last session, and with it the way "
                     "to a running daemon",
                     runtime);
    else
        findings_add(findings, FINDING_OK, what, NULL, "downloads go on");
}

/* "q /tmp 1777 root root 10d": copies the age. Later files overrule earlier ones. */
static void note_age(void *ctx, char *line)
{
    const char *fields[6];
    size_t count = 0;
    char *rest = line;

    for (char *field; count < COUNT_OF(fields) && (field = strsep(&rest, " \t")) != NULL;) {
        if (*field != '\0')
            fields[count++] = field;
    }
    if (count == COUNT_OF(fields) && strchr("dDqQvVeE", fields[0][0]) &&
        strcmp(fields[1], "/tmp") == 0)
        xstrset(ctx, strcmp(fields[5], "-") == 0 ? NULL : fields[5]);
}

static void look_at_cleaners(struct findings *findings)
{
    char *dir, *age = NULL;

    if (path_runtime_dir(&dir, NULL) != HAUL_OK)
        return;
    if (exists("/run/systemd/system")) {
        if (!exists("/etc/tmpfiles.d/tmp.conf"))
            read_lines("/usr/lib/tmpfiles.d/tmp.conf", note_age, &age);
        read_folder("/etc/tmpfiles.d", note_age, &age);
    }
    if (age && str_starts(dir, "/tmp/"))
        findings_add(findings, FINDING_NOTE, "cleaners",
                     "log in with a session of systemd, or set XDG_RUNTIME_DIR",
                     "files in /tmp are removed after %s, and the socket is in %s", age, dir);
    else
        findings_add(findings, FINDING_OK, "cleaners", NULL, "none reaches %s", dir);
    free(age);
    free(dir);
}

void doctor_look_at_system(struct findings *findings)
{
    look_at_logout(findings);
    look_at_cleaners(findings);
}
