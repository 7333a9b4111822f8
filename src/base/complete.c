/* Completion of a folder's path, one level at a time. */

#include "base/complete.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/text.h"

#define ENTRIES_MAX 20000 /* of a folder that are looked at */
#define SHOWN_MAX   256

struct found {
    char **names;
    size_t count, size;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(DIR *dir, const struct dirent *entry)
{
    struct stat status;

    if (entry->d_type == DT_DIR)
        return true;
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return false;
    return fstatat(dirfd(dir), entry->d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

/* A name that is not text can't be typed either. */
static bool fits(const struct dirent *entry, const char *start)
{
    const char *name = entry->d_name;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || (name[0] == '.' && start[0] != '.'))
        return false;
    return str_starts(name, start) && text_is_utf8(text_raw_from(name));
}

static void look(const char *folder, const char *start, struct found *found)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    for (size_t i = 0; dir && i < ENTRIES_MAX && (entry = readdir(dir)); i++) {
        if (!fits(entry, start) || !is_folder(dir, entry))
            continue;
        found->names = array_reserve(found->names, found->count, &found->size, sizeof(char *));
        found->names[found->count++] = xstrdup(entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (found->count > 1)
        qsort(found->names, found->count, sizeof(char *), by_name);
}

/* How many bytes all names begin with alike, not cutting a character. */
static size_t common(const struct found *found)
{
    const char *first = found->names[0];
    size_t len = strlen(first);

    for (size_t i = 1; i < found->count; i++) {
        size_t same = 0;

        while (same < len && first[same] == found->names[i][same])
            same++;
        len = same;
    }
    while (len > 0 && ((unsigned char)first[len] & 0xc0) == 0x80)
        len--;
    return len;
}

static void look_at_typed(const char *typed, struct complete *complete)
{
    char *path = path_absolute(typed);
    struct stat status;
    bool is_there = stat(path, &status) == 0;

    complete->is_folder = is_there && S_ISDIR(status.st_mode);
    complete->is_other = is_there && !complete->is_folder;
    free(path);
}

void complete_folder(const char *typed, struct complete *ret_complete)
{
    const char *slash = strrchr(typed, '/');
    const char *start = slash ? slash + 1 : typed;
    char *before = xstrndup(typed, (size_t)(start - typed));
    char *folder = path_absolute(before[0] != '\0' ? before : ".");
    struct found found = {0};

    *ret_complete = (struct complete){0};
    look_at_typed(typed, ret_complete);
    if (strcmp(typed, "~") == 0) {
        ret_complete->text = xstrdup("~/");
    } else {
        look(folder, start, &found);
        ret_complete->count = found.count;
        ret_complete->text = found.count == 0
                                 ? xstrdup(typed)
                                 : xasprintf("%s%.*s%s", before, (int)common(&found),
                                             found.names[0], found.count == 1 ? "/" : "");
    }
    for (size_t i = 0; i < found.count; i++) {
        if (i < COMPLETE_NAMES)
            ret_complete->names[i] = text_clean_dup(text_raw_from(found.names[i]), SHOWN_MAX);
        free(found.names[i]);
    }
    free(found.names);
    free(folder);
    free(before);
}

void complete_fini(struct complete *complete)
{
    free(complete->text);
    for (size_t i = 0; i < COMPLETE_NAMES; i++)
        free(complete->names[i]);
    *complete = (struct complete){0};
}
