/* Invoke-WebRequest as a request of haul.
 *
 * Just as much of PowerShell as browsers write: strings in both quotes with backtick escapes and
 * $([char]…), hash tables, parentheses around a string, backticks at the ends of lines. Whatever
 * else stands in a string to be filled in is noted, and nothing is run. Cookies are taken only when
 * their domain is the link's. */

#include "input/powershell.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/url.h"

#define TEXT_MAX ((size_t)4 << 20) /* of a string */

enum kind { END, WORD, STRING, LINE_END, SIGN };

struct cookie {
    char *pair; /* "name=value" */
    char *domain;
};

struct reader {
    const char *text;
    size_t len;
    size_t at;
    enum kind kind; /* of the token at hand */
    char sign;      /* of a SIGN */
    struct strbuf token;
    bool unclosed;
    bool too_long;
    bool expands;
    struct copied copied;
    struct cookie *cookies;
    size_t cookie_count;
};

/* ---- tokens ---- */

static char ahead(const struct reader *reader, size_t offset)
{
    return reader->at + offset < reader->len ? reader->text[reader->at + offset] : '\0';
}

static bool at_end(const struct reader *reader)
{
    return reader->at >= reader->len;
}

static void add(struct reader *reader, const char *bytes, size_t len)
{
    if (!reader->too_long && !strbuf_add(&reader->token, bytes, len))
        reader->too_long = true;
}

/* The number in "$([char]252)" at AT, and *ret_end behind all of it; 0: there is none. */
static uint32_t char_code(const struct reader *reader, size_t at, size_t *ret_end)
{
    static const char start[] = "$([char]";
    char digits[16] = "";
    size_t count = 0;
    unsigned long code;

    if (reader->len - at < strlen(start) ||
        strncasecmp(reader->text + at, start, strlen(start)) != 0)
        return 0;
    at += strlen(start);
    while (at < reader->len && isalnum((unsigned char)reader->text[at]) &&
           count + 1 < sizeof digits)
        digits[count++] = reader->text[at++];
    code = strtoul(digits, NULL, 0);
    if (at >= reader->len || reader->text[at] != ')' || code > 0xffff)
        return 0;
    *ret_end = at + 1;
    return (uint32_t)code;
}

/* Takes a character by its number, where the '$' at hand begins one. A [char] is of UTF-16: two of
 * them may be one character. */
static bool read_char_code(struct reader *reader)
{
    char utf8[TEXT_CHAR_SIZE];
    size_t end, end_of_both;
    uint32_t code = char_code(reader, reader->at, &end);
    uint32_t both = 0;

    if (code == 0)
        return false;
    if (end < reader->len)
        both = text_join_halves(code, char_code(reader, end, &end_of_both));
    add(reader, utf8, text_put(both != 0 ? both : code, utf8));
    reader->at = both != 0 ? end_of_both : end;
    return true;
}

/* Behind the backtick. */
static void read_escape(struct reader *reader)
{
    static const char letters[] = "nrtabfve";
    static const char values[] = "\n\r\t\a\b\f\v\033";
    char c = ahead(reader, 0);
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;

    if (at_end(reader))
        return;
    reader->at++;
    if (letter)
        add(reader, &values[letter - letters], 1);
    else if (c != '0')
        add(reader, &c, 1);
}

/* Behind the opening QUOTE, '"' or '\''. */
static void read_string(struct reader *reader, char quote)
{
    while (!at_end(reader)) {
        char c = ahead(reader, 0), next = ahead(reader, 1);
        bool filled_in = c == '$' && quote == '"';

        if (filled_in && read_char_code(reader))
            continue;
        if (filled_in && (isalpha((unsigned char)next) || next == '(' || next == '{'))
            reader->expands = true;
        reader->at++;
        if (c == '`' && quote == '"') {
            read_escape(reader);
            continue;
        }
        if (c == quote && next != quote)
            return;
        reader->at += c == quote; /* two of them are one */
        add(reader, &c, 1);
    }
    reader->unclosed = true;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("$-_.:/\\[]?&%+~", c));
}

