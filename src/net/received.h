#ifndef NET_RECEIVED_H
#define NET_RECEIVED_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/attr.h"

/* How many bytes came on a TCP connection, whoever reads them. Inside of the net room.
 *
 * All that came on FD so far, but for what waits to be read there. False: the system does not tell.
 */
HAUL_CHECKED bool received_and_read(int fd, uint64_t *ret_bytes);

#endif
