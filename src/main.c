/* Picks the role, nothing else: the command line does the rest, and gets the screen handed in
 * because its room does not know that one. */

#include <locale.h>

#include "base/fd.h"
#include "base/mem.h"
#include "cli/command.h"
#include "ui/app.h"

static int show_screen(const struct cli_start *start)
{
    struct ui_start screen = {.session = start->session,
                              .host = start->host,
                              .requests = start->requests,
                              .settings = start->settings,
                              .options = start->options,
                              .config = start->config,
                              .rate = start->ui_rate,
                              .theme = (enum theme_name)start->theme,
                              .log_path = start->log_path};

    return ui_main(&screen);
}

int main(int argc, char **argv)
{
    fd_fill_standard();
    mem_init();
    setlocale(LC_CTYPE,
              ""); /* the rest stays "C": what is written must be readable by every haul */
    setlocale(LC_MESSAGES, "");
    return cli_main(argc, argv, show_screen);
}
