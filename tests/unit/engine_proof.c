/* What answers to a proof make of a source, against a server on the same loop. */

#include "transfer_bench.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "disk/file_inside.h"
#include "engine/proof.h"

#define SIZE  (2 * PROOF_BYTES)
#define RANGE "206 Part\r\nContent-Range: bytes 65536-131071/131072\r\n"
#define ETAG  "ETag: \"m\"\r\n"

struct answer {
    struct transfer_bench *bench;
    uv_tcp_t listener, server;
    uv_write_t write;
    unsigned closed;
    const char *head;
    size_t len; /* of the body, the first byte of which is TWIST more than that of the file */
    char twist;
    char text[PROOF_BYTES + 1024];
};

static void on_closed(uv_handle_t *handle)
{
    struct answer *answer = handle->data;

    answer->closed++;
}

static void on_written(uv_write_t *write, int status)
{
    struct answer *answer = write->data;

    (void)status; /* who has seen enough hangs up */
    uv_close((uv_handle_t *)&answer->server, on_closed);
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
    struct answer *answer = stream->data;
    int head;

    (void)buf;
    assert_true(len > 0);
    uv_read_stop(stream);
    head = snprintf(answer->text, sizeof answer->text,
                    "HTTP/1.1 %sContent-Length: %zu\r\nConnection: close\r\n\r\n", answer->head,
                    answer->len);
    memset(answer->text + head, 'x', answer->len);
    answer->text[head] = (char)('x' + answer->twist);
    answer->write.data = answer;
    uv_write(&answer->write, stream,
             &(uv_buf_t){.base = answer->text, .len = (size_t)head + answer->len}, 1, on_written);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct answer *answer = listener->data;

    assert_int_equal(status, 0);
    uv_tcp_init(listener->loop, &answer->server);
    answer->server.data = answer;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&answer->server), 0);
    uv_read_start((uv_stream_t *)&answer->server, on_room, on_request);
    uv_close((uv_handle_t *)listener, on_closed);
}

/* The server of SOURCE, for one request; without a head it is gone, and keeps its port from others.
 */
static void listen_as(struct answer *answer, struct source *source)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int len = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    uv_tcp_init(answer->bench->engine.loop, &answer->listener);
    answer->listener.data = answer;
    assert_int_equal(uv_tcp_bind(&answer->listener, (struct sockaddr *)&address, 0), 0);
    if (answer->head)
        assert_int_equal(uv_listen((uv_stream_t *)&answer->listener, 1, on_connection), 0);
    uv_tcp_getsockname(&answer->listener, (struct sockaddr *)&address, &len);
    free(source->url);
    source->url = xasprintf("http://127.0.0.1:%u/x", ntohs(address.sin_port));
    if (!answer->head)
        answer->closed = 1; /* the one that will never be opened */
}

/* All of a file of "x" is here, and the second source answers with HEAD and LEN bytes. */
static enum source_state proven_by(struct transfer_bench *bench, const char *head, size_t len,
                                   char twist)
{
    struct transfer *transfer = &bench->transfer;
    struct source *source = &transfer->sources[1];
    struct disk_range ranges[] = {{PROOF_BYTES, SIZE, SIZE, 0}, {0, PROOF_BYTES, PROOF_BYTES, 0}};
    char name[] = "/tmp/haul-proof.XXXXXX", *data = xmalloc(SIZE);
    struct disk_file file = {.disk = disk_new(bench->loop, &clock_system),
                             .fd = mkstemp(name),
                             .state = {.size = SIZE, .ranges = ranges, .range_count = 2}};
    struct answer answer = {.bench = bench, .head = head, .len = len, .twist = twist};

    assert_int_equal(unlink(name), 0);
    memset(data, 'x', SIZE);
    assert_int_equal(write(file.fd, data, SIZE), SIZE);
    transfer->file = &file;
    transfer->total = SIZE;
    source->strikes = 1;
    listen_as(&answer, source);
    proof_begin(transfer, source);
    assert_int_equal(source->state, SOURCE_CHECKING);
    while (source->proof)
        uv_run(bench->engine.loop, UV_RUN_ONCE);
    if (!head)
        uv_close((uv_handle_t *)&answer.listener, on_closed);
    while (answer.closed < 2)
        uv_run(bench->engine.loop, UV_RUN_ONCE);
    assert_int_equal(source->host->connections, 0);
    assert_int_equal(source->host->connecting, 0);
    transfer->file = NULL;
    close(file.fd);
    disk_free(file.disk);
    free(data);
    return source->state;
}

