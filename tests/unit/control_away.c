/* A client whose line to another machine drops, with an ssh that is a script. */

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
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "haul/client.h"
#include "haul/loop.h"

/* Says hello, hangs up, and ends when it may; the next time it stays, answers everything and notes
 * what it hears. */
static const char ssh_script[] = "#!/bin/sh\n"
                                 "cd '%s' || exit\n"
                                 "answer() { echo \"$line\" | sed 's/.*\"id\":\\([0-9]*\\).*/"
                                 "{\"jsonrpc\":\"2.0\",\"id\":\\1,\"result\":{%s}}/'; }\n"
                                 "read -r line || exit\n"
                                 "answer\n"
                                 "if mkdir begun 2>&-; then\n"
                                 "    exec <&- >&-\n"
                                 "    echo > closed\n"
                                 "    until [ -e go ]; do sleep 0.01; done\n"
                                 "    exit 255\n"
                                 "fi\n"
                                 "while read -r line; do echo \"$line\" >> heard; answer; done\n";

#define TURNS 5 /* of the loop, in which the client sees that the line was closed */

struct world {
    char dir[64];
    struct haul_loop *loop;
    struct haul_client *client;
    uv_timer_t look;
    unsigned aways, readies, turns;
    size_t failed, answered;
};

static void on_reply(void *ctx, const struct haul_reply *reply)
{
    struct world *world = ctx;

    if (reply->err)
        world->failed++;
    else
        world->answered++;
    haul_loop_stop(world->loop);
}

static void on_ready(void *ctx, const struct haul_hello *hello)
{
    struct world *world = ctx;

    (void)hello;
    world->readies++;
    haul_loop_stop(world->loop);
}

static void on_away(void *ctx, const struct haul_away *away)
{
    struct world *world = ctx;

    if (!away->trying)
        world->aways++;
    haul_loop_stop(world->loop);
}

static void on_lost(void *ctx, const struct haul_error *err)
{
    (void)ctx;
    fail_msg("lost: %s", err->text);
}

static char *path_in(const struct world *world, const char *name)
{
    return xasprintf("%s/%s", world->dir, name);
}

static void write_script(const struct world *world)
{
    static const char hello[] = "\"major\":1,\"minor\":4,\"version\":\"0\",\"session\":\"unit\","
                                "\"host\":\"box\",\"pid\":1";
    char *path = path_in(world, "ssh");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fprintf(file, ssh_script, world->dir, hello) > 0);
    assert_int_equal(fchmod(fileno(file), 0700), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(setenv("HAUL_SSH", path, 1), 0);
    free(path);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_place place = {.session = "unit", .host = "box", .screen = true};
    struct haul_client_events events = {
        .ready = on_ready, .away = on_away, .lost = on_lost, .ctx = world};

    (void)snprintf(world->dir, sizeof world->dir, "/tmp/haul-unit-XXXXXX");
    if (!mkdtemp(world->dir) || haul_loop_new(&world->loop, NULL) != HAUL_OK)
        return -1;
    write_script(world);
    uv_timer_init(loop_uv(world->loop), &world->look);
    world->look.data = world;
    *state = world;
    return haul_client_open(world->loop, &place, true, &events, &world->client, NULL) == HAUL_OK
               ? 0
               : -1;
}

static void on_look_closed(uv_handle_t *handle)
{
    struct world *world = handle->data;

    haul_loop_stop(world->loop);
}

static int tear_down(void **state)
{
    static const char *const names[] = {"ssh", "begun", "closed", "go", "heard"};
    struct world *world = *state;

    haul_client_close(world->client);
    uv_close((uv_handle_t *)&world->look, on_look_closed);
    haul_loop_free(world->loop);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *path = path_in(world, names[i]);

        (void)remove(path);
        free(path);
    }
    if (rmdir(world->dir) != 0)
        return -1;
    free(world);
    return 0;
}

static void write_file(const struct world *world, const char *name)
{
    char *path = path_in(world, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    (void)fclose(file);
    free(path);
}

static char *heard(const struct world *world)
{
    char *path = path_in(world, "heard"), *text = xcalloc(1, 4096);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    (void)!fread(text, 1, 4095, file);
    (void)fclose(file);
    free(path);
    return text;
}

/* Once the line is closed and ssh has not ended yet: makes a call, and lets it end. */
static void on_look(uv_timer_t *timer)
{
    struct world *world = timer->data;
    const uint64_t id = 4711;
    char *path = path_in(world, "closed");
    bool closed = access(path, F_OK) == 0;

    free(path);
    if (!closed || ++world->turns < TURNS)
        return;
    uv_timer_stop(timer);
    haul_client_act(world->client, HAUL_PAUSE, &id, 1, on_reply, world);
    write_file(world, "go");
}

/* It was told as failed: the user has seen that, and does it again or not. */
static void what_failed_while_ssh_ended_is_not_done_later(void **state)
{
    struct world *world = *state;
    char *text;

    uv_timer_start(&world->look, on_look, 1, 1);
    while (world->aways < 1)
        haul_loop_run(world->loop);
    assert_int_equal(world->readies, 1);
    assert_int_equal(world->failed, 1);
    haul_client_try(world->client);
    while (world->readies < 2)
        haul_loop_run(world->loop);
    haul_client_settings(world->client, on_reply, world);
    while (world->answered + world->failed < 2)
        haul_loop_run(world->loop);
    text = heard(world);
    assert_non_null(strstr(text, "\"settings\""));
    assert_null(strstr(text, "4711"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_failed_while_ssh_ended_is_not_done_later, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
