/* curl's command line as requests of haul.
 *
 * A table (curl_options.c) says what haul makes of each option of curl. One that it lacks is noted,
 * never fatal: the link is what was meant. Only a request whose meaning would be another one is
 * refused: one with a body that is in a file. No file is read and nothing is run. */

#include "input/curl_command.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "input/curl_options.h"
#include "input/shell_words.h"

/* A body in the making: parts are joined by '&'. */
struct body {
    struct strbuf text;
    bool given;
    bool json;
    bool in_url; /* -G: it belongs behind the URL's '?' */
};

struct reader {
    struct shell_words words;
    struct copied_list *list;
    struct copied common; /* what holds for the URLs up to the next "--next" */
    struct haul_strings urls;
    struct haul_strings outs; /* the names of the files, in the order of the URLs; "": haul's own */
    struct body body;
    bool no_glob; /* brackets in links are meant */
    bool saw_option;
    bool is_prose;
};

/* There is room for the next power of two: one command may have many links. */
static void strings_add(struct haul_strings *list, const char *text)
{
    if ((list->count & (list->count - 1)) == 0)
        list->items =
            xreallocarray(list->items, MAX(list->count * 2, (size_t)1), sizeof(*list->items));
    list->items[list->count++] = xstrdup(text);
}

static void strings_fini(struct haul_strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        secret_free(list->items[i]);
    free(list->items);
    *list = (struct haul_strings){0};
}

/* ---- bodies ---- */

static void body_add(struct reader *reader, const char *text)
{
    struct body *body = &reader->body;
    bool joined = !body->given || body->json || strbuf_puts(&body->text, "&");

    body->given = true;
    if (!joined || !strbuf_puts(&body->text, text))
        copied_refuse(&reader->common, "its data is longer than 512 KiB");
}

/* NAME=CONTENT, =CONTENT or CONTENT, of which the content is still to be encoded. */
static void body_add_encoded(struct reader *reader, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t name = equals ? (size_t)(equals - text) : 0;
    struct strbuf part;
    bool fits;

    strbuf_init(&part, HAUL_BODY_MAX);
    fits = name == 0 || (strbuf_add(&part, text, name) && strbuf_puts(&part, "="));
    for (const char *at = equals ? equals + 1 : text; *at != '\0' && fits; at++) {
        if (isalnum((unsigned char)*at) || strchr("-._~", *at))
            fits = strbuf_add(&part, at, 1);
        else
            fits = strbuf_printf(&part, "%%%02X", (unsigned char)*at);
    }
    if (fits)
        body_add(reader, part.data ? part.data : "");
    else
        copied_refuse(&reader->common, "its data is longer than 512 KiB");
    strbuf_fini_secret(&part);
}

static void refuse_file(struct reader *reader)
{
    copied_refuse(&reader->common, "what it sends is in a file, and a copied command reads none");
}

/* "name=value"; what belongs to a part besides its value is noted. */
static void form_add(struct reader *reader, const char *text, bool raw)
{
    const char *equals = strchr(text, '=');
    const char *extra = NULL;
    char *field;

    if (!raw && equals && (equals[1] == '@' || equals[1] == '<')) {
        refuse_file(reader);
        return;
    }
    if (!raw && equals)
        extra = strstr(equals, ";type=");
    if (extra)
        copied_note(&reader->common, "-F with ;type=");
    field = extra ? xstrndup(text, (size_t)(extra - text)) : xstrdup(text);
    copied_set(&reader->common, "form", field);
    secret_free(field);
}

/* ---- options ---- */

/* The last segment: haul puts all files into one folder. */
static void out_add(struct reader *reader, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    if (strcmp(path, "-") == 0 || str_starts(path, "/dev/") || str_equal_nocase(path, "NUL"))
        name = "";
    else if (slash)
        copied_note(&reader->common, "the folder of -o");
    strings_add(&reader->outs, name);
}

static void referer_set(struct reader *reader, const char *value)
{
    size_t len = strlen(value);
    char *referer;

    if (str_ends(value, ";auto"))
        len -= strlen(";auto");
    referer = xstrndup(value, len);
    if (len > 0)
        copied_set(&reader->common, "referer", referer);
    free(referer);
}

