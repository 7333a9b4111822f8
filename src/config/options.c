/* The option table.
 *
 * Every row says once what an option is called, what it accepts, where its value lives and how it
 * is explained; the command line, list files, the protocol and `--help` read it here. What values
 * look like is in values.c, and for single options in check.c.
 */
#include "haul/options.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "config/check.h"
#include "config/retry_rule.h"
#include "config/run_options.h"

#define YEAR_SECONDS (366 * 24 * 3600)

static const char *const if_exists_choices[] = {"rename", "skip", "overwrite", "fail", NULL};
static const char *const schedule_choices[] = {"on", "off", "skip", NULL};
static const char *const priority_choices[] = {"normal", "high", "low", NULL};
static const char *const progress_choices[] = {"auto", "bar", "plain", "json", "none", NULL};
/* Those that are built in; a file may have any name. */
static const char *const theme_choices[] = {"default",     "light", "high-contrast",
                                            "color-blind", "mono",  NULL};

static_assert(COUNT_OF(if_exists_choices) == HAUL_IF_EXISTS_COUNT + 1, "a word for each value");
static_assert(COUNT_OF(priority_choices) == HAUL_PRIORITY_COUNT + 1, "a word for each value");
static const char *const switch_choices[] = {"auto", "on", "off", NULL};
static const char *const notify_choices[] = {"auto", "bell", "osc9", "osc777", "off", NULL};

static_assert(COUNT_OF(switch_choices) == RUN_SWITCH_COUNT + 1, "a word for each value");
static_assert(COUNT_OF(notify_choices) == RUN_NOTIFY_COUNT + 1, "a word for each value");
static_assert(COUNT_OF(progress_choices) == RUN_PROGRESS_COUNT + 1, "a word for each value");

#define ITEM(row_name, field)                                                                      \
    .name = row_name, .scope = HAUL_SCOPE_ITEM, .offset = offsetof(struct haul_options, field)
#define SESSION(row_name, field)                                                                   \
    .name = row_name, .scope = HAUL_SCOPE_SESSION, .offset = offsetof(struct haul_settings, field)
#define CLIENT(row_name, field)                                                                    \
    .name = row_name, .scope = HAUL_SCOPE_CLIENT, .offset = offsetof(struct run_options, field)

