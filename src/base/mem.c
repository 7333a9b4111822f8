/* Small allocations that never fail, secrets, and checked arithmetic.
 *
 * The functions abort when memory is out: a few bytes that can't be had mean that nothing else will
 * work either. They must never be given a size that somebody outside decides without a cap. */

#include "base/mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static HAUL_NORETURN void out_of_memory(void)
{
    static const char text[] = "haul: out of memory\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);

    (void)written;
    abort();
}

/* At the heap's end: what is given back to the system comes back page by page, and a turn of the
 * loop with many small files takes and frees more than glibc would keep. To set it also keeps glibc
 * from raising the 128 KiB from which on it maps what is asked for, and unmaps it when freed. */
#define KEPT_MOST (1 << 20)

/* glibc gives each thread a heap of its own, which keeps what is freed in it; but the workers
 * allocate little, and mostly what the loop's thread frees. */
void mem_init(void)
{
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, KEPT_MOST);
#endif
}

void *xmalloc(size_t size)
{
    void *made = malloc(size ? size : 1);

    if (!made)
        out_of_memory();
    return made;
}

void *xaligned(size_t alignment, size_t size)
{
    void *made = aligned_alloc(alignment, size);

    if (!made)
        out_of_memory();
    return made;
}

void *xcalloc(size_t count, size_t size)
{
    void *made = calloc(count ? count : 1, size ? size : 1);

    if (!made)
        out_of_memory();
    return made;
}

void *xrealloc(void *old, size_t size)
{
    void *made = realloc(old, size ? size : 1);

    if (!made)
        out_of_memory();
    return made;
}

void *xreallocarray(void *old, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory();
    return xrealloc(old, total);
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xstrndup(const char *text, size_t len)
{
    size_t have = strnlen(text, len);
    char *copy = xmalloc(have + 1);

    memcpy(copy, text, have);
    copy[have] = '\0';
    return copy;
}

char *xasprintf(const char *format, ...)
{
    va_list args;
    char *made;
    int len;

    va_start(args, format);
    len = vasprintf(&made, format, args);
    va_end(args);
    if (len < 0)
        out_of_memory();
    return made;
}

void xstrset(char **slot, const char *text)
{
    char *copy = text ? xstrdup(text) : NULL;

    free(*slot);
    *slot = copy;
}

void secret_free(char *text)
{
    if (!text)
        return;
    explicit_bzero(text, strlen(text));
    free(text);
}

bool add_u64(uint64_t a, uint64_t b, uint64_t *ret_sum)
{
    uint64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret_sum = sum;
    return true;
}

bool mul_u64(uint64_t a, uint64_t b, uint64_t *ret_product)
{
    uint64_t product;

    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret_product = product;
    return true;
}
