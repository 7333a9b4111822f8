#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/param.h> /* MIN, MAX */

#include "haul/attr.h"

/* At the start of the program, before any thread. */
void mem_init(void);

/* Small allocations: they abort with a message when there is no memory, so callers need no check.
 * Never for a size that a peer, file or user decides without a cap. */
void *xmalloc(size_t size);
/* At a multiple of ALIGNMENT, a power of two that divides SIZE. Buffers for much are worth a page:
 * where malloc() puts one that a gigabyte goes through, copying may take half as long again. */
#define MEM_PAGE 4096
void *xaligned(size_t alignment, size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
/* For arrays: aborts on overflow of COUNT * SIZE too. */
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *format, ...) HAUL_PRINTF(1, 2);

/* Frees *slot and puts a copy of TEXT (or NULL) there. */
void xstrset(char **slot, const char *text);

/* Overwrites before freeing: for secrets. NULL is fine. */
void secret_free(char *text);

/* False on overflow, *ret untouched then. */
HAUL_CHECKED bool add_u64(uint64_t a, uint64_t b, uint64_t *ret_sum);
HAUL_CHECKED bool mul_u64(uint64_t a, uint64_t b, uint64_t *ret_product);

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
/* The struct that embeds MEMBER at PTR. */
#define OWNER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
