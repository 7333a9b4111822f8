#ifndef NET_NETRC_H
#define NET_NETRC_H

#include <stdbool.h>

#include "haul/error.h"

/* The login for HOST in TEXT, which is a .netrc: "name:password", newly allocated, secret; NULL
 * when there is none. ONLY_NAMED: the entry `default` does not count. */
char *netrc_find(const char *text, const char *host, bool only_named);

/* The same in the user's ~/.netrc. HAUL_E_BAD_OPTION when there is none, or when others may read
 * it. */
HAUL_CHECKED enum haul_err netrc_login(const char *host, bool only_named, char **ret_login,
                                       struct haul_error *err);

#endif
