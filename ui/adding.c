/* Adding links.
 *
 * A paste may be megabytes and its links many thousands: it is read, asked about and added in
 * slices, so that keys are answered in between. The daemon is asked about all links, a few thousand
 * in a call; servers only about those that can be seen, and while the sheet is open.
 *
 * Answers may come when the sheet is closed or another one is open: each carries the number of the
 * sheet that it is for, and rows are found by their serials.
 *
 * A terminal without bracketed paste types a paste in. When it comes in pieces that do not look
 * like one (see input.c), the add prompt takes the first line, and what follows its Enter faster
 * than anybody types is the next one, and obeyed by no one else. */

#include "ui/adding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complete.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/text.h"
#include "base/url.h"
#include "config/config.h"
#include "input/requests.h"
#include "ui/option_line.h"

#define PROBES_MAX  6    /* that are asked for at a time */
#define SEND_SLICE  2000 /* links that are added in one call */
#define KNOWN_BYTES ((size_t)1 << 20)

/* A question about rows of a sheet. */
struct asked {
    struct adding *adding;
    unsigned sheet;    /* adding->opened when it was asked */
    uint32_t serial;   /* of a probe: its row */
    uint32_t *serials; /* of the links of a `known` */
    size_t count;
};

static struct asked *asked_new(struct adding *adding)
{
    struct asked *asked = xcalloc(1, sizeof(*asked));
    asked->adding = adding;
    asked->sheet = adding->opened;
    return asked;
}

static void asked_free(struct asked *asked)
{
    free(asked->serials);
    free(asked);
}

static void want_work(struct adding *adding)
{
    adding->events.work(adding->events.ctx);
}

static void notice(struct adding *adding, bool bad, const char *text)
{
    adding->events.notice(adding->events.ctx, bad, text);
}

/* ---- the sheet ---- */

void adding_init(struct adding *adding, struct model *model, struct prompt *prompt,
                 const struct haul_options *start, struct config *config,
                 const struct adding_events *events)
{
    const char *far = model_host(model);
    char *dir = start && start->dir ? xstrdup(start->dir)
                : far               ? NULL
                                    : path_default_download_dir();
    *adding = (struct adding){.model = model,
                              .prompt = prompt,
                              .start = start,
                              .config = config,
                              .events = *events,
                              .opened = 1};
    add_view_init(&adding->view, dir, far);
    sheet_init(&adding->sent);
    adding->options = start ? haul_options_copy(start) : haul_options_new();
    free(dir);
}

void adding_fini(struct adding *adding)
{
    add_view_fini(&adding->view);
    sheet_fini(&adding->sent);
    haul_options_unref(adding->options);
    haul_options_unref(adding->sent_options);
    secret_free(adding->options_line);
}

void adding_close(struct adding *adding)
{
    if (adding->probes > 0)
        model_unprobe(adding->model);
    add_view_clear(&adding->view);
    adding->opened++;
    adding->probes = 0;
    adding->known_serial = 0;
    adding->asking_known = false;
    adding->open = false;
    adding->accepting = false;
    adding->typed = false;
}

void adding_text(struct adding *adding, const char *text, size_t len)
{
    if (!sheet_add(&adding->view.sheet, text, len)) {
        notice(adding, true, "that is more text than haul takes at once: 64 MiB");
        return;
    }
    adding->open = true;
    want_work(adding);
}

/* ---- what the daemon knows ---- */

static void ask_known(struct adding *adding);
static void accept_if_ready(struct adding *adding);

/* A request that is no plain GET, or that could mend an item, is for something else. */
static void note_had(struct adding *adding, const struct asked *asked,
                     const struct haul_had_link *had)
{
    struct sheet *sheet = &adding->view.sheet;
    struct sheet_row *row =
        had->index < asked->count ? sheet_find(sheet, asked->serials[had->index]) : NULL;
    const struct haul_options *options =
        row ? pasted_options(&sheet->pasted, (size_t)(row - sheet->rows)) : NULL;
    if (row && row->heal == 0 && (!options || haul_options_plain(options)))
        sheet_note_had(sheet, row, had->path);
}