/* Blanks, and line ends behind a backtick. */
static void skip_blanks(struct reader *reader)
{
    for (;; reader->at++) {
        if (ahead(reader, 0) == '`' && ahead(reader, 1) == '\r' && ahead(reader, 2) == '\n')
            reader->at += 2;
        else if (ahead(reader, 0) == '`' && (ahead(reader, 1) == '\n' || ahead(reader, 1) == '\r'))
            reader->at++;
        else if (ahead(reader, 0) != ' ' && ahead(reader, 0) != '\t')
            return;
    }
}

/* Reads the next token into ->kind, ->sign and ->token. */
static void next(struct reader *reader)
{
    char c;

    strbuf_clear(&reader->token);
    skip_blanks(reader);
    c = ahead(reader, 0);
    if (at_end(reader)) {
        reader->kind = END;
    } else if (c == '"' || c == '\'') {
        reader->kind = STRING;
        reader->at++;
        read_string(reader, c);
    } else if (c == '\n' || c == '\r') {
        reader->kind = LINE_END;
        reader->at++;
    } else if (is_word_char(c)) {
        reader->kind = WORD;
        while (is_word_char(ahead(reader, 0))) {
            c = ahead(reader, 0);
            add(reader, &c, 1);
            reader->at++;
        }
    } else {
        reader->kind = SIGN;
        reader->sign = c;
        reader->at++;
    }
}

static const char *token(const struct reader *reader)
{
    return reader->token.data ? reader->token.data : "";
}

static bool is_sign(const struct reader *reader, char sign)
{
    return reader->kind == SIGN && reader->sign == sign;
}

static bool is_over(const struct reader *reader)
{
    return reader->kind == END || reader->kind == LINE_END || is_sign(reader, ';') ||
           is_sign(reader, '|') || reader->unclosed || reader->too_long;
}

/* Goes on to the token that ends the statement. */
static void skip_statement(struct reader *reader)
{
    while (!is_over(reader))
        next(reader);
}

/* ---- values ---- */

/* The first string within the parentheses that just opened, newly allocated; they are closed then.
 * ([System.Text.Encoding]::UTF8.GetBytes("…")) */
static char *read_parenthesised(struct reader *reader)
{
    char *text = NULL;
    unsigned depth = 1;

    while (depth > 0) {
        next(reader);
        if (reader->kind == END || reader->unclosed || reader->too_long)
            break;
        if (is_sign(reader, '('))
            depth++;
        else if (is_sign(reader, ')'))
            depth--;
        else if (reader->kind == STRING && !text)
            text = xstrdup(token(reader));
    }
    return text;
}

/* The value that comes next, newly allocated; NULL: there is none that could be used. */
static char *read_value(struct reader *reader)
{
    next(reader);
    if (is_sign(reader, '('))
        return read_parenthesised(reader);
    if (reader->kind == STRING || reader->kind == WORD)
        return xstrdup(token(reader));
    return NULL;
}

/* What browsers put among the headers although HTTP/2 has it elsewhere. */
static bool is_request_line(const char *name)
{
    return str_equal_nocase(name, "authority") || str_equal_nocase(name, "method") ||
           str_equal_nocase(name, "path") || str_equal_nocase(name, "scheme");
}

static void take_header(struct reader *reader, const char *name, const char *value)
{
    char *line;

    if (is_request_line(name))
        return;
    line = xasprintf("%s: %s", name, value);
    copied_header(&reader->copied, line);
    secret_free(line);
}

/* @{ "name"="value"; … }, from the '@' on. */
static void read_headers(struct reader *reader)
{
    next(reader);
    if (!is_sign(reader, '@')) {
        copied_note(&reader->copied, "-Headers");
        return;
    }
    next(reader);
    while (reader->kind != END && !is_sign(reader, '}') && !reader->unclosed && !reader->too_long) {
        next(reader);
        if (reader->kind != STRING && reader->kind != WORD)
            continue;
        char *name = xstrdup(token(reader));
        next(reader);
        char *value = is_sign(reader, '=') ? read_value(reader) : NULL;
        if (value)
            take_header(reader, name, value);
        free(name);
        secret_free(value);
    }
}

/* ---- the session ---- */

