/* The misbehaving origin: an HTTP server whose every URL says in its query how it is to be served
 * and what goes wrong. README.md lists the parameters.
 *
 * Prints one line of JSON with its ports, then serves until its standard input closes, so that it
 * never outlives the test that started it. */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <uv.h>

#include "conn.h"
#include "content.h"
#include "tls.h"

#define PORT_COUNT     2
#define LISTENER_COUNT 3 /* the last one is the first port at ::1 */

struct listener {
    uv_tcp_t tcp;
    struct origin *origin;
    int port;
    bool six;
};

static void fail(const char *what, int status)
{
    fprintf(stderr, "origin: %s: %s\n", what, status < 0 ? uv_strerror(status) : "failed");
    exit(1);
}

static void on_connection(uv_stream_t *server, int status)
{
    struct listener *listener = server->data;
    if (status == 0)
        conn_accept(listener->origin, server, listener->port, listener->six);
}

static void listener_open(struct listener *listener, struct origin *origin, int six_port)
{
    struct sockaddr_storage address;
    int len = sizeof(address);
    listener->origin = origin;
    if (six_port)
        uv_ip6_addr("::1", six_port, (struct sockaddr_in6 *)&address);
    else
        uv_ip4_addr("127.0.0.1", 0, (struct sockaddr_in *)&address);
    uv_tcp_init(origin->loop, &listener->tcp);
    listener->tcp.data = listener;
    int status = uv_tcp_bind(&listener->tcp, (const struct sockaddr *)&address, 0);
    if (status == 0)
        status = uv_listen((uv_stream_t *)&listener->tcp, 4096, on_connection);
    if (status == 0)
        status = uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &len);
    if (status != 0)
        fail("no port", status);
    listener->port = six_port ? six_port : ntohs(((struct sockaddr_in *)&address)->sin_port);
    listener->six = six_port != 0;
}

static void on_stdin(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    (void)buf;
    if (got < 0)
        uv_stop(stream->loop);
}

static void on_stdin_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    static char ignored[256];
    (void)handle;
    (void)wanted;
    *buf = uv_buf_init(ignored, sizeof(ignored));
}

/* Ends the loop when whoever started us goes away. Only a pipe can tell. */
static void watch_stdin(uv_loop_t *loop, uv_pipe_t *pipe)
{
    uv_pipe_init(loop, pipe, 0);
    if (uv_guess_handle(0) == UV_NAMED_PIPE && uv_pipe_open(pipe, 0) == 0)
        uv_read_start((uv_stream_t *)pipe, on_stdin_alloc, on_stdin);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

struct arguments {
    const char *log;
    const char *cert;
    const char *names;
    const char *proxy_user;
    const char *clients; /* certificates of clients that are asked for */
    bool demand;         /* and must be shown */
    bool six;            /* the first port at ::1 too */
    long expires;        /* seconds from now until the certificate does */
};

static void arguments_parse(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {{"log", required_argument, NULL, 'l'},
                                            {"cert", required_argument, NULL, 'c'},
                                            {"names", required_argument, NULL, 'n'},
                                            {"proxy-user", required_argument, NULL, 'p'},
                                            {"expires", required_argument, NULL, 'e'},
                                            {"clients", required_argument, NULL, 'k'},
                                            {"demand", no_argument, NULL, 'd'},
                                            {"six", no_argument, NULL, '6'},
                                            {NULL, 0, NULL, 0}};
    *arguments = (struct arguments){
        .names = "DNS:localhost,DNS:files.test,DNS:other.test,IP:127.0.0.1", .expires = 86400};
    for (int letter = 0; (letter = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (letter == 'l')
            arguments->log = optarg;
        else if (letter == 'c')
            arguments->cert = optarg;
        else if (letter == 'n')
            arguments->names = optarg;
        else if (letter == 'p')
            arguments->proxy_user = optarg;
        else if (letter == 'e')
            arguments->expires = strtol(optarg, NULL, 10);
        else if (letter == 'k')
            arguments->clients = optarg;
        else if (letter == 'd')
            arguments->demand = true;
        else if (letter == '6')
            arguments->six = true;
        else
            exit(2);
    }
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    arguments_parse(&arguments, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    content_init();

    struct origin origin = {.loop = uv_default_loop(), .proxy_user = arguments.proxy_user};
    origin.tls = tls_context_new(arguments.names, arguments.expires, arguments.cert);
    if (!origin.tls)
        fail("no certificate", 0);
    if (arguments.clients && !tls_ask_clients(origin.tls, arguments.clients, arguments.demand))
        fail("no certificates of clients", 0);
    if (!ledger_init(&origin.ledger, arguments.log))
        fail("no log", 0);

    struct listener listeners[LISTENER_COUNT];
    for (int i = 0; i < PORT_COUNT; i++)
        listener_open(&listeners[i], &origin, 0);
    if (arguments.six)
        listener_open(&listeners[PORT_COUNT], &origin, listeners[0].port);
    printf("{\"port\":%d,\"other\":%d}\n", listeners[0].port, listeners[1].port);
    fflush(stdout);

    uv_pipe_t pipe;
    watch_stdin(origin.loop, &pipe);
    uv_run(origin.loop, UV_RUN_DEFAULT);
    ledger_fini(&origin.ledger);
    SSL_CTX_free(origin.tls);
    return 0;
}