static void on_known(void *ctx, const struct haul_reply *reply)
{
    struct asked *asked = ctx;
    struct adding *adding = asked->adding;
    if (asked->sheet == adding->opened) {
        adding->asking_known = false;
        for (size_t i = 0; !reply->err && i < reply->known_count; i++) {
            const struct haul_known_link *known = &reply->known[i];
            struct sheet_row *row =
                known->index < asked->count
                    ? sheet_find(&adding->view.sheet, asked->serials[known->index])
                    : NULL;
            if (row)
                sheet_note_known(&adding->view.sheet, row, known);
        }
        for (size_t i = 0; !reply->err && i < reply->had_count; i++)
            note_had(adding, asked, &reply->had[i]);
        add_view_update(&adding->view);
        ask_known(adding);
        accept_if_ready(adding);
    }
    asked_free(asked);
}

/* The first row that was not asked about. */
static size_t first_unknown(const struct adding *adding)
{
    const struct sheet *sheet = &adding->view.sheet;
    size_t low = 0;
    size_t high = sheet->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sheet->rows[middle].serial < adding->known_serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Asks about the next links, if there are any and no answer is still to come. */
static void ask_known(struct adding *adding)
{
    const struct sheet *sheet = &adding->view.sheet;
    size_t from = first_unknown(adding);
    size_t count = 0;
    size_t bytes = 0;
    if (adding->asking_known || from >= sheet->count)
        return;
    while (from + count < sheet->count && count < HAUL_KNOWN_MAX && bytes < KNOWN_BYTES)
        bytes += strlen(sheet_url(sheet, from + count++));
    struct asked *asked = asked_new(adding);
    const char **urls = xreallocarray(NULL, count, sizeof(*urls));
    asked->serials = xreallocarray(NULL, count, sizeof(*asked->serials));
    asked->count = count;
    for (size_t i = 0; i < count; i++) {
        urls[i] = sheet_url(sheet, from + i);
        asked->serials[i] = sheet->rows[from + i].serial;
    }
    adding->known_serial = sheet->rows[from + count - 1].serial + 1;
    adding->asking_known = true;
    if (!model_known(adding->model, urls, count, on_known, asked)) {
        adding->asking_known = false;
        asked_free(asked);
    }
    free(urls);
}

/* ---- what servers tell ---- */

static void on_probed(void *ctx, const struct haul_reply *reply)
{
    struct asked *asked = ctx;
    struct adding *adding = asked->adding;
    if (asked->sheet == adding->opened) {
        struct sheet_row *row = sheet_find(&adding->view.sheet, asked->serial);
        adding->probes--;
        if (row && reply->probed && !reply->err)
            sheet_note_probed(row, reply->probed);
        else if (row)
            sheet_note_silence(row, reply->err);
        adding_look(adding);
    }
    asked_free(asked);
}

static void probe(struct adding *adding, size_t index)
{
    struct sheet_row *row = &adding->view.sheet.rows[index];
    struct requests requests = {0};
    pasted_request(&adding->view.sheet.pasted, index, adding->options, &requests);
    if (adding->config)
        config_requests(adding->config, requests.items, requests.count);
    if (!haul_options_plain(requests.items[0].options)) {
        row->asked = SHEET_SILENT;
    } else {
        struct asked *asked = asked_new(adding);
        asked->serial = row->serial;
        row->asked = SHEET_ASKED;
        adding->probes++;
        if (!model_probe(adding->model, &requests.items[0], on_probed, asked)) {
            adding->probes--;
            row->asked = SHEET_SILENT;
            asked_free(asked);
        }
    }
    requests_fini(&requests);
}

void adding_look(struct adding *adding)
{
    size_t from;
    size_t to;
    if (!adding->open || pasted_busy(&adding->view.sheet.pasted))
        return;
    add_view_seen(&adding->view, &from, &to);
    for (size_t i = from; i < to && adding->probes < PROBES_MAX; i++) {
        const struct sheet_row *row = &adding->view.sheet.rows[i];
        if (row->asked == SHEET_NOT_ASKED && !row->off)
            probe(adding, i);
    }
}

/* ---- questions ---- */

static void on_link_typed(void *ctx, const char *text)
{
    struct adding *adding = ctx;
    adding->typed = text && text[0] != '\0';
    if (adding->typed)
        adding_text(adding, text, strlen(text));
}

void adding_ask(struct adding *adding)
{
    prompt_ask_line(adding->prompt, "Add link:", "", NULL, on_link_typed, adding);
}

bool adding_asks(const struct adding *adding)
{
    return adding->prompt->kind == PROMPT_LINE && adding->prompt->entered == on_link_typed;
}

bool adding_rushed(struct adding *adding, const struct input_key *key)
{
    bool writes = key->text[0] != '\0' || key->code == INPUT_ENTER;
    if (!adding->typed)
        return false;
    if (!key->rushed || !writes) {
        adding->typed = false;
        return false;
    }
    if (key->code != INPUT_ENTER) {
        adding_ask(adding);
        prompt_key(adding->prompt, key);
    }
    return true;
}

static void on_folder_typed(void *ctx, const char *text)
{
    struct adding *adding = ctx;
    xstrset(&adding->view.hint, NULL);
    if (text && text[0] != '\0')
        add_view_set_dir(&adding->view, text);
}

/* What is said of a path that no folder goes on from. */
static char *describe_typed(const struct complete *complete)
{
    if (complete->is_folder)
        return xstrdup("no folders in there");
    return xstrdup(complete->is_other ? "that is a file, not a folder"
                                      : "no such folder: it will be made");
}

/* The folders that fit, for the line above the links; NULL when there is no choice. */
static char *list_names(const struct complete *complete)
{
    struct strbuf text;
    bool fits = true;
    if (complete->count == 1)
        return NULL;
    if (complete->count == 0)
        return describe_typed(complete);
    strbuf_init(&text, 1024);
    for (size_t i = 0; i < MIN(complete->count, (size_t)COMPLETE_NAMES) && fits; i++)
        fits = strbuf_printf(&text, "%s%s/", i > 0 ? "  " : "", complete->names[i]);
    if (complete->count > COMPLETE_NAMES)
        fits = fits && strbuf_printf(&text, "  and %zu more", complete->count - COMPLETE_NAMES);
    return strbuf_take(&text);
}

static char *complete_typed(void *ctx, const char *text)
{
    struct adding *adding = ctx;
    struct complete complete;
    if (adding->view.host) {
        char *hint = xasprintf("names of folders on %s are not completed", adding->view.host);
        xstrset(&adding->view.hint, hint);
        free(hint);
        return xstrdup(text);
    }
    complete_folder(text, &complete);
    char *names = list_names(&complete);
    char *longer = xstrdup(complete.text);
    xstrset(&adding->view.hint, names);
    free(names);
    complete_fini(&complete);
    return longer;
}

static void folder_ask(struct adding *adding)
{
    const char *dir = adding->view.dir ? adding->view.dir : "";
    char *clean = text_clean_dup(text_raw_from(dir), PROMPT_LINE_MAX);
    prompt_ask_line(adding->prompt,
                    adding->view.host ? "Into folder there:" : "Into folder:", clean, NULL,
                    on_folder_typed, adding);
    prompt_complete(adding->prompt, complete_typed);
    free(clean);
}

/* Names are of one file; the folder has a place of its own. */
static enum haul_err check_options(const struct adding *adding, const struct haul_options *options,
                                   struct haul_error *err)
{
    size_t count = adding->view.sheet.on_count;
    if (count > 1 && (options->out || options->checksum))
        return haul_fail(err, HAUL_E_USAGE, "--%s is of one file, but %zu links are chosen",
                         options->out ? "out" : "checksum", count);
    return HAUL_OK;
}

static void take_options(struct adding *adding, struct haul_options *options)
{
    const struct haul_option *dir = haul_option_find("dir");
    bool any;
    if (options->dir)
        add_view_set_dir(&adding->view, options->dir);
    haul_option_clear(dir, options);
    any = haul_given_any(&options->given);
    char *described = any ? sheet_describe(options, false) : NULL;
    xstrset(&adding->view.options, described);
    free(described);
    haul_options_unref(adding->options);
    adding->options = adding->start ? haul_options_copy(adding->start) : haul_options_new();
    haul_options_merge(adding->options, options);
    if (!adding->view.host)
        haul_options_settle_files(adding->options);
}

static void on_options_typed(void *ctx, const char *text)
{
    struct adding *adding = ctx;
    struct haul_options *options;
    struct haul_settings settings;
    struct haul_error err;
    if (!text)
        return;
    options = haul_options_new();
    haul_settings_init(&settings);
    secret_free(adding->options_line);
    adding->options_line = xstrdup(text); /* also a wrong one: who gives up finds it there again */
    if (option_line_read(text, options, &settings, &err) != HAUL_OK ||
        check_options(adding, options, &err) != HAUL_OK) {
        prompt_again(adding->prompt, text, err.text);
    } else {
        take_options(adding, options);
        if (haul_given_any(&settings.given))
            model_set(adding->model, &settings);
    }
    haul_options_unref(options);
}

static void options_ask(struct adding *adding)
{
    prompt_ask_line(adding->prompt, "Options:", adding->options_line ? adding->options_line : "",
                    NULL, on_options_typed, adding);
}

/* ---- adding ---- */

/* Of a copied request, what may go along with a new link. */
static struct haul_options *options_of_link(const struct haul_options *options)
{
    struct haul_options *own = haul_options_new();
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    if (options)
        haul_options_merge(own, options);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == HAUL_SCOPE_ITEM && !table[i].of_origin)
            haul_option_clear(&table[i], own);
    }
    return own;
}

