/* From one daemon to the next, without a moment in which nobody has the door.
 *
 * Descriptors travel, not names: the listening socket, so that who connects meanwhile waits in its
 * queue, and the locked file, whose lock lasts as long as either of the two has it open. The older
 * daemon keeps its own until the younger one says that it serves, and goes on when that one ends
 * before. Nothing here may depend on the protocol's version: an older major is what is replaced. */

#include "control/handover.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "control/endpoint.h"
#include "control/proto.h"
#include "haul/log.h"
#include "haul/version.h"

#define DOOR_FDS    2     /* the socket, the lock */
#define ASK_MS      60000 /* for the older one to put everything away */
#define GIVE_MS     15000 /* for the younger one to serve */
#define ANSWER_SIZE 4096u
#define TAKEN       "{\"jsonrpc\":\"2.0\",\"method\":\"taken\"}\n"

void handover_init(struct handover *handover)
{
    *handover = (struct handover){.lock_fd = -1, .listen_fd = -1, .talk_fd = -1};
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void handover_fini(struct handover *handover)
{
    close_fd(&handover->talk_fd);
    close_fd(&handover->listen_fd);
    close_fd(&handover->lock_fd);
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False when nothing is to be read at FD by END. */
static bool await(int fd, int64_t end)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int status;

    do
        status = poll(&ready, 1, (int)MAX(end - now_ms(), (int64_t)0));
    while (status < 0 && errno == EINTR);
    return status > 0;
}

/* A message with room for the door's descriptors. */
struct parcel {
    struct iovec text;
    struct msghdr message;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(DOOR_FDS * sizeof(int))];
    } control;
};

static void parcel_init(struct parcel *parcel, char *bytes, size_t len)
{
    memset(parcel, 0, sizeof *parcel);
    parcel->text = (struct iovec){.iov_base = bytes, .iov_len = len};
    parcel->message.msg_iov = &parcel->text;
    parcel->message.msg_iovlen = 1;
    parcel->message.msg_control = parcel->control.bytes;
    parcel->message.msg_controllen = sizeof parcel->control.bytes;
}

/* Sends LINE and with it the door. It is the first that goes out at TALK_FD, so there is room. */
static bool send_door(const struct handover *handover, char *line, size_t len)
{
    int fds[DOOR_FDS] = {handover->listen_fd, handover->lock_fd};
    struct parcel parcel;
    struct cmsghdr *head;

    parcel_init(&parcel, line, len);
    head = CMSG_FIRSTHDR(&parcel.message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(head), fds, sizeof fds);
    return sendmsg(handover->talk_fd, &parcel.message, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Takes the descriptors out of a message that came; what is not the door is closed. */
static void take_door(struct handover *handover, struct msghdr *message)
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
        int fds[DOOR_FDS];
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS || count > DOOR_FDS)
            continue;
        memcpy(fds, CMSG_DATA(head), count * sizeof(int));
        if (count == DOOR_FDS && handover->lock_fd < 0) {
            handover->listen_fd = fds[0];
            handover->lock_fd = fds[1];
            continue;
        }
        for (size_t i = 0; i < count; i++)
            close(fds[i]);
    }
}

/* Reads the answer, a line, and what comes with it. */
static enum haul_err hear_answer(struct handover *handover, char *answer, size_t *ret_len,
                                 struct haul_error *err)
{
    int64_t end = now_ms() + ASK_MS;
    size_t len = 0;

    for (;;) {
        struct parcel parcel;
        ssize_t count;

        if (!await(handover->talk_fd, end))
            return haul_fail(err, HAUL_E_BUSY,
                             "the running daemon is not done with its downloads after %d s",
                             ASK_MS / 1000);
        parcel_init(&parcel, answer + len, ANSWER_SIZE - len);
        count = recvmsg(handover->talk_fd, &parcel.message, MSG_CMSG_CLOEXEC);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return haul_fail(err, HAUL_E_DAEMON_LOST,
                             "the running daemon ended before it handed over");
        take_door(handover, &parcel.message);
        len += (size_t)count;
        if (answer[len - 1] == '\n')
            break;
        if (len == ANSWER_SIZE)
            return haul_fail(err, HAUL_E_RPC, "the running daemon's answer makes no sense");
    }
    *ret_len = len - 1;
    return HAUL_OK;
}

