/* From operands and list files to requests.
 *
 * All of the input is read and checked before anything is begun: a mistake in line 9,000 is told
 * at once, not after hours of downloading.
 */
#include "cli/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/same_link.h"
#include "base/suggest.h"
#include "base/url.h"
#include "cli/report.h"
#include "config/commands.h"
#include "config/config.h"
#include "input/curl_command.h"
#include "input/list_text.h"

#define LIST_FILE_MAX ((size_t)256 << 20) /* bytes of one list */

/* A URL, or a block of a list. */
struct collected_part {
    STAILQ_ENTRY(collected_part) link;
    const char *name;            /* of the list, NULL: it is a URL */
    const char *url;             /* borrowed from the command line */
    struct list_block *block;    /* owned */
    char *copied_url;            /* of a copied request, owned, may hold secrets */
    struct haul_options *copied; /* its options, referenced; NULL: it is none */
    size_t line;                 /* number of the block's first line in the list */
};

static enum haul_err read_all(FILE *from, const char *name, struct list_text *to,
                              struct haul_error *err)
{
    ssize_t got;

    do {
        size_t size;
        char *room = list_text_room(to, &size);

        got = read(fileno(from), room, size);
        if (got > 0 && !list_text_came(to, (size_t)got))
            return haul_fail(err, HAUL_E_TOO_BIG, "%s is larger than %zu MiB", name,
                             LIST_FILE_MAX >> 20);
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't read %s", name);
    return HAUL_OK;
}

/* Reads FILE, or the standard input for "-", into TO. */
static enum haul_err read_list(const char *file, struct list_text *to, struct haul_error *err)
{
    enum haul_err code;
    FILE *from;

    if (strcmp(file, "-") == 0)
        return read_all(stdin, "standard input", to, err);
    from = fopen(file, "re");
    if (from == NULL)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't open the list %s", file);
    code = read_all(from, file, to, err);
    fclose(from);
    return code;
}

static void add_part(struct collected *collected, struct collected_part init)
{
    struct collected_part *part = xmalloc(sizeof(*part));

    *part = init;
    STAILQ_INSERT_TAIL(&collected->parts, part, link);
}

static struct list_part list_part_of(const struct collected_part *part)
{
    return (struct list_part){
        .name = part->name, .line = part->line, .text = part->block->text, .len = part->block->len};
}

static enum haul_err collect_list(struct collected *collected, const char *file,
                                  struct haul_error *err)
{
    struct collected_part part = {.name = strcmp(file, "-") == 0 ? "standard input" : file,
                                  .line = 1};
    struct list_blocks blocks = STAILQ_HEAD_INITIALIZER(blocks);
    struct list_text text;
    enum haul_err code;

    list_text_init(&text, LIST_FILE_MAX);
    code = read_list(file, &text, err);
    list_text_take(&text, &blocks);
    while ((part.block = STAILQ_FIRST(&blocks))) {
        struct list_part list_part = list_part_of(&part);
        struct list_size size = {0};

        STAILQ_REMOVE_HEAD(&blocks, link);
        if (code == HAUL_OK)
            code = list_file_check(&list_part, collected->args->item, &size, err);
        if (size.items > 0)
            add_part(collected, part);
        else
            free(part.block);
        collected->count += size.items;
        part.line += size.lines;
    }
    return code;
}

/* Explains a word that is neither a command nor a link: a command that stands behind options, or is
 * misspelt, looks like a link without a scheme. */
static enum haul_err refuse_first_word(const char *word, const char *why, struct haul_error *err)
{
    struct suggest suggest;
    size_t count;
    const struct command *table = command_table(&count);

    suggest_init(&suggest, word);
    for (size_t i = 0; i < count; i++)
        suggest_consider(&suggest, table[i].name);
    if (suggest.best == NULL)
        return haul_fail(err, HAUL_E_BAD_URL, "\"%s\" is neither a command nor a link: %s", word,
                         why);
    if (suggest.distance == 0)
        return haul_fail(err, HAUL_E_USAGE, "the command comes first: haul %s …", suggest.best);
    return haul_fail(err, HAUL_E_USAGE,
                     "\"%s\" is neither a command nor a link; did you mean 'haul %s'?", word,
                     suggest.best);
}

/* Explains a word that is no link; WHY is what url_split() said. */
static enum haul_err refuse_word(const struct command *command, const char *word, const char *why,
                                 struct haul_error *err)
{
    if (strstr(word, "://") != NULL) {
        char *told = same_link_told(word);

        (void)haul_fail(err, HAUL_E_BAD_URL, "\"%.120s\": %s", told, why);
        free(told);
        return HAUL_E_BAD_URL;
    }
    /* What stands before an '@' may be a password. */
    if (strchr(word, '@') != NULL)
        return haul_fail(err, HAUL_E_BAD_URL, "%s", why);
    if (command == command_screen())
        return refuse_first_word(word, why, err);
    return haul_fail(err, HAUL_E_BAD_URL, "\"%s\" is no link: %s", word, why);
}

static enum haul_err collect_operand(struct collected *collected, const char *word,
                                     struct haul_error *err)
{
    struct haul_error why;
    struct url parts;

    if (strcmp(word, "-") == 0)
        return collect_list(collected, word, err);
    if (url_split(word, &parts, &why) != HAUL_OK)
        return refuse_word(collected->args->command, word, why.text, err);
    add_part(collected, (struct collected_part){.url = word});
    collected->count++;
    return HAUL_OK;
}

/* What curl's words would fetch. What haul was told itself counts more. */
static enum haul_err take_copied(struct collected *collected, const struct copied *copied,
                                 struct haul_error *err)
{
    struct haul_options *options;
    char *told;