/* "5 added, 1 mended, 2 already there". */
static void tell_sent(struct adding *adding)
{
    const struct {
        size_t count;
        const char *what;
    } parts[] = {{adding->sent_added, "added"},
                 {adding->sent_mended, "mended"},
                 {adding->sent_there, "already there"}};
    char text[128] = "";
    size_t len = 0;
    for (size_t i = 0; i < COUNT_OF(parts) && len < sizeof(text); i++) {
        if (parts[i].count > 0)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%zu %s", len > 0 ? ", " : "",
                                    parts[i].count, parts[i].what);
    }
    if (text[0])
        notice(adding, false, text);
}

/* All is told at once, when the last part is answered. */
static void sent_end(struct adding *adding)
{
    if (adding->sent_calls > 0 || adding->sent_next < adding->sent.count)
        return;
    tell_sent(adding);
    adding->sent_added = adding->sent_mended = adding->sent_there = 0;
    sheet_fini(&adding->sent);
    adding->sent_next = 0;
}

static void tell_failure(struct adding *adding, const struct haul_reply *reply)
{
    if (reply->err && reply->err->code != HAUL_E_CANCELLED)
        notice(adding, true, reply->err->text);
}

static void on_added(void *ctx, const struct haul_reply *reply)
{
    struct adding *adding = ctx;
    adding->sent_calls--;
    adding->sent_added += reply->err ? 0 : reply->id_count;
    sent_end(adding);
    tell_failure(adding, reply);
}

