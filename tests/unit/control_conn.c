/* How a connection to a daemon begins. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "base/mem.h"
#include "control/conn.h"

struct world {
    uv_loop_t loop;
    struct sockaddr_un address;
    char folder[64];
    int listener;
    struct conn *conn;
    enum haul_err code; /* of its end */
    bool connected;
};

static void on_line(void *ctx, const char *line, size_t len)
{
    (void)ctx;
    fail_msg("a line: %.*s", (int)len, line);
}

static void on_ended(void *ctx, const struct haul_error *err)
{
    struct world *world = ctx;

    world->code = err->code;
    conn_free(world->conn);
    world->conn = NULL;
}

static void on_connected(void *ctx)
{
    struct world *world = ctx;

    world->connected = true;
}

static void on_drained(void *ctx)
{
    (void)ctx;
}

/* Somebody listens at a socket, and accepts nobody. */
static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct conn_events events = {on_line, on_ended, on_drained, on_connected, world};

    snprintf(world->folder, sizeof world->folder, "/tmp/haul-conn.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->address.sun_family = AF_UNIX;
    snprintf(world->address.sun_path, sizeof world->address.sun_path, "%s/door", world->folder);
    world->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(world->listener, (struct sockaddr *)&world->address, sizeof world->address), 0);
    assert_int_equal(listen(world->listener, 4), 0);
    assert_int_equal(uv_loop_init(&world->loop), 0);
    world->conn = conn_new(&world->loop, 1000, &events);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    conn_free(world->conn);
    assert_int_equal(uv_run(&world->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    if (world->listener >= 0)
        close(world->listener);
    unlink(world->address.sun_path);
    rmdir(world->folder);
    free(world);
    return 0;
}

static void begin(struct world *world)
{
    conn_connect(world->conn, world->address.sun_path);
    assert_false(world->connected);
    assert_int_equal(world->code, HAUL_OK);
}

static void turn(struct world *world)
{
    while (!world->connected && world->code == HAUL_OK)
        uv_run(&world->loop, UV_RUN_ONCE);
}

static void who_listens_is_connected_to(void **state)
{
    struct world *world = *state;

    begin(world);
    turn(world);
    assert_true(world->connected);
}

static void where_nobody_listens_there_is_no_daemon(void **state)
{
    struct world *world = *state;

    close(world->listener);
    world->listener = -1;
    begin(world);
    turn(world);
    assert_int_equal(world->code, HAUL_E_NO_DAEMON);
}

static void where_there_is_no_socket_there_is_no_daemon(void **state)
{
    struct world *world = *state;

    unlink(world->address.sun_path);
    begin(world);
    turn(world);
    assert_int_equal(world->code, HAUL_E_NO_DAEMON);
}

/* The system took the connection for it: it is reset, and nobody has read a word. */
static void one_that_goes_before_it_accepts_is_no_daemon(void **state)
{
    struct world *world = *state;

    begin(world);
    close(world->listener);
    world->listener = -1;
    turn(world);
    assert_false(world->connected);
    assert_int_equal(world->code, HAUL_E_NO_DAEMON);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_listens_is_connected_to),
        TEST(where_nobody_listens_there_is_no_daemon),
        TEST(where_there_is_no_socket_there_is_no_daemon),
        TEST(one_that_goes_before_it_accepts_is_no_daemon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
