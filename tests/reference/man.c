/* haul(1), in the man macros. Commands, options, variables and keys are from the tables; the rest
 * is written here. */

#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/args.h"
#include "config/config.h"
#include "ui/keymap.h"

#define DATE "2026-11-26" /* of what is written here, not of the tables */

/* One UTF-8 character of TEXT as a number; *ret_len is how many bytes it has. Our texts are valid.
 */
static unsigned code_point(const char *text, size_t *ret_len)
{
    unsigned char lead = (unsigned char)text[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned code = len == 1 ? lead : lead & (0xffu >> (len + 1));

    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    *ret_len = len;
    return code;
}

/* TEXT as roff reads it: no character of it is a request or an escape. */
static void put(FILE *to, const char *text)
{
    size_t len;

    for (; *text != '\0'; text += len) {
        unsigned code = code_point(text, &len);

        if (code >= 0x80)
            fprintf(to, "\\[u%04X]", code);
        else if (code == '\\')
            fputs("\\e", to);
        else if (code == '-')
            fputs("\\-", to);
        else if (code == '\'')
            fputs("\\(aq", to);
        else if (code == '^')
            fputs("\\(ha", to);
        else if (code == '~')
            fputs("\\(ti", to);
        else if (code == '`')
            fputs("\\(ga", to);
        else
            fputc((int)code, to);
    }
}

/* A line of text that may begin with any character. */
static void line(FILE *to, const char *text)
{
    if (*text == '.')
        fputs("\\&", to);
    put(to, text);
    fputc('\n', to);
}

/* Paragraphs, which empty lines part. */
static void paragraphs(FILE *to, const char *text)
{
    char *copy = xstrdup(text);
    char *rest = copy;

    for (char *one; (one = strsep(&rest, "\n")) != NULL;) {
        if (*one == '\0')
            fputs(".PP\n", to);
        else
            line(to, one);
    }
    free(copy);
}

static void command(FILE *to, const struct command *command)
{
    fputs(".TP\n.B haul ", to);
    put(to, command->name);
    if (command->operands[0] != '\0') {
        fputs(" \\fI", to);
        put(to, command->operands);
        fputs("\\fR", to);
    }
    fputc('\n', to);
    line(to, command->summary);
    if (command->details) {
        fputs(".RS\n.PP\n", to);
        paragraphs(to, command->details);
        fputs(".RE\n", to);
    }
}

/* "get, add": which commands take the option; all of them but the first few take --help. */
static void takers(FILE *to, const struct haul_option *option)
{
    const char *between = "";
    size_t taking = 0;

    for (size_t i = 0; i < command_count(); i++)
        taking += args_takes(command_at(i), option);
    if (taking == command_count()) {
        fputs("Every command.\n", to);
        return;
    }
    for (size_t i = 0; i < command_count(); i++) {
        if (!args_takes(command_at(i), option))
            continue;
        fputs(between, to);
        put(to, i == 0 ? "the screen" : command_at(i)->name);
        between = ", ";
    }
    fputs(".\n", to);
}

static void option(FILE *to, const struct haul_option *option)
{
    fputs(".TP\n", to);
    if (option->letter != 0)
        fprintf(to, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", to);
    put(to, option->name);
    fputs("\\fR", to);
    if (option->value_name) {
        fputs(" \\fI", to);
        put(to, option->value_name);
        fputs("\\fR", to);
    }
    fputc('\n', to);
    put(to, option->help);
    if (option->initial && option->type != HAUL_OPTION_FLAG && strcmp(option->initial, "0") != 0) {
        fputs(" (default: ", to);
        put(to, option->initial);
        fputc(')', to);
    }
    fputs(".\n.br\nFor: ", to);
    takers(to, option);
}

static void options(FILE *to, enum haul_option_scope scope, const char *title)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    fprintf(to, ".SS %s\n", title);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == scope)
            option(to, &table[i]);
    }
}

/* How other keys are bound, and what to. */
static void bindings(FILE *to)
{
    fputs(
        ".PP\nThe section\n.B [keys]\nof the configuration file binds other keys, one action a "
        "line:\n"
        ".PP\n.RS\n.nf\n"
        "[keys]\n"
        "pause = p F5\n"
        "remove = Del Ctrl-K\n"
        "stop = none\n"
        ".fi\n.RE\n.PP\n"
        "A line replaces all keys of its action;\n.B none\nleaves it without. Keys are written\n"
        ".BR p , \" P\" , \" Ctrl-P\" \" (or \" C-p ), \" Alt-p\" \" (or \" M-p ), \" F5\" ,\n"
        ".BR Space , \" Enter\" , \" Esc\" , \" Tab\" , \" Shift-Tab\" , \" Backspace\" ,\n"
        ".BR Ins , \" Del\" , \" Home\" , \" End\" , \" PgUp\" , \" PgDn\" , \" Up\" , \" Down\" , "
        "\" Left\" , \" Right\" .\n"
        "Two lines that give one key two meanings in one place are refused; a key that is bound\n"
        "by default yields to a line. Help page and bottom bar show what is bound, and\n"
        ".B haul config\nlists it. Keys of questions, and those that edit a line, stay as they "
        "are.\nThe actions are:\n",
        to);
    for (enum keymap_action action = ACT_NONE + 1; action < ACT_COUNT; action++) {
        put(to, keymap_name(action));
        fputs(action + 1 < ACT_COUNT ? ",\n" : ".\n", to);
    }
}

