/* Progress on a real pseudo-terminal: live lines in place, lasting lines kept, no waiting for a
 * reader that has stopped. The engine is played by this file. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/progress.h"

#define ROWS    24
#define COLUMNS 80

/* What the engine would know: each item's name is its number. */

bool haul_engine_item(const struct haul_engine *engine, uint64_t id, struct haul_item *ret_item)
{
    (void)engine;
    *ret_item = (struct haul_item){
        .id = id,
        .version = 1,
        .state = HAUL_ACTIVE,
        .total = 1000,
        .done = 500,
        .eta = 5,
        .name = xasprintf("file-%d", (int)id),
        .dir = xstrdup("/d"),
        .url = xstrdup("http://a.org/x"),
        .note = xstrdup(id == 9 ? "refused" : ""),
    };
    return true;
}

void haul_engine_totals(const struct haul_engine *engine, struct haul_totals *ret_totals)
{
    (void)engine;
    *ret_totals = (struct haul_totals){.eta = 5};
}

/* A terminal of our own that stands where standard error was. */
struct stage {
    int saved; /* the real standard error */
    int master;
    char screen[ROWS][COLUMNS + 1];
    size_t row;
    size_t column;
    char text[1 << 20]; /* taken, but not shown yet */
    size_t text_len;
};

