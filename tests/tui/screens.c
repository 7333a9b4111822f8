/* Golden screens: the program in a pseudo-terminal, seen by libvterm.
 *
 *     screens PROGRAM GOLDEN_DIR CASE
 *
 * The program is driven by a script (HAUL_SCRIPT) whose last step dumps the screen. What the
 * terminal shows must be that dump, and both must be the golden file; where a case asks for it the
 * colours are compared too, one letter a cell. Then the program is asked to end and must leave the
 * terminal as it was. HAUL_GOLDEN=update writes the files instead. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define DEADLINE_S 30
#define TEXT_MAX   ((size_t)1 << 18)

struct screen_case {
    const char *name;
    const char *fake; /* HAUL_FAKE */
    int cols, rows;
    const char *script;
    bool review;        /* what is pasted: links that the queue knows, and a copied request */
    const char *locale; /* NULL: UTF-8 */
    const char *type;   /* TERM; NULL: xterm-256color */
    bool no_color;
    const char *theme;  /* see --theme; NULL: the default */
    const char *config; /* the configuration; NULL: none */
    bool watch;         /* a screen that only watches */
    bool ascii;
    bool colors; /* compare them */
    bool depths; /* on terminals of few and many colours, and the colours themselves */
    bool hard;   /* instead of a golden file: all but names is where it is with plain names */
};

static const char hard_links[] =
    "https://example.org/0 https://example.org/1 https://example.org/2 https://example.org/3\n"
    "https://example.org/5 https://example.org/6 https://example.org/7 https://example.org/8\n"
    "https://example.org/9 https://example.org/10 https://example.org/12 https://example.org/13\n"
    "https://example.org/14 https://example.org/15 https://example.org/17 https://example.org/18\n";

