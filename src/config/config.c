/* The configuration file against the option table.
 *
 * A file is taken as a whole or not at all. What could send a password to the wrong server is not
 * taken: options that belong to a server stand in a [host] section. Of sections that others own
 * only the form is looked at here.
 */
#include "config/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/url.h"
#include "config/ini.h"

#define CACHE_MAX 256 /* sets of options that are made for links and remembered */

/* Sections whose lines somebody else understands. */
static const char *const foreign_sections[] = {"keys"};
#define SECTION_SCHEDULE "schedule"

/* One [host "…"], all sections of that name together. */
struct host {
    char *name;   /* as it is written */
    char *suffix; /* of the hosts it is for: "example.org", ".example.org" for those below */
    bool below;
    unsigned port; /* 0: any */
    struct option_set set;
};

/* The options for links that were added with BASE and that the same sections are for. */
struct made {
    UT_hash_handle hh;
    struct haul_options *base;
    struct haul_options *options;
    char key[]; /* BASE's address and the numbers of the sections */
};

struct config {
    char *path;
    char *warning;
    bool found;
    struct ini ini;
    struct option_set general;
    struct host *hosts; /* the least exact one first */
    size_t host_count;
    struct schedule *schedule; /* NULL: without a line */
    struct made *made;
};

/* Sets of options. */

void option_set_init(struct option_set *set)
{
    *set = (struct option_set){.item = haul_options_new()};
    haul_settings_init(&set->settings);
    run_options_init(&set->run);
}

void option_set_fini(struct option_set *set)
{
    haul_options_unref(set->item);
    run_options_fini(&set->run);
    *set = (struct option_set){0};
}

void *option_set_target(struct option_set *set, const struct haul_option *option)
{
    switch (option->scope) {
    case HAUL_SCOPE_ITEM:
        return set->item;
    case HAUL_SCOPE_SESSION:
        return &set->settings;
    default:
        return &set->run;
    }
}

static size_t *line_of(struct option_set *set, const struct haul_option *option)
{
    size_t count;

    return &set->lines[option - haul_option_table(&count)];
}

bool config_takes(const struct haul_option *option)
{
    return !option->once;
}

/* Reading. */

enum haul_err config_refuse(const struct config *config, size_t line, struct haul_error *err,
                            const char *format, ...)
{
    char what[HAUL_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return haul_fail(err, HAUL_E_BAD_OPTION, "%s, line %zu: %s", config->path, line, what);
}

static enum haul_err refuse_key(const struct config *config, const struct ini_entry *entry,
                                bool of_host, struct haul_error *err)
{
    struct suggest suggest;
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    suggest_init(&suggest, entry->key);
    for (size_t i = 0; i < count; i++) {
        if (config_takes(&table[i]) && (!of_host || table[i].scope == HAUL_SCOPE_ITEM))
            suggest_consider(&suggest, table[i].name);
    }
    if (suggest.best)
        return config_refuse(config, entry->line, err,
                             "there is no option \"%s\"; did you mean \"%s\"?", entry->key,
                             suggest.best);
    return config_refuse(config, entry->line, err, "there is no option \"%s\"", entry->key);
}

/* What is wrong with setting OPTION in a file, or NULL. */
static const char *misplaced(const struct haul_option *option, bool of_host)
{
    if (!config_takes(option))
        return "belongs to one call of haul; give it on the command line";
    if (of_host && option->scope != HAUL_SCOPE_ITEM)
        return "is not of single hosts; it stands before the first section";
    if (!of_host && option->of_origin)
        return "would go to every server; put it into a section like [host \"example.org\"]";
    return NULL;
}

/* True for "…" and '…' around all of a value, which are no part of the form. */
static bool is_quoted(const char *value)
{
    size_t len = strlen(value);

    return len >= 2 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0];
}

/* Without a working directory only absolute paths mean something. *ret_value is the caller's. */
static const char *settle_path(const struct haul_option *option, const char *value,
                               char **ret_value)
{
    if (option->is_path && value[0] != '\0') {
        if (value[0] != '/' && strcmp(value, "~") != 0 && !str_starts(value, "~/"))
            return "must begin with '/' or '~/' in a file";
        *ret_value = path_absolute(value);
    } else {
        *ret_value = xstrdup(value);
    }
    return NULL;
}

