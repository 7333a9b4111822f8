#ifndef CLI_HOSTS_LINE_H
#define CLI_HOSTS_LINE_H

#include <stddef.h>

#include "base/str.h"
#include "haul/snapshot.h"

/* The lines of `haul hosts` as pure text, each with its line end. NAME_COLUMNS is the width of the
 * first column, from hosts_line_columns(). */

size_t hosts_line_columns(const struct haul_host *hosts, size_t count);
void hosts_line_head(struct strbuf *to, size_t name_columns);
void hosts_line(struct strbuf *to, const struct haul_host *host, size_t name_columns);

/* "3 hosts, up to 16 connections to each". */
void hosts_line_foot(struct strbuf *to, uint64_t matching, size_t shown, uint64_t per_host);

#endif
