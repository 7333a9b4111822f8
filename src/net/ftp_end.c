/* The data that an FTP server sends: its beginning and, above all, its end.
 *
 * libcurl 7.88 ends at the length that was announced, whatever comes behind. It waits for the
 * server's last word, and for the answer to its own good-bye, for up to a minute in one go, in
 * which nothing else in this process moves.
 *
 * So the last byte that was announced is held back until the server said that this was all: what is
 * not confirmed never looks complete. And libcurl gets to that byte only when the end of the data
 * and the last word are here: until then the transfer is paused, and a timer looks for them. Where
 * no length was announced, or none at all comes, libcurl does wait; then it is made to give up
 * soon.
 */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/ftp.h"
#include "net/received.h"
#include "net/transfer.h"

#define LAST_WORD_MS UINT64_C(15000) /* that the server has for it, from the last byte on */
#define DATA_END_MS  UINT64_C(5000)  /* that its data has to end in, where the word came before */
#define LOOK_MS_MAX  UINT64_C(32)    /* between two looks */
#define STILL_MS     UINT64_C(2000)  /* for which libcurl may make everything wait */
#define NUDGE_MS     UINT64_C(10)
#define PEEK_SIZE    1024

static size_t stop_mute(struct net_transfer *transfer)
{
    if (!fault_is(&transfer->stop))
        haul_fail(fault_need(&transfer->stop), HAUL_E_TIMEOUT,
                  "the server does not say whether this was all of the file");
    return 0;
}

/* The beginning of the data. */

static void start_timer(struct net_transfer *transfer, uv_timer_cb cb, uint64_t ms)
{
    struct ftp_talk *talk = transfer->ftp;

    if (!talk->has_timer)
        uv_timer_init(net_loop(transfer->net), &talk->look);
    talk->has_timer = true;
    talk->look.data = transfer;
    uv_timer_start(&talk->look, cb, ms, 0);
}

/* While libcurl 7.88 secures the connection of the data, it does not watch the other one, where the
 * server's answers come. */
