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
#define BLANKS    " \t\r"

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

/* Whose processes logind ends with their last session. */
struct logind {
    bool kills;
    char *only, *excluded; /* names, with a blank before and behind each; NULL: not said */
};

/* The value in "KEY = VALUE", NULL in a line about something else. */
static char *value_of(char *line, const char *key)
{
    char *at = line + strspn(line, BLANKS), *end;

    if (!str_starts(at, key))
        return NULL;
    at += strlen(key);
    at += strspn(at, BLANKS);
    if (*at != '=')
        return NULL;
    at += 1 + strspn(at + 1, BLANKS);
    end = at + strlen(at);
    while (end > at && strchr(BLANKS, end[-1]))
        end--;
    *end = '\0';
    return at;
}

/* Adds the names in VALUE to LIST; none forgets those before. */
static void note_names(char **list, char *value)
{
    bool empty = *value == '\0';
    char *rest = value, *before = *list;

    *list = xstrdup(empty || !before ? " " : before);
    free(before);
    for (char *name; (name = strsep(&rest, BLANKS)) != NULL;) {
        char *longer = xasprintf("%s%s ", *list, name);

        if (*name != '\0')
            xstrset(list, longer);
        free(longer);
    }
}

/* The last line counts; of lists all do. */
static void note_logind(void *ctx, char *line)
{
    struct logind *logind = ctx;
    char *value;

    if ((value = value_of(line, "KillUserProcesses")) != NULL)
        logind->kills = is_yes(value);
    else if ((value = value_of(line, "KillOnlyUsers")) != NULL)
        note_names(&logind->only, value);
    else if ((value = value_of(line, "KillExcludeUsers")) != NULL)
        note_names(&logind->excluded, value);
}

static bool has_name(const char *list, const char *name)
{
    char *word = xasprintf(" %s ", name);
    bool has = strstr(list, word) != NULL;

    free(word);
    return has;
}

/* As logind.conf(5) has it: those who are excluded come first, and root is when nobody was named.
 */
static bool kills_processes_of(const struct logind *logind, const char *user)
{
    if (has_name(logind->excluded ? logind->excluded : " root ", user))
        return false;
    if (logind->only && strcmp(logind->only, " ") != 0)
        return has_name(logind->only, user);
    return logind->kills;
}

static bool kills_my_processes(void)
{
    static const char *const folders[] = {
        "/etc/systemd/logind.conf.d", "/run/systemd/logind.conf.d",
        "/usr/local/lib/systemd/logind.conf.d", "/usr/lib/systemd/logind.conf.d", NULL};
    const struct passwd *entry = getpwuid(getuid());
    struct logind logind = {0};
    bool kills;

    read_lines("/etc/systemd/logind.conf", note_logind, &logind);
    read_folders(folders, note_logind, &logind);
    kills = kills_processes_of(&logind, entry ? entry->pw_name : "");
    free(logind.only);
    free(logind.excluded);
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
    else if (kills_my_processes())
        findings_add(findings, FINDING_BAD, what, advice,
                     "logind ends your processes with your last session (KillUserProcesses, "
                     "KillOnlyUsers), and you do not linger: downloads end with it");
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
