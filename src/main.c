/* Picks the role, nothing else: the command line does the rest, and gets the screen handed in
 * because its room does not know that one. */

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/command.h"
#include "ui/app.h"
#include "ui/bindings.h"
#include "ui/key_name.h"
#include "ui/theme.h"

static int show_screen(const struct cli_start *start)
{
    struct ui_start screen = {.session = start->session,
                              .host = start->host,
                              .links = start->links,
                              .settings = start->settings,
                              .options = start->options,
                              .config = start->config,
                              .run = start->run,
                              .only_watch = start->only_watch,
                              .log_path = start->log_path};

    char *folder = path_state_dir(start->session);
    char *history = path_join(folder, "commands");
    screen.history_path = history;
    int status = ui_main(&screen);
    free(history);
    free(folder);
    return status;
}

static void show_keys(const struct bindings *bindings, enum keymap_action action, cli_keys_fn *each,
                      void *ctx)
{
    uint32_t codes[BINDINGS_KEYS_MAX];
    char texts[BINDINGS_KEYS_MAX][KEY_NAME_SIZE];
    const char *names[BINDINGS_KEYS_MAX];
    struct cli_keys keys = {.action = keymap_name(action),
                            .names = names,
                            .count = bindings_keys(bindings, action, codes),
                            .line = bindings_line(bindings, action),
                            .taken = bindings_taken(bindings, action)};

    for (size_t i = 0; i < keys.count; i++)
        names[i] = key_name(codes[i], texts[i]);
    each(ctx, &keys);
}

static enum haul_err read_keys(const struct config *config, cli_keys_fn *each, void *ctx,
                               struct haul_error *err)
{
    struct bindings *bindings = bindings_new();
    enum haul_err code = bindings_read(bindings, config, err);

    for (enum keymap_action action = ACT_NONE + 1; code == HAUL_OK && each && action < ACT_COUNT;
         action++)
        show_keys(bindings, action, each, ctx);
    bindings_free(bindings);
    return code;
}

static enum haul_err check_theme(const char *name, struct haul_error *err)
{
    struct theme theme;

    return theme_load(name, &theme, err);
}

/* Everything is closed and said by now. What is left, idle threads and what libraries hold, ends
 * with the process: to wait for it piece by piece takes a twentieth of a short run. Builds that
 * look for leaks end the long way. */
static int leave(int status)
{
#ifdef NDEBUG
    (void)fflush(NULL);
    _exit(status);
#endif
    return status;
}

int main(int argc, char **argv)
{
    static const struct cli_screen screen = {show_screen, read_keys, check_theme};

    fd_fill_standard();
    mem_init();
    setlocale(LC_CTYPE,
              ""); /* the rest stays "C": what is written must be readable by every haul */
    setlocale(LC_MESSAGES, "");
    return leave(cli_main(argc, argv, &screen));
}
