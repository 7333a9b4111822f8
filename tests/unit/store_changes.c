#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/changes.h"

static struct store_item item_of(uint64_t id, uint64_t done)
{
    return (struct store_item){
        .id = id, .done = done, .url = "http://example.org/", .options = "dir=/tmp"};
}

static void add(struct changes *changes, uint64_t id, uint64_t done)
{
    struct store_item item = item_of(id, done);

    changes_add(changes, &item);
}

static void update(struct changes *changes, uint64_t id, uint64_t done, const char *name)
{
    struct store_item item = {.id = id, .done = done, .name = name};

    changes_update(changes, &item);
}

static const struct change *find(const struct changes *changes, uint64_t id)
{
    const struct change *found;

    HASH_FIND(hh, changes->items, &id, sizeof id, found);
    return found;
}

static void many_updates_of_an_item_are_one(void **unused)
{
    struct changes changes = {0};

    (void)unused;
    for (unsigned i = 0; i <= 1000; i++)
        update(&changes, 7, i, i % 2 ? "odd" : "even");
    assert_int_equal(changes_count(&changes), 1);
    assert_int_equal(find(&changes, 7)->what, CHANGE_UPDATE);
    assert_int_equal(find(&changes, 7)->item.done, 1000);
    assert_string_equal(find(&changes, 7)->item.name, "even");
    changes_fini(&changes);
    assert_false(changes_any(&changes));
}

static void an_update_of_what_is_not_written_yet_keeps_what_was_asked_for(void **unused)
{
    struct changes changes = {0};

    (void)unused;
    add(&changes, 1, 0);
    update(&changes, 1, 5, "name");
    changes_move(&changes, 1, 2.5);
    assert_true(find(&changes, 1)->what & CHANGE_ADD);
    assert_int_equal(find(&changes, 1)->item.done, 5);
    assert_true(find(&changes, 1)->item.place == 2.5);
    assert_string_equal(find(&changes, 1)->item.url, "http://example.org/");
    assert_string_equal(find(&changes, 1)->options->text, "dir=/tmp");
    changes_fini(&changes);
}

static void items_that_share_options_share_their_text(void **unused)
{
    struct changes changes = {0};

    (void)unused;
    add(&changes, 1, 0);
    add(&changes, 2, 0);
    assert_ptr_equal(find(&changes, 1)->options, find(&changes, 2)->options);
    changes_fini(&changes);
}

static void a_removal_overrides_what_came_before(void **unused)
{
    struct changes changes = {0};

    (void)unused;
    add(&changes, 1, 0);
    update(&changes, 1, 5, NULL);
    changes_remove(&changes, 1);
    assert_int_equal(find(&changes, 1)->what, CHANGE_REMOVE);
    assert_int_equal(changes.last_id, 1);
    changes_fini(&changes);
}

static void only_progress_may_be_lost_in_a_power_cut(void **unused)
{
    struct changes changes = {0};
    struct store_item paused = {.id = 2, .state = HAUL_PAUSED};

    (void)unused;
    update(&changes, 1, 5, NULL);
    assert_false(changes.durable);
    changes_update(&changes, &paused);
    assert_true(changes.durable);
    changes_fini(&changes);
    changes_set(&changes, "jobs", "8");
    assert_true(changes.durable);
    changes_fini(&changes);
}

/* 1: progress on progress; 2: an add that failed, with progress since; 3: progress, then removed;
 * 4: progress, then moved; 5: moved, then progress; 6: removed; 7: only new. */
static void what_failed_goes_under_what_came_since(void **unused)
{
    struct changes failed = {0}, changes = {0};

    (void)unused;
    update(&failed, 1, 10, "old");
    add(&failed, 2, 0);
    update(&failed, 3, 10, NULL);
    update(&failed, 4, 10, NULL);
    changes_move(&failed, 5, 5.5);
    changes_remove(&failed, 6);
    changes_set(&failed, "jobs", "1");
    changes_set(&failed, "limit", "2");
    update(&changes, 1, 20, "new");
    changes_remove(&changes, 3);
    changes_move(&changes, 4, 4.5);
    update(&changes, 5, 20, NULL);
    add(&changes, 7, 0);
    changes_set(&changes, "jobs", NULL);

    changes_join_failed(&changes, &failed);
    assert_false(changes_any(&failed));
    assert_int_equal(find(&changes, 1)->item.done, 20);
    assert_string_equal(find(&changes, 1)->item.name, "new");
    assert_null(find(&changes, 2));
    assert_int_equal(find(&changes, 3)->what, CHANGE_REMOVE);
    assert_int_equal(find(&changes, 4)->item.done, 10);
    assert_true(find(&changes, 4)->item.place == 4.5);
    assert_int_equal(find(&changes, 5)->item.done, 20);
    assert_int_equal(find(&changes, 6)->what, CHANGE_REMOVE);
    assert_int_equal(find(&changes, 7)->what, CHANGE_ADD);
    assert_string_equal(find(&changes, 7)->options->text, "dir=/tmp");
    assert_int_equal(changes.last_id, 7);
    assert_int_equal(HASH_COUNT(changes.settings), 2);
    changes_fini(&changes);
}

static void another_link_stays_when_it_could_not_be_written(void **unused)
{
    struct changes changes = {0}, failed = {0};
    struct store_item item = item_of(1, 5);

    (void)unused;
    item.url = "http://example.org/new";
    item.options = "dir=/new";
    changes_change(&failed, &item);
    update(&changes, 1, 6, "name");
    changes_join_failed(&changes, &failed);
    assert_int_equal(find(&changes, 1)->what, CHANGE_UPDATE | CHANGE_LINK);
    assert_int_equal(find(&changes, 1)->item.done, 6);
    assert_string_equal(find(&changes, 1)->item.url, "http://example.org/new");
    assert_string_equal(find(&changes, 1)->options->text, "dir=/new");
    assert_true(changes.durable);
    item.url = "http://example.org/newest";
    changes_change(&changes, &item);
    assert_int_equal(changes_count(&changes), 1);
    assert_string_equal(find(&changes, 1)->item.url, "http://example.org/newest");
    changes_fini(&changes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_updates_of_an_item_are_one),
        cmocka_unit_test(an_update_of_what_is_not_written_yet_keeps_what_was_asked_for),
        cmocka_unit_test(items_that_share_options_share_their_text),
        cmocka_unit_test(a_removal_overrides_what_came_before),
        cmocka_unit_test(only_progress_may_be_lost_in_a_power_cut),
        cmocka_unit_test(what_failed_goes_under_what_came_since),
        cmocka_unit_test(another_link_stays_when_it_could_not_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
