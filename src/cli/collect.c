/* From operands and list files to requests.
 *
 * All of the input is read and checked at once: a mistake in line 9,000 is told now, not after
 * hours of downloading. A list that is a file is read again when its items are needed, so that none
 * of it is kept in memory, which takes longer than to check it.
 */
#include "cli/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* A list that is read again. */
struct list_source {
    FILE *file;
    unsigned users; /* parts, and the walk through it */
};

/* A URL, or a block of a list. */
struct collected_part {
    STAILQ_ENTRY(collected_part) link;
    const char *name;            /* of the list, NULL: it is a URL */
    const char *url;             /* borrowed from the command line */
    struct list_block *block;    /* owned; NULL: it is to be read from ->source */
    struct list_source *source;  /* NULL: it is in ->block, or no block */
    off_t offset;                /* of the block in the source */
    size_t len, items;           /* its bytes, and how many items they were */
    char *copied_url;            /* of a copied request, owned, may hold secrets */
    struct haul_options *copied; /* its options, referenced; NULL: it is none */
    size_t line;                 /* number of the block's first line in the list */
};

/* A list while it is checked, block by block, through one buffer, which grows only for an item that
 * is larger. */
struct list_walk {
    struct collected_part part; /* the next one */
    char *text;
    size_t size; /* that is read at once */
    size_t room;
    bool over;
};

static enum haul_err refuse_large(const char *name, struct haul_error *err)
{
    return haul_fail(err, HAUL_E_TOO_BIG, "%s is larger than %zu MiB", name, LIST_FILE_MAX >> 20);
}

/* Reads all that FD, which is no file, will give. */
static enum haul_err read_all(int fd, const char *name, struct list_text *to,
                              struct haul_error *err)
{
    ssize_t got;

    do {
        size_t size;
        char *room = list_text_room(to, &size);

        got = read(fd, room, size);
        if (got > 0 && !list_text_came(to, (size_t)got))
            return refuse_large(name, err);
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't read %s", name);
    return HAUL_OK;
}

static void add_part(struct collected *collected, struct collected_part init)
{
    struct collected_part *part = xmalloc(sizeof(*part));

    *part = init;
    STAILQ_INSERT_TAIL(&collected->parts, part, link);
}

/* Checks TEXT, which is PART's; *part becomes the one behind it. */
static enum haul_err check_part(struct collected *collected, struct collected_part *part,
                                const char *text, bool *ret_used, struct haul_error *err)
{
    struct list_part list_part = {
        .name = part->name, .line = part->line, .text = text, .len = part->len};
    struct list_size size = {0};
    enum haul_err code = list_file_check(&list_part, collected->args->item, &size, err);

    *ret_used = code == HAUL_OK && size.items > 0;
    if (*ret_used) {
        part->items = size.items;
        add_part(collected, *part);
        collected->count += size.items;
    }
    part->line += size.lines;
    part->offset += (off_t)part->len;
    return code;
}

/* A list that comes only once is kept. */
static enum haul_err collect_stream(struct collected *collected, const char *name, int fd,
                                    struct haul_error *err)
{
    struct collected_part part = {.name = name, .line = 1};
    struct list_blocks blocks = STAILQ_HEAD_INITIALIZER(blocks);
    struct list_text text;
    enum haul_err code;

    list_text_init(&text, LIST_FILE_MAX);
    code = read_all(fd, name, &text, err);
    list_text_take(&text, &blocks);
    while ((part.block = STAILQ_FIRST(&blocks))) {
        bool used = false;

        STAILQ_REMOVE_HEAD(&blocks, link);
        part.len = part.block->len;
        if (code == HAUL_OK)
            code = check_part(collected, &part, part.block->text, &used, err);
        if (!used)
            free(part.block);
    }
    return code;
}

/* As many of SIZE bytes as there are, fewer only at the end; -1 with errno. */
static ssize_t read_at(const struct list_source *source, char *to, size_t size, off_t offset)
{
    int fd = fileno(source->file);
    size_t filled = 0;
    ssize_t got = 1;

    while (filled < size && got != 0) {
        got = pread(fd, to + filled, size - filled, offset + (off_t)filled);
        if (got < 0 && errno != EINTR)
            return -1;
        filled += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)filled;
}

static void source_unref(struct list_source *source)
{
    if (!source || --source->users > 0)
        return;
    fclose(source->file);
    free(source);
}

/* Takes over FROM. */
static struct list_walk *walk_new(const char *name, FILE *from)
{
    struct list_source *source = xmalloc(sizeof *source);
    struct list_walk *walk = xmalloc(sizeof *walk);