static const struct haul_option rows[] = {
    {
        ITEM("dir", dir),
        .letter = 'd',
        .type = HAUL_OPTION_TEXT,
        .value_name = "DIR",
        .help = "Folder to save to; the default is the download folder",
        .check = check_filled,
        .is_path = true,
    },
    {
        ITEM("out", out),
        .letter = 'o',
        .type = HAUL_OPTION_TEXT,
        .value_name = "NAME",
        .help = "Name of the file, for a single URL",
        .check = check_out,
        .once = true,
    },
    {
        CLIENT("input-file", input_files),
        .letter = 'i',
        .type = HAUL_OPTION_LIST,
        .value_name = "FILE",
        .help = "Read URLs from FILE, one item a line; '-' is the standard input",
        .check = check_filled,
        .once = true,
        .is_path = true,
    },
    {
        SESSION("jobs", jobs),
        .letter = 'j',
        .type = HAUL_OPTION_NUMBER,
        .initial = "8",
        .min = 1,
        .max = 10000,
        .value_name = "N",
        .help = "How many items may run at once",
    },
    {
        SESSION("per-host", per_host),
        .type = HAUL_OPTION_NUMBER,
        .initial = "16",
        .max = 10000,
        .value_name = "N",
        .help = "How many connections one host may have, over all items; 0 is no limit",
    },
    {
        SESSION("limit", limit),
        .type = HAUL_OPTION_RATE,
        .initial = "0",
        .value_name = "RATE",
        .help = "Bytes per second over all items, as 20M or 500K; 0 is no limit",
    },
    {
        ITEM("priority", priority),
        .type = HAUL_OPTION_CHOICE,
        .initial = "normal",
        .choices = priority_choices,
        .value_name = "LEVEL",
        .help = "Which queued items start first: high, normal or low; what runs is not stopped",
        .live = true,
    },
    {
        SESSION("schedule", schedule),
        .type = HAUL_OPTION_TIME,
        .initial = "on",
        .choices = schedule_choices,
        .value_name = "WHEN",
        .help = "Whether [schedule] of the configuration counts: on, off, skip (from its next "
                "change on) or from a time on",
    },
    {
        SESSION("history-keep", history_keep),
        .type = HAUL_OPTION_NUMBER,
        .initial = "100000",
        .max = 100000000,
        .value_name = "N",
        .help = "Entries of the history, the newest; 0 keeps no history",
        .lasting = true,
    },
    {
        SESSION("history-age", history_age),
        .type = HAUL_OPTION_SECONDS,
        .initial = "0",
        .max = 100 * (int64_t)YEAR_SECONDS,
        .value_name = "TIME",
        .help = "Forget entries of the history that are older, as 30d; 0 is never",
        .lasting = true,
    },
    {
        ITEM("start-at", start_at),
        .type = HAUL_OPTION_TIME,
        .initial = "now",
        .value_name = "TIME",
        .help = "Wait until then: 22:00, tomorrow 06:30, 2026-12-01 02:00, +2h; now: at once",
        .live = true,
        .once = true,
    },
    {
        ITEM("any-time", any_time),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Download it also in hours that are off in the [schedule] of the configuration",
        .live = true,
    },
    {
        ITEM("item-limit", item_limit),
        .type = HAUL_OPTION_RATE,
        .initial = "0",
        .value_name = "RATE",
        .help = "Bytes per second for one item, as 20M or 500K; 0 is no limit",
        .live = true,
    },
    {
        ITEM("header", headers),
        .letter = 'H',
        .type = HAUL_OPTION_LIST,
        .value_name = "'K: V'",
        .help = "Send this header too; may be given several times",
        .secret = true,
        .check = check_header,
        .of_origin = true,
    },
    {
        ITEM("user-agent", user_agent),
        .letter = 'A',
        .type = HAUL_OPTION_TEXT,
        .value_name = "TEXT",
        .help = "How to introduce ourselves to the server",
        .check = check_line,
    },
    {
        ITEM("referer", referer),
        .letter = 'e',
        .type = HAUL_OPTION_TEXT,
        .value_name = "URL",
        .help = "The page that the link is from",
        .check = check_filled_line,
        .of_origin = true,
    },
    {
        ITEM("user", user),
        .letter = 'u',
        .type = HAUL_OPTION_TEXT,
        .value_name = "NAME:PASS",
        .help = "User name and password for the server",
        .secret = true,
        .check = check_user,
        .of_origin = true,
    },
    {
        ITEM("netrc", netrc),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Log in to each host as ~/.netrc says, where nothing else is given",
    },
    {
        ITEM("cookie", cookies),
        .letter = 'b',
        .type = HAUL_OPTION_LIST,
        .value_name = "NAME=VALUE",
        .help = "Send this cookie to the server of the link; may be given several times",
        .secret = true,
        .check = check_cookie,
        .of_origin = true,
    },
    {
        ITEM("cookies", cookie_file),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Send the cookies in FILE, as browsers export them, each to its own host only",
        .check = check_filled,
        .is_path = true,
    },
    {
        ITEM("save-cookies", save_cookies),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Keep in FILE, and send back, the cookies that servers set; also those in it",
        .check = check_filled,
        .is_path = true,
    },
    {
        ITEM("bearer", bearer),
        .type = HAUL_OPTION_TEXT,
        .value_name = "TOKEN",
        .help = "Log in to the server with this bearer token",
        .secret = true,
        .check = check_bearer,
        .of_origin = true,
    },
    {
        ITEM("request", method),
        .letter = 'X',
        .type = HAUL_OPTION_TEXT,
        .value_name = "METHOD",
        .help = "Ask with this method; the default is GET, with a body POST",
        .check = check_method,
        .of_origin = true,
        .once = true,
    },
    {
        ITEM("data", data),
        .type = HAUL_OPTION_TEXT,
        .value_name = "TEXT",
        .help = "Send TEXT, as it is, as a form that is filled in",
        .secret = true,
        .check = check_body,
        .of_origin = true,
        .once = true,
    },
    {
        ITEM("json-data", json_data),
        .type = HAUL_OPTION_TEXT,
        .value_name = "TEXT",
        .help = "Send TEXT as JSON",
        .secret = true,
        .check = check_body,
        .of_origin = true,
        .once = true,
    },
    {
        ITEM("form", form),
        .type = HAUL_OPTION_LIST,
        .value_name = "NAME=VALUE",
        .help = "Send this field of a form in several parts; may be given several times",
        .secret = true,
        .check = check_form,
        .of_origin = true,
        .once = true,
    },
    {
        ITEM("upload", upload),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Send FILE to the link, with PUT unless -X says otherwise; the answer is not kept",
        .check = check_filled,
        .of_origin = true,
        .once = true,
        .is_path = true,
    },
    {
        ITEM("noproxy", noproxy),
        .type = HAUL_OPTION_TEXT,
        .value_name = "HOSTS",
        .help = "Ask these hosts directly, as example.org,10.0.0.0/8; '*' is all",
        .check = check_filled_line,
    },
    {
        ITEM("proxy", proxy),
        .type = HAUL_OPTION_TEXT,
        .value_name = "URL",
        .help = "Go through this proxy",
        .secret = true,
        .check = check_proxy,
    },
    {
        ITEM("ipv4", ipv4),
        .letter = '4',
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Connect to addresses of IPv4 only",
        .instead_of = "ipv6",
    },
    {
        ITEM("ipv6", ipv6),
        .letter = '6',
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Connect to addresses of IPv6 only; of -4 and -6 the later one counts",
        .instead_of = "ipv4",
    },
    {
        ITEM("resolve", resolve),
        .type = HAUL_OPTION_LIST,
        .value_name = "HOST:PORT:ADDRESS",
        .help = "Find HOST at ADDRESS, without asking for its name; may be given several times",
        .check = check_resolve,
    },
    {
        ITEM("dns-servers", dns_servers),
        .type = HAUL_OPTION_TEXT,
        .value_name = "ADDRESSES",
        .help = "Ask these servers for names; takes a libcurl with c-ares",
        .check = check_dns_servers,
    },
    {
        ITEM("doh", doh),
        .type = HAUL_OPTION_TEXT,
        .value_name = "URL",
        .help = "Ask this server for names, with DNS over HTTPS",
        .check = check_doh,
    },
    {
        ITEM("cacert", cacert),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Trust the certificate authorities in FILE",
        .check = check_filled,
        .is_path = true,
    },
    {
        ITEM("cert", cert),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Show the server this certificate, in PEM",
        .check = check_filled,
        .of_origin = true,
        .is_path = true,
    },
    {
        ITEM("key", key),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "The private key of --cert, in PEM; the default is the same file",
        .check = check_filled,
        .of_origin = true,
        .is_path = true,
    },
    {
        ITEM("key-pass", key_pass),
        .type = HAUL_OPTION_TEXT,
        .value_name = "TEXT",
        .help = "The passphrase of that key",
        .secret = true,
        .check = check_filled_line,
        .of_origin = true,
    },
    {
        ITEM("insecure", insecure),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Do not check the server's certificate",
    },
    {
        ITEM("http1", http1),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Speak HTTP/1.1 only, whatever --http2 says; this is the default",
    },
    {
        ITEM("http2", http2),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Fetch files up to 64 KiB over HTTP/2 where an https server offers it",
    },
    {
        ITEM("http3", http3),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "The same over HTTP/3; takes a libcurl that has it",
    },
    {
        ITEM("allow-downgrade", allow_downgrade),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Follow a redirect from https to http",
    },
    {
        ITEM("if-exists", if_exists),
        .type = HAUL_OPTION_CHOICE,
        .initial = "rename",
        .choices = if_exists_choices,
        .value_name = "HOW",
        .help = "When the file is already there: rename, skip, overwrite or fail",
    },
    {
        ITEM("checksum", checksum),
        .type = HAUL_OPTION_TEXT,
        .value_name = "ALGORITHM:HEX",
        .help = "Digest that the file must have; md5, sha1, sha224, sha256, sha384 or sha512",
        .check = check_checksum,
        .once = true,
    },
    {
        ITEM("trust-size", trust_size),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Resume when nothing but the size tells that the file is still the same",
    },
    {
        ITEM("no-resume", no_resume),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Begin anew, dropping what an earlier run left of the file",
    },
    {
        ITEM("adopt", adopt),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Go on with a NAME.part of another link or program, if a sample of it is equal",
    },
    {
        ITEM("again", again),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Fetch it also when it was fetched before and is still there",
        .lasting = true,
    },
    {
        ITEM("allow-unclean-end", allow_unclean_end),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Accept a file of unknown length whose secure connection was cut off",
    },
    {
        ITEM("retries", retries),
        .type = HAUL_OPTION_NUMBER,
        .initial = "5",
        .min = -1,
        .max = 1000000,
        .value_name = "N",
        .help = "How often to try again without progress; -1 is for ever",
    },
    {
        ITEM("retry-wait", retry_wait),
        .type = HAUL_OPTION_SECONDS,
        .initial = "2",
        .max = YEAR_SECONDS,
        .value_name = "TIME",
        .help = "Wait before the first retry; it doubles with each",
    },
    {
        ITEM("retry-on", retry_on),
        .type = HAUL_OPTION_LIST,
        .value_name = "RULE",
        .help = "Retry these statuses otherwise: 403:5x10m is five times, ten minutes apart; "
                "503:never; 404,5xx:3; may be given several times",
        .check = retry_rule_check,
    },
    {
        ITEM("connect-timeout", connect_timeout),
        .type = HAUL_OPTION_SECONDS,
        .initial = "15",
        .max = YEAR_SECONDS,
        .value_name = "TIME",
        .help = "Longest wait for a connection; 0 is no limit",
    },
    {
        ITEM("connections", connections),
        .letter = 'x',
        .type = HAUL_OPTION_NUMBER,
        .initial = "4",
        .min = 1,
        .max = 64,
        .value_name = "N",
        .help = "Connections for one file, where the server can send parts of it",
    },
    {
        ITEM("min-split", min_split),
        .type = HAUL_OPTION_SIZE,
        .initial = "8M",
        .min = 65536,
        .value_name = "SIZE",
        .help = "Smallest part of a file that is worth a connection of its own",
    },
    {
        ITEM("stall-timeout", stall_timeout),
        .type = HAUL_OPTION_SECONDS,
        .initial = "30",
        .max = YEAR_SECONDS,
        .value_name = "TIME",
        .help = "Longest wait without a byte; 0 is no limit",
    },
    {
        ITEM("min-speed", min_speed),
        .type = HAUL_OPTION_RATE,
        .initial = "0",
        .value_name = "RATE",
        .help = "A connection slower than this for --stall-timeout counts as stalled; 0 is off",
    },
    {
        ITEM("timeout", timeout),
        .type = HAUL_OPTION_SECONDS,
        .initial = "0",
        .max = YEAR_SECONDS,
        .value_name = "TIME",
        .help = "Longest time for a whole item, as 90, 5m or 1h; 0 is no limit",
    },
    {
        CLIENT("url", url),
        .type = HAUL_OPTION_TEXT,
        .value_name = "URL",
        .help = "The new link",
        .check = check_filled,
        .once = true,
    },
    {
        CLIENT("on-done", on_done),
        .type = HAUL_OPTION_TEXT,
        .value_name = "COMMAND",
        .help = "Run COMMAND, without a shell, for each item that is complete",
        .check = check_filled_line,
    },
    {
        CLIENT("on-failed", on_failed),
        .type = HAUL_OPTION_TEXT,
        .value_name = "COMMAND",
        .help = "Run COMMAND for each item that failed for good",
        .check = check_filled_line,
    },
    {
        CLIENT("on-batch-done", on_batch_done),
        .type = HAUL_OPTION_TEXT,
        .value_name = "COMMAND",
        .help = "Run COMMAND when nothing is left to do",
        .check = check_filled_line,
    },
    {
        CLIENT("hook-timeout", hook_timeout),
        .type = HAUL_OPTION_SECONDS,
        .initial = "60",
        .max = YEAR_SECONDS,
        .value_name = "TIME",
        .help = "Longest time for such a command; 0 is no limit",
    },
    {
        CLIENT("reset", resets),
        .type = HAUL_OPTION_LIST,
        .value_name = "NAME",
        .help = "Let this option be as configured again; may be given several times",
        .check = check_filled,
        .once = true,
    },
    {
        CLIENT("theme", theme),
        .type = HAUL_OPTION_TEXT,
        .initial = "default",
        .choices = theme_choices,
        .value_name = "NAME",
        .help = "Colours of the screen: default, light, high-contrast, color-blind, mono, or a "
                "theme file of yours, by its name in the folder of themes or its path",
    },
    {
        CLIENT("ui-rate", ui_rate),
        .type = HAUL_OPTION_RATE,
        .initial = "2400",
        .value_name = "RATE",
        .help = "Bytes per second that the screen may cost while you only look; 0 is no limit, "
                "and below 1000 fewer columns move",
    },
    {
        CLIENT("mouse", mouse),
        .type = HAUL_OPTION_CHOICE,
        .initial = "auto",
        .choices = switch_choices,
        .value_name = "WHEN",
        .help = "Whether the screen takes the mouse: auto (where the terminal has one), on or off; "
                "with Shift the terminal keeps it for selecting text",
    },
    {
        CLIENT("title", title),
        .type = HAUL_OPTION_CHOICE,
        .initial = "auto",
        .choices = switch_choices,
        .value_name = "WHEN",
        .help =
            "Whether the window's title tells of progress and rate: auto (where the terminal is "
            "known to have one), on or off",
    },
    {
        CLIENT("tab-progress", tab_progress),
        .type = HAUL_OPTION_CHOICE,
        .initial = "auto",
        .choices = switch_choices,
        .value_name = "WHEN",
        .help =
            "Whether tab or task bar show progress (OSC 9;4): auto (where the terminal is known "
            "to), on or off",
    },
    {
        CLIENT("hyperlinks", hyperlinks),
        .type = HAUL_OPTION_CHOICE,
        .initial = "auto",
        .choices = switch_choices,
        .value_name = "WHEN",
        .help = "Whether finished files, folders and links on the screen can be opened from the "
                "terminal (OSC 8): auto (where it is known to), on or off",
    },
    {
        CLIENT("notify", notify),
        .type = HAUL_OPTION_CHOICE,
        .initial = "auto",
        .choices = notify_choices,
        .value_name = "HOW",
        .help = "How the screen tells that an item failed or all is done: auto, bell, osc9, osc777 "
                "or off",
    },
    {
        CLIENT("progress", progress),
        .type = HAUL_OPTION_CHOICE,
        .initial = "auto",
        .choices = progress_choices,
        .value_name = "HOW",
        .help = "What to tell on standard error: auto, bar, plain, json or none",
    },
    {
        CLIENT("quiet", quiet),
        .letter = 'q',
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Tell only what failed",
    },
    {
        CLIENT("verbose", verbose),
        .letter = 'v',
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Tell more, and write more to the log",
    },
    {
        CLIENT("last", last),
        .letter = 'n',
        .type = HAUL_OPTION_NUMBER,
        .initial = "100",
        .value_name = "N",
        .help = "At most so many entries, the newest; 0 is all of them",
        .once = true,
    },
    {
        CLIENT("clear", clear),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Forget the entries instead of showing them",
        .once = true,
    },
    {
        CLIENT("plain", plain),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Write a line for each change instead of showing a screen",
        .once = true,
    },
    {
        CLIENT("until-done", until_done),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "With --plain: end when all items that are there now are over",
        .once = true,
    },
    {
        CLIENT("json", json),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Answer in JSON, for other programs",
        .once = true,
    },
    {
        CLIENT("secrets", secrets),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Show passwords, cookies and the like too, instead of ***",
        .once = true,
    },
    {
        CLIENT("replace", replace),
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Take over from the daemon that runs, which goes on when that fails",
        .once = true,
    },
    {
        CLIENT("log", log),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Append a log to FILE",
        .check = check_filled,
        .is_path = true,
    },
    {
        CLIENT("config", config),
        .type = HAUL_OPTION_TEXT,
        .value_name = "FILE",
        .help = "Read this configuration; the default is $HAUL_CONFIG, else haul.conf",
        .check = check_filled,
        .once = true,
        .is_path = true,
    },
    {
        CLIENT("session", session),
        .type = HAUL_OPTION_TEXT,
        .value_name = "NAME",
        .help = "The queue to use; the default is $HAUL_SESSION, else 'default'",
        .check = check_session,
        .once = true,
    },
    {
        CLIENT("host", host),
        .type = HAUL_OPTION_TEXT,
        .value_name = "USER@BOX",
        .help = "Work with the queue on another machine, through ssh; the default is $HAUL_HOST, "
                "else this one",
        .check = check_host,
        .once = true,
    },
    {
        CLIENT("help", help),
        .letter = 'h',
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Explain the command and its options",
        .once = true,
    },
    {
        CLIENT("version", version),
        .letter = 'V',
        .type = HAUL_OPTION_FLAG,
        .initial = "false",
        .help = "Show the versions of haul and its libraries",
        .once = true,
    },
};

static_assert(COUNT_OF(rows) <= HAUL_OPTIONS_MAX, "struct haul_given has a bit for each row");

const struct haul_option *haul_option_table(size_t *ret_count)
{
    *ret_count = COUNT_OF(rows);
    return rows;
}

const struct haul_option *haul_option_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct haul_option *haul_option_find_letter(char letter)
{
    for (size_t i = 0; i < COUNT_OF(rows) && letter != 0; i++) {
        if (rows[i].letter == letter)
            return &rows[i];
    }
    return NULL;
}
