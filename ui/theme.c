/* Theme files: words to looks.
 *
 * What a file says before its first section is reduced for the terminals that have fewer colours,
 * then the sections say what is better there. A file is taken as a whole or not at all, and what is
 * wrong in one is told before the screen opens: nothing here touches the terminal. */

#include "ui/theme.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/text.h"
#include "config/ini.h"

#define INHERIT_MAX 8 /* themes that inherit from one another */
#define WORD_SHOWN  64
#define SUFFIX      ".theme"

static const char *const roles[THEME_ROLE_COUNT] = {
    [STYLE_TEXT] = "text",     [STYLE_DIM] = "dim",   [STYLE_STRONG] = "strong",
    [STYLE_ACCENT] = "accent", [STYLE_GOOD] = "good", [STYLE_WAIT] = "wait",
    [STYLE_BAD] = "bad",       [STYLE_BAR] = "bar",   [THEME_SELECTED] = "selected",
};

static const char *const attributes[] = {"bold", "dim", "underline", "reverse"}; /* bits in order */

static const char *const sections[THEME_DEPTH_COUNT] = {
    [THEME_MONO] = "mono", [THEME_8] = "8",   [THEME_16] = "16",
    [THEME_256] = "256",   [THEME_TRUE] = "",
};

static const unsigned color_counts[THEME_DEPTH_COUNT] = {
    [THEME_8] = 8, [THEME_16] = 16, [THEME_256] = 256};

/* What "none" looks like, at every depth. */
static const struct look plain[THEME_ROLE_COUNT] = {
    [STYLE_DIM] = {.attributes = LOOK_DIM},          [STYLE_STRONG] = {.attributes = LOOK_BOLD},
    [STYLE_ACCENT] = {.attributes = LOOK_BOLD},      [STYLE_BAD] = {.attributes = LOOK_BOLD},
    [THEME_SELECTED] = {.attributes = LOOK_REVERSE},
};

struct reader {
    const char *file;
    const char *folder;                                /* that it is in, NULL: in none */
    const struct ini_entry *entry;                     /* that is read now */
    unsigned inherited;                                /* how many themes inherit from this one */
    size_t lines[THEME_DEPTH_COUNT][THEME_ROLE_COUNT]; /* that say it; 0: none does */
    struct theme theme;
    struct haul_error *err;
};

/* Where the text of a theme is. */
struct source {
    const struct theme_text *built_in; /* NULL: in a file */
    char *path;
};

static enum haul_err find(const char *name, const char *folder, struct source *ret_source,
                          struct haul_error *err);
static enum haul_err read_source(struct source *source, unsigned inherited, struct theme *ret_theme,
                                 struct haul_error *err);

/* ---- what is refused ---- */

static enum haul_err refuse(const struct reader *reader, const char *format, ...) HAUL_PRINTF(2, 3);

static enum haul_err refuse(const struct reader *reader, const char *format, ...)
{
    char what[HAUL_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    return haul_fail(reader->err, HAUL_E_BAD_OPTION, "%s, line %zu: %s", reader->file,
                     reader->entry->line, what);
}

/* "there is no WHAT "WORD"", with the nearest one. A file may be from anybody: its words are not
 * shown as they are. */
static enum haul_err refuse_word(const struct reader *reader, const char *what, const char *word,
                                 const struct suggest *suggest)
{
    char *shown = text_clean_dup(text_raw_from(word), WORD_SHOWN);
    enum haul_err code = suggest->best
                             ? refuse(reader, "there is no %s \"%s\"; did you mean \"%s\"?", what,
                                      shown, suggest->best)
                             : refuse(reader, "there is no %s \"%s\"", what, shown);
    free(shown);
    return code;
}

static enum haul_err refuse_look(const struct reader *reader, const char *word)
{
    struct suggest suggest;
    const char *name;
    if (word[0] == '#' || word[0] == ';')
        return refuse(reader, "a colour is written #rrggbb, and a comment on a line of its own");
    suggest_init(&suggest, word);
    for (size_t i = 0; (name = color_word(i)) != NULL; i++)
        suggest_consider(&suggest, name);
    for (size_t i = 0; i < COUNT_OF(attributes); i++)
        suggest_consider(&suggest, attributes[i]);
    if (strspn(word, "0123456789") == strlen(word))
        return refuse(reader, "colours have the numbers 0 to 255");
    return refuse_word(reader, "colour or attribute", word, &suggest);
}

static enum haul_err refuse_role(const struct reader *reader, const char *word)
{
    struct suggest suggest;
    suggest_init(&suggest, word);
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        suggest_consider(&suggest, roles[i]);
    suggest_consider(&suggest, "inherits");
    return refuse_word(reader, "role", word, &suggest);
}

static enum haul_err refuse_section(const struct reader *reader)
{
    struct suggest suggest;
    suggest_init(&suggest, reader->entry->section);
    for (size_t i = 0; i < THEME_TRUE; i++)
        suggest_consider(&suggest, sections[i]);
    return refuse_word(reader, "section", reader->entry->section, &suggest);
}

/* ---- one line ---- */

static unsigned attribute_of(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(attributes); i++) {
        if (strcmp(attributes[i], word) == 0)
            return 1u << i;
    }
    return 0;
}

