#ifndef BASE_COMPLETE_H
#define BASE_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

/* Folders that a typed path could go on to. Only looks; reads one folder, up to a bound. */

#define COMPLETE_NAMES 8 /* that are told */

struct complete {
    char *text;                  /* what was typed, as far as all that fit agree */
    size_t count;                /* folders that fit */
    char *names[COMPLETE_NAMES]; /* the first of them by name, clean */
    bool is_folder;              /* what was typed is one that is there */
    bool is_other;               /* what was typed is there, and is no folder */
};

/* TYPED may begin with "~/" and may be relative. A folder that is certain ends in '/'. Hidden ones
 * are there only for a typed dot. The caller ends it with complete_fini(). */
void complete_folder(const char *typed, struct complete *ret_complete);
void complete_fini(struct complete *complete);

#endif
