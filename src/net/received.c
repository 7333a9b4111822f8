/* How many bytes came on a TCP connection. A file of its own, for what the kernel calls these
 * things and what the C library does can't be included both. */

#include "net/received.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

bool received_and_read(int fd, uint64_t *ret_bytes)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    int waiting = 0;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        len < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received ||
        ioctl(fd, FIONREAD, &waiting) != 0)
        return false;
    *ret_bytes = info.tcpi_bytes_received - (unsigned)waiting;
    return true;
}