/* Takes the words of VALUE one after the other; cuts it to pieces. */
static enum haul_err read_look(const struct reader *reader, char *value, struct look *ret_look)
{
    struct look look = {0};
    struct color color;
    struct color *next = &look.color; /* that a colour is for; NULL: there is one already */
    bool due = true;                  /* a word has to come */
    char *rest;
    for (char *word = strtok_r(value, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        unsigned attribute = next == &look.background ? 0 : attribute_of(word);
        if (strcmp(word, "on") == 0 && next != &look.background) {
            next = &look.background;
            due = true;
            continue;
        }
        look.attributes |= attribute;
        due = false;
        if (attribute != 0)
            continue;
        if (!color_parse(word, &color))
            return refuse_look(reader, word);
        if (!next)
            return refuse(reader, "one colour is enough, and one behind \"on\"");
        *next = color;
        next = NULL;
    }
    if (due)
        return refuse(reader, "a look is written: COLOUR [bold] [dim] [underline] [reverse] [on "
                              "COLOUR]");
    *ret_look = look;
    return HAUL_OK;
}

static bool is_gray(struct color color)
{
    return color.kind == COLOR_OWN || color.value == 0 || color.value == 7 || color.value == 8 ||
           color.value == 15;
}

/* LOOK where there are fewer colours. A background that becomes black, white or gray may be the
 * terminal's own there: it is reversed instead. */
static struct look reduced(struct look look, enum theme_depth depth)
{
    if (depth == THEME_TRUE)
        return look;
    struct color background = color_reduce(look.background, color_counts[depth]);
    if (depth <= THEME_16 && !color_same(background, look.background) && is_gray(background))
        return (struct look){.attributes = look.attributes | LOOK_REVERSE};
    look.color = color_reduce(look.color, color_counts[depth]);
    look.background = background;
    return look;
}

static bool is_colored(const struct look *look)
{
    return look->color.kind != COLOR_OWN || look->background.kind != COLOR_OWN;
}

/* What stands before the sections is for all depths that have colours; it comes first. */
static void set_look(struct theme *theme, enum theme_depth depth, unsigned role, struct look look)
{
    theme->looks[depth][role] = reduced(look, depth);
    for (unsigned fewer = THEME_8; depth == THEME_TRUE && fewer < THEME_TRUE; fewer++)
        theme->looks[fewer][role] = reduced(look, (enum theme_depth)fewer);
}

static enum haul_err read_role(struct reader *reader, enum theme_depth depth, unsigned role)
{
    size_t *line = &reader->lines[depth][role];
    struct look look;
    if (*line != 0)
        return refuse(reader, "%s is set already, in line %zu", roles[role], *line);
    enum haul_err code = read_look(reader, reader->entry->value, &look);
    if (code != HAUL_OK)
        return code;
    if (depth == THEME_MONO && is_colored(&look))
        return refuse(reader, "there are no colours in [mono]");
    *line = reader->entry->line;
    set_look(&reader->theme, depth, role, look);
    return HAUL_OK;
}

static bool is_inherits(const struct ini_entry *entry)
{
    return entry->key && entry->section[0] == '\0' && strcmp(entry->key, "inherits") == 0;
}

static enum haul_err read_entry(struct reader *reader)
{
    const struct ini_entry *entry = reader->entry;
    unsigned depth = 0;
    while (depth < THEME_DEPTH_COUNT && strcmp(sections[depth], entry->section) != 0)
        depth++;
    if (depth == THEME_DEPTH_COUNT)
        return refuse_section(reader);
    if (entry->subject)
        return refuse(reader, "the section is written [%s]", sections[depth]);
    if (!entry->key || is_inherits(entry))
        return HAUL_OK;
    for (unsigned role = 0; role < THEME_ROLE_COUNT; role++) {
        if (strcmp(roles[role], entry->key) == 0)
            return read_role(reader, (enum theme_depth)depth, role);
    }
    return refuse_role(reader, entry->key);
}

/* ---- one file ---- */

/* The line that says what is inherited; *ret_said NULL: none does. */
static enum haul_err find_inherits(struct reader *reader, const struct ini *ini,
                                   const struct ini_entry **ret_said)
{
    const struct ini_entry *said = NULL;
    for (size_t i = 0; i < ini->count; i++) {
        reader->entry = &ini->entries[i];
        if (!is_inherits(reader->entry))
            continue;
        if (said)
            return refuse(reader, "inherits is set already, in line %zu", said->line);
        said = reader->entry;
    }
    *ret_said = said;
    return HAUL_OK;
}

/* What a file begins with, before its own lines count. */
static enum haul_err inherit(struct reader *reader, const struct ini *ini)
{
    const struct ini_entry *said = NULL;
    struct source source;
    struct haul_error inner;
    enum haul_err code = find_inherits(reader, ini, &said);
    if (code != HAUL_OK)
        return code;
    if (said && strcmp(said->value, "none") == 0) {
        for (unsigned depth = 0; depth < THEME_DEPTH_COUNT; depth++)
            memcpy(reader->theme.looks[depth], plain, sizeof(plain));
        return HAUL_OK;
    }
    reader->entry = said;
    if (said && reader->inherited >= INHERIT_MAX)
        return refuse(reader, "more than %d themes inherit from one another", INHERIT_MAX);
    if (find(said ? said->value : "default", reader->folder, &source, &inner) != HAUL_OK)
        return refuse(reader, "%s", inner.text);
    return read_source(&source, reader->inherited + 1, &reader->theme, reader->err);
}

static enum haul_err parse(const char *file, const char *folder, const char *text, size_t len,
                           unsigned inherited, struct theme *ret_theme, struct haul_error *err)
{
    struct reader reader = {.file = file, .folder = folder, .inherited = inherited, .err = err};
    struct ini ini = {0};
    enum haul_err code = ini_parse(file, text, len, &ini, err);
    if (code != HAUL_OK)
        return code;
    code = inherit(&reader, &ini);
    for (size_t i = 0; i < ini.count && code == HAUL_OK; i++) {
        reader.entry = &ini.entries[i];
        code = read_entry(&reader);
    }
    if (code == HAUL_OK)
        *ret_theme = reader.theme;
    ini_fini(&ini);
    return code;
}

/* SHOWN is the file as it may be told: another theme may have named it. */
static enum haul_err read_open(FILE *from, const char *shown, const char *folder,
                               unsigned inherited, struct theme *ret_theme, struct haul_error *err)
{
    char block[4096];
    size_t len;
    struct strbuf text;
    enum haul_err code = HAUL_OK;
    strbuf_init(&text, INI_MAX);
    while (code == HAUL_OK && (len = fread(block, 1, sizeof(block), from)) > 0) {
        if (!strbuf_add(&text, block, len))
            code =
                haul_fail(err, HAUL_E_TOO_BIG, "%s is larger than %zu KiB", shown, INI_MAX >> 10);
    }
    if (code == HAUL_OK && ferror(from))
        code = haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "can't read %s", shown);
    if (code == HAUL_OK)
        code =
            parse(shown, folder, text.data ? text.data : "", text.len, inherited, ret_theme, err);
    strbuf_fini(&text);
    return code;
}

