/* Title, progress and notes: what is sent, where, and when nothing is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/announce.h"

#define ST "\033\\"

static struct announce announce;
static struct haul_totals totals;
static struct announce_ended ended;
static char sent[1024];

static const struct announce_terminal xterm = {.type = "xterm-256color"};

static void begin(const struct announce_terminal *terminal, enum run_switch title,
                  enum run_switch progress, enum run_notify notify)
{
    struct run_options run = {.title = title, .tab_progress = progress, .notify = notify};

    announce_init(&announce, &run, terminal, "default");
    totals = (struct haul_totals){.left = 0};
    ended = (struct announce_ended){"", "", false};
}

static const char *look(uint64_t now)
{
    struct strbuf out;

    strbuf_init(&out, sizeof(sent));
    announce_look(&announce, &totals, &ended, now, false, &out);
    memcpy(sent, out.len > 0 ? out.data : "", out.len);
    sent[out.len] = '\0';
    strbuf_fini(&out);
    return sent;
}

static void run_some(uint64_t active, uint64_t queued, uint64_t received, int64_t left)
{
    totals.counts[HAUL_ACTIVE] = active;
    totals.counts[HAUL_QUEUED] = queued;
    totals.received = received;
    totals.left = left;
}

static void the_title_tells_progress_and_rate(void **state)
{
    (void)state;
    begin(&xterm, RUN_ON, RUN_OFF, RUN_NOTIFY_OFF);
    assert_string_equal(look(1000), "\033]2;haul" ST);
    run_some(1, 2, 450, 550);
    totals.rate = 2048;
    assert_string_equal(look(2000), "\033]2;45% 2.0 KB/s haul" ST);
    totals.left = -1;
    assert_string_equal(look(3000), "\033]2;2.0 KB/s haul" ST);
    run_some(0, 0, 1000, 0);
    assert_string_equal(look(3001), "\033]2;haul" ST);
}

static void what_did_not_change_is_not_sent_again(void **state)
{
    (void)state;
    begin(&xterm, RUN_ON, RUN_ON, RUN_NOTIFY_BELL);
    run_some(1, 0, 450, 550);
    assert_string_not_equal(look(1000), "");
    assert_string_equal(look(5000), "");
    totals.rate = 10;
    assert_string_not_equal(look(6000), "");
    totals.rate = 20;
    assert_string_equal(look(6500), ""); /* not more than one in a second */
    assert_string_not_equal(look(7000), "");
    announce_again(&announce); /* as after Ctrl-Z */
    assert_string_not_equal(look(7001), "");
}

static void a_slow_line_gets_few_titles(void **state)
{
    struct strbuf out;

    (void)state;
    begin(&xterm, RUN_ON, RUN_OFF, RUN_NOTIFY_OFF);
    run_some(1, 0, 450, 550);
    (void)look(1000);
    totals.rate = 10;
    strbuf_init(&out, 1024);
    announce_look(&announce, &totals, &ended, 9000, true, &out);
    assert_int_equal(out.len, 0);
    announce_look(&announce, &totals, &ended, 11000, true, &out);
    assert_int_not_equal(out.len, 0);
    strbuf_fini(&out);
}

static void progress_counts_the_batch_from_its_beginning(void **state)
{
    (void)state;
    begin(&xterm, RUN_OFF, RUN_ON, RUN_NOTIFY_OFF);
    totals.received = 1000000; /* of what was complete before */
    assert_string_equal(look(1000), "");
    run_some(1, 0, 1000000, -1);
    assert_string_equal(look(2000), "\033]9;4;3;0" ST);
    run_some(1, 0, 1000300, 700);
    assert_string_equal(look(4000), "\033]9;4;1;30" ST);
    run_some(0, 0, 1001000, 0);
    assert_string_equal(look(4001), "\033]9;4;0;0" ST);
}

