/* Runs one program and writes what it cost, as JSON, to a file:
 *
 *     meter REPORT SECONDS PROGRAM [ARGUMENT…]
 *
 * Wall time, user and system CPU time and peak memory come from wait4(), which counts the program
 * and every descendant that it waited for. This process is small on purpose: a child's peak memory
 * begins with that of the process that it was forked from, so an interpreter would hide the truth.
 * After SECONDS, or when this process is told to end, the whole process group is killed; the report
 * says so. */

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void run(char **command)
{
    sigset_t none;

    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

/* True when the child ended by itself within LIMIT seconds, and nobody told us to end before. */
static bool wait_for(const sigset_t *signals, time_t limit)
{
    struct timespec left = {.tv_sec = limit};
    int number;

    do {
        number = sigtimedwait(signals, NULL, &left);
    } while (number < 0 && errno == EINTR);
    return number == SIGCHLD;
}

static int report(const char *path, double wall, int status, bool timed_out,
                  const struct rusage *usage)
{
    FILE *file = fopen(path, "w");

    if (!file) {
        perror(path);
        return 1;
    }
    fprintf(file, "{\"wall\": %.6f, \"cpu\": %.6f, \"mem\": %.3f, \"status\": %d, \"late\": %s}\n",
            wall, seconds_of(usage->ru_utime) + seconds_of(usage->ru_stime),
            (double)usage->ru_maxrss / 1024, status, timed_out ? "true" : "false");
    return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct rusage usage = {0};
    sigset_t signals;
    bool in_time;
    double began;
    int status = 0;
    pid_t pid;

    if (argc < 4) {
        fprintf(stderr, "usage: meter REPORT SECONDS PROGRAM [ARGUMENT…]\n");
        return 2;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    began = seconds_now();
    pid = fork();
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    if (pid == 0)
        run(argv + 3);
    in_time = wait_for(&signals, (time_t)strtol(argv[2], NULL, 10));
    if (!in_time)
        kill(-pid, SIGKILL);
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    return report(argv[1], seconds_now() - began,
                  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), !in_time,
                  &usage);
}