static void add_cookie(struct reader *reader, char **parts, size_t count)
{
    if (count < 2)
        return;
    reader->cookies =
        xreallocarray(reader->cookies, reader->cookie_count + 1, sizeof(*reader->cookies));
    reader->cookies[reader->cookie_count++] = (struct cookie){
        .pair = xasprintf("%s=%s", parts[0], parts[1]),
        .domain = xstrdup(count > 3 ? parts[3] : ""),
    };
}

/* .Cookies.Add((New-Object System.Net.Cookie("name", "value", "/", "domain"))) */
static void read_cookie(struct reader *reader)
{
    char *parts[4] = {NULL};
    size_t count = 0;

    for (;;) {
        next(reader);
        if (is_over(reader))
            break;
        if (reader->kind == STRING && count < COUNT_OF(parts))
            parts[count++] = xstrdup(token(reader));
    }
    add_cookie(reader, parts, count);
    for (size_t i = 0; i < count; i++)
        secret_free(parts[i]);
}

/* A statement that begins with a variable: of a session, or the one that the answer goes to.
 * Returns false when it goes on as a request. */
static bool read_session(struct reader *reader)
{
    bool agent = str_ends(token(reader), ".UserAgent");
    bool cookie = str_ends(token(reader), ".Cookies.Add");

    if (cookie) {
        read_cookie(reader);
        return true;
    }
    next(reader);
    if (!is_sign(reader, '=')) {
        skip_statement(reader);
        return true;
    }
    if (agent) {
        char *value = read_value(reader);
        if (value)
            copied_set(&reader->copied, "user-agent", value);
        free(value);
        return true;
    }
    next(reader);
    if (!str_equal_nocase(token(reader), "New-Object"))
        return false;
    skip_statement(reader);
    return true;
}

/* True when a cookie of DOMAIN belongs to HOST (RFC 6265, section 5.1.3). */
static bool is_domain_of(const char *domain, const struct url_part *host)
{
    size_t len;

    if (domain[0] == '.')
        domain++;
    len = strlen(domain);
    if (len == 0 || len > host->len || strncasecmp(host->at + host->len - len, domain, len) != 0)
        return false;
    return len == host->len || host->at[host->len - len - 1] == '.';
}

static void take_cookies(struct reader *reader, const struct url *parts)
{
    for (size_t i = 0; i < reader->cookie_count; i++) {
        if (is_domain_of(reader->cookies[i].domain, &parts->host))
            copied_set(&reader->copied, "cookie", reader->cookies[i].pair);
        else
            copied_note(&reader->copied, "a cookie of another host");
    }
}

/* ---- the request ---- */

static void take_out(struct reader *reader, const char *path)
{
    const char *name = path;

    for (const char *at = path; *at != '\0'; at++) {
        if (*at == '/' || *at == '\\')
            name = at + 1;
    }
    if (name != path)
        copied_note(&reader->copied, "the folder of -OutFile");
    if (name[0] != '\0')
        copied_set(&reader->copied, "out", name);
}

static void take_content_type(struct reader *reader, const char *value)
{
    char *line = xasprintf("Content-Type: %s", value);

    copied_header(&reader->copied, line);
    free(line);
}

/* A parameter with a value that haul has an option for. */
static bool take_known(struct reader *reader, const char *name)
{
    static const struct {
        const char *name;
        const char *option;
    } rows[] = {
        {"-Method", "request"},
        {"-CustomMethod", "request"},
        {"-UserAgent", "user-agent"},
        {"-Body", "data"},
        {"-Proxy", "proxy"},
        {"-TimeoutSec", "timeout"},
        {"-MaximumRetryCount", "retries"},
    };
    char *value;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!str_equal_nocase(rows[i].name, name))
            continue;
        value = read_value(reader);
        if (value)
            copied_set(&reader->copied, rows[i].option, value);
        else
            copied_note(&reader->copied, name);
        secret_free(value);
        return true;
    }
    return false;
}

static void take_url(struct reader *reader, const char *url)
{
    xstrset(&reader->copied.url, url);
}

static void take_with(struct reader *reader, void (*take)(struct reader *, const char *))
{
    char *value = read_value(reader);

    if (value)
        take(reader, value);
    secret_free(value);
}

/* Parameters that say what haul does anyway. */
static bool is_quiet(const char *name)
{
    static const char *const names[] = {"-UseBasicParsing",  "-WebSession", "-SessionVariable",
                                        "-DisableKeepAlive", "-PassThru",   "-Resume"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_equal_nocase(names[i], name))
            return true;
    }
    return false;
}