    if (copied->wrong) {
        told = same_link_told(copied->url);
        (void)haul_fail(err, HAUL_E_USAGE, "the curl command for %.120s: %s", told, copied->wrong);
        free(told);
        return HAUL_E_USAGE;
    }
    options = haul_options_copy(copied->options);
    haul_options_merge(options, collected->args->item);
    add_part(collected,
             (struct collected_part){.copied_url = xstrdup(copied->url), .copied = options});
    collected->count++;
    for (size_t i = 0; i < copied->notes.count; i++)
        report_note("of the curl command this is not done: %s", copied->notes.items[i]);
    return HAUL_OK;
}

static enum haul_err collect_curl(struct collected *collected, struct haul_error *err)
{
    const struct args *args = collected->args;
    struct copied_list list = {0};
    enum haul_err code = HAUL_OK;
    bool is_command;

    curl_command_take(args->operands + args->curl_at, args->operand_count - args->curl_at, &list,
                      &is_command);
    if (list.count == 0)
        code = haul_fail(err, HAUL_E_USAGE, "the curl command has no URL");
    for (size_t i = 0; i < list.count && code == HAUL_OK; i++)
        code = take_copied(collected, &list.items[i], err);
    copied_list_fini(&list);
    return code;
}

/* Without a folder the daemon there decides. Its own files are named to it in the same way. */
static void settle_far_dir(struct haul_options *options)
{
    char *far = options->dir != NULL ? path_far(options->dir) : NULL;

    free(options->dir);
    options->dir = far;
}

void collect_settle_dir(const struct args *args, struct haul_options *options)
{
    char *dir;

    if (args->run.host != NULL) {
        settle_far_dir(options);
        return;
    }
    haul_options_settle_files(options);
    if (options->dir != NULL && options->dir[0] == '/')
        return;
    dir = options->dir != NULL ? path_absolute(options->dir) : path_default_download_dir();
    free(options->dir);
    options->dir = dir;
}

static enum haul_err collect_all(struct collected *collected, struct haul_error *err)
{
    const struct args *args = collected->args;
    const struct haul_strings *files = &args->run.input_files;
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < MIN(args->operand_count, args->curl_at) && code == HAUL_OK; i++)
        code = collect_operand(collected, args->operands[i], err);
    if (code == HAUL_OK && args->curl_at != SIZE_MAX)
        code = collect_curl(collected, err);
    for (size_t i = 0; i < files->count && code == HAUL_OK; i++)
        code = collect_list(collected, files->items[i], err);
    if (code == HAUL_OK && collected->count > 1 && args->item->out != NULL)
        return haul_fail(err, HAUL_E_USAGE,
                         "--out names one file, but there are %zu URLs; use --dir, or out= in a "
                         "list file",
                         collected->count);
    if (code == HAUL_OK && collected->count > 1 && args->item->checksum != NULL)
        return haul_fail(err, HAUL_E_USAGE,
                         "--checksum is of one file, but there are %zu URLs; use checksum= in a "
                         "list file",
                         collected->count);
    return code;
}

enum haul_err collect(const struct args *args, struct collected *ret_collected,
                      struct haul_error *err)
{
    struct collected collected = {.args = args};
    enum haul_err code;

    STAILQ_INIT(&collected.parts);
    code = collect_all(&collected, err);
    if (code != HAUL_OK) {
        collected_fini(&collected);
        return code;
    }
    collect_settle_dir(args, args->item);
    *ret_collected = (struct collected){.args = args, .count = collected.count};
    STAILQ_INIT(&ret_collected->parts);
    STAILQ_CONCAT(&ret_collected->parts, &collected.parts);
    return HAUL_OK;
}

static void free_first(struct collected *collected)
{
    struct collected_part *part = STAILQ_FIRST(&collected->parts);

    STAILQ_REMOVE_HEAD(&collected->parts, link);
    free(part->block);
    secret_free(part->copied_url);
    haul_options_unref(part->copied);
    free(part);
}

bool collected_empty(const struct collected *collected)
{
    return STAILQ_EMPTY(&collected->parts);
}

enum haul_err collected_next(struct collected *collected, struct requests *requests,
                             struct haul_error *err)
{
    struct collected_part *part = STAILQ_FIRST(&collected->parts);
    struct haul_options *options = collected->args->item;
    size_t first = requests->count;
    enum haul_err code = HAUL_OK;

    if (part->block != NULL) {
        struct list_part block = list_part_of(part);

        code = list_file_parse(&block, options, &collected->sets, requests, err);
    } else if (part->copied != NULL) {
        if (!part->copied->dir)
            xstrset(&part->copied->dir, options->dir);
        requests_add(requests, part->copied_url, part->copied);
    } else {
        requests_add(requests, part->url, options);
    }
    for (size_t i = first; i < requests->count; i++)
        collect_settle_dir(collected->args, requests->items[i].options);
    if (collected->args->config)
        config_requests(collected->args->config, requests->items + first, requests->count - first);
    free_first(collected);
    return code;
}

void collected_fini(struct collected *collected)
{
    while (!STAILQ_EMPTY(&collected->parts))
        free_first(collected);
    list_sets_free(&collected->sets);
}

enum haul_err collect_requests(const struct args *args, struct requests *ret_requests,
                               struct haul_error *err)
{
    struct requests requests = {0};
    struct collected collected;
    enum haul_err code = collect(args, &collected, err);

    if (code != HAUL_OK)
        return code;
    while (code == HAUL_OK && !collected_empty(&collected))
        code = collected_next(&collected, &requests, err);
    collected_fini(&collected);
    if (code == HAUL_OK)
        *ret_requests = requests;
    else
        requests_fini(&requests);
    return code;
}
