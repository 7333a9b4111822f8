#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/watch.h"

/* A listening socket, and what was told of the connections to it. */
struct world {
    uv_loop_t loop;
    struct watches watches;
    struct sockaddr_in server;
    int listener;
    int told;
    int last_mask;
};

static void on_ready(void *ctx, curl_socket_t fd, int mask)
{
    struct world *world = ctx;
    char data[16];

    world->told++;
    world->last_mask = mask;
    if (mask & CURL_CSELECT_IN)
        assert_true(read(fd, data, sizeof data) >= 0);
}

static int setup(void **state)
{
    struct world *world = test_calloc(1, sizeof *world);
    socklen_t len = sizeof world->server;

    world->server.sin_family = AF_INET;
    world->server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    world->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(world->listener, (struct sockaddr *)&world->server, len), 0);
    assert_int_equal(listen(world->listener, 8), 0);
    assert_int_equal(getsockname(world->listener, (struct sockaddr *)&world->server, &len), 0);
    uv_loop_init(&world->loop);
    watches_init(&world->watches, &world->loop, on_ready, world);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    watches_fini(&world->watches);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    close(world->listener);
    test_free(world);
    return 0;
}

static curl_socket_t open_socket(struct world *world)
{
    struct curl_sockaddr address = {.family = AF_INET, .socktype = SOCK_STREAM};
    curl_socket_t fd = watches_open(&world->watches, CURLSOCKTYPE_IPCXN, &address);

    assert_true(fd >= 0);
    return fd;
}

/* The other end of the connection that FD makes. */
static int connect_socket(struct world *world, curl_socket_t fd)
{
    int other;

    connect(fd, (struct sockaddr *)&world->server, sizeof world->server); /* does not block */
    other = accept(world->listener, NULL, NULL);
    assert_true(other >= 0);
    return other;
}

static void set(struct world *world, curl_socket_t fd, int what)
{
    assert_true(watches_set(&world->watches, fd, what));
}

/* What is there to be told is told in one turn; a second one would tell it again. */
static int told_in_two_turns(struct world *world)
{
    world->told = 0;
    uv_run(&world->loop, UV_RUN_NOWAIT);
    uv_run(&world->loop, UV_RUN_NOWAIT);
    return world->told;
}

static void send_to(int other)
{
    assert_int_equal(write(other, "x", 1), 1);
}

static void a_connection_is_watched_again_after_a_rest(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world);
    int other = connect_socket(world, fd);
    struct watch *watch = world->watches.by_fd[fd];

    for (int request = 0; request < 3; request++) {
        set(world, fd, CURL_POLL_IN);
        send_to(other);
        assert_int_equal(told_in_two_turns(world), 1);
        assert_int_equal(world->last_mask, CURL_CSELECT_IN);
        set(world, fd, CURL_POLL_REMOVE);
        assert_ptr_equal(world->watches.by_fd[fd], watch);
    }
    assert_int_equal(watches_close(&world->watches, fd), 0);
    assert_null(world->watches.by_fd[fd]);
    close(other);
}

static void what_a_server_says_in_the_rest_is_not_told_and_does_not_spin(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world);
    int other = connect_socket(world, fd);

    set(world, fd, CURL_POLL_IN);
    set(world, fd, CURL_POLL_REMOVE);
    close(other); /* the socket stays readable from now on */
    assert_int_equal(told_in_two_turns(world), 0);
    assert_false(uv_loop_alive(&world->loop));
    set(world, fd, CURL_POLL_IN);
    assert_int_equal(told_in_two_turns(world), 2);
    watches_close(&world->watches, fd);
}

static void only_what_is_wanted_is_told(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world);
    int other = connect_socket(world, fd);

    set(world, fd, CURL_POLL_INOUT);
    assert_int_equal(told_in_two_turns(world), 2);
    assert_int_equal(world->last_mask, CURL_CSELECT_OUT);
    set(world, fd, CURL_POLL_IN);
    assert_int_equal(told_in_two_turns(world), 0);
    send_to(other);
    set(world, fd, CURL_POLL_OUT);
    assert_int_equal(told_in_two_turns(world), 2);
    assert_int_equal(world->last_mask, CURL_CSELECT_OUT);
    watches_close(&world->watches, fd);
    close(other);
}