static void keys(FILE *to)
{
    size_t count;
    const struct keymap_row *table = keymap_table(&count);

    fputs(".SH KEYS\nOn the screen:\n", to);
    for (size_t i = 0; i < count; i++) {
        if (!table[i].name || !table[i].help)
            continue;
        fputs(".TP\n.B \"", to);
        put(to, table[i].name);
        fputs("\"\n", to);
        line(to, table[i].help);
    }
    bindings(to);
}

static void variables(FILE *to)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    const char *between = "";

    fputs(".SH ENVIRONMENT\n"
          ".TP\n.B HAUL_SESSION\nThe session, where\n.B \\-\\-session\nis not given.\n"
          ".TP\n.B HAUL_HOST\nThe other machine, where\n.B \\-\\-host\nis not given.\n"
          ".TP\n.B HAUL_SSH\nThe ssh that\n.B \\-\\-host\nruns, with its arguments.\n"
          ".TP\n.B HAUL_REMOTE_PROGRAM\nWhat haul is called over there.\n"
          ".TP\n.B HAUL_KEEPALIVE\nSeconds after which a silent line to another machine is asked "
          "for a sign of life: 10; 0 is\nnever.\n"
          ".TP\n.B HAUL_CONFIG\nThe configuration file, where\n.B \\-\\-config\nis not given.\n"
          ".TP\n.B HAUL_ASCII\nSet to 1: the screen is drawn with ASCII only.\n"
          ".TP\n.B NO_COLOR\nSet: the screen has no colours.\n"
          ".TP\n.BR http_proxy \", \" https_proxy \", \" no_proxy\n"
          "Proxies, where\n.B \\-\\-proxy\nis not given.\n"
          ".PP\nEach of these sets the option of its name:\n",
          to);
    for (size_t i = 0; i < count; i++) {
        char *name;

        if (!config_takes(&table[i]))
            continue;
        name = config_variable(&table[i]);
        fprintf(to, "%s%s", between, name);
        between = ",\n";
        free(name);
    }
    fputs(".\n", to);
}

static void configuration(FILE *to)
{
    fputs(".SH CONFIGURATION\n"
          "The file sets options by their long names, one a line. A section holds the options of "
          "items\nfor the links of one host; with\n.B *.\nfor the hosts below it, with a port for "
          "that one.\nOf several sections that fit, the more exact one counts.\n"
          ".PP\n.RS\n.nf\n"
          "# a comment\n"
          "dir = \\(ti/Downloads\n"
          "jobs = 12\n"
          "\n"
          "[host \"example.org\"]\n"
          "user = me:secret\n"
          "connections = 2\n"
          ".fi\n.RE\n.PP\n"
          "A value is taken as it stands, up to the end of its line.\n"
          "What belongs to one file\n(\\fBout\\fR, \\fBchecksum\\fR, \\fBdata\\fR ...)\n"
          "can't be set there; what would go to every server\n"
          "(\\fBuser\\fR, \\fBcookie\\fR, \\fBheader\\fR ...)\nonly in the section of a host.\n"
          "A list counts as one value.\n"
          "The command line counts more than the environment, that more than the section of the\n"
          "link\\(aqs host, and that more than the general keys.\n"
          "A mistake refuses the whole file. A daemon reads it again on SIGHUP, and keeps what it "
          "had\nwhen it is broken.\n",
          to);
}

static void themes(FILE *to)
{
    fputs(".SH THEMES\n"
          "A theme file is in the same form:\n"
          ".PP\n.RS\n.nf\n"
          "inherits = light\n"
          "accent = #8700af bold\n"
          "selected = black on 153\n"
          "\n"
          "[16]\n"
          "accent = magenta\n"
          ".fi\n.RE\n.PP\n"
          "Its keys are the roles\n"
          ".BR text ,\n.BR dim ,\n.BR strong ,\n.BR accent ,\n.BR good ,\n.BR wait ,\n.BR bad ,\n"
          ".B bar\nand\n.BR selected ,\nthe row under the cursor, and\n"
          ".BR inherits ,\nthe theme that says the rest.\n"
          "A look is a colour, any of\n"
          ".BR bold ,\n.BR dim ,\n.B underline\nand\n.BR reverse ,\n"
          "and\n.B on\nwith the colour of the background.\n"
          "A colour is\n.BR default ,\nthe terminal\\(aqs own; one of the names "
          "\\fBblack\\fR, \\fBred\\fR, \\fBgreen\\fR,\n\\fByellow\\fR, \\fBblue\\fR, "
          "\\fBmagenta\\fR, \\fBcyan\\fR and \\fBwhite\\fR, also with\n"
          ".B bright\\-\nbefore it; a number from 0 to 255; or\n.BR #rrggbb .\n"
          "What stands before the first section is for terminals with true colour, and reduced for "
          "others;\nthe sections\n.BR [256] ,\n.BR [16] ,\n.BR [8]\nand, for attributes only,\n"
          ".B [mono]\nsay better.\n"
          "The file of the default theme, which is complete, is installed in\n"
          ".IR share/haul/themes .\n"
          "A mistake in a theme is told before the screen opens.\n",
          to);
}