static enum haul_err read_file(const char *path, unsigned inherited, struct theme *ret_theme,
                               struct haul_error *err)
{
    char *shown = text_clean_dup(text_raw_from(path), PATH_MAX);
    char *copy = xstrdup(path);
    FILE *from = fopen(path, "re");
    enum haul_err code;
    if (from) {
        code = read_open(from, shown, dirname(copy), inherited, ret_theme, err);
        fclose(from);
    } else {
        code = haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "can't open the theme %s", shown);
    }
    free(copy);
    free(shown);
    return code;
}

/* ---- which file ---- */

static char *themes_dir(void)
{
    char *config = path_config_dir();
    char *dir = path_join(config, "themes");
    free(config);
    return dir;
}

/* The sentence for a NAME that is nowhere; the files in DIR are among what was perhaps meant. */
static enum haul_err refuse_name(const char *name, const char *dir, struct haul_error *err)
{
    struct suggest suggest;
    char best[WORD_SHOWN] = "";
    char *shown = text_clean_dup(text_raw_from(name), WORD_SHOWN);
    DIR *files = opendir(dir);
    struct dirent *file;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < theme_text_count; i++)
        suggest_consider(&suggest, theme_texts[i].name);
    str_copy(best, sizeof(best), suggest.best ? suggest.best : "");
    while (files && (file = readdir(files)) != NULL) {
        size_t distance = suggest.distance;
        if (!str_ends(file->d_name, SUFFIX))
            continue;
        file->d_name[strlen(file->d_name) - strlen(SUFFIX)] = '\0';
        suggest_consider(&suggest, file->d_name);
        if (suggest.distance < distance)
            text_clean(text_raw_from(file->d_name), best, sizeof(best));
    }
    if (files)
        closedir(files);
    enum haul_err code =
        best[0] != '\0'
            ? haul_fail(err, HAUL_E_BAD_OPTION, "there is no theme \"%s\"; did you mean \"%s\"?",
                        shown, best)
            : haul_fail(err, HAUL_E_BAD_OPTION, "there is no theme \"%s\", and no %s/%s" SUFFIX,
                        shown, dir, shown);
    free(shown);
    return code;
}