static void on_nudge(uv_timer_t *timer)
{
    struct net_transfer *transfer = timer->data;
    const struct ftp_talk *talk = transfer->ftp;
    char byte;

    if (transfer->ended || talk->under_way)
        return;
    start_timer(transfer, on_nudge, NUDGE_MS);
    if (recv(talk->control, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
        transfer_nudge(transfer, talk->data);
}

curl_socket_t ftp_on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct net_transfer *transfer = ctx;
    struct ftp_talk *talk = transfer->ftp;

    talk->data = watches_open(net_watches(transfer->net), purpose, address);
    if (talk->control == CURL_SOCKET_BAD)
        return talk->data; /* this will be it */
    if (!talk->plain)
        start_timer(transfer, on_nudge, NUDGE_MS);
    if (!received_and_read(talk->control, &talk->heard))
        talk->heard = UINT64_MAX;
    return talk->data;
}

/* The last word. */

/* Does libcurl have something that it read and did not tell us of? It often reads the last word
 * together with the one that the file comes. */
static bool keeps_some(const struct ftp_talk *talk)
{
    uint64_t bytes;

    return talk->heard == UINT64_MAX || !received_and_read(talk->control, &bytes) ||
           bytes > talk->heard;
}

static bool has_last_line(const char *text, size_t len)
{
    const char *end;

    while ((end = memchr(text, '\n', len))) {
        size_t line = (size_t)(end - text) + 1;

        if (ftp_code(text, line) >= 200)
            return true;
        text += line;
        len -= line;
    }
    return false;
}

/* Can libcurl be let to its last step, as it will not have to wait there? */
static bool word_is_here(const struct ftp_talk *talk)
{
    char text[PEEK_SIZE];
    ssize_t got = recv(talk->control, text, sizeof text, MSG_PEEK | MSG_DONTWAIT);

    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        return true;
    return keeps_some(talk) || (got > 0 && (got == PEEK_SIZE || has_last_line(text, (size_t)got)));
}

/* What comes behind the last byte that was announced: 1: more; 0: an end; -1: nothing yet. A secure
 * connection does not tell more from an end. */
static int behind(const struct ftp_talk *talk)
{
    char byte;
    ssize_t got = recv(talk->data, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    return talk->plain ? (int)got : 0;
}

/* Some servers say their last word only when our end is closed, too; that of a secure connection is
 * libcurl's to close. */
static bool has_ended(const struct ftp_talk *talk)
{
    int more = behind(talk);

    if (more > 0 || (more == 0 && !talk->plain))
        return true;
    if (more == 0)
        shutdown(talk->data, SHUT_WR);
    return word_is_here(talk) && (more == 0 || talk->waited >= DATA_END_MS);
}

/* libuv can't watch a socket twice, and libcurl has a watch on these. */
static void on_look(uv_timer_t *timer)
{
    struct net_transfer *transfer = timer->data;
    struct ftp_talk *talk = transfer->ftp;

    talk->waited += talk->look_ms;
    talk->look_ms = MIN(talk->look_ms * 2, LOOK_MS_MAX);
    if (transfer->ended)
        return;
    if (has_ended(talk)) {
        talk->looks = FTP_LOOKS_NO_MORE;
        net_unpause(transfer);
    } else if (talk->waited >= LAST_WORD_MS) {
        stop_mute(transfer);
        transfer_note_end(transfer, CURLE_OPERATION_TIMEDOUT);
        net_settle(transfer->net);
    } else {
        start_timer(transfer, on_look, talk->look_ms);
    }
}

/* The last byte that was announced is here. False: it is not known yet whether that is all. */
static bool may_end(struct net_transfer *transfer)
{
    struct ftp_talk *talk = transfer->ftp;

    if (talk->looks == FTP_LOOKS_NOT_YET) {
        talk->looks = FTP_LOOKS;
        talk->look_ms = 1;
        start_timer(transfer, on_look, talk->look_ms);
    }
    if (talk->looks == FTP_LOOKS && has_ended(talk)) {
        talk->looks = FTP_LOOKS_NO_MORE;
        uv_timer_stop(&talk->look);
    }
    return talk->looks == FTP_LOOKS_NO_MORE;
}

enum net_body ftp_take(struct net_transfer *transfer, const char *data, size_t len)
{
    struct ftp_talk *talk = transfer->ftp;
    int64_t size = transfer->response.content_length;
    uint64_t came = transfer->body_bytes + len;
    enum net_body answer = NET_BODY_TAKEN;

    if (!talk->under_way || size < 0 || came < (uint64_t)size)
        return transfer->handlers->body(transfer->ctx, data, len);
    if (came == (uint64_t)size && !may_end(transfer))
        return NET_BODY_PAUSE;
    if (came > (uint64_t)size || behind(talk) > 0) {
        transfer_stop_surplus(transfer);
        return NET_BODY_STOP;
    }
    if (len > 1)
        answer = transfer->handlers->body(transfer->ctx, data, len - 1);
    talk->holds = answer == NET_BODY_TAKEN;
    talk->last = data[len - 1];
    return answer;
}

bool ftp_give_last(struct net_transfer *transfer)
{
    struct ftp_talk *talk = transfer->ftp;

    if (!talk->holds)
        return true;
    talk->waits = transfer->handlers->body(transfer->ctx, &talk->last, 1) == NET_BODY_PAUSE;
    talk->holds = talk->waits;
    return !talk->waits;
}

bool ftp_waits(const struct net_transfer *transfer)
{
    return transfer->ftp && transfer->ftp->waits;
}

/* Where libcurl makes everything wait. */

/* Called all the time; but while libcurl makes the loop wait, no turn of it begins. */
int ftp_on_progress(void *ctx, curl_off_t size, curl_off_t came, curl_off_t up_size, curl_off_t up)
{
    struct net_transfer *transfer = ctx;

    (void)size;
    (void)came;
    (void)up_size;
    (void)up;
    if (uv_hrtime() / 1000000 < uv_now(net_loop(transfer->net)) + STILL_MS)
        return 0;
    stop_mute(transfer);
    return 1;
}

/* libcurl says good-bye and would wait for an answer that nobody needs: the connection is made to
 * look as if the server had closed it. */
int ftp_on_told(CURL *easy, curl_infotype what, char *data, size_t len, void *ctx)
{
    static const char good_bye[] = "QUIT";
    const struct net_transfer *transfer = ctx;

    (void)easy;
    if (what == CURLINFO_HEADER_OUT && len >= strlen(good_bye) &&
        memcmp(data, good_bye, strlen(good_bye)) == 0 && transfer->ftp->control != CURL_SOCKET_BAD)
        shutdown(transfer->ftp->control, SHUT_RD);
    return 0;
}
