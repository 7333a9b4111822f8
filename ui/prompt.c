/* Questions on the bottom line. The prompt is closed before its answer is told, so that an answer
 * may lead to the next question. */

#include "ui/prompt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/wrap.h"

#define LABEL_MIN  12 /* columns that a shortened label is worth */
#define HINT_LINES 3

void prompt_init(struct prompt *prompt)
{
    *prompt = (struct prompt){0};
    line_edit_init(&prompt->edit, PROMPT_LINE_MAX);
}

void prompt_fini(struct prompt *prompt)
{
    line_edit_fini(&prompt->edit);
    free(prompt->label);
}

void prompt_ask_line(struct prompt *prompt, const char *label, const char *initial,
                     void (*typed)(void *ctx, const char *text),
                     void (*entered)(void *ctx, const char *text), void *ctx)
{
    prompt->kind = PROMPT_LINE;
    prompt->hint[0] = '\0';
    xstrset(&prompt->label, label);
    line_edit_set(&prompt->edit, initial);
    prompt->typed = typed;
    prompt->complete = NULL;
    prompt->recall = NULL;
    prompt->hint_above = false;
    prompt->entered = entered;
    prompt->ctx = ctx;
}

void prompt_complete(struct prompt *prompt, char *(*complete)(void *ctx, const char *text))
{
    prompt->complete = complete;
}

void prompt_recall(struct prompt *prompt,
                   const char *(*recall)(void *ctx, const char *text, int step))
{
    prompt->recall = recall;
}

void prompt_hint_above(struct prompt *prompt)
{
    prompt->hint_above = true;
}

void prompt_ask(struct prompt *prompt, const char *label, const struct prompt_choice *choices,
                size_t count, void (*chosen)(void *ctx, int value), void *ctx)
{
    prompt->kind = PROMPT_CHOICE;
    xstrset(&prompt->label, label);
    prompt->choices = choices;
    prompt->choice_count = count;
    prompt->chosen = chosen;
    prompt->ctx = ctx;
}

void prompt_hint(struct prompt *prompt, bool bad, const char *text)
{
    str_copy(prompt->hint, sizeof(prompt->hint), text);
    prompt->hint_bad = bad;
}

bool prompt_open(const struct prompt *prompt)
{
    return prompt->kind != PROMPT_NONE;
}

void prompt_close(struct prompt *prompt)
{
    prompt->kind = PROMPT_NONE;
}

/* False: KEY does not ask for another line. */
static bool recall(struct prompt *prompt, const struct input_key *key)
{
    int step = key->code == INPUT_UP || key->code == INPUT_CTRL('p')     ? -1
               : key->code == INPUT_DOWN || key->code == INPUT_CTRL('n') ? 1
                                                                         : 0;
    if (!prompt->recall || step == 0)
        return false;
    const char *line = prompt->recall(prompt->ctx, line_edit_text(&prompt->edit), step);
    if (line)
        line_edit_set(&prompt->edit, line);
    return true;
}

static void key_of_line(struct prompt *prompt, const struct input_key *key)
{
    if (key->code == INPUT_TAB && prompt->complete) {
        char *longer = prompt->complete(prompt->ctx, line_edit_text(&prompt->edit));
        line_edit_set(&prompt->edit, longer);
        free(longer);
        return;
    }
    if (recall(prompt, key))
        return;
    bool ended = key->code == INPUT_CTRL('d') && line_edit_text(&prompt->edit)[0] == '\0';
    if (ended || key->code == INPUT_ESC || key->code == INPUT_CTRL('c') ||
        key->code == INPUT_CTRL('g')) {
        prompt_close(prompt);
        prompt->entered(prompt->ctx, NULL);
    } else if (key->code == INPUT_ENTER) {
        char *text = xstrdup(line_edit_text(&prompt->edit));
        prompt_close(prompt);
        prompt->entered(prompt->ctx, text);
        free(text);
    } else if (line_edit_key(&prompt->edit, key) && prompt->typed) {
        prompt->typed(prompt->ctx, line_edit_text(&prompt->edit));
    }
}

static void key_of_choice(struct prompt *prompt, const struct input_key *key)
{
    int value = 0;
    bool known = key->code == INPUT_ESC || key->code == INPUT_CTRL('c');
    for (size_t i = 0; i < prompt->choice_count; i++) {
        if (prompt->choices[i].key == key->code) {
            value = prompt->choices[i].value;
            known = true;
        }
    }
    if (!known)
        return;
    prompt_close(prompt);
    prompt->chosen(prompt->ctx, value);
}