static enum haul_err set_option(const struct config *config, const struct ini_entry *entry,
                                const struct haul_option *option, struct option_set *set,
                                struct haul_error *err)
{
    void *target = option_set_target(set, option);
    size_t *line = line_of(set, option);
    struct haul_error inner;
    char *value = NULL;
    const char *wrong;
    enum haul_err code;

    if (*line != 0 && option->type != HAUL_OPTION_LIST)
        return config_refuse(config, entry->line, err, "%s is set already, in line %zu",
                             option->name, *line);
    if (is_quoted(entry->value) && !str_starts(option->name, "on-"))
        return config_refuse(config, entry->line, err, "%s: values are written without quotes",
                             option->name);
    wrong = settle_path(option, entry->value, &value);
    if (wrong)
        return config_refuse(config, entry->line, err, "%s: %s", option->name, wrong);
    code = haul_option_set(option, target, value, &inner);
    secret_free(value);
    if (code != HAUL_OK)
        return config_refuse(config, entry->line, err, "%s", inner.text);
    *line = entry->line;
    return HAUL_OK;
}

static enum haul_err read_key(const struct config *config, const struct ini_entry *entry,
                              struct option_set *set, bool of_host, struct haul_error *err)
{
    const struct haul_option *option = haul_option_find(entry->key);
    const char *wrong;

    if (!option)
        return refuse_key(config, entry, of_host, err);
    wrong = misplaced(option, of_host);
    if (wrong)
        return config_refuse(config, entry->line, err, "%s %s", option->name, wrong);
    return set_option(config, entry, option, set, err);
}

/* Reads what a section is for: "example.org", "*.example.org", with ":8443" if need be. */
static enum haul_err read_host(const struct config *config, const struct ini_entry *entry,
                               struct host *ret_host, struct haul_error *err)
{
    const char *name = entry->subject ? entry->subject : "";
    bool below = str_starts(name, "*.");
    char *link = xasprintf("http://%s/", below ? name + 2 : name);
    enum haul_err code = HAUL_OK;
    struct url url;

    if (url_split(link, &url, NULL) != HAUL_OK || url.userinfo.at || url.path.len != 1 ||
        url.query.at)
        code = config_refuse(config, entry->line, err,
                             "a section for a host is written [host \"example.org\"]");
    else
        *ret_host = (struct host){
            .name = xstrdup(name),
            .suffix = xasprintf("%s%.*s", below ? "." : "", (int)url.host.len, url.host.at),
            .below = below,
            .port = url.port.len > 0 ? url_port(&url) : 0,
        };
    free(link);
    return code;
}

static void host_fini(struct host *host)
{
    free(host->name);
    free(host->suffix);
    option_set_fini(&host->set);
}

/* More exact: all of the name is given, then the longer end of it, then the port. */
static bool is_less_exact(const struct host *a, const struct host *b)
{
    size_t a_len = strlen(a->suffix);
    size_t b_len = strlen(b->suffix);

    if (a->below != b->below)
        return a->below;
    if (a_len != b_len)
        return a_len < b_len;
    return a->port == 0 && b->port != 0;
}

/* The section's host, made if it is not there yet. */
static enum haul_err find_host(struct config *config, const struct ini_entry *entry, size_t *ret_at,
                               struct haul_error *err)
{
    struct host host;
    enum haul_err code = read_host(config, entry, &host, err);
    size_t at;

    if (code != HAUL_OK)
        return code;
    for (at = 0; at < config->host_count; at++) {
        const struct host *other = &config->hosts[at];

        if (other->port == host.port && str_equal_nocase(other->suffix, host.suffix)) {
            host_fini(&host);
            *ret_at = at;
            return HAUL_OK;
        }
    }
    config->hosts = xreallocarray(config->hosts, config->host_count + 1, sizeof *config->hosts);
    for (at = config->host_count++; at > 0 && is_less_exact(&host, &config->hosts[at - 1]); at--)
        config->hosts[at] = config->hosts[at - 1];
    option_set_init(&host.set);
    config->hosts[at] = host;
    *ret_at = at;
    return HAUL_OK;
}

