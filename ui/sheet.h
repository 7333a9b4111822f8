#ifndef UI_SHEET_H
#define UI_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/client.h"
#include "input/pasted.h"

/* What is reviewed before it is added: the links with what is known of each. Pure data; who paints
 * and who asks are others. */

enum sheet_size {
    SHEET_NOT_ASKED,
    SHEET_ASKED,
    SHEET_TOLD,  /* ->size holds, -1: the server does not tell */
    SHEET_SILENT /* nobody tells: it failed, or must not be asked */
};

struct sheet_row {
    uint32_t serial; /* ascends from row to row, never used again */
    bool off;        /* is not to be added */
    bool heals;      /* goes to item ->heal as its new link instead of being added */
    enum sheet_size asked;
    int64_t size;
    int refusal; /* the status with which the server said no, 0: it did not */
    char *name;  /* as the server tells it, clean; NULL: not told */
    uint64_t id; /* the item that has this link already; 0: none */
    enum haul_state state;
    int64_t finished_at;
    char *had;     /* the file that was fetched from this link before, clean; NULL: none is there */
    uint64_t heal; /* an item with an expired link that this one fits; 0: none */
};

struct sheet {
    struct pasted pasted;
    struct sheet_row *rows; /* of pasted.urls */
    size_t count, size;
    uint32_t next_serial;
    size_t on_count;
};

void sheet_init(struct sheet *sheet);
void sheet_fini(struct sheet *sheet); /* leaves an empty one, ready for use */

/* Adds LEN raw bytes of TEXT. False when it is more than haul takes at once. */
HAUL_CHECKED bool sheet_add(struct sheet *sheet, const char *text, size_t len);
/* Reads on in the text; false when all of it was read. */
bool sheet_work(struct sheet *sheet);

struct sheet_row *sheet_find(const struct sheet *sheet, uint32_t serial); /* NULL: it is gone */
const char *sheet_url(const struct sheet *sheet, size_t index);
void sheet_set_off(struct sheet *sheet, size_t index, bool off);
void sheet_remove(struct sheet *sheet, size_t index);

/* What the queue knows of the row. A link that it has, and that did not fail, is switched off. */
void sheet_note_known(struct sheet *sheet, struct sheet_row *row,
                      const struct haul_known_link *known);
/* The history knows it, and its file is there: it is switched off. */
void sheet_note_had(struct sheet *sheet, struct sheet_row *row, const char *path);
/* What its server told. */
void sheet_note_probed(struct sheet_row *row, const struct haul_probe_answer *probed);
/* It told nothing, or ERR. */
void sheet_note_silence(struct sheet_row *row, const struct haul_error *err);

/* Bytes of the rows that are on, as far as they are known; *ret_all tells whether that is all. */
uint64_t sheet_bytes(const struct sheet *sheet, bool *ret_all);
/* How many rows could heal an item, and how many are to. */
size_t sheet_healing(const struct sheet *sheet, size_t *ret_chosen);

/* The options of a request for people: "--header Accept, --cookie ···", newly allocated. Values of
 * secrets are never in it. */
char *sheet_describe(const struct haul_options *options, bool ascii);

#endif
