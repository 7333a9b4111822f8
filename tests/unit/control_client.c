/* Client library and server together: one process, one loop, a real socket, a real engine whose
 * items are all paused, so that nothing leaves the machine. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "control/endpoint.h"
#include "control/server.h"
#include "haul/client.h"

/* More than fit one message of `add` and one answer to `list`. */
#define MANY 12000

struct world {
    char dir[64];
    struct haul_loop *loop;
    struct haul_engine *engine; /* NULL once the server has ended */
    struct server *server;
    struct haul_client *client;
    struct haul_options *options;
    bool ready, ended;
    struct haul_error lost; /* HAUL_OK while it is not */
    /* The last frame. */
    size_t frames, row_count;
    uint64_t first_id, matching, paused;
    enum haul_state first_state;
    /* The last reply. */
    size_t replies;
    enum haul_err code;
    char text[HAUL_ERROR_TEXT];
    uint64_t count;
    size_t ids, items;
    uint64_t last_id;
    bool in_order;
    int exit_status;
    uint64_t jobs;
    size_t known;
    struct haul_known_link first_known;
};

static void on_ready(void *ctx, const struct haul_hello *hello)
{
    struct world *world = ctx;

    assert_string_equal(hello->session, "unit");
    assert_int_equal(hello->pid, getpid());
    world->ready = true;
}

static void on_frame(void *ctx, const struct haul_frame *frame)
{
    struct world *world = ctx;

    world->frames++;
    world->row_count = frame->row_count;
    world->matching = frame->matching;
    world->paused = frame->totals.counts[HAUL_PAUSED];
    world->first_id = frame->row_count > 0 ? frame->rows[0].id : 0;
    world->first_state = frame->row_count > 0 ? frame->rows[0].state : HAUL_STATE_COUNT;
    haul_loop_stop(world->loop);
}

static void on_lost(void *ctx, const struct haul_error *err)
{
    struct world *world = ctx;

    assert_int_equal(world->lost.code, HAUL_OK);
    world->lost = *err;
    haul_loop_stop(world->loop);
}

static void on_reply(void *ctx, const struct haul_reply *reply)
{
    struct world *world = ctx;

    world->replies++;
    world->code = reply->err ? reply->err->code : HAUL_OK;
    (void)snprintf(world->text, sizeof world->text, "%s", reply->err ? reply->err->text : "");
    assert_true((reply->json != NULL) == (reply->err == NULL));
    world->count = reply->count;
    world->ids = reply->id_count;
    world->items = reply->item_count;
    world->exit_status = reply->exit_status;
    world->jobs = reply->settings ? reply->settings->jobs : 0;
    world->known = reply->known_count;
    if (reply->known_count > 0)
        world->first_known = reply->known[0];
    world->in_order = true;
    for (size_t i = 1; i < reply->id_count; i++)
        world->in_order &= reply->ids[i - 1] < reply->ids[i];
    for (size_t i = 1; i < reply->item_count; i++)
        world->in_order &= reply->items[i - 1].position + 1 == reply->items[i].position;
    world->last_id = reply->id_count > 0 ? reply->ids[reply->id_count - 1] : 0;
    haul_loop_stop(world->loop);
}

static void on_ended(void *ctx)
{
    struct world *world = ctx;

    world->ended = true;
    haul_loop_stop(world->loop);
}

/* Runs the loop until COUNT replies have come in all. */
static void await_replies(struct world *world, size_t count)
{
    while (world->replies < count)
        haul_loop_run(world->loop);
    assert_int_equal(world->replies, count);
    world->replies = 0;
}

static void await_frame(struct world *world)
{
    for (size_t before = world->frames; world->frames == before;)
        haul_loop_run(world->loop);
}

static void start_server(struct world *world)
{
    struct server_config config = {
        .session = "unit", .grace_ms = 3600 * 1000, .ended = on_ended, .ctx = world};
    struct haul_engine_events events;
    struct haul_settings settings;
    struct haul_error err;

    haul_settings_init(&settings);
    assert_int_equal(server_new(world->loop, &config, &world->server, &err), HAUL_OK);
    events = server_events(world->server);
    assert_int_equal(haul_engine_new(world->loop, &settings, NULL, &events, &world->engine, &err),
                     HAUL_OK);
    assert_int_equal(server_start(world->server, world->engine, &err), HAUL_OK);
}

