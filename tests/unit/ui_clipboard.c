/* Text for the terminal's clipboard: what is sent, and that nothing in it is a command. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/clipboard.h"

static void assert_sent(enum clipboard_way way, const char *text, const char *sequence)
{
    char *sent = clipboard_sequence(way, text, strlen(text));

    assert_non_null(sent);
    assert_string_equal(sent, sequence);
    free(sent);
}

static void a_terminal_gets_the_text_in_base64(void **state)
{
    (void)state;
    assert_sent(CLIPBOARD_PLAIN, "f", "\033]52;c;Zg==\a");
    assert_sent(CLIPBOARD_PLAIN, "fo", "\033]52;c;Zm8=\a");
    assert_sent(CLIPBOARD_PLAIN, "foo", "\033]52;c;Zm9v\a");
    assert_sent(CLIPBOARD_PLAIN, "foobar", "\033]52;c;Zm9vYmFy\a");
    assert_sent(CLIPBOARD_PLAIN, "\xff\xfe\xfb?>", "\033]52;c;//77Pz4=\a");
}

static void what_is_in_the_text_can_not_end_it(void **state)
{
    const char *text = "x\a\033\\\033]0;title\a\033[2J";
    enum clipboard_way ways[] = {CLIPBOARD_PLAIN, CLIPBOARD_TMUX, CLIPBOARD_SCREEN};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        char *sent = clipboard_sequence(ways[i], text, strlen(text));

        assert_null(strstr(sent, "title"));
        assert_null(strstr(sent, "[2J"));
        free(sent);
    }
}

/* tmux takes the first or passes the second on, as it is set up. */
static void tmux_gets_it_for_itself_and_wrapped(void **state)
{
    (void)state;
    assert_sent(CLIPBOARD_TMUX, "foo",
                "\033]52;c;Zm9v\a"
                "\033Ptmux;\033\033]52;c;Zm9v\a\033\\");
}

/* What the terminal behind screen gets: the pieces without their wrapping. */
static char *unwrapped(const char *sent)
{
    char *out = xcalloc(1, strlen(sent) + 1);
    size_t len = 0;

    for (const char *at = sent; *at;) {
        const char *end = strstr(at + 2, "\033\\");

        assert_memory_equal(at, "\033P", 2);
        assert_non_null(end);
        assert_true(end - at < 256);
        memcpy(out + len, at + 2, (size_t)(end - at - 2));
        len += (size_t)(end - at - 2);
        at = end + 2;
    }
    return out;
}

static void screen_passes_it_on_in_pieces(void **state)
{
    char text[3001];
    char *sent, *plain, *out;

    (void)state;
    memset(text, 'a', 3000);
    text[3000] = '\0';
    sent = clipboard_sequence(CLIPBOARD_SCREEN, text, 3000);
    plain = clipboard_sequence(CLIPBOARD_PLAIN, text, 3000);
    out = unwrapped(sent);
    assert_string_equal(out, plain);
    free(out);
    free(plain);
    free(sent);
    /* A short one may be for the tmux of another machine. */
    assert_sent(CLIPBOARD_SCREEN, "foo", "\033]52;c;Zm9v\a\033P\033]52;c;Zm9v\a\033\\");
}

static void more_than_arrives_whole_is_refused(void **state)
{
    static char text[1 << 18];
    enum clipboard_way ways[] = {CLIPBOARD_PLAIN, CLIPBOARD_TMUX, CLIPBOARD_SCREEN};

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        size_t most = clipboard_max(ways[i]);
        char *sent = clipboard_sequence(ways[i], text, most);

        assert_non_null(sent);
        free(sent);
        assert_null(clipboard_sequence(ways[i], text, most + 1));
    }
    assert_true(clipboard_max(CLIPBOARD_TMUX) / 3 * 4 + 16 < 32768);
    assert_null(clipboard_sequence(CLIPBOARD_NONE, "foo", 3));
    assert_null(clipboard_sequence(CLIPBOARD_PLAIN, "", 0));
}

static void the_environment_tells_what_is_between(void **state)
{
    (void)state;
    assert_int_equal(clipboard_way("xterm-256color", NULL, NULL), CLIPBOARD_PLAIN);
    assert_int_equal(clipboard_way("xterm", "", ""), CLIPBOARD_PLAIN);
    assert_int_equal(clipboard_way("screen-256color", "/tmp/tmux-1/default,1,0", NULL),
                     CLIPBOARD_TMUX);
    assert_int_equal(clipboard_way("tmux-256color", NULL, NULL), CLIPBOARD_TMUX);
    assert_int_equal(clipboard_way("screen", NULL, "1234.pts-0"), CLIPBOARD_SCREEN);
    assert_int_equal(clipboard_way("screen.xterm-256color", NULL, NULL), CLIPBOARD_SCREEN);
    assert_int_equal(clipboard_way("linux", NULL, NULL), CLIPBOARD_NONE);
    assert_int_equal(clipboard_way("dumb", NULL, NULL), CLIPBOARD_NONE);
    assert_int_equal(clipboard_way(NULL, NULL, NULL), CLIPBOARD_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_gets_the_text_in_base64),
        cmocka_unit_test(what_is_in_the_text_can_not_end_it),
        cmocka_unit_test(tmux_gets_it_for_itself_and_wrapped),
        cmocka_unit_test(screen_passes_it_on_in_pieces),
        cmocka_unit_test(more_than_arrives_whole_is_refused),
        cmocka_unit_test(the_environment_tells_what_is_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
