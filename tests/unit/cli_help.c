/* Help: complete, and within 80 columns. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "config/args.h"
#include "config/commands.h"

/* The help of COMMAND; the caller frees it. */
static char *help_of(const struct command *command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    assert_non_null(to);
    help_print(command, to);
    fclose(to);
    return text;
}

static void assert_fits(char *text)
{
    for (char *line = strtok_r(text, "\n", &text); line != NULL; line = strtok_r(NULL, "\n", &text))
        if (text_width(line) >= 80 || line[strlen(line) - 1] == ' ')
            fail_msg("\"%s\"", line);
}

static void every_help_fits_and_names_its_options(void **state)
{
    size_t command_count, option_count;
    const struct command *commands = command_table(&command_count);
    const struct haul_option *options = haul_option_table(&option_count);

    (void)state;
    for (size_t i = 0; i <= command_count; i++) {
        const struct command *command = i < command_count ? &commands[i] : command_screen();
        char *text = help_of(command);

        for (size_t j = 0; j < option_count; j++) {
            char name[64];

            snprintf(name, sizeof(name), "--%s", options[j].name);
            if (args_takes(command, &options[j]))
                assert_non_null(strstr(text, name));
        }
        assert_fits(text);
        free(text);
    }
}

static void the_whole_help_names_every_command(void **state)
{
    size_t count;
    const struct command *commands = command_table(&count);
    char *text = help_of(command_screen());

    (void)state;
    for (size_t i = 0; i < count; i++)
        assert_non_null(strstr(text, commands[i].name));
    free(text);
}

static void commands_are_found_by_name(void **state)
{
    size_t count;
    const struct command *commands = command_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(command_find(commands[i].name), &commands[i]);
        assert_non_null(command_runner(&commands[i]));
        assert_true(commands[i].operands_min <= commands[i].operands_max);
    }
    assert_null(command_find(""));
    assert_null(command_find("http://a.org/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_help_fits_and_names_its_options),
        cmocka_unit_test(the_whole_help_names_every_command),
        cmocka_unit_test(commands_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
