/* The list format of `--input-file`, line by line.
 *
 * A line is copied out once, split in place and handed on; nothing is read twice. A mistake in any
 * line refuses the whole list, because a list that is half taken is hard to give again.
 * Must never set what belongs to the session or to the run of the command line.
 */
#include "input/list_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"

#define MIRRORS_MAX 100

/* Everything that a line needs to know. */
struct reader {
    const char *name;
    size_t line; /* 1-based */
    struct haul_options *options;
    struct requests *requests;
    size_t first; /* index of this list's first request */
    struct haul_error *err;
};

/* Puts the place before the sentence in reader->err. */
static enum haul_err at_line(struct reader *reader, enum haul_err code)
{
    struct haul_error inner;

    if (reader->err == NULL)
        return code;
    inner = *reader->err;
    return haul_fail(reader->err, code, "%s, line %zu: %s", reader->name, reader->line, inner.text);
}

static enum haul_err check_url(struct reader *reader, const char *url)
{
    struct url parts;
    enum haul_err code = url_split(url, &parts, reader->err);

    return code == HAUL_OK ? HAUL_OK : at_line(reader, code);
}

/* "URL<tab>URL…": a new item. */
static enum haul_err read_item(struct reader *reader, char *line)
{
    size_t mirrors = 0;
    char *rest = line;
    char *url;
    enum haul_err code;

    for (bool first = true; (url = strsep(&rest, "\t")) != NULL;) {
        if (*url == '\0')
            continue;
        code = check_url(reader, url);
        if (code != HAUL_OK)
            return code;
        if (first)
            requests_add(reader->requests, url, reader->options);
        else if (mirrors++ < MIRRORS_MAX)
            requests_add_mirror(reader->requests, url);
        else
            return haul_fail(reader->err, HAUL_E_TOO_BIG,
                             "%s, line %zu: more than %d further URLs of one file", reader->name,
                             reader->line, MIRRORS_MAX);
        first = false;
    }
    return HAUL_OK;
}

/* Cuts spaces and tabs off the end of [start, end). */
static void trim_right(const char *start, char *end)
{
    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
}

static const struct haul_option *find_item_option(struct reader *reader, const char *name,
                                                  enum haul_err *ret_code)
{
    const struct haul_option *option = haul_option_find(name);

    if (option != NULL && option->scope == HAUL_SCOPE_ITEM)
        return option;
    if (strstr(name, "://") != NULL)
        *ret_code = haul_fail(reader->err, HAUL_E_BAD_OPTION,
                              "%s, line %zu: a URL begins at the start of its line; indented "
                              "lines are options",
                              reader->name, reader->line);
    else if (option == NULL)
        *ret_code =
            haul_fail(reader->err, HAUL_E_BAD_OPTION, "%s, line %zu: there is no option \"%s\"",
                      reader->name, reader->line, name);
    else
        *ret_code = haul_fail(reader->err, HAUL_E_BAD_OPTION,
                              "%s, line %zu: \"%s\" is not an option of a single item; give it "
                              "on the command line",
                              reader->name, reader->line, name);
    return NULL;
}

/* "name=value", without its indent: an option of the item above. A flag may stand alone. */
static enum haul_err read_option(struct reader *reader, char *line)
{
    const struct haul_option *option;
    enum haul_err code = HAUL_OK;
    char *value = strchr(line, '=');

    if (reader->requests->count == reader->first)
        return haul_fail(reader->err, HAUL_E_BAD_OPTION,
                         "%s, line %zu: an indented line sets an option of the item above, and "
                         "there is none; begin a URL at the start of its line",
                         reader->name, reader->line);
    trim_right(line, value != NULL ? value : line + strlen(line));
    option = find_item_option(reader, line, &code);
    if (option == NULL)
        return code;
    if (value == NULL && option->type != HAUL_OPTION_FLAG)
        return haul_fail(reader->err, HAUL_E_BAD_OPTION,
                         "%s, line %zu: \"%s\" needs a value: %s=%s", reader->name, reader->line,
                         line, line, option->value_name);
    if (value != NULL)
        value += 1 + strspn(value + 1, " \t");
    code = haul_option_set(option, requests_own_options(reader->requests),
                           value != NULL ? value : "true", reader->err);
    return code == HAUL_OK ? HAUL_OK : at_line(reader, code);
}

/* LINE is terminated and may be changed; LEN is its length before the NUL. */
static enum haul_err read_line(struct reader *reader, char *line, size_t len)
{
    char *start;

    if (memchr(line, '\0', len) != NULL)
        return haul_fail(reader->err, HAUL_E_USAGE,
                         "%s, line %zu: holds a NUL byte; this is not a text file", reader->name,
                         reader->line);
    if (len > 0 && line[len - 1] == '\r')
        line[--len] = '\0';
    trim_right(line, line + len);
    start = line + strspn(line, " \t");
    if (*start == '\0' || *start == '#')
        return HAUL_OK;
    return start > line ? read_option(reader, start) : read_item(reader, line);
}

enum haul_err list_file_parse(const char *name, const char *text, size_t len,
                              struct haul_options *options, struct requests *requests,
                              struct haul_error *err)
{
    struct reader reader = {
        .name = name,
        .options = options,
        .requests = requests,
        .first = requests->count,
        .err = err,
    };
    const char *end = text + len;
    enum haul_err code = HAUL_OK;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (text < end && code == HAUL_OK) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line_len = (size_t)((newline != NULL ? newline : end) - text);
        char *line = xmalloc(line_len + 1);

        memcpy(line, text, line_len);
        line[line_len] = '\0';
        reader.line++;
        code = read_line(&reader, line, line_len);
        free(line);
        text = newline != NULL ? newline + 1 : end;
    }
    if (code != HAUL_OK)
        requests_truncate(requests, reader.first);
    return code;
}
