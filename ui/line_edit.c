/* Editing a line: the keys that shells have taught everyone.
 *
 * The text is a valid, clean string at every moment, so whatever asks for it may show it. Combining
 * marks belong to the character before them: the cursor never stands between the two. */

#include "ui/line_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void line_edit_init(struct line_edit *edit, size_t cap)
{
    *edit = (struct line_edit){.cursor = 0};
    strbuf_init(&edit->text, cap);
}

void line_edit_fini(struct line_edit *edit)
{
    strbuf_fini(&edit->text);
}

const char *line_edit_text(const struct line_edit *edit)
{
    return edit->text.data ? edit->text.data : "";
}

void line_edit_set(struct line_edit *edit, const char *text)
{
    strbuf_clear(&edit->text);
    edit->cursor = 0;
    line_edit_insert(edit, text);
}

void line_edit_insert(struct line_edit *edit, const char *text)
{
    char *clean = text_clean_dup(text_raw_from(text), edit->text.cap);
    size_t len = strlen(clean);
    char *tail = xstrdup(line_edit_text(edit) + edit->cursor);
    if (len > 0 && edit->text.len + len + 1 < edit->text.cap) {
        edit->text.len = edit->cursor;
        if (strbuf_puts(&edit->text, clean) && strbuf_puts(&edit->text, tail))
            edit->cursor += len;
    }
    free(tail);
    free(clean);
}

/* Where the character before AT begins. */
static size_t before(const struct line_edit *edit, size_t at)
{
    const char *text = line_edit_text(edit);
    uint32_t code = 0;
    while (at > 0) {
        do
            at--;
        while (at > 0 && ((unsigned char)text[at] & 0xc0u) == 0x80u);
        text_next(text + at, &code);
        if (text_char_width(code) > 0)
            break;
    }
    return at;
}

/* Where the character after the one at AT begins. */
static size_t after(const struct line_edit *edit, size_t at)
{
    const char *text = line_edit_text(edit);
    uint32_t code;
    size_t len = text_next(text + at, &code);
    while (len > 0) {
        at += len;
        len = text_next(text + at, &code);
        if (len > 0 && text_char_width(code) > 0)
            break;
    }
    return at;
}

static void cut(struct line_edit *edit, size_t from, size_t to)
{
    if (from >= to)
        return;
    memmove(edit->text.data + from, edit->text.data + to, edit->text.len - to + 1);
    edit->text.len -= to - from;
    edit->cursor = from;
}

static size_t word_before(const struct line_edit *edit)
{
    const char *text = line_edit_text(edit);
    size_t at = edit->cursor;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    while (at > 0 && text[at - 1] != ' ')
        at--;
    return at;
}

bool line_edit_key(struct line_edit *edit, const struct input_key *key)
{
    switch (key->code) {
    case INPUT_CTRL('a'):
    case INPUT_HOME:
        edit->cursor = 0;
        return true;
    case INPUT_CTRL('e'):
    case INPUT_END:
        edit->cursor = edit->text.len;
        return true;
    case INPUT_CTRL('b'):
    case INPUT_LEFT:
        edit->cursor = before(edit, edit->cursor);
        return true;
    case INPUT_CTRL('f'):
    case INPUT_RIGHT:
        edit->cursor = after(edit, edit->cursor);
        return true;
    case INPUT_BACKSPACE:
        cut(edit, before(edit, edit->cursor), edit->cursor);
        return true;
    case INPUT_CTRL('d'):
    case INPUT_DELETE:
        cut(edit, edit->cursor, after(edit, edit->cursor));
        return true;
    case INPUT_CTRL('u'):
        cut(edit, 0, edit->cursor);
        return true;
    case INPUT_CTRL('k'):
        cut(edit, edit->cursor, edit->text.len);
        return true;
    case INPUT_CTRL('w'):
        cut(edit, word_before(edit), edit->cursor);
        return true;
    default:
        if (key->text[0] == '\0')
            return false;
        line_edit_insert(edit, key->text);
        return true;
    }
}

/* The width of the bytes from START up to the cursor. */
static size_t width_to_cursor(const struct line_edit *edit, size_t start)
{
    const char *text = line_edit_text(edit);
    size_t width = 0;
    uint32_t code;
    for (size_t at = start; at < edit->cursor; at += text_next(text + at, &code)) {
        text_next(text + at, &code);
        width += (size_t)text_char_width(code);
    }
    return width;
}

void line_edit_window(const struct line_edit *edit, size_t columns, size_t *ret_start,
                      size_t *ret_column)
{
    size_t start = 0;
    size_t width = width_to_cursor(edit, 0);
    const char *text = line_edit_text(edit);
    while (width >= columns && start < edit->cursor) {
        uint32_t code;
        size_t len = text_next(text + start, &code);
        width -= (size_t)text_char_width(code);
        start += len;
    }
    *ret_start = start;
    *ret_column = width;
}