static const struct screen_case cases[] = {
    {.name = "busy-80x24", .fake = "busy", .cols = 80, .rows = 24, .colors = true},
    {.name = "busy-40x10", .fake = "busy", .cols = 40, .rows = 10},
    {.name = "busy-200x50", .fake = "busy", .cols = 200, .rows = 50},
    {.name = "busy-20x4", .fake = "busy", .cols = 20, .rows = 4},
    {.name = "busy-19x3", .fake = "busy", .cols = 19, .rows = 3},
    {.name = "busy-1x1", .fake = "busy", .cols = 1, .rows = 1},
    {.name = "ascii-80x24", .fake = "busy", .cols = 80, .rows = 24, .ascii = true},
    /* Of a type without "repeat character", which libvterm 0.1 does not do in the last column. */
    {.name = "c-locale-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .locale = "C",
     .type = "screen-256color"},
    {.name = "no-color-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .no_color = true,
     .colors = true},
    {.name = "8-colors-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .type = "xterm",
     .colors = true},
    {.name = "light-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .theme = "light",
     .colors = true},
    {.name = "high-contrast-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .theme = "high-contrast",
     .colors = true},
    {.name = "color-blind-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .theme = "color-blind",
     .colors = true},
    {.name = "depths-default-80x12",
     .fake = "busy",
     .cols = 80,
     .rows = 12,
     .theme = "default",
     .depths = true},
    {.name = "depths-light-80x12",
     .fake = "busy",
     .cols = 80,
     .rows = 12,
     .theme = "light",
     .depths = true},
    {.name = "depths-high-contrast-80x12",
     .fake = "busy",
     .cols = 80,
     .rows = 12,
     .theme = "high-contrast",
     .depths = true},
    {.name = "depths-color-blind-80x12",
     .fake = "busy",
     .cols = 80,
     .rows = 12,
     .theme = "color-blind",
     .depths = true},
    {.name = "no-color-ascii-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .no_color = true,
     .theme = "mono",
     .ascii = true,
     .colors = true},
    {.name = "no-theme-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .theme = "mono",
     .colors = true},
    {.name = "busy-300x100", .fake = "busy", .cols = 300, .rows = 100, .colors = true},
    {.name = "wide-160x48", .fake = "wide", .cols = 160, .rows = 48},
    {.name = "wide-200x60", .fake = "wide", .cols = 200, .rows = 60, .script = "<Enter>\n"},
    {.name = "wide-300x100", .fake = "wide", .cols = 300, .rows = 100, .colors = true},
    {.name = "wide-closed-240x40", .fake = "wide", .cols = 240, .rows = 40, .script = "<Enter>\n"},
    {.name = "wide-ascii-160x48", .fake = "wide", .cols = 160, .rows = 48, .ascii = true},
    {.name = "mono-80x24", .fake = "busy", .cols = 80, .rows = 24, .type = "vt220", .colors = true},
    {.name = "away-80x24", .fake = "away", .cols = 80, .rows = 24, .colors = true},
    {.name = "away-40x10", .fake = "away", .cols = 40, .rows = 10},
    {.name = "away-200x50", .fake = "away", .cols = 200, .rows = 50},
    {.name = "away-asks-80x24", .fake = "away-asks", .cols = 80, .rows = 24},
    {.name = "away-ascii-80x24", .fake = "away", .cols = 80, .rows = 24, .ascii = true},
    {.name = "away-review-80x24",
     .fake = "away",
     .cols = 80,
     .rows = 24,
     .script = "ahttps://example.org/a.iso<Enter>\n<Enter>\n"},
    {.name = "trouble-80x24", .fake = "trouble", .cols = 80, .rows = 24, .colors = true},
    {.name = "trouble-40x10", .fake = "trouble", .cols = 40, .rows = 10},
    {.name = "trouble-ascii-120x40", .fake = "trouble", .cols = 120, .rows = 40, .ascii = true},
    {.name = "remove-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "d\n"},
    {.name = "sort-ascii-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .ascii = true,
     .script = "s\n"},
    {.name = "empty-80x24", .fake = "empty", .cols = 80, .rows = 24},
    {.name = "empty-40x10", .fake = "empty", .cols = 40, .rows = 10},
    {.name = "hostile-80x24", .fake = "hostile", .cols = 80, .rows = 24},
    {.name = "hostile-ascii-80x24", .fake = "hostile", .cols = 80, .rows = 24, .ascii = true},
    {.name = "hard-list-80x24", .fake = "hard", .cols = 80, .rows = 24, .hard = true},
    {.name = "hard-list-40x10", .fake = "hard", .cols = 40, .rows = 10, .hard = true},
    {.name = "hard-list-41x10", .fake = "hard", .cols = 41, .rows = 10, .hard = true},
    {.name = "hard-list-120x40", .fake = "hard", .cols = 120, .rows = 40, .hard = true},
    {.name = "hard-list-200x50", .fake = "hard", .cols = 200, .rows = 50, .hard = true},
    {.name = "hard-list-ascii-80x24",
     .fake = "hard",
     .cols = 80,
     .rows = 24,
     .hard = true,
     .ascii = true},
    {.name = "hard-details-80x24",
     .fake = "hard",
     .cols = 80,
     .rows = 24,
     .hard = true,
     .script = "<Enter>\n"},
    {.name = "hard-details-161x45",
     .fake = "hard",
     .cols = 161,
     .rows = 45,
     .hard = true,
     .script = "<Enter>\n"},
    {.name = "hard-hosts-80x24",
     .fake = "hard",
     .cols = 80,
     .rows = 24,
     .hard = true,
     .script = "6\n"},
    {.name = "hard-hosts-40x10",
     .fake = "hard",
     .cols = 40,
     .rows = 10,
     .hard = true,
     .script = "6\n"},
    {.name = "hard-hosts-121x40",
     .fake = "hard",
     .cols = 121,
     .rows = 40,
     .hard = true,
     .script = "6\n"},
    {.name = "hard-review-80x24",
     .fake = "hard",
     .cols = 80,
     .rows = 24,
     .hard = true,
     .script = ":paste-file @\n"},
    {.name = "hard-review-40x10",
     .fake = "hard",
     .cols = 40,
     .rows = 10,
     .hard = true,
     .script = ":paste-file @\n"},
    {.name = "hard-review-121x40",
     .fake = "hard",
     .cols = 121,
     .rows = 40,
     .hard = true,
     .script = ":paste-file @\n"},
    {.name = "hard-remove-80x24",
     .fake = "hard",
     .cols = 80,
     .rows = 24,
     .hard = true,
     .script = "d\n"},
    {.name = "hard-path-81x24",
     .fake = "hard",
     .cols = 81,
     .rows = 24,
     .hard = true,
     .script = "o\n"},
    {.name = "levels-80x24", .fake = "levels", .cols = 80, .rows = 24},
    {.name = "levels-40x10", .fake = "levels", .cols = 40, .rows = 10},
    {.name = "levels-ascii-80x24", .fake = "levels", .cols = 80, .rows = 24, .ascii = true},
    {.name = "levels-asked-80x24", .fake = "levels", .cols = 80, .rows = 24, .script = "i\n"},
    {.name = "off-hours-80x24", .fake = "off-hours", .cols = 80, .rows = 24},
    {.name = "off-hours-40x10", .fake = "off-hours", .cols = 40, .rows = 10},
    {.name = "off-hours-200x50", .fake = "off-hours", .cols = 200, .rows = 50},
    {.name = "off-until-tomorrow-80x24", .fake = "off-until-tomorrow", .cols = 80, .rows = 24},
    {.name = "off-for-good-80x24", .fake = "off-for-good", .cols = 80, .rows = 24},
    {.name = "slow-hours-80x24", .fake = "slow-hours", .cols = 80, .rows = 24},
    {.name = "slow-hours-200x50", .fake = "slow-hours", .cols = 200, .rows = 50},
    {.name = "slow-hours-jobs-80x24",
     .fake = "slow-hours",
     .cols = 80,
     .rows = 24,
     .script = "+\n"},
    {.name = "slow-hours-limit-80x24",
     .fake = "slow-hours",
     .cols = 80,
     .rows = 24,
     .script = "l5M<Enter>\n"},
    {.name = "help-80x24", .fake = "empty", .cols = 80, .rows = 24, .script = "?\n"},
    {.name = "help-200x50", .fake = "empty", .cols = 200, .rows = 50, .script = "?\n"},
    {.name = "help-40x10-end", .fake = "empty", .cols = 40, .rows = 10, .script = "?\nG\n"},
    {.name = "help-bound-80x24",
     .fake = "empty",
     .cols = 80,
     .rows = 24,
     .config = "[keys]\nadd = +\npause = F5 p\nmove-up = M-k\nstop = none\nhelp = F1\n",
     .script = "<F1>\n"},
    {.name = "bar-bound-80x24",
     .fake = "empty",
     .cols = 80,
     .rows = 24,
     .config = "[keys]\nadd = C-a\npause = none\nhelp = F1\nback = Esc\nquit = F10\n"},
    {.name = "details-over-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "<Enter>\n"},
    {.name = "details-beside-160x45",
     .fake = "busy",
     .cols = 160,
     .rows = 45,
     .script = "<Enter>\n"},
    {.name = "details-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "<Enter>\n"},
    {.name = "details-40x10-end",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .script = "<Enter>\n<PageDown><PageDown><PageDown><PageDown><PageDown><PageDown><PageDown><"
               "PageDown><PageDown><PageDown>\n"},
    {.name = "details-120x40",
     .fake = "busy",
     .cols = 120,
     .rows = 40,
     .script = "<Enter>\n",
     .colors = true},
    {.name = "details-200x50", .fake = "busy", .cols = 200, .rows = 50, .script = "<Enter>\n"},
    {.name = "details-ascii-120x40",
     .fake = "busy",
     .cols = 120,
     .rows = 40,
     .script = "<Enter>\n",
     .ascii = true},
    {.name = "details-ascii-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .script = "<Enter>\n",
     .ascii = true},
    {.name = "details-mono-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "<Enter>\n<PageDown>\n",
     .type = "vt220",
     .colors = true},
    {.name = "details-waiting-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "jj<Enter>\n",
     .colors = true},
    {.name = "details-hostile-80x24",
     .fake = "hostile",
     .cols = 80,
     .rows = 24,
     .script = "G\n<Up>\n<Enter>\n"},
    {.name = "failed-tab-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "5\n"},
    {.name = "find-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "/photos\n<Enter>\nn\n",
     .colors = true},
    {.name = "find-typing-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "/tar\n"},
    {.name = "find-hint-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "/\n"},
    {.name = "find-wrong-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "/size>\n"},
    {.name = "find-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "/tar<Enter>\nN\n"},
    {.name = "filter-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "fstate:active size>1M<Enter>\n"},
    {.name = "filter-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "fstat:x\n"},
    {.name = "selected-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = " \n \njv\njj\nv\n",
     .colors = true},
    {.name = "selected-mono-120x40",
     .fake = "busy",
     .cols = 120,
     .rows = 40,
     .type = "vt220",
     .script = " \n \nv\njj\n",
     .colors = true},
    {.name = "selected-ascii-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .ascii = true,
     .script = " \n \n"},
    {.name = "selected-all-200x50", .fake = "busy", .cols = 200, .rows = 50, .script = "*\n"},
    {.name = "selected-remove-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = " \n \nd\n"},
    {.name = "sort-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "s\n"},
    {.name = "sort-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "s\n"},
    {.name = "sorted-rate-120x40", .fake = "busy", .cols = 120, .rows = 40, .script = "sr\n"},
    {.name = "sorted-host-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "sh\n"},
    {.name = "sorted-added-ascii-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .ascii = true,
     .script = "sa\nS\n"},
    {.name = "filter-none-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "fno such thing<Enter>\n"},
    {.name = "last-of-100000-80x24", .fake = "long", .cols = 80, .rows = 24, .script = "G\n"},
    {.name = "cursor-follows-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "j\nsn\n",
     .colors = true},
    {.name = "quit-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "q\n"},
    {.name = "quit-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "q\n"},
    {.name = "remove-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "d\n"},
    {.name = "removed-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "d\ny\n"},
    {.name = "jobs-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "++\n+\n-\n"},
    {.name = "limit-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "l2M<Enter>\n"},
    {.name = "limit-wrong-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "lmuch<Enter>\n"},
    {.name = "item-limit-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "L2M\n"},
    {.name = "path-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "o\n"},
    {.name = "path-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "o\n"},
    {.name = "command-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "<Colon>pause 3-7\n"},
    {.name = "command-all-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "<Colon>\n"},
    {.name = "command-wrong-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .script = "<Colon>remove faild<Enter>\n"},
    {.name = "command-wrong-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "<Colon>pase 3<Enter>\n",
     .colors = true},
    {.name = "watch-80x24", .fake = "busy", .cols = 80, .rows = 24, .watch = true, .colors = true},
    {.name = "watch-refuses-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .watch = true,
     .script = "p\n"},
    {.name = "paused-all-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "P\n"},
    {.name = "review-had-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .script = "ahttps://example.org/kept.bin<Enter>\n"},
    {.name = "review-had-120x40",
     .fake = "review",
     .cols = 120,
     .rows = 40,
     .script = "ahttps://example.org/kept.bin<Enter>\n <Enter>\n"},
    {.name = "review-had-40x10",
     .fake = "review",
     .cols = 40,
     .rows = 10,
     .script = "ahttps://example.org/kept.bin<Enter>\nahttps://a.org/b.bin<Enter>\n"},
    {.name = "sheet-80x24", .fake = "empty", .cols = 80, .rows = 24, .script = ":paste-file @\n"},
    {.name = "sheet-40x10", .fake = "empty", .cols = 40, .rows = 10, .script = ":paste-file @\n"},
    {.name = "added-80x24",
     .fake = "empty",
     .cols = 80,
     .rows = 24,
     .script = ":paste-file @\n<Enter>\n"},
    {.name = "review-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\n",
     .colors = true},
    {.name = "review-40x10",
     .fake = "review",
     .cols = 40,
     .rows = 10,
     .review = true,
     .script = ":paste-file @\n"},
    {.name = "review-120x40",
     .fake = "review",
     .cols = 120,
     .rows = 40,
     .review = true,
     .script = ":paste-file @\n",
     .colors = true},
    {.name = "review-200x50",
     .fake = "review",
     .cols = 200,
     .rows = 50,
     .review = true,
     .script = ":paste-file @\n"},
    {.name = "review-mono-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\n",
     .type = "vt220",
     .colors = true},
    {.name = "review-ascii-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .ascii = true,
     .script = ":paste-file @\n"},
    {.name = "review-ascii-40x10-request",
     .fake = "review",
     .cols = 40,
     .rows = 10,
     .review = true,
     .ascii = true,
     .script = ":paste-file @\nhG\n<Up>\n"},
    {.name = "review-request-120x40",
     .fake = "review",
     .cols = 120,
     .rows = 40,
     .review = true,
     .script = ":paste-file @\nhG\n<Up>\n"},
    {.name = "review-heal-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\njj\nh\n"},
    {.name = "review-choose-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\nh \n \nx\n"},
    {.name = "review-nothing-chosen-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\n**\n<Enter>\n"},
    {.name = "review-options-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\no-x 8 --limit 2M -u me:hunter2<Enter>\n"},
    {.name = "review-options-wrong-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\no-x many<Enter>\n"},
    {.name = "review-out-of-many-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\no-o name<Enter>\n"},
    {.name = "review-added-80x24",
     .fake = "review",
     .cols = 80,
     .rows = 24,
     .review = true,
     .script = ":paste-file @\nh<Enter>\n"},
    {.name = "log-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "!\n"},
    {.name = "log-80x24", .fake = "busy", .cols = 80, .rows = 24, .colors = true, .script = "!\n"},
    {.name = "log-120x40",
     .fake = "busy",
     .cols = 120,
     .rows = 40,
     .colors = true,
     .script = "!\n"},
    {.name = "log-200x50", .fake = "busy", .cols = 200, .rows = 50, .script = "!\n"},
    {.name = "log-mono-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .type = "vt220",
     .colors = true,
     .script = "!\nkkkk\n"},
    {.name = "log-ascii-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .ascii = true,
     .script = "!\n"},
    {.name = "log-ascii-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .ascii = true,
     .script = "!\n/503\n"},
    {.name = "log-find-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .colors = true,
     .script = "!\n/example.org<Enter>\nN\n"},
    {.name = "log-find-none-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "!\n/nowhere\n"},
    {.name = "log-top-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "!\ng\n"},
    {.name = "log-errors-80x24", .fake = "busy", .cols = 80, .rows = 24, .script = "!\nl\nl\n"},
    {.name = "log-empty-40x10", .fake = "empty", .cols = 40, .rows = 10, .script = "!\n"},
    {.name = "hosts-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "6\n"},
    {.name = "hosts-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .colors = true,
     .script = "6\nj\n"},
    {.name = "hosts-120x40",
     .fake = "busy",
     .cols = 120,
     .rows = 40,
     .colors = true,
     .script = "6\n"},
    {.name = "hosts-200x50", .fake = "busy", .cols = 200, .rows = 50, .script = "6\n"},
    {.name = "hosts-mono-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .type = "vt220",
     .colors = true,
     .script = "6\njj\n"},
    {.name = "hosts-ascii-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .ascii = true,
     .script = "6\nsr\n"},
    {.name = "hosts-ascii-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .ascii = true,
     .script = "6\n"},
    {.name = "hosts-sort-40x10", .fake = "busy", .cols = 40, .rows = 10, .script = "6\ns\n"},
    {.name = "hosts-search-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "6\n/SLOW<Enter>\n"},
    {.name = "hosts-search-none-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .script = "6\n/nowhere\n"},
    {.name = "hosts-cursor-follows-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .colors = true,
     .script = "6\nj\nsr\nS\n"},
    {.name = "hosts-per-host-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "6\n++\n-\n"},
    {.name = "hosts-downloads-80x24",
     .fake = "busy",
     .cols = 80,
     .rows = 24,
     .script = "6\n<Enter>\n"},
    {.name = "hosts-many-80x24", .fake = "long", .cols = 80, .rows = 24, .script = "6\nG\n"},
    {.name = "hosts-empty-40x10", .fake = "empty", .cols = 40, .rows = 10, .script = "6\n"},
    {.name = "hosts-tabs-40x10",
     .fake = "busy",
     .cols = 40,
     .rows = 10,
     .script = "<Tab><Tab><Tab><Tab><Tab>\n"},
    {.name = "sheet-none-80x24",
     .fake = "empty",
     .cols = 80,
     .rows = 24,
     .script = "anothing here<Enter>\n"},
    {.name = "typed-40x10",
     .fake = "empty",
     .cols = 40,
     .rows = 10,
     .script = "ahttps:/<Enter>\n<Esc>\n"
               "awide \xe8\xb3\x87\xe6\x96\x99 and a long line that scrolls\n"},
};

static const char reviewed[] =
    "https://example.org/files/report.pdf https://example.org/files/old.zip\n"
    "https://new.example.net/token/film.mp4\n"
    "https://example.org/files/資料-第三版.pdf and https://example.org/mute.bin\n"
    "https://cdn.example.org/2024/gone.iso\n"
    "curl 'https://example.org/export?id=7' -H 'Authorization: Bearer hunter2' \\\n"
    "  -b 'session=hunter2' -H 'X-Requested-With: page' --data-raw 'a=hunter2' --resolve x:1:2\n"
    "https://example.org/a/name/that/is/long-enough-to-be-cut-somewhere-in-the-middle-01.tar.zst\n";

static const char pasted[] =
    "Good morning, the files are at https://example.org/pub/report.pdf (final), and\n"
    "<a href=\"http://example.net/a%20b.zip\">here</a>; the old one is at\n"
    "gopher://example.org/9/old and https://user:secret@example.com/private.tar.gz.\n"
    "\033[31mhttps://example.org/red.txt\033[0m and again https://example.org/pub/report.pdf\n";

/* Terminals by what they can. Those of haul's own are in terminals.ti. */
static const struct depth {
    const char *name, *type, *colorterm;
} depths[] = {{"8 colours", "xterm", ""},
              {"16 colours", "haul-16color", ""},
              {"256 colours", "xterm-256color", ""},
              {"true colour", "xterm-256color", "truecolor"},
              {"direct colour", "haul-direct", ""}};

struct run {
    const struct screen_case *what;
    char dir[64];
    pid_t pid;
    int pty;
    VTerm *vterm;
    VTermScreen *screen;
    bool alternate; /* the terminal shows its other screen */
    bool cursor;
    bool plain;                /* names are of '~' */
    const struct depth *depth; /* the terminal, NULL: that of the case */
    time_t deadline;
};

static void die(const char *text)
{
    fprintf(stderr, "%s: %s\n", text, strerror(errno));
    exit(1);
}

static char *file_path(const struct run *run, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", run->dir, name) < 0)
        die("memory");
    return path;
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        die(path);
}

/* The file's text, "" when there is none; the caller frees it. */
static char *file_read(const char *path)
{
    char *text = calloc(1, TEXT_MAX);
    FILE *file = fopen(path, "re");
    if (!text)
        die("memory");
    if (file) {
        size_t len = fread(text, 1, TEXT_MAX - 1, file);
        text[len] = '\0';
        fclose(file);
    }
    return text;
}

/* ---- the program ---- */

static void script_write(const struct run *run)
{
    char *script = file_path(run, "script");
    char *paste = file_path(run, "paste");
    char *dump = file_path(run, "dump");
    FILE *file = fopen(script, "we");
    if (!file)
        die(script);
    for (const char *at = run->what->script ? run->what->script : ""; *at; at++) {
        if (*at == '@')
            fputs(paste, file);
        else
            fputc(*at, file);
    }
    fprintf(file, ":dump-screen %s\n", dump);
    fclose(file);
    file_write(paste, run->what->hard ? hard_links : run->what->review ? reviewed : pasted);
    if (run->what->config) {
        char *config = file_path(run, "config");
        file_write(config, run->what->config);
        free(config);
    }
    free(script);
    free(paste);
    free(dump);
}

static void child_run(const struct run *run, const char *program)
{
    char *script = file_path(run, "script");
    char *log = file_path(run, "stderr");
    const struct screen_case *what = run->what;
    setenv("HAUL_SCRIPT", script, 1);
    setenv("HAUL_FAKE", what->fake, 1);
    setenv("HAUL_FAKE_STDERR", log, 1);
    setenv("LC_ALL", what->locale ? what->locale : "C.UTF-8", 1);
    setenv("TERM", what->type ? what->type : "xterm-256color", 1);
    setenv("COLORTERM", "", 1);
    if (run->depth) {
        setenv("TERM", run->depth->type, 1);
        setenv("COLORTERM", run->depth->colorterm, 1);
    }
    setenv("HAUL_ASCII", what->ascii ? "1" : "", 1);
    setenv("NO_COLOR", what->no_color ? "1" : "", 1);
    setenv("HAUL_THEME", what->theme ? what->theme : "", 1);
    setenv("HAUL_FAKE_WATCH", what->watch ? "1" : "", 1);
    setenv("HAUL_FAKE_PLAIN", run->plain ? "1" : "", 1);
    setenv("TZ", "UTC", 1);
    if (what->config)
        setenv("HAUL_FAKE_CONFIG", file_path(run, "config"), 1);
    unsetenv("TMUX");
    unsetenv("STY");
    unsetenv("COLUMNS");
    unsetenv("LINES");
    execl(program, program, (char *)NULL);
    _exit(127);
}

static int on_setting(VTermProp prop, VTermValue *value, void *user)
{
    struct run *run = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        run->alternate = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        run->cursor = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_setting};

static void run_start(struct run *run, const char *program)
{
    struct winsize size = {.ws_row = (unsigned short)run->what->rows,
                           .ws_col = (unsigned short)run->what->cols};
    script_write(run);
    run->cursor = true;
    run->vterm = vterm_new(run->what->rows, run->what->cols);
    vterm_set_utf8(run->vterm, 1);
    run->screen = vterm_obtain_screen(run->vterm);
    vterm_screen_set_callbacks(run->screen, &callbacks, run);
    vterm_screen_enable_altscreen(run->screen, 1);
    vterm_screen_reset(run->screen, 1);
    run->pid = forkpty(&run->pty, NULL, NULL, &size);
    if (run->pid < 0)
        die("forkpty");
    if (run->pid == 0)
        child_run(run, program);
    run->deadline = time(NULL) + DEADLINE_S;
}

/* Shows the terminal what the program wrote. False at the end of output. */
static bool pump(struct run *run)
{
    char bytes[8192];
    struct pollfd pfd = {.fd = run->pty, .events = POLLIN};
    if (time(NULL) > run->deadline) {
        fprintf(stderr, "%s: nothing happened in time\n", run->what->name);
        kill(run->pid, SIGKILL);
        return false;
    }
    if (poll(&pfd, 1, 20) <= 0)
        return true;
    ssize_t len = read(run->pty, bytes, sizeof(bytes));
    if (len <= 0)
        return false;
    vterm_input_write(run->vterm, bytes, (size_t)len);
    vterm_screen_flush_damage(run->screen);
    return true;
}

/* ---- what is seen ---- */

static size_t put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    size_t at = 0;
    if (code < 0x10000) {
        to[at++] = (char)(0xe0 | code >> 12);
    } else {
        to[at++] = (char)(0xf0 | code >> 18);
        to[at++] = (char)(0x80 | (code >> 12 & 0x3f));
    }
    to[at++] = (char)(0x80 | (code >> 6 & 0x3f));
    to[at++] = (char)(0x80 | (code & 0x3f));
    return at;
}

static VTermScreenCell cell_at(const struct run *run, int row, int col)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(run->screen, (VTermPos){row, col}, &cell);
    return cell;
}

/* The screen as lines without trailing spaces. */
static void screen_text(const struct run *run, char *text)
{
    size_t at = 0;
    for (int row = 0; row < run->what->rows; row++) {
        size_t end = at;
        for (int col = 0; col < run->what->cols; col++) {
            VTermScreenCell cell = cell_at(run, row, col);
            if (cell.chars[0] == (uint32_t)-1)
                continue;
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                at += put_utf8(text + at, cell.chars[i]);
            if (cell.chars[0] == 0)
                text[at++] = ' ';
            if (cell.chars[0] != 0 && cell.chars[0] != ' ')
                end = at;
        }
        at = end;
        text[at++] = '\n';
    }
    text[at] = '\0';
}

/* One letter for what a cell looks like. */
static char look_of(const VTermScreenCell *cell)
{
    static const struct {
        int color;
        char letter;
    } letters[] = {{74, 'a'},  {246, 'd'}, {71, 'g'}, {179, 'y'}, {203, 'r'},
                   {255, 's'}, {6, 'A'},   {2, 'G'},  {3, 'Y'},   {1, 'R'}};
    if (cell->attrs.reverse)
        return cell->attrs.bold ? '%' : '#';
    if (VTERM_COLOR_IS_INDEXED(&cell->fg)) {
        for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
            if (letters[i].color == cell->fg.indexed.idx)
                return letters[i].letter;
        }
    }
    return cell->attrs.bold ? 'b' : '.';
}

static void screen_looks(const struct run *run, char *text)
{
    size_t at = 0;
    for (int row = 0; row < run->what->rows; row++) {
        for (int col = 0; col < run->what->cols; col++) {
            VTermScreenCell cell = cell_at(run, row, col);
            text[at++] = look_of(&cell);
        }
        text[at++] = '\n';
    }
    text[at] = '\0';
}

/* ---- checks ---- */

/* Waits until the terminal shows what the program says it shows. */
static bool screen_settle(struct run *run, char *text)
{
    char *path = file_path(run, "dump");
    bool same = false;
    while (!same && pump(run)) {
        char *dump = file_read(path);
        screen_text(run, text);
        same = dump[0] != '\0' && strcmp(dump, text) == 0;
        free(dump);
    }
    if (!same) {
        char *dump = file_read(path);
        fprintf(stderr, "the terminal shows\n%s\nthe program\n%s\n", text, dump);
        free(dump);
    }
    free(path);
    return same;
}

/* Of the run before in the same folder. */
static void dump_remove(const struct run *run)
{
    char *path = file_path(run, "dump");
    unlink(path);
    free(path);
}

static bool golden_same(const char *golden_dir, const char *name, const char *suffix,
                        const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.%s", golden_dir, name, suffix);
    const char *mode = getenv("HAUL_GOLDEN");
    if (mode && strcmp(mode, "update") == 0) {
        file_write(path, text);
        return true;
    }
    char *golden = file_read(path);
    bool same = strcmp(golden, text) == 0;
    if (!same)
        fprintf(stderr, "%s should be\n%s\nand is\n%s\n", path, golden, text);
    free(golden);
    return same;
}

/* Nothing but printable characters may have come through. */
static bool text_harmless(const char *text)
{
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at < 0x20 && *at != '\n')
            return false;
    }
    return strstr(text, "\xe2\x80\xae") == NULL && strstr(text, "\xc2\x9b") == NULL;
}

/* What a program that ends badly said last, which only the terminal heard. */
static void end_tell(const struct run *run, int status)
{
    char *text = calloc(1, TEXT_MAX);
    if (!text)
        die("memory");
    screen_text(run, text);
    fprintf(stderr, "the program ended with status %#x, and its terminal showed\n%s\n",
            (unsigned)status, text);
    free(text);
}

/* Asked to end, the program gives the terminal back. */
static bool run_end(struct run *run)
{
    int status;
    kill(run->pid, SIGTERM);
    while (pump(run))
        ;
    waitpid(run->pid, &status, 0);
    bool sane = !run->alternate && run->cursor;
    bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!sane)
        fprintf(stderr, "the terminal was not given back\n");
    if (!clean)
        end_tell(run, status);
    vterm_free(run->vterm);
    close(run->pty);
    return sane && clean;
}

static void files_remove(const struct run *run)
{
    static const char *const names[] = {"script", "paste", "dump", "stderr", "config"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = file_path(run, names[i]);
        char *text = file_read(path);
        if (strcmp(names[i], "stderr") == 0 && text[0])
            fprintf(stderr, "the program said:\n%s\n", text);
        unlink(path);
        free(text);
        free(path);
    }
    rmdir(run->dir);
}

/* ---- names that are hard to measure ---- */

static uint32_t *screen_cells(const struct run *run)
{
    size_t count = (size_t)run->what->rows * (size_t)run->what->cols;
    uint32_t *cells = calloc(count, sizeof(*cells));
    if (!cells)
        die("memory");
    for (size_t i = 0; i < count; i++) {
        VTermScreenCell cell = cell_at(run, (int)i / run->what->cols, (int)i % run->what->cols);
        cells[i] = cell.chars[0] == 0 ? ' ' : cell.chars[0];
    }
    return cells;
}

/* What belongs to a plain name, or stands for the middle of one. */
static bool is_of_name(const uint32_t *cells, size_t at, size_t count)
{
    bool beside = (at > 0 && cells[at - 1] == '~') || (at + 1 < count && cells[at + 1] == '~');
    return cells[at] == '~' || (beside && (cells[at] == 0x2026 || cells[at] == '.'));
}

/* Everything beside names is the same. */
static bool columns_same(const struct screen_case *what, const uint32_t *plain,
                         const uint32_t *hard)
{
    size_t cols = (size_t)what->cols;
    size_t count = (size_t)what->rows * cols;
    size_t names = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_of_name(plain, i, count)) {
            names++;
        } else if (plain[i] != hard[i]) {
            fprintf(stderr, "row %zu, column %zu: U+%04X instead of U+%04X\n", i / cols, i % cols,
                    hard[i], plain[i]);
            return false;
        }
    }
    if (names == 0)
        fprintf(stderr, "there is no name on the screen\n");
    return names > 0;
}

/* The screen once more, with plain names, beside CELLS. */
static bool hard_same(const struct run *hard, const uint32_t *cells, const char *program)
{
    struct run run = {.what = hard->what, .pty = -1, .plain = true};
    char *text = calloc(1, TEXT_MAX);
    memcpy(run.dir, hard->dir, sizeof(run.dir));
    dump_remove(&run);
    run_start(&run, program);
    bool good = text && screen_settle(&run, text);
    uint32_t *plain = screen_cells(&run);
    good = good && columns_same(run.what, plain, cells);
    if (!good)
        fprintf(stderr, "with plain names:\n%s\n", text);
    free(text);
    free(plain);
    return run_end(&run) && good;
}

/* ---- the colours themselves ---- */

#define LEGEND_MAX 24

/* What cells look like, in words, in the order in which they were met. */
struct legend {
    char looks[LEGEND_MAX][96];
    size_t count;
};

static size_t put_color(char *to, size_t size, const char *what, const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return 0;
    int len = VTERM_COLOR_IS_RGB(color)
                  ? snprintf(to, size, " %s #%02x%02x%02x", what, color->rgb.red, color->rgb.green,
                             color->rgb.blue)
                  : snprintf(to, size, " %s %d", what, color->indexed.idx);
    return (size_t)len;
}

/* The letter of what CELL looks like; '.' for what has no look. */
static char legend_letter(struct legend *legend, const VTermScreenCell *cell)
{
    char look[96] = "";
    size_t len = put_color(look, sizeof(look), "text", &cell->fg);
    len += put_color(look + len, sizeof(look) - len, "on", &cell->bg);
    snprintf(look + len, sizeof(look) - len, "%s%s%s%s", cell->attrs.bold ? " bold" : "",
             cell->attrs.underline ? " underline" : "", cell->attrs.reverse ? " reverse" : "",
             cell->attrs.blink ? " blink" : "");
    if (look[0] == '\0')
        return '.';
    for (size_t i = 0; i < legend->count; i++) {
        if (strcmp(legend->looks[i], look) == 0)
            return (char)('a' + i);
    }
    if (legend->count == LEGEND_MAX)
        return '!';
    memcpy(legend->looks[legend->count], look, sizeof(look));
    return (char)('a' + legend->count++);
}

static size_t put_depth(const struct run *run, char *text)
{
    struct legend legend = {.count = 0};
    size_t at = (size_t)snprintf(text, 128, "%s\n", run->depth->name);
    for (int row = 0; row < run->what->rows; row++) {
        for (int col = 0; col < run->what->cols; col++) {
            VTermScreenCell cell = cell_at(run, row, col);
            text[at++] = legend_letter(&legend, &cell);
        }
        text[at++] = '\n';
    }
    for (size_t i = 0; i < legend.count; i++)
        at += (size_t)snprintf(text + at, 128, "%c%s\n", (char)('a' + i), legend.looks[i]);
    return at;
}

/* The case on each kind of terminal, one behind the other. */
static bool depths_same(struct run *run, const char *program, const char *golden_dir)
{
    char *text = calloc(1, TEXT_MAX);
    char *seen = calloc(1, TEXT_MAX);
    bool good = text && seen;
    size_t at = 0;
    for (size_t i = 0; good && i < sizeof(depths) / sizeof(depths[0]); i++) {
        run->depth = &depths[i];
        dump_remove(run);
        run_start(run, program);
        good = screen_settle(run, seen);
        at += put_depth(run, text + at);
        good = run_end(run) && good;
    }
    good = good && golden_same(golden_dir, run->what->name, "colors", text);
    free(text);
    free(seen);
    return good;
}

static bool plain_same(struct run *run, const char *program, const char *golden_dir)
{
    char *text = calloc(2, TEXT_MAX);
    char *looks = text ? text + TEXT_MAX : NULL;
    run_start(run, program);
    bool good = text && screen_settle(run, text);
    uint32_t *cells = screen_cells(run);
    if (good && run->what->hard) {
        good = text_harmless(text);
    } else if (good) {
        good = golden_same(golden_dir, run->what->name, "txt", text) && text_harmless(text);
        screen_looks(run, looks);
        if (run->what->colors)
            good = golden_same(golden_dir, run->what->name, "looks", looks) && good;
    }
    good = run_end(run) && good;
    if (good && run->what->hard)
        good = hard_same(run, cells, program);
    if (!good && run->what->hard)
        fprintf(stderr, "with hard names:\n%s\n", text);
    free(cells);
    free(text);
    return good;
}

int main(int argc, char **argv)
{
    struct run run = {.pty = -1};
    if (argc != 4) {
        fprintf(stderr, "usage: screens PROGRAM GOLDEN_DIR CASE\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(cases[i].name, argv[3]) == 0)
            run.what = &cases[i];
    }
    if (!run.what) {
        fprintf(stderr, "there is no case %s\n", argv[3]);
        return 2;
    }
    const char *tmp = getenv("TMPDIR");
    snprintf(run.dir, sizeof(run.dir), "%.40s/haul-screen-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(run.dir))
        die(run.dir);

    bool good =
        run.what->depths ? depths_same(&run, argv[1], argv[2]) : plain_same(&run, argv[1], argv[2]);
    files_remove(&run);
    return good ? 0 : 1;
}
