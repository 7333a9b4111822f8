/* Lines and messages of the control protocol. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "control/proto.h"

/* Collects lines, each followed by '|'. */
struct collected {
    struct strbuf text;
    size_t stop_after; /* lines; 0: never */
    size_t count;
};

static bool on_line(void *ctx, const char *line, size_t len)
{
    struct collected *collected = ctx;

    assert_true(strbuf_add(&collected->text, line, len));
    assert_true(strbuf_puts(&collected->text, "|"));
    return ++collected->count != collected->stop_after;
}

/* Asserts that TEXT, fed in pieces of STEP bytes, gives the lines EXPECTED. */
static void assert_lines(const char *text, size_t step, const char *expected)
{
    struct collected collected = {0};
    struct proto_reader reader;
    size_t len = strlen(text);

    strbuf_init(&collected.text, 4096);
    proto_reader_init(&reader, 100);
    for (size_t at = 0; at < len; at += step)
        assert_int_equal(
            proto_feed(&reader, text + at, MIN(step, len - at), on_line, &collected, NULL),
            HAUL_OK);
    assert_string_equal(collected.text.data ? collected.text.data : "", expected);
    proto_reader_fini(&reader);
    strbuf_fini(&collected.text);
}

static void lines_come_out_however_they_are_cut(void **state)
{
    static const char text[] = "one\ntwo\r\n\n\r\nthree\nrest";

    (void)state;
    for (size_t step = 1; step <= sizeof text; step++)
        assert_lines(text, step, "one|two|three|");
    assert_lines("", 1, "");
    assert_lines("no end", 3, "");
}

static void a_line_may_be_as_long_as_the_cap_and_no_longer(void **state)
{
    struct collected collected = {0};
    struct proto_reader reader;
    struct haul_error err;

    (void)state;
    strbuf_init(&collected.text, 64);
    proto_reader_init(&reader, 8);
    assert_int_equal(proto_feed(&reader, "12345678\n", 9, on_line, &collected, &err), HAUL_OK);
    assert_int_equal(proto_feed(&reader, "1234", 4, on_line, &collected, &err), HAUL_OK);
    assert_int_equal(proto_feed(&reader, "5678\n", 5, on_line, &collected, &err), HAUL_OK);
    assert_int_equal(collected.count, 2);
    assert_int_equal(proto_feed(&reader, "123456789", 9, on_line, &collected, &err),
                     HAUL_E_TOO_BIG);
    proto_reader_fini(&reader);
    proto_reader_init(&reader, 8);
    assert_int_equal(proto_feed(&reader, "12345", 5, on_line, &collected, &err), HAUL_OK);
    assert_int_equal(proto_feed(&reader, "6789\n", 5, on_line, &collected, &err), HAUL_E_TOO_BIG);
    assert_int_equal(collected.count, 2);
    proto_reader_fini(&reader);
    strbuf_fini(&collected.text);
}

static void feeding_ends_when_the_listener_says_so(void **state)
{
    struct collected collected = {.stop_after = 2};
    struct proto_reader reader;

    (void)state;
    strbuf_init(&collected.text, 64);
    proto_reader_init(&reader, 8);
    assert_int_equal(proto_feed(&reader, "a\nb\nc\n", 6, on_line, &collected, NULL), HAUL_OK);
    assert_string_equal(collected.text.data, "a|b|");
    proto_reader_fini(&reader);
    strbuf_fini(&collected.text);
}

static void assert_refused(const char *line, enum proto_code expected)
{
    struct proto_message message;
    enum proto_code code = 0;
    struct haul_error err = {0};

    assert_int_equal(proto_parse(line, strlen(line), &message, &code, &err), HAUL_E_RPC);
    assert_int_equal(code, expected);
    assert_true(err.text[0] != '\0');
}

static void what_is_no_message_is_refused(void **state)
{
    (void)state;
    assert_refused("hello", PROTO_NOT_JSON);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"", PROTO_NOT_JSON);
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", PROTO_NOT_JSON);
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"a\\u0000b\"}", PROTO_NOT_JSON);
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"method\":\"b\"}", PROTO_NOT_JSON);
    assert_refused("[]", PROTO_NOT_REQUEST);
    assert_refused("{}", PROTO_NOT_REQUEST);
    assert_refused("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"x\"}", PROTO_NOT_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"x\"}", PROTO_NOT_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", PROTO_NOT_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[1]}",
                   PROTO_NOT_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"result\":1}",
                   PROTO_NOT_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1}", PROTO_NOT_REQUEST);
}

static void nesting_is_bounded_but_brackets_in_strings_are_not_counted(void **state)
{
    struct proto_message message;
    enum proto_code code;

    (void)state;
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}",
                   PROTO_NOT_REQUEST);
    static const char shallow[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"[[[[[[[[[[\\\"[[[[[[[[[[{{{{{{{{{\"}";
    assert_int_equal(proto_parse(shallow, strlen(shallow), &message, &code, NULL), HAUL_OK);
    proto_message_fini(&message);
}

static void requests_and_answers_are_read_back(void **state)
{
    struct proto_message message;
    enum proto_code code;
    size_t len;
    char *line = proto_request(7, "show", json_pack("{s:i}", "id", 3), &len);

    (void)state;
    assert_int_equal(line[len - 1], '\n');
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    assert_int_equal(proto_parse(line, len - 1, &message, &code, NULL), HAUL_OK);
    assert_string_equal(message.method, "show");
    assert_int_equal(json_integer_value(message.id), 7);
    assert_int_equal(json_integer_value(json_object_get(message.params, "id")), 3);
    free(line);

    line = proto_result(message.id, json_object(), &len);
    proto_message_fini(&message);
    assert_int_equal(proto_parse(line, len, &message, &code, NULL), HAUL_OK);
    assert_null(message.method);
    assert_non_null(message.result);
    proto_message_fini(&message);
    free(line);
}

static void errors_travel_whole(void **state)
{
    struct haul_error sent, read;
    struct proto_message message;
    enum proto_code code;
    size_t len;
    char *line;

    (void)state;
    haul_fail(&sent, HAUL_E_HTTP, "the server said no");
    sent.http_status = 503;
    sent.retryable = true;
    line = proto_failure(NULL, PROTO_REFUSED, &sent, &len);
    assert_int_equal(proto_parse(line, len, &message, &code, NULL), HAUL_OK);
    assert_null(message.id);
    proto_error_read(message.error, &read);
    assert_int_equal(read.code, HAUL_E_HTTP);
    assert_int_equal(read.http_status, 503);
    assert_true(read.retryable);
    assert_string_equal(read.text, sent.text);
    proto_message_fini(&message);
    free(line);
}

static void an_error_that_says_nothing_is_still_one(void **state)
{
    json_t *error =
        json_pack("{s:i, s:{s:s, s:i}}", "code", 5, "data", "name", "ok", "http_status", 7);
    struct haul_error read;

    (void)state;
    proto_error_read(error, &read);
    assert_int_equal(read.code, HAUL_E_RPC);
    assert_int_equal(read.http_status, 0);
    assert_true(read.text[0] != '\0');
    json_decref(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_out_however_they_are_cut),
        cmocka_unit_test(a_line_may_be_as_long_as_the_cap_and_no_longer),
        cmocka_unit_test(feeding_ends_when_the_listener_says_so),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(nesting_is_bounded_but_brackets_in_strings_are_not_counted),
        cmocka_unit_test(requests_and_answers_are_read_back),
        cmocka_unit_test(errors_travel_whole),
        cmocka_unit_test(an_error_that_says_nothing_is_still_one),
    };

    proto_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
