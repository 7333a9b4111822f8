/* haul's structs as JSON and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "control/json.h"
#include "control/json_options.h"
#include "control/json_views.h"
#include "control/proto.h"

static struct haul_item sample(void)
{
    return (struct haul_item){
        .id = 7,
        .position = 3,
        .version = 99,
        .state = HAUL_WAITING,
        .phase = HAUL_PHASE_NONE,
        .err = HAUL_E_HTTP,
        .http_status = 503,
        .connections = 2,
        .tries = 4,
        .total = -1,
        .done = UINT64_C(1) << 60,
        .rate = 12,
        .eta = -1,
        .retry_at = 1795266204065,
        .added_at = 1,
        .name = xstrdup("na\u00efve \"quoted\".iso"),
        .dir = xstrdup("/tmp"),
        .url = xstrdup("http://a/b"),
        .note = xstrdup(""),
    };
}

static void an_item_comes_back_as_it_was(void **state)
{
    struct haul_item item = sample(), back;
    json_t *json = json_from_item(&item);

    (void)state;
    assert_true(json_is_null(json_object_get(json, "total")));
    assert_true(json_is_null(json_object_get(json, "started_at")));
    assert_string_equal(json_string_value(json_object_get(json, "error")), "http");
    assert_int_equal(json_to_item(json, &back, NULL), HAUL_OK);
    assert_int_equal(back.id, item.id);
    assert_int_equal(back.position, item.position);
    assert_int_equal(back.version, item.version);
    assert_int_equal(back.state, item.state);
    assert_int_equal(back.err, item.err);
    assert_int_equal(back.http_status, item.http_status);
    assert_int_equal(back.connections, item.connections);
    assert_int_equal(back.tries, item.tries);
    assert_int_equal(back.total, -1);
    assert_true(back.done == item.done);
    assert_int_equal(back.eta, -1);
    assert_true(back.retry_at == item.retry_at);
    assert_int_equal(back.started_at, 0);
    assert_string_equal(back.name, item.name);
    assert_string_equal(back.note, "");
    haul_item_fini(&back);
    haul_item_fini(&item);
    json_decref(json);
}

static void an_items_json_is_one_line(void **state)
{
    struct haul_item item = sample();
    char *text = haul_item_json(&item);

    (void)state;
    assert_null(strchr(text, '\n'));
    assert_non_null(strstr(text, "\"state\":\"waiting\""));
    free(text);
    haul_item_fini(&item);
}

static void assert_item_refused(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    struct haul_item item;
    struct haul_error err;

    assert_non_null(json);
    assert_int_equal(json_to_item(json, &item, &err), HAUL_E_RPC);
    json_decref(json);
}

static void values_of_the_wrong_type_or_range_are_refused(void **state)
{
    (void)state;
    assert_item_refused("[]");
    assert_item_refused("{\"name\":\"a\",\"id\":\"7\"}");
    assert_item_refused("{\"name\":\"a\",\"id\":-1}");
    assert_item_refused("{\"name\":\"a\",\"id\":1.5}");
    assert_item_refused("{\"name\":\"a\",\"state\":3}");
    assert_item_refused("{\"name\":5}");
    assert_item_refused("{\"name\":\"a\",\"connections\":4294967296}");
    assert_item_refused("{\"name\":\"a\",\"error\":[]}");
}

static void a_state_of_a_newer_daemon_counts_as_waiting(void **state)
{
    json_t *json = json_loads("{\"id\":1,\"state\":\"napping\",\"phase\":\"dreaming\","
                              "\"mood\":[{\"x\":null}]}",
                              0, NULL);
    struct haul_item item;

    (void)state;
    assert_int_equal(json_to_item(json, &item, NULL), HAUL_OK);
    assert_int_equal(item.state, HAUL_WAITING);
    assert_int_equal(item.phase, HAUL_PHASE_NONE);
    assert_string_equal(item.note, "napping (the daemon is of a newer haul)");
    haul_item_fini(&item);
    json_decref(json);
}

static void a_detail_comes_back_as_it_was(void **state)
{
    struct haul_fact fact = {(char[]){"server"}, (char[]){"nginx"}};
    struct haul_span spans[] = {{0, 5, 10, 3, true}, {10, 10, UINT64_MAX, 0, false}};
    struct haul_event event = {1795266204065, (char[]){"started"}};
    struct haul_connection connection = {
        .pos = 5, .end = UINT64_MAX, .rate = 3, .source = (char[]){"a:80"}, .doing = (char[]){"x"}};
    uint64_t rates[] = {7, 0};
    struct haul_detail detail = {.item = sample(),
                                 .facts = &fact,
                                 .fact_count = 1,
                                 .spans = spans,
                                 .span_count = 2,
                                 .events = &event,
                                 .event_count = 1,
                                 .connections = &connection,
                                 .connection_count = 1,
                                 .rates = rates,
                                 .rate_count = 2,
                                 .diagnosis = (char[]){"disk is the limit"}};
    struct haul_detail back, copy;
    json_t *json = json_from_detail(&detail);

    (void)state;
    assert_int_equal(json_to_detail(json, &back, NULL), HAUL_OK);
    assert_int_equal(back.fact_count, 1);
    assert_string_equal(back.facts[0].value, "nginx");
    assert_int_equal(back.span_count, 2);
    assert_true(back.spans[0].active && back.spans[0].pos == 5);
    assert_true(back.spans[1].end == UINT64_MAX);
    assert_true(back.events[0].at == event.at);
    haul_detail_copy(&copy, &back);
    haul_detail_fini(&back);
    assert_int_equal(copy.connection_count, 1);
    assert_true(copy.connections[0].end == UINT64_MAX && copy.connections[0].pos == 5);
    assert_string_equal(copy.connections[0].source, "a:80");
    assert_int_equal(copy.rate_count, 2);
    assert_int_equal(copy.rates[0], 7);
    assert_string_equal(copy.diagnosis, "disk is the limit");
    haul_detail_fini(&copy);
    json_object_set_new(json, "rates", json_pack("[s]", "fast"));
    assert_int_equal(json_to_detail(json, &back, NULL), HAUL_E_RPC);
    json_object_set_new(json, "rates", json_array());
    json_object_set_new(json_array_get(json_object_get(json, "spans"), 1), "pos", json_true());
    assert_int_equal(json_to_detail(json, &back, NULL), HAUL_E_RPC);
    haul_item_fini(&detail.item);
    json_decref(json);
}

static void a_host_comes_back_as_it_was(void **state)
{
    struct haul_host host = {.name = xstrdup("example.org:8080"),
                             .rate = 5,
                             .connections = 3,
                             .cap = 4,
                             .learned = true,
                             .no_ranges = true,
                             .rest_until = 1795266204065};
    struct haul_host back;
    json_t *json;

    (void)state;
    host.counts[HAUL_FAILED] = 3;
    json = json_from_host(&host);
    assert_int_equal(json_to_host(json, &back, NULL), HAUL_OK);
    assert_string_equal(back.name, host.name);
    free(back.name);
    back.name = host.name;
    assert_memory_equal(&back, &host, sizeof host);
    json_object_set_new(json_object_get(json, "counts"), "failed", json_string("three"));
    assert_int_equal(json_to_host(json, &back, NULL), HAUL_E_RPC);
    json_object_set_new(json, "name", json_integer(3));
    assert_int_equal(json_to_host(json, &back, NULL), HAUL_E_RPC);
    json_decref(json);
    haul_host_fini(&host);
}

static void totals_come_back_as_they_were(void **state)
{
    struct haul_totals totals = {.rate = 5, .left = -1, .eta = 9, .disk_free = -1, .jobs = 8};
    struct haul_totals back;
    json_t *json;

    (void)state;
    totals.counts[HAUL_FAILED] = 3;
    json = json_from_totals(&totals);
    assert_int_equal(json_to_totals(json, &back, NULL), HAUL_OK);
    assert_memory_equal(&back, &totals, sizeof totals);
    json_decref(json);
}

static void options_travel_in_user_form(void **state)
{
    struct haul_options *options = haul_options_new(), *back;
    json_t *json;

    (void)state;
    options->dir = xstrdup("/dl");
    assert_int_equal(haul_option_set(haul_option_find("header"), options, "A: b", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(haul_option_find("header"), options, "C: d", NULL), HAUL_OK);
    assert_int_equal(haul_option_set(haul_option_find("timeout"), options, "5m", NULL), HAUL_OK);
    json = json_from_options(options, NULL);
    assert_non_null(json);
    assert_int_equal(json_object_size(json), 3);
    assert_int_equal(json_to_options(json, &back, NULL), HAUL_OK);
    assert_string_equal(back->dir, "/dl");
    assert_int_equal(back->headers.count, 2);
    assert_string_equal(back->headers.items[1], "C: d");
    assert_int_equal(back->timeout, 300);
    assert_false(haul_option_given(haul_option_find("retries"), back));
    json_decref(json);
    haul_options_unref(back);
    haul_options_unref(options);
}

static void a_value_that_is_not_utf8_can_not_travel(void **state)
{
    struct haul_options *options = haul_options_new();
    struct haul_error err;

    (void)state;
    options->dir = xstrdup("/dl/\xff");
    assert_null(json_from_options(options, &err));
    assert_int_equal(err.code, HAUL_E_BAD_OPTION);
    haul_options_unref(options);
}

static void assert_options_refused(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    struct haul_options *options;
    struct haul_error err;

    assert_non_null(json);
    assert_int_equal(json_to_options(json, &options, &err), HAUL_E_BAD_OPTION);
    json_decref(json);
}

static void unusable_options_are_refused(void **state)
{
    (void)state;
    assert_options_refused("{\"dir\":\"relative\"}");
    assert_options_refused("{\"dir\":\"/a\",\"nonsense\":\"1\"}");
    assert_options_refused("{\"dir\":\"/a\",\"jobs\":\"3\"}");
    assert_options_refused("{\"dir\":\"/a\",\"session\":\"x\"}");
    assert_options_refused("{\"dir\":\"/a\",\"retries\":5}");
    assert_options_refused("{\"dir\":\"/a\",\"retries\":[\"5\"]}");
    assert_options_refused("{\"dir\":\"/a\",\"header\":[5]}");
    assert_options_refused("{\"dir\":\"/a\",\"out\":\"../b\"}");
}

static void assert_dir(const char *text, const char *wanted)
{
    json_t *json = json_loads(text, 0, NULL);
    struct haul_options *options;

    assert_int_equal(json_to_options(json, &options, NULL), HAUL_OK);
    assert_string_equal(options->dir, wanted);
    haul_options_unref(options);
    json_decref(json);
}

static void a_folder_may_be_named_as_seen_from_the_home(void **state)
{
    (void)state;
    assert_int_equal(setenv("HOME", "/home/me", 1), 0);
    assert_int_equal(unsetenv("XDG_DOWNLOAD_DIR"), 0);
    assert_dir("{}", "/home/me");
    assert_dir("{\"dir\":\"~\"}", "/home/me");
    assert_dir("{\"dir\":\"~/a/b\"}", "/home/me/a/b");
    assert_dir("{\"dir\":\"/a\"}", "/a");
    assert_int_equal(setenv("XDG_DOWNLOAD_DIR", "/srv/in", 1), 0);
    assert_dir("{}", "/srv/in");
}

static void settings_travel_only_when_given(void **state)
{
    struct haul_settings settings, back;
    json_t *json;

    (void)state;
    haul_settings_init(&settings);
    assert_int_equal(haul_option_set(haul_option_find("limit"), &settings, "20M", NULL), HAUL_OK);
    json = json_from_settings(&settings, false);
    assert_int_equal(json_object_size(json), 1);
    assert_int_equal(json_to_settings(json, true, &back, NULL), HAUL_OK);
    assert_int_equal(back.limit, 20u << 20);
    assert_false(haul_option_given(haul_option_find("jobs"), &back));
    json_decref(json);
    json = json_from_settings(&settings, true);
    assert_string_equal(json_string_value(json_object_get(json, "jobs")), "8");
    json_decref(json);
}

static void a_setting_that_is_let_go_of_travels_as_null(void **state)
{
    struct haul_settings settings, back;
    json_t *json;

    (void)state;
    haul_settings_init(&settings);
    haul_settings_drop(&settings, haul_option_find("jobs"));
    assert_true(haul_settings_any(&settings));
    json = json_from_settings(&settings, false);
    assert_true(json_is_null(json_object_get(json, "jobs")));
    assert_int_equal(json_to_settings(json, true, &back, NULL), HAUL_OK);
    assert_true(haul_settings_drops(&back, haul_option_find("jobs")));
    assert_false(haul_settings_drops(&back, haul_option_find("limit")));
    assert_false(haul_given_any(&back.given));
    json_object_set_new(json, "dir", json_null());
    assert_int_equal(json_to_settings(json, true, &back, NULL), HAUL_E_BAD_OPTION);
    json_decref(json);
}

static void settings_of_a_newer_daemon_are_passed_over(void **state)
{
    struct haul_settings back;
    json_t *json = json_pack("{s:s,s:s}", "from-tomorrow", "x", "limit", "20M");

    (void)state;
    assert_int_equal(json_to_settings(json, true, &back, NULL), HAUL_E_BAD_OPTION);
    assert_int_equal(json_to_settings(json, false, &back, NULL), HAUL_OK);
    assert_int_equal(back.limit, 20 << 20);
    json_decref(json);
}

static void which_settings_were_set_is_told_by_name(void **state)
{
    struct haul_settings settings, back;
    json_t *json, *names;

    (void)state;
    haul_settings_init(&settings);
    assert_int_equal(haul_option_set(haul_option_find("limit"), &settings, "20M", NULL), HAUL_OK);
    json = json_from_settings(&settings, true);
    assert_int_equal(json_to_settings(json, true, &back, NULL), HAUL_OK);
    json_to_given_settings(NULL, &back); /* an old daemon does not tell */
    assert_true(haul_option_given(haul_option_find("jobs"), &back));
    names = json_from_given_settings(&settings);
    json_to_given_settings(names, &back);
    assert_false(haul_option_given(haul_option_find("jobs"), &back));
    assert_true(haul_option_given(haul_option_find("limit"), &back));
    assert_int_equal(back.limit, 20u << 20);
    json_decref(names);
    json_decref(json);
}