    *source = (struct list_source){.file = from, .users = 1};
    *walk = (struct list_walk){.part = {.name = name, .source = source, .line = 1},
                               .text = xmalloc(LIST_BLOCK),
                               .size = LIST_BLOCK_FIRST,
                               .room = LIST_BLOCK};
    return walk;
}

static void walk_free(struct list_walk *walk)
{
    if (!walk)
        return;
    source_unref(walk->part.source);
    free(walk->text);
    free(walk);
}

static enum haul_err walk_on(struct list_walk *walk, struct collected *collected,
                             struct haul_error *err)
{
    struct collected_part *part = &walk->part;
    ssize_t got = read_at(part->source, walk->text, walk->size, part->offset);
    enum haul_err code;
    bool used = false;

    if (got < 0)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't read %s", part->name);
    walk->over = (size_t)got < walk->size;
    if (got == 0)
        return HAUL_OK;
    part->len = walk->over ? (size_t)got : list_text_cut(walk->text, walk->size);
    if (part->len == 0 && walk->size <= LIST_FILE_MAX) {
        walk->size *= 2;
        walk->room = MAX(walk->room, walk->size);
        walk->text = xrealloc(walk->text, walk->room);
        return HAUL_OK;
    }
    if (part->len == 0 || (size_t)part->offset + part->len > LIST_FILE_MAX)
        return refuse_large(part->name, err);
    code = check_part(collected, part, walk->text, &used, err);
    part->source->users += used;
    walk->size = LIST_BLOCK;
    return code;
}

/* Checks until the list's end, or until it has ENOUGH items. */
static enum haul_err walk_until(struct list_walk *walk, struct collected *collected, size_t enough,
                                struct haul_error *err)
{
    enum haul_err code = HAUL_OK;

    while (code == HAUL_OK && !walk->over && collected->count < enough)
        code = walk_on(walk, collected, err);
    return code;
}

/* FILE, or the standard input for "-". Of a file that can be read again at most the first ENOUGH
 * items and the rest of their block are checked, then it is ->unchecked. */
static enum haul_err collect_list(struct collected *collected, const char *file, size_t enough,
                                  struct haul_error *err)
{
    struct list_walk *walk;
    enum haul_err code;
    struct stat status;
    FILE *from;

    if (strcmp(file, "-") == 0)
        return collect_stream(collected, "standard input", STDIN_FILENO, err);
    from = fopen(file, "re");
    if (from == NULL)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't open the list %s", file);
    if (fstat(fileno(from), &status) != 0 || !S_ISREG(status.st_mode)) {
        code = collect_stream(collected, file, fileno(from), err);
        fclose(from);
        return code;
    }
    walk = walk_new(file, from);
    code = walk_until(walk, collected, enough, err);
    if (code == HAUL_OK && !walk->over)
        collected->unchecked = walk;
    else
        walk_free(walk);
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
        return collect_list(collected, word, SIZE_MAX, err);
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

static enum haul_err collect_operands(struct collected *collected, struct haul_error *err)
{
    const struct args *args = collected->args;
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < MIN(args->operand_count, args->curl_at) && code == HAUL_OK; i++)
        code = collect_operand(collected, args->operands[i], err);
    if (code == HAUL_OK && args->curl_at != SIZE_MAX)
        code = collect_curl(collected, err);
    return code;
}

/* Options that are of one file. */
static enum haul_err check_single(const struct collected *collected, struct haul_error *err)
{
    const struct haul_options *options = collected->args->item;

    if (collected->count > 1 && options->out != NULL)
        return haul_fail(err, HAUL_E_USAGE,
                         "--out names one file, but there are %zu URLs; use --dir, or out= in a "
                         "list file",
                         collected->count);
    if (collected->count > 1 && options->checksum != NULL)
        return haul_fail(err, HAUL_E_USAGE,
                         "--checksum is of one file, but there are %zu URLs; use checksum= in a "
                         "list file",
                         collected->count);
    return HAUL_OK;
}

enum haul_err collect_rest(struct collected *collected, struct haul_error *err)
{
    const struct haul_strings *files = &collected->args->run.input_files;
    enum haul_err code = HAUL_OK;

