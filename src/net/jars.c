/* Cookies that servers set, kept in files (--save-cookies).
 *
 * libcurl judges them (whose they may be, with the list of public suffixes; how long they last, and
 * where they go): a jar is a share of its cookies between the transfers that name the same file.
 * It lives while somebody uses it or it is being written; in between, the file is all there is.
 *
 * Invariant: one save of a jar at a time; what changes meanwhile is saved after it. */

#include "net/jars.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "haul/log.h"

#define TEXT_MAX ((size_t)4 << 20)

struct jar {
    LIST_ENTRY(jar) link;
    struct jars *jars;
    char *path;
    char *given; /* the file of --cookies that is in it, or NULL */
    char *saved; /* what the file holds, as far as we know; NULL: nothing of ours */
    CURLSH *share;
    unsigned users;
    bool saving;
};

CURLSH *jar_share(const struct jar *jar)
{
    return jar->share;
}

/* A handle that sees the jar's cookies, for a moment. */
static CURL *borrow(const struct jar *jar)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        abort();
    curl_easy_setopt(easy, CURLOPT_SHARE, jar->share);
    return easy;
}

static void load(const struct jar *jar, const char *path)
{
    CURL *easy;

    if (!path || access(path, R_OK) != 0)
        return;
    easy = borrow(jar);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, path);
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "RELOAD");
    curl_easy_cleanup(easy);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of LIST, in an order that is the same each time. */
static const char **sorted(const struct curl_slist *list, size_t *ret_count)
{
    const char **lines = NULL;
    size_t count = 0;

    for (const struct curl_slist *at = list; at; at = at->next)
        count++;
    lines = xcalloc(count + 1, sizeof *lines);
    *ret_count = count;
    for (size_t i = 0; i < count; i++, list = list->next)
        lines[i] = list->data;
    qsort(lines, count, sizeof *lines, by_text);
    return lines;
}

/* Its cookies in Netscape's format, NULL when they are more than a file should hold. */
static char *text_of(const struct jar *jar)
{
    CURL *easy = borrow(jar);
    struct curl_slist *list = NULL;
    struct strbuf text;
    size_t count;
    const char **lines;
    bool fits;

    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list);
    lines = sorted(list, &count);
    strbuf_init(&text, TEXT_MAX);
    fits =
        strbuf_puts(&text, "# Netscape HTTP Cookie File\n"
                           "# Written by haul (--save-cookies). Whoever reads it can log in.\n\n");
    for (size_t i = 0; i < count && fits; i++)
        fits = strbuf_printf(&text, "%s\n", lines[i]);
    free(lines);
    curl_slist_free_all(list);
    curl_easy_cleanup(easy);
    if (fits)
        return strbuf_take(&text);
    strbuf_fini(&text);
    return NULL;
}

static struct jar *jar_new(struct jars *jars, const char *path)
{
    struct jar *jar = xcalloc(1, sizeof *jar);

    jar->jars = jars;
    jar->path = xstrdup(path);
    jar->share = curl_share_init();
    if (!jar->share)
        abort();
    curl_share_setopt(jar->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_share_setopt(jar->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    LIST_INSERT_HEAD(&jars->all, jar, link);
    return jar;
}

static void jar_free(struct jar *jar)
{
    LIST_REMOVE(jar, link);
    curl_share_cleanup(jar->share);
    secret_free(jar->saved);
    free(jar->given);
    free(jar->path);
    free(jar);
}

static struct jar *find(const struct jars *jars, const char *path)
{
    struct jar *jar;

    LIST_FOREACH(jar, &jars->all, link)
    {
        if (strcmp(jar->path, path) == 0)
            return jar;
    }
    return NULL;
}

/* What servers said later, in the jar's own file, goes before what was given at first. */
struct jar *jars_use(struct jars *jars, const struct haul_options *options)
{
    struct jar *jar = find(jars, options->save_cookies);
    bool is_new = !jar;

    if (is_new)
        jar = jar_new(jars, options->save_cookies);
    if (options->cookie_file && (!jar->given || strcmp(jar->given, options->cookie_file) != 0)) {
        load(jar, options->cookie_file);
        xstrset(&jar->given, options->cookie_file);
    }
    if (is_new)
        load(jar, jar->path);
    if (is_new && !jar->given && access(jar->path, F_OK) == 0)
        jar->saved = text_of(jar);
    jar->users++;
    return jar;
}

static void save(struct jar *jar)
{
    struct jars *jars = jar->jars;
    char *text = jars->save ? text_of(jar) : NULL;

    if (jars->save && !text)
        LOG_ERROR(net, "there are more than 4 MiB of cookies for %s: not saved", jar->path);
    if (!text || (jar->saved && strcmp(text, jar->saved) == 0)) {
        secret_free(text);
        return;
    }
    secret_free(jar->saved);
    jar->saved = xstrdup(text);
    jar->saving = true;
    jars->save(jars->ctx, jar->path, text);
}

void jar_leave(struct jar *jar)
{
    jar->users--;
    if (!jar->saving)
        save(jar);
    if (jar->users == 0 && !jar->saving)
        jar_free(jar);
}

void jars_saved(struct jars *jars, const char *path, bool ok)
{
    struct jar *jar = find(jars, path);

    if (!jar)
        return;
    jar->saving = false;
    if (ok) {
        save(jar); /* what changed meanwhile */
    } else {
        secret_free(jar->saved);
        jar->saved = NULL;
    }
    if (jar->users == 0 && !jar->saving)
        jar_free(jar);
}

void jars_fini(struct jars *jars)
{
    jars->save = NULL;
    while (!LIST_EMPTY(&jars->all))
        jar_free(LIST_FIRST(&jars->all));
}