static void on_mended(void *ctx, const struct haul_reply *reply)
{
    struct adding *adding = ctx;
    adding->sent_calls--;
    adding->sent_mended += !reply->err;
    sent_end(adding);
    tell_failure(adding, reply);
}

static void heal(struct adding *adding, size_t index)
{
    const struct sheet *sheet = &adding->sent;
    struct haul_options *own = options_of_link(pasted_options(&sheet->pasted, index));
    adding->sent_calls++;
    if (!model_heal(adding->model, sheet->rows[index].heal, sheet_url(sheet, index), own, on_mended,
                    adding))
        adding->sent_calls--;
    haul_options_unref(own);
}

/* Adds the next links; false when all were. */
static bool send_slice(struct adding *adding)
{
    const struct sheet *sheet = &adding->sent;
    struct requests requests = {0};
    if (adding->sent_next >= sheet->count || !model_reachable(adding->model))
        return false;
    while (adding->sent_next < sheet->count && requests.count < SEND_SLICE) {
        size_t index = adding->sent_next++;
        if (sheet->rows[index].off) {
            adding->sent_there += sheet->rows[index].id != 0 || sheet->rows[index].had;
            continue;
        }
        if (sheet->rows[index].heals)
            heal(adding, index);
        else
            pasted_request(&sheet->pasted, index, adding->sent_options, &requests);
    }
    if (requests.count > 0) {
        if (adding->config)
            config_requests(adding->config, requests.items, requests.count);
        adding->sent_calls++;
        if (!model_add_part(adding->model, requests.items, requests.count, false, on_added, adding))
            adding->sent_calls--;
    }
    requests_fini(&requests);
    if (adding->sent_next < sheet->count)
        return true;
    sent_end(adding);
    return false;
}

