/* Questions on the bottom line. The prompt is closed before its answer is told, so that an answer
 * may lead to the next question. */

#include "ui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/wrap.h"

#define FEW_LINES  8 /* that part of the screen is not much */
#define GAP        2 /* columns between choices */
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

void prompt_again(struct prompt *prompt, const char *text, const char *why)
{
    prompt->kind = PROMPT_LINE;
    line_edit_set(&prompt->edit, text);
    prompt_hint(prompt, true, why);
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

/* Of ROOM, so that what is typed is seen. */
static int hint_room(int room)
{
    return room * 2 / 3;
}

/* What is wrong is said whole, where there is room: beside the line, else above it. */
static bool is_above(const struct prompt *prompt, int room)
{
    return prompt->hint_above ||
           (prompt->hint_bad && (int)text_width(prompt->hint) > hint_room(room));
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

/* At the right edge. Returns the columns used. */
static int paint_hint(const struct prompt *prompt, const struct cells *cells, int y, int room)
{
    int width = MIN((int)text_width(prompt->hint), hint_room(room));
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
    if (prompt->hint[0] && is_above(prompt, room))
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

static int choice_width(const struct prompt_choice *choice, bool brief)
{
    return (int)(text_width(choice->name) + text_width(choice_label(choice, brief))) + 1;
}

/* Puts the choices from X on, on as many lines as they take; returns how many. TO NULL: only that.
 */
static int flow_choices(const struct prompt *prompt, const struct cells *to, int width, int y,
                        int x, bool brief)
{
    int line = 0;
    for (size_t i = 0; i < prompt->choice_count; i++) {
        const struct prompt_choice *choice = &prompt->choices[i];
        int needed = choice_width(choice, brief);
        if (x > 1 && x + needed > width) {
            line++;
            x = 1;
        }
        if (to) {
            int at = x + cells_put(to, y + line, x, width - x, STYLE_STRONG, choice->name) + 1;
            cells_put(to, y + line, at, width - at, STYLE_DIM, choice_label(choice, brief));
            zones_add(to->zones, y + line, x, needed, ZONE_KEY, choice->key);
        }
        x += needed + GAP;
    }
    return line + 1;
}

static int choices_width(const struct prompt *prompt, bool brief)
{
    size_t width = 0;
    for (size_t i = 0; i < prompt->choice_count; i++)
        width += text_width(prompt->choices[i].name) +
                 text_width(choice_label(&prompt->choices[i], brief)) + 3;
    return (int)width;
}

/* Label above, then the choices, the last of them on line Y. The choices are what must be seen: of
 * the label there is as much as half of the screen holds. */
static void paint_over_lines(const struct prompt *prompt, const struct cells *cells, int y)
{
    int room = cells->width - 2;
    bool brief =
        flow_choices(prompt, NULL, cells->width, 0, 1, false) > MAX(cells->height / FEW_LINES, 1);
    int below = flow_choices(prompt, NULL, cells->width, 0, 1, brief);
    int most = MAX(cells->height / 2 - below, 0);
    int above = most > 0 ? wrap_lines(prompt->label, room, most) : 0;
    int line = y - below - above + 1;
    const char *text = prompt->label;
    for (int i = line; i <= y; i++)
        cells_fill(cells, i, 0, cells->width, STYLE_TEXT);
    for (int i = 0; i < above; i++) {
        size_t len = i + 1 < above ? wrap_length(text, room) : strlen(text);
        char *part = xstrndup(text, len);
        cells_put_name(cells, line + i, 1, room, STYLE_ACCENT, part);
        free(part);
        text = wrap_next(text, len);
    }
    (void)flow_choices(prompt, cells, cells->width, y - below + 1, 1, brief);
}

/* On one line where all of it fits there, with shorter words if need be. */
static void paint_question(const struct prompt *prompt, const struct cells *cells, int y)
{
    int label = (int)text_width(prompt->label);
    bool brief = choices_width(prompt, false) + label + 2 > cells->width;
    int room = cells->width - 2 - choices_width(prompt, brief);
    if (room < label) {
        paint_over_lines(prompt, cells, y);
        return;
    }
    int x = 1 + cells_put_name(cells, y, 1, label, STYLE_ACCENT, prompt->label) + GAP;
    (void)flow_choices(prompt, cells, cells->width, y, x, brief);
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
