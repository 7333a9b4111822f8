/* The lines that were typed.
 *
 * The file is only ever appended to, a line at a time, so that screens side by side do not harm
 * each other's; one that has become long is written anew when it is read. It is nobody else's to
 * read. What stands in it passes the gate for text: the file may have been changed by anybody. */

#include "ui/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/text.h"

#define LINE_SIZE   4096
#define FILE_LINES  (HISTORY_LINES * 4) /* from here on it is written anew */
#define PRIVATE     0600
#define PRIVATE_DIR 0700

static void push(struct history *history, char *line)
{
    if (history->count == HISTORY_LINES) {
        free(history->lines[0]);
        memmove(history->lines, history->lines + 1,
                (HISTORY_LINES - 1) * sizeof(history->lines[0]));
        history->count--;
    }
    history->lines[history->count++] = line;
    history->at = history->count;
}

static bool is_newest(const struct history *history, const char *line)
{
    return history->count > 0 && strcmp(history->lines[history->count - 1], line) == 0;
}

/* For the user alone; NULL when it can't be had, and then nothing is kept. */
static FILE *open_private(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file && fchmod(fileno(file), PRIVATE) != 0) {
        fclose(file);
        file = NULL;
    }
    return file;
}

static void write_anew(const struct history *history)
{
    FILE *file = open_private(history->path, "we");
    if (!file)
        return;
    for (size_t i = 0; i < history->count; i++)
        fprintf(file, "%s\n", history->lines[i]);
    fclose(file);
}

static void read_all(struct history *history)
{
    char line[LINE_SIZE];
    size_t count = 0;
    FILE *file = fopen(history->path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        char *clean = text_clean_dup(text_raw_from(line), LINE_SIZE);
        count++;
        if (clean[0] && !is_newest(history, clean))
            push(history, clean);
        else
            free(clean);
    }
    if (file)
        fclose(file);
    if (count > FILE_LINES)
        write_anew(history);
}

void history_init(struct history *history, const char *path)
{
    *history = (struct history){.path = path ? xstrdup(path) : NULL};
    if (path)
        read_all(history);
}

void history_fini(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        secret_free(history->lines[i]);
    secret_free(history->drafted);
    free(history->path);
}

static void append(const struct history *history, const char *line)
{
    char *folder = xstrdup(history->path);
    char *slash = strrchr(folder, '/');
    struct haul_error err;
    if (slash)
        *slash = '\0';
    FILE *file = !slash || path_make_dirs(folder, PRIVATE_DIR, &err) == HAUL_OK
                     ? open_private(history->path, "ae")
                     : NULL;
    if (file) {
        fprintf(file, "%s\n", line);
        fclose(file);
    }
    free(folder);
}

void history_add(struct history *history, const char *line, bool keep)
{
    history_rewind(history);
    if (line[0] == '\0' || is_newest(history, line))
        return;
    push(history, xstrdup(line));
    if (keep && history->path && strlen(line) < LINE_SIZE - 1)
        append(history, line);
}

void history_rewind(struct history *history)
{
    history->at = history->count;
    secret_free(history->drafted);
    history->drafted = NULL;
}

const char *history_go(struct history *history, const char *typed, int step)
{
    if (step < 0 && history->at == 0)
        return NULL;
    if (step > 0 && history->at >= history->count)
        return NULL;
    if (history->at == history->count) {
        secret_free(history->drafted);
        history->drafted = xstrdup(typed);
    }
    history->at = step < 0 ? history->at - 1 : history->at + 1;
    return history->at == history->count ? history->drafted : history->lines[history->at];
}