/* A daemon that has never heard of this wants a hello first, or lacks the method. */
static enum haul_err refused(const json_t *error, struct haul_error *err)
{
    proto_error_read(error, err);
    if (err->code != HAUL_E_RPC)
        return err->code;
    return haul_fail(err, HAUL_E_VERSION,
                     "the running daemon is of an older haul that can't hand over; end it with its "
                     "own 'haul stop' or with kill (what came is kept): the next haul starts anew");
}

static enum haul_err read_answer(struct handover *handover, const char *answer, size_t len,
                                 struct haul_error *err)
{
    struct proto_message message;
    enum proto_code code;

    if (proto_parse(answer, len, &message, &code, err) != HAUL_OK)
        return err->code;
    handover->held = json_is_true(json_object_get(message.result, "held"));
    if (message.error)
        (void)refused(message.error, err);
    else if (handover->lock_fd < 0)
        (void)haul_fail(err, HAUL_E_RPC, "the running daemon kept its socket");
    else
        err->code = HAUL_OK;
    proto_message_fini(&message);
    return err->code;
}

static bool send_all(int fd, const char *text, size_t len)
{
    return send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static enum haul_err ask(struct handover *handover, struct haul_error *err)
{
    json_t *params = json_object();
    char answer[ANSWER_SIZE];
    enum haul_err code;
    size_t len;
    char *line;

    json_object_set_new(params, "version", json_string(HAUL_VERSION));
    line = proto_request(1, "replace", params, &len);
    if (send_all(handover->talk_fd, line, len))
        code = hear_answer(handover, answer, &len, err);
    else
        code = haul_fail_errno(err, HAUL_E_DAEMON_LOST, errno, "can't ask the running daemon");
    free(line);
    return code == HAUL_OK ? read_answer(handover, answer, len, err) : code;
}

enum haul_err handover_ask(const char *session, struct handover *ret_handover,
                           struct haul_error *err)
{
    struct handover handover;
    char *path;
    enum haul_err code = endpoint_path(session, &path, err);

    if (code != HAUL_OK)
        return code;
    handover_init(&handover);
    proto_setup();
    code = endpoint_connect(path, &handover.talk_fd, err);
    free(path);
    if (code == HAUL_OK)
        code = ask(&handover, err);
    if (code != HAUL_OK)
        handover_fini(&handover);
    else
        *ret_handover = handover;
    return code;
}

void handover_taken(struct handover *handover)
{
    if (handover->talk_fd >= 0 && !send_all(handover->talk_fd, TAKEN, strlen(TAKEN)))
        LOG_WARN(control, "the daemon before this one can't be told that it is replaced");
    handover_fini(handover);
}

/* Who does not come to serve must not do so later, beside us. */
static void end_other(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    char byte;

    LOG_ERROR(control, "the other daemon does not serve after %d s and is ended", GIVE_MS / 1000);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid > 1)
        (void)kill(peer.pid, SIGKILL);
    (void)await(fd, now_ms() + GIVE_MS);
    (void)recv(fd, &byte, 1, MSG_DONTWAIT);
}

/* True: it said that it serves. Anything else is its end. */
static bool hear_taken(int fd)
{
    char bytes[sizeof TAKEN];
    ssize_t count;

    if (!await(fd, now_ms() + GIVE_MS)) {
        end_other(fd);
        return false;
    }
    count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return count == (ssize_t)strlen(TAKEN) && memcmp(bytes, TAKEN, strlen(TAKEN)) == 0;
}

bool handover_give(struct handover *handover)
{
    json_t *id = json_integer(handover->asked), *result = json_object();
    bool taken;
    size_t len;
    char *line;

    json_object_set_new(result, "version", json_string(HAUL_VERSION));
    json_object_set_new(result, "pid", json_integer(getpid()));
    json_object_set_new(result, "held", json_boolean(handover->held));
    line = proto_result(id, result, &len);
    json_decref(id);
    taken = send_door(handover, line, len) && hear_taken(handover->talk_fd);
    free(line);
    if (taken)
        handover_fini(handover);
    else
        close_fd(&handover->talk_fd);
    return taken;
}
