/* The short way of a body, against a server on the same loop: bytes that libcurl reads once more,
 * after it was told to rest, come in their place and at their time. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/mem.h"
#include "net/multi.h"
#include "net/transfer.h"

#define HEAD  "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"
#define FIRST "abc"   /* by libcurl */
#define LOOK  "defg"  /* by direct_take() */
#define LAST  "hijkl" /* from the socket */

struct world {
    struct haul_loop *loop;
    struct net *net;
    struct haul_options *options;
    struct net_transfer *transfer;
    uv_tcp_t listener, server;
    uv_write_t write;
    enum net_body answer; /* to what comes */
    char came[64];
    size_t len;
    unsigned offers;
    bool direct, over;
    struct haul_error err;
};

/* The server. */

static void on_written(uv_write_t *write, int status)
{
    (void)write;
    assert_int_equal(status, 0);
}

static void serve(struct world *world, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    world->write.data = world;
    assert_int_equal(uv_write(&world->write, (uv_stream_t *)&world->server, &buf, 1, on_written),
                     0);
}

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *ret_buf)
{
    static char request[4096];

    (void)handle;
    (void)size;
    *ret_buf = uv_buf_init(request, sizeof request);
}

static void on_request(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct world *world = stream->data;

    (void)buf;
    if (len > 0 && !world->direct)
        serve(world, HEAD FIRST);
    if (len < 0)
        uv_close((uv_handle_t *)stream, NULL);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct world *world = listener->data;

    assert_int_equal(status, 0);
    uv_tcp_init(listener->loop, &world->server);
    world->server.data = world;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&world->server), 0);
    uv_read_start((uv_stream_t *)&world->server, on_room, on_request);
}

static void listen_at(struct world *world, char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int len = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    uv_tcp_init(loop_uv(world->loop), &world->listener);
    world->listener.data = world;
    assert_int_equal(uv_tcp_bind(&world->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&world->listener, 8, on_connection), 0);
    uv_tcp_getsockname(&world->listener, (struct sockaddr *)&address, &len);
    snprintf(url, 64, "http://127.0.0.1:%u/a", ntohs(address.sin_port));
}

/* Who takes the bytes. */

static bool on_head(void *ctx, const struct net_response *response, const char *final_url)
{
    (void)ctx;
    (void)response;
    (void)final_url;
    return true;
}

static enum net_body on_body(void *ctx, const char *data, size_t len)
{
    struct world *world = ctx;

    if (world->answer == NET_BODY_TAKEN) {
        memcpy(world->came + world->len, data, len);
        world->len += len;
    }
    return world->answer;
}

static enum net_body on_offer(void *ctx, size_t *ret_most, bool *ret_pipe)
{
    struct world *world = ctx;

    (void)ret_most;
    *ret_pipe = false;
    world->offers++;
    return world->answer;
}

static enum net_body on_piped(void *ctx, int pipe, size_t len)
{
    (void)ctx;
    (void)pipe;
    (void)len;
    return NET_BODY_STOP;
}

static void on_done(void *ctx, const struct net_result *result)
{
    struct world *world = ctx;

    world->over = true;
    world->err = result->err;
}

static const struct net_handlers handlers = {
    .head = on_head, .body = on_body, .offer = on_offer, .piped = on_piped, .done = on_done};

static void on_settled(void *ctx)
{
    struct world *world = ctx;

    if (!world->direct && world->len == strlen(FIRST))
        world->direct = net_go_direct(world->transfer, (struct net_least){1, 1});
}

static void turn_until(struct world *world, const bool *flag)
{
    while (!*flag)
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

/* A body whose beginning came by libcurl, and that goes the short way since. */
static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct net_request request = {.to = UINT64_MAX};
    struct haul_error err;
    char url[64];

    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    assert_int_equal(net_new(world->loop, on_settled, world, &world->net, &err), HAUL_OK);
    listen_at(world, url);
    world->options = haul_options_new();
    request.options = world->options;
    request.url = url;
    assert_int_equal(net_start(world->net, &request, &handlers, world, &world->transfer, &err),
                     HAUL_OK);
    turn_until(world, &world->direct);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    net_free(world->net);
    uv_close((uv_handle_t *)&world->listener, NULL);
    if (!uv_is_closing((uv_handle_t *)&world->server))
        uv_close((uv_handle_t *)&world->server, NULL);
    haul_options_unref(world->options);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

/* The server has more, and nobody wants it now. */
static void pause_it(struct world *world)
{
    unsigned offers = world->offers;

    world->answer = NET_BODY_PAUSE;
    serve(world, LAST);
    while (world->offers == offers)
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static void what_is_taken_in_a_pause_waits_and_comes_first(void **state)
{
    struct world *world = *state;

    pause_it(world);
    world->answer = NET_BODY_TAKEN; /* which must not be asked before the pause is over */
    assert_int_equal(direct_take(world->transfer, "de", 2), 2);
    assert_int_equal(direct_take(world->transfer, "fg", 2), 2);
    assert_int_equal(world->len, strlen(FIRST));
    net_unpause(world->transfer);
    turn_until(world, &world->over);
    assert_int_equal(world->err.code, HAUL_OK);
    assert_int_equal(world->len, strlen(FIRST LOOK LAST));
    assert_memory_equal(world->came, FIRST LOOK LAST, world->len);
}

static void what_is_declined_again_waits_again(void **state)
{
    struct world *world = *state;

    pause_it(world);
    assert_int_equal(direct_take(world->transfer, "de", 2), 2);
    net_unpause(world->transfer); /* declines "de" */
    assert_int_equal(direct_take(world->transfer, "fg", 2), 2);
    assert_int_equal(world->len, strlen(FIRST));
    world->answer = NET_BODY_TAKEN;
    net_unpause(world->transfer);
    turn_until(world, &world->over);
    assert_int_equal(world->err.code, HAUL_OK);
    assert_memory_equal(world->came, FIRST LOOK LAST, strlen(FIRST LOOK LAST));
}

static void what_is_taken_without_a_pause_comes_at_once(void **state)
{
    struct world *world = *state;

    assert_int_equal(direct_take(world->transfer, LOOK, strlen(LOOK)), strlen(LOOK));
    assert_int_equal(world->len, strlen(FIRST LOOK));
    serve(world, LAST);
    turn_until(world, &world->over);
    assert_int_equal(world->err.code, HAUL_OK);
    assert_memory_equal(world->came, FIRST LOOK LAST, strlen(FIRST LOOK LAST));
}

static void who_wants_no_more_ends_it(void **state)
{
    struct world *world = *state;

    world->answer = NET_BODY_STOP;
    assert_int_equal(direct_take(world->transfer, LOOK, strlen(LOOK)), 0);
    net_settle(world->net);
    assert_true(world->over);
    assert_int_equal(world->err.code, HAUL_E_CANCELLED);
    assert_int_equal(world->len, strlen(FIRST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_taken_in_a_pause_waits_and_comes_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_declined_again_waits_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_taken_without_a_pause_comes_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_wants_no_more_ends_it, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
