/* Two TLS sessions that are read by turns: what goes wrong in one is not the other one's. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/transfer.h"

struct session {
    SSL *client, *server;
    int sockets[2]; /* client's, server's */
    struct direct_tls tls;
};

struct world {
    SSL_CTX *clients, *servers;
    struct session one, other;
};

/* A certificate that nobody vouches for. */
static void make_identity(SSL_CTX *servers)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();

    X509_set_pubkey(cert, key);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(SSL_CTX_use_certificate(servers, cert), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(servers, key), 1);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void session_open(struct world *world, struct session *session)
{
    int client = 0, server = 0;

    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, session->sockets), 0);
    session->client = SSL_new(world->clients);
    session->server = SSL_new(world->servers);
    SSL_set_fd(session->client, session->sockets[0]);
    SSL_set_fd(session->server, session->sockets[1]);
    for (int turn = 0; turn < 20 && (client != 1 || server != 1); turn++) {
        client = SSL_connect(session->client);
        server = SSL_accept(session->server);
    }
    assert_int_equal(client, 1);
    assert_int_equal(server, 1);
    ERR_clear_error();
    assert_true(direct_tls_open(session->client, session->sockets[0], &session->tls));
}

static void session_close(struct session *session)
{
    SSL_free(session->client);
    SSL_free(session->server);
    close(session->sockets[0]);
    close(session->sockets[1]);
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);

    world->clients = SSL_CTX_new(TLS_client_method());
    world->servers = SSL_CTX_new(TLS_server_method());
    make_identity(world->servers);
    session_open(world, &world->one);
    session_open(world, &world->other);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    session_close(&world->one);
    session_close(&world->other);
    SSL_CTX_free(world->clients);
    SSL_CTX_free(world->servers);
    free(world);
    return 0;
}

static void send_text(struct session *session, const char *text, int len)
{
    assert_int_equal(SSL_write(session->server, text, len), len);
}

static void expect_text(struct session *session, const char *text, ssize_t len)
{
    char here[64];

    assert_int_equal(direct_tls_read(&session->tls, here, sizeof here), len);
    assert_memory_equal(here, text, (size_t)len);
}

static void expect_nothing(struct session *session)
{
    char here[64];

    errno = 0;
    assert_int_equal(direct_tls_read(&session->tls, here, sizeof here), -1);
    assert_int_equal(errno, EAGAIN);
}

static void what_breaks_one_leaves_the_other(void **state)
{
    static const char junk[] = "\x17\x03\x03\x00\x14no record of this one";
    struct world *world = *state;
    char here[64];

    send_text(&world->one, "ab", 2);
    send_text(&world->other, "cd", 2);
    expect_text(&world->one, "ab", 2);
    expect_text(&world->other, "cd", 2);
    assert_int_equal(write(world->one.sockets[1], junk, sizeof junk - 1), sizeof junk - 1);
    assert_int_equal(direct_tls_read(&world->one.tls, here, sizeof here), -1);
    assert_int_equal(errno, EPROTO);
    assert_true(ERR_peek_error() != 0); /* for everybody to see */
    expect_nothing(&world->other);
    send_text(&world->other, "ef", 2);
    expect_text(&world->other, "ef", 2);
    expect_nothing(&world->other);
}

static void an_end_is_told_from_a_pause(void **state)
{
    struct world *world = *state;
    char here[64];

    expect_nothing(&world->one);
    send_text(&world->one, "ab", 2);
    SSL_shutdown(world->one.server);
    expect_text(&world->one, "ab", 2);
    assert_int_equal(direct_tls_read(&world->one.tls, here, sizeof here), 0);
    expect_nothing(&world->other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_breaks_one_leaves_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_is_told_from_a_pause, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