static void take_parameter(struct reader *reader)
{
    char *name = xstrdup(token(reader));

    if (str_equal_nocase(name, "-Uri"))
        take_with(reader, take_url);
    else if (str_equal_nocase(name, "-Headers"))
        read_headers(reader);
    else if (str_equal_nocase(name, "-ContentType"))
        take_with(reader, take_content_type);
    else if (str_equal_nocase(name, "-OutFile"))
        take_with(reader, take_out);
    else if (str_equal_nocase(name, "-InFile"))
        copied_refuse(&reader->copied,
                      "what it sends is in a file, and a copied command reads none");
    else if (str_equal_nocase(name, "-SkipCertificateCheck"))
        copied_set(&reader->copied, "insecure", "true");
    else if (!take_known(reader, name) && !is_quiet(name))
        copied_note(&reader->copied, name);
    free(name);
}

/* From behind the name of the command to its end. */
static void read_request(struct reader *reader)
{
    for (;;) {
        next(reader);
        if (is_over(reader))
            return;
        if (reader->kind == WORD && token(reader)[0] == '-')
            take_parameter(reader);
        else if ((reader->kind == STRING || reader->kind == WORD) && !reader->copied.url &&
                 strstr(token(reader), "://"))
            take_url(reader, token(reader));
    }
}

static bool is_command(const char *word)
{
    static const char *const names[] = {"Invoke-WebRequest", "iwr", "Invoke-RestMethod", "irm"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_equal_nocase(names[i], word))
            return true;
    }
    return false;
}

/* Reads statements up to the first request, or to one that is none of ours. */
static void read_statements(struct reader *reader)
{
    while (!at_end(reader) && !reader->unclosed && !reader->too_long) {
        next(reader);
        if (reader->kind == LINE_END || is_sign(reader, ';'))
            continue;
        if (reader->kind != WORD)
            return;
        if (token(reader)[0] == '$' && read_session(reader))
            continue;
        if (is_command(token(reader)))
            read_request(reader);
        return;
    }
}

static void finish(struct reader *reader, struct copied_list *list)
{
    struct copied *copied = &reader->copied;
    struct url parts;
    struct haul_error err;

    if (reader->unclosed || reader->too_long)
        copied_refuse(copied, reader->too_long ? "this command is too long"
                                               : "this command is not whole: a quote is open");
    else if (url_split(copied->url, &parts, &err) != HAUL_OK)
        copied_refuse(copied, err.text);
    else
        take_cookies(reader, &parts);
    if (reader->expands)
        copied_note(copied, "a $ that only a shell fills in");
    struct copied *added = copied_list_add(list);
    copied_fini(added);
    *added = *copied;
    copied_init(copied);
}

bool powershell_begins(const char *text, size_t len)
{
    static const char session[] = ".WebRequestSession";
    size_t word = 0;
    size_t line = 0;
    char name[24] = "";

    while (word < len && word + 1 < sizeof name && is_word_char(text[word]))
        word++;
    memcpy(name, text, word);
    if (is_command(name))
        return word < len && (text[word] == ' ' || text[word] == '\t');
    if (len == 0 || text[0] != '$')
        return false;
    while (line < len && line < 200 && text[line] != '\n' && text[line] != '\r')
        line++;
    return memmem(text, line, session, strlen(session)) != NULL;
}

size_t powershell_read(const char *text, size_t len, struct copied_list *list, bool *ret_is_command,
                       bool *ret_unclosed)
{
    struct reader reader = {.text = text, .len = len};

    strbuf_init(&reader.token, TEXT_MAX);
    copied_init(&reader.copied);
    read_statements(&reader);
    *ret_is_command = reader.copied.url != NULL;
    *ret_unclosed = reader.unclosed;
    if (*ret_is_command)
        finish(&reader, list);
    for (size_t i = 0; i < reader.cookie_count; i++) {
        secret_free(reader.cookies[i].pair);
        free(reader.cookies[i].domain);
    }
    free(reader.cookies);
    copied_fini(&reader.copied);
    strbuf_fini_secret(&reader.token);
    return MIN(reader.at, len);
}
