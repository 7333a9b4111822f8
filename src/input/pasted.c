/* Reading what was pasted, line by line.
 *
 * Commands begin at the start of a line, behind a prompt or behind another command; what lies
 * between them is plain text, searched for links. A slice ends where a line or a word does, so that
 * no link is cut. A command is read in one go: it is bounded by the cap of its words.
 *
 * When a quote is never closed, the search for it went to the end of the text; to do so for each
 * line would take for ever, so the rest of such a text is searched for links only. */

#include "input/pasted.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "input/curl_command.h"
#include "input/powershell.h"

void pasted_init(struct pasted *pasted, size_t cap)
{
    *pasted = (struct pasted){0};
    strbuf_init(&pasted->text, cap);
}

/* Copied commands hold passwords and cookies. */
static void forget_text(struct pasted *pasted)
{
    strbuf_fini_secret(&pasted->text);
    pasted->at = 0;
    pasted->no_commands = false;
}

static void extra_fini(struct pasted_extra *extra)
{
    haul_options_unref(extra->options);
    free(extra->notes);
    *extra = (struct pasted_extra){0};
}

void pasted_fini(struct pasted *pasted)
{
    forget_text(pasted);
    urls_fini(&pasted->urls);
    for (size_t i = 0; i < pasted->extra_count; i++)
        extra_fini(&pasted->extras[i]);
    free(pasted->extras);
    pasted_init(pasted, pasted->text.cap);
}

static size_t found(const struct pasted *pasted)
{
    return pasted->urls.count + pasted->urls.refused_total + pasted->urls.repeated;
}

bool pasted_add(struct pasted *pasted, const char *text, size_t len)
{
    if (pasted->text.len == 0)
        pasted->found_before = found(pasted);
    return strbuf_add(&pasted->text, text, len) && strbuf_puts(&pasted->text, "\n");
}

bool pasted_busy(const struct pasted *pasted)
{
    return pasted->text.len > 0;
}

/* ---- copied requests ---- */

static struct pasted_extra *extra_of(struct pasted *pasted, size_t index)
{
    while (pasted->extra_count <= index) {
        pasted->extras = array_reserve(pasted->extras, pasted->extra_count, &pasted->extra_size,
                                       sizeof(*pasted->extras));
        pasted->extras[pasted->extra_count++] = (struct pasted_extra){0};
    }
    return &pasted->extras[index];
}

static char *join_notes(const struct haul_strings *notes)
{
    char *joined = NULL;

    for (size_t i = 0; i < notes->count; i++) {
        char *longer =
            xasprintf("%s%s%s", joined ? joined : "", joined ? ", " : "", notes->items[i]);
        free(joined);
        joined = longer;
    }
    return joined;
}

/* A link that is there already gets what a later command says of it, unless it has its own. */
static void take_copied(struct pasted *pasted, struct copied *copied)
{
    size_t index = pasted->urls.count;
    struct pasted_extra *extra;

    if (copied->wrong) {
        urls_refuse(&pasted->urls, copied->url, copied->wrong);
        return;
    }
    if (!urls_append(&pasted->urls, copied->url, &index)) {
        pasted->urls.repeated++;
        copied->url = NULL;
        if (pasted_options(pasted, index))
            return;
    }
    copied->url = NULL;
    extra = extra_of(pasted, index);
    extra_fini(extra);
    if (haul_given_any(&copied->options->given))
        extra->options = haul_options_ref(copied->options);
    extra->notes = join_notes(&copied->notes);
}

/* Where behind AT the present line ends, line end included. */
static size_t line_behind(const struct pasted *pasted, size_t at)
{
    const char *end = memchr(pasted->text.data + at, '\n', pasted->text.len - at);

    return end ? (size_t)(end - pasted->text.data) + 1 : pasted->text.len;
}

/* Reads the command at START. Returns where it ends; START when it is none after all. */
static size_t read_command(struct pasted *pasted, size_t start, bool *ret_is_command)
{
    const char *text = pasted->text.data + start;
    size_t len = pasted->text.len - start;
    struct copied_list list = {0};
    bool unclosed;
    size_t used = curl_command_begins(text, len)
                      ? curl_command_read(text, len, &list, ret_is_command, &unclosed)
                      : powershell_read(text, len, &list, ret_is_command, &unclosed);

    for (size_t i = 0; i < list.count; i++)
        take_copied(pasted, &list.items[i]);
    copied_list_fini(&list);
    pasted->no_commands |= unclosed;
    return unclosed ? line_behind(pasted, start) : start + used;
}