static void a_view_comes_back_as_it_was(void **state)
{
    struct haul_view view = {.states = 1u << HAUL_FAILED | 1u << HAUL_DONE,
                             .search = "iso",
                             .sort = HAUL_SORT_RATE,
                             .descending = true,
                             .offset = 100000,
                             .rows = 40};
    struct haul_view back = {0};
    json_t *json = json_object();

    (void)state;
    assert_int_equal(json_from_view(json, &view, NULL), HAUL_OK);
    assert_int_equal(json_to_view(json, &back, NULL), HAUL_OK);
    assert_int_equal(back.states, view.states);
    assert_string_equal(back.search, "iso");
    assert_int_equal(back.sort, HAUL_SORT_RATE);
    assert_true(back.descending);
    assert_int_equal(back.offset, 100000);
    assert_int_equal(back.rows, 40);
    json_object_set_new(json, "sort", json_string("luck"));
    assert_int_equal(json_to_view(json, &back, NULL), HAUL_E_RPC);
    json_decref(json);
}

static void strings_from_the_other_side_are_made_clean(void **state)
{
    json_t *json = json_pack("{s:[s], s:s, s:i}", "a", "x\x1b[2J\xe2\x80\xae", "b", "fine", "c", 5);
    const char *first;

    (void)state;
    json = json_cleaned(json);
    first = json_string_value(json_array_get(json_object_get(json, "a"), 0));
    assert_null(strchr(first, '\x1b'));
    assert_null(strstr(first, "\xe2\x80\xae"));
    assert_string_equal(json_string_value(json_object_get(json, "b")), "fine");
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_comes_back_as_it_was),
        cmocka_unit_test(an_items_json_is_one_line),
        cmocka_unit_test(values_of_the_wrong_type_or_range_are_refused),
        cmocka_unit_test(a_state_of_a_newer_daemon_counts_as_waiting),
        cmocka_unit_test(a_detail_comes_back_as_it_was),
        cmocka_unit_test(a_host_comes_back_as_it_was),
        cmocka_unit_test(totals_come_back_as_they_were),
        cmocka_unit_test(options_travel_in_user_form),
        cmocka_unit_test(a_value_that_is_not_utf8_can_not_travel),
        cmocka_unit_test(unusable_options_are_refused),
        cmocka_unit_test(a_folder_may_be_named_as_seen_from_the_home),
        cmocka_unit_test(settings_travel_only_when_given),
        cmocka_unit_test(a_setting_that_is_let_go_of_travels_as_null),
        cmocka_unit_test(settings_of_a_newer_daemon_are_passed_over),
        cmocka_unit_test(which_settings_were_set_is_told_by_name),
        cmocka_unit_test(a_view_comes_back_as_it_was),
        cmocka_unit_test(strings_from_the_other_side_are_made_clean),
    };

    proto_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