static void flush(struct reader *reader);

/* Notes OPTION by the name that the user wrote: a long one as it is, else its letter. */
static void note(struct reader *reader, const struct curl_option *option, bool by_letter)
{
    char text[48];

    if (by_letter)
        snprintf(text, sizeof text, "-%c", option->letter);
    else
        snprintf(text, sizeof text, "--%s", option->name);
    copied_note(&reader->common, text);
}

/* A limit or a time that haul can't read is no reason to refuse the link; a header is. */
static void set(struct reader *reader, const struct curl_option *option, const char *value)
{
    const struct haul_option *to = haul_option_find(option->to);
    struct haul_error err;
    char whole[32];

    if (to->type == HAUL_OPTION_SECONDS && strchr(value, '.')) { /* haul counts whole ones */
        snprintf(whole, sizeof whole, "%lu", strtoul(value, NULL, 10) + 1);
        value = whole;
    }
    if (option->effect == EFFECT_SET &&
        (to->type == HAUL_OPTION_TEXT || to->type == HAUL_OPTION_LIST))
        copied_set(&reader->common, option->to, value);
    else if (haul_option_set(to, reader->common.options, value, &err) != HAUL_OK)
        note(reader, option, false);
}

static void take_data(struct reader *reader, enum curl_effect effect, const char *value)
{
    if (effect != EFFECT_DATA_RAW &&
        (value[0] == '@' ||
         (effect == EFFECT_DATA_URL && !strchr(value, '=') && strchr(value, '@'))))
        refuse_file(reader);
    else if (effect == EFFECT_DATA_URL)
        body_add_encoded(reader, value);
    else
        body_add(reader, value);
}

static void apply(struct reader *reader, const struct curl_option *option, const char *value)
{
    struct copied *common = &reader->common;

    switch (option->effect) {
    case EFFECT_SET:
    case EFFECT_TRY:
        set(reader, option, value);
        break;
    case EFFECT_FLAG:
        copied_set(common, option->to, "true");
        break;
    case EFFECT_HEADER:
        if (value[0] == '@')
            copied_note(common, "-H @FILE");
        else
            copied_header(common, value);
        break;
    case EFFECT_COOKIE:
        if (strchr(value, '='))
            copied_set(common, "cookie", value);
        else
            copied_note(common, "-b FILE");
        break;
    case EFFECT_REFERER:
        referer_set(reader, value);
        break;
    case EFFECT_DATA:
    case EFFECT_DATA_RAW:
    case EFFECT_DATA_URL:
        take_data(reader, option->effect, value);
        break;
    case EFFECT_JSON:
        reader->body.json = true;
        take_data(reader, EFFECT_DATA, value);
        break;
    case EFFECT_FORM:
    case EFFECT_FORM_RAW:
        form_add(reader, value, option->effect == EFFECT_FORM_RAW);
        break;
    case EFFECT_GET:
        reader->body.in_url = true;
        break;
    case EFFECT_NO_GLOB:
        reader->no_glob = true;
        break;
    case EFFECT_OUT:
        out_add(reader, value);
        break;
    case EFFECT_OUT_OF_LINK:
        strings_add(&reader->outs, "");
        break;
    case EFFECT_URL:
        strings_add(&reader->urls, value);
        break;
    case EFFECT_NEXT:
        flush(reader);
        break;
    case EFFECT_BODY_FILE:
        refuse_file(reader);
        break;
    case EFFECT_NOTE:
    case EFFECT_QUIET:
        break;
    }
}

/* An option that is not in the table. Whether a value belongs to it shows in the next word. */
static void unknown(struct reader *reader, const char *word)
{
    size_t at = reader->words.at;
    const char *next;
    char *name = xstrndup(word, strcspn(word, "="));

    copied_note(&reader->common, name);
    free(name);
    if (strchr(word, '='))
        return;
    next = shell_words_next(&reader->words);
    if (!next || next[0] == '-' || strstr(next, "://"))
        reader->words.at = at;
}

