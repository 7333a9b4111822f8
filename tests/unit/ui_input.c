/* Bytes of a terminal become keys and pastes, in whatever pieces they come. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/input.h"

/* What came, as text: "k61:a " or "up " for a key, "p[…] " for a paste. */
static char heard[4096];

static const char *const names[] = {"up",   "down", "left",   "right",  "home",      "end",
                                    "pgup", "pgdn", "insert", "delete", "backspace", "backtab",
                                    "f1",   "f2",   "f3",     "f4",     "f5",        "f6",
                                    "f7",   "f8",   "f9",     "f10",    "f11",       "f12"};

static void hear_key(void *ctx, const struct input_key *key)
{
    size_t at = strlen(heard);
    (void)ctx;
    if (key->code & INPUT_ALT)
        snprintf(heard + at, sizeof(heard) - at, "alt-%c ", (int)(key->code - INPUT_ALT));
    else if (key->code >= INPUT_UP)
        snprintf(heard + at, sizeof(heard) - at, "%s ", names[key->code - INPUT_UP]);
    else
        snprintf(heard + at, sizeof(heard) - at, "k%x%s%s ", key->code, key->text[0] ? ":" : "",
                 key->text);
}

static void hear_mouse(void *ctx, const struct input_mouse *mouse)
{
    size_t at = strlen(heard);
    (void)ctx;
    snprintf(heard + at, sizeof(heard) - at, "%s@%d,%d ",
             mouse->what == INPUT_CLICK      ? "click"
             : mouse->what == INPUT_WHEEL_UP ? "up"
                                             : "down",
             mouse->y, mouse->x);
}

static void hear_paste(void *ctx, const char *bytes, size_t len, bool too_big)
{
    size_t at = strlen(heard);
    (void)ctx;
    assert_int_equal(strlen(bytes), len);
    snprintf(heard + at, sizeof(heard) - at, "%s[%s] ", too_big ? "huge" : "p", bytes);
}

static void hear_mode(void *ctx, unsigned mode, unsigned state)
{
    size_t at = strlen(heard);
    (void)ctx;
    snprintf(heard + at, sizeof(heard) - at, "m%u=%u ", mode, state);
}

static const struct input_events events = {
    .key = hear_key, .mouse = hear_mouse, .paste = hear_paste, .mode = hear_mode};

/* Feeds BYTES in pieces of PIECE bytes, then lets the patience end. */
static const char *fed_in(const char *bytes, size_t piece)
{
    struct input input;
    size_t len = strlen(bytes);
    heard[0] = '\0';
    input_init(&input, &events);
    for (size_t at = 0; at < len; at += piece)
        input_feed(&input, bytes + at, len - at < piece ? len - at : piece);
    while (input_patience(&input) > 0)
        input_expire(&input);
    input_fini(&input);
    return heard;
}

static const char *fed(const char *bytes)
{
    return fed_in(bytes, strlen(bytes));
}

static void letters_and_control_characters_are_keys(void **state)
{
    (void)state;
    assert_string_equal(fed("aQ+"), "k61:a k51:Q k2b:+ ");
    assert_string_equal(fed("\x01\x1a\t\r\n\x7f\x08"), "k1 k1a k9 kd kd backspace backspace ");
}

static void a_character_may_come_in_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 5; piece++) {
        assert_string_equal(fed_in("\xe8\xb3\x87q", piece), "k8cc7:\xe8\xb3\x87 k71:q ");
        assert_string_equal(fed_in("\xf0\x9f\x98\x80", piece), "k1f600:\xf0\x9f\x98\x80 ");
    }
}

static void broken_characters_cost_only_themselves(void **state)
{
    (void)state;
    assert_string_equal(fed("\xe8q"), "kfffd:\xef\xbf\xbd k71:q ");
    assert_string_equal(fed("\xff\xc3q"), "kfffd:\xef\xbf\xbd kfffd:\xef\xbf\xbd k71:q ");
    assert_string_equal(fed("\xe8"), "kfffd:\xef\xbf\xbd ");
}