/* True when what stands before a command on its line may stand there: nothing, a prompt, or the
 * end of another command. */
static bool may_precede(const char *line, size_t len)
{
    while (len > 0 && strchr(" \t\r", line[len - 1]))
        len--;
    return len == 0 || strchr("$#%>;&|(`", line[len - 1]) != NULL;
}

/* Where on the line [start, end) a command begins; END: nowhere. */
static size_t find_command(const struct pasted *pasted, size_t start, size_t end)
{
    const char *text = pasted->text.data;
    size_t at = start;
    const char *word;

    while (at < end && (text[at] == ' ' || text[at] == '\t'))
        at++;
    if (powershell_begins(text + at, pasted->text.len - at))
        return at;
    while (at < end && (word = memmem(text + at, end - at, "curl", 4))) {
        at = (size_t)(word - text);
        if (curl_command_begins(text + at, pasted->text.len - at) &&
            may_precede(text + start, at - start))
            return at;
        at += 4;
    }
    return end;
}

/* ---- slices ---- */

static void find_links(struct pasted *pasted, size_t start, size_t end)
{
    if (end > start)
        urls_find(&pasted->urls, pasted->text.data + start, end - start);
}

/* A line longer than the budget is cut where a word ends. */
static size_t cut_line(const struct pasted *pasted, size_t start, size_t end, size_t budget)
{
    const char *text = pasted->text.data;
    size_t at = start + budget;

    while (at < end && text[at] != ' ')
        at++;
    return at;
}

/* Reads lines from ->at on, up to END or a little more. Returns at a command's end at the latest.
 */
static void read_lines(struct pasted *pasted, size_t end)
{
    size_t plain = pasted->at;
    size_t at = pasted->at;
    size_t line = at; /* where the one that AT is in ends: a long one may hold many commands */

    while (at < end) {
        size_t command;
        bool is_command = false;

        if (at >= line)
            line = line_behind(pasted, at);
        command = pasted->no_commands ? line : find_command(pasted, at, line);
        if (command == line) {
            at = line > end ? cut_line(pasted, at, line, end - at) : line;
            continue;
        }
        find_links(pasted, plain, command);
        at = read_command(pasted, command, &is_command);
        if (!is_command)
            find_links(pasted, command, at);
        plain = at;
    }
    find_links(pasted, plain, at);
    pasted->at = at;
}

bool pasted_work(struct pasted *pasted, size_t budget)
{
    if (!pasted_busy(pasted))
        return false;
    read_lines(pasted, MIN(pasted->at + budget, pasted->text.len));
    if (pasted->at < pasted->text.len)
        return true;
    if (found(pasted) == pasted->found_before)
        urls_find_word(&pasted->urls, pasted->text.data, pasted->text.len);
    forget_text(pasted);
    return false;
}

/* ---- what became of it ---- */

const struct haul_options *pasted_options(const struct pasted *pasted, size_t index)
{
    return index < pasted->extra_count ? pasted->extras[index].options : NULL;
}

const char *pasted_notes(const struct pasted *pasted, size_t index)
{
    return index < pasted->extra_count ? pasted->extras[index].notes : NULL;
}

void pasted_remove(struct pasted *pasted, size_t index)
{
    urls_remove(&pasted->urls, index);
    if (index >= pasted->extra_count)
        return;
    extra_fini(&pasted->extras[index]);
    pasted->extra_count--;
    memmove(&pasted->extras[index], &pasted->extras[index + 1],
            (pasted->extra_count - index) * sizeof(*pasted->extras));
}

void pasted_request(const struct pasted *pasted, size_t index, struct haul_options *base,
                    struct requests *requests)
{
    const struct haul_options *own = pasted_options(pasted, index);

    requests_add(requests, pasted->urls.items[index], base);
    if (own)
        haul_options_merge(requests_own_options(requests), own);
}
