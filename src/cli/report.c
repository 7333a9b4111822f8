/* Messages of the command line. Errors are clean by construction (haul_fail); everything goes to
 * standard error, because standard output is for answers. */
#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"

int report_error(const struct haul_error *err)
{
    fprintf(stderr, "haul: %s\n", err->text);
    return haul_class_exit_status(haul_err_class(err->code));
}

int report_usage(const char *command, const struct haul_error *err)
{
    int status = report_error(err);

    fprintf(stderr, "Try 'haul %s%s--help'.\n", command, *command != '\0' ? " " : "");
    return status;
}

void report_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("haul: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

size_t report_columns(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

int report_written(int status)
{
    struct haul_error err;

    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno == EPIPE) /* the reader has what it wanted */
        return status;
    (void)haul_fail_errno(&err, HAUL_E_DISK, errno, "can't write the answer");
    return report_error(&err);
}
