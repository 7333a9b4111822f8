/* Copied requests: what curl and PowerShell commands have in common.
 *
 * Browsers copy all headers of a request, also those that only made sense for that one: with an
 * encoding the file would be saved compressed, with a condition it would not come at all, and with
 * a range only a part of it would. None of them may reach a server. Values here are secrets: no
 * note and no sentence may hold one. */

#include "input/copied.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

#define NOTE_MAX  64 /* bytes of a note */
#define NOTES_MAX 16 /* more are not shown */

void copied_init(struct copied *copied)
{
    *copied = (struct copied){.options = haul_options_new()};
}

void copied_fini(struct copied *copied)
{
    secret_free(copied->url);
    haul_options_unref(copied->options);
    for (size_t i = 0; i < copied->notes.count; i++)
        free(copied->notes.items[i]);
    free(copied->notes.items);
    free(copied->wrong);
    *copied = (struct copied){0};
}

void copied_list_fini(struct copied_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        copied_fini(&list->items[i]);
    free(list->items);
    *list = (struct copied_list){0};
}

struct copied *copied_list_add(struct copied_list *list)
{
    list->items = array_reserve(list->items, list->count, &list->size, sizeof(*list->items));
    copied_init(&list->items[list->count]);
    return &list->items[list->count++];
}

void copied_refuse(struct copied *copied, const char *why)
{
    if (!copied->wrong)
        copied->wrong = text_clean_dup(text_raw_from(why), HAUL_ERROR_TEXT);
}

void copied_note(struct copied *copied, const char *text)
{
    struct haul_strings *notes = &copied->notes;
    char *clean = text_clean_dup(text_raw_from(text), NOTE_MAX);

    for (size_t i = 0; i < notes->count; i++) {
        if (strcmp(notes->items[i], clean) == 0) {
            free(clean);
            return;
        }
    }
    if (notes->count == NOTES_MAX) {
        free(clean);
        return;
    }
    notes->items = xreallocarray(notes->items, notes->count + 1, sizeof(*notes->items));
    notes->items[notes->count++] = clean;
}

void copied_set(struct copied *copied, const char *name, const char *value)
{
    const struct haul_option *option = haul_option_find(name);
    struct haul_error err;

    if (option && haul_option_set(option, copied->options, value, &err) != HAUL_OK)
        copied_refuse(copied, err.text);
}

static bool is_named(const char *name, size_t len, const char *wanted)
{
    return strlen(wanted) == len && strncasecmp(name, wanted, len) == 0;
}

/* What haul says by itself, or what was true only of the request that was copied. */
static bool is_left_out(const char *name, size_t len)
{
    static const char *const names[] = {
        "Accept-Encoding", "Connection",        "Content-Length", "Expect",
        "If-Match",        "If-Modified-Since", "If-None-Match",  "If-Range",
        "Keep-Alive",      "Proxy-Connection",  "Range",          "TE",
        "Trailer",         "Transfer-Encoding", "Upgrade",        "If-Unmodified-Since",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (is_named(name, len, names[i]))
            return true;
    }
    return false;
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

/* "a=1; b=2", perhaps with a stray ';' at the end. */
static void set_cookies(struct copied *copied, const char *value)
{
    size_t len = strlen(value);
    char *cookies;

    while (len > 0 && strchr("; ", value[len - 1]))
        len--;
    if (len == 0)
        return;
    cookies = xstrndup(value, len);
    copied_set(copied, "cookie", cookies);
    secret_free(cookies);
}

void copied_header(struct copied *copied, const char *line)
{
    size_t len;
    const char *value;

    line = skip_blanks(line);
    len = strcspn(line, ":");
    /* ":authority:" and the like are how HTTP/2 writes the request's first line. */
    if (len == 0)
        return;
    while (len > 0 && line[len - 1] == ' ')
        len--;
    if (is_left_out(line, len))
        return;
    value = strchr(line, ':');
    value = value ? skip_blanks(value + 1) : "";
    if (is_named(line, len, "Cookie"))
        set_cookies(copied, value);
    else if (is_named(line, len, "User-Agent"))
        copied_set(copied, "user-agent", value);
    else if (is_named(line, len, "Referer") && value[0] != '\0')
        copied_set(copied, "referer", value);
    else if (value[0] != '\0')
        copied_set(copied, "header", line);
    else
        copied_note(copied, "a header without a value");
}
