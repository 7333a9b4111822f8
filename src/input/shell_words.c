/* Command lines into words, by the rules of bash and of cmd.
 *
 * bash: single quotes, double quotes, $'…' with the escapes of C, a backslash before any character,
 * and a backslash at the end of a line. cmd: a caret before any character and at the end of a line,
 * and then the quoting of Microsoft's C library, which counts backslashes before a quote.
 *
 * Browsers write ^" for quotes, and some versions put carets inside of quotes too, where cmd itself
 * would keep them; here a caret before a sign is always taken off. Mail programs leave blanks
 * behind the mark of a continued line, which is then still one.
 *
 * Each byte is looked at a bounded number of times, and a word has a cap. */

#include "input/shell_words.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LOOK_MAX ((size_t)4096) /* bytes that tell the shell: a line may hold many commands */

void shell_words_init(struct shell_words *words, enum shell shell, const char *text, size_t len)
{
    *words = (struct shell_words){.shell = shell, .text = text, .len = len};
    strbuf_init(&words->word, SHELL_WORD_MAX);
}

/* Its words may have been passwords. */
void shell_words_fini(struct shell_words *words)
{
    strbuf_fini_secret(&words->word);
}

/* The byte OFFSET bytes ahead, 0 at the end. */
static char ahead(const struct shell_words *words, size_t offset)
{
    return words->at + offset < words->len ? words->text[words->at + offset] : '\0';
}

static bool at_end(const struct shell_words *words)
{
    return words->at >= words->len;
}

static void add(struct shell_words *words, const char *bytes, size_t len)
{
    if (!words->too_long && !strbuf_add(&words->word, bytes, len))
        words->too_long = true;
}

