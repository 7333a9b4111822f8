#ifndef BASE_FD_H
#define BASE_FD_H

/* Opens /dev/null where standard input, output or error are closed, as cron and some service
 * managers start programs: the next file or socket would take their number and be written to as if
 * it were a terminal. First thing in main(). */
void fd_fill_standard(void);

#endif