static void take(struct reader *reader, const struct curl_option *option, const char *value,
                 bool by_letter)
{
    char *copy;

    if (option->effect == EFFECT_NOTE)
        note(reader, option, by_letter);
    if (option->takes_value && !value)
        value = shell_words_next(&reader->words);
    if (option->takes_value && !value)
        return;
    copy = value ? xstrdup(value) : NULL; /* a flush may read on */
    apply(reader, option, copy);
    secret_free(copy);
}

/* "--name", "--name value"; "--name=value" is no way of curl's, but people write it. */
static void take_long(struct reader *reader, const char *word)
{
    size_t len = strcspn(word + 2, "=");
    const struct curl_option *option = curl_option_find(word + 2, len);
    char *value;

    if (!option && str_starts(word, "--no-") && curl_option_find(word + 5, strlen(word + 5)))
        return; /* --no-keepalive and the like */
    if (!option) {
        char *copy = xstrdup(word);

        unknown(reader, copy);
        free(copy);
        return;
    }
    value = word[2 + len] == '=' ? xstrdup(word + 2 + len + 1) : NULL;
    take(reader, option, value, false);
    secret_free(value);
}

/* "-sSL", "-XPOST", "-X POST". */
static void take_short(struct reader *reader, const char *word)
{
    char *copy = xstrdup(word);

    for (const char *at = copy + 1; *at != '\0'; at++) {
        const struct curl_option *option = curl_option_find_letter(*at);
        char name[3] = {'-', *at, '\0'};

        if (!option) {
            copied_note(&reader->common, name);
            continue;
        }
        take(reader, option, option->takes_value && at[1] != '\0' ? at + 1 : NULL, true);
        if (option->takes_value)
            break;
    }
    secret_free(copy);
}

/* True for "example.org/x" and "localhost:8080": curl takes http for granted there. */
static bool looks_like_host(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    const char *dot = memchr(word, '.', len);

    if (word[len] != '\0' && !strchr(":/?", word[len]))
        return false;
    if (len == strlen("localhost") && strncasecmp(word, "localhost", len) == 0)
        return true;
    return dot && dot > word && isalnum((unsigned char)dot[1]);
}

static void take_operand(struct reader *reader, const char *word)
{
    char *url;

    if (strstr(word, "://")) {
        strings_add(&reader->urls, word);
    } else if (looks_like_host(word)) {
        url = xasprintf("http://%s", word);
        strings_add(&reader->urls, url);
        secret_free(url);
    } else if (!reader->saw_option) {
        reader->is_prose = true;
    } else if (word[0] != '\0' && word[strspn(word, "0123456789")] != '\0') {
        copied_note(&reader->common, "a word that is no link"); /* and not the 2 of "2>file" */
    }
}

/* ---- from words to requests ---- */

/* Moves the body to where it belongs. */
static void settle_body(struct reader *reader)
{
    struct body *body = &reader->body;
    const char *text = body->text.data ? body->text.data : "";

    if (body->given && !body->in_url)
        copied_set(&reader->common, body->json ? "json-data" : "data", text);
    if (body->given && reader->common.options->form.count > 0)
        copied_refuse(&reader->common, "it sends a form and data at once");
}

static char *url_with_query(const char *url, const char *query)
{
    size_t len = strcspn(url, "#");
    bool has_query = memchr(url, '?', len) != NULL;

    return xasprintf("%.*s%s%s", (int)len, url, has_query ? "&" : "?", query);
}

/* Would curl make several links of it? Brackets in a host's place are those of IPv6. */
static bool has_glob(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;

    return strchr(url, '{') || (path && strchr(path, '['));
}

static void emit(struct reader *reader, const char *url, const char *out)
{
    const struct body *body = &reader->body;
    struct copied *copied = copied_list_add(reader->list);
    struct url parts;
    struct haul_error err;

    haul_options_merge(copied->options, reader->common.options);
    for (size_t i = 0; i < reader->common.notes.count; i++)
        copied_note(copied, reader->common.notes.items[i]);
    if (!reader->no_glob && has_glob(url))
        copied_note(copied, "patterns like [1-9] in a link");
    if (reader->common.wrong)
        copied_refuse(copied, reader->common.wrong);
    if (body->in_url && body->text.len > 0 && strlen(url) < URL_MAX)
        copied->url = url_with_query(url, body->text.data);
    else
        copied->url = xstrdup(url);
    if (out && out[0] != '\0')
        copied_set(copied, "out", out);
    if (url_split(copied->url, &parts, &err) != HAUL_OK)
        copied_refuse(copied, err.text);
}