static int set_up(void **state)
{
    struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    struct stage *stage = calloc(1, sizeof(*stage));
    int slave;

    if (stage == NULL)
        return -1;
    setenv("TERM", "xterm", 1);
    setlocale(LC_ALL, "C");
    stage->saved = dup(STDERR_FILENO);
    stage->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (stage->master < 0 || grantpt(stage->master) != 0 || unlockpt(stage->master) != 0 ||
        ioctl(stage->master, TIOCSWINSZ, &size) != 0)
        return -1;
    slave = ioctl(stage->master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    dup2(slave, STDERR_FILENO);
    close(slave);
    fcntl(stage->master, F_SETFL, O_NONBLOCK);
    memset(stage->screen, ' ', sizeof(stage->screen));
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    dup2(stage->saved, STDERR_FILENO);
    close(stage->saved);
    close(stage->master);
    free(stage);
    return 0;
}

static void erase(struct stage *stage, size_t from_row, size_t from_column, size_t to_row)
{
    memset(&stage->screen[from_row][from_column], ' ', COLUMNS - from_column);
    for (size_t row = from_row + 1; row < to_row; row++)
        memset(stage->screen[row], ' ', COLUMNS);
}

/* Obeys one escape sequence of the three that progress uses; returns what follows it. */
static const char *obey(struct stage *stage, const char *at)
{
    size_t number = strtoul(at + 2, (char **)(uintptr_t)&at, 10);

    switch (*at) {
    case 'A':
        assert_true(number <= stage->row);
        stage->row -= number;
        break;
    case 'J':
        erase(stage, stage->row, stage->column, ROWS);
        break;
    case 'K':
        erase(stage, stage->row, stage->column, stage->row + 1);
        break;
    default:
        fail_msg("unknown sequence: %c", *at);
    }
    return at + 1;
}

static void put(struct stage *stage, char byte)
{
    if (byte == '\r') {
        stage->column = 0;
    } else if (byte == '\n') {
        assert_true(++stage->row < ROWS);
    } else {
        assert_true(stage->column < COLUMNS);
        stage->screen[stage->row][stage->column++] = byte;
    }
}

/* Takes all that was written so far from the terminal, to be shown later; returns how much. */
static size_t take(struct stage *stage)
{
    size_t before = stage->text_len;
    ssize_t got;

    while ((got = read(stage->master, stage->text + stage->text_len,
                       sizeof(stage->text) - stage->text_len - 1)) > 0)
        stage->text_len += (size_t)got;
    return stage->text_len - before;
}

/* Shows what was written so far. */
static void look(struct stage *stage)
{
    const char *at = stage->text;

    take(stage);
    stage->text[stage->text_len] = '\0';
    while (*at != '\0') {
        if (*at == '\033')
            at = obey(stage, at);
        else
            put(stage, *at++);
    }
    stage->text_len = 0;
}

static void assert_row(struct stage *stage, size_t row, const char *start)
{
    if (strncmp(stage->screen[row], start, strlen(start)) != 0)
        fail_msg("row %zu is \"%.*s\", not \"%s\"", row, COLUMNS, stage->screen[row], start);
    if (*start == '\0')
        assert_int_equal(strspn(stage->screen[row], " ") >= COLUMNS, 1);
}

static struct progress *begin(bool quiet)
{
    return progress_new(&(struct run_options){.quiet = quiet});
}

static void live_lines_are_drawn_in_place(void **state)
{
    struct stage *stage = *state;
    struct outcome outcome = {.added = 3};
    struct progress *progress = begin(false);

    progress_event(progress, NULL, 1, HAUL_ITEM_STARTED);
    progress_event(progress, NULL, 2, HAUL_ITEM_STARTED);
    for (int i = 0; i < 5; i++)
        progress_tick(progress, NULL, &outcome);
    look(stage);
    assert_row(stage, 0, "file-1 ");
    assert_row(stage, 1, "file-2 ");
    assert_row(stage, 2, "0 of 3 done");
    assert_row(stage, 3, "");
    assert_int_equal(stage->row, 3);
    assert_int_equal(stage->column, 0);
    outcome.done = 1;
    progress_event(progress, NULL, 1, HAUL_ITEM_DONE);
    progress_tick(progress, NULL, &outcome);
    look(stage);
    assert_row(stage, 0, "done    file-1");
    assert_row(stage, 1, "file-2 ");
    assert_row(stage, 2, "1 of 3 done");
    assert_row(stage, 3, "");
    progress_free(progress);
}

static void no_more_than_a_quarter_of_the_screen_is_live(void **state)
{
    struct stage *stage = *state;
    struct outcome outcome = {.added = 100};
    struct progress *progress = begin(false);

    for (uint64_t id = 1; id <= 50; id++)
        progress_event(progress, NULL, id, HAUL_ITEM_STARTED);
    progress_tick(progress, NULL, &outcome);
    look(stage);
    assert_row(stage, ROWS / 4 - 1, "file-6 ");
    assert_row(stage, ROWS / 4, "0 of 100 done");
    assert_row(stage, ROWS / 4 + 1, "");
    progress_free(progress);
}

static void the_end_leaves_only_what_lasts(void **state)
{
    struct stage *stage = *state;
    struct outcome outcome = {.added = 2, .done = 1, .failed = 1};
    struct progress *progress = begin(false);

    progress_event(progress, NULL, 1, HAUL_ITEM_STARTED);
    progress_tick(progress, NULL, &outcome);
    progress_event(progress, NULL, 9, HAUL_ITEM_FAILED);
    progress_say(progress, "a sentence");
    progress_event(progress, NULL, 1, HAUL_ITEM_DONE);
    progress_tick(progress, NULL, &outcome);
    progress_finish(progress, &outcome);
    look(stage);
    assert_row(stage, 0, "failed  file-9: refused");
    assert_row(stage, 1, "haul: a sentence");
    assert_row(stage, 2, "done    file-1");
    assert_row(stage, 3, "1 of 2 complete, 1 failed");
    assert_row(stage, 4, "");
}

static void a_terminal_that_stopped_gets_no_more_frames(void **state)
{
    struct stage *stage = *state;
    struct outcome outcome = {.added = 1};
    struct progress *progress = begin(false);

    progress_event(progress, NULL, 1, HAUL_ITEM_STARTED);
    for (int i = 0; i < 20000; i++)
        progress_tick(progress, NULL, &outcome);
    progress_event(progress, NULL, 9, HAUL_ITEM_FAILED);
    assert_true(take(stage) < (1 << 18)); /* what a terminal holds, not 20,000 frames */
    progress_tick(progress, NULL, &outcome);
    take(stage);
    progress_finish(progress, &outcome);
    look(stage);
    assert_row(stage, 0, "failed  file-9: refused");
    assert_row(stage, 1, "");
}

static void quiet_draws_nothing(void **state)
{
    struct stage *stage = *state;
    struct outcome outcome = {.added = 2, .done = 1, .failed = 1};
    struct progress *progress = begin(true);

    progress_event(progress, NULL, 1, HAUL_ITEM_STARTED);
    progress_tick(progress, NULL, &outcome);
    progress_event(progress, NULL, 1, HAUL_ITEM_DONE);
    progress_event(progress, NULL, 9, HAUL_ITEM_FAILED);
    progress_finish(progress, &outcome);
    look(stage);
    assert_row(stage, 0, "failed  file-9: refused");
    assert_row(stage, 1, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(live_lines_are_drawn_in_place),
        TEST(no_more_than_a_quarter_of_the_screen_is_live),
        TEST(the_end_leaves_only_what_lasts),
        TEST(a_terminal_that_stopped_gets_no_more_frames),
        TEST(quiet_draws_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