static void the_same_bytes_prove_it(void **state)
{
    struct transfer_bench *bench = *state;
    const struct source *source = &bench->transfer.sources[1];

    assert_int_equal(proven_by(bench, RANGE ETAG, PROOF_BYTES, 0), SOURCE_PROVEN);
    assert_string_equal(source->etag, "\"m\"");
    assert_int_equal(source->strikes, 0);
}

static void one_other_byte_ends_it(void **state)
{
    assert_int_equal(proven_by(*state, RANGE ETAG, PROOF_BYTES, 1), SOURCE_DROPPED);
}

/* Whatever the range says: what did not come was not compared. */
static void fewer_bytes_prove_nothing(void **state)
{
    struct transfer_bench *bench = *state;
    struct source *source = &bench->transfer.sources[1];

    assert_int_equal(proven_by(bench, RANGE ETAG, PROOF_BYTES - 1, 0), SOURCE_DROPPED);
    assert_string_equal(source->why, "it sends less than the part that was asked for");
    source->state = SOURCE_UNTRIED;
    assert_int_equal(proven_by(bench, RANGE ETAG, 0, 0), SOURCE_DROPPED);
}

static void more_bytes_are_of_another_file(void **state)
{
    assert_int_equal(proven_by(*state, RANGE ETAG, PROOF_BYTES + 1, 0), SOURCE_DROPPED);
}

static void it_is_the_part_that_was_asked_for(void **state)
{
    static const char whole[] = "200 OK\r\nContent-Range: bytes 65536-131071/131072\r\n" ETAG,
                      elsewhere[] = "206 Part\r\nContent-Range: bytes 65535-131071/131072\r\n" ETAG,
                      shorter[] = "206 Part\r\nContent-Range: bytes 65536-131070/131072\r\n" ETAG,
                      larger[] = "206 Part\r\nContent-Range: bytes 65536-131071/131073\r\n" ETAG;
    struct transfer_bench *bench = *state;
    struct source *source = &bench->transfer.sources[1];

    assert_int_equal(proven_by(bench, whole, PROOF_BYTES, 0), SOURCE_DROPPED);
    source->state = SOURCE_UNTRIED;
    assert_int_equal(proven_by(bench, elsewhere, PROOF_BYTES, 0), SOURCE_DROPPED);
    source->state = SOURCE_UNTRIED;
    assert_int_equal(proven_by(bench, shorter, PROOF_BYTES, 0), SOURCE_DROPPED);
    source->state = SOURCE_UNTRIED;
    assert_int_equal(proven_by(bench, larger, PROOF_BYTES, 0), SOURCE_DROPPED);
    assert_true(source->differs);
}

static void one_that_is_gone_may_be_asked_again(void **state)
{
    struct transfer_bench *bench = *state;

    assert_int_equal(proven_by(bench, NULL, 0, 0), SOURCE_UNTRIED);
    assert_int_equal(bench->transfer.sources[1].strikes, 2);
}

static void without_a_validator_it_is_not_used(void **state)
{
    assert_int_equal(proven_by(*state, RANGE, PROOF_BYTES, 0), SOURCE_DROPPED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_bytes_prove_it),
        TEST(one_other_byte_ends_it),
        TEST(fewer_bytes_prove_nothing),
        TEST(more_bytes_are_of_another_file),
        TEST(it_is_the_part_that_was_asked_for),
        TEST(one_that_is_gone_may_be_asked_again),
        TEST(without_a_validator_it_is_not_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