static void a_socket_that_did_not_connect_does_not_rest(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world);

    set(world, fd, CURL_POLL_OUT);
    close(fd); /* as libcurl does with a failed attempt: without a word */
    set(world, fd, CURL_POLL_REMOVE);
    assert_null(world->watches.by_fd[fd]);
}

static void a_number_that_means_another_socket_does_not_rest(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world), strange;
    int other = connect_socket(world, fd), second;

    set(world, fd, CURL_POLL_IN);
    close(fd);
    strange = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(strange, fd);
    second = connect_socket(world, strange);
    set(world, fd, CURL_POLL_REMOVE);
    assert_null(world->watches.by_fd[fd]);
    close(strange);
    close(second);
    close(other);
}

static void a_second_attempt_with_the_same_number_is_watched(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world);
    int other;

    set(world, fd, CURL_POLL_IN);
    close(fd);
    assert_int_equal(open_socket(world), fd); /* libcurl sees the same number: it says nothing */
    other = connect_socket(world, fd);
    send_to(other);
    assert_int_equal(told_in_two_turns(world), 1);
    watches_close(&world->watches, fd);
    close(other);
}

static void strange_descriptors_are_watched_and_never_rest(void **state)
{
    struct world *world = *state;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    set(world, pair[0], CURL_POLL_IN);
    send_to(pair[1]);
    assert_int_equal(told_in_two_turns(world), 1);
    set(world, pair[0], CURL_POLL_REMOVE);
    assert_null(world->watches.by_fd[pair[0]]);
    set(world, pair[0], CURL_POLL_REMOVE); /* of one that is not known */
    close(pair[0]);
    close(pair[1]);
}

static void what_can_not_be_watched_is_said(void **state)
{
    struct world *world = *state;
    FILE *file = tmpfile();

    assert_false(watches_set(&world->watches, fileno(file), CURL_POLL_IN));
    fclose(file);
}

static void a_reset_in_the_rest_does_not_spin(void **state)
{
    struct world *world = *state;
    curl_socket_t fd = open_socket(world);
    int other = connect_socket(world, fd);
    struct linger abort = {.l_onoff = 1};

    set(world, fd, CURL_POLL_IN);
    set(world, fd, CURL_POLL_REMOVE);
    setsockopt(other, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close(other); /* RST */
    assert_int_equal(told_in_two_turns(world), 0);
    assert_false(uv_loop_alive(&world->loop));
    watches_close(&world->watches, fd);
}

/* It tells how many connections a request could find idle. */
static void what_rests_is_counted(void **state)
{
    struct world *world = *state;
    curl_socket_t fd[3];
    int other[3];

    for (int i = 0; i < 3; i++) {
        fd[i] = open_socket(world);
        other[i] = connect_socket(world, fd[i]);
        set(world, fd[i], CURL_POLL_IN);
    }
    assert_int_equal(world->watches.resting, 0);
    set(world, fd[0], CURL_POLL_REMOVE);
    set(world, fd[0], CURL_POLL_REMOVE);
    set(world, fd[1], CURL_POLL_REMOVE);
    assert_int_equal(world->watches.resting, 2);
    set(world, fd[1], CURL_POLL_OUT);
    assert_int_equal(world->watches.resting, 1);
    watches_mute(&world->watches, fd[2]); /* somebody else reads it */
    set(world, fd[2], CURL_POLL_REMOVE);
    assert_int_equal(world->watches.resting, 1);
    for (int i = 0; i < 3; i++) {
        watches_close(&world->watches, fd[i]);
        close(other[i]);
    }
    assert_int_equal(world->watches.resting, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(a_connection_is_watched_again_after_a_rest),
        CASE(what_a_server_says_in_the_rest_is_not_told_and_does_not_spin),
        CASE(only_what_is_wanted_is_told),
        CASE(a_socket_that_did_not_connect_does_not_rest),
        CASE(a_number_that_means_another_socket_does_not_rest),
        CASE(a_second_attempt_with_the_same_number_is_watched),
        CASE(strange_descriptors_are_watched_and_never_rest),
        CASE(what_can_not_be_watched_is_said),
        CASE(a_reset_in_the_rest_does_not_spin),
        CASE(what_rests_is_counted),
#undef CASE
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