/* A folder that was chosen here counts more than one of the configuration. */
static void settle_dir(struct haul_options *options, const char *dir)
{
    bool chosen = dir && options->dir && strcmp(options->dir, dir) != 0;
    if (!chosen || haul_option_set(haul_option_find("dir"), options, dir, NULL) != HAUL_OK)
        xstrset(&options->dir, dir);
}

/* ---- without a review ---- */

static enum haul_err check_links(const char *const *urls, size_t count,
                                 const struct haul_options *given, struct haul_error *err)
{
    struct url parts;
    if (count == 0)
        return haul_fail(err, HAUL_E_USAGE, "no URL to add");
    if (count > 1 && (given->out || given->checksum))
        return haul_fail(err, HAUL_E_USAGE, "--%s is of one file, but there are %zu links",
                         given->out ? "out" : "checksum", count);
    for (size_t i = 0; i < count; i++) {
        if (url_split(urls[i], &parts, err) != HAUL_OK)
            return err->code;
    }
    return HAUL_OK;
}

enum haul_err adding_direct(struct adding *adding, const char *const *urls, size_t count,
                            const struct haul_options *given, const struct haul_settings *settings,
                            struct haul_error *err)
{
    struct requests requests = {0};
    struct haul_options *options;
    const char *dir = adding->view.dir;
    char *named = NULL;
    if (check_links(urls, count, given, err) != HAUL_OK)
        return err->code;
    options = adding->start ? haul_options_copy(adding->start) : haul_options_new();
    haul_options_merge(options, given);
    if (!adding->view.host)
        haul_options_settle_files(options);
    if (given->dir)
        dir = named = adding->view.host ? path_far(given->dir) : path_absolute(given->dir);
    settle_dir(options, dir);
    free(named);
    for (size_t i = 0; i < count; i++)
        requests_add(&requests, urls[i], options);
    if (adding->config)
        config_requests(adding->config, requests.items, requests.count);
    if (haul_given_any(&settings->given))
        model_set(adding->model, settings);
    model_add(adding->model, requests.items, requests.count);
    requests_fini(&requests);
    haul_options_unref(options);
    return HAUL_OK;
}

/* All of the text is read, and the daemon has told what it knows. */
static bool is_ready(const struct adding *adding)
{
    return !pasted_busy(&adding->view.sheet.pasted) && !adding->asking_known &&
           first_unknown(adding) == adding->view.sheet.count;
}

/* The sheet's links go their way, and the sheet is free for the next ones. */
static void send_all(struct adding *adding)
{
    struct add_view *view = &adding->view;
    while (send_slice(adding)) /* what is left of the one before, seldom anything */
        continue;
    haul_options_unref(adding->sent_options);
    adding->sent_options = haul_options_copy(adding->options);
    settle_dir(adding->sent_options, view->dir);
    sheet_fini(&adding->sent);
    adding->sent = view->sheet;
    adding->sent_next = 0;
    sheet_init(&view->sheet);
    adding_close(adding);
    if (send_slice(adding))
        want_work(adding);
}

/* Who presses Enter at once means what is there, not what was read so far. */
static void accept_if_ready(struct adding *adding)
{
    struct haul_error err;
    if (!adding->accepting || !is_ready(adding))
        return;
    adding->accepting = false;
    if (check_options(adding, adding->options, &err) != HAUL_OK)
        notice(adding, true, err.text);
    else
        send_all(adding);
}

/* Without a line the links stay where they are seen. */
static void accept(struct adding *adding)
{
    if (model_away(adding->model)) {
        notice(adding, true, "there is no line: the links stay here until it is back");
        model_try_now(adding->model);
        return;
    }
    adding->accepting = true;
    accept_if_ready(adding);
}

void adding_go_on(struct adding *adding)
{
    if (adding->sent_next < adding->sent.count)
        want_work(adding);
}

bool adding_act(struct adding *adding, enum keymap_action action)
{
    if (!adding->open)
        return false;
    switch (action) {
    case ACT_FOLDER:
        folder_ask(adding);
        return true;
    case ACT_OPTIONS:
        options_ask(adding);
        return true;
    case ACT_ACCEPT:
        accept(adding);
        return true;
    default:
        return false;
    }
}

bool adding_work(struct adding *adding)
{
    bool more = sheet_work(&adding->view.sheet);
    add_view_update(&adding->view);
    if (adding->open)
        ask_known(adding);
    accept_if_ready(adding);
    return send_slice(adding) || more;
}