static void stop_server(struct world *world)
{
    server_stop(world->server);
    while (!world->ended)
        haul_loop_run(world->loop);
    haul_engine_free(world->engine);
    world->engine = NULL;
}

static void open_client(struct world *world)
{
    struct haul_client_events events = {
        .ready = on_ready, .frame = on_frame, .lost = on_lost, .ctx = world};

    struct haul_place place = {.session = "unit"};

    assert_int_equal(haul_client_open(world->loop, &place, false, &events, &world->client, NULL),
                     HAUL_OK);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);

    (void)snprintf(world->dir, sizeof world->dir, "/tmp/haul-unit-XXXXXX");
    if (!mkdtemp(world->dir) || setenv("XDG_RUNTIME_DIR", world->dir, 1) != 0)
        return -1;
    if (haul_loop_new(&world->loop, NULL) != HAUL_OK)
        return -1;
    world->options = haul_options_new();
    world->options->dir = xstrdup(world->dir);
    *state = world;
    return 0;
}

static int set_up_served(void **state)
{
    if (set_up(state) != 0)
        return -1;
    start_server(*state);
    open_client(*state);
    return 0;
}

static void remove_file(const struct world *world, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/haul%s", world->dir, name);
    (void)remove(path);
}

static int tear_down(void **state)
{
    struct world *world = *state;

    haul_client_close(world->client);
    if (world->engine)
        stop_server(world);
    server_free(world->server);
    haul_loop_free(world->loop);
    haul_options_unref(world->options);
    remove_file(world, "/unit.lock");
    remove_file(world, "/unit.sock");
    remove_file(world, "");
    if (rmdir(world->dir) != 0)
        return -1;
    free(world);
    return 0;
}

/* COUNT paused items through the client; not answered yet. */
static void add_paused(struct world *world, size_t count)
{
    struct haul_request *requests = xcalloc(count, sizeof *requests);
    char **urls = xcalloc(count, sizeof *urls);

    for (size_t i = 0; i < count; i++) {
        urls[i] = xasprintf("http://127.0.0.1:9/file%zu", i);
        requests[i] =
            (struct haul_request){.url = urls[i], .options = world->options, .paused = true};
    }
    haul_client_add(world->client, requests, count, on_reply, world);
    for (size_t i = 0; i < count; i++)
        free(urls[i]);
    free(urls);
    free(requests);
}

static void nobody_there_is_told(void **state)
{
    struct world *world = *state;

    open_client(world);
    haul_client_settings(world->client, on_reply, world);
    while (world->lost.code == HAUL_OK)
        haul_loop_run(world->loop);
    assert_int_equal(world->lost.code, HAUL_E_NO_DAEMON);
    assert_int_equal(world->replies, 1);
    assert_int_equal(world->code, HAUL_E_NO_DAEMON);
    assert_false(world->ready);
}

static void a_call_after_the_loss_is_answered_later(void **state)
{
    struct world *world = *state;

    nobody_there_is_told(state);
    world->replies = 0;
    haul_client_settings(world->client, on_reply, world);
    haul_client_stop(world->client, on_reply, world);
    assert_int_equal(world->replies, 0);
    await_replies(world, 2);
    assert_int_equal(world->code, HAUL_E_DAEMON_LOST);
}

static void closing_answers_what_is_open(void **state)
{
    struct world *world = *state;

    haul_client_settings(world->client, on_reply, world);
    add_paused(world, 3);
    haul_client_close(world->client);
    world->client = NULL;
    assert_int_equal(world->replies, 2);
    assert_int_equal(world->code, HAUL_E_CANCELLED);
}

static void calls_made_at_once_are_answered_in_order(void **state)
{
    struct world *world = *state;
    uint64_t all[] = {1, 2, 3};

    add_paused(world, 3);
    haul_client_act(world->client, HAUL_CANCEL, all, 2, on_reply, world);
    await_replies(world, 2);
    assert_true(world->ready);
    assert_int_equal(world->count, 2);
    haul_client_wait(world->client, NULL, 0, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->exit_status, 7);
}

