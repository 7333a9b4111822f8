#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "engine/item.h"

static struct item *make(const char *url, const char *out)
{
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = url, .options = options};
    struct item *item;

    if (out)
        options->out = strdup(out);
    item = item_new(1, &request);
    haul_options_unref(options);
    return item;
}

static void assert_texts(const char *url, const char *out, const char *shown, const char *name)
{
    struct item *item = make(url, out);

    assert_string_equal(item_url(item), url);
    assert_string_equal(item_shown(item), shown);
    assert_string_equal(item_name(item), name);
    assert_null(item->more);
    item_set_url(item, "ftp://a:b@c/d%20e");
    assert_string_equal(item_url(item), "ftp://a:b@c/d%20e");
    assert_string_equal(item_shown(item), "ftp://c/d%20e");
    assert_string_equal(item_name(item), out ? name : "d e");
    item_set_url(item, url);
    assert_string_equal(item_url(item), url);
    assert_string_equal(item_shown(item), shown);
    assert_string_equal(item_name(item), name);
    item_free(item);
}

static void links_say_what_is_shown_and_what_the_file_is_called(void **state)
{
    (void)state;
    assert_texts("http://e.org/a/f.iso", NULL, "http://e.org/a/f.iso", "f.iso");
    assert_texts("http://me:pw@e.org/f.iso", NULL, "http://e.org/f.iso", "f.iso");
    assert_texts("http://e.org/f.iso#x", NULL, "http://e.org/f.iso", "f.iso");
    assert_texts("http://e.org/f.iso?x=/y.z", NULL, "http://e.org/f.iso?x=/y.z", "f.iso");
    assert_texts("http://me:pw@e.org/%41?q", NULL, "http://e.org/%41?q", "A");
    assert_texts("http://e.org/.rc", NULL, "http://e.org/.rc", "rc");
    assert_texts("http://e.org/aux.c", NULL, "http://e.org/aux.c", "_aux.c");
    assert_texts("http://e.org/x.part", NULL, "http://e.org/x.part", "x.part_");
    assert_texts("http://e.org", NULL, "http://e.org", "e.org");
    assert_texts("http://e.org/", NULL, "http://e.org/", "e.org");
    assert_texts("http://e.org:8080", NULL, "http://e.org:8080", "e.org");
    assert_texts("http://me:pw@e.org", NULL, "http://e.org", "e.org");
    assert_texts("http://e.org/f.iso", "mine", "http://e.org/f.iso", "mine");
}

static void a_queued_item_is_one_small_piece(void **state)
{
    struct item *item = make("http://downloads.example.org/a/f-1.bin", NULL);

    (void)state;
    assert_true(strlen(item_url(item)) <= 40);
    assert_null(item->more);
    assert_true(malloc_usable_size(item) <= 80);
    assert_int_equal(item_more(item)->total, -1);
    assert_null(item_more(item)->note);
    assert_null(item_work(item)->transfer);
    item_set_note(item, NULL);
    item_set_name(item, "f-1.bin");
    item_set_mirrors(item, NULL);
    item_settle(item);
    assert_null(item->more);
    item_free(item);
}

static void an_item_that_is_done_keeps_what_became_of_it(void **state)
{
    struct item *item = make("http://example.org/f", NULL);

    (void)state;
    item_need_work(item)->base = strdup("f");
    item_set_mirrors(item, "http://example.net/f\nhttp://example.com/f\n");
    item_set_name(item, "f\x1b (1)");
    item->more->total = 7;
    item->state = HAUL_FAILED;
    item_settle(item);
    assert_string_equal(item_work(item)->base, "f");
    assert_int_equal(item_work(item)->mirror_count, 2);
    item->state = HAUL_DONE;
    item_settle(item);
    assert_null(item->more->work);
    assert_int_equal(item_more(item)->total, 7);
    assert_string_equal(item_name(item), "f^[ (1)");
    item_free(item);
}

static void work_is_not_taken_from_a_transfer(void **state)
{
    struct item *item = make("http://example.org/f", NULL);

    (void)state;
    item_need_work(item)->transfer = (struct transfer *)item; /* only looked at, never followed */
    item->state = HAUL_CANCELLED;
    item_settle(item);
    assert_non_null(item_work(item)->transfer);
    item->more->work->transfer = NULL;
    item_settle(item);
    assert_null(item->more->work);
    item_free(item);
}

static void history_keeps_the_last_events(void **state)
{
    struct item *item = make("http://example.org/f", NULL);

    (void)state;
    for (unsigned i = 0; i < ITEM_EVENTS_MAX + 3; i++)
        item_log(item, i, "event %u\x1b", i);
    assert_int_equal(item->more->event_count, ITEM_EVENTS_MAX);
    assert_string_equal(item->more->events[0].text, "event 3^[");
    item_free(item);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_say_what_is_shown_and_what_the_file_is_called),
        cmocka_unit_test(a_queued_item_is_one_small_piece),
        cmocka_unit_test(an_item_that_is_done_keeps_what_became_of_it),
        cmocka_unit_test(work_is_not_taken_from_a_transfer),
        cmocka_unit_test(history_keeps_the_last_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
