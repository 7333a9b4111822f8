/* ~/.netrc, where logins are kept for machines by name (--netrc).
 *
 * It is read here and not by libcurl, which does not look who else may read it, and whose `default`
 * entry would be given to every host that a redirect leads to (RELIABILITY.md R6). The file is
 * judged and read through one descriptor. Its form is that of ftp and curl: words between white
 * space, "quoted" ones with \ in front of what stands for itself, `macdef` up to an empty line, and
 * comments, which begin with a '#' where a keyword could be and end with the line. The first entry
 * for a host counts. What is read is wiped. */

#include "net/netrc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

#define FILE_MAX (256 * 1024)
#define WORD_MAX 4096 /* tokens of package registries take two thousand and more */

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static const char *skip_comments(const char *at)
{
    at = skip_space(at);
    while (*at == '#')
        at = skip_space(at + strcspn(at, "\n"));
    return at;
}

static char meaning(char escaped)
{
    switch (escaped) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return escaped;
    }
}

/* The next word; *at is behind it. False at the end, and when a word is too long or its quote is
 * not closed on its line: what follows can't be trusted either, it may be of another entry. */
static bool next_word(const char **at, char ret_word[WORD_MAX])
{
    const char *from = skip_space(*at);
    bool quoted = *from == '"';
    const char *ends = quoted ? "\"\n" : " \t\r\n";
    size_t len = 0;

    if (*from == '\0')
        return false;
    for (from += quoted; *from != '\0' && !strchr(ends, *from); from++) {
        bool escaped = quoted && *from == '\\' && from[1] != '\0' && from[1] != '\n';

        if (len + 1 >= WORD_MAX)
            return false;
        from += escaped;
        ret_word[len++] = escaped ? meaning(*from) : *from;
    }
    if (quoted && *from != '"')
        return false;
    ret_word[len] = '\0';
    *at = from + quoted;
    return true;
}

/* Behind a macro: an empty line ends it. */
static const char *skip_macro(const char *at)
{
    for (at = strchr(at, '\n'); at; at = strchr(at + 1, '\n')) {
        if (at[1] == '\n' || (at[1] == '\r' && at[2] == '\n'))
            return at + 1;
    }
    return "";
}

/* What an entry tells. */
struct entry {
    char name[WORD_MAX], password[WORD_MAX];
    bool fits; /* it is the one for the host */
};

/* Takes the word WORD of the file, and those that belong to it. False: the entry that fits is
 * over, or the file. */
static bool take_word(struct entry *entry, const char *word, const char **at, const char *host,
                      bool only_named)
{
    char value[WORD_MAX];
    bool whole = true; /* what belongs to it is there */

    if (strcmp(word, "default") == 0) {
        if (entry->fits || only_named)
            return false; /* it is the last one */
        entry->fits = true;
    } else if (strcmp(word, "machine") == 0) {
        if (entry->fits)
            return false;
        whole = next_word(at, value);
        entry->fits = whole && strcasecmp(value, host) == 0;
    } else if (strcmp(word, "login") == 0) {
        whole = next_word(at, entry->fits ? entry->name : value);
    } else if (strcmp(word, "password") == 0) {
        whole = next_word(at, entry->fits ? entry->password : value);
    } else if (strcmp(word, "account") == 0) {
        whole = next_word(at, value);
    } else if (strcmp(word, "macdef") == 0) {
        *at = skip_macro(*at);
    }
    explicit_bzero(value, sizeof value);
    entry->fits &= whole;
    return whole;
}

char *netrc_find(const char *text, const char *host, bool only_named)
{
    struct entry entry = {0};
    char word[WORD_MAX], *login = NULL;

    text = skip_comments(text);
    while (next_word(&text, word) && take_word(&entry, word, &text, host, only_named))
        text = skip_comments(text);
    if (entry.fits && entry.name[0] != '\0' && !strchr(entry.name, ':'))
        login = xasprintf("%s:%s", entry.name, entry.password);
    explicit_bzero(&entry, sizeof entry);
    explicit_bzero(word, sizeof word);
    return login;
}

/* Whether it is for the user alone, as ssh wants its keys. */
static enum haul_err judge(const char *path, const struct stat *info, struct haul_error *err)
{
    if (!S_ISREG(info->st_mode))
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s is not a file", path);
    if (info->st_uid != geteuid())
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s belongs to another user", path);
    if (info->st_mode & (S_IRWXG | S_IRWXO))
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "%s is open to other users (mode %03o); chmod 600 makes it yours", path,
                         (unsigned)info->st_mode & 0777u);
    if (info->st_size > FILE_MAX)
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s is longer than 256 KiB", path);
    return HAUL_OK;
}

static enum haul_err read_all(int fd, const char *path, char **ret_text, struct haul_error *err)
{
    struct stat info;
    enum haul_err code;
    size_t len = 0;
    ssize_t got;
    char *text;

    if (fstat(fd, &info) != 0)
        return haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "%s can't be read", path);
    code = judge(path, &info, err);
    if (code != HAUL_OK)
        return code;
    text = xcalloc(1, (size_t)info.st_size + 1);
    while ((got = read(fd, text + len, (size_t)info.st_size - len)) > 0)
        len += (size_t)got;
    if (got < 0) {
        secret_free(text);
        return haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "%s can't be read", path);
    }
    *ret_text = text;
    return HAUL_OK;
}

enum haul_err netrc_login(const char *host, bool only_named, char **ret_login,
                          struct haul_error *err)
{
    char *path = path_absolute("~/.netrc"), *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum haul_err code;

    if (fd < 0)
        code = haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "%s (--netrc) can't be read", path);
    else
        code = read_all(fd, path, &text, err);
    if (code == HAUL_OK)
        *ret_login = netrc_find(text, host, only_named);
    if (fd >= 0)
        close(fd);
    secret_free(text);
    free(path);
    return code;
}