/* Ends what the options so far are for. */
static void flush(struct reader *reader)
{
    settle_body(reader);
    for (size_t i = 0; i < reader->urls.count; i++)
        emit(reader, reader->urls.items[i], i < reader->outs.count ? reader->outs.items[i] : NULL);
    strings_fini(&reader->urls);
    strings_fini(&reader->outs);
    strbuf_fini_secret(&reader->body.text);
    reader->body.given = reader->body.json = reader->body.in_url = reader->no_glob = false;
    copied_fini(&reader->common);
    copied_init(&reader->common);
}

static void read_words(struct reader *reader)
{
    const char *word;

    while ((word = shell_words_next(&reader->words))) {
        if (reader->words.unclosed || reader->words.too_long)
            return;
        if (word[0] != '-' || word[1] == '\0') {
            take_operand(reader, word);
        } else {
            reader->saw_option = true;
            if (word[1] != '-')
                take_short(reader, word);
            else if (word[2] != '\0')
                take_long(reader, word);
        }
    }
}

/* What could not be read to its end, as one item that tells so. */
static void emit_broken(struct reader *reader)
{
    struct copied *copied = copied_list_add(reader->list);

    copied->url = xstrdup(reader->urls.count > 0 ? reader->urls.items[0] : "curl");
    copied_refuse(copied, reader->words.too_long ? "this command is too long"
                                                 : "this command is not whole: a quote is open");
}

bool curl_command_begins(const char *text, size_t len)
{
    size_t word = strlen("curl");

    if (len <= word || strncasecmp(text, "curl", word) != 0)
        return false;
    if (len > word + 4 && strncasecmp(text + word, ".exe", 4) == 0)
        word += 4;
    return text[word] == ' ' || text[word] == '\t';
}

static size_t read_command(enum shell shell, const char *text, size_t len, struct copied_list *list,
                           bool *ret_is_command, bool *ret_unclosed)
{
    struct reader reader = {.list = list};
    size_t used;

    shell_words_init(&reader.words, shell, text, len);
    strbuf_init(&reader.body.text, HAUL_BODY_MAX);
    copied_init(&reader.common);
    (void)shell_words_next(&reader.words); /* "curl" */
    read_words(&reader);
    used = reader.words.at < len ? reader.words.at : len;
    *ret_unclosed = reader.words.unclosed;
    *ret_is_command = !reader.is_prose && (reader.saw_option || reader.urls.count > 0);
    if (*ret_is_command && (reader.words.unclosed || reader.words.too_long))
        emit_broken(&reader);
    else if (reader.words.expands)
        copied_note(&reader.common, "a $ that only a shell fills in");
    if (*ret_is_command && !reader.words.unclosed && !reader.words.too_long)
        flush(&reader);
    strings_fini(&reader.urls);
    strings_fini(&reader.outs);
    strbuf_fini_secret(&reader.body.text);
    copied_fini(&reader.common);
    shell_words_fini(&reader.words);
    return used;
}

size_t curl_command_read(const char *text, size_t len, struct copied_list *list,
                         bool *ret_is_command, bool *ret_unclosed)
{
    return read_command(shell_of(text, len), text, len, list, ret_is_command, ret_unclosed);
}

void curl_command_take(const char *const *words, size_t count, struct copied_list *list,
                       bool *ret_is_command)
{
    char *text;
    size_t len = 0;
    bool unclosed;

    for (size_t i = 0; i < count; i++)
        len += strlen(words[i]) + 1;
    text = xmalloc(len + 1);
    len = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(text + len, words[i], strlen(words[i]) + 1);
        len += strlen(words[i]) + 1;
    }
    text[len] = '\0';
    (void)read_command(SHELL_SPLIT, text, len, list, ret_is_command, &unclosed);
    secret_free(text);
}
