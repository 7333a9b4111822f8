/* Errors: the table's columns as functions, and the one way of filling a struct haul_error. */

#include "haul/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct error_row {
    const char *name;
    enum haul_class kind;
    bool retryable;
    const char *sentence;
};

static const struct error_row rows[HAUL_E_COUNT] = {
#define X(code, name, class, again, sentence)                                                      \
    [HAUL_E_##code] = {name, HAUL_CLASS_##class, again, sentence},
    HAUL_ERRORS(X)
#undef X
};

static const struct error_row *row_of(enum haul_err code)
{
    return (unsigned)code < HAUL_E_COUNT ? &rows[code] : &rows[HAUL_E_INTERNAL];
}

const char *haul_err_name(enum haul_err code)
{
    return row_of(code)->name;
}

const char *haul_err_sentence(enum haul_err code)
{
    return row_of(code)->sentence;
}

enum haul_class haul_err_class(enum haul_err code)
{
    return row_of(code)->kind;
}

enum haul_err haul_err_from_name(const char *name)
{
    for (unsigned i = 0; i < HAUL_E_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return (enum haul_err)i;
    }
    return HAUL_E_INTERNAL;
}

int haul_class_exit_status(enum haul_class kind)
{
    switch (kind) {
    case HAUL_CLASS_NONE:
        return 0;
    case HAUL_CLASS_NETWORK:
        return 3;
    case HAUL_CLASS_SERVER:
        return 4;
    case HAUL_CLASS_DISK:
        return 5;
    case HAUL_CLASS_INTEGRITY:
        return 6;
    case HAUL_CLASS_INTERRUPTED:
        return 7;
    case HAUL_CLASS_USAGE:
    case HAUL_CLASS_LOCAL:
    case HAUL_CLASS_COUNT:
        break;
    }
    return 1;
}

static void fill(struct haul_error *err, enum haul_err code, int sys_errno, const char *text)
{
    *err = (struct haul_error){
        .code = code, .sys_errno = sys_errno, .retryable = row_of(code)->retryable};
    text_clean(text_raw_from(text), err->text, sizeof err->text);
}

enum haul_err haul_fail(struct haul_error *err, enum haul_err code, const char *format, ...)
{
    char text[2 * HAUL_ERROR_TEXT];
    va_list args;

    if (!err)
        return code;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fill(err, code, 0, text);
    return code;
}

enum haul_err haul_fail_item(struct haul_error *err, uint64_t id)
{
    return haul_fail(err, HAUL_E_NO_ITEM,
                     "there is no item %llu; 'haul list' tells which there are",
                     (unsigned long long)id);
}

enum haul_err haul_fail_errno(struct haul_error *err, enum haul_err code, int sys_errno,
                              const char *format, ...)
{
    char text[2 * HAUL_ERROR_TEXT];
    va_list args;
    int len;

    if (code == HAUL_E_DISK && (sys_errno == ENOSPC || sys_errno == EDQUOT))
        code = HAUL_E_DISK_FULL;
    if (!err)
        return code;
    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof text)
        snprintf(text + len, sizeof text - (size_t)len, ": %s", strerrordesc_np(sys_errno));
    fill(err, code, sys_errno, text);
    return code;
}