void prompt_key(struct prompt *prompt, const struct input_key *key)
{
    if (prompt->kind == PROMPT_LINE)
        key_of_line(prompt, key);
    else if (prompt->kind == PROMPT_CHOICE)
        key_of_choice(prompt, key);
}

/* On the lines above Y, as many as it needs, up to HINT_LINES. */
static void paint_hint_above(const struct prompt *prompt, const struct cells *cells, int y)
{
    enum theme_style style = prompt->hint_bad ? STYLE_WAIT : STYLE_DIM;
    int room = cells->width - 2;
    int lines = wrap_lines(prompt->hint, room, MIN(HINT_LINES, MAX(y - 1, 1)));
    const char *text = prompt->hint;
    for (int line = y - lines; line < y; line++) {
        size_t len = wrap_length(text, room);
        char *part = line + 1 < y ? xstrndup(text, len) : xstrdup(text);
        cells_fill(cells, line, 0, cells->width, STYLE_TEXT);
        cells_put(cells, line, 1, room, style, part);
        free(part);
        text = wrap_next(text, len);
    }
}

/* At the right edge; at most two thirds of ROOM, so that what is typed is seen. Returns the columns
 * used. */
static int paint_hint(const struct prompt *prompt, const struct cells *cells, int y, int room)
{
    int width = MIN((int)text_width(prompt->hint), room * 2 / 3);
    cells_put(cells, y, cells->width - 1 - width, width, prompt->hint_bad ? STYLE_WAIT : STYLE_DIM,
              prompt->hint);
    return width + 2;
}

static int paint_line(const struct prompt *prompt, const struct cells *cells, int y, int x)
{
    size_t start;
    size_t column;
    int room = cells->width - x - 1;
    if (room < 1)
        return -1;
    if (prompt->hint[0] && prompt->hint_above)
        paint_hint_above(prompt, cells, y);
    else if (prompt->hint[0])
        room = MAX(room - paint_hint(prompt, cells, y, room), 1);
    line_edit_window(&prompt->edit, (size_t)room, &start, &column);
    cells_put(cells, y, x, room, STYLE_TEXT, line_edit_text(&prompt->edit) + start);
    return x + (int)column;
}

static const char *choice_label(const struct prompt_choice *choice, bool brief)
{
    return brief && choice->brief ? choice->brief : choice->label;
}

static void paint_choices(const struct prompt *prompt, const struct cells *cells, int y, int x,
                          bool brief)
{
    for (size_t i = 0; i < prompt->choice_count; i++) {
        const struct prompt_choice *choice = &prompt->choices[i];
        int start = x;
        x += cells_put(cells, y, x, cells->width - x, STYLE_STRONG, choice->name) + 1;
        x += cells_put(cells, y, x, cells->width - x, STYLE_DIM, choice_label(choice, brief)) + 2;
        zones_add(cells->zones, y, start, x - 1 - start, ZONE_KEY, choice->key);
    }
}

static int choices_width(const struct prompt *prompt, bool brief)
{
    size_t width = 0;
    for (size_t i = 0; i < prompt->choice_count; i++)
        width += text_width(prompt->choices[i].name) +
                 text_width(choice_label(&prompt->choices[i], brief)) + 3;
    return (int)width;
}

/* The keys are what must be seen: the label gets what they leave, or nothing. */
static void paint_question(const struct prompt *prompt, const struct cells *cells, int y)
{
    int label = (int)text_width(prompt->label);
    bool brief = choices_width(prompt, false) + label + 2 > cells->width;
    int room = cells->width - 2 - choices_width(prompt, brief);
    int x = 1;
    if (room >= label || room >= LABEL_MIN)
        x += cells_put_name(cells, y, x, MIN(room, label), STYLE_ACCENT, prompt->label) + 2;
    paint_choices(prompt, cells, y, x, brief);
}

int prompt_paint(const struct prompt *prompt, const struct cells *cells, int y)
{
    if (prompt->kind == PROMPT_CHOICE)
        paint_question(prompt, cells, y);
    if (prompt->kind != PROMPT_LINE)
        return -1;
    int x = 1 + cells_put_name(cells, y, 1, cells->width / 2, STYLE_ACCENT, prompt->label);
    return paint_line(prompt, cells, y, x + 1);
}