static bool is_foreign(const char *section)
{
    for (size_t i = 0; i < COUNT_OF(foreign_sections); i++) {
        if (strcmp(foreign_sections[i], section) == 0)
            return true;
    }
    return false;
}

static enum haul_err refuse_section(const struct config *config, const struct ini_entry *entry,
                                    struct haul_error *err)
{
    struct suggest suggest;

    suggest_init(&suggest, entry->section);
    suggest_consider(&suggest, "host");
    suggest_consider(&suggest, SECTION_SCHEDULE);
    for (size_t i = 0; i < COUNT_OF(foreign_sections); i++)
        suggest_consider(&suggest, foreign_sections[i]);
    if (suggest.best)
        return config_refuse(config, entry->line, err,
                             "there is no section [%s]; did you mean [%s]?", entry->section,
                             suggest.best);
    return config_refuse(config, entry->line, err, "there is no section [%s]", entry->section);
}

static enum haul_err check_section(const struct config *config, const struct ini_entry *entry,
                                   struct haul_error *err)
{
    if (!is_foreign(entry->section) && strcmp(entry->section, SECTION_SCHEDULE) != 0)
        return refuse_section(config, entry, err);
    if (entry->subject)
        return config_refuse(config, entry->line, err, "the section is written [%s]",
                             entry->section);
    return HAUL_OK;
}

static enum haul_err read_hours(struct config *config, const struct ini_entry *entry,
                                struct haul_error *err)
{
    struct haul_error inner;

    if (!config->schedule)
        config->schedule = schedule_new();
    if (schedule_add(config->schedule, entry->key, entry->value, entry->line, &inner) != HAUL_OK)
        return config_refuse(config, entry->line, err, "%s", inner.text);
    return HAUL_OK;
}

static enum haul_err read_entry(struct config *config, const struct ini_entry *entry,
                                struct haul_error *err)
{
    enum haul_err code;
    size_t at;

    if (entry->section[0] == '\0')
        return read_key(config, entry, &config->general, false, err);
    if (strcmp(entry->section, SECTION_SCHEDULE) == 0 && entry->key)
        return read_hours(config, entry, err);
    if (strcmp(entry->section, "host") != 0)
        return entry->key ? HAUL_OK : check_section(config, entry, err);
    code = find_host(config, entry, &at, err);
    if (code != HAUL_OK || !entry->key)
        return code;
    return read_key(config, entry, &config->hosts[at].set, true, err);
}

static bool has_secret(struct option_set *set)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (table[i].secret && haul_option_given(&table[i], option_set_target(set, &table[i])))
            return true;
    }
    return false;
}

static void look_for_open_secrets(struct config *config, const struct stat *st)
{
    bool found = has_secret(&config->general);

    for (size_t i = 0; i < config->host_count; i++)
        found |= has_secret(&config->hosts[i].set);
    if (found && S_ISREG(st->st_mode) && (st->st_mode & 077) != 0)
        config->warning = xasprintf("others can read the passwords in %s; run: chmod 600 %s",
                                    config->path, config->path);
}

/* Whoever can write the file decides where downloads go, and what runs after them. */
static enum haul_err check_owner(const struct config *config, const struct stat *st,
                                 struct haul_error *err)
{
    if (!S_ISREG(st->st_mode))
        return HAUL_OK;
    if (st->st_uid != geteuid() && st->st_uid != 0)
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s belongs to another user; it is not read",
                         config->path);
    if (st->st_mode & S_IWOTH)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "everybody can write to %s; it is not read. Run: chmod o-w %s",
                         config->path, config->path);
    return HAUL_OK;
}

static enum haul_err read_all(const struct config *config, FILE *from, struct strbuf *text,
                              struct haul_error *err)
{
    char block[16384];
    size_t got;

    while ((got = fread(block, 1, sizeof block, from)) > 0) {
        if (!strbuf_add(text, block, got))
            return haul_fail(err, HAUL_E_TOO_BIG, "%s is larger than %zu KiB", config->path,
                             INI_MAX >> 10);
    }
    if (ferror(from))
        return haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "can't read %s", config->path);
    return HAUL_OK;
}