static void every_form_of_a_key_is_known(void **state)
{
    static const char *const home[] = {"\033[H", "\033OH", "\033[1~", "\033[7~", "\033[1;5H"};
    static const char *const end[] = {"\033[F", "\033OF", "\033[4~", "\033[8~", "\033[4;2~"};
    (void)state;
    for (size_t i = 0; i < sizeof(home) / sizeof(home[0]); i++) {
        for (size_t piece = 1; piece <= 6; piece++) {
            assert_string_equal(fed_in(home[i], piece), "home ");
            assert_string_equal(fed_in(end[i], piece), "end ");
        }
    }
    assert_string_equal(fed("\033[A\033OB\033[C\033[D"), "up down right left ");
    assert_string_equal(fed("\033[5~\033[6~\033[2~\033[3~\033[Z"),
                        "pgup pgdn insert delete backtab ");
}

static void escape_alone_is_a_key(void **state)
{
    (void)state;
    assert_string_equal(fed("\033"), "k1b ");
    assert_string_equal(fed("\033\033"), "k1b k1b ");
}

static void function_keys_and_alt_are_known(void **state)
{
    (void)state;
    assert_string_equal(fed("\033OP\033OS\033[P\033[11~\033[15~\033[17~\033[21~\033[23~\033[24~"),
                        "f1 f4 f1 f1 f5 f6 f10 f11 f12 ");
    assert_string_equal(fed("\033[[A\033[[E"), "f1 f5 "); /* the Linux console */
    assert_string_equal(fed("\033xq\033~\033\177\033 "), "alt-x k71:q alt-~ ");
}

static void the_mouse_is_no_key(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 12; piece++)
        assert_string_equal(
            fed_in("\033[<0;10;5M\033[<0;10;5mq\033[<64;1;1M\033[<65;300;99M", piece),
            "click@4,9 k71:q up@0,0 down@98,299 ");
    /* Movements, other buttons, modifiers, cells that are none. */
    assert_string_equal(fed("\033[<32;9;9M\033[<2;9;9M\033[<4;9;9M\033[<16;9;9M\033[<66;9;9M"), "");
    assert_string_equal(fed("\033[<0;0;5M\033[<0;5;0M\033[<0M\033[<M"), "");
}

static void unknown_sequences_type_nothing(void **state)
{
    (void)state;
    assert_string_equal(fed("\033[16~\033[?1;2c\033[1;3P\033[15;5~\033[[F\033OX\033\001q"),
                        "k71:q ");
    assert_string_equal(fed("\033[11111111111111111111111111111111111111111111111Xq"), "k71:q ");
    assert_string_equal(fed("\033[200"), "");
}

static void an_answer_about_a_mode_is_no_key(void **state)
{
    (void)state;
    assert_string_equal(fed("a\033[?2026;2$yb"), "k61:a m2026=2 k62:b ");
    assert_string_equal(fed_in("\033[?2026;0$y", 1), "m2026=0 ");
    assert_string_equal(fed("\033[2026;2$y\033[?2026;2y\033[y\033[?$y"), "m0=0 ");
}

static void a_marked_paste_is_text_whatever_it_holds(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 40; piece++)
        assert_string_equal(fed_in("\033[200~qQ\x03\033[A \033[201x\033\033[201~z", piece),
                            "p[qQ\x03\033[A \033[201x\033] k7a:z ");
}

static void line_ends_of_pastes_become_newlines(void **state)
{
    (void)state;
    assert_string_equal(fed("\033[200~a\rb\r\nc\nd\r\033[201~"), "p[a\nb\nc\nd\n] ");
}

static void a_paste_without_end_is_what_came(void **state)
{
    (void)state;
    assert_string_equal(fed("\033[200~half\033[20"), "p[half] ");
    assert_string_equal(fed("\033[200~"), "p[] ");
}

static void a_burst_with_a_link_is_a_paste(void **state)
{
    (void)state;
    assert_string_equal(fed("https://x.org/q\rftp://y.org/Q\r"),
                        "p[https://x.org/q\nftp://y.org/Q\n] ");
    assert_string_equal(fed_in("a://bc", 1), "k61:a k3a:: k2f:/ k2f:/ k62:b k63:c ");
}