/* A path in a file of FOLDER (NULL: on the command line) is one from there. */
static char *path_from(const char *name, const char *folder)
{
    bool is_whole = name[0] == '/' || str_starts(name, "~/");
    return folder && !is_whole ? path_join(folder, name) : path_absolute(name);
}

static enum haul_err find(const char *name, const char *folder, struct source *ret_source,
                          struct haul_error *err)
{
    *ret_source = (struct source){0};
    for (size_t i = 0; i < theme_text_count; i++) {
        if (strcmp(theme_texts[i].name, name) == 0)
            ret_source->built_in = &theme_texts[i];
    }
    if (ret_source->built_in)
        return HAUL_OK;
    if (strchr(name, '/')) {
        ret_source->path = path_from(name, folder);
        return HAUL_OK;
    }
    char *dir = themes_dir();
    char *path = xasprintf("%s/%s" SUFFIX, dir, name);
    enum haul_err code = HAUL_OK;
    if (name[0] != '\0' && access(path, F_OK) == 0) {
        ret_source->path = path;
    } else {
        code = refuse_name(name, dir, err);
        free(path);
    }
    free(dir);
    return code;
}

/* Leaves nothing of SOURCE. */
static enum haul_err read_source(struct source *source, unsigned inherited, struct theme *ret_theme,
                                 struct haul_error *err)
{
    const struct theme_text *text = source->built_in;
    if (text)
        return parse(text->name, NULL, text->text, strlen(text->text), inherited, ret_theme, err);
    enum haul_err code = read_file(source->path, inherited, ret_theme, err);
    free(source->path);
    return code;
}

enum haul_err theme_load(const char *name, struct theme *ret_theme, struct haul_error *err)
{
    struct source source;
    enum haul_err code = find(name, NULL, &source, err);
    return code == HAUL_OK ? read_source(&source, 0, ret_theme, err) : code;
}

enum haul_err theme_parse(const char *file, const char *text, size_t len, struct theme *ret_theme,
                          struct haul_error *err)
{
    return parse(file, NULL, text, len, 0, ret_theme, err);
}