static enum haul_err read_open(struct config *config, FILE *from, struct haul_error *err)
{
    struct strbuf text;
    struct stat st;
    enum haul_err code;

    if (fstat(fileno(from), &st) != 0)
        return haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "can't read %s", config->path);
    strbuf_init(&text, INI_MAX);
    code = check_owner(config, &st, err);
    if (code == HAUL_OK)
        code = read_all(config, from, &text, err);
    if (code == HAUL_OK && text.len > 0)
        code = ini_parse(config->path, text.data, text.len, &config->ini, err);
    strbuf_fini_secret(&text);
    for (size_t i = 0; i < config->ini.count && code == HAUL_OK; i++)
        code = read_entry(config, &config->ini.entries[i], err);
    if (code == HAUL_OK)
        look_for_open_secrets(config, &st);
    return code;
}

char *config_usual_path(void)
{
    char *dir = path_config_dir();
    char *path = path_join(dir, "haul.conf");

    free(dir);
    return path;
}

enum haul_err config_load(const char *path, struct config **ret_config, struct haul_error *err)
{
    struct config *config = xcalloc(1, sizeof *config);
    enum haul_err code = HAUL_OK;
    FILE *from;

    config->path = path ? path_absolute(path) : config_usual_path();
    option_set_init(&config->general);
    from = fopen(config->path, "re");
    config->found = from != NULL;
    if (from) {
        code = read_open(config, from, err);
        fclose(from);
    } else if (path || errno != ENOENT) {
        code = haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "can't open the configuration %s",
                               config->path);
    }
    if (code == HAUL_OK)
        *ret_config = config;
    else
        config_free(config);
    return code;
}

static void forget_made(struct config *config)
{
    struct made *made, *next;

    HASH_ITER(hh, config->made, made, next)
    {
        HASH_DEL(config->made, made);
        haul_options_unref(made->base);
        haul_options_unref(made->options);
        free(made);
    }
}

void config_free(struct config *config)
{
    if (!config)
        return;
    forget_made(config);
    for (size_t i = 0; i < config->host_count; i++)
        host_fini(&config->hosts[i]);
    free(config->hosts);
    schedule_free(config->schedule);
    option_set_fini(&config->general);
    ini_fini(&config->ini);
    free(config->warning);
    free(config->path);
    free(config);
}

/* What is in force. */

const char *config_path(const struct config *config)
{
    return config->path;
}

bool config_found(const struct config *config)
{
    return config->found;
}

const char *config_warning(const struct config *config)
{
    return config->warning;
}

struct option_set *config_general(struct config *config)
{
    return &config->general;
}

const struct schedule *config_schedule(const struct config *config)
{
    return config->schedule;
}

bool config_next(const struct config *config, const char *section, size_t *cursor,
                 struct config_line *ret_line)
{
    while (*cursor < config->ini.count) {
        const struct ini_entry *entry = &config->ini.entries[(*cursor)++];

        if (entry->key && strcmp(entry->section, section) == 0) {
            *ret_line = (struct config_line){entry->key, entry->value, entry->line};
            return true;
        }
    }
    return false;
}

char *config_variable(const struct haul_option *option)
{
    char *name = xasprintf("HAUL_%s", option->name);

    for (char *at = name; *at != '\0'; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    return name;
}

enum haul_err config_environment(struct option_set *set, struct haul_error *err)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < count && code == HAUL_OK; i++) {
        char *name = config_variable(&table[i]);
        const char *value = getenv(name);
        struct haul_error inner;

        if (config_takes(&table[i]) && value && value[0] != '\0' &&
            haul_option_set(&table[i], option_set_target(set, &table[i]), value, &inner) != HAUL_OK)
            code = haul_fail(err, HAUL_E_BAD_OPTION, "$%s: %s", name, inner.text);
        free(name);
    }
    return code;
}

static bool host_fits(const struct host *host, const struct url *url)
{
    size_t len = strlen(host->suffix);
    size_t skipped;

    if (!url || url->host.len < len || (!host->below && url->host.len > len))
        return false;
    if (host->port != 0 && host->port != url_port(url))
        return false;
    skipped = url->host.len - len;
    return strncasecmp(url->host.at + skipped, host->suffix, len) == 0;
}

