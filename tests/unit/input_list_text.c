/* The text of a list in blocks: nothing is lost, and every block begins with an item. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "input/list_text.h"

#define MOST ((size_t)1 << 24)

/* Adds TEXT in pieces of STEP bytes; returns how many blocks it became. */
static unsigned cut(const char *text, size_t step, struct list_blocks *blocks)
{
    struct list_text list;
    struct list_block *block;
    unsigned count = 0;

    list_text_init(&list, MOST);
    for (size_t at = 0, len = strlen(text); at < len; at += step)
        assert_true(list_text_add(&list, text + at, at + step < len ? step : len - at));
    STAILQ_INIT(blocks);
    list_text_take(&list, blocks);
    STAILQ_FOREACH(block, blocks, link)
    count++;
    return count;
}

/* Asserts that the blocks are TEXT again, cut at items; frees them. */
static void assert_blocks(const char *text, struct list_blocks *blocks)
{
    struct list_block *block;

    while ((block = STAILQ_FIRST(blocks))) {
        assert_memory_equal(block->text, text, block->len);
        assert_null(strchr(" \t\r\n#", text[0]));
        text += block->len;
        STAILQ_REMOVE_HEAD(blocks, link);
        free(block);
    }
    assert_string_equal(text, "");
}

static void a_long_list_is_cut_where_items_begin(void **state)
{
    static const size_t steps[] = {7, 4096, 1 << 20};
    struct list_blocks blocks;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, MOST);
    for (int i = 0; i < 5000; i++)
        assert_true(
            strbuf_printf(&text, "http://a.org/%d\n  out=%d\n\n# no\n\theader=A: %d\n", i, i, i));
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_true(cut(text.data, steps[i], &blocks) >= text.len / LIST_BLOCK);
        assert_blocks(text.data, &blocks);
    }
    strbuf_fini(&text);
}

static void one_long_item_is_one_block(void **state)
{
    struct list_blocks blocks;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, MOST);
    assert_true(strbuf_puts(&text, "http://a.org/1\n"));
    while (text.len < 5 * LIST_BLOCK)
        assert_true(strbuf_puts(&text, "  header=A: b\n"));
    assert_int_equal(cut(text.data, 1000, &blocks), 1);
    assert_blocks(text.data, &blocks);
    strbuf_fini(&text);
}

static void items_of_any_length_come_after_each_other(void **state)
{
    (void)state;
    for (size_t first = 100; first < 2 * LIST_BLOCK; first += first / 3) {
        struct list_blocks blocks;
        struct strbuf text;

        strbuf_init(&text, MOST);
        for (size_t item = 1; item <= 3; item++) {
            size_t end = text.len + first / item;

            assert_true(strbuf_printf(&text, "http://a.org/%zu\n", item));
            while (text.len < end)
                assert_true(strbuf_puts(&text, "  header=A: b\n"));
        }
        assert_true(cut(text.data, 1000, &blocks) >= 1);
        assert_blocks(text.data, &blocks);
        strbuf_fini(&text);
    }
}

static void a_list_without_lines_is_one_block_or_none(void **state)
{
    struct list_blocks blocks;

    (void)state;
    assert_int_equal(cut("", 1, &blocks), 0);
    assert_int_equal(cut("no line end", 1, &blocks), 1);
    assert_blocks("no line end", &blocks);
}

static void too_much_is_refused(void **state)
{
    struct list_text list;

    (void)state;
    list_text_init(&list, 10);
    assert_true(list_text_add(&list, "12345", 5));
    assert_false(list_text_add(&list, "123456", 6));
    assert_true(list_text_add(&list, "67890", 5));
    list_text_fini(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_list_is_cut_where_items_begin),
        cmocka_unit_test(one_long_item_is_one_block),
        cmocka_unit_test(items_of_any_length_come_after_each_other),
        cmocka_unit_test(a_list_without_lines_is_one_block_or_none),
        cmocka_unit_test(too_much_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
