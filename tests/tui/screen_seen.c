/* What is seen in the terminal of a golden screen, and how it is compared. */

#include "screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    size_t at = 0;
    if (code < 0x10000) {
        to[at++] = (char)(0xe0 | code >> 12);
    } else {
        to[at++] = (char)(0xf0 | code >> 18);
        to[at++] = (char)(0x80 | (code >> 12 & 0x3f));
    }
    to[at++] = (char)(0x80 | (code >> 6 & 0x3f));
    to[at++] = (char)(0x80 | (code & 0x3f));
    return at;
}

static VTermScreenCell cell_at(const struct run *run, int row, int col)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(run->screen, (VTermPos){row, col}, &cell);
    return cell;
}

void screen_text(const struct run *run, char *text)
{
    size_t at = 0;
    for (int row = 0; row < run->what->rows; row++) {
        size_t end = at;
        for (int col = 0; col < run->what->cols; col++) {
            VTermScreenCell cell = cell_at(run, row, col);
            if (cell.chars[0] == (uint32_t)-1)
                continue;
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                at += put_utf8(text + at, cell.chars[i]);
            if (cell.chars[0] == 0)
                text[at++] = ' ';
            if (cell.chars[0] != 0 && cell.chars[0] != ' ')
                end = at;
        }
        at = end;
        text[at++] = '\n';
    }
    text[at] = '\0';
}

/* One letter for what a cell looks like. */
static char look_of(const VTermScreenCell *cell)
{
    static const struct {
        int color;
        char letter;
    } letters[] = {{74, 'a'},  {246, 'd'}, {71, 'g'}, {179, 'y'}, {203, 'r'},
                   {255, 's'}, {6, 'A'},   {2, 'G'},  {3, 'Y'},   {1, 'R'}};
    if (cell->attrs.reverse)
        return cell->attrs.bold ? '%' : '#';
    if (VTERM_COLOR_IS_INDEXED(&cell->fg)) {
        for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
            if (letters[i].color == cell->fg.indexed.idx)
                return letters[i].letter;
        }
    }
    return cell->attrs.bold ? 'b' : '.';
}

void screen_looks(const struct run *run, char *text)
{
    size_t at = 0;
    for (int row = 0; row < run->what->rows; row++) {
        for (int col = 0; col < run->what->cols; col++) {
            VTermScreenCell cell = cell_at(run, row, col);
            text[at++] = look_of(&cell);
        }
        text[at++] = '\n';
    }
    text[at] = '\0';
}

uint32_t *screen_cells(const struct run *run)
{
    size_t count = (size_t)run->what->rows * (size_t)run->what->cols;
    uint32_t *cells = calloc(count, sizeof(*cells));
    if (!cells)
        die("memory");
    for (size_t i = 0; i < count; i++) {
        VTermScreenCell cell = cell_at(run, (int)i / run->what->cols, (int)i % run->what->cols);
        cells[i] = cell.chars[0] == 0 ? ' ' : cell.chars[0];
    }
    return cells;
}

/* ---- the colours themselves ---- */

#define LEGEND_MAX 24

/* What cells look like, in words, in the order in which they were met. */
struct legend {
    char looks[LEGEND_MAX][96];
    size_t count;
};

static size_t put_color(char *to, size_t size, const char *what, const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return 0;
    int len = VTERM_COLOR_IS_RGB(color)
                  ? snprintf(to, size, " %s #%02x%02x%02x", what, color->rgb.red, color->rgb.green,
                             color->rgb.blue)
                  : snprintf(to, size, " %s %d", what, color->indexed.idx);
    return (size_t)len;
}

/* The letter of what CELL looks like; '.' for what has no look. */
static char legend_letter(struct legend *legend, const VTermScreenCell *cell)
{
    char look[96] = "";
    size_t len = put_color(look, sizeof(look), "text", &cell->fg);
    len += put_color(look + len, sizeof(look) - len, "on", &cell->bg);
    snprintf(look + len, sizeof(look) - len, "%s%s%s%s", cell->attrs.bold ? " bold" : "",
             cell->attrs.underline ? " underline" : "", cell->attrs.reverse ? " reverse" : "",
             cell->attrs.blink ? " blink" : "");
    if (look[0] == '\0')
        return '.';
    for (size_t i = 0; i < legend->count; i++) {
        if (strcmp(legend->looks[i], look) == 0)
            return (char)('a' + i);
    }
    if (legend->count == LEGEND_MAX)
        return '!';
    memcpy(legend->looks[legend->count], look, sizeof(look));
    return (char)('a' + legend->count++);
}

size_t put_depth(const struct run *run, char *text)
{
    struct legend legend = {.count = 0};
    size_t at = (size_t)snprintf(text, 128, "%s\n", run->depth->name);
    for (int row = 0; row < run->what->rows; row++) {
        for (int col = 0; col < run->what->cols; col++) {
            VTermScreenCell cell = cell_at(run, row, col);
            text[at++] = legend_letter(&legend, &cell);
        }
        text[at++] = '\n';
    }
    for (size_t i = 0; i < legend.count; i++)
        at += (size_t)snprintf(text + at, 128, "%c%s\n", (char)('a' + i), legend.looks[i]);
    return at;
}

/* ---- comparing ---- */

bool golden_same(const char *golden_dir, const char *name, const char *suffix, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.%s", golden_dir, name, suffix);
    const char *mode = getenv("HAUL_GOLDEN");
    if (mode && strcmp(mode, "update") == 0) {
        file_write(path, text);
        return true;
    }
    char *golden = file_read(path);
    bool same = strcmp(golden, text) == 0;
    if (!same)
        fprintf(stderr, "%s should be\n%s\nand is\n%s\n", path, golden, text);
    free(golden);
    return same;
}

bool text_harmless(const char *text)
{
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at < 0x20 && *at != '\n')
            return false;
    }
    return strstr(text, "\xe2\x80\xae") == NULL && strstr(text, "\xc2\x9b") == NULL;
}

/* What belongs to a plain name, or stands for the middle of one. */
static bool is_of_name(const uint32_t *cells, size_t at, size_t count)
{
    bool beside = (at > 0 && cells[at - 1] == '~') || (at + 1 < count && cells[at + 1] == '~');
    return cells[at] == '~' || (beside && (cells[at] == 0x2026 || cells[at] == '.'));
}

bool columns_same(const struct screen_case *what, const uint32_t *plain, const uint32_t *hard)
{
    size_t cols = (size_t)what->cols;
    size_t count = (size_t)what->rows * cols;
    size_t names = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_of_name(plain, i, count)) {
            names++;
        } else if (plain[i] != hard[i]) {
            fprintf(stderr, "row %zu, column %zu: U+%04X instead of U+%04X\n", i / cols, i % cols,
                    hard[i], plain[i]);
            return false;
        }
    }
    if (names == 0)
        fprintf(stderr, "there is no name on the screen\n");
    return names > 0;
}