static void many_items_go_in_and_come_out_whole(void **state)
{
    struct world *world = *state;

    add_paused(world, MANY);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_OK);
    assert_int_equal(world->ids, MANY);
    assert_true(world->in_order);
    haul_client_list(world->client, &(struct haul_view){0}, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->items, MANY);
    assert_true(world->in_order);
    haul_client_list(world->client, &(struct haul_view){.offset = 100, .rows = 7000}, on_reply,
                     world);
    await_replies(world, 1);
    assert_int_equal(world->items, 7000);
    haul_client_list(world->client, &(struct haul_view){.search = "file11999"}, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->items, 1);
}

static void a_bad_link_takes_its_whole_batch_with_it(void **state)
{
    struct world *world = *state;
    struct haul_request requests[] = {
        {.url = "http://127.0.0.1:9/good", .options = world->options, .paused = true},
        {.url = "gopher://old", .options = world->options, .paused = true},
    };

    haul_client_add(world->client, requests, 2, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_E_BAD_URL);
    haul_client_list(world->client, &(struct haul_view){0}, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->items, 0);
}

static void what_can_not_travel_is_refused_here(void **state)
{
    struct world *world = *state;
    struct haul_request request = {.url = "http://a/\xff", .options = world->options};

    haul_client_add(world->client, &request, 1, on_reply, world);
    haul_client_watch(world->client, &(struct haul_view){.search = "\xff"}, on_reply, world);
    haul_client_add(world->client, NULL, 0, on_reply, world);
    await_replies(world, 3);
    assert_true(world->code != HAUL_OK);
    haul_client_settings(world->client, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_OK);
}

static void frames_follow_the_queue(void **state)
{
    struct world *world = *state;
    uint64_t first = 1, last = 3;

    add_paused(world, 3);
    haul_client_watch(world->client, &(struct haul_view){.rows = 10, .interval_ms = 50}, NULL,
                      NULL);
    await_frame(world);
    assert_int_equal(world->row_count, 3);
    assert_int_equal(world->paused, 3);
    haul_client_act(world->client, HAUL_CANCEL, &first, 1, NULL, NULL);
    await_frame(world);
    assert_int_equal(world->first_state, HAUL_CANCELLED);
    assert_int_equal(world->row_count, 3);
    haul_client_move(world->client, HAUL_MOVE_TOP, 0, &last, 1, NULL, NULL);
    await_frame(world);
    assert_int_equal(world->first_id, 3);
    haul_client_act(world->client, HAUL_REMOVE, NULL, 0, NULL, NULL);
    await_frame(world);
    assert_int_equal(world->row_count, 0);
    assert_int_equal(world->matching, 0);
}

static void no_frames_come_after_the_watch(void **state)
{
    struct world *world = *state;
    size_t before;

    haul_client_watch(world->client, &(struct haul_view){.rows = 5, .interval_ms = 50}, NULL, NULL);
    await_frame(world);
    haul_client_watch(world->client, NULL, NULL, NULL);
    add_paused(world, 1);
    before = world->frames;
    await_replies(world, 1);
    haul_client_settings(world->client, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->frames, before);
    haul_client_watch(world->client, &(struct haul_view){.rows = 5}, NULL, NULL);
    await_frame(world);
    assert_int_equal(world->row_count, 1);
}

static void settings_are_changed_and_told(void **state)
{
    struct world *world = *state;
    struct haul_settings settings;

    haul_settings_init(&settings);
    assert_int_equal(haul_option_set(haul_option_find("jobs"), &settings, "33", NULL), HAUL_OK);
    haul_client_set(world->client, &settings, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->jobs, 33);
    haul_settings_init(&settings);
    haul_client_set(world->client, &settings, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->jobs, 33);
}

static void an_unknown_item_is_named(void **state)
{
    struct world *world = *state;
    uint64_t unknown = 4711;

    haul_client_show(world->client, unknown, false, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_E_NO_ITEM);
    assert_non_null(strstr(world->text, "4711"));
    haul_client_wait(world->client, &unknown, 1, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_E_NO_ITEM);
}