static void a_note_tells_how_a_batch_went(void **state)
{
    (void)state;
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_OSC9);
    totals.counts[HAUL_DONE] = 5;
    totals.counts[HAUL_FAILED] = 2;
    run_some(1, 2, 0, 0);
    assert_string_equal(look(1000), "");
    run_some(1, 1, 0, 0);
    totals.counts[HAUL_DONE] = 6;
    assert_string_equal(look(2000), "");
    run_some(1, 0, 0, 0);
    totals.counts[HAUL_FAILED] = 3;
    assert_string_equal(look(3000), "\033]9;haul: 1 failed" ST);
    run_some(0, 0, 0, 0);
    totals.counts[HAUL_DONE] = 7;
    assert_string_equal(look(4000), "\033]9;haul: 2 done, 1 failed" ST);
    run_some(2, 0, 0, 0);
    assert_string_equal(look(5000), "");
    run_some(0, 0, 0, 0);
    totals.counts[HAUL_DONE] = 9;
    assert_string_equal(look(6000), "\033]9;haul: 2 done" ST);
}

static void a_note_of_one_item_names_it(void **state)
{
    (void)state;
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_OSC777);
    run_some(3, 0, 0, 0);
    (void)look(1000);
    ended = (struct announce_ended){"other.bin", "a;b.iso", false};
    run_some(2, 0, 0, 0);
    totals.counts[HAUL_FAILED] = 1;
    assert_string_equal(look(2000), "\033]777;notify;haul;a,b.iso failed" ST);
    run_some(1, 0, 0, 0);
    totals.counts[HAUL_FAILED] = 2; /* many are counted */
    assert_string_equal(look(20000), "\033]777;notify;haul;2 failed" ST);
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_OSC9);
    run_some(1, 0, 0, 0);
    (void)look(1000);
    ended.done = "資料-日本語のファイル名-第三版-資料-日本語のファイル名-第三版.pdf";
    run_some(0, 0, 0, 0);
    totals.counts[HAUL_DONE] = 1;
    look(2000);
    assert_true(strncmp(sent, "\033]9;haul: 資料", 15) == 0);
    assert_non_null(strstr(sent, ".pdf done" ST));
    assert_true(strlen(sent) < ANNOUNCE_SIZE);
}

static void failures_in_a_row_are_one_note(void **state)
{
    (void)state;
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_BELL);
    run_some(3, 10, 0, 0);
    (void)look(1000);
    run_some(3, 9, 0, 0);
    totals.counts[HAUL_FAILED] = 1;
    assert_string_equal(look(2000), "\a");
    run_some(3, 8, 0, 0);
    totals.counts[HAUL_FAILED] = 2;
    assert_string_equal(look(3000), "");
    run_some(3, 7, 0, 0);
    totals.counts[HAUL_FAILED] = 3;
    assert_string_equal(look(20000), "\a");
}

static void what_a_user_ends_is_no_news(void **state)
{
    (void)state;
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_BELL);
    run_some(1, 0, 0, 0);
    (void)look(1000);
    run_some(0, 0, 0, 0); /* removed */
    assert_string_equal(look(2000), "");
    totals.counts[HAUL_FAILED] = 3; /* a removal is taken back */
    assert_string_equal(look(3000), "");
}

/* All that is seen of it is one more that is done. */
static void what_begins_and_ends_between_two_looks_is_told(void **state)
{
    (void)state;
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_OSC9);
    run_some(1, 0, 0, 0);
    (void)look(1000);
    run_some(0, 0, 0, 0);
    totals.counts[HAUL_DONE] = 3;
    assert_string_equal(look(2000), "\033]9;haul: 3 done" ST);
    totals.counts[HAUL_DONE] = 4; /* a removal is taken back */
    assert_string_equal(look(3000), "");
    ended = (struct announce_ended){"quick.bin", "", true};
    totals.counts[HAUL_DONE] = 5;
    assert_string_equal(look(4000), "\033]9;haul: quick.bin done" ST);
    ended = (struct announce_ended){"", "gone.bin", true};
    totals.counts[HAUL_FAILED] = 1;
    assert_string_equal(look(5000), "\033]9;haul: gone.bin failed" ST);
    ended = (struct announce_ended){"", "", false};
    assert_string_equal(look(6000), "");
}