/* Takes over the rows of SET that OPTIONS lack. */
static void fill_in(struct haul_options *options, struct option_set *set)
{
    struct haul_options *filled = haul_options_copy(set->item);

    haul_options_merge(filled, options);
    haul_options_merge(options, filled);
    haul_options_unref(filled);
}

static struct haul_options *make_options(struct config *config, const struct url *url,
                                         const struct haul_options *base)
{
    struct haul_options *options = haul_options_copy(base);

    for (size_t i = config->host_count; i > 0; i--) {
        if (host_fits(&config->hosts[i - 1], url))
            fill_in(options, &config->hosts[i - 1].set);
    }
    fill_in(options, &config->general);
    return options;
}

/* Options that are made the same way have the same key; the caller's. NULL: BASE has all. */
static char *key_of(struct config *config, const struct url *url, const struct haul_options *base)
{
    char *key = xasprintf("%p", (const void *)base);
    bool any = haul_given_any(&config->general.item->given);

    for (size_t i = 0; i < config->host_count; i++) {
        if (!host_fits(&config->hosts[i], url))
            continue;
        char *longer = xasprintf("%s,%zu", key, i);

        free(key);
        key = longer;
        any = true;
    }
    if (any)
        return key;
    free(key);
    return NULL;
}

static const struct made *remember(struct config *config, const char *key,
                                   struct haul_options *base, struct haul_options *options)
{
    size_t len = strlen(key);
    struct made *made = xmalloc(sizeof *made + len + 1);

    if (HASH_COUNT(config->made) >= CACHE_MAX)
        forget_made(config);
    made->base = haul_options_ref(base); /* nothing else may get its address */
    made->options = options;
    memcpy(made->key, key, len + 1);
    HASH_ADD_KEYPTR(hh, config->made, made->key, len, made);
    return made;
}

struct haul_options *config_options(struct config *config, const char *url,
                                    struct haul_options *base)
{
    const struct made *made = NULL;
    struct url parts;
    char *key;

    if (url && url_split(url, &parts, NULL) != HAUL_OK)
        return haul_options_ref(base);
    key = key_of(config, url ? &parts : NULL, base);
    if (!key)
        return haul_options_ref(base);
    HASH_FIND_STR(config->made, key, made);
    if (!made)
        made = remember(config, key, base, make_options(config, url ? &parts : NULL, base));
    free(key);
    return haul_options_ref(made->options);
}

/* The options of the request before, which are those of all that begin like it and had the same. */
struct last_made {
    struct url_known known;
    struct haul_options *base, *options; /* referenced; NULL: there is none before */
};

static bool is_as_last(const struct last_made *last, const struct haul_request *request)
{
    size_t len = strlen(request->url);

    return len > 0 && request->options == last->base &&
           url_known_length(&last->known, request->url, len) == len;
}

static void last_made_fini(struct last_made *last)
{
    haul_options_unref(last->base);
    haul_options_unref(last->options);
}

void config_requests(struct config *config, struct haul_request *requests, size_t count)
{
    struct last_made last = {0};

    for (size_t i = 0; i < count; i++) {
        struct haul_request *request = &requests[i];

        if (!is_as_last(&last, request)) {
            last_made_fini(&last);
            last.base = haul_options_ref(request->options);
            last.options = config_options(config, request->url, request->options);
            last.known = (struct url_known){0};
            (void)!url_check(request->url, &last.known, NULL);
        }
        haul_options_unref(request->options);
        request->options = haul_options_ref(last.options);
    }
    last_made_fini(&last);
}

size_t config_line_of(struct config *config, const struct haul_option *option)
{
    return *line_of(&config->general, option);
}

const char *config_host_of(struct config *config, const char *url, const struct haul_option *option,
                           size_t *ret_line)
{
    struct url parts;

    if (url_split(url, &parts, NULL) != HAUL_OK)
        return NULL;
    for (size_t i = config->host_count; i > 0; i--) {
        struct host *host = &config->hosts[i - 1];

        if (!host_fits(host, &parts) ||
            !haul_option_given(option, option_set_target(&host->set, option)))
            continue;
        *ret_line = *line_of(&host->set, option);
        return host->name;
    }
    return NULL;
}
