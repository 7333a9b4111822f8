/* Scripted keys and screen dumps. What a script types goes through the decoder that real input goes
 * through, and what it dumps is read back from curses. */

#include "ui/script.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/str.h"
#include "haul/log.h"
#include "ui/hyperlink.h"

#define LINE_SIZE 4096

struct script {
    FILE *file;
    struct input input;
};

enum haul_err script_open(const char *path, const struct input_events *events,
                          struct script **ret_script, struct haul_error *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return haul_fail(err, HAUL_E_USAGE, "HAUL_SCRIPT: %s can't be read", path);
    struct script *script = xcalloc(1, sizeof(*script));
    script->file = file;
    input_init(&script->input, events);
    *ret_script = script;
    return HAUL_OK;
}

void script_free(struct script *script)
{
    if (!script)
        return;
    fclose(script->file);
    input_fini(&script->input);
    free(script);
}

static void type(struct script *script, const char *bytes, size_t len)
{
    input_feed(&script->input, bytes, len);
    input_expire(&script->input);
}

/* A key's name in angle brackets at TEXT: types it and returns the length, or 0. */
static size_t type_named(struct script *script, const char *text)
{
    static const struct {
        const char *name;
        const char *bytes;
    } keys[] = {
        {"<Enter>", "\r"},       {"<Esc>", "\033"},       {"<Tab>", "\t"},
        {"<Up>", "\033[A"},      {"<Down>", "\033[B"},    {"<Home>", "\033[H"},
        {"<End>", "\033[F"},     {"<PageUp>", "\033[5~"}, {"<PageDown>", "\033[6~"},
        {"<Backspace>", "\177"}, {"<Ctrl-U>", "\025"},    {"<Ctrl-L>", "\014"},
        {"<F1>", "\033OP"},      {"<Colon>", ":"},
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (str_starts(text, keys[i].name)) {
            type(script, keys[i].bytes, strlen(keys[i].bytes));
            return strlen(keys[i].name);
        }
    }
    return 0;
}

static void type_line(struct script *script, const char *text)
{
    while (text[0] != '\0') {
        size_t len = text[0] == '<' ? type_named(script, text) : 0;
        if (len == 0) {
            type(script, text, 1);
            len = 1;
        }
        text += len;
    }
}

/* Of LEN characters, which may be ERR. */
static int without_marks(wchar_t *line, int len)
{
    int kept = 0;
    for (int i = 0; i < len; i++) {
        if (!hyperlink_is_mark(line[i]))
            line[kept++] = line[i];
    }
    return kept;
}

static void dump_screen(const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file) {
        LOG_WARN(ui, "the screen can't be dumped to %s", path);
        return;
    }
    wchar_t *line = xcalloc((size_t)COLS * 4 + 1, sizeof(*line));
    for (int y = 0; y < LINES; y++) {
        int len = without_marks(line, mvinnwstr(y, 0, line, COLS * 4));
        while (len > 0 && line[len - 1] == L' ')
            len--;
        line[MAX(len, 0)] = L'\0';
        char bytes[LINE_SIZE];
        size_t size = wcstombs(bytes, line, sizeof(bytes) - 1);
        bytes[size == (size_t)-1 ? 0 : size] = '\0';
        fputs(bytes, file);
        fputc('\n', file);
    }
    free(line);
    fclose(file);
}

static void paste_file(struct script *script, const char *path)
{
    char bytes[LINE_SIZE];
    FILE *file = fopen(path, "re");
    if (!file) {
        LOG_WARN(ui, "%s can't be read to be pasted", path);
        return;
    }
    input_feed(&script->input, "\033[200~", 6);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    while (len > 0) {
        input_feed(&script->input, bytes, len);
        len = fread(bytes, 1, sizeof(bytes), file);
    }
    input_feed(&script->input, "\033[201~", 6);
    fclose(file);
}

bool script_step(struct script *script)
{
    static const char dump[] = ":dump-screen ";
    static const char paste[] = ":paste-file ";
    char line[LINE_SIZE];
    if (!fgets(line, sizeof(line), script->file))
        return false;
    line[strcspn(line, "\n")] = '\0';
    if (str_starts(line, dump))
        dump_screen(line + strlen(dump));
    else if (str_starts(line, paste))
        paste_file(script, line + strlen(paste));
    else if (line[0] != '#')
        type_line(script, line);
    return true;
}
