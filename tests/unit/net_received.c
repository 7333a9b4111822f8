/* How much of what came on a connection was read, whenever that is asked. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/received.h"

static int ours, theirs; /* the two ends */
static int more, later;  /* bytes that come just before the system is asked what waits, or after */

static int waiting(void)
{
    int bytes = 0;

    assert_int_equal(syscall(SYS_ioctl, ours, FIONREAD, &bytes), 0);
    return bytes;
}

/* They send LEN bytes, which are here then. */
static void send_bytes(int len)
{
    static const char text[100];
    int before = waiting();

    assert_int_equal(send(theirs, text, (size_t)len, 0), len);
    while (waiting() < before + len)
        continue;
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    void *to;
    int len = more, rest = later, code;

    va_start(args, request);
    to = va_arg(args, void *);
    va_end(args);
    more = later = 0;
    if (len > 0)
        send_bytes(len);
    code = (int)syscall(SYS_ioctl, fd, request, to);
    if (rest > 0)
        send_bytes(rest);
    return code;
}

static int set_up(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    ours = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(ours, (struct sockaddr *)&at, sizeof at), 0);
    theirs = accept(listener, NULL, NULL);
    assert_true(theirs >= 0);
    close(listener);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(ours);
    close(theirs);
    return 0;
}

static uint64_t bytes_read(void)
{
    uint64_t bytes;

    assert_true(received_and_read(ours, &bytes));
    return bytes;
}

static void what_waits_is_not_read(void **state)
{
    char text[100];

    (void)state;
    assert_int_equal(bytes_read(), 0);
    send_bytes(10);
    assert_int_equal(bytes_read(), 0);
    assert_int_equal(recv(ours, text, 4, 0), 4);
    assert_int_equal(bytes_read(), 4);
    assert_int_equal(recv(ours, text, sizeof text, 0), 6);
    assert_int_equal(bytes_read(), 10);
}

static void nor_is_what_comes_while_it_is_counted(void **state)
{
    char text[100];

    (void)state;
    more = 10;
    assert_int_equal(bytes_read(), 0);
    assert_int_equal(recv(ours, text, 4, 0), 4);
    more = 10;
    assert_int_equal(bytes_read(), 4);
    later = 10;
    assert_int_equal(bytes_read(), 4);
}

static void what_is_no_connection_has_no_count(void **state)
{
    uint64_t bytes;
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_false(received_and_read(pair[0], &bytes));
    close(pair[0]);
    close(pair[1]);
    assert_false(received_and_read(-1, &bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_waits_is_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nor_is_what_comes_while_it_is_counted, set_up, tear_down),
        cmocka_unit_test(what_is_no_connection_has_no_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
