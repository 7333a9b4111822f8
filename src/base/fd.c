/* The three standard descriptors. */

#include "base/fd.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void fd_fill_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (open("/dev/null", O_RDWR) != fd) /* the lowest number that is free */
            abort();
    }
}