static void schedule(FILE *to)
{
    fputs(
        ".PP\nThe section\n.B [schedule]\nsays what holds at which hours, by the clock on the "
        "wall. The first line that fits counts.\nHours over midnight belong to the day on which "
        "they begin.\n"
        ".PP\n.RS\n.nf\n"
        "[schedule]\n"
        "mon\\-fri 08:00\\-18:00 = off\n"
        "22:00\\-06:00 = full\n"
        "sat,sun = 4M, 2 jobs\n"
        "else = 2M\n"
        ".fi\n.RE\n"
        ".PP\nWhile it is\n.B off\nnothing starts, and what runs is halted and goes on by itself; "
        "but for items with\n.B \\-\\-any\\-time\nand those that\n.B haul resume\nor\n"
        ".B haul retry\nname.\n"
        "A rate and a number of jobs count instead of\n.B limit\nand\n.B jobs\n"
        "of the file; of what was set otherwise the lower one counts.\n.B full\n"
        "is what holds without the section, as does\n.BR \"haul set \\-\\-schedule off\" .\n",
        to);
}

static void files(FILE *to)
{
    fputs(".SH FILES\n"
          ".TP\n.I $XDG_CONFIG_HOME/haul/haul.conf\nThe configuration; else below "
          "\\fI\\(ti/.config\\fR.\n"
          ".TP\n.I $XDG_CONFIG_HOME/haul/themes/NAME.theme\nA theme of yours.\n"
          ".TP\n.I $XDG_STATE_HOME/haul/SESSION/\nThe queue and the daemon\\(aqs log; else below\n"
          ".IR \\(ti/.local/state .\n"
          ".TP\n.I $XDG_RUNTIME_DIR/haul/SESSION.sock\nThe daemon\\(aqs socket; else in\n"
          ".I haul\\-UID\nin the system\\(aqs folder for temporary files.\n"
          ".TP\n.IR NAME.part \", \" NAME.haul\nA file that is not complete, and what is known of "
          "it.\n",
          to);
}

static void statuses(FILE *to)
{
    static const char *const rows[][2] = {
        {"0", "Every item is complete."},
        {"1", "Wrong usage, or haul's own processes can't talk."},
        {"2", "Items failed for several reasons."},
        {"3", "Network: no connection, time-outs, broken transfers, TLS, proxy."},
        {"4", "The server refused."},
        {"5", "Disk."},
        {"6", "The file is not what was announced, or its end is not certain."},
        {"7", "Interrupted; what came is kept."},
    };

    fputs(".SH \"EXIT STATUS\"\nOf\n.B haul get\nand\n.BR \"haul wait\" :\n", to);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fprintf(to, ".TP\n.B %s\n", rows[i][0]);
        line(to, rows[i][1]);
    }
}

void print_man(FILE *to)
{
    fputs(".\\\" Made from haul's tables by tests/reference; lint/reference tells how.\n"
          ".TH HAUL 1 " DATE " haul \"User Commands\"\n"
          ".SH NAME\nhaul \\- download manager for the terminal\n"
          ".SH SYNOPSIS\n.B haul\n[\\fIoptions\\fR] [\\fIURL\\fR...]\n.br\n"
          ".B haul\n.I command\n[\\fIoptions\\fR] ...\n"
          ".SH DESCRIPTION\n",
          to);
    paragraphs(to, command_screen()->summary);
    fputs(".PP\nThe downloads run in a daemon of their own, one for each session; most commands "
          "ask it and\nstart it when none runs.\n.B haul get\ndoes without.\n.SH COMMANDS\n",
          to);
    for (size_t i = 1; i < command_count(); i++)
        command(to, command_at(i));
    fputs(".SH OPTIONS\nSizes and rates take the suffixes K, M, G and T, of 1024; times s, m and "
          "h.\n",
          to);
    options(to, HAUL_SCOPE_ITEM, "Of an item");
    options(to, HAUL_SCOPE_SESSION, "Of the session");
    options(to, HAUL_SCOPE_CLIENT, "Of this call");
    keys(to);
    configuration(to);
    schedule(to);
    themes(to);
    variables(to);
    files(to);
    statuses(to);
    fputs(".SH \"SEE ALSO\"\n.BR curl (1),\n.BR systemd.unit (5)\n", to);
}
