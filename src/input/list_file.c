/* The list format of `--input-file`, line by line.
 *
 * A line is copied out once, split in place and handed on. A mistake in any line refuses the whole
 * list, because a list that is half taken is hard to give again.
 * Must never set what belongs to the session or to the run of the command line.
 */
#include "input/list_file.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"

#define MIRRORS_MAX 100
/* Sets of options that are remembered, and bytes of their lines. */
#define SETS_MAX    256
#define SET_LEN_MAX 4096

/* Options that stand below an item, as a set. */
struct list_set {
    UT_hash_handle hh; /* by ->lines */
    struct haul_options *options;
    char lines[];
};

/* Everything that a line needs to know. */
struct reader {
    const char *name;
    size_t line; /* 1-based */
    struct haul_options *options;
    struct requests *requests; /* NULL: it is only checked */
    struct list_set **sets;
    struct haul_options *checked; /* what an item's options are tried on, NULL: it has none yet */
    size_t count;                 /* items */
    bool plain;                   /* the text holds nothing but bytes of links, and ends of lines */
    struct url_known known;
    const char *at, *end; /* what is to be read yet */
    char *buffer;         /* a line, terminated */
    size_t buffer_size;
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
    enum haul_err code = url_check(url, &reader->known, reader->err);

    return code == HAUL_OK ? HAUL_OK : at_line(reader, code);
}

static void add_item(struct reader *reader, const char *url)
{
    reader->count++;
    haul_options_unref(reader->checked);
    reader->checked = NULL;
    if (reader->requests)
        requests_add(reader->requests, url, reader->options);
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
            add_item(reader, url);
        else if (mirrors++ == MIRRORS_MAX)
            return haul_fail(reader->err, HAUL_E_TOO_BIG,
                             "%s, line %zu: more than %d further URLs of one file", reader->name,
                             reader->line, MIRRORS_MAX);
        else if (reader->requests)
            requests_add_mirror(reader->requests, url);
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

/* The options that a line below an item is about. */
static struct haul_options *item_options(struct reader *reader)
{
    if (reader->requests)
        return requests_own_options(reader->requests);
    if (reader->checked == NULL)
        reader->checked = haul_options_copy(reader->options);
    return reader->checked;
}

/* "name=value", without its indent: an option of the item above. A flag may stand alone. */
static enum haul_err read_option(struct reader *reader, char *line)
{
    const struct haul_option *option;
    enum haul_err code = HAUL_OK;
    char *value = strchr(line, '=');

    if (reader->count == 0)
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
    code =
        haul_option_set(option, item_options(reader), value != NULL ? value : "true", reader->err);
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

/* Copies the next line out of the text, and reads it. */
static enum haul_err next_line(struct reader *reader)
{
    size_t left = (size_t)(reader->end - reader->at);
    const char *newline = memchr(reader->at, '\n', left);
    size_t len = newline != NULL ? (size_t)(newline - reader->at) : left;

    if (len >= reader->buffer_size) {
        reader->buffer_size = MAX(len + 1, (size_t)256);
        reader->buffer = xrealloc(reader->buffer, reader->buffer_size);
    }
    memcpy(reader->buffer, reader->at, len);
    reader->buffer[len] = '\0';
    reader->at += len + (newline != NULL);
    reader->line++;
    return read_line(reader, reader->buffer, len);
}

/* Sets of options. */

static bool is_indented(const struct reader *reader)
{
    return reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t');
}

/* Length of the lines from here to where the next item begins. */
static size_t lines_of_item(const struct reader *reader)
{
    const char *at = reader->at;

    while (at < reader->end && strchr(" \t\r\n#", *at) != NULL && *at != '\0') {
        const char *newline = memchr(at, '\n', (size_t)(reader->end - at));

        at = newline != NULL ? newline + 1 : reader->end;
    }
    return (size_t)(at - reader->at);
}

static void remember_set(struct reader *reader, const char *lines, size_t len)
{
    struct list_set *set;

    if (HASH_COUNT(*reader->sets) >= SETS_MAX || len > SET_LEN_MAX)
        return;
    set = xmalloc(sizeof *set + len);
    memcpy(set->lines, lines, len);
    set->options = haul_options_ref(requests_own_options(reader->requests));
    HASH_ADD_KEYPTR(hh, *reader->sets, set->lines, len, set);
}

/* The lines below an item: takes the set that the same lines made before, or reads them. */
static enum haul_err read_set(struct reader *reader)
{
    const char *lines = reader->at;
    size_t len = lines_of_item(reader);
    struct list_set *set;

    HASH_FIND(hh, *reader->sets, lines, len, set);
    if (set != NULL) {
        requests_set_options(reader->requests, set->options);
        for (; reader->at < lines + len; reader->at++)
            reader->line += *reader->at == '\n';
        return HAUL_OK;
    }
    while (reader->at < lines + len) {
        enum haul_err code = next_line(reader);

        if (code != HAUL_OK)
            return code;
    }
    remember_set(reader, lines, len);
    return HAUL_OK;
}

void list_sets_free(struct list_set **sets)
{
    struct list_set *set, *next;

    HASH_ITER(hh, *sets, set, next)
    {
        HASH_DEL(*sets, set);
        haul_options_unref(set->options);
        free(set);
    }
}

/* Passes over a line that is one link, begins like the one before, and is only checked: nearly all
 * lines of a long list are. False: it is another one. */
static bool pass_plain_line(struct reader *reader)
{
    size_t left = (size_t)(reader->end - reader->at), len;

    if (reader->requests != NULL)
        return false;
    len = reader->plain ? url_known_line(&reader->known, reader->at, left)
                        : url_known_length(&reader->known, reader->at, left);
    if (len == 0 || (len < left && reader->at[len] != '\n'))
        return false;
    reader->at += len + (len < left);
    reader->line++;
    reader->count++;
    return true;
}

static enum haul_err read_part(struct reader *reader, const struct list_part *part)
{
    enum haul_err code = HAUL_OK;

    reader->name = part->name;
    reader->line = part->line - 1;
    reader->at = part->text;
    reader->end = part->text + part->len;
    if (part->line == 1 && part->len >= 3 && memcmp(part->text, "\xef\xbb\xbf", 3) == 0)
        reader->at += 3;
    reader->plain = !reader->requests && url_lines_only(part->text, part->len);
    while (reader->at < reader->end && code == HAUL_OK) {
        if (pass_plain_line(reader))
            continue;
        if (reader->sets != NULL && reader->count > 0 && is_indented(reader))
            code = read_set(reader);
        else
            code = next_line(reader);
    }
    haul_options_unref(reader->checked);
    free(reader->buffer);
    return code;
}

enum haul_err list_file_check(const struct list_part *part, struct haul_options *options,
                              struct list_size *ret_size, struct haul_error *err)
{
    struct reader reader = {.options = options, .err = err};
    enum haul_err code = read_part(&reader, part);

    if (code == HAUL_OK)
        *ret_size =
            (struct list_size){.items = reader.count, .lines = reader.line + 1 - part->line};
    return code;
}

enum haul_err list_file_parse(const struct list_part *part, struct haul_options *options,
                              struct list_set **sets, struct requests *requests,
                              struct haul_error *err)
{
    struct reader reader = {.options = options, .requests = requests, .sets = sets, .err = err};
    size_t first = requests->count;
    enum haul_err code = read_part(&reader, part);

    if (code != HAUL_OK)
        requests_truncate(requests, first);
    return code;
}