    if (collected->unchecked)
        code = walk_until(collected->unchecked, collected, SIZE_MAX, err);
    walk_free(collected->unchecked);
    collected->unchecked = NULL;
    for (; collected->files < files->count && code == HAUL_OK; collected->files++)
        code = collect_list(collected, files->items[collected->files], SIZE_MAX, err);
    return code == HAUL_OK ? check_single(collected, err) : code;
}

bool collected_checked(const struct collected *collected)
{
    return !collected->unchecked && collected->files == collected->args->run.input_files.count;
}

/* ENOUGH: see collect_list(). */
static enum haul_err collect_until(const struct args *args, size_t enough,
                                   struct collected *ret_collected, struct haul_error *err)
{
    const struct haul_strings *files = &args->run.input_files;
    enum haul_err code;

    *ret_collected = (struct collected){.args = args};
    STAILQ_INIT(&ret_collected->parts);
    code = collect_operands(ret_collected, err);
    while (code == HAUL_OK && ret_collected->count < enough && ret_collected->files < files->count)
        code = collect_list(ret_collected, files->items[ret_collected->files++], enough, err);
    if (code == HAUL_OK)
        code = check_single(ret_collected, err);
    if (code == HAUL_OK)
        collect_settle_dir(args, args->item);
    else
        collected_fini(ret_collected);
    return code;
}

enum haul_err collect(const struct args *args, struct collected *ret_collected,
                      struct haul_error *err)
{
    return collect_until(args, SIZE_MAX, ret_collected, err);
}

/* One that can be waited for: the standard input, or a pipe. */
static bool comes_once(const char *file)
{
    struct stat status;

    return strcmp(file, "-") == 0 || (stat(file, &status) == 0 && !S_ISREG(status.st_mode));
}

/* Nothing may be begun that would have to wait for a list. */
static bool wants_all(const struct args *args)
{
    const struct haul_strings *files = &args->run.input_files;
    bool all = args->item->out != NULL || args->item->checksum != NULL;

    for (size_t i = 0; i < files->count && !all; i++)
        all = comes_once(files->items[i]);
    return all;
}

enum haul_err collect_first(const struct args *args, struct collected *ret_collected,
                            struct haul_error *err)
{
    return collect_until(args, wants_all(args) ? SIZE_MAX : 1, ret_collected, err);
}

static void free_first(struct collected *collected)
{
    struct collected_part *part = STAILQ_FIRST(&collected->parts);

    STAILQ_REMOVE_HEAD(&collected->parts, link);
    source_unref(part->source);
    free(part->block);
    secret_free(part->copied_url);
    haul_options_unref(part->copied);
    free(part);
}

bool collected_empty(const struct collected *collected)
{
    return STAILQ_EMPTY(&collected->parts);
}

static enum haul_err refuse_changed(const struct collected_part *part, struct haul_error *err)
{
    return haul_fail(
        err, HAUL_E_USAGE,
        "%s was changed while it was read; what was added of it goes on, give it again "
        "for the rest",
        part->name);
}

/* The part's text again; it was all right when it was checked. */
static enum haul_err read_again(struct collected_part *part, struct haul_error *err)
{
    ssize_t got;

    part->block = xmalloc(sizeof *part->block + part->len);
    part->block->len = part->len;
    got = read_at(part->source, part->block->text, part->len, part->offset);
    if (got < 0)
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't read %s any more", part->name);
    if ((size_t)got != part->len)
        return refuse_changed(part, err);
    return HAUL_OK;
}

static enum haul_err parse_part(struct collected *collected, struct collected_part *part,
                                struct requests *requests, struct haul_error *err)
{
    size_t first = requests->count;
    struct list_part block;
    enum haul_err code = part->block ? HAUL_OK : read_again(part, err);

    if (code != HAUL_OK)
        return code;
    block = (struct list_part){
        .name = part->name, .line = part->line, .text = part->block->text, .len = part->len};
    code = list_file_parse(&block, collected->args->item, &collected->sets, requests, err);
    if (code == HAUL_OK && requests->count - first == part->items)
        return HAUL_OK;
    requests_truncate(requests, first);
    return refuse_changed(part, err);
}

enum haul_err collected_next(struct collected *collected, struct requests *requests,
                             struct haul_error *err)
{
    struct collected_part *part = STAILQ_FIRST(&collected->parts);
    struct haul_options *options = collected->args->item;
    size_t first = requests->count;
    enum haul_err code = HAUL_OK;

    if (part->name != NULL) {
        code = parse_part(collected, part, requests, err);
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
    walk_free(collected->unchecked);
    collected->unchecked = NULL;
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
