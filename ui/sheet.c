/* The links that are reviewed.
 *
 * A paste may hold a hundred thousand links, so a row is small, and what is asked about a row comes
 * back with its serial: rows may be removed meanwhile. */

#include "ui/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/paste.h"

#define SLICE        ((size_t)128 * 1024) /* bytes of text that are read at a time */
#define DESCRIBE_MAX ((size_t)4096)

void sheet_init(struct sheet *sheet)
{
    *sheet = (struct sheet){.next_serial = 1};
    pasted_init(&sheet->pasted, PASTE_MAX + 1);
}

void sheet_fini(struct sheet *sheet)
{
    pasted_fini(&sheet->pasted);
    for (size_t i = 0; i < sheet->count; i++) {
        free(sheet->rows[i].name);
        free(sheet->rows[i].had);
    }
    free(sheet->rows);
    sheet_init(sheet);
}

bool sheet_add(struct sheet *sheet, const char *text, size_t len)
{
    return pasted_add(&sheet->pasted, text, len);
}

/* Makes a row for each link that was found since. */
static void rows_follow(struct sheet *sheet)
{
    while (sheet->count < sheet->pasted.urls.count) {
        sheet->rows = array_reserve(sheet->rows, sheet->count, &sheet->size, sizeof(*sheet->rows));
        sheet->rows[sheet->count++] =
            (struct sheet_row){.serial = sheet->next_serial++, .size = -1};
        sheet->on_count++;
    }
}

bool sheet_work(struct sheet *sheet)
{
    bool more = pasted_work(&sheet->pasted, SLICE);
    rows_follow(sheet);
    return more;
}

struct sheet_row *sheet_find(const struct sheet *sheet, uint32_t serial)
{
    size_t low = 0;
    size_t high = sheet->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sheet->rows[middle].serial < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sheet->count && sheet->rows[low].serial == serial ? &sheet->rows[low] : NULL;
}

const char *sheet_url(const struct sheet *sheet, size_t index)
{
    return sheet->pasted.urls.items[index];
}

static void row_set_off(struct sheet *sheet, struct sheet_row *row, bool off)
{
    if (row->off == off)
        return;
    row->off = off;
    sheet->on_count += off ? (size_t)-1 : 1;
}

void sheet_set_off(struct sheet *sheet, size_t index, bool off)
{
    row_set_off(sheet, &sheet->rows[index], off);
}

void sheet_remove(struct sheet *sheet, size_t index)
{
    sheet_set_off(sheet, index, true);
    free(sheet->rows[index].name);
    free(sheet->rows[index].had);
    sheet->count--;
    memmove(&sheet->rows[index], &sheet->rows[index + 1],
            (sheet->count - index) * sizeof(*sheet->rows));
    pasted_remove(&sheet->pasted, index);
}

void sheet_note_known(struct sheet *sheet, struct sheet_row *row,
                      const struct haul_known_link *known)
{
    row->id = known->id;
    row->state = known->state;
    row->finished_at = known->finished_at;
    row->heal = known->heals;
    if (row->id != 0 && row->state != HAUL_FAILED && row->state != HAUL_CANCELLED)
        row_set_off(sheet, row, true);
}

void sheet_note_had(struct sheet *sheet, struct sheet_row *row, const char *path)
{
    xstrset(&row->had, path);
    row_set_off(sheet, row, true);
}

void sheet_note_probed(struct sheet_row *row, const struct haul_probe_answer *probed)
{
    row->asked = SHEET_TOLD;
    row->size = probed->size;
    xstrset(&row->name, probed->name);
    if (row->heal == 0)
        row->heal = probed->heals;
}

void sheet_note_silence(struct sheet_row *row, const struct haul_error *err)
{
    row->asked = SHEET_SILENT;
    row->refusal = err ? err->http_status : 0;
}

uint64_t sheet_bytes(const struct sheet *sheet, bool *ret_all)
{
    uint64_t bytes = 0;
    *ret_all = true;
    for (size_t i = 0; i < sheet->count; i++) {
        const struct sheet_row *row = &sheet->rows[i];
        if (row->off)
            continue;
        if (row->size >= 0)
            bytes += (uint64_t)row->size;
        else
            *ret_all = false;
    }
    return bytes;
}

size_t sheet_healing(const struct sheet *sheet, size_t *ret_chosen)
{
    size_t count = 0;
    *ret_chosen = 0;
    for (size_t i = 0; i < sheet->count; i++) {
        count += sheet->rows[i].heal != 0;
        *ret_chosen += sheet->rows[i].heals && !sheet->rows[i].off;
    }
    return count;
}

/* "--header Accept ···": of a secret only what it is of. */
static bool describe_value(struct strbuf *text, const struct haul_option *option, const char *value,
                           const char *hidden)
{
    char *shown;
    bool fits;
    if (option->type == HAUL_OPTION_FLAG)
        return strbuf_printf(text, "--%s", option->name);
    if (option->secret && strcmp(option->name, "header") != 0)
        return strbuf_printf(text, "--%s %s", option->name, hidden);
    shown = option->secret ? text_clean_dup((struct text_raw){value, strcspn(value, ":")}, 64)
                           : text_clean_dup(text_raw_from(value), 128);
    fits = strbuf_printf(text, "--%s %s%s%s", option->name, shown, option->secret ? ": " : "",
                         option->secret ? hidden : "");
    free(shown);
    return fits;
}

char *sheet_describe(const struct haul_options *options, bool ascii)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    struct strbuf text;
    bool fits = true;
    strbuf_init(&text, DESCRIBE_MAX);
    for (size_t i = 0; i < count && fits; i++) {
        if (table[i].scope != HAUL_SCOPE_ITEM || !haul_option_given(&table[i], options))
            continue;
        for (size_t nth = 0; fits; nth++) {
            char *value = haul_option_get(&table[i], options, nth);
            if (!value)
                break;
            fits = (text.len == 0 || strbuf_puts(&text, " ")) &&
                   describe_value(&text, &table[i], value, ascii ? "..." : "···");
            secret_free(value);
        }
    }
    return strbuf_take(&text);
}