static void add_char(struct shell_words *words, char c)
{
    add(words, &c, 1);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The length of a line's end that begins OFFSET bytes ahead, with blanks before it; 0: there is
 * none. */
static size_t line_end(const struct shell_words *words, size_t offset)
{
    size_t start = offset;

    while (is_blank(ahead(words, offset)))
        offset++;
    if (ahead(words, offset) == '\r' && ahead(words, offset + 1) == '\n')
        return offset + 2 - start;
    if (ahead(words, offset) == '\n' || ahead(words, offset) == '\r')
        return offset + 1 - start;
    return 0;
}

/* Skips blanks and lines that JOINS continues, before a word. */
static void skip_blanks(struct shell_words *words, char joins)
{
    for (;;) {
        size_t skipped = ahead(words, 0) == joins ? line_end(words, 1) : 0;

        if (skipped > 0)
            words->at += 1 + skipped;
        else if (is_blank(ahead(words, 0)))
            words->at++;
        else
            return;
    }
}

/* ---- bash ---- */

static void add_code(struct shell_words *words, uint32_t code)
{
    char bytes[TEXT_CHAR_SIZE];

    add(words, bytes, text_put(code, bytes));
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return isxdigit((unsigned char)c) ? (unsigned)(tolower((unsigned char)c) - 'a' + 10) : 16;
}

/* Up to MOST digits of BASE; *ret_count tells how many there were. */
static uint32_t take_digits(struct shell_words *words, unsigned base, size_t most,
                            size_t *ret_count)
{
    uint32_t value = 0;
    size_t count = 0;

    while (count < most && digit_value(ahead(words, 0)) < base) {
        value = value * base + digit_value(ahead(words, 0));
        words->at++;
        count++;
    }
    *ret_count = count;
    return value;
}

/* UTF-16 halves that follow one another are one character, as browsers write them. */
static uint32_t take_low_half(struct shell_words *words, uint32_t high)
{
    size_t start = words->at;
    size_t count = 0;
    uint32_t both = 0;

    if (ahead(words, 0) == '\\' && ahead(words, 1) == 'u') {
        words->at += 2;
        both = text_join_halves(high, take_digits(words, 16, 4, &count));
    }
    if (both == 0)
        words->at = start;
    return both == 0 ? high : both;
}

/* The escape whose letter is C, of those with digits. A NUL can't be in a word and is left out. */
static void c_number(struct shell_words *words, char c)
{
    bool octal = c >= '0' && c <= '7';
    size_t most = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 3;
    size_t count;
    uint32_t value;

    if (octal)
        words->at--;
    value = take_digits(words, octal ? 8 : 16, most, &count);
    if (count == 0) {
        add_char(words, '\\');
        add_char(words, c);
    } else if (c == 'u' || c == 'U') {
        value = take_low_half(words, value);
        if (value != 0)
            add_code(words, value);
    } else if ((value & 0xff) != 0) {
        add_char(words, (char)(value & 0xff));
    }
}

/* Behind the backslash of a $'…'. */
static void c_escape(struct shell_words *words)
{
    static const char letters[] = "abefnrtvE";
    static const char values[] = "\a\b\033\f\n\r\t\v\033";
    char c = ahead(words, 0);
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;

    if (at_end(words))
        return;
    words->at++;
    if (letter)
        add_char(words, values[letter - letters]);
    else if (c != '\0' && strchr("\\'\"?", c))
        add_char(words, c);
    else if (c != '\0' && strchr("xuU01234567", c))
        c_number(words, c);
    else
        add(words, (const char[]){'\\', c}, 2);
}

/* Behind "$'". */
static void c_quoted(struct shell_words *words)
{
    for (; !at_end(words); words->at++) {
        if (ahead(words, 0) == '\'') {
            words->at++;
            return;
        }
        if (ahead(words, 0) == '\\') {
            words->at++;
            c_escape(words);
            words->at--;
            continue;
        }
        add_char(words, ahead(words, 0));
    }
    words->unclosed = true;
}

/* Behind "'". */
static void single_quoted(struct shell_words *words)
{
    const char *start = words->text + words->at;
    const char *end = memchr(start, '\'', words->len - words->at);

    if (!end) {
        words->unclosed = true;
        words->at = words->len;
        return;
    }
    add(words, start, (size_t)(end - start));
    words->at += (size_t)(end - start) + 1;
}

/* A '$' or '`' that a shell would replace by something that only it knows. */
static void note_expansion(struct shell_words *words)
{
    char next = ahead(words, 1);

    if (ahead(words, 0) == '`' || next == '{' || next == '(' || next == '_' ||
        isalpha((unsigned char)next))
        words->expands = true;
}

/* Behind '"'. */
static void double_quoted(struct shell_words *words)
{
    while (!at_end(words)) {
        char c = ahead(words, 0);
        size_t skipped;

        if (c == '"') {
            words->at++;
            return;
        }
        if (c == '$' || c == '`')
            note_expansion(words);
        if (c == '\\' && (skipped = line_end(words, 1)) > 0 && !is_blank(ahead(words, 1))) {
            words->at += 1 + skipped;
            continue;
        }
        if (c == '\\' && ahead(words, 1) != '\0' && strchr("\\\"$`", ahead(words, 1))) {
            words->at++;
            c = ahead(words, 0);
        }
        add_char(words, c);
        words->at++;
    }
    words->unclosed = true;
}

/* An unquoted backslash. */
static void bash_escape(struct shell_words *words)
{
    size_t skipped = line_end(words, 1);

    words->at++;
    if (skipped > 0) {
        words->at += skipped;
        return;
    }
    if (at_end(words))
        return;
    add_char(words, ahead(words, 0));
    words->at++;
}

/* What ends a word, and what ends a command. */
static bool bash_ends_word(char c)
{
    return c == '\0' || is_blank(c) || strchr("\r\n;|&<>()", c) != NULL;
}

static const char *bash_next(struct shell_words *words)
{
    skip_blanks(words, '\\');
    if (at_end(words) || bash_ends_word(ahead(words, 0)) || ahead(words, 0) == '#')
        return NULL; /* a comment is no part of the command */
    while (!at_end(words) && !bash_ends_word(ahead(words, 0))) {
        char c = ahead(words, 0);

        if (c == '\\') {
            bash_escape(words);
            continue;
        }
        if (c == '$' && (ahead(words, 1) == '\'' || ahead(words, 1) == '"'))
            words->at++;
        else if (c == '$' || c == '`')
            note_expansion(words);
        words->at++;
        if (c == '\'')
            single_quoted(words);
        else if (c == '"')
            double_quoted(words);
        else if (c == '$' && words->text[words->at - 1] == '\'')
            c_quoted(words);
        else if (c == '$' && words->text[words->at - 1] == '"')
            double_quoted(words);
        else
            add_char(words, c);
    }
    return words->word.data ? words->word.data : "";
}

/* ---- cmd ---- */

/* One character after cmd's own work. */
struct cmd_char {
    char c;
    bool bare; /* no caret and no quote protects it: it may end a word or the command */
};

/* True for what browsers never put a caret before: there it is one that was meant. */
static bool keeps_caret(char next)
{
    return isalnum((unsigned char)next) || is_blank(next);
}

/* Reads it, with carets taken off and continued lines joined. False at the command's end. */
static bool cmd_read(struct shell_words *words, bool quoted, struct cmd_char *ret_char)
{
    size_t skipped;
    char c;

    while (ahead(words, 0) == '^' && (skipped = line_end(words, 1)) > 0) {
        words->at += 1 + skipped;
        skipped = line_end(words, 0);
        if (skipped > 0 && !is_blank(ahead(words, 0))) { /* an empty line: a line end in the text */
            words->at += skipped;
            *ret_char = (struct cmd_char){'\n', false};
            return true;
        }
    }
    c = ahead(words, 0);
    if (at_end(words) || c == '\n' || c == '\r' || c == '\0')
        return false;
    words->at++;
    if (c == '^' && !at_end(words) && !(quoted && keeps_caret(ahead(words, 0)))) {
        *ret_char = (struct cmd_char){ahead(words, 0), false};
        words->at++;
        /* "%^20" keeps cmd from seeing a variable. */
        if (ret_char->c == '%' && ahead(words, 0) == '^' && isalnum((unsigned char)ahead(words, 1)))
            words->at++;
        return true;
    }
    *ret_char = (struct cmd_char){c, true};
    return true;
}

/* Backslashes stand for themselves, except before a quote: two are one, and an odd one makes the
 * quote a character. Returns false when the word goes on without one. */
static bool cmd_backslashes(struct shell_words *words, bool quoted)
{
    struct cmd_char next = {0};
    size_t count = 1;
    size_t before = words->at;

    while (cmd_read(words, quoted, &next) && next.c == '\\') {
        count++;
        before = words->at;
    }
    if (next.c != '"') {
        words->at = before;
        for (size_t i = 0; i < count; i++)
            add_char(words, '\\');
        return false;
    }
    for (size_t i = 0; i < count / 2; i++)
        add_char(words, '\\');
    if (count % 2 == 0) {
        words->at = before;
        return false;
    }
    add_char(words, '"');
    return true;
}

/* A quote inside of quotes: two of them are one character, and one ends them. */
static bool cmd_doubled_quote(struct shell_words *words)
{
    size_t start = words->at;
    struct cmd_char next;

    if (cmd_read(words, true, &next) && next.c == '"')
        return true;
    words->at = start;
    return false;
}

static const char *cmd_next(struct shell_words *words)
{
    bool quoted = false;
    struct cmd_char one;

    skip_blanks(words, '^');
    if (at_end(words) || strchr("\r\n&|<>", ahead(words, 0)) != NULL)
        return NULL;
    for (;;) {
        size_t start = words->at;

        if (!cmd_read(words, quoted, &one))
            break;
        if (one.bare && !quoted && (is_blank(one.c) || strchr("&|<>", one.c) != NULL)) {
            words->at = start;
            break;
        }
        if (one.c == '\\')
            (void)cmd_backslashes(words, quoted);
        else if (one.c == '"' && quoted && cmd_doubled_quote(words))
            add_char(words, '"');
        else if (one.c == '"')
            quoted = !quoted;
        else
            add_char(words, one.c);
    }
    words->unclosed |= quoted;
    return words->word.data ? words->word.data : "";
}

/* ---- words that are split ---- */

static const char *split_next(struct shell_words *words)
{
    const char *word = words->text + words->at;

    if (at_end(words))
        return NULL;
    words->at += strlen(word) + 1;
    return word;
}

/* ---- all ---- */

/* Goes behind what ended the command. */
static void step_over_end(struct shell_words *words)
{
    size_t skipped = line_end(words, 0);

    if (skipped > 0)
        words->at += skipped;
    else if (!at_end(words))
        words->at++;
}

const char *shell_words_next(struct shell_words *words)
{
    const char *word;

    if (words->shell == SHELL_SPLIT)
        return split_next(words);
    if (words->unclosed)
        return NULL;
    strbuf_clear(&words->word);
    word = words->shell == SHELL_CMD ? cmd_next(words) : bash_next(words);
    if (!word)
        step_over_end(words);
    return word;
}

enum shell shell_of(const char *text, size_t len)
{
    size_t line = 0;
    size_t last = 0; /* behind the last character that is no blank */

    len = MIN(len, LOOK_MAX);
    for (; line < len && text[line] != '\n' && text[line] != '\r'; line++) {
        if (!is_blank(text[line]))
            last = line + 1;
    }
    if (line < LOOK_MAX && last > 0 && text[last - 1] == '^')
        return SHELL_CMD;
    return memmem(text, line, " ^\"", 3) || memmem(text, line, "^\\^\"", 4) ? SHELL_CMD
                                                                            : SHELL_BASH;
}
