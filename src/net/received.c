/* How many bytes came on a TCP connection. A file of its own, for what the kernel calls these
 * things and what the C library does can't be included both. */

#include "net/received.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool received(int fd, uint64_t *ret_bytes)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        len < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return false;
    *ret_bytes = info.tcpi_bytes_received;
    return true;
}

/* Both numbers are of one moment: what comes between the two questions would be counted in one of
 * them only. As nothing is read meanwhile, that ends when the buffer is full at the latest. */
bool received_and_read(int fd, uint64_t *ret_bytes)
{
    uint64_t before, bytes;
    int waiting;

    if (!received(fd, &bytes))
        return false;
    do {
        before = bytes;
        if (ioctl(fd, FIONREAD, &waiting) != 0 || !received(fd, &bytes))
            return false;
    } while (bytes != before);
    *ret_bytes = bytes - (unsigned)waiting;
    return true;
}
