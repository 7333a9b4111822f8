/* The command line: how options may be written, and what is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/args.h"
#include "config/commands.h"

/* Parses the words, NULL-terminated, for COMMAND. */
static enum haul_err parse(const char *command, const char *const *words, struct args *ret_args,
                           struct haul_error *err)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return args_parse(*command != '\0' ? command_find(command) : command_screen(), words, count,
                      ret_args, err);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct args parsed(const char *command, const char *const *words)
{
    struct args args;
    struct haul_error err;

    if (parse(command, words, &args, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    return args;
}

static void assert_refused(const char *command, const char *const *words, const char *sentence)
{
    struct args args;
    struct haul_error err;

    assert_true(parse(command, words, &args, &err) != HAUL_OK);
    assert_string_equal(err.text, sentence);
    assert_int_equal(haul_class_exit_status(haul_err_class(err.code)), 1);
}

static void options_may_be_written_in_every_usual_way(void **state)
{
    const char *const *const forms[] = {
        WORDS("--jobs=3", "--quiet", "--verbose", "http://a/"),
        WORDS("--jobs", "3", "-q", "-v", "http://a/"),
        WORDS("-j3", "-qv", "http://a/"),
        WORDS("-j", "3", "-vq", "http://a/"),
        WORDS("-vqj3", "http://a/"),
        WORDS("http://a/", "-qvj", "3"),
        WORDS("--quiet=true", "--verbose", "-j3", "--", "http://a/"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct args args = parsed("get", forms[i]);

        assert_int_equal(args.settings.jobs, 3);
        assert_true(args.run.quiet);
        assert_true(args.run.verbose);
        assert_int_equal(args.operand_count, 1);
        assert_string_equal(args.operands[0], "http://a/");
        args_fini(&args);
    }
}

static void values_reach_their_scope(void **state)
{
    struct args args = parsed("get", WORDS("-H", "A: 1", "-H", "B: 2", "-d", "dir", "-i", "-",
                                           "--retries", "-1", "--limit=20M", "--if-exists=skip"));

    (void)state;
    assert_int_equal(args.item->headers.count, 2);
    assert_string_equal(args.item->dir, "dir");
    assert_int_equal(args.item->retries, -1);
    assert_int_equal(args.item->if_exists, HAUL_EXISTS_SKIP);
    assert_int_equal(args.settings.limit, 20 << 20);
    assert_int_equal(args.run.input_files.count, 1);
    assert_string_equal(args.run.input_files.items[0], "-");
    args_fini(&args);
}

static void two_dashes_end_the_options(void **state)
{
    struct args args = parsed("get", WORDS("-q", "--", "-v", "--jobs=3", "-"));

    (void)state;
    assert_int_equal(args.operand_count, 3);
    assert_string_equal(args.operands[0], "-v");
    assert_false(haul_given_any(&args.settings.given));
    args_fini(&args);
}

static void a_dash_is_an_operand(void **state)
{
    struct args args = parsed("get", WORDS("-"));

    (void)state;
    assert_int_equal(args.operand_count, 1);
    args_fini(&args);
}

static void mistakes_are_refused_with_what_to_do(void **state)
{
    (void)state;
    assert_refused("get", WORDS("--limt=3"), "there is no option --limt; did you mean --limit?");
    assert_refused("get", WORDS("--job", "3"), "there is no option --job; did you mean --jobs?");
    assert_refused("get", WORDS("--frobnicate"), "there is no option --frobnicate");
    assert_refused("get", WORDS("-Z"), "there is no option -Z");
    assert_refused("get", WORDS("-qZ"), "there is no option -Z");
    assert_refused("get", WORDS("--dir"), "--dir needs a value: --dir DIR");
    assert_refused("get", WORDS("-j"), "-j needs a value: -j N");
    assert_refused("get", WORDS("-j0"), "jobs: \"0\" is not a number from 1 to 10000");
    assert_refused("get", WORDS("--quiet=3"), "quiet: \"3\" is neither true nor false");
    assert_refused("list", WORDS("-j3"), "'haul list' takes no option --jobs");
    assert_refused("", WORDS("-q"), "--quiet goes with a command: haul COMMAND --quiet");
    assert_refused("list", WORDS("--dir=x"), "'haul list' takes no option --dir");
    assert_refused("wait", WORDS("--progress=bar"), "'haul wait' takes no option --progress");
    assert_refused("pause", WORDS(NULL), "something is missing; write: haul pause ID…");
    assert_refused("stop", WORDS("now"), "\"now\" is too much; write: haul stop");
    assert_refused("show", WORDS("1", "2"), "\"2\" is too much; write: haul show ID");
    assert_refused("list", WORDS("--session=a b"),
                   "session: \"a b\" must be 1 to 32 letters, digits, '-' or '_'");
}

static void what_another_command_does_is_told(void **state)
{
    (void)state;
    assert_refused("get", WORDS("--host=b"),
                   "'haul get' downloads on this machine; to have another one do it, write: "
                   "haul add --host USER@BOX …");
    assert_refused("get", WORDS("--session=x"),
                   "'haul get' downloads by itself, without a queue; to put it into one, write: "
                   "haul add --session NAME …");
    assert_refused("add", WORDS("--progress=bar"),
                   "'haul add' does not wait; to see what becomes of it, write: haul watch");
    assert_refused("add", WORDS("-q"),
                   "'haul add' writes the new numbers and nothing else; to be rid of them, write: "
                   "haul add … >/dev/null");
    assert_refused("add", WORDS("-v"),
                   "what is added is the daemon's work, and so is its log; to have more in it, "
                   "write: haul daemon --verbose");
    assert_refused("add", WORDS("--log=x"),
                   "what is added is the daemon's work; its log is haul.log in the session's "
                   "folder, and on the screen");
}

static void a_request_is_given_in_words(void **state)
{
    struct args args = parsed("get", WORDS("-XPUT", "--data", "a=1", "http://a.org/x"));

    (void)state;
    assert_string_equal(args.item->method, "PUT");
    assert_string_equal(args.item->data, "a=1");
    args_fini(&args);
    assert_refused("get", WORDS("-y"), "there is no option -y");
}

static void words_behind_curl_are_curls(void **state)
{
    struct args args =
        parsed("get", WORDS("-x2", "curl", "http://a.org/x", "-sS", "-o", "y", "--"));

    (void)state;
    assert_int_equal(args.curl_at, 0);
    assert_int_equal(args.operand_count, 6);
    assert_int_equal(args.item->connections, 2);
    assert_null(args.item->out);
    args_fini(&args);
    args = parsed("get", WORDS("-o", "curl", "http://a.org/x"));
    assert_int_equal(args.curl_at, SIZE_MAX);
    args_fini(&args);
    assert_refused("pause", WORDS("curl", "-x"), "'haul pause' takes no option --connections");
}

static void help_needs_no_operands(void **state)
{
    struct args args = parsed("pause", WORDS("--help"));

    (void)state;
    assert_true(args.run.help);
    args_fini(&args);
    args = parsed("", WORDS("-hV"));
    assert_true(args.run.version);
    args_fini(&args);
}

static void the_session_comes_from_option_environment_or_default(void **state)
{
    struct args args;

    (void)state;
    unsetenv("HAUL_SESSION");
    args = parsed("list", WORDS(NULL));
    assert_string_equal(args.run.session, "default");
    args_fini(&args);
    setenv("HAUL_SESSION", "from-env", 1);
    args = parsed("list", WORDS(NULL));
    assert_string_equal(args.run.session, "from-env");
    args_fini(&args);
    args = parsed("list", WORDS("--session", "mine"));
    assert_string_equal(args.run.session, "mine");
    args_fini(&args);
    setenv("HAUL_SESSION", "../evil", 1);
    assert_refused("list", WORDS(NULL),
                   "HAUL_SESSION: \"../evil\" must be 1 to 32 letters, digits, '-' or '_'");
    unsetenv("HAUL_SESSION");
}

static void assert_change_refused(const char *const *words, const char *sentence)
{
    struct args args = parsed("set", words);
    struct haul_settings change;
    struct haul_error err;

    assert_true(args_change(&args, &change, &err) != HAUL_OK);
    assert_string_equal(err.text, sentence);
    args_fini(&args);
}

static void what_the_session_shall_do_is_set_or_let_go_of(void **state)
{
    struct args args = parsed("set", WORDS("--jobs", "3", "per-host", "9", "limit=2M", "limit=3M",
                                           "--reset", "schedule"));
    struct haul_settings change;

    (void)state;
    assert_int_equal(args_change(&args, &change, NULL), HAUL_OK);
    assert_int_equal(change.jobs, 3);
    assert_int_equal(change.per_host, 9);
    assert_int_equal(change.limit, 3 << 20);
    assert_true(haul_settings_drops(&change, haul_option_find("schedule")));
    assert_false(haul_settings_drops(&change, haul_option_find("jobs")));
    args_fini(&args);
    assert_change_refused(WORDS("limit"), "limit needs a value: set limit RATE");
    assert_change_refused(WORDS("limt", "2M"),
                          "the session has no option \"limt\"; did you mean \"limit\"?");
    assert_change_refused(WORDS("--reset", "out"), "--reset: the session has no option \"out\"");
    assert_change_refused(WORDS("limit", "2M", "--reset", "limit"),
                          "--reset limit and --limit can't go together");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_be_written_in_every_usual_way),
        cmocka_unit_test(values_reach_their_scope),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(a_dash_is_an_operand),
        cmocka_unit_test(mistakes_are_refused_with_what_to_do),
        cmocka_unit_test(what_another_command_does_is_told),
        cmocka_unit_test(a_request_is_given_in_words),
        cmocka_unit_test(words_behind_curl_are_curls),
        cmocka_unit_test(what_the_session_shall_do_is_set_or_let_go_of),
        cmocka_unit_test(help_needs_no_operands),
        cmocka_unit_test(the_session_comes_from_option_environment_or_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