static void notes_have_three_forms(void **state)
{
    static const struct {
        enum run_notify how;
        const char *sent;
    } forms[] = {
        {RUN_NOTIFY_BELL, "\a"},
        {RUN_NOTIFY_OSC9, "\033]9;haul: 1 done" ST},
        {RUN_NOTIFY_OSC777, "\033]777;notify;haul;1 done" ST},
        {RUN_NOTIFY_OFF, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        begin(&xterm, RUN_OFF, RUN_OFF, forms[i].how);
        run_some(1, 0, 0, 0);
        (void)look(1000);
        run_some(0, 0, 0, 0);
        totals.counts[HAUL_DONE] = 1;
        assert_string_equal(look(2000), forms[i].sent);
    }
}

/* By default each goes only where it is known to be understood. */
static void terminals_get_what_they_know(void **state)
{
    static const struct {
        struct announce_terminal terminal;
        bool title, progress;
        enum run_notify note;
    } known[] = {
        {{.type = "xterm-256color"}, true, false, RUN_NOTIFY_BELL},
        {{.type = "xterm-256color", .vte = "7600"}, true, false, RUN_NOTIFY_BELL},
        {{.type = "xterm-256color", .vte = "8000"}, true, true, RUN_NOTIFY_BELL},
        {{.type = "xterm-256color", .windows = "x"}, true, true, RUN_NOTIFY_BELL},
        {{.type = "xterm-256color", .program = "iTerm.app"}, true, false, RUN_NOTIFY_OSC9},
        {{.type = "xterm-256color", .program = "WezTerm", .version = "20240203-110809"},
         true,
         false,
         RUN_NOTIFY_OSC9},
        {{.type = "xterm-ghostty"}, true, true, RUN_NOTIFY_OSC9},
        {{.type = "xterm-kitty"}, true, false, RUN_NOTIFY_OSC9},
        {{.type = "tmux-256color", .tmux = "/tmp/x", .windows = "x"}, true, false, RUN_NOTIFY_BELL},
        {{.type = "screen-256color", .tmux = "/tmp/x"}, true, false, RUN_NOTIFY_BELL},
        {{.type = "screen"}, false, false, RUN_NOTIFY_BELL},
        {{.type = "linux"}, false, false, RUN_NOTIFY_BELL},
        {{.type = "vt220"}, false, false, RUN_NOTIFY_BELL},
        {{.type = "dumb"}, false, false, RUN_NOTIFY_OFF},
        {{.type = NULL}, false, false, RUN_NOTIFY_BELL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        begin(&known[i].terminal, RUN_AUTO, RUN_AUTO, RUN_NOTIFY_AUTO);
        if (announce.title != known[i].title || announce.progress != known[i].progress ||
            announce.note != known[i].note)
            fail_msg("row %zu: title %d progress %d note %d", i, announce.title, announce.progress,
                     (int)announce.note);
    }
}

static void links_go_where_they_are_known(void **state)
{
    static const struct {
        struct announce_terminal terminal;
        bool links;
    } known[] = {
        {{.type = "xterm-256color"}, false},
        {{.type = NULL}, false},
        {{.type = "linux"}, false},
        {{.type = "vt220"}, false},
        {{.type = "dumb"}, false},
        {{.type = "xterm-256color", .vte = "4601"}, false},
        {{.type = "xterm-256color", .vte = "5000"}, false}, /* which a link could crash */
        {{.type = "xterm-256color", .vte = "6800"}, true},
        {{.type = "xterm-256color", .konsole = "200401"}, false},
        {{.type = "xterm-256color", .konsole = "220400"}, true},
        {{.type = "xterm-256color", .windows = "x"}, true},
        {{.type = "xterm-256color", .program = "iTerm.app", .version = "3.0.15"}, false},
        {{.type = "xterm-256color", .program = "iTerm.app", .version = "3.4.1"}, true},
        {{.type = "xterm-256color", .program = "WezTerm"}, true},
        {{.type = "xterm-256color", .program = "vscode"}, true},
        {{.type = "xterm-256color", .program = "Apple_Terminal", .version = "440"}, false},
        {{.type = "xterm-kitty"}, true},
        {{.type = "foot-extra"}, true},
        {{.type = "xterm-ghostty"}, true},
        {{.type = "alacritty"}, true},
        {{.type = "screen-256color", .vte = "6800"}, false},
        {{.type = "xterm-256color", .vte = "6800", .sty = "1.x"}, false},
        {{.type = "tmux-256color", .vte = "6800"}, false}, /* of another machine */
        {{.type = "tmux-256color", .tmux = "/tmp/x", .vte = "6800"}, false},
        {{.type = "tmux-256color", .tmux = "/tmp/x", .program = "tmux", .version = "3.3a"}, false},
        {{.type = "tmux-256color", .tmux = "/tmp/x", .program = "tmux", .version = "3.4"}, true},
        {{.type = "tmux-256color", .tmux = "/tmp/x", .program = "tmux", .version = "4.0"}, true},
        {{.type = "tmux-256color", .tmux = "/tmp/x", .program = "tmux", .version = "next-3.4"},
         false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (announce_links(RUN_AUTO, &known[i].terminal) != known[i].links)
            fail_msg("row %zu", i);
        assert_true(announce_links(RUN_ON, &known[i].terminal));
        assert_false(announce_links(RUN_OFF, &known[i].terminal));
    }
}

static void all_of_it_is_taken_back(void **state)
{
    char buf[ANNOUNCE_SIZE];

    (void)state;
    begin(&xterm, RUN_ON, RUN_ON, RUN_NOTIFY_OFF);
    assert_string_equal(announce_hello(&announce, buf), "\033[22;2t");
    assert_string_equal(announce_farewell(&announce, buf),
                        "\033]2;" ST "\033[23;2t\033]9;4;0;0" ST);
    begin(&xterm, RUN_OFF, RUN_OFF, RUN_NOTIFY_OFF);
    assert_string_equal(announce_hello(&announce, buf), "");
    assert_string_equal(announce_farewell(&announce, buf), "");
}

static void tmux_hands_through_what_it_does_not_know(void **state)
{
    static const struct announce_terminal tmux = {.type = "tmux-256color", .tmux = "/tmp/x"};

    (void)state;
    begin(&tmux, RUN_ON, RUN_ON, RUN_NOTIFY_OFF);
    run_some(1, 0, 1, 1);
    assert_string_equal(look(1000),
                        "\033]2;50% 0 B/s haul" ST "\033Ptmux;\033\033]9;4;1;50\033\033\\\033\\");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_title_tells_progress_and_rate),
        cmocka_unit_test(what_did_not_change_is_not_sent_again),
        cmocka_unit_test(a_slow_line_gets_few_titles),
        cmocka_unit_test(progress_counts_the_batch_from_its_beginning),
        cmocka_unit_test(a_note_tells_how_a_batch_went),
        cmocka_unit_test(a_note_of_one_item_names_it),
        cmocka_unit_test(failures_in_a_row_are_one_note),
        cmocka_unit_test(what_a_user_ends_is_no_news),
        cmocka_unit_test(what_begins_and_ends_between_two_looks_is_told),
        cmocka_unit_test(notes_have_three_forms),
        cmocka_unit_test(terminals_get_what_they_know),
        cmocka_unit_test(links_go_where_they_are_known),
        cmocka_unit_test(all_of_it_is_taken_back),
        cmocka_unit_test(tmux_hands_through_what_it_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
