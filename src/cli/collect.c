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

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include "cli/command.h"
#include "cli/suggest.h"
#include "input/list_file.h"

#define LIST_FILE_MAX ((size_t)256 << 20) /* bytes of one list */

static enum haul_err read_all(FILE *from, const char *name, struct strbuf *to,
                              struct haul_error *err)
{
    char block[65536];
    size_t got;

    while ((got = fread(block, 1, sizeof(block), from)) > 0) {
        if (!strbuf_add(to, block, got))
            return haul_fail(err, HAUL_E_TOO_BIG, "%s is larger than %zu MiB", name,
                             LIST_FILE_MAX >> 20);
    }
    if (ferror(from))
        return haul_fail_errno(err, HAUL_E_USAGE, errno, "can't read %s", name);
    return HAUL_OK;
}

/* Reads FILE, or the standard input for "-", into TO. */
static enum haul_err read_list(const char *file, struct strbuf *to, struct haul_error *err)
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

static enum haul_err collect_list(const struct args *args, const char *file,
                                  struct requests *requests, struct haul_error *err)
{
    const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
    struct strbuf text;
    enum haul_err code;

    strbuf_init(&text, LIST_FILE_MAX);
    code = read_list(file, &text, err);
    if (code == HAUL_OK && text.len > 0)
        code = list_file_parse(name, text.data, text.len, args->item, requests, err);
    strbuf_fini(&text);
    return code;
}

/* Explains a word that is no URL. A command that stands behind options, or is misspelt, looks
 * like a URL without a scheme; WHY is what url_split() said. */
static enum haul_err refuse_word(const char *word, const char *why, struct haul_error *err)
{
    struct suggest suggest;
    size_t count;
    const struct command *table = command_table(&count);

    if (strstr(word, "://") != NULL) {
        char *shown = url_shown(word);

        (void)haul_fail(err, HAUL_E_BAD_URL, "\"%.120s\": %s", shown, why);
        free(shown);
        return HAUL_E_BAD_URL;
    }
    /* What stands before an '@' may be a password. */
    if (strchr(word, '@') != NULL)
        return haul_fail(err, HAUL_E_BAD_URL, "%s", why);
    suggest_init(&suggest, word);
    for (size_t i = 0; i < count; i++)
        suggest_consider(&suggest, table[i].name);
    if (suggest.best == NULL)
        return haul_fail(err, HAUL_E_BAD_URL, "\"%s\" is neither a command nor a link: %s", word,
                         why);
    if (suggest.distance == 0)
        return haul_fail(err, HAUL_E_USAGE, "the command comes first: haul %s …", suggest.best);
    return haul_fail(err, HAUL_E_USAGE,
                     "\"%s\" is neither a command nor a URL; did you mean 'haul %s'?", word,
                     suggest.best);
}

static enum haul_err collect_operand(const struct args *args, const char *word,
                                     struct requests *requests, struct haul_error *err)
{
    struct haul_error why;
    struct url parts;

    if (strcmp(word, "-") == 0)
        return collect_list(args, word, requests, err);
    if (url_split(word, &parts, &why) != HAUL_OK)
        return refuse_word(word, why.text, err);
    requests_add(requests, word, args->item);
    return HAUL_OK;
}

/* Gives OPTIONS an absolute folder. */
static void settle_dir(struct haul_options *options)
{
    char *dir;

    if (options->dir != NULL && options->dir[0] == '/')
        return;
    dir = options->dir != NULL ? path_absolute(options->dir) : path_default_download_dir();
    free(options->dir);
    options->dir = dir;
}

static enum haul_err collect_all(const struct args *args, struct requests *requests,
                                 struct haul_error *err)
{
    const struct haul_strings *files = &args->run.input_files;
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < args->operand_count && code == HAUL_OK; i++)
        code = collect_operand(args, args->operands[i], requests, err);
    for (size_t i = 0; i < files->count && code == HAUL_OK; i++)
        code = collect_list(args, files->items[i], requests, err);
    if (code == HAUL_OK && requests->count > 1 && args->item->out != NULL)
        return haul_fail(err, HAUL_E_USAGE,
                         "--out names one file, but there are %zu URLs; use --dir, or out= in a "
                         "list file",
                         requests->count);
    return code;
}

enum haul_err collect_requests(const struct args *args, struct requests *ret_requests,
                               struct haul_error *err)
{
    struct requests requests = {0};
    enum haul_err code = collect_all(args, &requests, err);

    if (code != HAUL_OK) {
        requests_fini(&requests);
        return code;
    }
    settle_dir(args->item);
    for (size_t i = 0; i < requests.count; i++)
        settle_dir(requests.items[i].options);
    *ret_requests = requests;
    return HAUL_OK;
}
