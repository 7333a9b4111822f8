#ifndef HAUL_ATTR_H
#define HAUL_ATTR_H

/* The only compiler extensions that haul uses, behind names, so that another compiler needs one
 * edit here. */

/* The caller must look at the result. */
#define HAUL_CHECKED __attribute__((warn_unused_result))

/* printf-like: FORMAT is the 1-based index of the format, ARGS of the first argument. */
#define HAUL_PRINTF(FORMAT, ARGS) __attribute__((format(printf, FORMAT, ARGS)))

#define HAUL_NORETURN __attribute__((noreturn))
#define HAUL_UNUSED   __attribute__((unused))

#endif
