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
#include <unistd.h>

#include "base/array.h"
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

/* A file of settings, and where it lies. */
struct dropin {
    char *name;
    const char *folder;
};

struct dropins {
    struct dropin *all;
    size_t count, size;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct dropin *)a)->name, ((const struct dropin *)b)->name);
}

static bool is_known(const struct dropins *dropins, const char *name)
{
    for (size_t i = 0; i < dropins->count; i++) {
        if (strcmp(dropins->all[i].name, name) == 0)
            return true;
    }
    return false;
}

static void collect(const char *folder, struct dropins *dropins)
{
    char *full = below_root(folder);
    DIR *dir = opendir(full);

    free(full);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (!str_ends(entry->d_name, ".conf") || is_known(dropins, entry->d_name))
            continue;
        dropins->all =
            array_reserve(dropins->all, dropins->count, &dropins->size, sizeof *dropins->all);
        dropins->all[dropins->count++] = (struct dropin){xstrdup(entry->d_name), folder};
    }
    if (dir)
        closedir(dir);
}

/* The same for the files "….conf" of systemd's folders, in the order of their names, whatever
 * folder they are in; of the same name, the one that FOLDERS name first counts. */
static void read_folders(const char *const *folders, void (*each)(void *ctx, char *line), void *ctx)
{
    struct dropins dropins = {0};

    for (; *folders; folders++)
        collect(*folders, &dropins);
    if (dropins.count > 0)
        qsort(dropins.all, dropins.count, sizeof *dropins.all, by_name);
    for (size_t i = 0; i < dropins.count; i++) {
        char *path = path_join(dropins.all[i].folder, dropins.all[i].name);

        read_lines(path, each, ctx);
        free(path);
        free(dropins.all[i].name);
    }
    free(dropins.all);
}

static bool is_yes(const char *value)
{
    static const char *const words[] = {"yes", "y", "true", "t", "on", "1"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_equal_nocase(value, words[i]))
            return true;
    }
    return false;
}

/* "KillUserProcesses = yes"; the last one counts. */
static void note_kill(void *ctx, char *line)
{
    static const char key[] = "KillUserProcesses", blanks[] = " \t\r";
    char *at = line + strspn(line, blanks);

    if (!str_starts(at, key))
        return;
    at += strlen(key);
    at += strspn(at, blanks);
    if (*at != '=')
        return;
    at += 1 + strspn(at + 1, blanks);
    at[strcspn(at, blanks)] = '\0';
    *(bool *)ctx = is_yes(at);
}

static bool kills_user_processes(void)
{
    static const char *const folders[] = {
        "/etc/systemd/logind.conf.d", "/run/systemd/logind.conf.d",
        "/usr/local/lib/systemd/logind.conf.d", "/usr/lib/systemd/logind.conf.d", NULL};
    bool kills = false;

    read_lines("/etc/systemd/logind.conf", note_kill, &kills);
    read_folders(folders, note_kill, &kills);
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
        findings_add(
            findings, FINDING_OK, what, NULL,
            "downloads go on; %s goes away with your last session, and the next haul finds "
            "the daemon all the same. Only a service of yours ends then, unless you linger",
            runtime);
    else
        findings_add(findings, FINDING_OK, what, NULL, "downloads go on");
}

/* What becomes of old files in /tmp. */
struct cleaner {
    bool told;
    char *age; /* after which they go, NULL: they stay */
};

/* "q /tmp 1777 root root 10d"; the first one counts. */
static void note_age(void *ctx, char *line)
{
    struct cleaner *cleaner = ctx;
    const char *fields[6];
    size_t count = 0;
    char *rest = line;

    for (char *field; count < COUNT_OF(fields) && (field = strsep(&rest, " \t")) != NULL;) {
        if (*field != '\0')
            fields[count++] = field;
    }
    if (cleaner->told || count < COUNT_OF(fields) || !strchr("dDqQvVe", fields[0][0]) ||
        strcmp(fields[1], "/tmp") != 0)
        return;
    cleaner->told = true;
    cleaner->age = strcmp(fields[5], "-") == 0 ? NULL : xstrdup(fields[5]);
}

static void look_at_cleaners(struct findings *findings)
{
    static const char *const folders[] = {"/etc/tmpfiles.d", "/run/tmpfiles.d",
                                          "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d", NULL};
    struct cleaner cleaner = {0};
    char *dir;

    if (path_runtime_dir(&dir, NULL) != HAUL_OK)
        return;
    if (exists("/run/systemd/system"))
        read_folders(folders, note_age, &cleaner);
    if (cleaner.age && str_starts(dir, "/tmp/"))
        findings_add(findings, FINDING_NOTE, "cleaners",
                     "log in with a session of systemd, or set XDG_RUNTIME_DIR",
                     "files in /tmp are removed after %s, and the socket is in %s", cleaner.age,
                     dir);
    else
        findings_add(findings, FINDING_OK, "cleaners", NULL, "none reaches %s", dir);
    free(cleaner.age);
    free(dir);
}

void doctor_look_at_system(struct findings *findings)
{
    look_at_logout(findings);
    look_at_cleaners(findings);
}
