/* The bare limit: the least code that can fetch the bytes, to measure downloaders against.
 *
 *     loop one PORT PATH FILE           read() and write() of 1 MiB
 *     loop tls PORT PATH FILE CAFILE    the same through OpenSSL, verified
 *     loop many PORT JOBS DIR < PATHS   keep-alive connections under epoll, one file a path
 *
 * From 127.0.0.1 over HTTP/1.1, answers with a Content-Length only. It checks nothing that it does
 * not need, makes no partial files and syncs nothing: a limit, not a tool. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK     (1024 * 1024)
#define HEAD_MAX  4096
#define PATH_SIZE 512
#define EVENTS    256

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int dial(const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtol(port, NULL, 10)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static size_t ask(char *buf, size_t size, const char *path)
{
    int len = snprintf(buf, size, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);

    if (len < 0 || (size_t)len >= size)
        die("a path is too long");
    return (size_t)len;
}

/* Reads "HTTP/1.1 200 … Content-Length: N": the length, or an end with a message. */
static long long length_of(const char *head)
{
    const char *line = strcasestr(head, "\r\ncontent-length:");

    if (strncmp(head, "HTTP/1.1 200", 12) != 0 || !line)
        die("not a plain answer");
    return strtoll(line + 17, NULL, 10);
}

static void put(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, data, len);

        if (done <= 0)
            die("write");
        data += done;
        len -= (size_t)done;
    }
}

/* --- one large file ----------------------------------------------------------------------------
 */

struct stream {
    int fd;
    SSL *tls;
};

static size_t take(const struct stream *stream, char *buf, size_t size)
{
    ssize_t got = stream->tls ? SSL_read(stream->tls, buf, (int)size) : read(stream->fd, buf, size);

    if (got <= 0)
        die("read");
    return (size_t)got;
}

static void start_tls(struct stream *stream, const char *ca)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx || SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
        die("the CA file");
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    stream->tls = SSL_new(ctx);
    SSL_set_fd(stream->tls, stream->fd);
    if (SSL_connect(stream->tls) != 1)
        die("SSL_connect");
    SSL_CTX_free(ctx);
}

static void send_request(const struct stream *stream, const char *path)
{
    char request[PATH_SIZE + 64];
    size_t len = ask(request, sizeof request, path);

    if (!stream->tls)
        put(stream->fd, request, len);
    else if (SSL_write(stream->tls, request, (int)len) <= 0)
        die("SSL_write");
}

static void fetch_one(const struct stream *stream, const char *path, const char *file)
{
    int out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    char *buf = malloc(CHUNK + 1);
    char *body = NULL;
    size_t have = 0;
    long long left;

    if (out < 0 || !buf)
        die(file);
    send_request(stream, path);
    while (!body) {
        have += take(stream, buf + have, HEAD_MAX - have);
        buf[have] = '\0';
        body = strstr(buf, "\r\n\r\n");
    }
    body += 4;
    left = length_of(buf) - (long long)(have - (size_t)(body - buf));
    put(out, body, have - (size_t)(body - buf));
    while (left > 0) {
        have = take(stream, buf, CHUNK);
        put(out, buf, have);
        left -= (long long)have;
    }
    close(out);
    free(buf);
}

/* --- many small files --------------------------------------------------------------------------
 */

struct job {
    int fd;
    char *path;
    char *data; /* head and body of the answer */
    size_t have, size;
    size_t whole; /* bytes of both, 0 while the head is not here */
    size_t head;
};

struct work {
    char **paths;
    size_t count, next, done;
    const char *dir;
    int epoll;
};

static void read_paths(struct work *work)
{
    char line[PATH_SIZE];
    size_t size = 0;

    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (work->count == size) {
            size = size ? size * 2 : 1024;
            work->paths = realloc(work->paths, size * sizeof *work->paths);
        }
        work->paths[work->count++] = strdup(line);
    }
}

static void start_next(struct work *work, struct job *job)
{
    char request[PATH_SIZE + 64];

    job->path = work->paths[work->next++];
    job->have = job->whole = 0;
    put(job->fd, request, ask(request, sizeof request, job->path));
}

static void save(const struct work *work, const struct job *job)
{
    char name[2 * PATH_SIZE];
    int fd;

    snprintf(name, sizeof name, "%s/%s", work->dir, strrchr(job->path, '/') + 1);
    fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        die(name);
    put(fd, job->data + job->head, job->whole - job->head);
    close(fd);
}

static void read_head(struct job *job)
{
    char *body;

    job->data[job->have] = '\0';
    body = strstr(job->data, "\r\n\r\n");
    if (!body)
        return;
    job->head = (size_t)(body + 4 - job->data);
    job->whole = job->head + (size_t)length_of(job->data);
    if (job->whole >= job->size) {
        job->size = job->whole + 1;
        job->data = realloc(job->data, job->size);
    }
}

static void advance(struct work *work, struct job *job)
{
    ssize_t got = recv(job->fd, job->data + job->have, job->size - 1 - job->have, MSG_DONTWAIT);

    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        die("recv");
    job->have += (size_t)got;
    if (job->whole == 0)
        read_head(job);
    if (job->whole == 0 || job->have < job->whole)
        return;
    save(work, job);
    work->done++;
    if (work->next < work->count)
        start_next(work, job);
    else
        epoll_ctl(work->epoll, EPOLL_CTL_DEL, job->fd, NULL);
}

static void fetch_many(const char *port, size_t jobs, const char *dir)
{
    struct work work = {.dir = dir, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct epoll_event events[EVENTS];
    struct job *all = calloc(jobs, sizeof *all);

    read_paths(&work);
    for (size_t i = 0; i < jobs && work.next < work.count; i++) {
        struct epoll_event watch = {.events = EPOLLIN, .data.ptr = &all[i]};

        all[i].fd = dial(port);
        all[i].size = HEAD_MAX;
        all[i].data = malloc(HEAD_MAX);
        epoll_ctl(work.epoll, EPOLL_CTL_ADD, all[i].fd, &watch);
        start_next(&work, &all[i]);
    }
    while (work.done < work.count) {
        int count = epoll_wait(work.epoll, events, EVENTS, -1);

        for (int i = 0; i < count; i++)
            advance(&work, events[i].data.ptr);
    }
}

static void raise_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    struct stream stream = {0};

    raise_descriptors();
    if (argc == 5 && strcmp(argv[1], "many") == 0) {
        fetch_many(argv[2], (size_t)strtoul(argv[3], NULL, 10), argv[4]);
    } else if (argc == 5 && strcmp(argv[1], "one") == 0) {
        stream.fd = dial(argv[2]);
        fetch_one(&stream, argv[3], argv[4]);
    } else if (argc == 6 && strcmp(argv[1], "tls") == 0) {
        stream.fd = dial(argv[2]);
        start_tls(&stream, argv[5]);
        fetch_one(&stream, argv[3], argv[4]);
    } else {
        fprintf(stderr, "usage: loop one|tls PORT PATH FILE [CAFILE], loop many PORT JOBS DIR\n");
        return 2;
    }
    return 0;
}
