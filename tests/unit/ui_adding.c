/* The review of what was pasted, without a terminal and without a daemon. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/adding.h"
#include "ui/bindings.h"
#include "ui/option_line.h"

/* A sheet that nobody looks at. */
struct world {
    struct model *model;
    struct bindings *bindings;
    struct prompt prompt;
    struct adding adding;
    size_t wanted; /* calls for work */
    char notice[400];
};

static void ignore(void *ctx)
{
    (void)ctx;
}

static void ignore_lost(void *ctx, const char *sentence, bool ever)
{
    (void)ctx;
    (void)sentence;
    (void)ever;
}

static void note(void *ctx, bool bad, const char *text)
{
    struct world *world = ctx;

    (void)bad;
    str_copy(world->notice, sizeof(world->notice), text);
}

static void want(void *ctx)
{
    struct world *world = ctx;

    world->wanted++;
}

static void open_world(struct world *world)
{
    struct model_events from_model = {ignore, ignore, note, ignore, ignore_lost, world};
    struct adding_events from_adding = {note, want, world};

    *world = (struct world){0};
    struct haul_place place = {.session = "test"};
    world->bindings = bindings_new();
    world->model = model_new(NULL, &place, &clock_system, &from_model);
    prompt_init(&world->prompt);
    adding_init(&world->adding, world->model, &world->prompt, NULL, NULL, &from_adding);
}

static void close_world(struct world *world)
{
    model_free(world->model);
    bindings_free(world->bindings);
    adding_fini(&world->adding);
    prompt_fini(&world->prompt);
}

static void read_all(struct world *world, const char *text)
{
    adding_text(&world->adding, text, strlen(text));
    while (adding_work(&world->adding))
        continue;
}

static bool act(struct world *world, enum keymap_action action)
{
    struct view *view = &world->adding.view.view;

    return view->ops->act(view, action) || adding_act(&world->adding, action);
}

static void key(struct world *world, uint32_t code, const char *text, bool rushed)
{
    struct input_key one = {.code = code, .rushed = rushed};

    str_copy(one.text, sizeof(one.text), text);
    if (!prompt_open(&world->prompt) && adding_rushed(&world->adding, &one))
        return;
    if (prompt_open(&world->prompt))
        prompt_key(&world->prompt, &one);
    else
        (void)act(world, bindings_find(world->bindings, code, PLACE_SHEET));
}

static void type(struct world *world, const char *text, bool rushed)
{
    for (const char *at = text; *at != '\0'; at++) {
        char one[2] = {*at, '\0'};

        key(world, *at == '\r' ? INPUT_ENTER : (unsigned char)*at, *at == '\r' ? "" : one,
            rushed && at > text);
    }
}

static void keys_are_answered_while_a_large_paste_is_read(void **state)
{
    struct strbuf text;
    struct world world;
    size_t answered = 0;

    (void)state;
    strbuf_init(&text, 64 << 20);
    for (size_t i = 0; text.len < (5u << 20); i++)
        assert_true(strbuf_printf(&text,
                                  "%zu https://example.org/folder/of/files/file-%zu.bin and "
                                  "words around it\n",
                                  i, i));
    open_world(&world);
    adding_text(&world.adding, text.data, text.len);
    assert_true(world.wanted > 0);
    assert_int_equal(world.adding.view.sheet.count, 0); /* not at once */
    while (adding_work(&world.adding)) {
        size_t before = world.adding.view.cursor;

        assert_true(act(&world, ACT_DOWN));
        assert_int_equal(world.adding.view.cursor, before + 1);
        answered++;
    }
    assert_true(answered >= 30);
    assert_true(world.adding.view.sheet.count > 50000);
    assert_null(world.adding.view.sheet.pasted.text.data); /* what was read is not kept */
    close_world(&world);
    strbuf_fini(&text);
}

static void lines_that_are_typed_in_like_a_paste_obey_nothing(void **state)
{
    struct world world;

    (void)state;
    open_world(&world);
    adding_ask(&world.adding);
    type(&world, "https://a.org/q.iso\rhttps://a.org/xd.iso\r\rhttps://a.org/h o.iso\r", true);
    while (adding_work(&world.adding))
        continue;
    assert_int_equal(world.adding.view.sheet.count, 3);
    assert_string_equal(sheet_url(&world.adding.view.sheet, 1), "https://a.org/xd.iso");
    assert_int_equal(world.adding.view.sheet.on_count, 3);
    assert_false(prompt_open(&world.prompt));
    key(&world, ' ', " ", false); /* and now somebody types */
    assert_int_equal(world.adding.view.sheet.on_count, 2);
    close_world(&world);
}

static void an_empty_line_and_ctrl_d_end_the_prompt(void **state)
{
    struct world world;

    (void)state;
    open_world(&world);
    adding_ask(&world.adding);
    key(&world, INPUT_ENTER, "", false);
    assert_false(prompt_open(&world.prompt));
    adding_ask(&world.adding);
    key(&world, INPUT_CTRL('d'), "", false);
    assert_false(prompt_open(&world.prompt));
    assert_false(world.adding.open);
    close_world(&world);
}