static void a_long_chunk_of_different_letters_is_a_paste(void **state)
{
    (void)state;
    assert_string_equal(fed("the quick brown dog jumps\nQ\n"),
                        "p[the quick brown dog jumps\nQ\n] ");
    assert_null(strchr(fed("jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjkk"), '['));
    assert_null(strchr(fed("\033[B\033[Babcdefghijklmnopqrstuvwxyz"), '['));
    assert_null(strchr(fed("\001\013the quick brown dog jumps"), '['));
    assert_null(strchr(fed("the quick brown dogg\177 jumps"), '['));
    assert_non_null(strchr(fed("the quick brown\f dog jumps"), '['));
}

static void patience_is_asked_for_only_in_the_middle(void **state)
{
    struct input input;
    (void)state;
    input_init(&input, &events);
    assert_int_equal(input_patience(&input), 0);
    input_feed(&input, "a", 1);
    assert_int_equal(input_patience(&input), 0);
    input_feed(&input, "\033", 1);
    assert_true(input_patience(&input) > 0);
    input_feed(&input, "[200~abc", 8);
    assert_true(input_patience(&input) > 0);
    assert_int_equal(input_pasting(&input), 3);
    input_feed(&input, "\033[201~", 6);
    assert_int_equal(input_patience(&input), 0);
    assert_int_equal(input_pasting(&input), 0);
    input_fini(&input);
}

static void a_paste_over_the_cap_is_swallowed_to_its_end(void **state)
{
    struct paste paste;
    bool ended;
    size_t len;
    (void)state;
    paste_init(&paste, 8);
    paste_begin(&paste);
    assert_int_equal(paste_feed(&paste, "0123456789\033[201~q", 17, &ended), 16);
    assert_true(ended);
    assert_true(paste.too_big);
    assert_string_equal(paste_text(&paste, &len), "");
    paste_begin(&paste);
    assert_int_equal(paste_feed(&paste, "ok\033[201~", 8, &ended), 8);
    assert_false(paste.too_big);
    assert_string_equal(paste_text(&paste, &len), "ok");
    paste_fini(&paste);
}

static void any_bytes_are_survived(void **state)
{
    static const char alphabet[] = "\033[O~201;Ax:/\r\xe8\xb3\x87\xff\x01";
    struct input input;
    uint32_t random = 1;
    char bytes[16];
    (void)state;
    input_init(&input, &events);
    for (int round = 0; round < 20000; round++) {
        size_t len = 0;
        do {
            random = random * 1664525u + 1013904223u;
            bytes[len++] = alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
        } while (len < sizeof(bytes) && (random >> 8 & 7u) != 0);
        heard[0] = '\0';
        input_feed(&input, bytes, len);
        if ((random >> 20 & 7u) == 0)
            input_expire(&input);
    }
    while (input_patience(&input) > 0)
        input_expire(&input);
    heard[0] = '\0';
    input_feed(&input, "q", 1);
    assert_string_equal(heard, "k71:q ");
    input_fini(&input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_control_characters_are_keys),
        cmocka_unit_test(a_character_may_come_in_pieces),
        cmocka_unit_test(broken_characters_cost_only_themselves),
        cmocka_unit_test(every_form_of_a_key_is_known),
        cmocka_unit_test(escape_alone_is_a_key),
        cmocka_unit_test(function_keys_and_alt_are_known),
        cmocka_unit_test(the_mouse_is_no_key),
        cmocka_unit_test(unknown_sequences_type_nothing),
        cmocka_unit_test(an_answer_about_a_mode_is_no_key),
        cmocka_unit_test(a_marked_paste_is_text_whatever_it_holds),
        cmocka_unit_test(line_ends_of_pastes_become_newlines),
        cmocka_unit_test(a_paste_without_end_is_what_came),
        cmocka_unit_test(a_burst_with_a_link_is_a_paste),
        cmocka_unit_test(a_long_chunk_of_different_letters_is_a_paste),
        cmocka_unit_test(patience_is_asked_for_only_in_the_middle),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(a_paste_over_the_cap_is_swallowed_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
