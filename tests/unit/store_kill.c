#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store.h"

/* A process that adds, moves, updates and removes without a rest is killed at random; what it was
 * told to be kept must be there. It is told by adds of GROUP items, and says so with a byte. */
#define ROUNDS    100u
#define GROUP     UINT64_C(3)
#define MOST_ADDS 20u

struct child {
    struct haul_loop *loop;
    struct store *store;
    uint64_t next_id;
    int pipe;
};

static struct store_item item_of(uint64_t id, char url[64])
{
    snprintf(url, 64, "http://example.org/file-%llu", (unsigned long long)id);
    return (struct store_item){
        .id = id, .place = (double)id, .total = (int64_t)id, .url = url, .options = "dir=/tmp"};
}

static void add_group(struct child *child);

static void on_added(void *ctx, const struct haul_error *err)
{
    struct child *child = ctx;
    char byte = 'k';

    if (err || write(child->pipe, &byte, 1) != 1)
        _exit(1);
    add_group(child);
}

/* The middle one of the group before is moved to where it is, the first one gets progress. */
static void stir(struct child *child)
{
    uint64_t first = child->next_id - 2 * GROUP, middle = first + 1;
    double place = (double)middle;
    char url[64];
    struct store_item update = item_of(first, url);

    update.done = first;
    store_move(child->store, &middle, &place, 1);
    store_update(child->store, &update);
}

static void add_group(struct child *child)
{
    struct store_item items[GROUP];
    char urls[GROUP][64];

    for (size_t i = 0; i < GROUP; i++)
        items[i] = item_of(child->next_id++, urls[i]);
    store_add(child->store, items, GROUP, on_added, child);
    if (child->next_id > 2 * GROUP)
        stir(child);
}

static void skip_item(void *ctx, const struct store_item *item)
{
    (void)ctx;
    (void)item;
}

static HAUL_NORETURN void run_child(const char *path, int pipe_end)
{
    struct child child = {.pipe = pipe_end};
    struct haul_error err;
    bool moved;

    if (haul_loop_new(&child.loop, &err) != HAUL_OK ||
        store_open(child.loop, path, &child.store, &moved, &err) != HAUL_OK || moved ||
        store_load(child.store, skip_item, NULL, &child.next_id, &err) != HAUL_OK)
        _exit(2);
    add_group(&child);
    haul_loop_run(child.loop);
    _exit(3);
}

/* Returns how many groups were told as kept before the process died. */
static uint64_t run_and_kill(const char *path, uint64_t groups)
{
    uint64_t told = 0;
    int ends[2], status;
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        run_child(path, ends[1]);
    }
    assert_true(pid > 0);
    close(ends[1]);
    while (told < groups && read(ends[0], &byte, 1) == 1)
        told++;
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(ends[0], &byte, 1) == 1)
        told++;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    return told;
}

struct kept {
    uint64_t count;
    bool gap;
};

static void check_item(void *ctx, const struct store_item *item)
{
    struct kept *kept = ctx;
    char url[64];
    struct store_item expected = item_of(item->id, url);

    kept->count++;
    kept->gap = kept->gap || item->id != kept->count || item->total != expected.total ||
                strcmp(item->url, expected.url) != 0 ||
                strcmp(item->options, expected.options) != 0 ||
                (item->done != 0 && item->done != item->id);
}

static void on_closed(void *ctx)
{
    bool *closed = ctx;

    *closed = true;
}

/* How many items are there; each must be whole and in its place. */
static uint64_t count_kept(const char *path)
{
    struct haul_loop *loop;
    struct store *store;
    struct haul_error err;
    struct kept kept = {0};
    uint64_t next_id = 0;
    bool moved, closed = false;

    assert_int_equal(haul_loop_new(&loop, &err), HAUL_OK);
    assert_int_equal(store_open(loop, path, &store, &moved, &err), HAUL_OK);
    assert_false(moved);
    assert_int_equal(store_load(store, check_item, &kept, &next_id, &err), HAUL_OK);
    assert_false(kept.gap);
    assert_int_equal(next_id, kept.count + 1);
    store_close(store, on_closed, &closed);
    haul_loop_run(loop);
    assert_true(closed);
    haul_loop_free(loop);
    return kept.count;
}

static int delete_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void what_was_told_as_kept_survives_a_kill(void **unused)
{
    char dir[] = "/tmp/haul-store-XXXXXX", path[64];
    uint64_t kept = 0;

    (void)unused;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/queue.db", dir);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t groups = clock_chance(&clock_system) % MOST_ADDS;
        uint64_t told = run_and_kill(path, groups), now;

        /* Every other time the killed one's log is left to the next process that writes. */
        if (round % 2 == 0) {
            kept += told * GROUP;
            continue;
        }
        now = count_kept(path);
        assert_true(now >= kept + told * GROUP);
        assert_int_equal(now % GROUP, 0);
        kept = now;
    }
    nftw(dir, delete_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_told_as_kept_survives_a_kill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
