/* The form of a configuration file, line by line.
 *
 * libinih is not used: it ends lines after 200 bytes and the names of sections after 50 without a
 * word, which a token or a host name may well have, and takes a ';' in a value for a comment.
 */
#include "config/ini.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"

/* Everything that a line needs to know. */
struct reader {
    const char *file;
    size_t line;
    struct ini ini;
    const char *section; /* of the entry that began it */
    const char *subject;
    struct haul_error *err;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts blanks off both ends of TEXT, in place. */
static char *trim(char *text)
{
    size_t len;

    while (is_blank(*text))
        text++;
    len = strlen(text);
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

static enum haul_err refuse(const struct reader *reader, const char *what)
{
    return haul_fail(reader->err, HAUL_E_BAD_OPTION, "%s, line %zu: %s", reader->file, reader->line,
                     what);
}

/* KEY NULL begins a section. */
static void add(struct reader *reader, const char *key, const char *value)
{
    struct ini *ini = &reader->ini;

    ini->entries = array_reserve(ini->entries, ini->count, &ini->size, sizeof *ini->entries);
    ini->entries[ini->count++] = (struct ini_entry){
        .section = xstrdup(reader->section),
        .subject = reader->subject ? xstrdup(reader->subject) : NULL,
        .key = key ? xstrdup(key) : NULL,
        .value = value ? xstrdup(value) : NULL,
        .line = reader->line,
    };
}

/* "[name]" or "[name "subject"]"; TEXT is behind the '['. */
static enum haul_err read_section(struct reader *reader, char *text)
{
    size_t len = strlen(text);
    char *subject = NULL;

    if (len == 0 || text[len - 1] != ']')
        return refuse(reader, "a section is written [name] or [host \"example.org\"]");
    text[len - 1] = '\0';
    text = trim(text);
    len = strcspn(text, " \t\"");
    if (text[len] != '\0') {
        subject = trim(text + len);
        size_t subject_len = strlen(subject);

        if (subject_len < 2 || subject[0] != '"' || subject[subject_len - 1] != '"')
            return refuse(reader, "a section is written [name] or [host \"example.org\"]");
        subject[subject_len - 1] = '\0';
        subject++;
    }
    if (len == 0)
        return refuse(reader, "a section needs a name");
    /* The subject was read before this ends the name: they may touch. */
    char *name = xstrndup(text, len);
    reader->section = name;
    reader->subject = subject;
    add(reader, NULL, NULL);
    free(name);
    reader->section = reader->ini.entries[reader->ini.count - 1].section;
    reader->subject = reader->ini.entries[reader->ini.count - 1].subject;
    return HAUL_OK;
}

static enum haul_err read_entry(struct reader *reader, char *text)
{
    char *equals = strchr(text, '=');
    char *key;

    if (!equals)
        return refuse(reader, "there is no '='; write: key = value");
    *equals = '\0';
    key = trim(text);
    if (*key == '\0')
        return refuse(reader, "there is nothing before the '='; write: key = value");
    add(reader, key, trim(equals + 1));
    return HAUL_OK;
}

static enum haul_err read_line(struct reader *reader, char *line)
{
    char *text = trim(line);

    if (!text_is_utf8(text_raw_from(text)))
        return refuse(reader, "this is not text in UTF-8");
    if (*text == '\0' || *text == '#' || *text == ';')
        return HAUL_OK;
    if (*text == '[')
        return read_section(reader, text + 1);
    return read_entry(reader, text);
}

enum haul_err ini_parse(const char *file, const char *text, size_t len, struct ini *ret_ini,
                        struct haul_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct reader reader = {.file = file, .section = "", .err = err};
    const char *end = text + len;
    enum haul_err code = HAUL_OK;

    if (len > INI_MAX)
        return haul_fail(err, HAUL_E_TOO_BIG, "%s is larger than %zu KiB", file, INI_MAX >> 10);
    if (len >= 3 && memcmp(text, mark, 3) == 0)
        text += 3;
    while (text < end && code == HAUL_OK) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line_len = (size_t)((stop ? stop : end) - text);
        const char *next = stop ? stop + 1 : end;
        char *line;

        reader.line++;
        if (memchr(text, '\0', line_len))
            code = refuse(&reader, "this is not text");
        if (line_len > 0 && text[line_len - 1] == '\r')
            line_len--;
        line = xstrndup(text, line_len);
        if (code == HAUL_OK)
            code = read_line(&reader, line);
        secret_free(line);
        text = next;
    }
    if (code == HAUL_OK)
        *ret_ini = reader.ini;
    else
        ini_fini(&reader.ini);
    return code;
}

void ini_fini(struct ini *ini)
{
    for (size_t i = 0; i < ini->count; i++) {
        free(ini->entries[i].section);
        free(ini->entries[i].subject);
        free(ini->entries[i].key);
        secret_free(ini->entries[i].value);
    }
    free(ini->entries);
    *ini = (struct ini){0};
}
