/* haul's own folders. The runtime folder holds the control socket, so it is checked and never
 * trusted: whoever can write there could pose as the daemon. */

#include "base/path.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

bool path_session_ok(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t len = strlen(name);

    return len >= 1 && len <= 32 && strspn(name, allowed) == len;
}

char *path_join(const char *dir, const char *name)
{
    return xasprintf("%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

/* $HOME, else the password database's, else "/". */
static char *home_dir(void)
{
    const char *home = getenv("HOME");
    struct passwd *entry;

    if (home && home[0] == '/')
        return xstrdup(home);
    entry = getpwuid(getuid());
    return xstrdup(entry && entry->pw_dir[0] == '/' ? entry->pw_dir : "/");
}

static char *below_home(const char *rest)
{
    char *home = home_dir();
    char *path = path_join(home, rest);

    free(home);
    return path;
}

char *path_absolute(const char *path)
{
    char *here, *full;

    if (path[0] == '/')
        return xstrdup(path);
    if (strcmp(path, "~") == 0)
        return home_dir();
    if (str_starts(path, "~/"))
        return below_home(path + 2);
    here = getcwd(NULL, 0);
    if (strcmp(path, ".") == 0 || path[0] == '\0')
        full = xstrdup(here ? here : "/");
    else
        full = path_join(here ? here : "/", str_starts(path, "./") ? path + 2 : path);
    free(here);
    return full;
}

/* $VARIABLE when it is an absolute path (relative ones are to be ignored), else ~/FALLBACK. */
static char *xdg_dir(const char *variable, const char *fallback)
{
    const char *value = getenv(variable);

    if (value && value[0] == '/')
        return xstrdup(value);
    return below_home(fallback);
}

char *path_far(const char *path)
{
    if (path[0] == '/' || strcmp(path, "~") == 0 || strncmp(path, "~/", 2) == 0)
        return xstrdup(path);
    if (strcmp(path, ".") == 0)
        return xstrdup("~");
    return path_join("~", strncmp(path, "./", 2) == 0 ? path + 2 : path);
}

char *path_config_dir(void)
{
    char *base = xdg_dir("XDG_CONFIG_HOME", ".config");
    char *dir = path_join(base, "haul");

    free(base);
    return dir;
}

char *path_state_dir(const char *session)
{
    char *base = xdg_dir("XDG_STATE_HOME", ".local/state");
    char *dir = xasprintf("%s/haul/%s", base, session);

    free(base);
    return dir;
}

char *path_default_download_dir(void)
{
    const char *dir = getenv("XDG_DOWNLOAD_DIR");

    return path_absolute(dir && dir[0] == '/' ? dir : ".");
}

char *path_daemon_download_dir(void)
{
    const char *dir = getenv("XDG_DOWNLOAD_DIR");

    return dir && dir[0] == '/' ? xstrdup(dir) : home_dir();
}

/* Refuses what another user could have put there or could look into. */
static enum haul_err check_private(const char *dir, struct haul_error *err)
{
    struct stat st;

    if (lstat(dir, &st) != 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't look at the socket folder %s",
                               dir);
    if (!S_ISDIR(st.st_mode))
        return haul_fail(err, HAUL_E_SOCKET, "%s is not a folder; remove it", dir);
    if (st.st_uid != geteuid())
        return haul_fail(err, HAUL_E_SOCKET, "%s belongs to another user; set XDG_RUNTIME_DIR",
                         dir);
    if ((st.st_mode & 077) != 0)
        return haul_fail(err, HAUL_E_SOCKET, "%s is open to other users; run: chmod 700 %s", dir,
                         dir);
    return HAUL_OK;
}

enum haul_err path_runtime_dir(char **ret_dir, struct haul_error *err)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    const char *tmp = getenv("TMPDIR");
    char *dir;
    enum haul_err code;

    if (base && base[0] == '/')
        dir = path_join(base, "haul");
    else
        dir = xasprintf("%s/haul-%u", tmp && tmp[0] == '/' ? tmp : "/tmp", (unsigned)geteuid());
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        code = haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't make the socket folder %s", dir);
    else
        code = check_private(dir, err);
    if (code != HAUL_OK) {
        free(dir);
        return code;
    }
    *ret_dir = dir;
    return HAUL_OK;
}

enum haul_err path_make_dirs(const char *dir, unsigned mode, struct haul_error *err)
{
    char *path = xstrdup(dir);
    enum haul_err code = HAUL_OK;

    for (char *at = path + 1; code == HAUL_OK; at++) {
        char end = *at;

        if (end != '/' && end != '\0')
            continue;
        *at = '\0';
        if (mkdir(path, mode) != 0 && errno != EEXIST && errno != EISDIR)
            code = haul_fail_errno(err, HAUL_E_DISK, errno, "can't make the folder %s", path);
        *at = end;
        if (end == '\0')
            break;
    }
    free(path);
    return code;
}

bool path_ends_like_ours(const char *name)
{
    size_t len = strlen(name);
    const char *end = name + len - MIN(len, sizeof ".part" - 1);

    return str_equal_nocase(end, ".part") || str_equal_nocase(end, ".haul");
}
