/* Output to readers that are slow, gone, or on a flag of their own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/outlet.h"

#define BULK (1 << 20) /* more than a pipe holds */

static void add_bulk(struct outlet *outlet)
{
    static char bulk[BULK];

    memset(bulk, 'x', sizeof(bulk));
    assert_true(strbuf_add(outlet_text(outlet), bulk, sizeof(bulk)));
}

/* Reads what FD holds now without waiting; returns how much. */
static size_t drain(int fd)
{
    static char block[65536];
    size_t total = 0;
    ssize_t got;

    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while ((got = read(fd, block, sizeof(block))) > 0)
        total += (size_t)got;
    return total;
}

static void a_full_pipe_keeps_the_rest_for_later(void **state)
{
    struct outlet outlet;
    size_t got = 0;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    outlet_init(&outlet, ends[1]);
    add_bulk(&outlet);
    assert_false(outlet_flush(&outlet));
    assert_false(outlet_flush(&outlet));
    do {
        got += drain(ends[0]);
    } while (!outlet_flush(&outlet));
    got += drain(ends[0]);
    assert_int_equal(got, BULK);
    outlet_finish(&outlet);
    close(ends[0]);
    close(ends[1]);
}

static void a_shared_descriptor_keeps_its_flags(void **state)
{
    struct outlet outlet;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    outlet_init(&outlet, ends[1]);
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    outlet_finish(&outlet);
    assert_true(fcntl(ends[1], F_GETFL) >= 0);
    close(ends[0]);
    close(ends[1]);
}

static void a_reader_that_left_is_no_error(void **state)
{
    struct outlet outlet;
    int ends[2];

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    outlet_init(&outlet, ends[1]);
    close(ends[0]);
    add_bulk(&outlet);
    assert_true(outlet_flush(&outlet));
    add_bulk(&outlet);
    outlet_finish(&outlet);
    close(ends[1]);
}

static void a_file_takes_everything_where_it_stands(void **state)
{
    char text[64] = "";
    struct outlet outlet;
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    assert_int_equal(write(fileno(file), "before ", 7), 7);
    outlet_init(&outlet, fileno(file));
    assert_true(strbuf_puts(outlet_text(&outlet), "after"));
    outlet_finish(&outlet);
    assert_int_equal(pread(fileno(file), text, sizeof(text) - 1, 0), 12);
    assert_string_equal(text, "before after");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_keeps_the_rest_for_later),
        cmocka_unit_test(a_shared_descriptor_keeps_its_flags),
        cmocka_unit_test(a_reader_that_left_is_no_error),
        cmocka_unit_test(a_file_takes_everything_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