static void links_that_are_there_are_known(void **state)
{
    static const char *const urls[] = {"http://127.0.0.1:9/new", "http://me:pw@127.0.0.1:9/file1#x",
                                       "http://127.0.0.1:9/\xff"};
    struct world *world = *state;

    add_paused(world, 3);
    await_replies(world, 1);
    haul_client_known(world->client, urls, COUNT_OF(urls), on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_OK);
    assert_int_equal(world->known, 1);
    assert_int_equal(world->first_known.index, 1);
    assert_int_equal(world->first_known.id, 2);
    assert_int_equal(world->first_known.state, HAUL_PAUSED);
    assert_int_equal(world->first_known.heals, 0);
}

static void probes_are_answered_or_ended(void **state)
{
    struct world *world = *state;
    struct haul_request request = {.url = "http://127.0.0.1:9/closed", .options = world->options};

    haul_client_probe(world->client, &request, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_E_CONNECT);
    haul_client_probe(world->client, &request, on_reply, world);
    haul_client_unprobe(world->client, on_reply, world);
    await_replies(world, 2);
    assert_int_equal(world->code, HAUL_OK);
    request.url = "http://127.0.0.1:9/\xff";
    haul_client_probe(world->client, &request, on_reply, world);
    await_replies(world, 1);
    assert_int_equal(world->code, HAUL_E_BAD_URL);
}

static void stopping_answers_everybody_and_removes_the_socket(void **state)
{
    struct world *world = *state;
    char *path;

    haul_client_settings(world->client, on_reply, world);
    await_replies(world, 1);
    haul_client_stop(world->client, on_reply, world);
    while (world->lost.code == HAUL_OK || !world->ended)
        haul_loop_run(world->loop);
    assert_int_equal(world->replies, 1);
    assert_int_equal(world->code, HAUL_OK);
    assert_int_equal(world->lost.code, HAUL_E_DAEMON_LOST);
    assert_int_equal(endpoint_path("unit", &path, NULL), HAUL_OK);
    assert_int_equal(access(path, F_OK), -1);
    free(path);
}

/* Closes the client from within its callback. */
static void on_reply_close(void *ctx, const struct haul_reply *reply)
{
    struct world *world = ctx;
    struct haul_client *client = world->client;

    (void)reply;
    world->replies++;
    world->client = NULL;
    haul_client_close(client);
    haul_loop_stop(world->loop);
}

static void a_callback_may_close_the_client(void **state)
{
    struct world *world = *state;

    haul_client_settings(world->client, on_reply_close, world);
    haul_client_settings(world->client, on_reply, world);
    await_replies(world, 2);
    assert_int_equal(world->code, HAUL_E_CANCELLED);
}

static void the_socket_is_the_users_alone(void **state)
{
    struct stat st;
    char *path;

    (void)state;
    assert_int_equal(endpoint_path("unit", &path, NULL), HAUL_OK);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0600);
    free(path);
}

static void a_second_server_is_refused(void **state)
{
    struct world *world = *state;
    struct server_config config = {.session = "unit", .ended = on_ended, .ctx = world};
    struct server *second;
    struct haul_error err;

    assert_int_equal(server_new(world->loop, &config, &second, &err), HAUL_E_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_there_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_after_the_loss_is_answered_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_answers_what_is_open, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(calls_made_at_once_are_answered_in_order, set_up_served,
                                        tear_down),
        cmocka_unit_test_setup_teardown(many_items_go_in_and_come_out_whole, set_up_served,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_bad_link_takes_its_whole_batch_with_it, set_up_served,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_can_not_travel_is_refused_here, set_up_served,
                                        tear_down),
        cmocka_unit_test_setup_teardown(frames_follow_the_queue, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(no_frames_come_after_the_watch, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(settings_are_changed_and_told, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_item_is_named, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(links_that_are_there_are_known, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(probes_are_answered_or_ended, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(stopping_answers_everybody_and_removes_the_socket,
                                        set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(a_callback_may_close_the_client, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(the_socket_is_the_users_alone, set_up_served, tear_down),
        cmocka_unit_test_setup_teardown(a_second_server_is_refused, set_up_served, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
