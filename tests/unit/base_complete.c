/* Completing a folder's path. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/complete.h"
#include "base/mem.h"
#include "base/path.h"

static const char *const folders[] = {"images",  "isos",       "isos/old",
                                      ".hidden", "f\xc3\xbcr", "f\xc3\xb6r"};

static char root[] = "/tmp/haul-complete-XXXXXX";

static void make(const char *name, bool folder)
{
    char *path = path_join(root, name);

    if (folder)
        assert_int_equal(mkdir(path, 0700), 0);
    else
        fclose(fopen(path, "we"));
    free(path);
}

static void drop(const char *name, bool folder)
{
    char *path = path_join(root, name);

    assert_int_equal(folder ? rmdir(path) : unlink(path), 0);
    free(path);
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(root));
    assert_int_equal(chdir(root), 0);
    assert_int_equal(setenv("HOME", root, 1), 0);
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        make(folders[i], true);
    make("index.html", false);
    make("f\xff", true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drop("f\xff", true);
    drop("index.html", false);
    for (size_t i = COUNT_OF(folders); i-- > 0;)
        drop(folders[i], true);
    assert_int_equal(chdir("/"), 0);
    return rmdir(root);
}

/* Asserts that TYPED goes on to TEXT, COUNT folders fitting, of which FIRST is the first. */
static void assert_completes(const char *typed, const char *text, size_t count, const char *first)
{
    struct complete complete;

    complete_folder(typed, &complete);
    assert_string_equal(complete.text, text);
    assert_int_equal(complete.count, count);
    if (first)
        assert_string_equal(complete.names[0], first);
    complete_fini(&complete);
}

static void assert_is(const char *typed, bool folder, bool other)
{
    struct complete complete;

    complete_folder(typed, &complete);
    assert_int_equal(complete.is_folder, folder);
    assert_int_equal(complete.is_other, other);
    complete_fini(&complete);
}

static void what_is_typed_is_looked_at(void **state)
{
    (void)state;
    assert_is("isos/old/", true, false);
    assert_is("isos/old", true, false);
    assert_is("~/isos", true, false);
    assert_is("index.html", false, true);
    assert_is("isos/new", false, false);
}

static void one_that_fits_is_taken(void **state)
{
    char *absolute = path_join(root, "iso");
    char *whole = path_join(root, "isos/");

    (void)state;
    assert_completes("is", "isos/", 1, "isos");
    assert_completes("isos/", "isos/old/", 1, "old");
    assert_completes("~/im", "~/images/", 1, "images");
    assert_completes("./im", "./images/", 1, "images");
    assert_completes(absolute, whole, 1, "isos");
    assert_completes("~", "~/", 0, NULL);
    free(absolute);
    free(whole);
}

static void several_go_on_as_far_as_they_agree(void **state)
{
    (void)state;
    assert_completes("i", "i", 2, "images");
    assert_completes("f", "f", 2,
                     "f\xc3\xb6r"); /* no half of a character, nothing that is not text */
}

static void nothing_fits(void **state)
{
    (void)state;
    assert_completes("index", "index", 0, NULL); /* a file */
    assert_completes("no/such/x", "no/such/x", 0, NULL);
    assert_completes(".h", ".hidden/", 1, ".hidden");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_is_looked_at),
        cmocka_unit_test(one_that_fits_is_taken),
        cmocka_unit_test(several_go_on_as_far_as_they_agree),
        cmocka_unit_test(nothing_fits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