static void what_the_queue_has_is_switched_off(void **state)
{
    static const enum haul_state kept[] = {HAUL_FAILED, HAUL_CANCELLED};
    static const enum haul_state off[] = {HAUL_QUEUED, HAUL_ACTIVE, HAUL_WAITING, HAUL_PAUSED,
                                          HAUL_DONE};
    struct world world;
    struct sheet *sheet = &world.adding.view.sheet;

    (void)state;
    open_world(&world);
    read_all(&world, "https://a.org/1 https://a.org/2\n");
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        sheet_note_known(sheet, &sheet->rows[0],
                         &(struct haul_known_link){.id = 7, .state = kept[i]});
        assert_int_equal(sheet->on_count, 2);
    }
    for (size_t i = 0; i < COUNT_OF(off); i++) {
        sheet_set_off(sheet, 0, false);
        sheet_note_known(sheet, &sheet->rows[0],
                         &(struct haul_known_link){.id = 7, .state = off[i]});
        assert_true(sheet->rows[0].off);
        assert_int_equal(sheet->on_count, 1);
    }
    close_world(&world);
}

static void rows_are_found_after_others_went(void **state)
{
    struct world world;
    struct sheet *sheet = &world.adding.view.sheet;
    uint32_t second, third;

    (void)state;
    open_world(&world);
    read_all(&world, "https://a.org/1 https://a.org/2 https://a.org/3\n");
    second = sheet->rows[1].serial;
    third = sheet->rows[2].serial;
    sheet_remove(sheet, 1);
    assert_null(sheet_find(sheet, second));
    assert_ptr_equal(sheet_find(sheet, third), &sheet->rows[1]);
    assert_int_equal(sheet->on_count, 2);
    read_all(&world, "https://a.org/2\n");
    assert_int_equal(sheet->count, 3);
    assert_true(sheet->rows[2].serial > third);
    close_world(&world);
}

static void nothing_chosen_is_not_added(void **state)
{
    struct world world;

    (void)state;
    open_world(&world);
    read_all(&world, "nothing here\n");
    assert_int_equal(world.adding.view.view.ops->place, PLACE_SHEET_NONE);
    assert_int_equal(bindings_find(world.bindings, INPUT_ENTER, PLACE_SHEET_NONE), ACT_NONE);
    read_all(&world, "https://a.org/1\n");
    assert_int_equal(world.adding.view.view.ops->place, PLACE_SHEET);
    assert_true(act(&world, ACT_TOGGLE_ALL));
    assert_int_equal(world.adding.view.view.ops->place, PLACE_SHEET_OFF);
    assert_int_equal(bindings_find(world.bindings, INPUT_ENTER, PLACE_SHEET_OFF), ACT_NONE);
    close_world(&world);
}

static void secrets_are_masked(void **state)
{
    struct haul_options *options = haul_options_new();
    struct haul_settings settings;
    char *text;

    (void)state;
    haul_settings_init(&settings);
    assert_int_equal(option_line_read("-H 'X-Key: hush' -u me:hush -b a=hush --data hush --bearer "
                                      "hush --proxy http://u:hush@p -A 'my agent' -x 2 --insecure",
                                      options, &settings, NULL),
                     HAUL_OK);
    text = sheet_describe(options, false);
    assert_null(strstr(text, "hush"));
    assert_non_null(strstr(text, "--header X-Key: "));
    assert_non_null(strstr(text, "--user-agent my agent"));
    assert_non_null(strstr(text, "--connections 2"));
    assert_non_null(strstr(text, "--insecure"));
    free(text);
    haul_options_unref(options);
}

static void assert_line_refused(const char *line, const char *why)
{
    struct haul_options *options = haul_options_new();
    struct haul_settings settings;
    struct haul_error err;

    haul_settings_init(&settings);
    assert_int_not_equal(option_line_read(line, options, &settings, &err), HAUL_OK);
    assert_non_null(strstr(err.text, why));
    haul_options_unref(options);
}

static void a_line_of_options_is_read_as_the_command_line_is(void **state)
{
    struct haul_options *options = haul_options_new();
    struct haul_settings settings;

    (void)state;
    haul_settings_init(&settings);
    assert_int_equal(option_line_read("-x4 --limit=2M -o 'a name' --header \"X: a b\"", options,
                                      &settings, NULL),
                     HAUL_OK);
    assert_int_equal(options->connections, 4);
    assert_string_equal(options->out, "a name");
    assert_string_equal(options->headers.items[0], "X: a b");
    assert_int_equal(settings.limit, 2 << 20);
    haul_options_unref(options);
    assert_line_refused("-x many", "is not a whole number");
    assert_line_refused("--no-such", "there is no option --no-such");
    assert_line_refused("-o", "-o needs a value");
    assert_line_refused("file.iso", "is no option");
    assert_line_refused("--json", "is for the command line");
    assert_line_refused("-o 'open", "quote is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_answered_while_a_large_paste_is_read),
        cmocka_unit_test(lines_that_are_typed_in_like_a_paste_obey_nothing),
        cmocka_unit_test(an_empty_line_and_ctrl_d_end_the_prompt),
        cmocka_unit_test(what_the_queue_has_is_switched_off),
        cmocka_unit_test(rows_are_found_after_others_went),
        cmocka_unit_test(nothing_chosen_is_not_added),
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(a_line_of_options_is_read_as_the_command_line_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
